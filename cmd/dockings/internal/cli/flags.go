package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/cmd/dockings/internal/when"
	"github.com/spf13/cobra"
)

// The values of flags. Their errors say in one line what to write instead.

// number reads a positive number.
func number(words string) (int, error) {
	n, err := strconv.Atoi(words)
	if err != nil || n < 1 {
		return 0, errors.New("write a positive number")
	}
	return n, nil
}

// A countFlag is a maximum. Zero means that the flag is not given.
type countFlag int

func (f *countFlag) Type() string { return "N" }

func (f *countFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.Itoa(int(*f))
}

func (f *countFlag) Set(words string) error {
	n, err := number(words)
	if err != nil {
		return errors.New("write a positive number")
	}
	*f = countFlag(n)
	return nil
}

// A durationFlag is a length of time.
type durationFlag struct {
	time.Duration
	words string
}

func (f *durationFlag) Type() string { return "TIME" }

func (f *durationFlag) String() string { return f.words }

func (f *durationFlag) Set(words string) error {
	d, err := when.Duration(words)
	*f = durationFlag{d, words}
	return err
}

// A timeFlag is an instant, or a day, month or year. It keeps the words, because the day
// that yesterday stands for depends on other flags.
type timeFlag struct {
	words string
	parse func(string, time.Time, *time.Location) (when.Span, error)
}

func (f *timeFlag) Type() string { return "TIME" }

func (f *timeFlag) String() string { return f.words }

func (f *timeFlag) Set(words string) error {
	f.words = words
	_, err := f.read(time.Now(), time.UTC)
	return err
}

func (f *timeFlag) read(now time.Time, zone *time.Location) (when.Span, error) {
	if f.parse == nil {
		return when.Parse(f.words, now, zone)
	}
	return f.parse(f.words, now, zone)
}

// span returns the value of the flag, or nil if it is not given.
func (f *timeFlag) span(now time.Time, zone *time.Location) *when.Span {
	span, err := f.read(now, zone)
	if f.words == "" || err != nil { // Set has returned the error already
		return nil
	}
	return &span
}

// atFlag registers --at.
func atFlag(cmd *cobra.Command, at *timeFlag) {
	cmd.Flags().Var(at, "at", "answer as of this time and ignore later dockings (default: now)")
	complete(cmd, "at", cobra.NoFileCompletions)
}

// at returns the time of --at, or the current time if the flag is not given.
func (s *session) at(f *timeFlag) time.Time {
	if span := f.span(s.now, s.app.global.clock().Zone); span != nil {
		return span.From.UTC()
	}
	return s.now
}

// A choiceFlag is one of a few words.
type choiceFlag struct {
	value   string
	choices []string
}

func (f *choiceFlag) Type() string { return strings.Join(f.choices, "|") }

func (f *choiceFlag) String() string { return f.value }

func (f *choiceFlag) Set(words string) error {
	if !slices.Contains(f.choices, words) {
		return text.Unknown(words, f.choices)
	}
	f.value = words
	return nil
}

// A wordsFlag is a comma-separated list of words.
type wordsFlag struct {
	kind       string
	values     []string
	choices    []string
	descending bool // - may stand before a word
}

func (f *wordsFlag) Type() string { return f.kind }

func (f *wordsFlag) String() string { return strings.Join(f.values, ",") }

func (f *wordsFlag) Set(words string) error {
	values := strings.Split(words, ",")
	named := make(map[string]bool)
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
		name := f.name(values[i])
		if !slices.Contains(f.choices, name) {
			return text.Unknown(name, f.choices)
		}
		if named[name] {
			return fmt.Errorf("%s is listed twice; write it once", name)
		}
		named[name] = true
	}
	f.values = values
	return nil
}

func (f *wordsFlag) name(word string) string {
	if f.descending {
		return strings.TrimPrefix(word, "-")
	}
	return word
}

// complete returns the words that are not in the list yet.
func (f *wordsFlag) complete(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	i := strings.LastIndexByte(typed, ',') + 1
	begun, last := typed[:i], typed[i:]
	if f.descending && strings.HasPrefix(last, "-") {
		begun += "-"
	}
	var named []string
	for word := range strings.SplitSeq(typed[:i], ",") {
		named = append(named, f.name(word))
	}
	var offers []cobra.Completion
	for _, choice := range f.choices {
		if !slices.Contains(named, choice) {
			offers = append(offers, begun+choice)
		}
	}
	return offers, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// complete registers the completion of a flag's values. It panics if the command does not
// have the flag, which the tests would notice.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}
