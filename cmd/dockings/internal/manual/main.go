// Manual writes the manual pages and completions of dockings into share/.
package main

import (
	"fmt"
	"os"

	"github.com/docking-event/ll2/cmd/dockings/internal/manual/pages"
)

func main() {
	if err := pages.Write("share"); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(1)
	}
}
