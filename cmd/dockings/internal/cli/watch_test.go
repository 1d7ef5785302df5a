//go:build unix

package cli_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/ll2test"
)

func TestWatchRunsACommandForWhatAnotherProcessHasFound(t *testing.T) {
	t.Parallel()
	events := ll2test.EventsAround(90, time.Now())
	server := ll2test.NewServer(events...)
	env, dir := environment(t, server), t.TempDir()
	watch := exec.CommandContext(t.Context(), "sh", "-c",
		`exec dockings watch --vehicle 'soyuz of*' --exec 'cat > $DOCKINGS_CHANGE.json; echo ran; exit 7'`)
	watch.Dir, watch.Env = dir, env
	stdout, err := watch.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := watch.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	said, told := bufio.NewReader(stdout), bufio.NewReader(stderr)
	if line, err := told.ReadString('\n'); err != nil || line != "dockings: 90 events, watching; Ctrl-C ends it\n" {
		t.Fatalf("%q, %v", line, err)
	}
	server.SetEvents(later(events, time.Now())...)
	time.Sleep(1100 * time.Millisecond) // a copy is of a second
	if _, words, err := shell(t, env, dir, "dockings sync"); err != nil || !strings.Contains(words, "1 docked") {
		t.Errorf("%v, %s", err, words)
	}
	if line, err := said.ReadString('\n'); err != nil || !strings.Contains(line, " UTC  Soyuz of the day docked at ") {
		t.Errorf("%q, %v", line, err)
	}
	if line, err := said.ReadString('\n'); err != nil || line != "ran\n" {
		t.Errorf("%q, %v", line, err)
	}
	if line, err := told.ReadString('\n'); err != nil || line != "dockings: --exec: exit status 7\n" {
		t.Errorf("%q, %v", line, err)
	}
	if err := watch.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if rest, err := io.ReadAll(said); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
	_ = watch.Wait()
	if code := watch.ProcessState.ExitCode(); code != cli.ExitInterrupted {
		t.Errorf("exit code %d", code)
	}
	data, err := os.ReadFile(filepath.Join(dir, "docked.json"))
	var event struct {
		Change  string `json:"change"`
		ID      int    `json:"id"`
		Vehicle string `json:"vehicle"`
	}
	if err != nil || json.Unmarshal(data, &event) != nil || event.Change != "docked" || event.ID != 9001 || event.Vehicle != "Soyuz of the day" {
		t.Errorf("%v, %s", err, data)
	}
}
