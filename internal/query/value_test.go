package query_test

import (
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/internal/query"
)

func TestValuesAreWrittenAsTheServiceReadsThemOrRefused(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 1, 31, 13, 0, 0, 1500, time.FixedZone("", 3600))
	bound := func(t time.Time, up bool) func() (string, error) {
		return func() (string, error) { return query.Bound(t, up) }
	}
	id := func(n int) func() (string, error) { return func() (string, error) { return query.ID("port", n) } }
	text := func(s string) func() (string, error) { return func() (string, error) { return query.Text(s) } }
	for _, c := range []struct {
		value       func() (string, error)
		want, fails string
	}{
		{id(1), "1", ""},
		{id(0), "", "0 is not the id of a port; ids are 1 and more"},
		{id(-4), "", "-4 is not the id of a port; ids are 1 and more"},
		{bound(at, false), "2024-01-31T12:00:00.000001Z", ""},
		{bound(at, true), "2024-01-31T12:00:00.000002Z", ""},
		{bound(at.Truncate(time.Microsecond), true), "2024-01-31T12:00:00.000001Z", ""},
		{bound(time.Time{}, true), "", "the time is zero; leave the option out for no bound"},
		{bound(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), false), "", "the year 10000 is outside of what the service can read, 1 to 9999"},
		{bound(time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC), true), "", "the year 10000 is outside of what the service can read, 1 to 9999"},
		{text(" Soyuz "), " Soyuz ", ""},
		{text(" \t"), "", "the text is empty; leave the option out to search nothing"},
		{text("a\x00"), "", `"a\x00" is not UTF-8 text without NUL`},
		{text("a\xff"), "", `"a\xff" is not UTF-8 text without NUL`},
	} {
		got, err := c.value()
		failed := ""
		if err != nil {
			failed = err.Error()
		}
		if got != c.want || failed != c.fails {
			t.Errorf("%q, %q; want %q, %q", got, failed, c.want, c.fails)
		}
	}
}

func TestValuesInALinkAreAsTheServiceTakesThem(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"1": "", "4711": "", "0": "an id, 1 or more", "x": "an id, 1 or more", "": "an id, 1 or more"} {
		if got := query.WantID(value); got != want {
			t.Errorf("%q wants %q, not %q", value, got, want)
		}
	}
	for value, good := range map[string]bool{"2024-01-31T12:00:00Z": true, "2024-01-31T12:00:00.5+01:00": true, "2024-01-31": false, "": false} {
		if got := query.WantTime(value); (got == "") != good || !good && !strings.Contains(got, "2024-01-31T12:00:00Z") {
			t.Errorf("%q wants %q", value, got)
		}
	}
}
