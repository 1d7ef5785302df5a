package ll2_test

import (
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// A Duration is a time.Duration that prints as the service writes it.
func ExampleDuration() {
	var d ll2.Duration
	if err := json.Unmarshal([]byte(`"P108DT4H24M37S"`), &d); err != nil {
		log.Fatal(err)
	}
	fmt.Println(d)
	fmt.Println(d.Duration)
	fmt.Println(d.Hours() > 100*24)
	fmt.Println(ll2.Duration{Duration: 36 * time.Hour})
	// Output:
	// P108DT4H24M37S
	// 2596h24m37s
	// true
	// P1DT12H
}

// A Date has no time and no place. Time makes it comparable.
func ExampleDate() {
	var first ll2.Date
	if err := json.Unmarshal([]byte(`"1967-04-23"`), &first); err != nil {
		log.Fatal(err)
	}
	second := ll2.Date{Year: 1968, Month: time.October, Day: 11}
	fmt.Println(first, first.Month)
	fmt.Println(first.Time().Before(second.Time()))
	// Output:
	// 1967-04-23 April
	// true
}

// Value spares the check for nil where the zero value will do.
func ExampleValue() {
	event := ll2test.Recorded()[0] // in the normal shape
	fmt.Printf("%q\n", ll2.Value(event.FlightVehicle.Destination))
	fmt.Printf("%q\n", ll2.Value(event.FlightVehicle.Spacecraft.SpacecraftConfig.Details))
	// Output:
	// "Salyut 6"
	// ""
}

func ExampleDockingEvent_Docked() {
	left := time.Date(2020, time.January, 26, 17, 54, 0, 0, time.UTC)
	for _, event := range []ll2.DockingEvent{
		{ID: 1, Departure: &left},
		{ID: 2, Departure: nil},
	} {
		if event.Docked() {
			fmt.Println(event.ID, "is docked")
		} else {
			fmt.Println(event.ID, "left on", event.Departure.Format(time.DateOnly))
		}
	}
	// Output:
	// 1 left on 2020-01-26
	// 2 is docked
}

// List the spacecraft that were docked on a day long ago. The time of the docking is
// included, that of the departure is not.
func ExampleDockingEvent_DockedAt() {
	day := time.Date(1979, time.March, 1, 0, 0, 0, 0, time.UTC)
	for _, event := range ll2test.Recorded() {
		if event.DockedAt(day) {
			fmt.Println(event)
		}
	}
	// Output: docking event 191: Soyuz 32 at Salyut 6 (Salyut-6 forward), 1979-02-26T13:29:55Z to 1979-06-13T09:51:00Z
}

// A log gets the few things that tell an event apart. Give it pointers, such as
// those that All yields.
func ExampleDockingEvent_LogValue() {
	event := &ll2test.Recorded()[0]
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
	slog.New(handler).Info("seen", "event", event)
	slog.New(handler).Info("seen", "craft", &event.FlightVehicle.Spacecraft)
	// Output:
	// level=INFO msg=seen event.id=191 event.spacecraft="Soyuz 32" event.station="Salyut 6" event.location="Salyut-6 forward" event.docking=1979-02-26T13:29:55.000Z event.departure=1979-06-13T09:51:00.000Z
	// level=INFO msg=seen craft.id=152 craft.name="Soyuz 32" craft.type=Soyuz craft.status="Single Use"
}

// From a database a duration is read as it was stored: as the service's text, or
// as a number of nanoseconds.
func ExampleDuration_Scan() {
	var text, number ll2.Duration
	if err := text.Scan("P1DT12H"); err != nil {
		log.Fatal(err)
	}
	if err := number.Scan(int64(36 * time.Hour)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(text, number)
	// Output: P1DT12H P1DT12H
}

// The time given counts only for those that are still docked.
func ExampleDockingEvent_Stay() {
	now := time.Date(2026, time.January, 9, 12, 0, 0, 0, time.UTC) // in a program: time.Now()
	event := ll2.DockingEvent{Docking: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)}
	fmt.Println(event.Stay(now))

	left := event.Docking.Add(36 * time.Hour)
	event.Departure = &left
	fmt.Println(event.Stay(now))
	fmt.Println(ll2.Duration{Duration: event.Stay(now)}) // with days
	// Output:
	// 204h0m0s
	// 36h0m0s
	// P1DT12H
}
