package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// In virtual time, so that the waits take none.
func TestItPrintsSpansAndMetrics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), false, &out); err != nil {
			t.Fatal(err)
		}
		spans, metrics := make(map[string]int), make(map[string]int)
		traces := make(map[string]bool)
		for decoder := json.NewDecoder(&out); ; {
			var object struct {
				Name         string
				SpanContext  struct{ TraceID string }
				ScopeMetrics []struct{ Metrics []struct{ Name string } }
			}
			if err := decoder.Decode(&object); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if object.Name != "" {
				spans[object.Name]++
				traces[object.SpanContext.TraceID] = true
			}
			for _, scope := range object.ScopeMetrics {
				for _, metric := range scope.Metrics {
					metrics[metric.Name]++
				}
			}
		}
		want := map[string]int{"nightly import": 1, "ll2 list /2.2.0/docking_event/": 3, "GET /2.2.0/docking_event/": 5, "ll2 wait backoff": 1, "ll2 wait retry-after": 1}
		if !maps.Equal(spans, want) || len(traces) != 1 {
			t.Errorf("%v in %d traces, want %v in one", spans, len(traces), want)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(metrics)), " "); got != "http.client.request.duration ll2.client.call.duration ll2.client.quota.blocked ll2.client.quota.left ll2.client.quota.limit ll2.client.quota.used ll2.client.refusals ll2.client.retries ll2.client.wait.duration" {
			t.Error(got)
		}
	})
}
