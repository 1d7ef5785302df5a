package service_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/internal/service"
)

// A made row is written in both shapes at once, its keys in any order, so that
// what the table cuts can be compared with what was never there. The text of a
// link ends in the mark, which stands for what a format adds.
type made struct {
	detailed, normal strings.Builder
	decoded          any // from the detailed shape
}

const mark = "%%"

func (m *made) text(detailed bool, format string) string {
	text := m.normal.String()
	if detailed {
		text = m.detailed.String()
	}
	if format != "" {
		format = "?format=" + url.QueryEscape(format)
	}
	return strings.ReplaceAll(text, mark, format)
}

// A member of an object is a text in JSON or an object.
type member struct {
	key    string
	detail bool
	text   string
	object []member
}

func (m *made) object(r *rand.Rand, members []member, both bool) {
	write := func(text string, both bool) {
		m.detailed.WriteString(text)
		if both {
			m.normal.WriteString(text)
		}
	}
	r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	write("{", both)
	normal := 0
	for i, field := range members {
		inBoth := both && !field.detail
		if i > 0 {
			write(",", false)
		}
		if normal > 0 && inBoth {
			m.normal.WriteString(",")
		}
		if inBoth {
			normal++
		}
		write(`"`+field.key+`":`, inBoth)
		if field.object != nil {
			m.object(r, field.object, inBoth)
		} else {
			write(field.text, inBoth)
		}
	}
	write("}", both)
}

// newMade returns a row whose values come again in other rows.
func newMade(r *rand.Rand, id int) *made {
	pick := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	at := func() string {
		return fmt.Sprintf(`"2024-01-%02dT00:00:00%sZ"`, 1+r.IntN(9), pick("", "", "", ".000001", ".5"))
	}
	link := func(path string) string { return `"https://ll.example/2.2.0/` + path + `/` + mark + `"` }
	station := func() []member {
		return []member{
			{key: "id", text: pick("1", "2", "3")},
			{key: "url", text: link("spacestation")},
			{key: "name", text: pick(`"Mir"`, `"Salyut 6"`, `"Международная"`)},
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
		{key: "name", text: pick(`"Soyuz 32"`, `"Progress 6"`, `"Со\u044eз"`)},
		{key: "serial_number", text: pick("null", `""`, `"No.47"`)},
		{key: "description", text: `"\r\n\u2028\\"`},
		{key: "spacecraft_config", object: config},
	}
	flight := []member{
		{key: "id", text: pick("1", "2", "3", "4")},
		{key: "url", text: link("spacecraft/flight")},
		{key: "destination", text: pick("null", `"Mir"`, `"salyut"`)},
		{key: "spacecraft", object: craft},
	}
	row := []member{
		{key: "id", text: strconv.Itoa(id)},
		{key: "url", text: link("docking_event/" + strconv.Itoa(id))},
		{key: "docking", text: at()},
		{key: "departure", text: pick("null", at(), at())},
		{key: "flight_vehicle", object: flight},
		{key: "docking_location", object: []member{
			{key: "id", text: pick("7", "8")},
			{key: "name", text: pick(`"forward"`, `"aft"`)},
			{key: "spacestation", object: station()},
		}},
		{key: "space_station", detail: true, object: station()},
		{key: "another_new_key", text: `{"url":"https://video.example/","empty":{},"list":[ ]}`},
	}
	m := new(made)
	m.object(r, row, true)
	if err := json.Unmarshal([]byte(m.text(true, "")), &m.decoded); err != nil {
		panic(err)
	}
	return m
}

// A naive service does all from the beginning at every query.
type naive []*made

func (n naive) list(u *url.URL) (string, service.Invalid) {
	q := u.Query()
	param := func(name string) string {
		if len(q[name]) == 0 {
			return ""
		}
		return q[name][len(q[name])-1]
	}
	rows, invalid := n.chosen(param)
	if len(invalid) > 0 {
		return "", invalid
	}
	limit, err := strconv.Atoi(param("limit"))
	if err != nil || limit <= 0 {
		limit = 10
	}
	limit = min(limit, 100)
	offset, err := strconv.Atoi(param("offset"))
	if err != nil || offset < 0 {
		offset = 0
	}
	link := func(there bool, offset int) string {
		if !there {
			return "null"
		}
		q := parseQuery(u.RawQuery)
		q.Set("limit", strconv.Itoa(limit))
		q.Set("offset", strconv.Itoa(offset))
		if offset <= 0 {
			q.Del("offset")
		}
		return `"` + u.Scheme + "://" + u.Host + u.Path + "?" + q.Encode() + `"`
	}
	body := fmt.Sprintf(`{"count":%d,"next":%s,"previous":%s,"results":[`, len(rows), link(offset+limit < len(rows), offset+limit), link(offset > 0, offset-limit))
	var texts []string
	for i, row := range rows {
		if i >= offset && i < offset+limit {
			texts = append(texts, row.text(param("mode") == "detailed", param("format")))
		}
	}
	return body + strings.Join(texts, ",") + "]}", nil
}

func parseQuery(raw string) url.Values {
	q, _ := url.ParseQuery(raw)
	return q
}

// value returns what stands at a path of a row.
func (m *made) value(path string) any {
	at := m.decoded
	for key := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		at = object[key]
	}
	return at
}

