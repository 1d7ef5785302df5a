// Package answers_test holds what is made of answers of status 200 that are not what
// the service promises: which error comes, and what it names.
package answers_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
