// Package retries_test checks which failures are retried, how often, and after
// which backoff.
package retries_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
