package ll2_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

func TestParallelLetsGoOfPagesThatWereRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 6
		server := ll2test.NewServer(ll2test.Events(100)...)
		var read []weak.Pointer[ll2.Page[ll2.DockingEvent]]
		for page, err := range server.Client().DockingEvents.Pages(t.Context(), ll2.PageSize(2), ll2.Parallel(n)) {
			if err != nil {
				t.Fatal(err)
			}
			read = append(read, weak.Make(page))
			synctest.Wait()
			runtime.GC()
			alive := 0
			for _, page := range read {
				if page.Value() != nil {
					alive++
				}
			}
			if alive > 2 { // this one, and what a register may still hold
				t.Fatalf("at page %d, %d pages that were read are in memory", len(read), alive)
			}
		}
	})
}
