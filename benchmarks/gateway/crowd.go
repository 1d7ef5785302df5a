package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// pause is the mean time between an answer and the next question of a connection.
const pause = 4 * time.Second

// A tally holds the results of the requests.
type tally struct {
	mu     sync.Mutex
	times  []time.Duration
	failed int
	first  error
}

func (t *tally) add(took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.times = append(t.times, took)
		return
	}
	if t.failed++; t.first == nil {
		t.first = err
	}
}

// meet opens connections, a tenth of which ask for much and read nothing, while the
// others ask for ten events every few seconds.
func meet(ctx context.Context, g *gateway, connections int, lasts time.Duration) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		all  tally
		wg   sync.WaitGroup
		slow = connections / 10
		end  = make(chan struct{})
	)
	for i := range connections {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", g.address)
		if err != nil {
			return "", fmt.Errorf("connection %d: %w", i, err)
		}
		defer conn.Close()
		if i < slow {
			// Much more than the buffers of the sockets take, with one that is small.
			if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
				return "", err
			}
			_, err := io.WriteString(conn, strings.Repeat("GET /2.2.0/docking_event/?limit=100&mode=detailed HTTP/1.1\r\nHost: a\r\n\r\n", 20))
			if err != nil {
				return "", err
			}
			continue
		}
		wg.Go(func() {
			from := bufio.NewReader(conn)
			// A new connection has 5 seconds for its first question.
			for wait := rand.N(pause); ; wait = rand.N(2 * pause) {
				select {
				case <-end:
					return
				case <-time.After(wait):
				}
				began := time.Now()
				err := ask(conn, from)
				all.add(time.Since(began), err)
				if err != nil {
					return
				}
			}
		})
	}
	opened := time.Now()
	select {
	case <-time.After(lasts):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	memory, err := g.memory()
	if err != nil {
		return "", err
	}
	close(end)
	wg.Wait()
	if len(all.times) == 0 {
		return "", fmt.Errorf("no answers: %w", all.first)
	}
	if all.failed > 0 {
		fmt.Fprintln(os.Stderr, "gateway: the first of the failures:", all.first)
	}
	slices.Sort(all.times)
	at := func(share float64) string {
		return all.times[int(share*float64(len(all.times)-1))].Round(100 * time.Microsecond).String()
	}
	var b strings.Builder
	b.WriteString("| connections | of which read nothing | for | answers | failed | p50 | p99 | longest | memory of the gateway |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	fmt.Fprintf(&b, "| %d | %d | %v | %d | %d | %s | %s | %s | %d MB |\n",
		connections, slow, time.Since(opened).Round(time.Second), len(all.times), all.failed, at(0.5), at(0.99), at(1), memory>>20)
	return b.String(), nil
}

// ask asks for ten events.
func ask(conn net.Conn, from *bufio.Reader) error {
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "GET /2.2.0/docking_event/?ordering=-docking HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
