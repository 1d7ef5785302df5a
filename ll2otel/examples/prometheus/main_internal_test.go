package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var update = flag.Bool("update", false, "write what the example prints to testdata")

// In virtual time, so that durations and ages are the same in every run.
func TestThePageIsThatOfAMirrorThatWasRefreshed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), []string{"-once"}, &out); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "metrics.txt")
		if *update {
			if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if out.String() != string(want) {
			t.Errorf("the page is not that of %s; if it is as it should be, run go test ./examples/prometheus -update. It is:\n%s", golden, out.String())
		}
	})
}

func TestItServesThePageUntilItIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-listen", "127.0.0.1:0"}, writer) }()
	address := make([]byte, 100)
	n, err := reader.Read(address)
	if err != nil {
		t.Fatal(err)
	}
	for { // until the mirror has read everything
		page := get(ctx, t, strings.TrimSpace(string(address[:n])))
		if strings.Contains(page, "\nll2_mirror_events{ll2_api_version=\"2.2.0\"} 250\n") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func get(ctx context.Context, t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return string(body)
}

func TestABadFlagOrAddressIsAnError(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-nonsense"}, {"-listen", "127.0.0.1:x"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
