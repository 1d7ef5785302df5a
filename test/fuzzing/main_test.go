// Package fuzzing_test fuzzes the links, redirects and bodies that the client
// receives. Fuzz targets that need unexported names are beside the code.
package fuzzing_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
