package main

import (
	"context"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestBadInputIsAnsweredInOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, tt := range []struct {
		args string // with blanks between
		code int
		says string // among other things
	}{
		{"lst", exitUsage, `"lst" is unknown; did you mean list?`},
		{"frobnicate", exitUsage, `"frobnicate" is unknown; write one of completion, get, list, now, quota, timeline`},
		{"list --statoin 4", exitUsage, "did you mean --station?"},
		{"list --frobnicate", exitUsage, "flag --frobnicate is unknown; see dockings list --help"},
		{"list -x", exitUsage, "flag -x is unknown; see dockings list --help"},
		{"list --station", exitUsage, "--station needs a value"},
		{"list --station abc", exitUsage, `--station "abc": write an id, a number from 1 on`},
		{"list --station 0", exitUsage, "from 1 on"},
		{"list --vehicle -1", exitUsage, "from 1 on"},
		{"list --location 1.5", exitUsage, "from 1 on"},
		{"list --max 0", exitUsage, "write how many"},
		{"list --since 2024-13-01", exitUsage, `--since "2024-13-01": write a time such as 2024, 2024-12, 2024-12-31`},
		{"list --until 2024-02-30", exitUsage, "write a time such as"},
		{"list --since yesterday", exitUsage, "write a time such as"},
		{"list --since 2025 --until 2024", exitUsage, "swap them"},
		{"list --format xml", exitUsage, "write one of table, json, ndjson, csv"},
		{"list --format jsn", exitUsage, "did you mean json?"},
		{"list --fields id,vehcle", exitUsage, "did you mean vehicle?"},
		{"list --fields id,id", exitUsage, "named twice"},
		{"list --fields country", exitUsage, "needs --detailed"},
		{"list --order dockin", exitUsage, "did you mean docking?"},
		{"list --order docking,docking", exitUsage, "named twice"},
		{"list --order docking,-docking", exitUsage, "names docking twice"},
		{"list --start-at foo", exitUsage, `--start-at: foreign link: the path of "foo"`},
		{"list --start-at http://x/docking_event/?limit=1000", exitUsage, "limit"},
		{"list --station 4 --start-at http://x/docking_event/?space_station__id=5", exitUsage, "--station contradicts the link of --start-at"},
		{"list 4", exitUsage, `"4" is too much`},
		{"list --demo 515", exitUsage, "write --demo=515 in one word"},
		{"list --demo=many", exitUsage, "--demo=N"},
		{"list --demo=0", exitUsage, "--demo=N"},
		{"list --demo --base-url http://x/", exitUsage, "leave one of them out"},
		{"list --base-url ftp://x", exitUsage, "--base-url"},
		{"list --base-url nonsense", exitUsage, "--base-url"},
		{"get", exitUsage, "get takes one id"},
		{"get 1 2", exitUsage, "get takes one id"},
		{"get abc", exitUsage, `"abc" is no id; write a number from 1 on`},
		{"get 0", exitUsage, `"0" is no id`},
		{"get -1", exitUsage, "-1 is no id"},
		{"get 99999999999999999999", exitUsage, "is no id"},
		{"get 999 --demo", exitNotFound, "there is no docking event 999"},
		{"now --at noon", exitUsage, "write a time such as"},
		{"quota --fields quota", exitUsage, "write one of limit, window, used, left, next"},
		{"timeline", exitUsage, "add -o stays.svg"},
		{"timeline --demo -o picture", exitUsage, "end the name with .svg, .png or .pdf"},
		{"timeline --demo -o picture.gif", exitUsage, "end the name with .svg, .png or .pdf"},
		{"timeline --demo -o " + dir + "/no/such/a.png", exitFailed, "there is no directory " + dir + "/no/such; make it first"},
		{"timeline --demo --station 99 -o " + dir + "/a.png", exitFailed, "nothing to draw"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			server := madeUp(3)
			got := run(t, server, strings.Fields(tt.args)...)
			if got.code != tt.code || !strings.Contains(got.stderr, tt.says) {
				t.Errorf("exit code %d, want %d; stderr %q, want %q", got.code, tt.code, got.stderr, tt.says)
			}
			if got.stdout != "" || !strings.HasPrefix(got.stderr, "dockings: ") || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("stdout %q, stderr %q: want one line on stderr", got.stdout, got.stderr)
			}
			if n := len(server.Requests()); n > 0 {
				t.Errorf("%d requests, want none", n)
			}
		})
	}
}

func TestTimesSpanWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, start, end string }{
		{"2024", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"},
		{"2024-12", "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z"},
		{"2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"},
		{"2024-02-29 18:30", "2024-02-29T18:30:00Z", "0001-01-01T00:00:00Z"},
		{"2024-02-29T18:30", "2024-02-29T18:30:00Z", "0001-01-01T00:00:00Z"},
		{"2024-02-29T18:30:15.5Z", "2024-02-29T18:30:15.5Z", "0001-01-01T00:00:00Z"},
		{"2024-02-29T01:30+02:00", "2024-02-28T23:30:00Z", "0001-01-01T00:00:00Z"},
	} {
		var f timeFlag
		if err := f.Set(tt.text); err != nil {
			t.Error(err)
		}
		if start, end := plain(f.start), plain(f.end); start != tt.start || end != tt.end || f.String() != tt.text {
			t.Errorf("%s is from %s to %s, want %s to %s", tt.text, start, end, tt.start, tt.end)
		}
	}
}

func TestCompletionKnowsValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args string // the word that is being typed stands last; a lone ' is empty
		want []string
	}{
		{"l", []string{"list\tList docking events"}},
		{"list --format '", formats},
		{"list --order '", orders},
		{"list --order id,", []string{"id,docking", "id,-docking", "id,departure", "id,-departure", "id,-id"}},
		{"quota --fields '", []string{"limit", "window", "used", "left", "next"}},
		{"quota --fields limit,left,", []string{"limit,left,window", "limit,left,used", "limit,left,next"}},
		{"list --station '", []string{"4\tInternational Space Station"}},
		{"timeline --output '", []string{"svg", "png", "pdf"}},
		{"list --demo=", []string{"recorded", "515"}},
		{"list --max '", nil},
		{"get '", nil},
	} {
		args := strings.Fields("__complete " + tt.args)
		if last := len(args) - 1; args[last] == "'" {
			args[last] = ""
		}
		lines := strings.Split(run(t, nil, args...).stdout, "\n")
		if offers := lines[:max(0, len(lines)-2)]; strings.Join(offers, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%s: %q, want %q", tt.args, offers, tt.want)
		}
	}
}

// A flag without a completion would offer the names of files.
func TestEveryFlagCompletesItsValues(t *testing.T) {
	t.Parallel()
	root := (&app{stdout: new(stream), stderr: new(stream)}).rootCommand()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			continue
		}
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
	root := (&app{stdout: new(stream), stderr: new(stream)}).rootCommand()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			continue
		}
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

func TestWordsForShellsAreQuoted(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"--max=3":             "--max=3",
		"--search=a b":        "'--search=a b'",
		"--search=it's":       `'--search=it'\''s'`,
		"--search=$(rm x)":    "'--search=$(rm x)'",
		"--start-at=x/?a=1&b": "'--start-at=x/?a=1&b'",
		"":                    "''",
	} {
		if got := quoted(word); got != want {
			t.Errorf("%q becomes %s, want %s", word, got, want)
		}
	}
}

func TestRootWithoutArgumentsHelps(t *testing.T) {
	t.Parallel()
	got := runWith(context.Background(), t, nil, nil)
	if got.code != exitOK || got.stdout != run(t, nil, "--help").stdout {
		t.Errorf("exit code %d, %q", got.code, got.stdout)
	}
}
