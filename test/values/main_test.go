// Package values_test checks what becomes of the data in other hands: in a log, on a terminal, in a database.
package values_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
