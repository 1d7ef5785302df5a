package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// allEvents is about how many the service has.
const allEvents = 515

// newHTTPClient returns what every client is given: as in net/http, but with
// connections of its own, and the timeout that this client has by default.
func newHTTPClient() *http.Client {
	return &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone(), Timeout: 30 * time.Second}
}

// A course is a server and what is asked of it.
type course struct {
	serving  serving
	limit    int
	detailed bool
	base     string // the row that is 1
	batch    int    // walks a measurement
	slow     int    // by how much there are fewer rounds
	subjects func() []subject
}

// walking measures full walks of all clients.
func (c course) walking(ctx context.Context, how effort) (string, error) {
	c.serving.latency = how.latency(c.serving.latency)
	base, stop, err := start(ctx, c.serving)
	if err != nil {
		return "", err
	}
	defer stop()
	walks, err := openAll(ctx, c.subjects(), func() target {
		return target{base: base, http: newHTTPClient(), limit: c.limit, detailed: c.detailed, v230: c.serving.v230, events: c.serving.events}
	})
	if err != nil {
		return "", err
	}
	var rows []row
	for i, s := range c.subjects() {
		rows = append(rows, row{s.name, func() error { return count(ctx, walks[i], c.serving.events) }})
	}
	all, err := measure(rows, how.fewer(c.slow), how.times(c.batch))
	if err != nil {
		return "", err
	}
	return comparison("full walk", c.base, all), nil
}

// openAll opens the subjects and checks that all see the same.
func openAll(ctx context.Context, subjects []subject, newTarget func() target) ([]walk, error) {
	walks := make([]walk, len(subjects))
	var want sum
	for i, s := range subjects {
		t := newTarget()
		w, err := s.open(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		walks[i] = w
		got, err := checked(ctx, w)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		if strings.HasSuffix(s.name, decodesNothing) {
			got.hash = want.hash
		}
		if i == 0 {
			want = got
		}
		if got != want || got.events != t.events {
			return nil, fmt.Errorf("%s sees other events than %s", s.name, subjects[0].name)
		}
	}
	return walks, nil
}

// firstEvent measures how long and how many bytes it takes until a caller has
// an event in hand.
func firstEvent(ctx context.Context, how effort) (string, error) {
	base, stop, err := start(ctx, serving{events: allEvents})
	if err != nil {
		return "", err
	}
	defer stop()
	t := newTable("first event of a walk", "page size", "ratio", "median", "bytes received")
	for _, limit := range []int{100, 10} {
		if err := firstEvents(ctx, how, t, base, limit); err != nil {
			return "", err
		}
	}
	return t.String(), nil
}

func firstEvents(ctx context.Context, how effort, t *table, base string, limit int) error {
	var received []*atomic.Int64
	walks, err := openAll(ctx, subjects(), func() target {
		client := newHTTPClient()
		n := new(atomic.Int64)
		client.Transport.(*http.Transport).DialContext = counting(n)
		received = append(received, n)
		return target{base: base, http: client, limit: limit, events: allEvents}
	})
	if err != nil {
		return err
	}
	bytes := make([]int64, len(walks))
	var rows []row
	for i, s := range subjects() {
		rows = append(rows, row{s.name, func() error {
			before := received[i].Load()
			err := errors.New("no event")
			failed := walks[i](ctx, func(event) bool {
				bytes[i], err = received[i].Load()-before, nil
				return false
			})
			return errors.Join(failed, err)
		}})
	}
	all, err := measure(rows, how.rounds, how.times(10))
	if err != nil {
		return err
	}
	one := named(all, floorName)
	for i, m := range all {
		t.add(m.name, strconv.Itoa(limit), formatRatio(median(m.ratios(one))), formatTime(median(m.times)),
			strconv.FormatInt(bytes[i], 10))
	}
	return nil
}

// counting dials connections that count what they receive.
func counting(n *atomic.Int64) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return countingConn{conn, n}, nil
	}
}

type countingConn struct {
	net.Conn
	received *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received.Add(int64(n))
	return n, err
}
