// Dockings shows which spacecraft docked where and when: who is at the stations now,
// what came and went, and which port was taken when, as tables, as data and as pictures.
// Run it with --help, or with --demo to try it without a network.
package main

import (
	"os"
	_ "time/tzdata" // for --tz, on systems that have none

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
)

func main() { os.Exit(cli.Main()) }
