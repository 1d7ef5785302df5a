package answers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// manyRows returns a page of n rows, all alike.
func manyRows(n int, row string) string {
	return `{"count":1,"next":null,"previous":null,"results":[` + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + `]}`
}

// odd makes encoding/json read a page that could be read faster.
func odd(page string) string { return strings.Replace(page, `"next"`, `"NEXT"`, 1) }

// event returns an event of the service, and little of it.
func event(id int) string { return fmt.Sprintf(`{"id":%d,"docking":"2024-01-31T12:00:00Z"}`, id) }

func TestAPageHoldsNoMoreRowsThanItWasAskedFor(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ limit, rows int }{{1, 1}, {1, 2}, {10, 10}, {10, 11}, {100, 100}, {100, 101}, {100, 5000}} {
		for _, spell := range []func(string) string{strings.Clone, odd} {
			body := spell(manyRows(tc.rows, event(1)))
			client := testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, body)))
			page, err := client.DockingEvents.List(t.Context(), ll2.PageSize(tc.limit))
			if tc.rows <= tc.limit {
				if err != nil || len(page.Results) != tc.rows {
					t.Errorf("%d rows of %d: page %+v, error %v", tc.rows, tc.limit, page, err)
				}
				continue
			}
			testkit.WantError(t, err, "unexpected body", fmt.Sprintf("more than the %d rows that were asked for", tc.limit))
			testkit.AsError[*ll2.DecodeError](t, err)
		}
	}
}

// page returns a page of these rows, and the same as encoding/json is to read it.
func pagesOf(rows string) []string {
	page := `{"count":1,"next":null,"previous":null,"results":[` + rows + `]}`
	return []string{page, odd(page)}
}

func TestAnErrorOfAValueNamesTheEventTheFieldAndTheValue(t *testing.T) {
	t.Parallel()
	const list, get = "List", "Get"
	craft := func(fields string) string {
		return `{"id":733,"docking":"2024-01-31T12:00:00Z","flight_vehicle":{"id":5,"spacecraft":{` + fields + `}}}`
	}
	for _, tc := range []struct{ call, row, field, id, value, says string }{
		{list, craft(`"time_docked":"P1X"`), "results[1].flight_vehicle.spacecraft.time_docked", "733", `"P1X"`, `duration "P1X" is not of the form P108DT4H24M37S`},
		{list, craft(`"time_docked":5`), "results[1].flight_vehicle.spacecraft.time_docked", "733", `5`, `cannot unmarshal number 5 into a string`},
		{list, craft(`"spacecraft_config":{"maiden_flight":"May"}`), "results[1].flight_vehicle.spacecraft.spacecraft_config.maiden_flight", "733", `"May"`, `date "May" is not of the form`},
		{list, craft(`"status":[]`), "results[1].flight_vehicle.spacecraft.status", "733", `[]`, `cannot unmarshal array [] into an object`},
		{list, craft(`"in_space":"yes"`), "results[1].flight_vehicle.spacecraft.in_space", "733", `"yes"`, `cannot unmarshal string "yes" into a Go bool`},
		{list, `{"docking":"noon","id":733}`, "results[1].docking", "733", `"noon"`, `cannot unmarshal string "noon" into a time in RFC 3339`},
		{list, `{"docking":"noon"}`, "results[1].docking", "", `"noon"`, `cannot unmarshal string "noon" into a time in RFC 3339`},
		{list, `{"id":"733"}`, "results[1].id", "733", `"733"`, `cannot unmarshal string "733" into a Go int`},
		{list, `{"id":{"a":1}}`, "results[1].id", "", `{"a":1}`, `cannot unmarshal object {"a":1} into a Go int`},
		{list, `7`, "results[1]", "", `7`, `cannot unmarshal number 7 into an object`},
		{list, `{"id":0,"url":"x"}`, "results[1]", "0", `{"id":0,"url":"x"}`, `docking event without an id`},
		{list, `{"id":733}`, "results[1]", "733", `{"id":733}`, `docking event without a docking time`},
		{list, `{"id":733,"docking":null}`, "results[1]", "733", `{"id":733,"docking":null}`, `docking event without a docking time`},
		{get, `{"id":733,"docking":null}`, "", "733", `{"id":733,"docking":null}`, `docking event without a docking time`},
		{get, craft(`"flights_count":1.5`), "flight_vehicle.spacecraft.flights_count", "733", `1.5`, `cannot unmarshal number 1.5 into a Go int`},
		{get, `{"id":true}`, "id", "true", `true`, `cannot unmarshal bool true into a Go int`},
		{get, ` [1]`, "", "", `[1]`, `cannot unmarshal array [1] into an object`},
		{get, `{"url":"x"}`, "", "", `{"url":"x"}`, `docking event without an id`},
	} {
		bodies := []string{tc.row}
		if tc.call == list {
			bodies = pagesOf(event(1) + "," + tc.row)
		}
		for _, body := range bodies {
			err := testkit.Calls[tc.call].Do(t, testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, body))))
			testkit.WantError(t, err, tc.says)
			decode := testkit.AsError[*ll2.DecodeError](t, err)
			if end := int64(strings.LastIndex(body, tc.value) + len(tc.value)); decode.Field != tc.field || decode.ID != tc.id || decode.Offset != end {
				t.Errorf("%s: field %q of %q at %d, want %q of %q at %d", body, decode.Field, decode.ID, decode.Offset, tc.field, tc.id, end)
			}
			if text := err.Error(); !strings.Contains(text, tc.field) || !strings.Contains(text, tc.id) || strings.Contains(text, "pageJSON") {
				t.Errorf("%s: %s", body, text)
			}
		}
	}
}

