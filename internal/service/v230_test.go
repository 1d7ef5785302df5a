package service_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

// A maker230 makes parts of rows, each with what the normal shape has otherwise.
type maker230 struct{ *rand.Rand }

func (m maker230) pick(texts ...string) string { return pick(m.Rand, texts...) }

func (m maker230) link(path string) member {
	return member{key: "url", text: `"https://ll.example/2.3.0/` + path + `/` + mark + `"`}
}

// mode is a part's response_mode. The normal shape has the label there.
func (m maker230) mode(label string) member {
	if m.IntN(9) == 0 {
		return member{key: "response_mode", text: "null"}
	}
	return member{key: "response_mode", text: m.pick(`"normal"`, `"detailed"`, `"some\tother"`), label: label}
}

func (m maker230) agency(key string, chaser bool) member {
	if m.IntN(9) == 0 {
		return member{key: key, text: "null"}
	}
	agency := []member{
		{key: "id", text: "44"},
		m.link("agencies/44"),
		{key: "abbrev", text: `""`},
		{key: "type", text: `{"id":1,"name":"Government"}`},
		{key: "new_key", text: `{"response_mode":"list"}`},
	}
	if !chaser {
		return member{key: key, object: append(agency, member{key: "response_mode", text: `"list"`})}
	}
	agency = append(agency, m.mode(`"list"`))
	for _, name := range []string{"featured", "country", "description", "administrator", "founding_year", "launchers", "spacecraft",
		"parent", "image", "logo", "social_logo"} {
		agency = append(agency, member{key: name, text: m.pick("null", "1958", `"}\\"`, `[{"url":"https://ll.example/`+mark+`"}]`), detail: true})
	}
	return member{key: key, object: agency}
}

func (m maker230) launch(chaser bool) member {
	launch := []member{{key: "id", text: `"e3df"`}, m.link("launches/e3df"), {key: "name", text: `"Saturn V | Apollo 9"`}, {key: "new_key", text: "[]"}}
	if chaser {
		for _, name := range []string{"response_mode", "slug", "launch_designator", "status", "last_updated", "net", "net_precision",
			"window_end", "window_start", "image", "infographic", "probability", "weather_concerns", "failreason", "hashtag",
			"launch_service_provider", "rocket", "mission", "pad", "webcast_live", "program",
			"orbital_launch_attempt_count", "location_launch_attempt_count", "pad_launch_attempt_count", "agency_launch_attempt_count",
			"orbital_launch_attempt_count_year", "location_launch_attempt_count_year", "pad_launch_attempt_count_year",
			"agency_launch_attempt_count_year"} {
			launch = append(launch, member{key: name, text: m.pick("null", `"normal"`, `{"url":"https://ll.example/l/`+mark+`"}`), detail: true})
		}
	}
	return member{key: "launch", object: launch}
}

func (m maker230) vehicle(chaser bool) []member {
	vehicle := []member{
		{key: "id", text: m.pick("1", "2", "3", "4")},
		m.link("spacecraft_flights"),
		{key: "destination", text: m.pick("null", `"Mir"`)}, // which is not searched
		{key: "spacecraft", object: []member{
			{key: "response_mode", text: `"normal"`},
			{key: "name", text: m.pick(`"Soyuz 32"`, `"Progress 6"`, `"Со\u044eз"`)},
			{key: "description", text: `"\r\n\u2028\\"`},
			{key: "spacecraft_config", text: `{"response_mode":"normal","family":[],"image":null}`},
		}},
		m.launch(chaser),
		{key: "landing", text: "null"},
	}
	if chaser {
		vehicle = append(vehicle, member{key: "response_mode", text: `"normal"`, detail: true})
	}
	return vehicle
}

