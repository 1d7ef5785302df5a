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
	detail bool   // whether the normal shape lacks it
	text   string // in JSON
	label  string // the text in the normal shape, if it is another
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
		switch {
		case field.object != nil:
			m.object(r, field.object, inBoth)
		case field.label != "":
			write(field.text, false)
			if inBoth {
				m.normal.WriteString(field.label)
			}
		default:
			write(field.text, inBoth)
		}
	}
	write("}", both)
}

// newMade returns a row of the members.
func newMade(r *rand.Rand, row []member) *made {
	m := new(made)
	m.object(r, row, true)
	if err := json.Unmarshal([]byte(m.text(true, "")), &m.decoded); err != nil {
		panic(err)
	}
	return m
}

// A naive service does all from the beginning at every query.
type naive struct {
	rows    []*made
	numbers map[string]string // paths of the numbers that it filters by, by parameter
	search  []string          // paths of the texts that it searches
	orders  []string          // keys of its orders
}

func (n *naive) list(u *url.URL) (string, service.Invalid) {
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

func (n *naive) chosen(param func(string) string) ([]*made, service.Invalid) {
	invalid := make(service.Invalid)
	rows := slices.Clone(n.rows)
	keep := func(fits func(*made) bool) {
		rows = slices.DeleteFunc(rows, func(m *made) bool { return !fits(m) })
	}
	for name, path := range n.numbers {
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
			return slices.ContainsFunc(n.search, func(path string) bool {
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
			switch {
			case !slices.Contains(n.orders, name):
				return 0
			case name == "id":
				return cmp.Compare(a.value("id").(float64), b.value("id").(float64))
			}
			return a.time(name).Compare(b.time(name))
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

func pick(r *rand.Rand, texts ...string) string { return texts[r.IntN(len(texts))] }

// maybe gives a query one of the values, once in n times, and another one as
// often.
func maybe(r *rand.Rand, q url.Values, n int, name string, values ...string) {
	for r.IntN(n) == 0 {
		q.Add(name, pick(r, values...))
	}
}

// compareWithNaive asks a table and the naive service the same, at random, about
// rows that newRow makes. The query has what only this version knows.
func compareWithNaive(t *testing.T, rules *service.Rules, n *naive, newRow func(r *rand.Rand, id int) *made, query func(r *rand.Rand, q url.Values)) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	at := func() string {
		return fmt.Sprintf("2024-01-%02dT00:00:00%s", 1+r.IntN(9), pick(r, "Z", "Z", ".5Z", ".000001Z", "+01:00", "x"))
	}
	invalids, empty, full := 0, 0, 0
	for _, size := range []int{0, 1, 9, 30, 120} {
		n.rows = make([]*made, size)
		texts := make([]string, size)
		for i, id := range r.Perm(size) {
			n.rows[i] = newRow(r, id)
			texts[i] = n.rows[i].text(true, "")
		}
		table := newTable(t, rules, texts...)
		for range 60 {
			q := make(url.Values)
			query(r, q)
			maybe(r, q, 6, "docking_location__id", "7", "8")
			for _, name := range []string{"docking__gt", "docking__gte", "docking__lte", "docking__lt", "departure__gt"} {
				maybe(r, q, 7, name, at(), at())
			}
			maybe(r, q, 2, "ordering", pick(r, "", "-")+pick(r, "id", "docking", "departure", "name")+
				pick(r, "", ",")+pick(r, "", "-", " -")+pick(r, "id", "departure", "docking"))
			maybe(r, q, 2, "limit", "1", "3", "7", "100", "101", "0", "-1", "all")
			maybe(r, q, 3, "offset", "0", "1", "5", "20", "1000", "-5", "")
			maybe(r, q, 3, "mode", "detailed", "detailed", "normal")
			maybe(r, q, 6, "format", "json", "a&b/ü")
			u := parse(t, base+"?"+q.Encode())
			got, gotInvalid := table.List(u, service.Options{})
			want, wantInvalid := n.list(u)
			if string(got) != want || len(wantInvalid) > 0 && !reflect.DeepEqual(gotInvalid, wantInvalid) || len(wantInvalid) == 0 && gotInvalid != nil {
				at := 0
				for at < min(len(got), len(want)) && got[at] == want[at] {
					at++
				}
				t.Fatalf("%s: from byte %d on\ngot  %.400s %v\nwant %.400s %v", u, at, got[at:], gotInvalid, want[at:], wantInvalid)
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
		for _, row := range n.rows {
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

// fitTogether holds that rules name only what they know.
func fitTogether(t *testing.T, rules *service.Rules) {
	t.Helper()
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
	for path := range rules.Labels {
		if slices.Contains(rules.Details, path) {
			t.Errorf("%s is a detail, too", path)
		}
	}
	details := slices.Sorted(slices.Values(rules.Details))
	if len(slices.Compact(details)) != len(rules.Details) {
		t.Error("a detail is listed twice")
	}
}
