package main

import (
	"context"
	"fmt"

	"github.com/docking-event/ll2/benchmarks/oapi"
	"github.com/docking-event/ll2/benchmarks/ogen"
)

// Generated clients take parameters and no links, so they count the offset
// themselves.

func openOAPI(t target) (walk, error) {
	client, err := oapi.NewClientWithResponses(t.base, oapi.WithHTTPClient(t.http))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, visit func(event) bool) error {
		params := oapi.ListDockingEventsParams{Limit: &t.limit, Ordering: new(ordering)}
		if t.detailed {
			params.Mode = new(detailedMode)
		}
		for offset := 0; ; {
			resp, err := client.ListDockingEventsWithResponse(ctx, &params)
			if err != nil {
				return err
			}
			page := resp.JSON200
			if page == nil {
				return fmt.Errorf("oapi-codegen client: %s", resp.Status())
			}
			for i := range page.Results {
				if !visit(oapiEvent(&page.Results[i])) {
					return nil
				}
			}
			if page.Next == nil {
				return nil
			}
			offset += len(page.Results)
			params.Offset = &offset
		}
	}, nil
}

func oapiEvent(e *oapi.DockingEvent) event {
	craft := &e.FlightVehicle.Spacecraft
	return event{
		id:         e.Id,
		docking:    e.Docking,
		departure:  value(e.Departure),
		missionEnd: value(e.FlightVehicle.MissionEnd),
		craft:      craft.Name,
		serial:     value(craft.SerialNumber),
		text:       craft.Description,
		flights:    value(craft.FlightsCount),
		agency:     value(craft.SpacecraftConfig.Agency).Name,
		station:    e.DockingLocation.Spacestation.Id,
		history:    value(craft.SpacecraftConfig.History),
	}
}

func openOgen(t target) (walk, error) {
	client, err := ogen.NewClient(t.base, ogen.WithClient(t.http))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, visit func(event) bool) error {
		params := ogen.ListDockingEventsParams{Limit: ogen.NewOptInt(t.limit), Ordering: ogen.NewOptString(ordering)}
		if t.detailed {
			params.Mode = ogen.NewOptString(detailedMode)
		}
		for offset := 0; ; {
			page, err := client.ListDockingEvents(ctx, params)
			if err != nil {
				return err
			}
			for i := range page.Results {
				if !visit(ogenEvent(&page.Results[i])) {
					return nil
				}
			}
			if page.Next.Null {
				return nil
			}
			offset += len(page.Results)
			params.Offset.SetTo(offset)
		}
	}, nil
}

func ogenEvent(e *ogen.DockingEvent) event {
	craft := &e.FlightVehicle.Spacecraft
	return event{
		id:         e.ID,
		docking:    e.Docking,
		departure:  e.Departure.Value,
		missionEnd: e.FlightVehicle.MissionEnd.Value,
		craft:      craft.Name,
		serial:     craft.SerialNumber.Value,
		text:       craft.Description,
		flights:    craft.FlightsCount.Value,
		agency:     craft.SpacecraftConfig.Agency.Value.Name,
		station:    e.DockingLocation.Spacestation.ID,
		history:    craft.SpacecraftConfig.History.Value,
	}
}
