// Package documentation_test checks that the documentation is true and plain: doc
// comments and their links; links, commands and test names in Markdown; and the
// snippets, which it compiles and runs.
package documentation_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