func (n naive) chosen(param func(string) string) (naive, service.Invalid) {
	invalid := make(service.Invalid)
	rows := slices.Clone(n)
	keep := func(fits func(*made) bool) {
		rows = slices.DeleteFunc(rows, func(m *made) bool { return !fits(m) })
	}
	for name, path := range map[string]string{
		"space_station__id": "space_station.id", "flight_vehicle__id": "flight_vehicle.id", "docking_location__id": "docking_location.id",
	} {
		if param(name) == "" {
			continue
		}
		want, err := strconv.ParseFloat(param(name), 64)
		if err != nil {
			invalid[name] = []string{"Enter a number."}
		}
		keep(func(m *made) bool { return m.value(path) == want })
	}
	for name, fits := range map[string]func(int) bool{
		"docking__gt": func(c int) bool { return c > 0 }, "docking__gte": func(c int) bool { return c >= 0 },
		"docking__lt": func(c int) bool { return c < 0 }, "docking__lte": func(c int) bool { return c <= 0 },
	} {
		if param(name) == "" {
			continue
		}
		want, err := time.Parse(time.RFC3339, param(name))
		if err != nil {
			invalid[name] = []string{"Enter a valid date/time."}
		}
		keep(func(m *made) bool { return fits(m.time("docking").Compare(want)) })
	}
	for term := range strings.FieldsSeq(strings.ReplaceAll(param("search"), ",", " ")) {
		keep(func(m *made) bool {
			return slices.ContainsFunc([]string{"flight_vehicle.spacecraft.name", "flight_vehicle.spacecraft.serial_number",
				"flight_vehicle.destination", "docking_location.name", "space_station.name"}, func(path string) bool {
				text, _ := m.value(path).(string)
				return strings.Contains(strings.ToLower(text), strings.ToLower(term))
			})
		})
	}
	terms := strings.Split(param("ordering"), ",")
	slices.Reverse(terms) // to sort by the last term first
	for _, term := range terms {
		name, descending := strings.CutPrefix(strings.TrimSpace(term), "-")
		slices.SortStableFunc(rows, func(a, b *made) int {
			if descending {
				a, b = b, a
			}
			switch name {
			case "id":
				return cmp.Compare(a.value("id").(float64), b.value("id").(float64))
			case "docking", "departure":
				return a.time(name).Compare(b.time(name))
			}
			return 0
		})
	}
	return rows, invalid
}

