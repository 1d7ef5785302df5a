// Command benchmarks compares this client with others. All of them use the same server, a
// separate process on loopback. It prints the results as Markdown tables:
//
//	go -C benchmarks run .
//	go -C benchmarks run . -only walk,decode
//	go -C benchmarks run . -write
//	go -C benchmarks run . -instructions
//
// With -write it also writes the tables to doc/performance.md, which explains them. With
// -once it runs everything only once, which shows that the benchmarks work, but measures
// nothing. With -instructions it times nothing: callgrind counts the instructions of
// decoding and of a List, and it fails if there are more of them than noted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2/benchmarks/generated"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	once := flags.Bool("once", false, "run everything once, to see that it works")
	write := flags.Bool("write", false, "write the tables into "+document)
	only := flags.String("only", "", "run these tables only, with commas between them: "+strings.Join(names(), ", "))
	counted := flags.Bool("instructions", false, "count the instructions of decoding and of a List with valgrind, and fail if they are more than noted")
	decoder := flags.String("decode", "", "be the process that is counted: "+strings.Join([]string{clientDecoder, floorDecoder, wholeList}, ", "))
	var how serving
	server := flags.Bool("serve", false, "be the server, for the tables of another process")
	flags.IntVar(&how.events, "events", allEvents, "events that the server has")
	flags.DurationVar(&how.latency, "latency", 0, "wait of the server before each answer")
	flags.BoolVar(&how.gzip, "gzip", false, "let the server compress its answers")
	flags.BoolVar(&how.v230, "v230", false, "let the server serve version 2.3.0, too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q for?", flags.Arg(0))
	}
	switch {
	case *server:
		return serve(how, in, out)
	case *decoder != "":
		return decodeMany(*decoder, in)
	case *counted:
		return instructions(ctx, out)
	}
	if *write && (*once || *only != "") {
		return errors.New("-write is for whole measurements: without -once and -only")
	}
	chosen := names()
	if *only != "" {
		chosen = strings.Split(*only, ",")
	}
	work := thorough
	if *once {
		work = single
	}
	parts, err := measureAll(ctx, out, chosen, work)
	if err == nil && *write {
		err = generated.Write(document, parts)
	}
	return err
}

// An effort is how much is measured.
type effort struct {
	rounds int
	batch  bool // several runs a round, where one is short
	many   int  // events of the long walk
	divide int  // of the server's latency
}

var (
	thorough = effort{rounds: 30, batch: true, many: manyEvents, divide: 1}
	single   = effort{rounds: 1, many: 2 * fewEvents, divide: 20}
)

func (e effort) times(batch int) int {
	if !e.batch {
		return 1
	}
	return batch
}

func (e effort) fewer(divide int) int { return max(1, e.rounds/divide) }
func (e effort) latency(latency time.Duration) time.Duration {
	return latency / time.Duration(e.divide)
}

// A part is one generated part of the document.
type part struct {
	name    string
	measure func(context.Context, effort) (string, error)
}

func parts() []part {
	few := serving{events: allEvents}
	slow := func(d time.Duration) serving { return serving{events: allEvents, latency: d} }
	return []part{
		{"machine", machine},
		{"decode", decoding},
		{"otherwise", decodingOtherwise},
		{"decode230", decoding230},
		{"walk", course{serving: few, limit: 100, base: floorName, batch: 3, slow: 1, subjects: subjects}.walking},
		{"limit10", course{serving: few, limit: 10, base: floorName, batch: 2, slow: 1, subjects: subjects}.walking},
		{"latency20", course{serving: slow(20 * time.Millisecond), limit: 100, base: ours, batch: 1, slow: 2, subjects: subjects}.walking},
		{"latency200", course{serving: slow(200 * time.Millisecond), limit: 100, base: ours, batch: 1, slow: 8, subjects: subjects}.walking},
		{"gzip", course{serving: serving{events: allEvents, gzip: true}, limit: 100, base: floorName, batch: 3, slow: 1, subjects: subjects}.walking},
		{"detailed", course{serving: few, limit: 100, detailed: true, base: floorName, batch: 3, slow: 1, subjects: subjects}.walking},
		{"walk230", course{serving: serving{events: allEvents, v230: true}, limit: 100, base: decoderName, batch: 1, slow: 1, subjects: subjects230}.walking},
		{"first", firstEvent},
		{"memory", memory},
		{"mirror", mirroring},
		{"profile", profiling},
	}
}

func names() []string {
	var all []string
	for _, p := range parts() {
		all = append(all, p.name)
	}
	return all
}

// measureAll measures the chosen parts in their order, and prints each when it
// is there.
func measureAll(ctx context.Context, out io.Writer, chosen []string, work effort) (map[string]string, error) {
	for _, name := range chosen {
		if !slices.Contains(names(), name) {
			return nil, fmt.Errorf("no table %q: there are %s", name, strings.Join(names(), ", "))
		}
	}
	found := make(map[string]string)
	for _, p := range parts() {
		if !slices.Contains(chosen, p.name) {
			continue
		}
		text, err := p.measure(ctx, work)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		found[p.name] = text
		fmt.Fprintf(out, "## %s\n\n%s\n", p.name, text)
	}
	return found, nil
}

// machine says where the figures are from.
func machine(context.Context, effort) (string, error) {
	model := "processor not known"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s %s/%s\n", model, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH), nil
}

const document = "../doc/performance.md"
