// Command gateway measures how many requests one process that serves a mirror answers,
// and how it copes with many clients at once. It compares the process with an nginx with
// proxy_cache that answers the same URLs on the same machine. It needs wrk and nginx
// from Debian, and 12,000 open files:
//
//	go -C benchmarks run ./gateway
//	go -C benchmarks run ./gateway -write
//
// With -write the tables go to doc/mirror.md as well.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/docking-event/ll2/benchmarks/generated"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("gateway", flag.ContinueOnError)
	serving := flags.Bool("serve", false, "be the gateway, for the tables of another process")
	write := flags.Bool("write", false, "write the tables into "+document)
	only := flags.String("only", "load,crowd", "make these tables only")
	lasts := flags.Duration("for", 10*time.Second, "measure each row for this `time`")
	crowd := flags.Int("crowd", 10_000, "`connections` of the crowd, for twice that time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *serving {
		return serve(ctx)
	}
	address, stop, err := start(ctx)
	if err != nil {
		return err
	}
	defer stop()
	tables := make(map[string]string)
	for name := range strings.SplitSeq(*only, ",") {
		switch name {
		case "load":
			tables[name], err = load(ctx, address, *lasts)
		case "crowd":
			tables[name], err = meet(ctx, address, *crowd, 2**lasts)
		default:
			err = fmt.Errorf("no table %q", name)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Printf("## %s\n\n%s\n", name, tables[name])
	}
	if !*write {
		return nil
	}
	return generated.Write(document, tables)
}

// serve is the gateway: a mirror of a service in the same process, and the http.Server
// of examples/gateway. It says where it listens and ends with its standard input.
func serve(ctx context.Context) error {
	m, err := mirror.Open(ll2test.NewServer(ll2test.Events(515)...).Client(), mirror.Memory())
	if err != nil {
		return err
	}
	defer m.Close()
	if err := m.Refresh(ctx); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: m, MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Println(listener.Addr())
	go func() {
		// Report the cost to a parent process that asks on standard input.
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			fmt.Println(stats.Sys)
		}
		failed <- nil
	}()
	return errors.Join(<-failed, server.Close())
}

// A gateway is that process.
type gateway struct {
	address string
	in      io.Writer
	out     *bufio.Reader
}

func start(ctx context.Context) (g *gateway, stop func(), err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, program, "-serve")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() {
		in.Close()
		_ = cmd.Wait() // it has nothing to say any more
	}
	g = &gateway{in: in, out: bufio.NewReader(out)}
	line, err := g.out.ReadString('\n')
	if err != nil {
		stop()
		return nil, nil, fmt.Errorf("the gateway does not start: %w", err)
	}
	g.address = strings.TrimSpace(line)
	return g, stop, nil
}

// memory returns the bytes that the gateway has of the system.
func (g *gateway) memory() (n uint64, err error) {
	if _, err = fmt.Fprintln(g.in); err == nil {
		_, err = fmt.Fscan(g.out, &n)
	}
	return n, err
}

const document = "../doc/mirror.md"
