package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Root is the command line, with all commands.
func (a *App) Root() *cobra.Command {
	root := &cobra.Command{
		Use:   "dockings",
		Short: "Show which spacecraft docked where and when",
		Long: `Dockings shows which spacecraft docked where and when: which ones are at the
stations now, which ones arrived and left, and which ports were occupied when.

The events come from Launch Library 2, a service of The Space Devs that allows an
IP address 15 requests an hour. Dockings keeps a local copy of all events and
answers from it. The first copy takes 6 requests. After that, dockings refreshes
a copy that is older than an hour, which takes one request. Once a day it reads
all events again. Times are in UTC unless you set --tz.

Exit codes:
    0  success, even if no event matches
    1  failure
    2  the command line is wrong
    3  the quota is used up, or too small (with --no-wait or --max-wait)
    4  the docking event does not exist
  130  interrupted by Ctrl-C (143: by SIGTERM)

Environment:
  LL2_TOKEN       API key of your account, which has its own quota
  LL2_BASE_URL    same as --base-url
  DOCKINGS_CACHE  folder of the copy (default: dockings in the user's cache folder)
  NO_COLOR        if set, turns colours off
  COLUMNS         width of tables (default: the width of the terminal)`,
		Example: `  dockings now
  dockings list --station iss --since 2025
  dockings timeline --demo -o stays.svg`,
		Version:       Version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd) },
	}
	root.SetVersionTemplate(fmt.Sprintf("dockings {{.Version}} (ll2 %s)\n", ll2.Version))
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.SetFlagErrorFunc(flagError)
	a.global.register(root)
	root.AddCommand(a.listCommand(), a.getCommand(), a.nowCommand(), a.timelineCommand(), a.chartCommand(), a.watchCommand(), a.serveCommand(), a.syncCommand(), a.quotaCommand())
	root.AddCommand(a.entityCommands()...)
	root.InitDefaultCompletionCmd()
	refuseUnknownShells(root)
	root.SetHelpCommand(helpCommand(root))
	root.InitDefaultHelpCmd()
	return root
}

// helpCommand shows the help of a command, or fails if there is no such command.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		Long:  "Help shows how to use a command. It prints the same text as --help.",
		Example: `  dockings help list
  dockings help completion bash`,
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			cmd, _, err := root.Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var offers []cobra.Completion
			for _, c := range cmd.Commands() {
				if c.IsAvailableCommand() && strings.HasPrefix(c.Name(), typed) {
					offers = append(offers, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return offers, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			cmd := root
			for _, arg := range args {
				i := slices.IndexFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == arg })
				if i < 0 {
					return unknownCommand(cmd, arg)
				}
				cmd = cmd.Commands()[i]
			}
			cmd.InitDefaultHelpFlag()
			cmd.InitDefaultVersionFlag()
			return cmd.Help()
		},
	}
}

// refuseUnknownShells makes completion fail for the name of an unknown shell. Without it,
// cobra shows the help and succeeds.
func refuseUnknownShells(root *cobra.Command) {
	completion, _, err := root.Find([]string{"completion"})
	if err != nil || completion == root {
		return
	}
	completion.Args = cobra.ArbitraryArgs
	completion.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return unknownCommand(cmd, args[0])
	}
}

func unknownCommand(cmd *cobra.Command, word string) error {
	var all []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			all = append(all, c.Name())
		}
	}
	if len(all) == 0 {
		return usagef("%s has no command %q", cmd.CommandPath(), word)
	}
	if word == "version" {
		return usagef("command %q is unknown; did you mean dockings --version? Otherwise write one of %s", word, strings.Join(all, ", "))
	}
	return usagef("command %w", text.Unknown(word, all))
}

// noArguments refuses arguments of commands that take only flags. The most likely mistake
// is a value that is separated from its flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if demo := cmd.Flag("demo"); demo.Changed && demo.Value.String() == recorded {
		return usagef("unexpected argument %q; for made-up events write --demo=%s in one word", args[0], args[0])
	}
	return usagef("unexpected argument %q; %s takes only flags, see dockings %s --help", args[0], cmd.Name(), cmd.Name())
}

// elsewhere maps flags of other tools, which users type out of habit, to the names that
// they have here.
var elsewhere = map[string]string{
	"limit": "max", "count": "max", "n": "max",
	"order": "sort", "order-by": "sort", "ordering": "sort",
	"output": "format", "o": "format", "json": "format",
	"interval": "max-age", "every": "max-age",
}

// flagError returns an error for a bad flag that says what to write instead.
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
				return usagef("-%s is not an id; write a positive number, such as dockings get 191", unknown.GetSpecifiedShortnames())
			}
			if near := elsewhere[name]; near != "" && cmd.Flags().Lookup(near) != nil {
				return usagef("flag -%s is unknown; did you mean --%s? Otherwise %s", name, near, see)
			}
			return usagef("flag -%s is unknown; %s", name, see)
		}
		near := elsewhere[name]
		if cmd.Flags().Lookup(near) == nil {
			near = text.Closest(name, flagNames(cmd))
		}
		if near != "" {
			return usagef("flag --%s is unknown; did you mean --%s? Otherwise %s", name, near, see)
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