// time returns a time of a row, the far future for null.
func (m *made) time(key string) time.Time {
	text, _ := m.value(key).(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return at
}

func TestAnswersAreThoseOfANaiveService(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	pick := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	at := func() string {
		return fmt.Sprintf("2024-01-%02dT00:00:00%s", 1+r.IntN(9), pick("Z", "Z", ".5Z", ".000001Z", "+01:00", "x"))
	}
	invalids, empty, full := 0, 0, 0
	for _, size := range []int{0, 1, 9, 30, 120} {
		rows := make(naive, size)
		texts := make([]string, size)
		for i, id := range r.Perm(size) {
			rows[i] = newMade(r, id)
			texts[i] = rows[i].text(true, "")
		}
		table := newTable(t, service.V220(), texts...)
		for range 60 {
			q := make(url.Values)
			maybe := func(n int, name string, value func() string) {
				for r.IntN(n) == 0 {
					q.Add(name, value())
				}
			}
			maybe(5, "space_station__id", func() string { return pick("1", "2", "3.0", "4", "", "x") })
			maybe(6, "flight_vehicle__id", func() string { return pick("1", "2", "1e0", "99", "-") })
			maybe(6, "docking_location__id", func() string { return pick("7", "8") })
			maybe(5, "docking__gt", at)
			maybe(9, "docking__gte", at)
			maybe(5, "docking__lte", at)
			maybe(9, "docking__lt", at)
			maybe(4, "search", func() string { return pick("mir", "SOYUZ 32", "союз", "6,forward", "no.4 aft", ",") })
			maybe(2, "ordering", func() string {
				return pick("", "-") + pick("id", "docking", "departure", "name") + pick("", ",") + pick("", "-", " -") + pick("id", "departure", "docking")
			})
			maybe(2, "limit", func() string { return pick("1", "3", "7", "100", "101", "0", "-1", "all") })
			maybe(3, "offset", func() string { return pick("0", "1", "5", "20", "1000", "-5", "") })
			maybe(3, "mode", func() string { return pick("detailed", "detailed", "normal") })
			maybe(6, "format", func() string { return pick("json", "a&b/ü") })
			maybe(9, "departure__gt", at)
			u := parse(t, base+"?"+q.Encode())
			got, gotInvalid := table.List(u, service.Options{})
			want, wantInvalid := rows.list(u)
			if string(got) != want || len(wantInvalid) > 0 && !reflect.DeepEqual(gotInvalid, wantInvalid) || len(wantInvalid) == 0 && gotInvalid != nil {
				t.Fatalf("%s\ngot  %s %v\nwant %s %v", u, got, gotInvalid, want, wantInvalid)
			}
			switch {
			case gotInvalid != nil:
				invalids++
			case strings.HasSuffix(want, "[]}"):
				empty++
			default:
				full++
			}
		}
		for _, row := range rows {
			id := strconv.Itoa(int(row.value("id").(float64)))
			for _, format := range []string{"", "json"} {
				got, found := table.Get(id, url.Values{"format": {format}, "mode": {"normal"}})
				if !found || string(got) != row.text(true, format) {
					t.Fatalf("%s: %s", id, got)
				}
			}
		}
	}
	if invalids < 30 || empty < 30 || full < 60 {
		t.Errorf("%d invalid, %d empty and %d other answers are no fair sample", invalids, empty, full)
	}
}

func TestRulesOfV220FitTogether(t *testing.T) {
	t.Parallel()
	rules := service.V220()
	for parameter, filter := range rules.Filters {
		if _, there := rules.Fields[filter.Path]; !there {
			t.Errorf("%s: no field %s", parameter, filter.Path)
		}
	}
	for term, path := range rules.Orders {
		if _, there := rules.Fields[path]; !there {
			t.Errorf("%s: no field %s", term, path)
		}
	}
	for name := range rules.Defaults {
		if !slices.Contains(rules.Details, name) {
			t.Errorf("%s is no detail", name)
		}
	}
}
