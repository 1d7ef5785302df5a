package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/names"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/when"
	"github.com/spf13/cobra"
)

// A nameFlag holds names or ids of one kind; it can be given several times.
type nameFlag struct {
	kind  names.Kind
	words []string
}

func (f *nameFlag) Type() string { return "NAME" }

func (f *nameFlag) String() string { return strings.Join(f.words, ", ") }

func (f *nameFlag) Set(words string) error {
	f.words = append(f.words, words)
	return nil
}

// id returns the id if the flag was given once, with an id and not a name.
func (f *nameFlag) id() (id int, ok bool) {
	if len(f.words) != 1 || !names.IsID(f.words[0]) {
		return 0, false
	}
	id, err := strconv.Atoi(f.words[0])
	return id, err == nil
}

// filterFlags choose events.
type filterFlags struct {
	station, vehicle, port, agency, model, kind nameFlag

	search               string
	docked               bool
	since, until, during timeFlag
}

func (f *filterFlags) names() []*nameFlag {
	return []*nameFlag{&f.station, &f.port, &f.vehicle, &f.model, &f.kind, &f.agency}
}

// register adds the flags that choose by vehicle and place.
func (f *filterFlags) register(a *App, cmd *cobra.Command) {
	f.station.kind, f.vehicle.kind, f.port.kind = names.Stations, names.Vehicles, names.Ports
	f.agency.kind, f.model.kind, f.kind.kind = names.Agencies, names.Models, names.Kinds
	cmd.Flags().Var(&f.station, "station", "only at this space station, such as iss, mir or 4")
	cmd.Flags().Var(&f.port, "port", "only at this docking port, such as 'harmony forward' or 101")
	cmd.Flags().Var(&f.vehicle, "vehicle", "only this spacecraft, such as endeavour or 'Soyuz*', or only the flight with this id")
	cmd.Flags().Var(&f.model, "model", "only spacecraft of this model, such as 'crew dragon'")
	cmd.Flags().Var(&f.kind, "kind", "only spacecraft of this kind, such as capsule")
	cmd.Flags().Var(&f.agency, "agency", "only spacecraft of this agency, such as nasa")
	cmd.Flags().StringVar(&f.search, "search", "", "only events with this `TEXT` in any field")
	complete(cmd, "search", cobra.NoFileCompletions)
	for _, flag := range f.names() {
		complete(cmd, flag.kind.One, a.nameCompletions(flag.kind))
	}
}

// registerTimes adds the flags that choose by time.
func (f *filterFlags) registerTimes(cmd *cobra.Command) {
	f.during.parse = when.ParseRange
	cmd.Flags().BoolVar(&f.docked, "docked", false, "only vehicles that are still docked")
	cmd.Flags().Var(&f.since, "since", "only dockings at this time or later: 2024, 2024-12, 2024-12-31, 2024-12-31T18:00Z, yesterday or 7d")
	cmd.Flags().Var(&f.until, "until", "only dockings at this time or earlier; a year, month or day is included")
	cmd.Flags().Var(&f.during, "during", "only stays that overlap this time: 2024, or 2024-03..2024-05")
	for _, flag := range []string{"since", "until", "during"} {
		complete(cmd, flag, cobra.FixedCompletions([]string{"today", "yesterday", "7d", strconv.Itoa(time.Now().Year())}, cobra.ShellCompDirectiveNoFileComp))
	}
}

// check refuses filters that no event can match.
func (f *filterFlags) check(s *session, now time.Time) error {
	since, until := f.since.span(now, s.app.global.clock().Zone), f.until.span(now, s.app.global.clock().Zone)
	if since != nil && until != nil && !since.From.Before(until.End) && !until.Has(since.From) {
		return usagef("--since %s is not before --until %s; swap them", f.since.words, f.until.words)
	}
	for _, flag := range f.names() {
		for _, word := range flag.words {
			if n, err := strconv.Atoi(word); strings.TrimSpace(word) == "" || err == nil && n < 1 {
				return usagef("--%s %q: write a name or a positive id", flag.kind.One, word)
			}
		}
	}
	return nil
}

// filter looks up the names among all events.
func (f *filterFlags) filter(s *session, all []record.Record, now time.Time) (*record.Filter, error) {
	zone := s.app.global.clock().Zone
	filter := &record.Filter{
		Search: f.search, Docked: f.docked,
		Since: f.since.span(now, zone), Until: f.until.span(now, zone), During: f.during.span(now, zone),
	}
	among := all
	for _, into := range []struct {
		flag *nameFlag
		ids  *[]int
	}{
		// Ports are looked up at the station only, so that "forward" is unique.
		{&f.station, &filter.Stations}, {&f.port, &filter.Ports}, {&f.vehicle, &filter.Vehicles},
		{&f.model, &filter.Models}, {&f.kind, &filter.Kinds}, {&f.agency, &filter.Agencies},
	} {
		var entities []names.Entity
		for _, word := range into.flag.words {
			if entities == nil && !names.IsID(word) {
				entities = into.flag.kind.In(among)
			}
			ids, err := into.flag.kind.Find(word, entities)
			if err != nil {
				return nil, usagef("--%s %w", into.flag.kind.One, err)
			}
			*into.ids = append(*into.ids, ids...)
		}
		if into.flag == &f.station && filter.Stations != nil {
			among = (&record.Filter{Stations: filter.Stations}).Apply(all)
		} else {
			among = all
		}
	}
	return filter, nil
}

// pushed returns options that let the service filter, if it supports all filters that
// were given.
func (f *filterFlags) pushed(s *session, now time.Time) (opts []ll2.ListOption, ok bool) {
	zone := s.app.global.clock().Zone
	for _, flag := range f.names() {
		if len(flag.words) == 0 {
			continue
		}
		id, isID := flag.id()
		switch {
		case !isID:
			return nil, false
		case flag == &f.station:
			opts = append(opts, ll2.ForSpaceStation(id))
		case flag == &f.vehicle:
			opts = append(opts, ll2.ForFlightVehicle(id))
		case flag == &f.port:
			opts = append(opts, ll2.ForDockingLocation(id))
		default:
			return nil, false
		}
	}
	if f.search != "" || f.docked || f.during.words != "" {
		return nil, false
	}
	if since := f.since.span(now, zone); since != nil {
		opts = append(opts, ll2.DockedSince(since.From))
	}
	switch until := f.until.span(now, zone); {
	case until == nil:
		opts = append(opts, ll2.DockedUntil(now))
	case until.Instant():
		opts = append(opts, ll2.DockedUntil(earlier(until.From, now)))
	default:
		opts = append(opts, ll2.DockedBefore(earlier(until.End, now.Add(1))))
	}
	return opts, true
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// pushedOrder returns the order for the service, if it supports it.
func pushedOrder(keys []string) (ll2.ListOption, bool) {
	known := []string{string(ll2.ByDocking), string(ll2.ByDeparture), string(ll2.ByID)}
	order := make([]ll2.Order, len(keys))
	for i, key := range keys {
		if !slices.Contains(known, strings.TrimPrefix(key, "-")) {
			return nil, false
		}
		order[i] = ll2.Order(key)
	}
	return ll2.OrderBy(order...), true
}
