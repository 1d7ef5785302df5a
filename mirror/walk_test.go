package mirror_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestAWalkGoesOnBehindAPageThatIsOneTie(t *testing.T) {
	in(t, func(t *testing.T) {
		var rows []any
		for id := 1; id <= 150; id++ {
			docking := "1999-01-01T00:00:00Z" // of 120 events
			if id > 120 {
				docking = fmt.Sprintf("1999-02-01T00:00:%02dZ", id-120)
			}
			rows = append(rows, json.RawMessage(fmt.Sprintf(`{"id":%d,"docking":%q,"departure":null,`+
				`"flight_vehicle":{"id":1,"spacecraft":{"id":2}},"docking_location":{"id":3,"spacestation":{"id":4}}}`, id, docking)))
		}
		server := ll2test.NewServer()
		if err := server.SetRows("2.2.0/docking_event/", rows...); err != nil {
			t.Fatal(err)
		}
		m := open(t, server.Client(), mirror.Memory())
		if got := all(t, m); len(got) != 150 {
			t.Errorf("%d events", len(got))
		}
		if n := len(server.Requests()); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}
