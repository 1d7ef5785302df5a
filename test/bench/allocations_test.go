package bench_test

import (
	"testing"

	"github.com/docking-event/ll2"
)

// A page takes two allocations per event, one for its texts and one for the values
// that its pointers point to, and a few of its own. In addition, a List with the
// answer in memory takes those of query, quota, net/http and the loop of the retries,
// whose number depends on the version of Go.
func TestAListTakesFewAllocationsBesidesItsPage(t *testing.T) {
	client := benchmarkClient(t)
	body := benchmarkPage(t, ll2.ModeNormal)
	decode := testing.AllocsPerRun(20, func() {
		var page ll2.Page[ll2.DockingEvent]
		if err := page.UnmarshalJSON(body); err != nil {
			t.Fatal(err)
		}
	})
	if few := 12.0; decode < 2*ll2.MaxPageSize || decode > 2*ll2.MaxPageSize+few {
		t.Errorf("a page takes %v allocations, want 2 an event and %v at most", decode, few)
	}
	list := testing.AllocsPerRun(20, func() {
		if _, err := client.DockingEvents.List(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if most := 68.0; list-decode > most {
		t.Errorf("a List takes %v allocations besides decoding, at most %v are good", list-decode, most)
	}
}
