package main

import (
	"context"
	"os"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/mirror"
)

// mirroring measures questions to a mirror beside the same questions over loopback.
func mirroring(ctx context.Context, how effort) (string, error) {
	base, stop, err := start(ctx, serving{events: allEvents})
	if err != nil {
		return "", err
	}
	defer stop()
	client, err := ll2.New(ll2.WithBaseURL(base), ll2.WithHTTPClient(newHTTPClient()))
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "ll2-mirror-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	store := mirror.Dir(dir)
	m, err := mirror.Open(client, store)
	if err != nil {
		return "", err
	}
	defer m.Close()
	if err := m.Refresh(ctx); err != nil {
		return "", err
	}
	filtered := []ll2.ListOption{ll2.ForSpaceStation(4), ll2.OrderBy(ll2.ByDeparture.Desc())}
	questions := []struct {
		name string
		ask  func(*ll2.DockingEventsService) error
	}{
		{"All over 515", func(s *ll2.DockingEventsService) error {
			_, err := ll2.Collect(s.All(ctx))
			return err
		}},
		{"List of 100, filter and order", func(s *ll2.DockingEventsService) error {
			_, err := s.List(ctx, filtered...)
			return err
		}},
		{"Get", func(s *ll2.DockingEventsService) error {
			_, err := s.Get(ctx, 300)
			return err
		}},
	}
	t := newTable("question", "ratio", "middle half", "over loopback", "mirror")
	for _, q := range questions {
		all, err := measure([]row{
			{"http", func() error { return q.ask(client.DockingEvents) }},
			{"mirror", func() error { return q.ask(m.DockingEvents) }},
		}, how.rounds, how.times(20))
		if err != nil {
			return "", err
		}
		ratios := all[1].ratios(&all[0])
		t.add(q.name, formatRatio(median(ratios)), formatRatio(quantile(ratios, 0.25))+" to "+formatRatio(quantile(ratios, 0.75)),
			formatTime(median(all[0].times)), formatTime(median(all[1].times)))
	}
	opening, err := measure([]row{{"open", func() error {
		again, err := mirror.Open(client, mirror.Dir(dir), mirror.Offline())
		if err != nil {
			return err
		}
		defer again.Close()
		_, err = again.DockingEvents.List(ctx)
		return err
	}}}, how.rounds, 1)
	if err != nil {
		return "", err
	}
	t.add("Open of a stored copy, and its first List", "", "", "", formatTime(median(opening[0].times)))
	return t.String(), nil
}
