// Package timeline draws who was docked where and when: time runs across, every
// docking port has a row, and every stay is a bar.
package timeline

import (
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/docking-event/ll2"
)

// A View is the part of time that a picture shows. If From or To is zero, the events
// decide. Now is where the stays end that go on.
type View struct{ From, To, Now time.Time }

// ErrEmpty is a picture without a stay, which is not drawn.
var ErrEmpty = errors.New("no event fits, so there is nothing to draw")

// Formats returns the endings of the names of files that can be written, such as .svg.
func Formats() []string { return slices.Sorted(maps.Keys(encoders)) }

// Write draws the stays of the events that the view shows, in one of [Formats].
func Write(w io.Writer, format string, events []*ll2.DockingEvent, v View) error {
	c := newChart(events, v)
	if c.stays == 0 {
		return ErrEmpty
	}
	return encoders[format](drawTimeline(c), w)
}
