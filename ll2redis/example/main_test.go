package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docking-event/ll2/ll2redis/internal/redistest"
)

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "example")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

func TestTwoProcessesShareTheQuotaAndNoneIsRefused(t *testing.T) {
	server := redistest.Start(t)
	out, err := exec.Command(build(t), "-redis", server.Addr).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for line, want := range map[string]int{" A got event ": 6, " B got event ": 6, "12 requests, 0 of them refused.": 1} {
		if n := strings.Count(string(out), line); n != want {
			t.Errorf("%q comes %d times, want %d", line, n, want)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

func TestWithoutRedisItSaysSo(t *testing.T) {
	out, err := exec.Command(build(t), "-redis", "127.0.0.1:1").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "asking Redis at 127.0.0.1:1 for a place") || !strings.Contains(string(out), "connection refused") {
		t.Errorf("it ended with %v: %s", err, out)
	}
}
