package cookbook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"

	"github.com/docking-event/ll2"
)

// Changed compares all events with those that the last run left in the file, and
// returns a line for each difference. Then it leaves the events for the next run. The
// first run returns none.
func Changed(all iter.Seq2[*ll2.DockingEvent, error], file string) (lines []string, err error) {
	before, after := make(map[int]*ll2.DockingEvent), make(map[int]*ll2.DockingEvent)
	text, err := os.ReadFile(file)
	first := errors.Is(err, fs.ErrNotExist)
	if err == nil {
		err = json.Unmarshal(text, &before)
	}
	if err != nil && !first {
		return nil, err
	}
	for event, err := range all {
		if err != nil {
			return nil, err // half of the events would make the others look removed
		}
		after[event.ID] = event
		switch was := before[event.ID]; {
		case first:
		case was == nil:
			lines = append(lines, fmt.Sprint("new: ", event))
		case was.Docked() && !event.Docked():
			lines = append(lines, fmt.Sprint("departed: ", event))
		case !was.Docking.Equal(event.Docking), !ll2.Value(was.Departure).Equal(ll2.Value(event.Departure)):
			lines = append(lines, fmt.Sprint("corrected: ", event))
		}
		delete(before, event.ID)
	}
	for _, event := range before {
		lines = append(lines, fmt.Sprint("removed: ", event))
	}
	if text, err = json.Marshal(after); err != nil {
		return nil, err
	}
	return lines, replaceFile(file, text)
}

// replaceFile writes a file so that a crash leaves the old one or the new one.
func replaceFile(file string, text []byte) error {
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
