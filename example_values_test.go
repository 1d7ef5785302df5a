package ll2_test

import (
	"encoding/json"
	"fmt"
	"log"
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
