package draw_test

import (
	"testing"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
)

func TestTicksAreFarEnoughApart(t *testing.T) {
	t.Parallel()
	from := time.Date(1999, 11, 28, 0, 0, 0, 0, time.UTC)
	for _, span := range []time.Duration{2 * time.Hour, 30 * time.Hour, 20 * 24 * time.Hour, 90 * 24 * time.Hour, 400 * 24 * time.Hour, 3000 * 24 * time.Hour, 20_000 * 24 * time.Hour} {
		to := from.Add(span)
		all := draw.Ticks(from, to, 12)
		if len(all) < 2 || len(all) > 12 {
			t.Errorf("%v: %d ticks: %v", span, len(all), all)
		}
		for i := 1; i < len(all); i++ {
			if gap := all[i].At.Sub(all[i-1].At); gap < span/24 {
				t.Errorf("%v: only %v between %s and %s", span, gap, all[i-1].Label, all[i].Label)
			}
		}
	}
}
