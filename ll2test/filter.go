package ll2test

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2"
)

// A condition is what a filter asks of an event.
type condition func(*ll2.DockingEvent) bool

// The parameters that filter, each with what it makes of its value: a
// condition, or what is wrong with the value.
var filters = map[string]func(value string) (condition, string){
	"space_station__id": byNumber(func(e *ll2.DockingEvent) int {
		station := stationOf(e)
		return station.ID
	}),
	"flight_vehicle__id":   byNumber(func(e *ll2.DockingEvent) int { return e.FlightVehicle.ID }),
	"docking_location__id": byNumber(func(e *ll2.DockingEvent) int { return e.DockingLocation.ID }),
	"docking__gt":          byDocking(func(order int) bool { return order > 0 }),
	"docking__gte":         byDocking(func(order int) bool { return order >= 0 }),
	"docking__lt":          byDocking(func(order int) bool { return order < 0 }),
	"docking__lte":         byDocking(func(order int) bool { return order <= 0 }),
}

// conditionsOf returns the conditions that the parameters set, or all that is
// wrong with them, by parameter. An empty value sets none.
func conditionsOf(q url.Values) ([]condition, map[string][]string) {
	var conditions []condition
	errs := make(map[string][]string)
	for name, filter := range filters {
		value := strings.TrimSpace(last(q, name))
		if value == "" {
			continue
		}
		meets, wrong := filter(value)
		if wrong != "" {
			errs[name] = []string{wrong}
			continue
		}
		conditions = append(conditions, meets)
	}
	for _, term := range strings.FieldsFunc(last(q, "search"), isSeparator) {
		conditions = append(conditions, mentions(term))
	}
	return conditions, errs
}

func meetsAll(e *ll2.DockingEvent, conditions []condition) bool {
	for _, meets := range conditions {
		if !meets(e) {
			return false
		}
	}
	return true
}

// byNumber compares ids. The service takes any number, 4.0 too, and finds
// nothing where it is none of its ids.
func byNumber(field func(*ll2.DockingEvent) int) func(string) (condition, string) {
	return func(value string) (condition, string) {
		id, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsInf(id, 0) || math.IsNaN(id) {
			return nil, "Enter a number."
		}
		return func(e *ll2.DockingEvent) bool { return float64(field(e)) == id }, ""
	}
}

// byDocking compares the time of docking. The service keeps microseconds and
// drops what is finer.
func byDocking(fits func(order int) bool) func(string) (condition, string) {
	return func(value string) (condition, string) {
		t, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return nil, "Enter a valid date/time."
		}
		t = t.Truncate(time.Microsecond)
		return func(e *ll2.DockingEvent) bool { return fits(e.Docking.Compare(t)) }, ""
	}
}

func isSeparator(r rune) bool { return r == ',' || strings.ContainsRune(" \t\r\n\f\v", r) }

// mentions looks for a term of a search, in upper or lower case, in what an
// event calls its craft, where that was bound for, and where it docked. Which
// fields the real service looks at is not known.
func mentions(term string) condition {
	term = strings.ToLower(term)
	return func(e *ll2.DockingEvent) bool {
		station := stationOf(e)
		for _, text := range []string{
			e.FlightVehicle.Spacecraft.Name,
			ll2.Value(e.FlightVehicle.Spacecraft.SerialNumber),
			ll2.Value(e.FlightVehicle.Destination),
			e.DockingLocation.Name,
			station.Name,
		} {
			if strings.Contains(strings.ToLower(text), term) {
				return true
			}
		}
		return false
	}
}
