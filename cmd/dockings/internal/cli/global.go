package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/progress"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/source"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/ll2test"
	"github.com/spf13/cobra"
)

// The environment variables, except NO_COLOR and COLUMNS.
const (
	envToken    = "LL2_TOKEN"
	envBaseURL  = "LL2_BASE_URL"
	envCacheDir = "DOCKINGS_CACHE"
)

// globalFlags are the flags of all commands.
type globalFlags struct {
	demo             demoFlag
	baseURL          string
	maxAge           durationFlag
	refresh, offline bool
	noCache, noWait  bool
	maxWait, timeout durationFlag
	zone             zoneFlag
	color            choiceFlag
	quiet, debug     bool
}

func (f *globalFlags) register(root *cobra.Command) {
	*f = globalFlags{
		maxAge:  durationFlag{time.Hour, "1h"},
		timeout: durationFlag{30 * time.Second, "30s"},
		zone:    zoneFlag{text.UTC},
		color:   choiceFlag{value: sheet.ColorAuto, choices: []string{sheet.ColorAuto, sheet.ColorAlways, sheet.ColorNever}},
	}
	flags := root.PersistentFlags()
	flags.Var(&f.maxAge, "max-age", "refresh the copy if it is older than this")
	flags.BoolVar(&f.refresh, "refresh", false, "refresh the copy first, even if it is new")
	flags.BoolVar(&f.offline, "offline", false, "answer from the copy, even if it is old")
	flags.BoolVar(&f.noCache, "no-cache", false, "ask the service directly and keep no copy")
	flags.BoolVar(&f.noWait, "no-wait", false, "do not wait for the quota: fail at once and say when to try again")
	flags.Var(&f.maxWait, "max-wait", "fail if the wait for the quota would be longer than this (default: no limit)")
	flags.Var(&f.timeout, "timeout", "time limit for each request")
	flags.StringVar(&f.baseURL, "base-url", "", "another `URL` of the service, such as "+ll2.DevelopmentBaseURL)
	flags.Var(&f.demo, "demo", "use sample events without a network: ten recorded ones, or N made-up ones with --demo=N")
	flags.Lookup("demo").NoOptDefVal = recorded
	flags.Var(&f.zone, "tz", "time zone of input and output, such as Europe/Berlin or local")
	flags.Var(&f.color, "color", "whether to use colours")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only errors on standard error")
	flags.BoolVarP(&f.debug, "debug", "v", false, "log requests and waits on standard error")
	fixed := func(flag string, values ...string) {
		complete(root, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	fixed("max-age", "10m", "1h", "1d")
	fixed("max-wait", "10m", "1h")
	fixed("timeout", "10s", "30s", "2m")
	fixed("base-url", ll2.DevelopmentBaseURL)
	fixed("demo", recorded, "515")
	fixed("tz", "UTC", "local", "Europe/Berlin", "America/New_York", "Asia/Shanghai")
	fixed("color", f.color.choices...)
}

// check refuses flags that contradict each other, and sets the colours of the streams.
func (a *App) check(cmd *cobra.Command) error {
	f := &a.global
	given := cmd.Flags().Changed
	for _, pair := range []struct {
		a, b string
		both bool
		why  string
	}{
		{"demo", "base-url", f.demo.on && given("base-url"), "--demo does not use the service"},
		{"refresh", "offline", f.refresh && f.offline, "one asks the service, the other forbids it"},
		{"no-cache", "offline", f.noCache && f.offline, "one asks the service, the other forbids it"},
		{"no-cache", "refresh", f.noCache && f.refresh, "without a copy there is nothing to refresh"},
		{"no-cache", "max-age", f.noCache && given("max-age"), "without a copy there is nothing that gets old"},
		{"no-wait", "max-wait", f.noWait && given("max-wait"), "--no-wait does not wait at all"},
		{"quiet", "debug", f.quiet && f.debug, "one prints less, the other more"},
	} {
		if pair.both {
			return usagef("--%s and --%s cannot be combined: %s; leave one of them out", pair.a, pair.b, pair.why)
		}
	}
	if f.timeout.Duration <= 0 {
		return usagef("--timeout %q: write a time longer than 0", f.timeout.words)
	}
	a.Stdout.SetColor(f.color.value, a.Getenv)
	a.Stderr.SetColor(f.color.value, a.Getenv)
	return nil
}

func (f *globalFlags) clock() text.Clock {
	if f.zone.Zone == nil {
		return text.UTC // before the flags are read
	}
	return f.zone.Clock
}

// A session holds the source of events and the progress display of one command.
type session struct {
	*source.Source
	*progress.Progress
	app *App
	now time.Time // when the command started
}

// start starts a session. The caller must end it.
func (a *App) start() (*session, error) {
	what := progress.All
	if a.global.debug {
		what = progress.NotesOnly // the log has the rest
	}
	if a.global.quiet {
		what = progress.Nothing
	}
	p := progress.Start(a.Stderr, a.global.clock(), what)
	s, err := a.open(p)
	if err != nil {
		p.Stop()
		return nil, usageError{err}
	}
	return &session{s, p, a, time.Now().UTC()}, nil
}

// end saves the copy and stops the progress display.
func (s *session) end() {
	_ = s.Close() // an open mirror returns no error
	s.Stop()
}

// out returns standard output, guarded so that it does not mix with the progress bar.
func (s *session) out() *sheet.Stream { return s.Guard(s.app.Stdout) }

func (a *App) open(p *progress.Progress) (*source.Source, error) {
	f := &a.global
	config := source.Config{
		Options: []ll2.Option{ll2.WithUserAgent("dockings/" + Version())}, Transport: a.Transport,
		MaxAge: f.maxAge.Duration, Refresh: f.refresh, Offline: f.offline, NoCache: f.noCache,
		Timeout: f.timeout.Duration, NoWait: f.noWait, MaxWait: f.maxWait.Duration, Clock: f.clock(),
	}
	if f.debug {
		config.Options = append(config.Options, ll2.WithLogger(slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	}
	if f.demo.on {
		// A client does not limit itself on this host.
		config.Transport, config.BaseURL, config.Offline = f.demo.server(), "http://ll2.test/", false
		return source.Open(config, p)
	}
	if token := a.Getenv(envToken); token != "" {
		config.Options = append(config.Options, ll2.WithToken(token))
	}
	if config.BaseURL = f.baseURL; config.BaseURL == "" {
		config.BaseURL = a.Getenv(envBaseURL)
	}
	if !f.noCache {
		dir, err := a.cacheDir()
		if err != nil {
			p.Note("cannot keep a copy: %v; continuing without one. Set %s to name a folder", err, envCacheDir)
		}
		config.Dir = dir
	}
	return source.Open(config, p)
}

// cacheDir returns the folder of the copy.
func (a *App) cacheDir() (string, error) {
	if dir := a.Getenv(envCacheDir); dir != "" {
		return dir, nil
	}
	dir, err := a.CacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "dockings"), nil
}

// A demoFlag is the number of events to make up; 0 stands for the recorded ones.
type demoFlag struct {
	on     bool
	events int
}

// recorded is the value of --demo without a number.
const recorded = "recorded"

func (f *demoFlag) Type() string { return "N" }

func (f *demoFlag) String() string {
	switch {
	case !f.on:
		return ""
	case f.events == 0:
		return recorded
	}
	return plainInt(f.events)
}

func (f *demoFlag) Set(words string) error {
	const most = 10_000
	if words == recorded {
		*f = demoFlag{on: true}
		return nil
	}
	n, err := number(words)
	if err != nil || n > most {
		return fmt.Errorf("write --demo for the recorded events, or --demo=N for N made-up ones, at most %d", most)
	}
	*f = demoFlag{on: true, events: n}
	return nil
}

func (f *demoFlag) server() *ll2test.Server {
	if f.events > 0 {
		return ll2test.NewServer(ll2test.Events(f.events)...)
	}
	return ll2test.NewServer(ll2test.Recorded()...)
}

// A zoneFlag is a time zone.
type zoneFlag struct{ text.Clock }

func (f *zoneFlag) Type() string { return "ZONE" }

func (f *zoneFlag) String() string { return f.Name }

func (f *zoneFlag) Set(words string) error {
	zone, name := time.Local, words
	if words != "local" {
		var err error
		if zone, err = time.LoadLocation(words); err != nil || words == "" {
			return errors.New("write a time zone such as UTC, local or Europe/Berlin")
		}
		name = zone.String()
	}
	f.Clock = text.Clock{Zone: zone, Name: name}
	return nil
}
