package ll2redis_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(workerEnv) != "" {
		work() // one process of the fleet
		return
	}
	if os.Getenv(mirrorEnv) != "" {
		workMirror()
		return
	}
	goleak.VerifyTestMain(m)
}
