// Package walks_test checks that walks over many pages lose and repeat nothing
// silently: when pages are fetched ahead, when rows move between pages, and
// when links are wrong.
package walks_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
