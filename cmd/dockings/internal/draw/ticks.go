package draw

import "time"

// A Tick is a mark on the time axis.
type Tick struct {
	At    time.Time
	Label string
}

// Ticks returns marks with the narrowest step that keeps their number below most.
func Ticks(from, to time.Time, most int) []Tick {
	for _, step := range []struct {
		hours, days, months int
		layout              string
	}{
		{1, 0, 0, "2 Jan 15:04"}, {3, 0, 0, "2 Jan 15:04"}, {6, 0, 0, "2 Jan 15:04"}, {12, 0, 0, "2 Jan 15:04"},
		{0, 1, 0, "2 Jan 2006"}, {0, 2, 0, "2 Jan 2006"}, {0, 5, 0, "2 Jan 2006"}, {0, 10, 0, "2 Jan 2006"},
		{0, 0, 1, "Jan 2006"}, {0, 0, 2, "Jan 2006"}, {0, 0, 3, "Jan 2006"}, {0, 0, 6, "Jan 2006"},
		{0, 0, 12, "2006"}, {0, 0, 24, "2006"}, {0, 0, 60, "2006"}, {0, 0, 120, "2006"}, {0, 0, 600, "2006"},
	} {
		var all []Tick
		at := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		if step.months >= 12 {
			at = at.AddDate(-from.Year()%(step.months/12), 0, 0)
		}
		for ; !at.After(to) && len(all) <= most; at = nextTick(at, step.hours, step.days, step.months) {
			if !at.Before(from) {
				all = append(all, Tick{at, at.Format(step.layout)})
			}
		}
		if len(all) <= most {
			return all
		}
	}
	return nil
}

// nextTick advances by a step. Days start again with every month: the first of the
// month always has a mark, and no two marks are closer than a step.
func nextTick(at time.Time, hours, days, months int) time.Time {
	next := at.Add(time.Duration(hours)*time.Hour).AddDate(0, months, days)
	if days > 1 && (next.Month() != at.Month() || next.AddDate(0, 0, days-1).Month() != at.Month()) {
		return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	}
	return next
}
