package cli

import (
	"context"
	"slices"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
)

// A found is the result of a query. It is incomplete if an error came with it.
type found struct {
	records []record.Record
	count   int             // number of events that match; records can be fewer
	all     []record.Record // the events that were filtered
}

// find returns the events that match the flags, sorted by the keys: at most as many as
// most says, or all if most is 0.
func (s *session) find(ctx context.Context, f *filterFlags, now time.Time, keys []string, most int) (found, error) {
	if err := f.check(s, now); err != nil {
		return found{}, err
	}
	all, count, err := s.all(ctx, f, now, keys, most)
	if err != nil && len(all) == 0 {
		return found{}, err
	}
	filter, filterErr := f.filter(s, all, now)
	if filterErr != nil {
		if err == nil {
			err = filterErr
		}
		return found{}, err
	}
	result := found{records: filter.Apply(all), all: all}
	record.Sort(result.records, keys)
	result.count = max(count, len(result.records))
	if most > 0 {
		result.records = result.records[:min(most, len(result.records))]
	}
	return result, err
}

// all returns the events to filter. If the service has filtered them already, count is
// the number of events that match; otherwise it is 0.
func (s *session) all(ctx context.Context, f *filterFlags, now time.Time, keys []string, most int) (all []record.Record, count int, err error) {
	if !s.app.global.noCache {
		all, err = s.copied(ctx, now)
		return all, 0, err
	}
	opts, chosen := f.pushed(s, now)
	order, ordered := pushedOrder(keys)
	if !chosen || !ordered {
		events, _, err := s.Ask(ctx, 0, nil)
		return record.Of(events, now), 0, err
	}
	events, count, err := s.Ask(ctx, most, nil, append(opts, order)...)
	return record.Of(events, now), count, err
}

// copied returns all events up to now from the copy, and prints its age if it is old.
func (s *session) copied(ctx context.Context, now time.Time) ([]record.Record, error) {
	events, err := s.events(ctx)
	return record.Of(events, now), err
}

func (s *session) events(ctx context.Context) ([]*ll2.DockingEvent, error) {
	answer, err := s.Events(ctx)
	if err != nil {
		return nil, err
	}
	age := humanize.RelTime(answer.AsOf, time.Now(), "ago", "from now")
	switch {
	case s.app.global.demo.on:
	case answer.Stale != nil:
		s.Note("as of %s: %s", age, s.app.explain(answer.Stale, time.Now()))
	case s.app.Stderr.Terminal && answer.AsOf.Before(s.now.Truncate(time.Second)):
		s.Note("as of %s", age)
	}
	return answer.Events, nil
}

// newestFirst is the order unless another one is asked for.
var newestFirst = []string{"-" + string(ll2.ByDocking)}

// nameCompletions completes the names of a kind from the copy.
func (a *App) nameCompletions(kind kindOfName) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var offers []cobra.Completion
		for _, e := range kind.In(a.offered(cmd)) {
			word, about := e.Name, text.Count(e.Dockings, "docking")
			if e.Short != "" {
				word, about = e.Short, e.Name+", "+about
			} else if e.Of != "" {
				about = e.Of + ", " + about
			}
			offer := cobra.CompletionWithDesc(text.Clean(word), text.Clean(about))
			if !slices.Contains(offers, offer) {
				offers = append(offers, offer)
			}
		}
		return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// idCompletions completes the ids of the newest events of the copy.
func (a *App) idCompletions(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var offers []cobra.Completion
	records := a.offered(cmd)
	record.Sort(records, newestFirst)
	if len(args) == 0 {
		for _, r := range records[:min(defaultMost, len(records))] {
			about := r.FlightVehicle.Spacecraft.Name + ", " + text.UTC.Day(r.Docking)
			offers = append(offers, cobra.CompletionWithDesc(plainInt(r.ID), text.Clean(about)))
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// offered returns the events of the copy. A user who presses Tab wants neither a request
// to the service nor an error message.
func (a *App) offered(cmd *cobra.Command) []record.Record {
	a.global.offline, a.global.quiet = true, true
	a.global.refresh, a.global.noCache = false, false
	s, err := a.start()
	if err != nil {
		return nil
	}
	defer s.end()
	answer, err := s.Events(cmd.Context())
	if err != nil {
		return nil
	}
	return record.Of(answer.Events, s.now)
}
