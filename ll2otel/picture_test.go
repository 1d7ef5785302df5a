package ll2otel_test

import (
	"context"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2otel"
	"github.com/docking-event/ll2/ll2test"
)

var update = flag.Bool("update", false, "draw the pictures of doc/ anew")

// The pictures of a walk that meets a 502 and a 429, in virtual time, so that they are
// the same in every run.
func TestThePicturesAreThoseOfAWalkThatMeetsA429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		slow := func(ms int) ll2test.Fault { return ll2test.Fault{Delay: time.Duration(ms) * time.Millisecond} }
		failing := func(ms, status int, header http.Header) ll2test.Fault {
			f := slow(ms)
			f.Status, f.Header = status, header
			return f
		}
		server := ll2test.NewServer(ll2test.Events(60)...)
		server.Fail(slow(600), slow(500), failing(400, http.StatusBadGateway, nil), slow(700), slow(500),
			failing(250, http.StatusTooManyRequests, http.Header{"Retry-After": {"12"}}), slow(600), slow(500))
		client := server.Client(s.telemetry(), ll2.WithBaseURL(ll2.DefaultBaseURL), ll2.WithBackoff(time.Second, time.Second))
		if _, err := ll2otel.ObserveClient(client, s.options()...); err != nil {
			t.Fatal(err)
		}

		var samples []sample
		ctx, stop := context.WithCancel(t.Context())
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			time.Sleep(25 * time.Millisecond) // so that nothing happens when it looks
			for ticker := time.NewTicker(50 * time.Millisecond); ; {
				samples = append(samples, s.sample())
				select {
				case <-ticker.C:
				case <-ctx.Done():
					ticker.Stop()
					return
				}
			}
		}()
		walk, span := s.tracers.Tracer("test").Start(t.Context(), "nightly import")
		if _, err := ll2.Collect(client.DockingEvents.All(walk, ll2.PageSize(10))); err != nil {
			t.Fatal(err)
		}
		span.End()
		time.Sleep(time.Second)
		stop()
		<-watched

		compare(t, "telemetry-trace.svg", drawTrace(s))
		compare(t, "telemetry-metrics.svg", drawMetrics(samples))
	})
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("..", "doc", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("doc/%s is not what would be drawn; run go test -run Pictures -update .", name)
	}
}

// A sample is the value of each series at a time.
type sample struct {
	at     time.Duration
	series map[string]float64
}

func (s *sink) sample() sample {
	var data metricdata.ResourceMetrics
	if err := s.reader.Collect(context.Background(), &data); err != nil {
		s.t.Error(err)
	}
	now := sample{at: time.Since(s.start), series: make(map[string]float64)}
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					now.series[m.Name] += float64(p.Value)
				}
			case metricdata.Gauge[int64]:
				now.series[m.Name] = float64(data.DataPoints[0].Value)
			case metricdata.Gauge[float64]:
				now.series[m.Name] = data.DataPoints[0].Value
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					attrs := p.Attributes.ToSlice()
					now.series[m.Name+" "+value(attrs, "http.response.status_code")] += float64(p.Count)
					now.series[m.Name+".sum "+value(attrs, "ll2.wait.reason")] += p.Sum
				}
			}
		}
	}
	return now
}
