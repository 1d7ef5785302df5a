package ll2test

import (
	"cmp"
	"strings"

	"github.com/docking-event/ll2"
)

// The fields that a list can be ordered by.
var orders = map[string]func(a, b *ll2.DockingEvent) int{
	"id":      func(a, b *ll2.DockingEvent) int { return cmp.Compare(a.ID, b.ID) },
	"docking": func(a, b *ll2.DockingEvent) int { return a.Docking.Compare(b.Docking) },
	"departure": func(a, b *ll2.DockingEvent) int {
		// To the service's database, null is later than every time.
		switch {
		case a.Departure == nil && b.Departure == nil:
			return 0
		case a.Departure == nil:
			return 1
		case b.Departure == nil:
			return -1
		}
		return a.Departure.Compare(*b.Departure)
	},
}

// orderOf reads an ordering. Terms that are no field drop out without a word.
func orderOf(ordering string) []func(a, b *ll2.DockingEvent) int {
	var order []func(a, b *ll2.DockingEvent) int
	for term := range strings.SplitSeq(ordering, ",") {
		field, descending := strings.CutPrefix(strings.TrimSpace(term), "-")
		compare, known := orders[field]
		switch {
		case !known:
		case descending:
			order = append(order, func(a, b *ll2.DockingEvent) int { return compare(b, a) })
		default:
			order = append(order, compare)
		}
	}
	return order
}
