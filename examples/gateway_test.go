//go:build unix

package examples_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// A gateway is the daemon, and where it listens.
type gateway struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	stderr bytes.Buffer
	first  string // line that it says
	base   string
}

func startGateway(t *testing.T, dir string) *gateway {
	t.Helper()
	g := &gateway{cmd: command(t, "gateway -addr 127.0.0.1:0 -dir copy")}
	g.cmd.Dir, g.cmd.Stderr = dir, &g.stderr
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g.out = bufio.NewReader(out)
	g.first, _ = g.out.ReadString('\n')
	address, err := g.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s%s", err, g.first, &g.stderr)
	}
	g.base = strings.TrimSuffix(strings.TrimSpace(address), "2.2.0/docking_event/")
	return g
}

// stop ends the daemon as an init system does.
func (g *gateway) stop(t *testing.T) {
	t.Helper()
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(g.out)
	if err := g.cmd.Wait(); err != nil || len(rest) > 0 || g.stderr.Len() > 0 {
		t.Errorf("%v: %s%s", err, rest, &g.stderr)
	}
}

func TestTheGatewayServesItsCopyUntilItIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 { // the second one finds the copy of the first
		g := startGateway(t, dir)
		if !strings.Contains(g.first, "served in process") {
			t.Errorf("the first line is %q, which does not say where the events are from", g.first)
		}
		// The proxy of the environment is none of this client's.
		client, err := ll2.New(ll2.WithBaseURL(g.base), ll2.WithTransport(&http.Transport{DisableKeepAlives: true}))
		if err != nil {
			t.Fatal(err)
		}
		events, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.InMode(ll2.ModeDetailed)))
		if err != nil {
			t.Fatal(err)
		}
		want := ll2test.Events(515)
		if len(events) != len(want) {
			t.Errorf("%d events, want %d", len(events), len(want))
		}
		g.stop(t)
	}
	if _, err := os.Stat(dir + "/copy"); err != nil {
		t.Error(err)
	}
}
