package testkit

import (
	"testing"

	"go.uber.org/goleak"
)

// Main is the TestMain of each package of tests: it runs the tests and fails if
// they leave goroutines behind.
func Main(m *testing.M) { goleak.VerifyTestMain(m) }
