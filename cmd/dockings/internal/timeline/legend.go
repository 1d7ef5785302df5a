package timeline

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

const (
	legendMark = 14
	legendLine = 15
)

// A legendEntry is what a colour, or an arrow, means. The legend goes on in
// another line where one is full.
type legendEntry struct {
	text  string
	color color.RGBA
	open  bool
	x     vg.Length
	line  int
}

// measureLegend finds a place for every entry behind the subtitle, and returns
// how high the lines are that it takes beyond that one.
func (t *timelinePicture) measureLegend() vg.Length {
	for _, k := range t.kinds {
		name := k.Name
		if name == "" {
			name = "no kind"
		}
		t.legend = append(t.legend, legendEntry{text: shortened(smallStyle, name, 160), color: t.colors[k.ID]})
	}
	if t.open {
		t.legend = append(t.legend, legendEntry{text: "still docked", color: faint, open: true})
	}
	_, subtitle := t.title()
	x, line := margin+smallStyle.width(subtitle)+24, 0
	for i := range t.legend {
		e := &t.legend[i]
		width := legendMark + 8 + smallStyle.width(e.text)
		if x+width > t.right {
			x, line = margin, line+1
		}
		e.x, e.line = x, line
		x += width + 16
	}
	return vg.Length(line) * legendLine
}
