package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/spf13/cobra"
)

// The values of flags. Each says in one line what to write in place of what it
// does not understand.

// An idFlag is an id of the service. Zero stands for a flag that is not given.
type idFlag int

func (f *idFlag) Type() string { return "ID" }

func (f *idFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.Itoa(int(*f))
}

func (f *idFlag) Set(text string) error {
	id, err := parseID(text)
	*f = idFlag(id)
	return err
}

func parseID(text string) (int, error) {
	id, err := strconv.Atoi(text)
	if err != nil || id < 1 {
		return 0, errors.New("write an id, a number from 1 on")
	}
	return id, nil
}

// A countFlag is how many at most. Zero stands for a flag that is not given.
type countFlag int

func (f *countFlag) Type() string { return "N" }

func (f *countFlag) String() string { return (*idFlag)(f).String() }

func (f *countFlag) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("write how many, a number from 1 on")
	}
	*f = countFlag(n)
	return nil
}

// A timeFlag is an instant, or a day, month or year of which both ends count.
type timeFlag struct {
	text  string
	start time.Time
	end   time.Time // where the next day, month or year begins; zero for an instant
}

func (f *timeFlag) Type() string { return "TIME" }

func (f *timeFlag) String() string { return f.text }

func (f *timeFlag) given() bool { return f.text != "" }

func (f *timeFlag) Set(text string) error {
	for _, span := range []struct {
		layout              string
		years, months, days int
	}{
		{"2006", 1, 0, 0},
		{"2006-01", 0, 1, 0},
		{"2006-01-02", 0, 0, 1},
	} {
		if t, err := time.Parse(span.layout, text); err == nil {
			*f = timeFlag{text, t, t.AddDate(span.years, span.months, span.days)}
			return nil
		}
	}
	instant := strings.Replace(text, " ", "T", 1)
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", time.RFC3339} {
		if t, err := time.Parse(layout, instant); err == nil {
			*f = timeFlag{text: text, start: t.UTC()}
			return nil
		}
	}
	return errors.New("write a time such as 2024, 2024-12, 2024-12-31 or 2024-12-31T18:00Z")
}

// until returns the option that asks for what docked up to the end of f.
func (f *timeFlag) until() ll2.ListOption {
	if f.end.IsZero() {
		return ll2.DockedUntil(f.start)
	}
	return ll2.DockedBefore(f.end)
}

// last returns the end of f.
func (f *timeFlag) last() time.Time {
	if f.end.IsZero() {
		return f.start
	}
	return f.end
}

// A spanFlag is a --since and an --until.
type spanFlag struct{ since, until timeFlag }

func (f *spanFlag) register(cmd *cobra.Command, since, until string) {
	cmd.Flags().Var(&f.since, "since", since)
	cmd.Flags().Var(&f.until, "until", until)
}

func (f *spanFlag) check() error {
	if f.since.given() && f.until.given() && !f.since.start.Before(f.until.last()) {
		return usagef("--since %s is not before --until %s; swap them", f.since.text, f.until.text)
	}
	return nil
}

// A choiceFlag is one of a few words.
type choiceFlag struct {
	value   string
	choices []string
}

func (f *choiceFlag) Type() string { return strings.Join(f.choices, "|") }

func (f *choiceFlag) String() string { return f.value }

func (f *choiceFlag) Set(text string) error {
	if !slices.Contains(f.choices, text) {
		return unknownWord(text, f.choices)
	}
	f.value = text
	return nil
}

// A wordsFlag is a list of words with commas between them.
type wordsFlag struct {
	kind    string
	values  []string
	choices []string
}

func (f *wordsFlag) Type() string { return f.kind }

func (f *wordsFlag) String() string { return strings.Join(f.values, ",") }

func (f *wordsFlag) Set(text string) error {
	values := strings.Split(text, ",")
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
		if !slices.Contains(f.choices, values[i]) {
			return unknownWord(values[i], f.choices)
		}
		if slices.Contains(values[:i], values[i]) {
			return fmt.Errorf("%s is named twice; name it once", values[i])
		}
	}
	f.values = values
	return nil
}

// complete offers the words that are not in the list yet.
func (f *wordsFlag) complete(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	begun, _ := splitLast(typed)
	named := strings.Split(begun, ",")
	var offers []cobra.Completion
	for _, choice := range f.choices {
		if !slices.Contains(named, choice) {
			offers = append(offers, begun+choice)
		}
	}
	return offers, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// splitLast splits a list behind its last comma.
func splitLast(list string) (begun, last string) {
	i := strings.LastIndexByte(list, ',') + 1
	return list[:i], list[i:]
}

// A demoFlag is how many events to make up, or none: the recorded ones.
type demoFlag struct {
	on     bool
	events int
}

// recorded is what --demo without a number stands for.
const recorded = "recorded"

func (f *demoFlag) Type() string { return "N" }

func (f *demoFlag) String() string {
	switch {
	case !f.on:
		return ""
	case f.events == 0:
		return recorded
	}
	return strconv.Itoa(f.events)
}

func (f *demoFlag) Set(text string) error {
	const most = 10_000
	if text == recorded {
		*f = demoFlag{on: true}
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return fmt.Errorf("write --demo for the recorded events, or --demo=N for 1 to %d made-up ones", most)
	}
	*f = demoFlag{on: true, events: n}
	return nil
}

// unknownWord says which words there are, and which one was meant.
func unknownWord(word string, choices []string) error {
	if near := closest(word, choices); near != "" {
		return fmt.Errorf("%q is unknown; did you mean %s? Write one of %s", word, near, strings.Join(choices, ", "))
	}
	return fmt.Errorf("%q is unknown; write one of %s", word, strings.Join(choices, ", "))
}

// closest returns the choice that is a slip or two of the keyboard away from
// word, "" where none is.
func closest(word string, choices []string) string {
	best, least := "", min(2, len(word)/2)+1
	for _, choice := range choices {
		if d := distance(word, choice); d < least {
			best, least = choice, d
		}
	}
	return best
}

// distance counts the letters to put in, take out or change to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
