package ll2otel_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2otel"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestABadOptionIsAnError(t *testing.T) {
	t.Parallel()
	client := ll2test.NewServer().Client()
	m, err := mirror.Open(client, mirror.Memory())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for wanted, option := range map[string]ll2otel.Option{
		"ll2otel: WithTracerProvider: nil provider":           ll2otel.WithTracerProvider(nil),
		"ll2otel: WithMeterProvider: nil provider":            ll2otel.WithMeterProvider(nil),
		"ll2otel: WithAttributes: an attribute without a key": ll2otel.WithAttributes(attribute.Int("", 1)),
	} {
		_, err := ll2otel.New(nil, option)
		_, err2 := ll2otel.ObserveClient(client, option)
		_, err3 := ll2otel.ObserveMirror(m, option)
		for _, err := range []error{err, err2, err3} {
			if err == nil || !strings.HasPrefix(err.Error(), wanted) {
				t.Errorf("the error is %v, want %s", err, wanted)
			}
		}
	}
}

func TestOnlyWhatNewAndOpenMadeIsObserved(t *testing.T) {
	t.Parallel()
	for _, client := range []*ll2.Client{nil, {}} {
		if _, err := ll2otel.ObserveClient(client); err == nil || err.Error() != "ll2otel: ObserveClient: the client was not made by ll2.New" {
			t.Error(err)
		}
	}
	if _, err := ll2otel.ObserveMirror[*mirror.Mirror](nil); err == nil || err.Error() != "ll2otel: ObserveMirror: nil mirror" {
		t.Error(err)
	}
}

// Providers can be set once in a process, so the test runs itself again.
func TestTheGlobalProvidersAreTheDefaultThoughTheyAreSetLater(t *testing.T) {
	t.Parallel()
	const child = "LL2OTEL_TEST_CHILD"
	if os.Getenv(child) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), child+"=1", "GOCOVERDIR="+t.TempDir())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	option, err := ll2otel.New()
	if err != nil {
		t.Fatal(err)
	}
	client := ll2test.NewServer(ll2test.Events(3)...).Client(option)
	if _, err := ll2otel.ObserveClient(client); err != nil {
		t.Fatal(err)
	}
	s := newSink(t)
	otel.SetTracerProvider(s.tracers)
	otel.SetMeterProvider(s.meters)
	if _, err := client.DockingEvents.Get(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if n, got := len(s.exporter.GetSpans()), s.metrics("ll2.client"); n != 2 || !strings.Contains(got, "ll2.client.call.duration{") || !strings.Contains(got, "ll2.client.quota.blocked{} 0 s") {
		t.Errorf("%d spans\n%s", n, got)
	}
}
