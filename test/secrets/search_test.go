package secrets_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// tokenChild tells a child process of this test binary what to do.
const tokenChild = "LL2_TEST_CHILD"

// The output of the tests is searched for the token. Here a child leaks it, as a
// careless test would, and the search must find it. Another one crashes while it has
// a client with a token, and the search must find nothing.
func TestTheSearchForTheTokenBites(t *testing.T) {
	t.Parallel()
	switch os.Getenv(tokenChild) {
	case "log":
		t.Log("the token is", testkit.Canary)
		return
	case "request":
		tokenCall(t, func(req *http.Request) { slog.Info("sending", "header", req.Header) })
		return
	case "panic":
		tokenCall(t, func(*http.Request) { panic("transport broke") })
		return
	case "nil":
		_, err := (*ll2.DockingEventsService)(nil).List(t.Context())
		t.Log(err)
		var service ll2.DockingEventsService
		_, err = service.List(t.Context(), ll2.OrderBy(ll2.ByID))
		t.Log(err)
		return
	}
	for name, want := range map[string]struct {
		says  string
		leaks bool
	}{
		"log":     {"the token is", true},
		"request": {"sending", true},
		"panic":   {"panic: transport broke", false},
		"nil":     {"ll2: this client was not made by New", false},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheSearchForTheTokenBites$", "-test.v")
		cmd.Env = append(os.Environ(), tokenChild+"="+name)
		output, _ := cmd.CombinedOutput() // one of them panics
		if !bytes.Contains(output, []byte(want.says)) || testkit.ShowsCanary(output) != want.leaks {
			t.Errorf("%s: found %v, want %v and %q in:\n%s", name, testkit.ShowsCanary(output), want.leaks, want.says, testkit.Masked(string(output)))
		}
	}
}

// tokenCall sends a request with the token through a transport that does
// something with it.
func tokenCall(t *testing.T, do func(*http.Request)) {
	t.Helper()
	server := ll2test.NewServer(ll2test.Events(1)...)
	testkit.Spend(t, testkit.Through(func(server http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			do(req)
			return server.RoundTrip(req)
		}
	}, server, ll2.WithToken(testkit.Canary), ll2.WithBackoff(0, time.Millisecond)), 1)
}
