// Dockings shows which spacecraft docked where and when: which ones are at the stations
// now, which ones arrived and left, and which ports were occupied when. It prints tables
// and data, and draws pictures.
// Run it with --help, or with --demo to try it without a network.
package main

import (
	"os"
	_ "time/tzdata" // for --tz, on systems that have none

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
)

func main() { os.Exit(cli.Main()) }
