package timeline

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

const (
	legendMark = 14
	legendLine = 15
)

// A legendEntry is what a colour or a shape means. The legend goes on in another
// line where one is full.
type legendEntry struct {
	text  string
	color color.RGBA
	right edge
	x     vg.Length
	line  int
}

// measureLegend finds a place for every entry behind the subtitle, and returns
// how high the lines are that it takes beyond that one.
func (t *timelinePicture) measureLegend() vg.Length {
	for _, g := range t.groups.All {
		t.legend = append(t.legend, legendEntry{text: t.small.Cut(g.Name, 220), color: g.Color(t.dark)})
	}
	if t.open {
		t.legend = append(t.legend, legendEntry{text: "still docked", color: t.theme.Faint, right: pointed})
	}
	if t.areas {
		t.legend = append(t.legend, legendEntry{text: "area: share of the time", color: t.theme.Faint, right: slope})
	}
	if t.cut {
		t.legend = append(t.legend, legendEntry{text: "goes on outside", color: t.theme.Faint, right: torn})
	}
	_, subtitle := t.title("")
	x, line := margin+t.small.Width(subtitle)+24, 0
	for i := range t.legend {
		e := &t.legend[i]
		width := legendMark + 8 + t.small.Width(e.text)
		if x+width > t.right {
			x, line = margin, line+1
		}
		e.x, e.line = x, line
		x += width + 16
	}
	return vg.Length(line) * legendLine
}
