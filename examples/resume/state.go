package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/docking-event/ll2"
)

// A walk is the content of the state file: a line with the place where the walk stopped,
// and a line for every event.
type walk struct {
	place
	events []ll2.DockingEvent

	file string
	seen map[int]bool // ids of the events
}

// A place says where a walk stopped.
type place struct {
	Live   bool   `json:"live"`   // of the real service, not of made-up events
	Next   string `json:"next"`   // the link to go on from
	Done   bool   `json:"done"`   // there is nothing to go on to
	Count  int    `json:"count"`  // the largest that the service told
	Events int    `json:"events"` // lines that follow
}

// add takes over a page. Between two runs rows can move from one page to
// another, so an event may come twice, and one may be missing in the end: then
// there are fewer than Count.
func (w *walk) add(page *ll2.Page[ll2.DockingEvent]) {
	for _, event := range page.Results {
		if !w.seen[event.ID] {
			w.seen[event.ID] = true
			w.events = append(w.events, event)
		}
	}
	w.Count = max(w.Count, page.Count)
	w.Next = page.Next
	w.Done = page.Next == ""
}

// load reads the file of a walk. Where there is none the walk is at its
// beginning.
func load(file string, live bool) (*walk, error) {
	w := &walk{place: place{Live: live}, file: file, seen: make(map[int]bool)}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return nil, err
	}
	if err := w.parse(data); err != nil {
		return nil, fmt.Errorf("%s is damaged, or not of this program: %w; remove it to walk anew", file, err)
	}
	if w.Live != live {
		return nil, errors.New(file + " was begun the other way: with -live, or without; give another -state")
	}
	return w, nil
}

func (w *walk) parse(data []byte) error {
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if !bytes.HasSuffix(line, []byte("\n")) {
			return fmt.Errorf("line %d is cut off", number)
		}
		if number == 1 {
			if err := strictly(line, &w.place); err != nil {
				return fmt.Errorf("line 1 does not say where the walk stands: %w", err)
			}
			continue
		}
		var event ll2.DockingEvent
		if err := json.Unmarshal(line, &event); err != nil {
			return fmt.Errorf("line %d is not a docking event: %w", number, err)
		}
		if event.ID < 1 || w.seen[event.ID] {
			return fmt.Errorf("line %d is not an event of its own", number)
		}
		w.seen[event.ID] = true
		w.events = append(w.events, event)
	}
	switch {
	case number == 0:
		return errors.New("it is empty")
	case len(w.events) != w.Events:
		return fmt.Errorf("%d events are in it, and should be %d", len(w.events), w.Events)
	case w.Done == (w.Next != ""):
		return errors.New("line 1 contradicts itself")
	}
	return nil
}

// strictly decodes JSON whose keys are all known, so that a file of something
// else is not taken for one of ours.
func strictly(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// save writes the file aside and renames it, so that whenever the program dies
// there is a whole one: this or the one before.
func (w *walk) save() (err error) {
	w.Events = len(w.events)
	var data bytes.Buffer
	enc := json.NewEncoder(&data)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w.place); err != nil {
		return err
	}
	for i := range w.events {
		if err := enc.Encode(&w.events[i]); err != nil {
			return err
		}
	}

	aside, err := os.CreateTemp(filepath.Dir(w.file), filepath.Base(w.file)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(aside.Name())
		}
	}()
	_, err = aside.Write(data.Bytes())
	if err == nil {
		err = aside.Sync() // else a crash of the machine can keep the name and lose the rest
	}
	if closeErr := aside.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(aside.Name(), w.file)
}
