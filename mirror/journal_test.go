package mirror_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// told collects the changes behind a number, until nothing more comes.
func told(t *testing.T, m *mirror.Mirror, after uint64) (all []mirror.Change) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	for c, err := range m.Changes(ctx, after) {
		if err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			break
		}
		all = append(all, c)
	}
	return all
}

func TestChangesTellWhatHappenedToWhichEvent(t *testing.T) {
	in(t, func(t *testing.T) {
		w := newWorld(t, v220, 1, 150, 5)
		store := mirror.Memory()
		m := open(t, w.server.Client(), store)
		ctx, cancel := context.WithCancel(t.Context())
		type news struct {
			c   mirror.Change
			err error
		}
		live := make(chan news, 100)
		go func() {
			for c, err := range m.Changes(ctx, 0) {
				live <- news{c, err}
			}
			close(live)
		}()
		refresh(t, m)
		start := mirror.SeqOf(m)
		if got := told(t, m, start); len(got) != 0 {
			t.Errorf("a cold copy's first reading is told: %v", got)
		}

		time.Sleep(hour)
		w.add(time.Now().Add(-hour))
		late := w.add(time.Now().Add(-8 * dayLong))
		late.departure = late.docking.Add(dayLong)
		left, moved, bound, back := w.stays[150], w.stays[20], w.stays[30], w.stays[140]
		left.departure = time.Now().Add(-hour)
		moved.docking = moved.docking.Add(time.Minute)
		bound.destination, bound.departure = "Mir", bound.departure.Add(time.Minute)
		back.departure = time.Time{}
		delete(w.stays, 40)
		w.show()
		refresh(t, m)
		want := []string{ // first what the page shows, and then what the walk does
			"corrected [departure] 140 140",
			"added [] 0 152",
			"departed [departure] 150 150",
			"docked [] 0 151",
			"removed [] 40 0",
			"corrected [docking] 20 20",
			"corrected [departure flight_vehicle.destination] 30 30",
		}
		var got []string
		changes := told(t, m, start)
		for i, c := range changes {
			if c.Seq != start+1+uint64(i) {
				t.Errorf("change %d has the number %d", i, c.Seq)
			}
			got = append(got, fmt.Sprint(c.Kind, " ", c.Fields, " ", id(c.Before), " ", id(c.After)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		time.Sleep(time.Minute)
		cancel()
		for _, c := range changes {
			if n := <-live; n.err != nil || n.c.Seq != c.Seq {
				t.Errorf("%d, %v came, want %d", n.c.Seq, n.err, c.Seq)
			}
		}
		if n := <-live; !errors.Is(n.err, context.Canceled) || !strings.HasPrefix(n.err.Error(), "mirror: Changes: ") {
			t.Error(n)
		}
		if _, more := <-live; more {
			t.Error("something came behind the error")
		}

		// It goes on where one stopped, in another process too.
		again := open(t, w.server.Client(), store)
		if got := told(t, again, changes[4].Seq); len(got) != 2 || got[0].Seq != changes[5].Seq {
			t.Errorf("%v", got)
		}
		// Modifying a change must not affect other callers.
		changes[3].After.FlightVehicle.Destination = nil
		if got := told(t, m, changes[2].Seq); got[0].After.FlightVehicle.Destination == nil {
			t.Error("the journal has changed")
		}
		for _, after := range []uint64{1, start - 1, changes[6].Seq + 1} {
			for c, err := range m.Changes(t.Context(), after) {
				if !errors.Is(err, mirror.ErrBehind) || c.Seq != 0 {
					t.Errorf("behind %d: %v, %v", after, c, err)
				}
			}
		}
	})
}

func id(e *ll2.DockingEvent) int {
	if e == nil {
		return 0
	}
	return e.ID
}

func TestAJournalThatIsTooShortSaysSo(t *testing.T) {
	in(t, func(t *testing.T) {
		w := newWorld(t, v220, 2, 150, 5)
		m := open(t, w.server.Client(), mirror.Memory())
		refresh(t, m)
		start := mirror.SeqOf(m)
		for i := range 6 {
			for _, s := range w.stays {
				s.destination = fmt.Sprint(i)
			}
			w.show()
			time.Sleep(25 * hour)
			refresh(t, m)
		}
		for _, err := range m.Changes(t.Context(), start) {
			if !errors.Is(err, mirror.ErrBehind) {
				t.Error(err)
			}
		}
		if got := told(t, m, start+400); len(got) != 500 {
			t.Errorf("%d changes", len(got))
		}
	})
}

func TestMoreThanATenthGoneIsBelievedAtTheSecondReading(t *testing.T) {
	in(t, func(t *testing.T) {
		w := newWorld(t, v220, 3, 300, 5)
		m := open(t, w.server.Client(), mirror.Memory())
		refresh(t, m)
		start := mirror.SeqOf(m)
		for id := 1; id <= 31; id++ {
			delete(w.stays, id)
		}
		w.show()
		time.Sleep(hour)
		refresh(t, m)
		if s := m.Status(); s.Count != 300 || s.Want != 269 || s.Err != nil {
			t.Errorf("%+v", s)
		}
		time.Sleep(hour)
		refresh(t, m)
		if s := m.Status(); s.Count != 269 || s.Want != 0 {
			t.Errorf("%+v", s)
		}
		if got := told(t, m, start); len(got) != 31 || got[0].Kind != mirror.Removed {
			t.Errorf("%d changes", len(got))
		}
	})
}

func TestAWalkThatTheQuotaCutsShortGoesOnInAnotherProcess(t *testing.T) {
	in(t, func(t *testing.T) {
		for cut := 1; cut <= 5; cut++ {
			w := newWorld(t, v220, 7, 515, 5)
			store := mirror.Memory()
			n := 0
			transport := &counter{RoundTripper: w.server}
			transport.before = func(int) {
				if n++; n == cut+1 {
					w.server.Limit(1, 90*time.Minute)
				} else {
					w.server.Limit(0, 0)
				}
			}
			client := w.server.Client(ll2.WithTransport(transport), ll2.WithMaxWait(0))
			first := open(t, client, store)
			if _, err := first.DockingEvents.Get(t.Context(), 1); !errors.Is(err, mirror.ErrCold) || !errors.Is(err, ll2.ErrRateLimited) {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			if s := first.Status(); s.Want != 515 || s.Have < 99*cut || s.Have > 100*cut {
				t.Errorf("cut at %d: %+v", cut, s)
			}
			first.Close()
			time.Sleep(2 * hour)
			client = w.server.Client(ll2.WithTransport(transport)) // whose gate is not shut
			second := open(t, client, store)
			before := transport.n
			if got := all(t, second); len(got) != 515 {
				t.Errorf("cut at %d: %d events", cut, len(got))
			}
			// The page of the refresh, and the rest of the walk.
			if n := transport.n - before; n != 1+6-cut {
				t.Errorf("cut at %d: %d requests more", cut, n)
			}
		}
	})
}

func TestAnAnswerThatIsOlderThanTheCopyIsNotApplied(t *testing.T) {
	in(t, func(t *testing.T) {
		w := newWorld(t, v220, 5, 150, 5)
		m := open(t, w.server.Client(), mirror.Memory())
		refresh(t, m)
		time.Sleep(hour)
		w.server.Fail(aged(3601))
		if err := m.Refresh(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "mirror: refresh: the service, or a cache before it") {
			t.Error(err)
		}
		if s := m.Status(); s.Err == nil || time.Since(s.Refreshed) != hour {
			t.Errorf("%+v", s)
		}
		time.Sleep(time.Minute)
		w.server.Fail(aged(600))
		refresh(t, m)
		if s := m.Status(); s.Err != nil || time.Since(s.Refreshed) != 10*time.Minute || time.Until(s.Next) != hour {
			t.Errorf("%+v", s)
		}
	})
}

func aged(seconds int) ll2test.Fault {
	return ll2test.Fault{Header: http.Header{"Age": {fmt.Sprint(seconds)}}}
}

func TestAKeyThatComesOrGoesIsACorrection(t *testing.T) {
	in(t, func(t *testing.T) {
		row := func(more string) json.RawMessage {
			return json.RawMessage(`{"id":7,"docking":"1999-12-30T00:00:00Z","departure":null` + more + `,` +
				`"flight_vehicle":{"id":1,"spacecraft":{"id":2}},"docking_location":{"id":3,"spacestation":{"id":4}}}`)
		}
		server := ll2test.NewServer()
		show := func(more string) {
			if err := server.SetRows("2.2.0/docking_event/", row(more)); err != nil {
				t.Fatal(err)
			}
		}
		show("")
		m := open(t, server.Client(), mirror.Memory())
		refresh(t, m)
		start := mirror.SeqOf(m)
		for _, more := range []string{`,"launch_id":"a"`, ""} {
			time.Sleep(hour)
			show(more)
			refresh(t, m)
		}
		changes := told(t, m, start)
		if len(changes) != 2 {
			t.Fatalf("%d changes", len(changes))
		}
		for _, c := range changes {
			if c.Kind != mirror.Corrected || !slices.Equal(c.Fields, []string{"launch_id"}) {
				t.Errorf("%v of %v", c.Kind, c.Fields)
			}
		}
	})
}
