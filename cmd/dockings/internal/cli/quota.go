package cli

import (
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/spf13/cobra"
)

func (a *App) quotaCommand() *cobra.Command {
	var f printFlags
	cmd := &cobra.Command{
		Use:   "quota",
		Short: "Show how many requests are left",
		Long: `Quota shows how many requests the service allows, how many are left, and when the
next one is possible. It always asks the service. That request does not count.

` + fieldsHelp(quotaColumns(text.UTC)),
		Example: `  dockings quota
  dockings quota --jq .left`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.quota(cmd, &f) },
	}
	f.register(cmd, sheet.Names(quotaColumns(text.UTC)))
	return cmd
}

// A quotaRow is the quota at a time.
type quotaRow struct {
	*ll2.Throttle
	now time.Time
}

func (q quotaRow) next() time.Time {
	return q.now.Add(q.NextIn).Truncate(time.Second)
}

func quotaColumns(clock text.Clock) []sheet.Column[quotaRow] {
	return []sheet.Column[quotaRow]{
		{Name: "limit", Title: "LIMIT", About: "number of requests allowed in a window", Right: true,
			Value: func(q quotaRow) any { return q.Limit }},
		{Name: "window", Title: "WINDOW", About: "length of the sliding window", Right: true,
			Value: func(q quotaRow) any { return ll2.Duration{Duration: q.Window} },
			Text:  func(q quotaRow) (string, bool) { return text.Short(q.Window), true }},
		{Name: "used", Title: "USED", About: "number of requests in the last window", Right: true,
			Value: func(q quotaRow) any { return q.Used }},
		{Name: "left", Title: "LEFT", About: "number of requests that are possible now", Right: true,
			Value: func(q quotaRow) any { return max(0, q.Limit-q.Used) }},
		{Name: "next", Title: "NEXT REQUEST", About: "when the next request is possible; null: now",
			Value: func(q quotaRow) any {
				if q.NextIn <= 0 {
					return nil
				}
				return q.next().UTC()
			},
			Text: func(q quotaRow) (string, bool) {
				if q.NextIn <= 0 {
					return "now", true
				}
				return "in " + text.Countdown(text.Seconds(q.NextIn)) + ", at " + clock.At(q.now.Add(q.NextIn), q.now), true
			}},
	}
}

func (a *App) quota(cmd *cobra.Command, f *printFlags) error {
	options, err := f.options(a)
	if err != nil {
		return err
	}
	if a.global.offline {
		return usagef("quota asks the service, which --offline forbids; leave --offline out")
	}
	a.global.noCache = true // it needs no copy
	s, err := a.start()
	if err != nil {
		return err
	}
	defer s.end()
	throttle, err := s.Client().Throttle(cmd.Context())
	if err != nil {
		return err
	}
	return sheet.Sheet[quotaRow]{Columns: quotaColumns(a.global.clock()), Single: true}.
		Print(s.out(), options, []quotaRow{{throttle, time.Now()}})
}
