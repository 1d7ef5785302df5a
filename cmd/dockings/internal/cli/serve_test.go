package cli_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
)

func TestServeListensToThisMachineOnly(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--addr :8022":           `--addr ":8022": other machines can reach that; add --public to allow it, or write 127.0.0.1`,
		"--addr 0.0.0.0:0":       `--addr "0.0.0.0:0": other machines can reach that; add --public to allow it, or write 127.0.0.1`,
		"--addr [::]:0":          `--addr "[::]:0": other machines can reach that; add --public to allow it, or write 127.0.0.1`,
		"--addr example.org:80":  `--addr "example.org:80": other machines can reach that; add --public to allow it, or write 127.0.0.1`,
		"--addr 8022":            `--addr "8022": write a host and a port, such as 127.0.0.1:8022`,
		"--addr localhost:99999": `--addr "localhost:99999" is no address of this machine; write a host and a port, such as 127.0.0.1:8022`,
		"--no-cache":             "serve answers from the copy, which --no-cache forbids; leave that out",
		"--max-age 5s":           "serve --max-age 5s: the service would be asked too often; write 1m or more",
		"too much":               `unexpected argument "too"; serve takes only flags, see dockings serve --help`,
	} {
		if got := run(t, madeUp(10), append([]string{"serve"}, strings.Fields(args)...)...); got != (outcome{"", "dockings: " + want + "\n", cli.ExitUsage}) {
			t.Errorf("serve %s: %+v", args, got)
		}
	}
}

func TestServeSaysThatAPortIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	server := madeUp(10)
	want := outcome{"", fmt.Sprintf("dockings: cannot listen on %s: another program uses the port; choose another one with --addr, such as 127.0.0.1:0\n", taken.Addr()), cli.ExitFailed}
	if got := run(t, server, "serve", "--addr", taken.Addr().String()); got != want {
		t.Errorf("%+v", got)
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests for nothing", n)
	}
}

// served runs serve until the context ends, and calls back with the address that it says.
func served(t *testing.T, args []string, visit func(address string)) (stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	reader, writer := io.Pipe()
	app := &cli.App{
		Stdout: &sheet.Stream{Writer: io.Discard, Width: 80}, Stderr: &sheet.Stream{Writer: writer, Width: 80},
		Getenv: func(string) string { return "" }, CacheDir: func() (string, error) { return t.TempDir(), nil },
	}
	ended := make(chan int, 1)
	go func() {
		ended <- app.Run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...))
		_ = writer.Close()
	}()
	buffer := make([]byte, 4096)
	n, err := reader.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	stderr = string(buffer[:n])
	address := regexp.MustCompile(`http://127\.0\.0\.1:[1-9][0-9]*/`).FindString(stderr)
	if address == "" {
		t.Fatalf("it says %q", stderr)
	}
	visit(address)
	cancel(&cli.SignalError{Signal: os.Interrupt})
	rest, err := io.ReadAll(reader)
	if err != nil {
		t.Error(err)
	}
	return stderr + string(rest), <-ended
}

func TestServeServesThePageAndTheCopyUntilItIsInterrupted(t *testing.T) {
	t.Parallel()
	var stream *http.Response
	stderr, code := served(t, []string{"--demo"}, func(address string) {
		for path, part := range map[string]string{
			"":                       "<title>Dockings: Salyut 6</title>",
			"2.2.0/docking_event/":   `{"count":10,"next":null,"previous":null,"results":[{`,
			"2.2.0/docking_event/1/": `{"detail":"Not found."}`,
			"healthz":                `"events":10`,
		} {
			resp := fetch(t, address+path)
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || !strings.Contains(strings.ReplaceAll(string(body), ": ", ":"), strings.ReplaceAll(part, ": ", ":")) {
				t.Errorf("/%s: %v, %.300s", path, err, body)
			}
		}
		stream = fetch(t, address+"events") // a page that stays
	})
	if want := regexp.MustCompile(`^dockings: 10 events at http://127\.0\.0\.1:\d+/; Ctrl-C ends it\ndockings: interrupted\n$`); code != cli.ExitInterrupted || !want.MatchString(stderr) {
		t.Errorf("%d %q", code, stderr)
	}
	// The page's connection is closed in order.
	if _, err := io.Copy(io.Discard, stream.Body); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}
	_ = stream.Body.Close()
}

func fetch(t *testing.T, address string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := new(http.Transport).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestServeOfflineNeedsACopy(t *testing.T) {
	t.Parallel()
	want := outcome{"", "dockings: there is no copy yet, and --offline forbids a request to the service; run dockings sync first\n", cli.ExitFailed}
	if got := run(t, madeUp(10), "serve", "--offline", "--addr", "127.0.0.1:0"); got != want {
		t.Errorf("%+v", got)
	}
}
