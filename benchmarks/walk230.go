package main

import (
	"bytes"
	"context"
	"encoding/json"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
)

// subjects230 are the clients that read version 2.3.0, all of them into the structs of
// ll230. There is no decoder by hand for so many fields: the one of this client without
// the rest of it stands in its place.
func subjects230() []subject {
	return []subject{
		{ours, openSDK230()},
		{ours + ", Parallel(5)", openSDK230(ll2.Parallel(5))},
		{plainName, followed230(func(body []byte, page *page230) error { return json.Unmarshal(body, page) })},
		{"net/http + go-json-experiment/json", followed230(func(body []byte, page *page230) error { return jsonv2.Unmarshal(body, page) })},
		{decoderName, followed230(func(body []byte, page *page230) error {
			var read ll2.Page[ll230.DockingEvent]
			err := read.UnmarshalJSON(body)
			*page = page230{Count: read.Count, Next: &read.Next, Results: read.Results}
			return err
		})},
		{"net/http, body thrown away: " + decodesNothing, openDiscard},
	}
}

const decoderName = "net/http + Page.UnmarshalJSON of this client"

func openSDK230(more ...ll230.ListOption) func(target) (walk, error) {
	return func(t target) (walk, error) {
		client, err := ll2.New(ll2.WithBaseURL(t.base), ll2.WithHTTPClient(t.http))
		if err != nil {
			return nil, err
		}
		opts := append([]ll230.ListOption{ll2.PageSize(t.limit)}, more...)
		return func(ctx context.Context, visit func(event) bool) error {
			for e, err := range ll230.DockingEvents(client).All(ctx, opts...) {
				if err != nil {
					return err
				}
				if !visit(event230(e)) {
					break
				}
			}
			return nil
		}, nil
	}
}

// followed230 opens a loop along the next links, with one buffer for all bodies.
func followed230(decode func([]byte, *page230) error) func(target) (walk, error) {
	return func(t target) (walk, error) {
		var buf bytes.Buffer
		return func(ctx context.Context, visit func(event) bool) error {
			for next := t.first(); next != ""; {
				buf.Reset()
				if err := get(ctx, t.http, next, &buf); err != nil {
					return err
				}
				var page page230
				if err := decode(buf.Bytes(), &page); err != nil {
					return err
				}
				for i := range page.Results {
					if !visit(event230(&page.Results[i])) {
						return nil
					}
				}
				next = value(page.Next)
			}
			return nil
		}, nil
	}
}

func event230(e *ll230.DockingEvent) event {
	chaser := value(e.FlightVehicleChaser)
	craft := &chaser.Spacecraft
	return event{
		id:         e.ID,
		docking:    e.Docking,
		departure:  value(e.Departure),
		missionEnd: value(chaser.MissionEnd),
		craft:      craft.Name,
		serial:     value(craft.SerialNumber),
		text:       craft.Description,
		flights:    value(craft.FlightsCount),
		station:    value(e.SpaceStationTarget).ID,
	}
}
