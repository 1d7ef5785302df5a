package ll2_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestListSendsOneRequest(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	page, err := server.Client().DockingEvents.List(t.Context(), ll2.PageSize(5), ll2.Offset(10), ll2.OrderBy(ll2.ByID))
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{11, 12, 13, 14, 15}; !slices.Equal(testkit.IDs(page.Results), want) || len(server.Requests()) != 1 {
		t.Errorf("ids %v in %d requests, want %v in 1", testkit.IDs(page.Results), len(server.Requests()), want)
	}
}

func TestAFilterThatFitsNothingIsNoError(t *testing.T) {
	t.Parallel()
	client := ll2test.NewServer(ll2test.Events(30)...).Client()
	if got := testkit.All(t, client, ll2.ForSpaceStation(987654)); len(got) != 0 {
		t.Errorf("%d events, want none", len(got))
	}
}

func TestModesSelectTheShape(t *testing.T) {
	t.Parallel()
	client := ll2test.NewServer(ll2test.Events(3)...).Client()
	for mode, detailed := range map[ll2.Mode]bool{ll2.ModeNormal: false, ll2.ModeDetailed: true} {
		for _, event := range testkit.All(t, client, ll2.InMode(mode)) {
			if (event.SpaceStation != nil) != detailed {
				t.Errorf("%s: event %d has station %v", mode, event.ID, event.SpaceStation)
			}
		}
	}
}

func TestGetReturnsTheDetailedShape(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	event, err := server.Client().DockingEvents.Get(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	if event.ID != 7 || event.SpaceStation == nil || event.FlightVehicle.Spacecraft.SpacecraftConfig.HumanRated == nil {
		t.Errorf("event %+v is not number 7 in the detailed shape", event)
	}
}

func TestGetOfAnUnknownIDIsNotFound(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	event, err := server.Client().DockingEvents.Get(t.Context(), 99)
	if event != nil || !errors.Is(err, ll2.ErrNotFound) || len(server.Requests()) != 1 {
		t.Errorf("(%v, %v) in %d requests, want (nil, ErrNotFound) in 1", event, err, len(server.Requests()))
	}
}

func TestGetRefusesIDsBelowOne(t *testing.T) {
	t.Parallel()
	client := testkit.NewClient(t, testkit.SendsNothing(t))
	for _, id := range []int{0, -1} {
		event, err := client.DockingEvents.Get(t.Context(), id)
		testkit.WantError(t, err, "Get", "ids are 1 and more")
		if event != nil {
			t.Errorf("Get(%d) returned an event beside the error", id)
		}
	}
}
