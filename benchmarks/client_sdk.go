package main

import (
	"context"

	"github.com/docking-event/ll2"
)

// openSDK opens this client as it is by default, but for what every target has
// of its own. More options make a row of their own.
func openSDK(more ...ll2.ListOption) func(target) (walk, error) {
	return func(t target) (walk, error) {
		client, err := ll2.New(ll2.WithBaseURL(t.base), ll2.WithHTTPClient(t.http))
		if err != nil {
			return nil, err
		}
		opts := append([]ll2.ListOption{ll2.PageSize(t.limit)}, more...)
		if t.detailed {
			opts = append(opts, ll2.InMode(ll2.ModeDetailed))
		}
		return func(ctx context.Context, visit func(event) bool) error {
			for e, err := range client.DockingEvents.All(ctx, opts...) {
				if err != nil {
					return err
				}
				if !visit(sdkEvent(e)) {
					break
				}
			}
			return nil
		}, nil
	}
}

func sdkEvent(e *ll2.DockingEvent) event {
	craft := &e.FlightVehicle.Spacecraft
	return event{
		id:         e.ID,
		docking:    e.Docking,
		departure:  ll2.Value(e.Departure),
		missionEnd: ll2.Value(e.FlightVehicle.MissionEnd),
		craft:      craft.Name,
		serial:     ll2.Value(craft.SerialNumber),
		text:       craft.Description,
		flights:    ll2.Value(craft.FlightsCount),
		agency:     ll2.Value(craft.SpacecraftConfig.Agency).Name,
		station:    e.DockingLocation.SpaceStation.ID,
		history:    ll2.Value(craft.SpacecraftConfig.History),
	}
}
