package ll2otel

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/mirror"
)

// ObserveClient reports the quota of a client whenever metrics are read: the limit and the
// used requests, as far as [ll2.Client.Quota] knows them, the requests left, and for how
// long the service blocks requests. It sends nothing. Call Unregister of the result to
// stop it. A client that was not made by [ll2.New] and a bad option are errors.
//
// Clients that have the same base URL, or share one quota, need [WithAttributes] to be
// told apart.
func ObserveClient(client *ll2.Client, opts ...Option) (metric.Registration, error) {
	config, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(client.BaseURL())
	if err != nil || base.Host == "" {
		return nil, errors.New("ll2otel: ObserveClient: the client was not made by ll2.New")
	}
	m := config.meter()
	limit, err1 := m.Int64ObservableGauge("ll2.client.quota.limit", metric.WithUnit("{request}"),
		metric.WithDescription("Number of requests that the quota allows in its window."))
	used, err2 := m.Int64ObservableGauge("ll2.client.quota.used", metric.WithUnit("{request}"),
		metric.WithDescription("Number of requests that count in the window now."))
	left, err3 := m.Int64ObservableGauge("ll2.client.quota.left", metric.WithUnit("{request}"),
		metric.WithDescription("Number of requests that can be sent now."))
	blocked, err4 := m.Float64ObservableGauge("ll2.client.quota.blocked", metric.WithUnit("s"),
		metric.WithDescription("Time until the service is asked again after a 429, 0 if it is not blocked."))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, fmt.Errorf("ll2otel: ObserveClient: %w", err)
	}
	attrs := metric.WithAttributes(config.with(server(base)...)...)
	registration, err := m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		q := client.Quota()
		if q.Limit > 0 {
			o.ObserveInt64(limit, int64(q.Limit), attrs)
			o.ObserveInt64(used, int64(q.Used), attrs)
		}
		if n := q.Left(); n < math.MaxInt {
			o.ObserveInt64(left, int64(n), attrs)
		}
		o.ObserveFloat64(blocked, secondsTo(q.BlockedUntil), attrs)
		return nil
	}, limit, used, left, blocked)
	if err != nil {
		return nil, fmt.Errorf("ll2otel: ObserveClient: %w", err)
	}
	return registration, nil
}

// secondsTo returns how long it is until t, 0 if that is past.
func secondsTo(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return max(0, time.Until(t).Seconds())
}

// Mirror is what [ObserveMirror] observes: a [*mirror.Mirror] or a [*mirror.Mirror230].
type Mirror interface {
	*mirror.Mirror | *mirror.Mirror230
	Status() mirror.Status
}

// ObserveMirror reports the status of a mirror whenever metrics are read: the ages of
// its copy and of the last walk, unless it is cold, the number of events, how many
// refreshes this mirror has made, and whether the last one failed. It asks the store,
// but not the service, and ends with Unregister of what it returns. A nil mirror is an
// error, and so is an option that is not right.
//
// The attribute ll2.api.version is 2.2.0 or 2.3.0. Other mirrors of the same version
// in a program need [WithAttributes] to be told apart.
//
// The requests of a refresh are traced by the client of the mirror. They belong to no
// caller's trace, since all callers share a refresh.
func ObserveMirror[M Mirror](m M, opts ...Option) (metric.Registration, error) {
	config, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, errors.New("ll2otel: ObserveMirror: nil mirror")
	}
	version := "2.2.0"
	if _, ok := any(m).(*mirror.Mirror230); ok {
		version = "2.3.0"
	}
	return observe(config, version, m.Status)
}

func observe(c config, version string, status func() mirror.Status) (metric.Registration, error) {
	m := c.meter()
	age, err1 := m.Float64ObservableGauge("ll2.mirror.age", metric.WithUnit("s"),
		metric.WithDescription("Time since the copy was what the service had."))
	walkAge, err2 := m.Float64ObservableGauge("ll2.mirror.walk.age", metric.WithUnit("s"),
		metric.WithDescription("Time since the last reading of all events began."))
	events, err3 := m.Int64ObservableGauge("ll2.mirror.events", metric.WithUnit("{event}"),
		metric.WithDescription("Number of docking events in the copy."))
	refreshes, err4 := m.Int64ObservableCounter("ll2.mirror.refreshes", metric.WithUnit("{refresh}"),
		metric.WithDescription("Number of refreshes that this mirror has made."))
	failing, err5 := m.Int64ObservableGauge("ll2.mirror.failing", metric.WithUnit("{failure}"),
		metric.WithDescription("1 if the last refresh, its walk or the store failed, else 0."))
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, fmt.Errorf("ll2otel: ObserveMirror: %w", err)
	}
	attrs := metric.WithAttributes(c.with(versionKey.String(version))...)
	ok := metric.WithAttributes(c.with(versionKey.String(version), outcomeKey.String("ok"))...)
	failed := metric.WithAttributes(c.with(versionKey.String(version), outcomeKey.String("error"))...)
	registration, err := m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		s := status()
		if !s.Refreshed.IsZero() {
			o.ObserveFloat64(age, time.Since(s.Refreshed).Seconds(), attrs)
		}
		if !s.Walked.IsZero() {
			o.ObserveFloat64(walkAge, time.Since(s.Walked).Seconds(), attrs)
		}
		o.ObserveInt64(events, int64(s.Count), attrs)
		o.ObserveInt64(refreshes, int64(s.Refreshes-s.Failures), ok)
		o.ObserveInt64(refreshes, int64(s.Failures), failed)
		var f int64
		if s.Err != nil {
			f = 1
		}
		o.ObserveInt64(failing, f, attrs)
		return nil
	}, age, walkAge, events, refreshes, failing)
	if err != nil {
		return nil, fmt.Errorf("ll2otel: ObserveMirror: %w", err)
	}
	return registration, nil
}
