package main_test

import (
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2redis/internal/redistest"
	"github.com/docking-event/ll2/ll2test"
)

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "mirror")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

func TestTheSecondOneSendsNothing(t *testing.T) {
	program, server := build(t), redistest.Start(t)
	service := ll2test.NewServer(ll2test.EventsAround(515, time.Now())...)
	web := httptest.NewServer(service)
	defer web.Close()
	var said []string
	for range 2 {
		out, err := exec.Command(program, "-redis", server.Addr, "-url", web.URL+"/").CombinedOutput()
		if err != nil || !strings.Contains(string(out), " has been at ") || !strings.Contains(string(out), "\n515 events, as of ") ||
			strings.Contains(string(out), "But:") {
			t.Fatalf("%v: %s", err, out)
		}
		said = append(said, string(out))
	}
	if said[0] != said[1] {
		t.Errorf("the first said %s, the second %s", said[0], said[1])
	}
	if n := len(service.Requests()); n != 6 {
		t.Errorf("%d requests", n)
	}
}

func TestWithoutRedisItSaysSoAndGoesOn(t *testing.T) {
	service := ll2test.NewServer(ll2test.EventsAround(30, time.Now())...)
	web := httptest.NewServer(service)
	defer web.Close()
	out, err := exec.Command(build(t), "-redis", "127.0.0.1:1", "-url", web.URL+"/").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "\nBut: ll2redis: cannot ") || !strings.Contains(string(out), "\n30 events, as of ") {
		t.Errorf("it ended with %v: %s", err, out)
	}
}
