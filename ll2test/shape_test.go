package ll2test_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

func TestNormalShapeHasNoDetails(t *testing.T) {
	t.Parallel()
	detailed := []string{
		"space_station", "capability", "history", "details", "maiden_flight", "height", "diameter", "human_rated",
		"crew_capacity", "payload_capacity", "payload_return_capacity", "flight_life", "nation_url", "wiki_link", "info_link",
		"featured", "country_code", "abbrev", "administrator", "founding_year", "launchers", "parent", "logo_url",
	}
	s := ll2test.NewServer(ll2test.Events(515)...)
	for _, mode := range []string{"", "normal", "list", "Detailed", "detailed"} {
		var body strings.Builder
		for offset := 0; offset < 515; offset += 100 {
			body.WriteString(get(t, s, fmt.Sprintf("docking_event/?limit=100&offset=%d&mode=%s", offset, mode)).body)
		}
		for _, key := range detailed {
			if got, want := strings.Contains(body.String(), `"`+key+`":`), mode == "detailed"; got != want {
				t.Errorf("mode %q: %s is there: %t", mode, key, got)
			}
		}
		if !strings.Contains(body.String(), `"spacestation":`) || !strings.Contains(body.String(), `"agency":`) {
			t.Errorf("mode %q: keys of the normal shape are missing", mode)
		}
	}
}

func TestShapingLeavesTheStoredEventsAlone(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(20)
	s := ll2test.NewServer(events...)
	list(t, s, "?limit=20&format=json")
	list(t, s, "?limit=20&format=json&mode=detailed")
	if !reflect.DeepEqual(events, ll2test.Events(20)) {
		t.Error("the caller's events changed")
	}
	if got := list(t, s, "?limit=20&mode=detailed").Results; !reflect.DeepEqual(got, events) {
		t.Error("the server's events changed")
	}
}

func TestDetailedAnswerTakesTheStationFromThePort(t *testing.T) {
	t.Parallel()
	e := ll2test.Recorded()[0]
	own := ll2test.Recorded()[1]
	own.SpaceStation = &ll2.SpaceStation{ID: 77, Name: "Own"}
	picture := "http://h/p.png"
	own.DockingLocation.SpaceStation.ImageURL = &picture
	s := ll2test.NewServer(e, own)
	got := list(t, s, "?mode=detailed").Results
	if st := got[0].SpaceStation; st == nil || *st != e.DockingLocation.SpaceStation {
		t.Errorf("without its own: %+v", st)
	}
	if st := got[1].SpaceStation; st == nil || st.ID != 77 {
		t.Errorf("with its own: %+v", st)
	}
	if got[1].DockingLocation.SpaceStation.ImageURL != nil {
		t.Error("the port's station has a picture")
	}
}

func TestFormatIsCopiedIntoEveryLink(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	for query, links := range map[string]int{
		"?format=json&limit=1&offset=1":               6 + 2,
		"?format=json&limit=1&offset=1&mode=detailed": 7 + 2,
		"?limit=1&offset=1&mode=detailed":             0,
	} {
		r := get(t, s, "docking_event/"+query)
		if got := strings.Count(r.body, "?format=json"); got != links {
			t.Errorf("%s: %d links with format, want %d: %s", query, got, links, r.body)
		}
	}
	if body := get(t, s, "docking_event/2/?format=json").body; strings.Count(body, "?format=json") != 7 {
		t.Errorf("one event: %s", body)
	}
	if body := get(t, s, "docking_event/2/").body; strings.Contains(body, "format") {
		t.Errorf("the stored event changed: %s", body)
	}

	e := ll2.DockingEvent{ID: 1, URL: "http://h/?a=b"}
	s.SetEvents(e)
	body := get(t, s, "docking_event/1/?format=json").body
	if !strings.Contains(body, `"url":"http://h/?a=b&format=json"`) || !strings.Contains(body, `"url":""`) || strings.Contains(body, `"?format`) {
		t.Errorf("links with a query of their own, or none: %s", body)
	}
}