func TestAnErrorOfAPageNamesTheField(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ body, field, value, says string }{
		{`{"count":"ten","results":[]}`, "count", `"ten"`, `count: cannot unmarshal string "ten" into a Go int`},
		{`{"count":-1,"results":[]}`, "count", `-1`, `count: -1 is negative`},
		{`{"COUNT":"ten","results":[]}`, "COUNT", `"ten"`, `COUNT: cannot unmarshal string "ten" into a Go int`},
		{`{"count":1,"next":7,"results":[]}`, "next", `7`, `next: cannot unmarshal number 7 into a Go string`},
		{`{"count":1,"results":{}}`, "results", `{}`, `results: cannot unmarshal object {} into an array`},
		{`[]`, "", `[]`, `cannot unmarshal array [] into an object`},
	} {
		err := testkit.ListOnce(t, testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, tc.body))))
		testkit.WantError(t, err, tc.says)
		decode := testkit.AsError[*ll2.DecodeError](t, err)
		if end := int64(strings.LastIndex(tc.body, tc.value) + len(tc.value)); decode.Field != tc.field || decode.ID != "" || decode.Offset != end {
			t.Errorf("%s: field %q of %q at %d, want %q at %d", tc.body, decode.Field, decode.ID, decode.Offset, tc.field, end)
		}
	}
}

// The error of encoding/json stays in the chain.
func TestAnErrorOfAValueWrapsThatOfItsDecoder(t *testing.T) {
	t.Parallel()
	err := testkit.ListOnce(t, testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, pagesOf(`{"id":"7"}`)[0]))))
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) || mismatch.Value != "string" {
		t.Errorf("%#v", err)
	}
}

func TestAVeryLongValueIsNotShown(t *testing.T) {
	t.Parallel()
	for _, row := range []string{
		`{"id":` + strings.Repeat("1", 1<<20) + `}`,
		`{"id":1,"docking":"` + strings.Repeat("x", 1<<20) + `"}`,
		`{"id":1,"flight_vehicle":{"spacecraft":{"time_docked":"` + strings.Repeat("x", 1<<20) + `"}}}`,
	} {
		for _, body := range pagesOf(row) {
			err := testkit.ListOnce(t, testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, body))))
			if text := err.Error(); !strings.Contains(text, "bytes") || len(text) > 500 {
				t.Errorf("%.1000s", text)
			}
		}
	}
}

func TestAPageForPeopleIsCalledHTML(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"<html>hello</html>": true, "<!DOCTYPE html>\n<html>": true, " \r\n<!doctype HTML><title>Sign in</title>": true, "\ufeff<HTML><body>": true,
		"<!-- portal --><html>": true, "<head><meta": true, "<?xml version=\"1.0\"?>\n<!DOCTYPE x>\n<HTML xmlns=\"x\">": true,
		"<?xml version=\"1.0\"?><error/>": false, "<error/>": false, "Forbidden": false, `{"detail":"<html>"`: false, `"<html>`: false,
	} {
		err := testkit.ListOnce(t, testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, body)), ll2.WithRetries(0)))
		testkit.AsError[*ll2.DecodeError](t, err)
		if got := strings.Contains(err.Error(), "the answer is HTML, not JSON: a proxy or a captive portal may have answered"); got != want {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// An answer without a Content-Length can be cut off without another sign. The page
// is one of the service's, with the first and the last of its rows and no white
// space; internal/body cuts all of it.
func TestEveryCutOfAPageIsTriedAgain(t *testing.T) {
	t.Parallel()
	var page struct {
		Count    int               `json:"count"`
		Next     *string           `json:"next"`
		Previous *string           `json:"previous"`
		Results  []json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(testkit.ReadFile(t, "../../ll2test/testdata/docking_event_list_offset490.json"), &page); err != nil {
		t.Fatal(err)
	}
	page.Results = slices.Delete(page.Results, 1, len(page.Results)-1)
	body, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	for size := range body {
		transport := testkit.NewScript(testkit.Status(http.StatusOK, string(body[:size])), testkit.Status(http.StatusOK, pagesOf(event(1))[0]))
		page, err := testkit.NewClient(t, transport).DockingEvents.List(t.Context())
		if err != nil || len(page.Results) != 1 || transport.Sent() != 2 {
			t.Fatalf("cut behind %q: %v after %d requests", body[max(0, size-40):size], err, transport.Sent())
		}
	}
}
