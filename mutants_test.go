package ll2_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

func TestTheLongestRetryAfterIsTheLongestDuration(t *testing.T) {
	t.Parallel()
	for _, seconds := range []string{"9223372036.854775807", "9223372036.854775808", "9223372037", "1" + strings.Repeat("0", 400)} {
		got, ok := ll2.RetryAfter(http.Header{"Retry-After": {seconds}}, time.Now())
		if got != math.MaxInt64 || !ok {
			t.Errorf("Retry-After: %s is %v, %v", seconds, got, ok)
		}
	}
}

func TestAnErrorTellsTheAttemptsWhereThereWereMoreThanOne(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]testkit.Answer{
		"status":     testkit.Status(http.StatusBadGateway, ""),
		"429":        testkit.Status(http.StatusTooManyRequests, ""),
		"half":       testkit.Status(http.StatusOK, `{"count":1`),
		"connection": testkit.Breaks(syscall.ECONNREFUSED),
	} {
		for attempts := 1; attempts <= 3; attempts++ {
			client := testkit.NewClient(t, testkit.NewScript(failing), ll2.WithRetries(attempts-1))
			err := testkit.ListOnce(t, client)
			testkit.WantError(t, err)
			told := strings.Contains(err.Error(), fmt.Sprintf("(%d attempts)", attempts))
			if told != (attempts > 1) {
				t.Errorf("%s, %d attempts: %v", name, attempts, err)
			}
		}
	}
}
