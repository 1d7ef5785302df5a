// Package connections_test checks that connections are reused, even after
// failures, and that connections of other users stay open.
package connections_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
