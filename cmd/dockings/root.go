package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const version = "0.1.0"

// An app is one run of the tool, and all that it sees of the world.
type app struct {
	stdout, stderr *stream
	getenv         func(string) string
	transport      http.RoundTripper // nil: net/http's

	service serviceFlags
}

// run carries out a command line and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.rootCommand()
	root.SetArgs(append([]string{}, args...)) // for nil it would take os.Args
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = a.stdout.err
	}
	if err != nil && !brokenPipe(err) {
		fmt.Fprintf(a.stderr, "dockings: %s\n", explain(err, time.Now()))
		var resume *resumeError
		if errors.As(err, &resume) {
			fmt.Fprintf(a.stderr, "dockings: to go on from there: %s\n", resume.command)
		}
	}
	return exitCode(err)
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "dockings",
		Short: "Which spacecraft docked where and when",
		Long: `Dockings shows which spacecraft docked where and when: who is at the stations
now, what came and went, and which port was taken when. The events come from
Launch Library 2, which The Space Devs run and which grants 15 requests an hour
to an address; all events take about 6. Times are in UTC.

Exit codes:
  0  all is well
  1  it failed, or was interrupted
  2  the command line is wrong
  3  the quota is spent (only with --no-wait, or when the service insists)
  4  there is no such docking event

Environment:
  LL2_TOKEN  key of an account, which has a quota of its own
  NO_COLOR   if it is set, no colours
  COLUMNS    width of tables, in place of the terminal's`,
		Example: `  dockings now --demo=515
  dockings list --station 4 --since 2025 --order -docking
  dockings timeline --demo -o stays.svg`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usageError{fmt.Errorf("command %w", unknownWord(args[0], commandNames(cmd)))}
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate(fmt.Sprintf("dockings {{.Version}} (ll2 %s)\n", ll2.Version))
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.Var(&a.service.demo, "demo", "serve events without a network: ten recorded ones, or with --demo=N as many made-up ones")
	flags.Lookup("demo").NoOptDefVal = recorded
	flags.StringVar(&a.service.baseURL, "base-url", "", "another `URL` of the service, such as a mirror or "+ll2.DevelopmentBaseURL)
	flags.BoolVar(&a.service.noWait, "no-wait", false, "where the quota is spent, fail at once and say when to come back")
	complete(root, "demo", cobra.FixedCompletions([]string{recorded, "515"}, cobra.ShellCompDirectiveNoFileComp))
	complete(root, "base-url", cobra.FixedCompletions([]string{ll2.DevelopmentBaseURL}, cobra.ShellCompDirectiveNoFileComp))
	root.AddCommand(a.listCommand(), a.getCommand(), a.nowCommand(), a.quotaCommand(), a.timelineCommand())
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	return root
}

func commandNames(cmd *cobra.Command) []string {
	var all []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			all = append(all, c.Name())
		}
	}
	return all
}

// noArguments refuses arguments of commands that have flags only. The likeliest
// one is a value that stands apart from its flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if demo := cmd.Flag("demo"); demo.Changed && demo.Value.String() == recorded {
		return usagef("%q is too much; for made-up events write --demo=%s in one word", args[0], args[0])
	}
	return usagef("%q is too much; %s takes flags only, see dockings %s --help", args[0], cmd.Name(), cmd.Name())
}

// flagError says of a flag that was not understood what to write instead.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	var required *pflag.ValueRequiredError
	see := fmt.Sprintf("see %s --help", cmd.CommandPath())
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			if cmd.Name() == "get" && strings.Trim(unknown.GetSpecifiedShortnames(), "0123456789") == "" {
				return usagef("-%s is no id; write a number from 1 on, such as dockings get 191", unknown.GetSpecifiedShortnames())
			}
			return usagef("flag -%s is unknown; %s", name, see)
		}
		if near := closest(name, flagNames(cmd)); near != "" {
			return usagef("flag --%s is unknown; did you mean --%s? Else %s", name, near, see)
		}
		return usagef("flag --%s is unknown; %s", name, see)
	case errors.As(err, &value):
		return usagef("--%s %q: %w", value.GetFlag().Name, value.GetValue(), value.Unwrap())
	case errors.As(err, &required):
		return usagef("--%s needs a value; %s", required.GetFlag().Name, see)
	}
	return usageError{err}
}

func flagNames(cmd *cobra.Command) []string {
	var all []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { all = append(all, f.Name) })
	slices.Sort(all)
	return all
}

// atFlag registers --at.
func atFlag(cmd *cobra.Command, at *timeFlag) {
	cmd.Flags().Var(at, "at", "a time that stands for now (default the clock's)")
	complete(cmd, "at", cobra.NoFileCompletions)
}

// now is the clock's time, unless --at stands for it.
func (f *timeFlag) now() time.Time {
	if f.given() {
		return f.start
	}
	return time.Now().UTC()
}

// filterFlags choose events.
type filterFlags struct {
	station, vehicle, location idFlag
	search                     string
}

func (f *filterFlags) register(cmd *cobra.Command) {
	cmd.Flags().Var(&f.station, "station", "only at the space station with this id; 4 is the ISS")
	cmd.Flags().Var(&f.vehicle, "vehicle", "only of the flight vehicle with this id: one flight of one spacecraft")
	cmd.Flags().Var(&f.location, "location", "only at the docking location with this id: one port")
	cmd.Flags().StringVar(&f.search, "search", "", "only events in which the service finds this `TEXT`")
	complete(cmd, "station", stationCompletions)
	for _, flag := range []string{"vehicle", "location", "search"} {
		complete(cmd, flag, cobra.NoFileCompletions)
	}
}

func (f *filterFlags) options() []ll2.ListOption {
	var opts []ll2.ListOption
	if f.station > 0 {
		opts = append(opts, ll2.ForSpaceStation(int(f.station)))
	}
	if f.vehicle > 0 {
		opts = append(opts, ll2.ForFlightVehicle(int(f.vehicle)))
	}
	if f.location > 0 {
		opts = append(opts, ll2.ForDockingLocation(int(f.location)))
	}
	if f.search != "" {
		opts = append(opts, ll2.Search(f.search))
	}
	return opts
}

// stationCompletions offers the station that most people mean.
var stationCompletions = cobra.FixedCompletions(
	[]string{cobra.CompletionWithDesc("4", "International Space Station")}, cobra.ShellCompDirectiveNoFileComp)
