package mirror_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestRowsAreAnsweredAsTheyWereSent(t *testing.T) {
	const odd = `{"id": 1, "docking":"2024-01-31T12:00:00Z","departure":null , "new_key": {"a":[1e3,"\u00fcber <b>"]},` +
		`"space_station":{"id":4,"name":"ISS"},"flight_vehicle":{"id":7,"destination":null,"launch":{"id":"x"}}}`
	server := ll2test.NewServer()
	if err := server.SetRows("2.2.0/docking_event/", json.RawMessage(odd)); err != nil {
		t.Fatal(err)
	}
	for _, store := range []mirror.Store{mirror.Memory(), mirror.Dir(t.TempDir())} {
		m := open(t, server.Client(), store)
		refresh(t, m)
		for _, m := range []*mirror.Mirror{m, open(t, server.Client(), store, mirror.Offline())} {
			for link, want := range map[string]string{
				"http://ll2.test/2.2.0/docking_event/1/":             odd,
				"http://ll2.test/2.2.0/docking_event/?mode=detailed": `{"count":1,"next":null,"previous":null,"results":[` + odd + `]}`,
				"http://ll2.test/2.2.0/docking_event/":               `{"count":1,"next":null,"previous":null,"results":[` + strings.Replace(odd, `"space_station":{"id":4,"name":"ISS"},`, "", 1) + `]}`,
				"http://ll2.test/2.2.0/docking_event/x/":             `{"detail":"Not found."}`,
				"http://ll2.test/2.2.0/astronaut/":                   `{"detail":"Not found."}`,
				"http://ll2.test/2.2.0/docking_event/?docking__gt=x": `{"docking__gt":["Enter a valid date/time."]}`,
			} {
				if got, err := mirror.Answer(t.Context(), m, link); err != nil || compactJSON(got) != compactJSON(want) {
					t.Errorf("%s: %v\n%s\nwant\n%s", link, err, got, want)
				}
			}
		}
	}
}

// compactJSON takes the spaces out, which the fake does not keep.
func compactJSON(s string) string { return strings.ReplaceAll(s, " ", "") }
