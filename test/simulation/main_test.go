// Package simulation_test simulates days of requests in virtual time, with this
// client and with other limiters. It generates the table in doc/quota.md.
package simulation_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
