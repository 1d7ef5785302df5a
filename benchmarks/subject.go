package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2"
)

// A subject is a client that is measured.
type subject struct {
	name string
	open func(target) (walk, error)
}

// A target is the configuration of a client.
type target struct {
	base     string // of the API, with a slash at its end
	http     *http.Client
	limit    int
	detailed bool
	v230     bool // version 2.3.0 in place of 2.2.0
	events   int  // that the server has
}

// query returns the query of every client, so that all get the same answers.
func (t target) query() url.Values {
	q := url.Values{"limit": {strconv.Itoa(t.limit)}, "ordering": {ordering}}
	if t.detailed {
		q.Set("mode", detailedMode)
	}
	return q
}

// first is the address of the first page.
func (t target) first() string { return t.list() + "?" + t.query().Encode() }

// list is the address of the list, whose version the address of the server has: 2.2.0.
func (t target) list() string {
	if t.v230 {
		return strings.TrimSuffix(t.base, "2.2.0/") + "2.3.0/docking_events/"
	}
	return t.base + "docking_event/"
}

const (
	ordering     = "docking,id"
	detailedMode = "detailed"
)

// A walk reads all events, page after page, until visit returns false.
type walk func(ctx context.Context, visit func(event) bool) error

// An event holds the fields of a docking event that prove that a walk has decoded it. The
// zero value stands for null.
type event struct {
	id         int
	docking    time.Time
	departure  time.Time
	missionEnd time.Time
	craft      string
	serial     string
	text       string
	flights    int
	agency     string
	station    int
	history    string // in the detailed shape only
}

// A sum tells whether two walks saw the same.
type sum struct {
	events int
	hash   uint64
}

// checked walks once and sums up what it sees.
func checked(ctx context.Context, w walk) (sum, error) {
	h := fnv.New64a()
	n := 0
	err := w(ctx, func(e event) bool {
		n++
		fmt.Fprintf(h, "%d %d %d %d %q %q %q %d %q %d %q\n", e.id, e.docking.Unix(), e.departure.Unix(), e.missionEnd.Unix(),
			e.craft, e.serial, e.text, e.flights, e.agency, e.station, e.history)
		return true
	})
	return sum{n, h.Sum64()}, err
}

// count walks once and counts.
func count(ctx context.Context, w walk, want int) error {
	n := 0
	if err := w(ctx, func(event) bool { n++; return true }); err != nil {
		return err
	}
	if n != want {
		return fmt.Errorf("%d events of %d", n, want)
	}
	return nil
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// subjects are the clients, each with what it leaves out.
func subjects() []subject {
	return []subject{
		{ours, openSDK()},
		{ours + ", Parallel(5)", openSDK(ll2.Parallel(5))},
		{plainName, openPlain},
		{"go-retryablehttp + encoding/json", openRetryable},
		{"resty", openResty},
		{"oapi-codegen client", openOAPI},
		{"ogen client", openOgen},
		{floorName, openFloor},
		{"net/http, body thrown away: " + decodesNothing, openDiscard},
	}
}

const (
	ours      = "**this client**"
	plainName = "net/http + encoding/json"
	floorName = "net/http + hand-written decoder"

	decodesNothing = "decodes nothing"
)
