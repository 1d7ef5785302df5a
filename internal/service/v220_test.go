package service_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

// newRow220 returns a row whose values come again in other rows.
func newRow220(r *rand.Rand, id int) *made {
	at := func() string {
		return fmt.Sprintf(`"2024-01-%02dT00:00:00%sZ"`, 1+r.IntN(9), pick(r, "", "", "", ".000001", ".5"))
	}
	link := func(path string) string { return `"https://ll.example/2.2.0/` + path + `/` + mark + `"` }
	station := func() []member {
		return []member{
			{key: "id", text: pick(r, "1", "2", "3")},
			{key: "url", text: link("spacestation")},
			{key: "name", text: pick(r, `"Mir"`, `"Salyut 6"`, `"Международная"`)},
		}
	}
	agency := []member{
		{key: "id", text: "63"},
		{key: "url", text: link("agencies")},
		{key: "name", text: `"RSA"`},
		{key: "description", text: `"a, \"b\": {"`, detail: true},
		{key: "parent", text: "null", detail: true},
		{key: "founding_year", text: `"1992"`, detail: true},
		{key: "new_key", text: "[1,{}]"},
	}
	config := []member{
		{key: "id", text: "1"},
		{key: "url", text: link("config/spacecraft")},
		{key: "name", text: `"Soyuz"`},
		{key: "agency", object: agency},
		{key: "history", text: `"}{]["`, detail: true},
		{key: "height", text: "7.10", detail: true},
		{key: "crew_capacity", text: "3", detail: true},
		{key: "wiki_link", text: `""`, detail: true},
	}
	if r.IntN(9) == 0 {
		config[3] = member{key: "agency", text: "null"}
	}
	craft := []member{
		{key: "id", text: "152"},
		{key: "url", text: link("spacecraft")},
		{key: "name", text: pick(r, `"Soyuz 32"`, `"Progress 6"`, `"Со\u044eз"`)},
		{key: "serial_number", text: pick(r, "null", `""`, `"No.47"`)},
		{key: "description", text: `"\r\n\u2028\\"`},
		{key: "spacecraft_config", object: config},
	}
	flight := []member{
		{key: "id", text: pick(r, "1", "2", "3", "4")},
		{key: "url", text: link("spacecraft/flight")},
		{key: "destination", text: pick(r, "null", `"Mir"`, `"salyut"`)},
		{key: "spacecraft", object: craft},
	}
	row := []member{
		{key: "id", text: strconv.Itoa(id)},
		{key: "url", text: link("docking_event/" + strconv.Itoa(id))},
		{key: "docking", text: at()},
		{key: "departure", text: pick(r, "null", at(), at())},
		{key: "flight_vehicle", object: flight},
		{key: "docking_location", object: []member{
			{key: "id", text: pick(r, "7", "8")},
			{key: "name", text: pick(r, `"forward"`, `"aft"`)},
			{key: "spacestation", object: station()},
		}},
		{key: "space_station", detail: true, object: station()},
		{key: "another_new_key", text: `{"url":"https://video.example/","empty":{},"list":[ ]}`},
	}
	return newMade(r, row)
}

func TestAnswersAreThoseOfANaiveService(t *testing.T) {
	t.Parallel()
	n := &naive{
		numbers: map[string]string{
			"space_station__id": "space_station.id", "flight_vehicle__id": "flight_vehicle.id", "docking_location__id": "docking_location.id",
		},
		search: []string{
			"flight_vehicle.spacecraft.name", "flight_vehicle.spacecraft.serial_number", "flight_vehicle.destination",
			"docking_location.name", "space_station.name",
		},
		orders: []string{"id", "docking", "departure"},
	}
	compareWithNaive(t, service.V220(), n, newRow220, func(r *rand.Rand, q url.Values) {
		maybe(r, q, 5, "space_station__id", "1", "2", "3.0", "4", "", "x")
		maybe(r, q, 6, "flight_vehicle__id", "1", "2", "1e0", "99", "-")
		maybe(r, q, 4, "search", "mir", "SOYUZ 32", "союз", "6,forward", "no.4 aft", ",")
	})
}

func TestRulesOfV220FitTogether(t *testing.T) {
	t.Parallel()
	fitTogether(t, service.V220())
}
