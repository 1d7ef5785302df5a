package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/benchmarks/floor"
)

// The counts of callgrind do not depend on other programs on the machine: two runs of the
// same build differ by at most half a percent. noted holds the instructions of this client
// divided by those of the hand-written decoder for a page, because another compiler
// changes both.
var noted = []struct {
	page    string
	subject string
	byHand  bool // count the decoder by hand for this page; else it is that of the page before
	ratio   float64
}{
	{"detailed", clientDecoder, true, 1.27},
	{"normal", clientDecoder, true, 1.23},
	{"another order", clientDecoder, false, 1.49},
	{"unknown keys", clientDecoder, false, 1.44},
	{oneEvent, wholeList, false, 0.0371}, // a List, answer in memory: nearly all of it is the request
}

const (
	slack = 1.03 // for what is noted
	calls = 60   // of one subject, under callgrind

	oneEvent = "List of one event"
)

// instructions counts what decoding a page takes, and fails if it is more than noted.
func instructions(ctx context.Context, out io.Writer) error {
	base, stop, err := start(ctx, serving{events: allEvents})
	if err != nil {
		return err
	}
	defer stop()
	// go run leaves out the names of functions, which callgrind needs.
	dir, err := os.MkdirTemp("", "instructions")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "benchmarks")
	if said, err := exec.CommandContext(ctx, "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, said)
	}
	var failed error
	byHand := 0
	for _, n := range noted {
		body, err := pageOf(ctx, base, n.page)
		if err != nil {
			return err
		}
		client, err := countInstructions(ctx, program, n.subject, body)
		if err != nil {
			return err
		}
		if n.byHand {
			if byHand, err = countInstructions(ctx, program, floorDecoder, body); err != nil {
				return err
			}
		}
		ratio := float64(client) / float64(byHand)
		fmt.Fprintf(out, "%-17s %9d instructions, %.4f of the %d by hand; noted %.4f\n", n.page, client, ratio, byHand, n.ratio)
		if ratio > n.ratio*slack {
			failed = errors.Join(failed, fmt.Errorf("%s: %.4f of the instructions by hand, noted %.4f and 3 %% of slack", n.page, ratio, n.ratio))
		}
	}
	return failed
}

// The code whose instructions are counted.
const (
	clientDecoder = "client" // Page.UnmarshalJSON
	floorDecoder  = "floor"
	wholeList     = "list" // List with the answer in memory
)

// countInstructions counts those of one call of a subject with a page, by this program
// under callgrind. Now and then callgrind does not see a call end, because the scheduler
// of Go switched stacks there: then it counts again.
func countInstructions(ctx context.Context, program, subject string, body []byte) (int, error) {
	const attempts = 6
	for range attempts {
		counts, err := countCalls(ctx, program, subject, body)
		if err != nil {
			return 0, err
		}
		if len(counts) >= calls*9/10 {
			return median(counts), nil
		}
	}
	return 0, fmt.Errorf("callgrind did not see %d calls apart, %d times", calls, attempts)
}

var totals = regexp.MustCompile(`(?m)^totals: (\d+)$`)

// countCalls counts the instructions of each call. Their median does not know of those
// in which the runtime took memory from the system or ran something else.
func countCalls(ctx context.Context, program, subject string, body []byte) ([]int, error) {
	dir, err := os.MkdirTemp("", "callgrind")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, "valgrind", "--tool=callgrind", "--toggle-collect=main.decodeOnce", "--dump-after=main.decodeOnce",
		"--callgrind-out-file="+filepath.Join(dir, "counts"), program, "-decode", subject)
	// No collection of garbage, whose share would be another one each time.
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
	cmd.Stdin = bytes.NewReader(body)
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("valgrind: %w\n%s", err, said)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	var counts []int
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if found := totals.FindSubmatch(text); found != nil {
			if n, err := strconv.Atoi(string(found[1])); err == nil && n > 0 {
				counts = append(counts, n)
			}
		}
	}
	return counts, nil
}

// decodeMany is the function that callgrind measures.
func decodeMany(decoder string, in io.Reader) error {
	body, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	var decode func(body []byte) error
	switch decoder {
	case clientDecoder:
		decode = func(body []byte) error { return new(ll2.Page[ll2.DockingEvent]).UnmarshalJSON(body) }
	case floorDecoder:
		decode = func(body []byte) error {
			_, err := floor.Decode(body, pageEvents)
			return err
		}
	case wholeList:
		client, err := fromMemory(body)
		if err != nil {
			return err
		}
		decode = func([]byte) error {
			_, err := client.DockingEvents.List(context.Background())
			return err
		}
	default:
		return fmt.Errorf("nothing to count is called %q", decoder)
	}
	for range calls {
		if err := decodeOnce(decode, body); err != nil {
			return err
		}
	}
	return nil
}

//go:noinline
func decodeOnce(decode func([]byte) error, body []byte) error { return decode(body) }

// pageOf returns a page of the normal shape or of the detailed one, one of a single event,
// or the normal one written otherwise.
func pageOf(ctx context.Context, base, kind string) ([]byte, error) {
	var body bytes.Buffer
	t := target{base: base, limit: pageEvents, detailed: kind == "detailed"}
	if kind == oneEvent {
		t.limit = 1
	}
	if err := get(ctx, http.DefaultClient, t.first(), &body); err != nil {
		return nil, err
	}
	switch kind {
	case "another order":
		return sorted(body.Bytes())
	case "unknown keys":
		return []byte(strings.ReplaceAll(body.String(), `{"`, `{"new_key":"of an object","`)), nil
	}
	return body.Bytes(), nil
}

// sorted returns the same JSON with the keys of each object in the order of the
// alphabet.
func sorted(body []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}
