package resource_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// pageOf is a page of one row.
func pageOf(row string) string {
	return `{"count":1,"next":null,"previous":null,"results":[` + row + `]}`
}

// decodeErrors lists and gets a row, and returns the *DecodeError of each call.
func decodeErrors[T any, ID int | string](t *testing.T, row string, id ID, resource func(*ll2.Client) *ll2.Resource[T, ID]) map[string]*ll2.DecodeError {
	t.Helper()
	found := make(map[string]*ll2.DecodeError)
	for call, body := range map[string]string{"List": pageOf(row), "All": pageOf(row), "Get": row} {
		script := testkit.NewScript(ok(body))
		err := calls(resource(testkit.NewClient(t, script)), id)[call](t.Context(), nil)
		testkit.WantError(t, err, "unexpected body")
		found[call] = testkit.AsError[*ll2.DecodeError](t, err)
		if n := script.Sent(); n != 1 {
			t.Errorf("%s: %d requests, want 1: what has another shape will have it again", call, n)
		}
	}
	return found
}

func TestARowWithoutAnIDIsADecodeError(t *testing.T) {
	t.Parallel()
	for _, row := range []string{`{"id":0}`, `{"id":null}`, `{"name":"x"}`, `{}`, `null`} {
		for call, err := range decodeErrors(t, row, 7, astronauts) {
			if !strings.Contains(err.Error(), "astronaut without an id") {
				t.Errorf("%s of %s: %v", call, row, err)
			}
		}
	}
	for _, row := range []string{`{"id":""}`, `{"id":null}`, `{}`} {
		for call, err := range decodeErrors(t, row, "x", launches) {
			if !strings.Contains(err.Error(), "launch without an id") {
				t.Errorf("%s of %s: %v", call, row, err)
			}
		}
	}
}

func TestARowOfAnotherShapeIsADecodeError(t *testing.T) {
	t.Parallel()
	for _, row := range []string{`{"id":"7"}`, `{"id":7.5}`, `[]`, `7`, `{"id":7,"status":5}`} {
		for call, err := range decodeErrors(t, row, 7, astronauts) {
			if err.Offset == 0 || err.Snippet == "" {
				t.Errorf("%s of %s: %v does not say where", call, row, err)
			}
		}
	}
}

func TestAPageOfAnotherShapeIsADecodeError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"next":null,"previous":null,"results":[]}`, `{"count":0,"next":null,"previous":null}`, `{"count":0,"results":null}`,
		`{"detail":"Not found."}`, `[]`, `null`, `<html></html>`, testkit.EmptyPage + "x",
	} {
		_, err := answering(t, ok(body)).List(t.Context(), nil)
		testkit.WantError(t, err, "unexpected body")
		testkit.AsError[*ll2.DecodeError](t, err)
	}
}

func TestAPageOfMoreRowsThanWereAskedForIsADecodeError(t *testing.T) {
	t.Parallel()
	const three = `{"count":3,"next":null,"previous":null,"results":[{"id":1},{"id":2},{"id":3}]}`
	for size, fails := range map[int]bool{2: true, 3: false, 100: false} {
		page, err := answering(t, ok(three)).List(t.Context(), nil, ll2.PageSize(size))
		if (err != nil) != fails {
			t.Errorf("pages of %d: %+v, %v", size, page, err)
		}
		if fails {
			testkit.WantError(t, err, "unexpected body", "2 rows")
			testkit.AsError[*ll2.DecodeError](t, err)
		}
	}
}

// A checked row refuses a name that is none.
type checked struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

type badNameError string

func (b badNameError) Error() string { return "ll2: no good name: " + string(b) }

// Validate refuses a name that is not in capitals.
func (c *checked) Validate() error {
	if c.Name != strings.ToUpper(c.Name) {
		return badNameError(c.Name)
	}
	return nil
}

func TestARowThatDoesNotValidateIsADecodeError(t *testing.T) {
	t.Parallel()
	resource := func(c *ll2.Client) *ll2.Resource[checked, int] {
		return ll2.NewResource(c, astronautPath, func(a *checked) int { return a.ID })
	}
	for call, err := range decodeErrors(t, `{"id":7,"name":"x"}`, 7, resource) {
		if got := testkit.AsError[badNameError](t, err); got != "x" {
			t.Errorf("%s: %v, want what Validate returned", call, err)
		}
	}
	r := resource(testkit.NewClient(t, testkit.NewScript(ok(pageOf(`{"id":7,"name":"X"}`)))))
	if page, err := r.List(t.Context(), nil); err != nil || page.Results[0].Name != "X" {
		t.Errorf("%+v, %v; want the row that is right", page, err)
	}
}

// Rows can be whatever encoding/json decodes: a map of all that the service sends, or
// its very text.
func TestRowsNeedNotBeStructs(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(25))
	maps := ll2.NewResource(server.Client(), astronautPath, func(m *map[string]any) int {
		id, _ := (*m)["id"].(float64)
		return int(id)
	})
	texts := ll2.NewResource(server.Client(), astronautPath, func(text *json.RawMessage) string {
		var row struct{ ID json.Number }
		_ = json.Unmarshal(*text, &row) // without an id it is refused
		return row.ID.String()
	})
	asMaps, err := ll2.Collect(maps.All(t.Context(), nil, ll2.PageSize(10)))
	if err != nil || len(asMaps) != 25 || (*asMaps[24])["name"] != "Astronaut 25" {
		t.Errorf("%d rows, %v", len(asMaps), err)
	}
	asTexts, err := ll2.Collect(texts.All(t.Context(), nil, ll2.PageSize(10)))
	if err != nil || len(asTexts) != 25 || string(*asTexts[24]) != `{"id":25,"name":"Astronaut 25","status":{"id":1}}` {
		t.Errorf("%d rows, %v", len(asTexts), err)
	}
	for call, err := range decodeErrors(t, `null`, 7, func(c *ll2.Client) *ll2.Resource[map[string]any, int] {
		return ll2.NewResource(c, astronautPath, func(m *map[string]any) int { return len(*m) })
	}) {
		if !strings.Contains(err.Error(), "without an id") {
			t.Errorf("%s: %v", call, err)
		}
	}
}

// The package's own rows walk as those of anybody else do.
func TestDockingEventsAreRowsToo(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(25)...)
	r := ll2.NewResource(server.Client(), "2.2.0/docking_event/", func(e *ll2.DockingEvent) int { return e.ID })
	got, err := ll2.Collect(r.All(t.Context(), nil, ll2.PageSize(10)))
	if err != nil {
		t.Fatal(err)
	}
	want := testkit.All(t, server.Client(), ll2.PageSize(10))
	testkit.WantSame(t, got, want)
	requests := server.Requests()
	for i := range 3 {
		if a, b := requests[i].URL.String(), requests[i+3].URL.String(); a != b {
			t.Errorf("asked %s, the service of the client %s", a, b)
		}
	}
}
