package cli_test

import (
	"strings"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// commands are all of them but those that cobra makes.
func commands() []*cobra.Command {
	a := &cli.App{Stdout: new(sheet.Stream), Stderr: new(sheet.Stream), Getenv: func(string) string { return "" }}
	root := a.Root()
	all := []*cobra.Command{root}
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" && cmd.Name() != "help" {
			all = append(all, cmd)
			all = append(all, cmd.Commands()...)
		}
	}
	return all
}

// A flag without a completion would offer the names of files.
func TestEveryFlagCompletesItsValues(t *testing.T) {
	t.Parallel()
	for _, cmd := range commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "bool" {
				return
			}
			if _, ok := cmd.GetFlagCompletionFunc(f.Name); !ok {
				t.Errorf("%s --%s has no completion", cmd.CommandPath(), f.Name)
			}
		})
	}
}

func TestEveryFlagAndCommandIsHelpedWith(t *testing.T) {
	t.Parallel()
	for _, cmd := range commands() {
		if cmd.Example == "" || cmd.Long == "" || cmd.Short == "" {
			t.Errorf("%s lacks help", cmd.CommandPath())
		}
		for line := range strings.SplitSeq(cmd.Long+"\n"+cmd.Example, "\n") {
			if len(line) > 86 {
				t.Errorf("%s: a line of %d columns in the help: %s", cmd.CommandPath(), len(line), line)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s lacks help", cmd.CommandPath(), f.Name)
			}
		})
	}
}

func TestRootWithoutArgumentsHelps(t *testing.T) {
	t.Parallel()
	got := run(t, nil)
	if got.code != cli.ExitOK || got.stdout != run(t, nil, "--help").stdout || got.stdout != run(t, nil, "help").stdout {
		t.Errorf("exit code %d, %q", got.code, got.stdout)
	}
}
