// Package versions_test checks that version 2.3.0 stands beside 2.2.0: one client with
// one quota serves both, their options do not mix, and its walks lose nothing. With the
// build tag shared it compares the models with the provider's own documents.
package versions_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
