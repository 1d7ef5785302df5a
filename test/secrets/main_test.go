// Package secrets_test checks that the token is sent only to the origin of the
// base URL, and appears in no error, log or trace, whatever the service echoes.
package secrets_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
