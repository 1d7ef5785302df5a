package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const before = `
import "context"

const Most = 100

type Client struct{ name string }

func New(name string) *Client               { return nil }
func (c *Client) Quota() int                { return 0 }
func (c *Client) Wait(ctx context.Context)  {}

type Row struct{ ID int; f func() }

type Limiter interface{ Wait(context.Context) error }
type Option interface{ apply() }
`

// Each case changes the source above in one place.
func TestOnlyWhatUsersCanNoticeIsABreak(t *testing.T) {
	t.Parallel()
	first := listed(t, before)
	for name, tt := range map[string]struct {
		old, new string
		want     []string
	}{
		"nothing":                         {"", "", nil},
		"a function more":                 {"type Row", "func More() {}\ntype Row", nil},
		"a method more":                   {"type Row", "func (c *Client) More() {}\ntype Row", nil},
		"a field more":                    {"struct{ ID int;", "struct{ ID, More int;", nil},
		"another name of a parameter":     {"New(name string)", "New(n string)", nil},
		"a method of values, too":         {"(c *Client) Quota", "(c Client) Quota", nil},
		"a struct that can be compared":   {"; f func()", "", nil},
		"a method of a closed interface":  {"{ apply() }", "{ apply(); Name() string }", nil},
		"a function less":                 {"func New(name string) *Client               { return nil }", "", []string{"ll2.New"}},
		"another result":                  {"Quota() int ", "Quota() int64 ", []string{"ll2.Client.Quota"}},
		"a parameter more":                {"New(name string)", "New(name string, more ...int)", []string{"ll2.New"}},
		"another type of a field":         {"ID int", "ID int64", []string{"ll2.Row.ID"}},
		"a field less":                    {"ID int; ", "", []string{"ll2.Row.ID"}},
		"a method of an open interface":   {"Wait(context.Context) error }", "Wait(context.Context) error; More() }", []string{"ll2.Limiter"}},
		"an interface that gets closed":   {"Wait(context.Context) error }", "Wait(context.Context) error; more() }", []string{"ll2.Limiter"}},
		"a struct that cannot any more":   {"name string }", "name func() }", []string{"ll2.Client"}},
		"another value":                   {"Most = 100", "Most = 50", []string{"ll2.Most"}},
		"a type that becomes another one": {"type Row struct{ ID int; f func() }", "type Row []int", []string{"ll2.Row.ID", "ll2.Row"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(before, tt.old) {
				t.Fatalf("the source has no %q", tt.old)
			}
			var got []string
			for _, c := range breaks(first, listed(t, strings.Replace(before, tt.old, tt.new, 1))) {
				got = append(got, c.name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

const log = `# Changelog

## [Unreleased]

### Added

- ` + "`Client.More`" + `, and no ` + "`Client.Added`" + `.

### Changed

- ` + "`Client.Quota()`" + ` returns an int64.
- ` + "`ll2.New`" + ` and ` + "`mirror.Open(ctx, client)`" + ` take options.

### Removed

- ` + "`Row`" + `.

## [0.2.0] - 2026-01-02

### Changed

- ` + "`Client.Wait`" + `.

## [0.1.0] - 2026-01-01

### Removed

- ` + "`Client.Old`" + `.
`

func TestAnIncompatibleChangeHasToBeAnnouncedByName(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before, now string
		since       string
		want        string // what is printed of it; "" if it is announced
	}{
		"announced":                   {"ll2 method (*Client) Quota() int", "ll2 method (*Client) Quota() int64", "", ""},
		"announced, with the package": {"ll2 func New()", "ll2 func New(...Option)", "", ""},
		"of another package":          {"mirror func Open()", "mirror func Open(...Option)", "", ""},
		"a second change under a heading that is there": {"ll2 method (*Client) Close()", "ll2 method (*Client) Close() error", "", "ll2.Client.Close: announce it as `Client.Close` under Changed or Removed\n\twas: ll2 method (*Client) Close()\n\tis:  ll2 method (*Client) Close() error\n"},
		"of a package of the same name as ll2's":        {"ll230 func New()", "ll230 func New(int)", "", "ll230.New: announce it as `ll230.New` under"},
		"only added":                                    {"ll2 method (*Client) Added()", "ll2 func Other()", "", "ll2.Client.Added: announce it as `Client.Added` under Changed or Removed\n\twas: ll2 method (*Client) Added()\n\tis:  (gone)\n"},
		"the type is gone, and its fields":              {"ll2 type Row struct\nll2 field Row.ID int\nll2 method (Row) String() string", "ll2 func Other()", "", ""},
		"a field is gone, and the type is not":          {"ll2 type Row struct\nll2 field Row.ID int", "ll2 type Row struct", "", "ll2.Row.ID: announce it as `Row.ID`"},
		"announced in an earlier version":               {"ll2 method (*Client) Wait()", "ll2 func Other()", "", "ll2.Client.Wait: announce it"},
		"announced since the version":                   {"ll2 method (*Client) Wait()", "ll2 func Other()", "v0.1.0", ""},
		"announced before the version":                  {"ll2 method (*Client) Old()", "ll2 func Other()", "v0.1.0", "ll2.Client.Old: announce it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			err := judge(lines(tt.before), lines(tt.now), log, tt.since, &out)
			if (err != nil) != (tt.want != "") {
				t.Errorf("the error is %v", err)
			}
			if tt.want != "" && !strings.Contains(out.String(), tt.want) {
				t.Errorf("it prints %q, without %q", out.String(), tt.want)
			}
		})
	}
}

func TestAVersionThatTheChangeLogDoesNotKnowIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := announcements(log, "v0.3.0"); err == nil || err.Error() != "the change log has no heading for version v0.3.0" {
		t.Errorf("the error is %v", err)
	}
}
