// Package quota_test tests the client's own quota: the sliding window and which
// requests take a place in it, the queue of waiting calls, the gate that a 429
// closes, and learning the quota from the service.
package quota_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
