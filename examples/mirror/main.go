// Mirror says who is docked now, again and again (-every 1m), from a copy in a folder (-dir)
// that takes a request an hour. Made-up events are served in process, without -live.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func main() {
	live := flag.Bool("live", false, "ask the real service, with the token in LL2_TOKEN if there is one")
	folder := flag.String("dir", "ll2-mirror", "`folder` of the copy")
	every := flag.Duration("every", 0, "say it again after this `time`, until Ctrl-C (default: once)")
	flag.Parse()
	err := run(context.Background(), *live, *folder, *every)
	if errors.Is(err, ll2.ErrUnavailable) {
		err = fmt.Errorf("cannot reach the service; come back when there is a network: %w", err)
	}
	if err != nil {
		log.New(os.Stderr, "mirror: ", 0).Fatal(err)
	}
}

func run(ctx context.Context, live bool, folder string, every time.Duration) error {
	client, err := ll2.New()
	if token := os.Getenv("LL2_TOKEN"); live && token != "" {
		client, err = ll2.New(ll2.WithToken(token))
	} else if !live {
		fmt.Println("515 made-up events, served in process; -live asks the real service.")
		client = ll2test.NewServer(ll2test.Events(515)...).Client()
	}
	if err != nil {
		return err
	}
	m, err := mirror.Open(client, mirror.Dir(folder))
	if err != nil {
		return err
	}
	defer m.Close()
	for again := true; again; again = every > 0 {
		page, err := m.DockingEvents.List(ctx, ll2.OrderBy(ll2.ByDeparture.Desc()), ll2.PageSize(20))
		if err != nil {
			return err
		}
		for _, event := range page.Results {
			if event.Docked() {
				fmt.Println(event.FlightVehicle.Spacecraft.Name, "at", event.DockingLocation.Name, "since", event.Docking.Format(time.DateOnly))
			}
		}
		fmt.Println(page.Count, "events, as of", time.Since(page.Date).Truncate(time.Minute), "ago")
		time.Sleep(every)
	}
	return nil
}