func (m maker230) station(chaser bool) []member {
	station := []member{
		{key: "id", text: m.pick("1", "2", "3")},
		m.link("space_stations"),
		{key: "name", text: m.pick(`"Mir"`, `"Salyut 6"`, `"Международная"`)},
		{key: "image", text: m.pick("null", `{"id":1,"image_url":"https://ll.example/i","variants":[]}`)},
	}
	if chaser {
		for _, name := range []string{"status", "founded", "deorbited", "description", "orbit", "type"} {
			station = append(station, member{key: name, text: m.pick("null", `"1998-11-20"`, `{"id":1}`), detail: true})
		}
	}
	return station
}

func (m maker230) payload(chaser bool) []member {
	payload := []member{
		{key: "id", text: "17"},
		{key: "name", text: m.pick(`"Mir 2"`, `"MEV-2"`, `"Intelsat 10-02"`)},
		m.agency("manufacturer", chaser),
		m.agency("operator", chaser),
	}
	flight := []member{{key: "id", text: m.pick("1", "2", "3")}, m.link("payload_flights"), {key: "amount", text: "1"}, m.launch(chaser)}
	if !chaser {
		payload = append(payload, member{key: "response_mode", text: `"list"`})
		return append(flight, member{key: "response_mode", text: `"list"`}, member{key: "payload", object: payload})
	}
	payload = append(payload, m.mode(`"list"`))
	for _, name := range []string{"wiki_link", "info_link", "program", "cost", "mass", "description"} {
		payload = append(payload, member{key: name, text: m.pick("null", `""`, "1.50", `[{"url":"https://ll.example/`+mark+`"}]`), detail: true})
	}
	return append(flight, m.mode(`"list"`), member{key: "payload", object: payload})
}

// newRow230 returns a row whose values come again in other rows.
func newRow230(r *rand.Rand, id int) *made {
	m := maker230{r}
	at := func() string {
		return fmt.Sprintf(`"2024-01-%02dT00:00:00%sZ"`, 1+r.IntN(9), m.pick("", "", "", ".000001", ".5"))
	}
	row := []member{
		{key: "id", text: strconv.Itoa(id)},
		m.link("docking_events/" + strconv.Itoa(id)),
		{key: "docking", text: at()},
		{key: "departure", text: m.pick("null", at(), at())},
		m.mode(`"normal"`),
		{key: "docking_location", object: []member{
			{key: "id", text: m.pick("7", "8")},
			{key: "name", text: m.pick(`"forward"`, `"aft"`)},
			{key: "spacestation", text: m.pick("null", `{"id":4,"name":"Salyut"}`)},
			{key: "spacecraft", text: "null"},
			{key: "payload", text: m.pick("null", `{"response_mode":"list"}`)},
		}},
		{key: "another_new_key", text: `{"url":"https://video.example/","empty":{},"list":[ ]}`},
	}
	// None or all of a side can be set, too: the engine does not mind.
	for _, side := range []string{"chaser", "target"} {
		chaser := side == "chaser"
		for _, object := range []member{
			{key: "flight_vehicle_" + side, object: m.vehicle(chaser)},
			{key: "space_station_" + side, object: m.station(chaser)},
			{key: "payload_flight_" + side, object: m.payload(chaser)},
		} {
			if r.IntN(3) == 0 {
				object = member{key: object.key, text: "null"}
			}
			row = append(row, object)
		}
	}
	return newMade(r, row)
}

func TestAnswersOfV230AreThoseOfANaiveService(t *testing.T) {
	t.Parallel()
	n := &naive{
		numbers: map[string]string{
			"space_station_target__id": "space_station_target.id", "flight_vehicle_chaser__id": "flight_vehicle_chaser.id",
			"docking_location__id": "docking_location.id",
		},
		search: []string{
			"docking_location.name", "flight_vehicle_chaser.spacecraft.name", "flight_vehicle_target.spacecraft.name",
			"space_station_chaser.name", "space_station_target.name",
			"payload_flight_chaser.payload.name", "payload_flight_target.payload.name",
		},
		orders: []string{"docking", "departure"},
	}
	compareWithNaive(t, service.V230(), n, newRow230, func(r *rand.Rand, q url.Values) {
		maybe(r, q, 5, "space_station_target__id", "1", "2", "3.0", "4", "", "x")
		maybe(r, q, 6, "flight_vehicle_chaser__id", "1", "2", "1e0", "99", "-")
		maybe(r, q, 4, "search", "mir", "SOYUZ 32", "союз", "6,forward", "mev aft", "list", "salyut", ",")
		maybe(r, q, 9, "space_station__id", "1", "x") // of the other version: ignored
		maybe(r, q, 9, "docked", "true", "x")         // not every server has it
	})
}

