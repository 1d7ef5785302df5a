package timeline

import (
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"gonum.org/v1/plot/vg"
)

// newHead makes the title and the legend: what the picture shows, and what its colours and
// shapes mean.
func (t *timelinePicture) newHead(said string) draw.Head {
	h := draw.Head{Theme: t.theme}
	h.Title, h.Subtitle = t.title(said)
	for _, g := range t.groups.All {
		h.Entries = append(h.Entries, draw.Entry{Text: g.Name, Color: g.Color(t.dark)})
	}
	for _, e := range []struct {
		shown bool
		text  string
		edge
	}{{t.open, "still docked", pointed}, {t.areas, "area: share of the time", slope}, {t.cut, "goes on outside", torn}} {
		if !e.shown {
			continue
		}
		h.Entries = append(h.Entries, draw.Entry{Text: e.text, Color: t.theme.Faint, Shape: func(x0, x1, y0, y1 vg.Length) []vg.Point {
			if e.edge == pointed {
				x1 -= arrowLength / 2
			}
			return outline(x0, x1, y0, y1, straight, e.edge)
		}})
	}
	return h
}
