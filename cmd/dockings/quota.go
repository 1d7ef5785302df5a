package main

import (
	"time"

	"github.com/docking-event/ll2"
	"github.com/spf13/cobra"
)

func (a *app) quotaCommand() *cobra.Command {
	var f printFlags
	cmd := &cobra.Command{
		Use:   "quota",
		Short: "Show how many requests are left",
		Long: `Quota shows how many requests the service grants, how many of them are left, and
when the next one can go. The question itself is free.

` + fieldsHelp(quotaColumns, false),
		Example: `  dockings quota
  dockings quota --format json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.quota(cmd, &f) },
	}
	f.register(cmd, names(quotaColumns))
	return cmd
}

// A quotaRow is the quota as of a time.
type quotaRow struct {
	*ll2.Throttle
	now time.Time
}

func (q quotaRow) next() time.Time {
	return q.now.Add(q.NextIn).Truncate(time.Second)
}

var quotaColumns = []column[quotaRow]{
	{name: "limit", title: "LIMIT", about: "requests that are granted in a window", width: 6, right: true,
		value: func(q quotaRow) any { return q.Limit }},
	{name: "window", title: "WINDOW", about: "a sliding one", width: 9, right: true,
		value: func(q quotaRow) any { return ll2.Duration{Duration: q.Window} },
		text:  func(q quotaRow, _ int) string { return span(q.Window) }},
	{name: "used", title: "USED", about: "requests of the last window", width: 6, right: true,
		value: func(q quotaRow) any { return q.Used }},
	{name: "left", title: "LEFT", about: "requests that can go now", width: 6, right: true,
		value: func(q quotaRow) any { return max(0, q.Limit-q.Used) }},
	{name: "next", title: "NEXT REQUEST", about: "when it can go; null: now", width: 27,
		value: func(q quotaRow) any {
			if q.NextIn <= 0 {
				return nil
			}
			return q.next().UTC()
		},
		text: func(q quotaRow, _ int) string {
			if q.NextIn <= 0 {
				return "now"
			}
			return "in " + countdown(wholeSeconds(q.NextIn)) + ", at " + clock(q.now.Add(q.NextIn), q.now)
		}},
}

// span writes a length of time without the zeros at its end.
func span(d time.Duration) string {
	if d > 0 && d%time.Hour == 0 {
		return countdown(d)[:len(countdown(d))-len("00m00s")]
	}
	return countdown(d)
}

func (a *app) quota(cmd *cobra.Command, f *printFlags) error {
	p := startProgress(a.stderr, 0)
	defer p.stop()
	client, err := a.client(p)
	if err != nil {
		return err
	}
	throttle, err := client.Throttle(cmd.Context())
	if err != nil {
		return err
	}
	all := names(quotaColumns)
	out := sheet[quotaRow]{columns: quotaColumns, table: all, csv: all, single: true}.printer(p.guard(a.stdout), f)
	return printOne(out, quotaRow{throttle, time.Now()})
}
