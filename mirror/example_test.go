package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func Example() {
	server := ll2test.NewServer(ll2test.Recorded()...) // in a program: ll2.New()
	m, err := mirror.Open(server.Client(), mirror.Memory())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	ctx := context.Background()
	for range 1000 {
		page, err := m.DockingEvents.List(ctx, ll2.OrderBy(ll2.ByDocking.Desc()), ll2.PageSize(1))
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = page.Results[0]
	}
	fmt.Println(m.Status().Count, "events,", len(server.Requests()), "request")
	// Output: 10 events, 1 request
}

func ExampleOpen() {
	server := ll2test.NewServer(ll2test.Recorded()...)
	store := mirror.Memory() // in a program: mirror.Dir("/var/cache/dockings")
	for range 3 {            // runs of a program
		m, err := mirror.Open(server.Client(), store,
			mirror.RefreshEvery(30*time.Minute), mirror.MaxStale(24*time.Hour))
		if err != nil {
			fmt.Println(err)
			return
		}
		event, err := m.DockingEvents.Get(context.Background(), 189)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(event.FlightVehicle.Spacecraft.Name, len(server.Requests()))
		m.Close()
	}
	// Output:
	// Soyuz 31 1
	// Soyuz 31 1
	// Soyuz 31 1
}

func ExampleOffline() {
	m, err := mirror.Open(ll2test.NewServer().Client(), mirror.Memory(), mirror.Offline())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	_, err = m.DockingEvents.List(context.Background())
	fmt.Println(errors.Is(err, mirror.ErrCold), errors.Is(err, mirror.ErrOffline), err)
	// Output: true true mirror: no copy yet: offline
}

func ExampleMirror_Changes() {
	events := ll2test.EventsAround(30, time.Now())
	server := ll2test.NewServer(events[:29]...)
	m, err := mirror.Open(server.Client(), mirror.Memory())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := m.Refresh(ctx); err != nil { // m.Run, in a program that goes on
		fmt.Println(err)
	}
	go func() {
		time.Sleep(50 * time.Millisecond)
		server.SetEvents(events...)
		_ = m.Refresh(ctx)
	}()
	for change, err := range m.Changes(ctx, 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("event", change.After.ID, "is new")
		break
	}
	// Output: event 30 is new
}

func ExampleMirror_Status() {
	server := ll2test.NewServer(ll2test.Recorded()...)
	m, err := mirror.Open(server.Client(), mirror.Memory())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	ctx := context.Background()
	if err := m.Refresh(ctx); err != nil {
		fmt.Println(err)
	}
	server.Fail(ll2test.Fault{Status: 503})
	if err := m.Refresh(ctx); err != nil {
		status := m.Status()
		age := time.Since(status.Refreshed).Round(time.Minute)
		fmt.Println("the service is gone; there are", status.Count, "events of", age, "ago")
		fmt.Println(errors.Is(status.Err, ll2.ErrUnavailable), "for", time.Until(status.Next).Round(time.Minute))
	}
	// Output:
	// the service is gone; there are 10 events of 0s ago
	// true for 1m0s
}
