// Package query_test checks the exact query that each list option sends, and
// that bad input fails before anything is sent.
package query_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
