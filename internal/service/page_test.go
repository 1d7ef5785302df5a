package service_test

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

func rowsTo(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"id":%d}`, i)
	}
	return rows
}

func TestSizeOfAPageIsCorrectedSilently(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(), rowsTo(130)...)
	for query, want := range map[string]struct {
		first string
		rows  int
		limit string
	}{
		"":                                        {"0", 10, "10"},
		"?limit=&offset=":                         {"0", 10, "10"},
		"?limit=0&offset=x":                       {"0", 10, "10"},
		"?limit=-5&offset=-1":                     {"0", 10, "10"},
		"?limit=ten&offset=1.5":                   {"0", 10, "10"},
		"?limit=1&offset=1":                       {"1", 1, "1"},
		"?limit=%2099%20&offset=+20+":             {"20", 99, "99"},
		"?limit=100":                              {"0", 100, "100"},
		"?limit=101":                              {"0", 100, "100"},
		"?limit=99999999999999999999":             {"0", 100, "100"},
		"?limit=-99999999999999999999":            {"0", 10, "10"},
		"?limit=3&limit=4&offset=7&offset=8":      {"8", 4, "4"},
		"?limit=100&offset=40":                    {"40", 90, "100"},
		"?offset=129":                             {"129", 1, "10"},
		"?offset=130":                             {"", 0, "10"},
		"?limit=100&offset=99999999999999999999":  {"", 0, "100"},
		"?limit=100&offset=-99999999999999999999": {"0", 100, "100"},
	} {
		body := list(t, table, query)
		rows := strings.Fields(ids(t, body))
		if len(rows) != want.rows || !strings.HasPrefix(body, `{"count":130,`) || want.rows > 0 && rows[0] != want.first {
			t.Errorf("%s: %v", query, rows)
		}
		if !strings.Contains(body, "limit="+want.limit+"&offset=") && !strings.Contains(body, "limit="+want.limit+`"`) {
			t.Errorf("%s: no limit of %s in %.200s", query, want.limit, body)
		}
	}
}

func TestLinksKeepAllParametersAndSpellOutTheLimit(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(), rowsTo(25)...)
	for _, test := range []struct{ name, asked, next, previous string }{
		{"first page", base, base + "?limit=10&offset=10", ""},
		{"previous is the first page", base + "?offset=10", base + "?limit=10&offset=20", base + "?limit=10"},
		{"previous would begin before the first row", base + "?offset=3", base + "?limit=10&offset=13", base + "?limit=10"},
		{"last page", base + "?offset=20", "", base + "?limit=10&offset=10"},
		{"page that ends with the last row", base + "?offset=15", "", base + "?limit=10&offset=5"},
		{"page past the end", base + "?offset=40", "", base + "?limit=10&offset=30"},
		{"page far past the end", base + "?offset=" + strconv.Itoa(math.MaxInt), "", base + "?limit=10&offset=" + strconv.Itoa(math.MaxInt-110)},
		{"sorted, unknown, repeated and empty ones", base + "?zoo=b&offset=5&zoo=a&mode=&ordering=docking,id&abc=%C3%A4+%2B",
			base + "?abc=%C3%A4+%2B&limit=10&mode=&offset=15&ordering=docking%2Cid&zoo=b&zoo=a",
			base + "?abc=%C3%A4+%2B&limit=10&mode=&ordering=docking%2Cid&zoo=b&zoo=a"},
		{"host, port and path as asked for", "http://other.example:8443/a%2Fb/?limit=20", "http://other.example:8443/a%2Fb/?limit=20&offset=20", ""},
		{"no user and no fragment", "http://me:secret@h/x/?limit=20#top", "http://h/x/?limit=20&offset=20", ""},
	} {
		quote := func(link string) string {
			if link == "" {
				return "null"
			}
			return `"` + link + `"`
		}
		u := parse(t, test.asked)
		body, _ := table.List(u, service.Options{})
		want := `{"count":25,"next":` + quote(test.next) + `,"previous":` + quote(test.previous) + `,"results":[`
		if !strings.HasPrefix(string(body), want) {
			t.Errorf("%s: got\n%.300s\nwant\n%s", test.name, body, want)
		}
		if u.String() != test.asked {
			t.Errorf("%s: the URL that was asked for became %s", test.name, u)
		}
	}
}

func TestLinksAreValidJSONWhateverTheURL(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(), rowsTo(11)...)
	body, _ := table.List(&url.URL{Scheme: "http", Host: `h"\<&>`, Path: "/"}, service.Options{})
	if got := strings.Fields(ids(t, string(body))); len(got) != 10 || !strings.Contains(string(body), `<&>`) {
		t.Errorf("%s", body)
	}
}

func TestListOfNothing(t *testing.T) {
	t.Parallel()
	for _, rules := range []*service.Rules{service.V220(), service.Anything()} {
		table := newTable(t, rules)
		if got, want := list(t, table, "?ordering=id&search=x&x__y=4"), `{"count":0,"next":null,"previous":null,"results":[]}`; got != want {
			t.Errorf("%s", got)
		}
	}
}
