package ll2otel_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2otel"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestTheQuotaOfAClientIsObservedUntilItIsUnregistered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		server := ll2test.NewServer(ll2test.Events(3)...)
		client := server.Client(ll2.WithBaseURL(ll2.DefaultBaseURL))
		registration, err := ll2otel.ObserveClient(client, append(s.options(), ll2otel.WithAttributes(attribute.Int("n", 1)))...)
		if err != nil {
			t.Fatal(err)
		}
		want(t, s.metrics(""), `
			ll2.client.quota.blocked{n=1} 0 s
			ll2.client.quota.left{n=1} 15 {request}
			ll2.client.quota.limit{n=1} 15 {request}
			ll2.client.quota.used{n=1} 0 {request}
			`)
		client.DockingEvents.Get(t.Context(), 1)
		server.Fail(ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"600"}}})
		client.DockingEvents.Get(t.Context(), 1)
		time.Sleep(time.Minute)
		want(t, s.metrics(""), `
			ll2.client.quota.blocked{n=1} 540 s
			ll2.client.quota.left{n=1} 0 {request}
			ll2.client.quota.limit{n=1} 15 {request}
			ll2.client.quota.used{n=1} 1 {request}
			`)
		if err := registration.Unregister(); err != nil {
			t.Fatal(err)
		}
		want(t, s.metrics(""), "\n\n")
	})
}

func TestAQuotaThatIsNotKnownIsNotReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		server := ll2test.NewServer()
		client := server.Client()
		if _, err := ll2otel.ObserveClient(client, s.options()...); err != nil {
			t.Fatal(err)
		}
		want(t, s.metrics(""), "ll2.client.quota.blocked{} 0 s\n")
		server.Fail(ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"600"}}})
		client.DockingEvents.Get(t.Context(), 1)
		want(t, s.metrics(""), `
			ll2.client.quota.blocked{} 600 s
			ll2.client.quota.left{} 0 {request}
			`)
	})
}

func TestAMirrorIsObservedFromColdToFailing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		server := ll2test.NewServer(ll2test.Events(30)...)
		m, err := mirror.Open(server.Client(), mirror.Memory())
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		registration, err := ll2otel.ObserveMirror(m, s.options()...)
		if err != nil {
			t.Fatal(err)
		}
		want(t, s.metrics(""), `
			ll2.mirror.events{ll2.api.version=2.2.0} 0 {event}
			ll2.mirror.failing{ll2.api.version=2.2.0} 0 {failure}
			ll2.mirror.refreshes{ll2.api.version=2.2.0,ll2.mirror.outcome=error} 0 {refresh}
			ll2.mirror.refreshes{ll2.api.version=2.2.0,ll2.mirror.outcome=ok} 0 {refresh}
			`)
		if err := m.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		server.Fail(ll2test.Fault{Err: errors.New("no network")})
		if m.Refresh(t.Context()) == nil {
			t.Error("it did not fail")
		}
		want(t, s.metrics(""), `
			ll2.mirror.age{ll2.api.version=2.2.0} 3600 s
			ll2.mirror.events{ll2.api.version=2.2.0} 30 {event}
			ll2.mirror.failing{ll2.api.version=2.2.0} 1 {failure}
			ll2.mirror.refreshes{ll2.api.version=2.2.0,ll2.mirror.outcome=error} 1 {refresh}
			ll2.mirror.refreshes{ll2.api.version=2.2.0,ll2.mirror.outcome=ok} 1 {refresh}
			ll2.mirror.walk.age{ll2.api.version=2.2.0} 3600 s
			`)
		if err := registration.Unregister(); err != nil {
			t.Fatal(err)
		}
		want(t, s.metrics(""), "\n\n")
	})
}

func TestAMirrorOfTheOtherVersionIsToldApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		server := ll2test.NewServer(ll2test.Events(30)...)
		server.SetEvents230(ll2test.Events230(20)...)
		old, err := mirror.Open(server.Client(s.telemetry()), mirror.Memory())
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		m, err := mirror.Open230(server.Client(s.telemetry()), mirror.Memory())
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		_, err1 := ll2otel.ObserveMirror(old, s.options()...)
		_, err2 := ll2otel.ObserveMirror(m, s.options()...)
		if err := errors.Join(err1, err2, old.Refresh(t.Context()), m.Refresh(t.Context())); err != nil {
			t.Fatal(err)
		}
		want(t, s.metrics("ll2.mirror.events"), `
			ll2.mirror.events{ll2.api.version=2.2.0} 30 {event}
			ll2.mirror.events{ll2.api.version=2.3.0} 20 {event}
			`)
		want(t, s.metrics("ll2.client.call.duration"), `
			ll2.client.call.duration{ll2.kind=list,url.template=/2.2.0/docking_event/} 1 in 0 s
			ll2.client.call.duration{ll2.kind=list,url.template=/2.3.0/docking_events/} 1 in 0 s
			`)
	})
}
