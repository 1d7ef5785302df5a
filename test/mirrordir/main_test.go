// Package mirrordir_test lets real processes share one folder of mirror.Dir, and kills
// them, stops them, fills their disk and takes their permissions away.
//
//	go test ./test/mirrordir -v -kills 500
package mirrordir_test

import (
	"flag"
	"os"
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

var kills = flag.Int("kills", 60, "how many processes are killed at random moments")

// A test starts this program again, as a process that does one thing.
const roleVariable = "MIRRORDIR_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := work(role); err != nil {
			os.Stdout.WriteString("error: " + err.Error() + "\n")
		}
		return
	}
	testkit.Main(m)
}
