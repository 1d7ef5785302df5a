package faults_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/test/testkit"
)

// http1Faults are failures of HTTP/1.1 connections.
func http1Faults(t *testing.T) []fault {
	t.Helper()
	refused := faultScript{timeout: faultPatience, dial: func(number int) string {
		if number == 1 {
			return ""
		}
		return "127.0.0.1:1" // without a listener
	}}
	return []fault{
		{name: "connection refused", gist: "connection refused", stage: refused.stage},
		{
			name: "reset before the first byte", gist: "connection reset by peer",
			stage: faultOverSocket(faultResetFirst).stage,
		},
		{name: "closed before the first byte", gist: "EOF", stage: faultOverSocket(faultAbort).stage},
		{name: "reset in the body", gist: "reading the body", stage: faultOverSocket(faultResetInBody).stage},
		{
			name: "body cut short, with Content-Length", gist: "reading the body: unexpected EOF",
			stage: faultOverSocket(faultCutWithLength).stage,
		},
		{
			name: "body cut short, in chunks", gist: "reading the body: unexpected EOF",
			stage: faultOverSocket(faultAbortInBody).stage,
		},
		{
			name: "body cut short, with neither", gist: "unexpected end of JSON input",
			stage: faultOverSocket(faultCutWithoutLength).stage,
		},
		{
			name: "gzip with a damaged header", gist: "gzip: invalid header",
			stage: faultOverSocket(faultGzip(func(b []byte) []byte { b[0] = 'x'; return b })).stage,
		},
		{
			name: "gzip with damaged data", gist: "flate: corrupt input",
			stage: faultOverSocket(faultGzip(func(b []byte) []byte {
				copy(b[10:], bytes.Repeat([]byte{0xff}, 64)) // behind gzip's own header
				return b
			})).stage,
		},
		{
			name: "gzip with a wrong checksum", gist: "gzip: invalid checksum",
			stage: faultOverSocket(faultGzip(func(b []byte) []byte { b[len(b)-8] ^= 1; return b })).stage,
		},
		{
			name: "gzip that ends too soon", gist: "unexpected EOF",
			stage: faultOverSocket(faultGzip(func(b []byte) []byte { return b[:len(b)/2] })).stage,
		},
		{
			name: "a gzip bomb: 1 MiB that holds 1 GiB", fate: faultStands, gist: "more than 32 MiB",
			stage: faultOverSocket(faultBomb(t)).stage,
		},
		{
			name: "a page of 33 MiB", fate: faultStands, gist: "more than 32 MiB",
			stage: faultOverSocket(faultHugePage).stage,
		},
		{
			name: "a body that trickles, but comes in time", fate: faultHarmless,
			stage: faultOverSocket(faultTrickle(50, time.Millisecond)).stage,
		},
		{
			name: "a body that trickles past the timeout", bubble: true,
			stage: faultOverSocket(faultTrickle(1000, 10*time.Millisecond)).hasty().stage,
		},
		{
			name: "stalled before the first byte", bubble: true,
			stage: faultOverSocket(faultStallFirst).hasty().stage,
		},
		{
			name: "stalled in the body", bubble: true,
			stage: faultOverSocket(faultStallInBody).hasty().stage,
		},
		{
			name: "cancelled before the first byte", fate: faultStands, gist: errFaultCause.Error(),
			stage: faultOverSocket(faultCancelFirst).stage,
		},
		{
			name: "cancelled in the body", fate: faultStands, gist: errFaultCause.Error(),
			stage: faultOverSocket(faultCancelInBody).stage,
		},
	}
}

// http2Faults are those of them that HTTP/2 has in a form of its own.
func http2Faults() []fault {
	return []fault{
		{name: "connection reset before the first byte", stage: faultOverSocket(faultResetFirst).overHTTP2().stage},
		{name: "connection reset in the body", gist: "reading the body", stage: faultOverSocket(faultResetInBody).overHTTP2().stage},
		{name: "stream reset before the first byte", gist: "INTERNAL_ERROR", stage: faultOverSocket(faultAbort).overHTTP2().stage},
		{name: "stream reset in the body", gist: "INTERNAL_ERROR", stage: faultOverSocket(faultAbortInBody).overHTTP2().stage},
		{
			name: "stalled before the first byte", bubble: true,
			stage: faultOverSocket(faultStallFirst).overHTTP2().hasty().stage,
		},
		{
			name: "stalled in the body", bubble: true,
			stage: faultOverSocket(faultStallInBody).overHTTP2().hasty().stage,
		},
		{
			name: "cancelled before the first byte", fate: faultStands, gist: errFaultCause.Error(),
			stage: faultOverSocket(faultCancelFirst).overHTTP2().stage,
		},
		{
			name: "cancelled in the body", fate: faultStands, gist: errFaultCause.Error(),
			stage: faultOverSocket(faultCancelInBody).overHTTP2().stage,
		},
	}
}

func TestFaultsOfConnectionsAreTriedAgainOverHTTP1(t *testing.T) {
	testkit.Golden(t, "../../doc/faults.md", "http1", faultWire(t, http1Faults(t)))
}

func TestFaultsOfConnectionsAreTriedAgainOverHTTP2(t *testing.T) {
	testkit.Golden(t, "../../doc/faults.md", "http2", faultWire(t, http2Faults()))
}

// faultWire lets all faults happen, several at a time.
func faultWire(t *testing.T, all []fault) string {
	t.Helper()
	table := faultRows{
		head: "| fault | attempts | requests | what the caller sees | if it comes only once |\n" +
			"| --- | ---: | ---: | --- | --- |\n",
		rows: make([][]string, len(all)),
	}
	t.Run("fault", func(t *testing.T) {
		for i, f := range all {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				var once, stays faultRun
				if f.bubble {
					synctest.Test(t, func(t *testing.T) { once, stays = f.runs(t) })
				} else {
					once, stays = f.runs(t)
				}
				table.rows[i] = []string{
					f.name, strconv.Itoa(stays.attempts), strconv.Itoa(stays.requests), stays.sees(f.gist), once.again(f.fate),
				}
			})
		}
	})
	return table.String()
}

// faultBomb is 1 MiB of gzip that holds 1 GiB of white space.
func faultBomb(t *testing.T) faultHandler {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for range 1024 {
		if _, err := z.Write(bytes.Repeat([]byte(" "), 16<<10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	bomb := bytes.Repeat(b.Bytes(), 64) // gzip goes on where another gzip follows
	return func(_ *faultSocket, w http.ResponseWriter, r *http.Request) { faultSendGzip(w, r, bomb) }
}

// faultHugePage is a good page behind a lot of white space.
func faultHugePage(s *faultSocket, w http.ResponseWriter, r *http.Request) {
	page := s.page(r) // before the client goes
	w.Header().Set("Content-Type", "application/json")
	space := []byte(strings.Repeat(" ", 1<<20))
	for range 33 {
		if _, err := w.Write(space); err != nil {
			return
		}
	}
	_, _ = w.Write(page)
}
