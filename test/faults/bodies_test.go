package faults_test

import (
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// Not parallel: what others allocate would count.
func TestABodyWithoutEndDoesNotFillTheMemory(t *testing.T) {
	const (
		// All that is allocated on the way to 32 MiB, not what is held at a time.
		// Without the race detector, with which growing a buffer costs twice as
		// much, it is half of that. The bomb holds 1 GiB.
		bound = 300 << 20
		deep  = 100_000
	)
	for name, answer := range map[string]faultHandler{
		"gzip bomb":      faultBomb(t),
		"page of 33 MiB": faultHugePage,
		"endless page": func(_ *faultSocket, w http.ResponseWriter, _ *http.Request) {
			space := []byte(strings.Repeat(" ", 1<<20))
			for err := error(nil); err == nil; {
				_, err = w.Write(space)
			}
		},
		"deep array": func(_ *faultSocket, w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("[", deep)+strings.Repeat("]", deep))
		},
	} {
		t.Run(name, func(t *testing.T) {
			stage := faultOverSocket(answer).stage(t, faultEver)
			client := stage.client(ll2.WithToken(testkit.Canary)) // what hides it must not copy the body again and again
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			page, err := client.DockingEvents.List(t.Context(), ll2.PageSize(10), ll2.Offset(10))
			runtime.ReadMemStats(&after)
			var decode *ll2.DecodeError
			if page != nil || !errors.As(err, &decode) {
				t.Errorf("(%v, %v), want (nil, *DecodeError)", page, err)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > bound {
				t.Errorf("%d MiB were allocated, want at most %d", n>>20, bound>>20)
			}
			if n := stage.requests(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}
