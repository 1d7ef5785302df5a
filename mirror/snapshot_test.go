package mirror_test

import (
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestWhoReadsWhatHeKnowsMakesNothingOfItAnew(t *testing.T) {
	in(t, func(t *testing.T) {
		events := ll2test.EventsAround(150, time.Now())
		server, store := ll2test.NewServer(events...), mirror.Memory()
		writer, reader := open(t, server.Client(), store), open(t, server.Client(), store)
		table := func() any {
			t.Helper()
			if n := len(all(t, reader)); n != 150 {
				t.Errorf("%d events", n)
			}
			table, err := mirror.TableOf(reader)
			if err != nil {
				t.Error(err)
			}
			return table
		}
		refresh(t, writer)
		time.Sleep(time.Minute)
		first := table()
		time.Sleep(hour)
		refresh(t, writer)
		time.Sleep(time.Minute)
		if again := table(); again != first || !reader.Status().Refreshed.Equal(writer.Status().Refreshed) {
			t.Error("the same rows are read anew, or another's refresh was not seen")
		}
		at := time.Now()
		events[149].Departure = &at
		events[148].Docking = events[148].Docking.Add(time.Second)
		server.SetEvents(events...)
		time.Sleep(hour)
		refresh(t, writer)
		time.Sleep(time.Minute)
		if table() == first || mirror.SeqOf(reader) != mirror.SeqOf(writer) {
			t.Error("other rows were not read")
		}
	})
}
