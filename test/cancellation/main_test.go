// Package cancellation_test checks that a call ends with its context at every
// stage, returns the context's cause, and leaves the quota right.
package cancellation_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
