// Package group sorts docking events by the craft that docked, into a few groups with a colour
// each.
package group

import (
	"cmp"
	"image/color"
	"maps"
	"slices"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
)

// The words that events can be grouped by.
const (
	Kind    = "kind"
	Agency  = "agency"
	Model   = "model"
	Station = "station"
)

// Words returns the words that vehicles can be grouped by, and the same words with [Station].
func Words() (vehicles, all []string) {
	vehicles = []string{Kind, Agency, Model}
	return vehicles, append(slices.Clone(vehicles), Station)
}

// A Group is a set of events with the same kind, agency, model or station.
type Group struct {
	Name   string
	Events int
	Other  bool // all events that are in no other group

	id    int
	none  bool          // the value of these events is not known
	color [2]color.RGBA // on light and on dark paper
}

// Color returns the colour of the group on light or dark paper.
func (g Group) Color(dark bool) color.RGBA {
	if dark {
		return g.color[1]
	}
	return g.color[0]
}

// Groups are all groups of some events. Groups with a fixed colour come first.
type Groups struct {
	All []Group
	by  string
	of  map[int]int // the index of the group with an id
}

// Colours that colour-blind people can tell apart, by Okabe and Ito. The blue and the yellow
// are adapted to their paper.
var (
	blue      = [2]color.RGBA{{0x00, 0x72, 0xb2, 0xff}, {0x2f, 0x8f, 0xd8, 0xff}}
	orange    = both(color.RGBA{0xe6, 0x9f, 0x00, 0xff})
	grey      = both(color.RGBA{0x99, 0x99, 0x99, 0xff})
	dim       = [2]color.RGBA{{0x5a, 0x5f, 0x66, 0xff}, {0x6c, 0x74, 0x80, 0xff}}
	green     = both(color.RGBA{0x00, 0x9e, 0x73, 0xff})
	pink      = both(color.RGBA{0xcc, 0x79, 0xa7, 0xff})
	sky       = both(color.RGBA{0x56, 0xb4, 0xe9, 0xff})
	vermilion = both(color.RGBA{0xd5, 0x5e, 0x00, 0xff})
	yellow    = [2]color.RGBA{{0xb5, 0xa6, 0x00, 0xff}, {0xf0, 0xe4, 0x42, 0xff}}

	// The known kinds have fixed colours. Other kinds get the rest.
	kindColors = map[int][2]color.RGBA{1: grey, 2: blue, 4: orange}
	kindOthers = [][2]color.RGBA{green, pink, sky, vermilion, yellow}
	palette    = [][2]color.RGBA{blue, orange, green, pink, sky, vermilion, yellow}
)

func both(c color.RGBA) [2]color.RGBA { return [2]color.RGBA{c, c} }

// Of sorts events into groups, at most one per colour. The smallest groups share the last
// colour, as other.
func Of(by string, events []*ll2.DockingEvent) *Groups {
	counted := make(map[int]*Group)
	for _, e := range events {
		id, name := key(by, e)
		if counted[id] == nil {
			counted[id] = &Group{Name: cmp.Or(name, "no "+by), id: id, none: name == ""}
		}
		counted[id].Events++
	}
	all := slices.SortedFunc(maps.Values(counted), func(a, b *Group) int {
		return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.Name, b.Name), cmp.Compare(a.id, b.id))
	})
	groups := &Groups{by: by, of: make(map[int]int)}
	left := palette
	if by == Kind {
		left = kindOthers
	}
	other := Group{Name: "other", Other: true, color: dim}
	var together []int
	for i, g := range all {
		switch known, ok := kindColors[g.id]; {
		case by == Kind && ok:
			g.color = known
		case g.none && by != Kind:
			g.color = grey
		case len(left) > 1, len(left) == 1 && !more(by, all[i+1:]):
			g.color, left = left[0], left[1:]
		default:
			other.Events += g.Events
			together = append(together, g.id)
			continue
		}
		groups.of[g.id] = len(groups.All)
		groups.All = append(groups.All, *g)
	}
	if len(together) > 0 {
		for _, id := range together {
			groups.of[id] = len(groups.All)
		}
		groups.All = append(groups.All, other)
	}
	return groups
}

// more reports whether a group needs a colour and has no fixed one.
func more(by string, groups []*Group) bool {
	return slices.ContainsFunc(groups, func(g *Group) bool { return by != Kind || kindColors[g.id] == [2]color.RGBA{} })
}

// Index returns the index of the group of an event.
func (g *Groups) Index(e *ll2.DockingEvent) int {
	id, _ := key(g.by, e)
	return g.of[id]
}

// key returns the id and the name that the events of a group share.
func key(by string, e *ll2.DockingEvent) (id int, name string) {
	r := record.Record{DockingEvent: e}
	config := &e.FlightVehicle.Spacecraft.SpacecraftConfig
	switch by {
	case Agency:
		id, name = r.Agency().ID, r.Agency().Name
	case Model:
		id, name = config.ID, config.Name
	case Station:
		id, name = r.Station().ID, r.Station().Name
	default:
		id, name = config.Type.ID, config.Type.Name
	}
	return id, name
}
