// Example runs two processes that share one quota on a Redis server, and prints which
// one was granted requests, and when:
//
//	go run ./example -redis 127.0.0.1:6379
//
// It starts itself twice as a worker. The service is an in-memory one, which allows 4
// requests in any 2 seconds and reports how often it refused a request.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/ll2test"
)

const (
	quota    = 4
	window   = 2 * time.Second
	requests = 6 // of each worker: three windows for both
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "example:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("example", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("redis", "127.0.0.1:6379", "`address` of the Redis server")
	key := flags.String("key", "", "`key` of the quota; by default one of this run alone")
	worker := flags.String("worker", "", "be the worker of this `name`; the example starts its workers so")
	url := flags.String("url", "", "base `URL` of the service, for a worker")
	began := flags.Int64("began", 0, "when the run began, for a worker: `milliseconds` since 1970")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if *worker != "" {
		return work(ctx, out, *worker, *addr, *key, *url, time.UnixMilli(*began))
	}
	if *key == "" {
		*key = "ll2-example-" + rand.Text()
	}
	return supervise(ctx, out, *addr, *key)
}

// supervise is the service and the parent of two workers.
func supervise(ctx context.Context, out io.Writer, addr, key string) error {
	server := ll2test.NewServer(ll2test.Events(2 * requests)...)
	server.Limit(quota, window)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := &http.Server{Handler: server, ReadHeaderTimeout: time.Minute}
	go func() { _ = web.Serve(listener) }()
	defer web.Close()

	program, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Two processes, %d requests each; the quota is %d in any %v.\n", requests, quota, window)
	began := strconv.FormatInt(time.Now().UnixMilli(), 10)
	lines := &lineWriter{w: out}
	failures := make([]error, 2)
	var all sync.WaitGroup
	for i, name := range []string{"A", "B"} {
		cmd := exec.CommandContext(ctx, program, "-worker", name, "-redis", addr, "-key", key,
			"-url", "http://"+listener.Addr().String()+"/", "-began", began)
		cmd.Stdout, cmd.Stderr = lines, lines
		all.Go(func() { failures[i] = cmd.Run() })
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	refused := 0
	for _, request := range server.Requests() {
		if request.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	_, err = fmt.Fprintf(out, "%d requests, %d of them refused.\n", len(server.Requests()), refused)
	return err
}

// work is one worker: an ordinary program with a limiter on Redis.
func work(ctx context.Context, out io.Writer, name, addr, key, url string, began time.Time) error {
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	defer rdb.Close()
	limiter, err := ll2redis.NewLimiter(rdb, key, quota, window)
	if err != nil {
		return err
	}
	defer limiter.Close() // tells Redis the result of the last request
	client, err := ll2.New(ll2.WithBaseURL(url), ll2.WithLimiter(limiter), ll2.WithMaxWait(math.MaxInt64))
	if err != nil {
		return err
	}
	for id := range requests {
		event, err := client.DockingEvents.Get(ctx, id+1)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%5.2f s  %s got event %d, %s\n", time.Since(began).Seconds(), name, event.ID, event.FlightVehicle.Spacecraft.Name)
	}
	return nil
}

// A lineWriter is one output for several processes.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
