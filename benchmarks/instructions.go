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

// What callgrind counts does not depend on what else the machine does: two runs differ
// by a hundredth or two. Noted are the instructions of this client for those of the
// hand-written decoder, so that another compiler moves both.
var noted = []struct {
	page   string
	byHand bool // count that, too
	ratio  float64
}{
	{"detailed", true, 1.31},
	{"normal", true, 1.28},
	{"another order", false, 1.54},
	{"unknown keys", false, 1.50},
}

const (
	slack   = 1.03 // for what is noted
	decodes = 100  // of one page, under callgrind
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
		client, err := countInstructions(ctx, program, clientDecoder, body)
		if err != nil {
			return err
		}
		if n.byHand { // else it is that of the page before, in the order that it knows
			if byHand, err = countInstructions(ctx, program, floorDecoder, body); err != nil {
				return err
			}
		}
		ratio := float64(client) / float64(byHand)
		fmt.Fprintf(out, "%-14s %9d instructions, %.3f of the %d by hand; noted %.3f\n", n.page, client, ratio, byHand, n.ratio)
		if ratio > n.ratio*slack {
			failed = errors.Join(failed, fmt.Errorf("%s: %.3f of the instructions by hand, noted %.3f and 3 %% of slack", n.page, ratio, n.ratio))
		}
	}
	return failed
}

const (
	clientDecoder = "client"
	floorDecoder  = "floor"
	wholeList     = "list"
)

var collected = regexp.MustCompile(`Collected : (\d+)`)

// countInstructions counts those of one decoding of a page, by this program under
// callgrind.
func countInstructions(ctx context.Context, program, decoder string, body []byte) (int, error) {
	cmd := exec.CommandContext(ctx, "valgrind", "--tool=callgrind", "--toggle-collect=*decodeOnce*", "--callgrind-out-file=/dev/null",
		program, "-decode", decoder)
	// No collection of garbage, whose share would be another one each time.
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
	cmd.Stdin = bytes.NewReader(body)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("valgrind: %w\n%s", err, said)
	}
	found := collected.FindSubmatch(said)
	if found == nil {
		return 0, fmt.Errorf("valgrind counts nothing:\n%s", said)
	}
	n, err := strconv.Atoi(string(found[1]))
	if n == 0 {
		err = errors.New("callgrind did not see the decoder")
	}
	return n / decodes, err
}

// decodeMany is what callgrind looks at.
func decodeMany(decoder string, in io.Reader) error {
	body, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	decode := func(body []byte) error { return new(ll2.Page[ll2.DockingEvent]).UnmarshalJSON(body) }
	if decoder == wholeList {
		client, err := fromMemory(body)
		if err != nil {
			return err
		}
		decode = func([]byte) error {
			_, err := client.DockingEvents.List(context.Background())
			return err
		}
	}
	if decoder == floorDecoder {
		decode = func(body []byte) error {
			_, err := floor.Decode(body, pageEvents)
			return err
		}
	}
	for range decodes {
		if err := decodeOnce(decode, body); err != nil {
			return err
		}
	}
	return nil
}

//go:noinline
func decodeOnce(decode func([]byte) error, body []byte) error { return decode(body) }

// pageOf returns a page of the normal shape or of the detailed one, or the normal one
// written otherwise.
func pageOf(ctx context.Context, base, kind string) ([]byte, error) {
	var body bytes.Buffer
	t := target{base: base, limit: pageEvents, detailed: kind == "detailed"}
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
