package main_test

import (
	"os/exec"
	"strings"
	"testing"
)

// Every client sees the same events, or the program fails.
func TestEveryTableIsMadeAndHasEveryClient(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "run", ".", "-once").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	clients := []string{
		"**this client**", "net/http + encoding/json", "go-retryablehttp", "resty", "oapi-codegen", "ogen",
		"hand-written decoder", "body thrown away",
	}
	want := map[string][]string{
		"machine":    {"go1."},
		"decode":     {"**this client**", "encoding/json", "go-json-experiment/json", "ogen", "by hand", "memcpy"},
		"otherwise":  {"**this client**, normal", "**this client**, another order", "**this client**, unknown keys", "by hand"},
		"decode230":  {"**this client**, Page", "**this client**, List", "encoding/json", "go-json-experiment/json"},
		"walk":       clients,
		"limit10":    clients,
		"latency20":  clients,
		"latency200": clients,
		"gzip":       clients,
		"detailed":   clients,
		"walk230":    {"**this client**", "Parallel(5)", "net/http + encoding/json", "go-json-experiment", "Page.UnmarshalJSON", "body thrown away"},
		"first":      clients,
		"mirror":     {"All over 515", "List of 100", "Get", "Open"},
		"memory":     {"**this client**", "net/http + encoding/json", "hand-written decoder"},
		"profile":    {"decoding", "net/http", "system calls", "the walk"},
	}
	_, rest, _ := strings.Cut(string(out), "## ")
	for part := range strings.SplitSeq(rest, "\n## ") {
		name, table, _ := strings.Cut(part, "\n")
		for _, row := range want[name] {
			if !strings.Contains(table, row) {
				t.Errorf("table %s has no row for %s:\n%s", name, row, table)
			}
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestWrongFlagsAreAnError(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-only", "speed"}, {"-write", "-once"}, {"-write", "-only", "walk"}, {"walk"}, {"-fast"},
	} {
		out, err := exec.CommandContext(t.Context(), "go", append([]string{"run", "."}, args...)...).CombinedOutput()
		if err == nil {
			t.Errorf("%q is taken:\n%s", args, out)
		}
	}
}