func TestRulesOfV230FitTogether(t *testing.T) {
	t.Parallel()
	fitTogether(t, service.V230())
}

// The terms that only 2.2.0 has are ignored, and the others determine the order.
func TestV230OrdersByDockingAndDepartureAlone(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V230(),
		`{"id":3,"docking":"2024-01-02T00:00:00Z","departure":null}`,
		`{"id":1,"docking":"2024-01-01T00:00:00Z","departure":"2024-01-05T00:00:00Z"}`,
		`{"id":2,"docking":"2024-01-01T00:00:00Z","departure":"2024-01-04T00:00:00Z"}`)
	for ordering, want := range map[string]string{
		"id":             "3 1 2",
		"-id":            "3 1 2",
		"docking,id":     "1 2 3",
		"id,-docking":    "3 1 2",
		"departure,-id":  "2 1 3",
		"-departure":     "3 1 2",
		"docking,-id,-x": "1 2 3",
	} {
		if got := ids(t, list(t, table, "?ordering="+url.QueryEscape(ordering))); got != want {
			t.Errorf("%s: %s, want %s", ordering, got, want)
		}
	}
}

// The shapes of a detailed event, side by side.
func TestNormalShapeOfV230IsThatOfShortChasers(t *testing.T) {
	t.Parallel()
	const detailed = `{"id":1,"response_mode":"detailed",` +
		`"flight_vehicle_chaser":{"id":2,"launch":{"id":"e3","url":"u","name":"n","response_mode":"normal","net":"x","pad":{"id":3}},"response_mode":"normal"},` +
		`"space_station_chaser":{"id":4,"name":"n","status":{"id":1},"type":null},` +
		`"payload_flight_chaser":{"response_mode":"normal","id":5,"payload":{"response_mode":"normal","id":6,` +
		`"operator":{"response_mode":"normal","id":7,"featured":true},"manufacturer":null,"cost":1},"launch":{"id":"e4","slug":"s"}},` +
		`"flight_vehicle_target":{"id":8,"launch":{"id":"e5","net":"x"},"response_mode":"normal"},` +
		`"payload_flight_target":{"response_mode":"list","payload":{"response_mode":"list","cost":1}}}`
	const want = `{"id":1,"response_mode":"normal",` +
		`"flight_vehicle_chaser":{"id":2,"launch":{"id":"e3","url":"u","name":"n"}},` +
		`"space_station_chaser":{"id":4,"name":"n"},` +
		`"payload_flight_chaser":{"response_mode":"list","id":5,"payload":{"response_mode":"list","id":6,` +
		`"operator":{"response_mode":"list","id":7},"manufacturer":null},"launch":{"id":"e4"}},` +
		`"flight_vehicle_target":{"id":8,"launch":{"id":"e5","net":"x"},"response_mode":"normal"},` +
		`"payload_flight_target":{"response_mode":"list","payload":{"response_mode":"list","cost":1}}}`
	table := newTable(t, service.V230(), detailed, want)
	page := list(t, table, "")
	if !slices.Equal(results(t, page), []string{want, want}) {
		t.Errorf("normal: %s", page)
	}
	page = list(t, table, "?mode=detailed")
	if !slices.Equal(results(t, page), []string{detailed, want}) {
		t.Errorf("detailed: %s", page)
	}
}

// results returns the rows on a page as they are.
func results(t *testing.T, body string) []string {
	t.Helper()
	var page struct{ Results []json.RawMessage }
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	var rows []string
	for _, row := range page.Results {
		rows = append(rows, string(row))
	}
	return rows
}
