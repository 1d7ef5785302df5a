package mirror_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/mirror"
)

// A version holds all that the simulated worlds must know about a version of the service.
type version struct {
	path    string
	vehicle string             // the key of it
	running func(n int) string // keys of the vehicle that change by themselves
	open    func(*ll2.Client, mirror.Store) (subject, error)
}

// A subject is a mirror of either version, of a world's stays.
type subject interface {
	Refresh(ctx context.Context) error
	Status() mirror.Status
	Close() error
	stays(ctx context.Context) ([]stay, error)
	journal(ctx context.Context, after uint64) iter.Seq2[change, error]
	seq() uint64 // of the last change
}

// A change is one of a subject's.
type change struct {
	seq           uint64
	kind          mirror.Kind
	fields        []string
	before, after *stay
}

var (
	v220 = version{
		path: "2.2.0/docking_event/", vehicle: "flight_vehicle",
		running: func(int) string { return "" },
		open: func(client *ll2.Client, store mirror.Store) (subject, error) {
			m, err := mirror.Open(client, store)
			return subject220{m}, err
		},
	}
	v230 = version{
		path: "2.3.0/docking_events/", vehicle: "flight_vehicle_chaser",
		running: func(n int) string { return fmt.Sprintf(`"duration":"PT%dM","turn_around_time":"PT%dH",`, n, n) },
		open: func(client *ll2.Client, store mirror.Store) (subject, error) {
			m, err := mirror.Open230(client, store)
			return subject230{m}, err
		},
	}
)

type subject220 struct{ *mirror.Mirror }

func (s subject220) stays(ctx context.Context) ([]stay, error) {
	return staysOf(s.DockingEvents.All(ctx), stayOf)
}
func (s subject220) seq() uint64 { return mirror.SeqOf(s.Mirror) }
func (s subject220) journal(ctx context.Context, after uint64) iter.Seq2[change, error] {
	return changesOf(s.Changes(ctx, after), func(c mirror.Change) change {
		return change{c.Seq, c.Kind, c.Fields, optional(c.Before, stayOf), optional(c.After, stayOf)}
	})
}

type subject230 struct{ *mirror.Mirror230 }

func (s subject230) stays(ctx context.Context) ([]stay, error) {
	return staysOf(s.DockingEvents.All(ctx), stayOf230)
}
func (s subject230) seq() uint64 { return mirror.SeqOf(s.Mirror230) }
func (s subject230) journal(ctx context.Context, after uint64) iter.Seq2[change, error] {
	return changesOf(s.Changes(ctx, after), func(c mirror.Change230) change {
		return change{c.Seq, c.Kind, c.Fields, optional(c.Before, stayOf230), optional(c.After, stayOf230)}
	})
}

func staysOf[E any](events iter.Seq2[*E, error], of func(*E) stay) ([]stay, error) {
	all, err := ll2.Collect(events)
	stays := make([]stay, 0, len(all))
	for _, e := range all {
		stays = append(stays, of(e))
	}
	return stays, err
}

func changesOf[C any](changes iter.Seq2[C, error], of func(C) change) iter.Seq2[change, error] {
	return func(yield func(change, error) bool) {
		for c, err := range changes {
			if !yield(of(c), err) {
				return
			}
		}
	}
}

func optional[E any](e *E, of func(*E) stay) *stay {
	if e == nil {
		return nil
	}
	s := of(e)
	return &s
}

func stayOf(e *ll2.DockingEvent) stay {
	return newStay(e.ID, e.FlightVehicle.ID, e.Docking, e.Departure, e.FlightVehicle.Destination)
}

func stayOf230(e *ll230.DockingEvent) stay {
	v := ll2.Value(e.FlightVehicleChaser)
	return newStay(e.ID, v.ID, e.Docking, e.Departure, v.Destination)
}

// newStay returns the stay that an event describes: none of a world if its vehicle has
// another id.
func newStay(id, vehicle int, docking time.Time, departure *time.Time, destination *string) stay {
	if vehicle != id {
		id = -id
	}
	return stay{id, docking, ll2.Value(departure), ll2.Value(destination)}
}

// same compares stays.
func same(s stay, other *stay) bool {
	return other != nil && s.id == other.id && s.docking.Equal(other.docking) && s.departure.Equal(other.departure) && s.destination == other.destination
}

// untrue counts a change that did not happen.
func untrue(c change) int {
	switch {
	case c.kind == mirror.Docked || c.kind == mirror.Added:
		return boolean(c.before != nil || c.after == nil)
	case c.kind == mirror.Removed:
		return boolean(c.after != nil || c.before == nil)
	case c.before == nil || c.after == nil || c.before.id != c.after.id || len(c.fields) == 0:
		return 1
	}
	return boolean(same(*c.before, c.after))
}

// copyOf returns what a copy has.
func copyOf(t *testing.T, m subject) []stay {
	t.Helper()
	stays, err := m.stays(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stays
}
