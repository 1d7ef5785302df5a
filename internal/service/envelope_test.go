package service_test

import (
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

// A page that the caller filled equals the table's, if the rows are equal.
func TestAnEnvelopeIsThatOfATable(t *testing.T) {
	t.Parallel()
	rows := rowsTo(35)
	table := newTable(t, service.V220(), rows...)
	for _, query := range []string{
		"", "?limit=10&offset=10", "?limit=100", "?limit=0&offset=-1", "?limit=x&offset=34&b=%3C%26&a=1&a=2", "?offset=35", "?limit=7&offset=28", "?offset=" + strconv.Itoa(math.MaxInt),
	} {
		u, err := url.Parse("https://ll2.test:8080/a/2.2.0/docking_event/" + query)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := table.List(u, service.Options{})
		limit, offset := service.Bounds(u.Query())
		var page []json.RawMessage
		for _, row := range rows[min(offset, len(rows)):min(offset+limit, len(rows))] {
			page = append(page, json.RawMessage(row))
		}
		if got := service.Envelope(u, len(rows), page); string(got) != string(want) {
			t.Errorf("%s: %s\nwant %s", query, got, want)
		}
	}
}
