package memory_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/test/testkit"
)

// A plainRow is a row that encoding/json reads.
type plainRow struct {
	ID   int    `json:"id"`
	Name string `json:"fullName"`
}

// For every body, a call allocates at most 24 times its size, and most of that for a
// moment. The worst are a duration of millions of digits, which errors quote, and a
// text of invalid UTF-8, which encoding/json makes longer. The test is not parallel,
// because allocations of others would count.
func TestHostileBodiesTakeLittleMemory(t *testing.T) {
	const size = 512 << 10
	fill := func(begin, piece, end string) func() []byte {
		n := (size - len(begin) - len(end)) / len(piece)
		return func() []byte { return []byte(begin + strings.Repeat(piece, n) + end) } // one at a time
	}
	const begin = `{"count":1,"results":[`
	for name, fill := range map[string]func() []byte{
		"empty rows":            fill(begin, `{},`, `{}]}`),
		"small rows":            fill(begin, `{"id":1},`, `{}]}`),
		"empty rows, odd":       fill(`{"COUNT":1,"results":[`, `{},`, `{}]}`),
		"rows of one digit":     fill(begin, `1,`, `1]}`),
		"nulls":                 fill(begin, `null,`, `null]}`),
		"cut rows":              fill(begin, `{},`, ``),
		"nesting":               fill(begin, `[`, ``),
		"nesting of objects":    fill(`{"count":1,"new":`, `{"a":`, ``),
		"one text":              fill(begin+`{"id":1,"url":"`, `x`, `"}]}`),
		"one text, cut":         fill(begin+`{"id":1,"url":"`, `x`, ``),
		"one text of escapes":   fill(begin+`{"id":1,"url":"`, `\u0001`, `"}]}`),
		"one text of pairs":     fill(begin+`{"id":1,"url":"`, `\ud83d`, `"}]}`),
		"one text, bad UTF-8":   fill(begin+`{"id":1,"url":"`, "\xff", `"}]}`),
		"one key":               fill(begin+`{"id":1,"`, `x`, `":1}]}`),
		"many keys":             fill(begin+`{"id":1`, `,"a":1`, `}]}`),
		"one key many times":    fill(begin+`{"id":1`, `,"launch_id":"a"`, `}]}`),
		"a pointer many times":  fill(begin+`{"id":1`, `,"launch_id":null,"launch_id":""`, `}]}`),
		"one next":              fill(`{"count":1,"results":[],"next":"`, `x`, `"}`),
		"results many times":    fill(`{"count":1`, `,"results":[{}]`, `}`),
		"one number":            fill(begin+`{"id":`, `1`, `}]}`),
		"a time":                fill(begin+`{"id":1,"docking":"`, `1`, `"}]}`),
		"a duration":            fill(begin+`{"id":1,"flight_vehicle":{"spacecraft":{"time_docked":"P`, `1`, `D"}}}]}`),
		"white space":           fill(begin, ` `, `]}`),
		"families":              fill(begin+`{"id":1,"docking_location":{"spacecraft":{"family":[`, `{},`, `{}]}}}]}`),
		"variants of a picture": fill(begin+`{"id":1,"space_station_target":{"image":{"variants":[`, `{},`, `{}]}}}]}`),
		"families, many times":  fill(begin+`{"id":1,"docking_location":{"spacecraft":{"family":[]`, `,"family":[{}]`, `}}}]}`),
		"a launch":              fill(begin+`{"id":1,"flight_vehicle_chaser":{"launch":{"rocket":[`, `{},`, `{}]}}}]}`),
		"sides":                 fill(begin+`{"id":1`, `,"flight_vehicle_chaser":null,"flight_vehicle_chaser":{}`, `}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			body := fill()
			client := testkit.NewClient(t, testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
				return testkit.NewResponse(req, http.StatusOK, io.NopCloser(bytes.NewReader(body))), nil
			}), ll2.WithRetries(0))
			rows := ll2.NewResource(client, "2.2.0/row/", func(r *plainRow) int { return r.ID })
			service := ll230.DockingEvents(client)
			for kind, call := range map[string]func(context.Context){
				"a page":               func(ctx context.Context) { _, _ = client.DockingEvents.List(ctx) },
				"a page of 2.3.0":      func(ctx context.Context) { _, _ = service.List(ctx) },
				"an event of 2.3.0":    func(ctx context.Context) { _, _ = service.Get(ctx, 1) },
				"a page of other rows": func(ctx context.Context) { _, _ = rows.List(ctx, nil) },
				"an event":             func(ctx context.Context) { _, _ = client.DockingEvents.Get(ctx, 1) },
				"the quota":            func(ctx context.Context) { _, _ = client.Throttle(ctx) },
			} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				call(t.Context())
				runtime.ReadMemStats(&after)
				times := float64(after.TotalAlloc-before.TotalAlloc) / size
				if times > 24 {
					t.Errorf("%s: %.1f times the body is allocated, want 24 at most", kind, times)
				}
			}
		})
	}
}
