package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/docking-event/ll2/benchmarks/floor"
)

// openFloor opens the least that a client can do and still hand out events:
// net/http, one buffer for all bodies, and a decoder for this one shape of JSON.
func openFloor(t target) (walk, error) {
	first := t.first()
	var buf bytes.Buffer
	return func(ctx context.Context, visit func(event) bool) error {
		for next := first; next != ""; {
			buf.Reset()
			if err := get(ctx, t.http, next, &buf); err != nil {
				return err
			}
			page, err := floor.Decode(buf.Bytes(), t.limit)
			if err != nil {
				return err
			}
			for i := range page.Results {
				if !visit(floorEvent(&page.Results[i])) {
					return nil
				}
			}
			next = page.Next.Value
		}
		return nil
	}, nil
}

func floorEvent(e *floor.DockingEvent) event {
	craft := &e.FlightVehicle.Spacecraft
	shown := event{
		id:         e.ID,
		docking:    e.Docking,
		departure:  e.Departure.Value,
		missionEnd: e.FlightVehicle.MissionEnd.Value,
		craft:      craft.Name,
		serial:     craft.SerialNumber.Value,
		text:       craft.Description,
		flights:    craft.FlightsCount.Value,
		agency:     craft.Config.Agency.Value.Name,
		station:    e.DockingLocation.SpaceStation.ID,
	}
	if d := craft.Config.Details; d != nil {
		shown.history = d.History.Value
	}
	return shown
}

// openDiscard opens what only waits for the bodies. It knows how many events
// there are, and shows nothing of them but that they are past.
func openDiscard(t target) (walk, error) {
	return func(ctx context.Context, visit func(event) bool) error {
		query := t.query()
		for offset := 0; offset < t.events; offset += t.limit {
			if offset > 0 {
				query.Set("offset", strconv.Itoa(offset))
			}
			if err := get(ctx, t.http, t.list()+"?"+query.Encode(), io.Discard); err != nil {
				return err
			}
			for range min(t.limit, t.events-offset) {
				if !visit(event{}) {
					return nil
				}
			}
		}
		return nil
	}, nil
}

func get(ctx context.Context, client *http.Client, url string, to io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, resp.Status)
	}
	_, err = io.Copy(to, resp.Body)
	return err
}
