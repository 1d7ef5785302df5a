package page_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/ll2test"
)

var noon = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

func events(all []ll2.DockingEvent) []*ll2.DockingEvent {
	pointers := make([]*ll2.DockingEvent, len(all))
	for i := range all {
		pointers[i] = &all[i]
	}
	return pointers
}

func TestAPageOfStaysKeepsHostileTextsFromBeingCode(t *testing.T) {
	t.Parallel()
	all := events(ll2test.Recorded())
	for _, e := range all {
		e.FlightVehicle.Spacecraft.Name, e.FlightVehicle.Spacecraft.Description = hostile, hostile
		e.DockingLocation.Name, e.DockingLocation.SpaceStation.Name = hostile, hostile
	}
	var b bytes.Buffer
	if err := page.WriteTimeline(&b, all, page.View{Now: noon, Clock: text.UTC}); err != nil {
		t.Fatal(err)
	}
	harmless(t, b.String())
}

func TestAPageThatIsAFileMayAskNobody(t *testing.T) {
	t.Parallel()
	var file, live bytes.Buffer
	if err := page.WriteTimeline(&file, nil, page.View{Now: noon, Clock: text.UTC}); err != nil {
		t.Fatal(err)
	}
	if err := page.WriteTimeline(&live, nil, page.View{Now: noon, Clock: text.UTC, Live: "events"}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file.String(), "connect-src") || !strings.Contains(live.String(), "connect-src &#39;self&#39;") {
		t.Error("the policies are not what they should be")
	}
}

func TestTheDataHasTheTimesOfTheZone(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	docking, departure := time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC), time.Date(2025, 3, 30, 12, 0, 0, 0, time.UTC)
	later := noon.Add(time.Hour)
	d := page.Data([]*ll2.DockingEvent{
		{ID: 1, Docking: docking, Departure: &departure},
		{ID: 2, Docking: docking, Departure: &later}, // in the future
	}, page.View{Now: noon, Clock: text.Clock{Zone: berlin, Name: "Europe/Berlin"}})
	// The clock was put forward in between, and the stay still took a day.
	if got, want := d.Stays[0][1:4], []any{docking.Unix() + 3600, departure.Unix() + 7200, int64(86400)}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if d.Stays[1][2] != nil || d.Now != noon.Unix()+3600 || d.Zone != "Europe/Berlin" {
		t.Errorf("%v", d)
	}
}

func TestTextsThatComeAgainAreThereOnce(t *testing.T) {
	t.Parallel()
	d := page.Data(events(ll2test.Events(515)), page.View{Now: noon, Clock: text.UTC})
	sorted := slices.Sorted(slices.Values(d.Texts))
	if len(d.Stays) != 515 || len(slices.Compact(sorted)) != len(d.Texts) {
		t.Errorf("%d stays, %d texts", len(d.Stays), len(d.Texts))
	}
}

// The README states the sizes of pages. This test notices if they grow.
func TestPagesAreNotTooLarge(t *testing.T) {
	t.Parallel()
	for n, most := range map[int]int{10: 560, 515: 720, 2000: 1160} {
		var b bytes.Buffer
		if err := page.WriteTimeline(&b, events(ll2test.Events(n)), page.View{Now: noon, Clock: text.UTC}); err != nil {
			t.Fatal(err)
		}
		if got := b.Len() / 1000; got > most {
			t.Errorf("%d events make %d kB", n, got)
		}
	}
}

func TestAPageThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	err := page.WriteTimeline(failing{full}, nil, page.View{Now: noon, Clock: text.UTC})
	if !errors.Is(err, full) || err.Error() != "page: full" {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
