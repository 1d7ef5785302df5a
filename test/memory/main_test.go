// Package memory_test checks that memory stays flat however long a walk is, and
// that a kept event keeps nothing else alive.
package memory_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
