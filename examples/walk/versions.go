package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

// walk220 walks over the docking events of version 2.2.0.
func (w *walk) walk220(ctx context.Context, out io.Writer) error {
	client, err := w.client(ll2test.NewServer(ll2test.Recorded()...))
	if err != nil {
		return err
	}
	var order []ll2.Order
	for _, key := range w.order {
		order = append(order, ll2.Order(strings.TrimSpace(key)))
	}
	opts := []ll2.ListOption{ll2.OrderBy(order...)}
	if id, ok := w.given["station"]; ok {
		opts = append(opts, ll2.ForSpaceStation(id))
	}
	if id, ok := w.given["vehicle"]; ok {
		opts = append(opts, ll2.ForFlightVehicle(id))
	}
	if id, ok := w.given["location"]; ok {
		opts = append(opts, ll2.ForDockingLocation(id))
	}
	if w.detailed {
		opts = append(opts, ll2.InMode(ll2.ModeDetailed))
	}
	if !w.live {
		fmt.Fprintln(out, "Ten recorded events, served in process in pages of 4; -live walks the real service.")
		opts = append(opts, ll2.PageSize(demoPageSize))
	}
	for event, err := range client.DockingEvents.All(ctx, opts...) {
		if err != nil {
			return err
		}
		if w.events == 0 {
			fmt.Fprintln(w.table, "DOCKING\tDEPARTURE\tVEHICLE\tPORT\tSTATION\tSTAY")
		}
		w.row(event.Docking, event.Departure,
			event.FlightVehicle.Spacecraft.Name, event.DockingLocation.Name, event.DockingLocation.SpaceStation.Name)
	}
	return nil
}

// walk230 walks over the docking events of version 2.3.0, by way of a client like any
// other. The options are other ones, and so is the event: here a chaser is at a target.
func (w *walk) walk230(ctx context.Context, out io.Writer) error {
	server := ll2test.NewServer()
	server.SetEvents230(slices.DeleteFunc(ll2test.Events230(24), func(e ll230.DockingEvent) bool { return e.Docked() })...)
	client, err := w.client(server)
	if err != nil {
		return err
	}
	var order []ll230.Order
	for _, key := range w.order {
		order = append(order, ll230.Order(strings.TrimSpace(key)))
	}
	opts := []ll230.ListOption{ll230.OrderBy(order...)}
	if id, ok := w.given["station"]; ok {
		opts = append(opts, ll230.ForStation(id))
	}
	if id, ok := w.given["vehicle"]; ok {
		opts = append(opts, ll230.ForFlightVehicle(id))
	}
	if id, ok := w.given["location"]; ok {
		opts = append(opts, ll230.ForDockingLocation(id))
	}
	if w.detailed {
		opts = append(opts, ll230.InMode(ll230.ModeDetailed))
	}
	if !w.live {
		fmt.Fprintln(out, "Made-up events, served in process in pages of 4; -live walks the real service.")
		opts = append(opts, ll2.PageSize(demoPageSize))
	}
	for event, err := range ll230.DockingEvents(client).All(ctx, opts...) {
		if err != nil {
			return err
		}
		if w.events == 0 {
			fmt.Fprintln(w.table, "DOCKING\tDEPARTURE\tCHASER\tPORT\tTARGET\tSTAY")
		}
		w.row(event.Docking, event.Departure, event.Chaser().String(), event.DockingLocation.Name, event.Target().String())
	}
	return nil
}
