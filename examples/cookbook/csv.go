package cookbook

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/docking-event/ll2"
)

// ToCSV writes all events as CSV, as they arrive. A spacecraft that is still docked
// has no departure.
func ToCSV(w io.Writer, all iter.Seq2[*ll2.DockingEvent, error]) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"id", "docking", "departure", "craft", "port", "station_id", "station"}); err != nil {
		return err
	}
	for event, err := range all {
		if err != nil {
			out.Flush()
			return err // the rows so far are written: see ll2.ResumeLink
		}
		departure := ""
		if !event.Docked() {
			departure = event.Departure.Format(time.RFC3339)
		}
		port := event.DockingLocation
		if err := out.Write([]string{strconv.Itoa(event.ID), event.Docking.Format(time.RFC3339), departure,
			event.FlightVehicle.Spacecraft.Name, port.Name, strconv.Itoa(port.SpaceStation.ID), port.SpaceStation.Name}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
