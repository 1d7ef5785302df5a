package cli_test

import (
	"strings"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
)

func TestBadInputIsAnsweredInOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, tt := range []struct {
		args string // with blanks between
		code int
		says string // among other things
	}{
		{"lst", cli.ExitUsage, `"lst" is unknown; did you mean list?`},
		{"frobnicate", cli.ExitUsage, `"frobnicate" is unknown; write one of agencies, chart, completion, get, list, now, ports, quota, serve, stations, sync, timeline, vehicles, watch`},
		{"help foo", cli.ExitUsage, `command "foo" is unknown; write one of agencies`},
		{"help lits", cli.ExitUsage, `did you mean list?`},
		{"help list foo", cli.ExitUsage, `dockings list has no command "foo"`},
		{"list --statoin 4", cli.ExitUsage, "did you mean --station?"},
		{"list --frobnicate", cli.ExitUsage, "flag --frobnicate is unknown; see dockings list --help"},
		{"list -x", cli.ExitUsage, "flag -x is unknown; see dockings list --help"},
		{"list --limit 3", cli.ExitUsage, "flag --limit is unknown; did you mean --max? Otherwise see dockings list --help"},
		{"list --order docking", cli.ExitUsage, "did you mean --sort?"},
		{"list --output json", cli.ExitUsage, "did you mean --format?"},
		{"list -o json", cli.ExitUsage, "flag -o is unknown; did you mean --format? Otherwise see dockings list --help"},
		{"now --limit 3", cli.ExitUsage, "flag --limit is unknown; see dockings now --help"},
		{"watch --interval 5m", cli.ExitUsage, "did you mean --max-age?"},
		{"completion bsh", cli.ExitUsage, `command "bsh" is unknown; did you mean bash? Write one of bash, fish`},
		{"version", cli.ExitUsage, `command "version" is unknown; did you mean dockings --version? Otherwise write one of agencies`},
		{"list --station", cli.ExitUsage, "--station needs a value"},
		{"list --demo --station miir", cli.ExitUsage, `--station "miir" is unknown; known stations: Salyut 6 (14)`},
		{"list --demo=515 --station miir", cli.ExitUsage, `--station "miir" is unknown; did you mean Mir? Known stations: International Space Station (4), Mir (5)`},
		{"list --demo=515 --port forward", cli.ExitUsage, `--port "forward" is ambiguous: forward at International Space Station (111), forward at Mir (107)`},
		{"list --demo=515 --vehicle endeavour", cli.ExitUsage, `is ambiguous: Space Shuttle Endeavour (1161), Crew Dragon Endeavour (1401); write more`},
		{"list --demo=515 --model x*y", cli.ExitUsage, `--model "x*y" is unknown; known models:`},
		{"list --demo --agency [", cli.ExitUsage, "is not a pattern"},
		{"list --demo --station 0", cli.ExitUsage, "write a name or a positive id"},
		{"list --demo --vehicle -1", cli.ExitUsage, "write a name or a positive id"},
		{"list --max 0", cli.ExitUsage, "write a positive number"},
		{"list --max 3 --all", cli.ExitUsage, "leave one of them out"},
		{"list --since 2024-13-01", cli.ExitUsage, `--since "2024-13-01": write a time such as 2024, 2024-12, 2024-12-31`},
		{"list --until 2024-02-30", cli.ExitUsage, "write a time such as"},
		{"list --since sometime", cli.ExitUsage, "write a time such as"},
		{"list --during 2025..2024", cli.ExitUsage, "swap them"},
		{"list --demo --since 2025 --until 2024", cli.ExitUsage, "swap them"},
		{"list --format xml", cli.ExitUsage, "write one of table, json, ndjson, csv"},
		{"list --format jsn", cli.ExitUsage, "did you mean json?"},
		{"list --fields id,vehcle", cli.ExitUsage, "did you mean vehicle?"},
		{"list --fields id,id", cli.ExitUsage, "listed twice"},
		{"list --fields -id", cli.ExitUsage, `"-id" is unknown`},
		{"list --sort dockin", cli.ExitUsage, "did you mean docking?"},
		{"list --sort docking,-docking", cli.ExitUsage, "listed twice"},
		{"list --jq .[", cli.ExitUsage, "not a jq expression"},
		{"list --jq nope", cli.ExitUsage, "the jq expression does not work"},
		{"list --jq . --format csv", cli.ExitUsage, "--jq reads JSON"},
		{"list --raw --format table", cli.ExitUsage, "--raw prints JSON"},
		{"list --raw --fields id", cli.ExitUsage, "--raw prints everything"},
		{"list --refresh --offline", cli.ExitUsage, "leave one of them out"},
		{"list --no-cache --offline", cli.ExitUsage, "leave one of them out"},
		{"list --no-cache --max-age 1h", cli.ExitUsage, "leave one of them out"},
		{"list --no-wait --max-wait 1h", cli.ExitUsage, "leave one of them out"},
		{"list --max-age soon", cli.ExitUsage, "write a length of time such as 30s"},
		{"list --max-age -1h", cli.ExitUsage, "write a length of time such as 30s"},
		{"list --timeout 0s", cli.ExitUsage, "write a time longer than 0"},
		{"list --tz Mars/Olympus", cli.ExitUsage, "write a time zone such as UTC"},
		{"list --color blue", cli.ExitUsage, "write one of auto, always, never"},
		{"list -q -v", cli.ExitUsage, "leave one of them out"},
		{"list 4", cli.ExitUsage, `unexpected argument "4"`},
		{"list --demo 515", cli.ExitUsage, "write --demo=515 in one word"},
		{"list --demo=many", cli.ExitUsage, "--demo=N"},
		{"list --demo=0", cli.ExitUsage, "--demo=N"},
		{"list --demo --base-url http://x/", cli.ExitUsage, "leave one of them out"},
		{"list --base-url ftp://x", cli.ExitUsage, "--base-url"},
		{"list --base-url nonsense", cli.ExitUsage, "--base-url"},
		{"get", cli.ExitUsage, "get takes one id"},
		{"get 1 2", cli.ExitUsage, "get takes one id"},
		{"get abc", cli.ExitUsage, `"abc" is not an id; write a positive number`},
		{"get 0", cli.ExitUsage, `"0" is not an id`},
		{"get -1", cli.ExitUsage, "-1 is not an id"},
		{"get 99999999999999999999", cli.ExitUsage, "is not an id"},
		{"get 999 --demo", cli.ExitNotFound, "there is no docking event 999"},
		{"get 191 --demo --at 1979", cli.ExitNotFound, "docking event 191 was after 1979: at 1979-02-26 13:29 UTC"},
		{"now --at noon", cli.ExitUsage, "write a time such as"},
		{"quota --fields quota", cli.ExitUsage, "write one of limit, window, used, left, next"},
		{"quota --offline", cli.ExitUsage, "leave --offline out"},
		{"sync --offline", cli.ExitUsage, "leave --offline out"},
		{"sync --no-cache", cli.ExitUsage, "leave --no-cache out"},
		{"watch --offline", cli.ExitUsage, "leave --offline out"},
		{"watch --no-cache", cli.ExitUsage, "leave --no-cache out"},
		{"watch --max-age 1s", cli.ExitUsage, "write 1m or more"},
		{"watch --format text --fields id", cli.ExitUsage, "--format text has no fields"},
		{"watch --demo --station miir", cli.ExitUsage, "is unknown"},
		{"timeline", cli.ExitUsage, "add -o stays.svg"},
		{"timeline --demo -o picture", cli.ExitUsage, "end the name with .svg, .png, .pdf or .html, or add --format"},
		{"timeline --demo -o picture.gif", cli.ExitUsage, "end the name with .svg, .png, .pdf or .html"},
		{"timeline --demo -o -", cli.ExitUsage, "-o - does not say what to write; add --format svg, png, pdf or html"},
		{"timeline --demo -o a.svg --size huge", cli.ExitUsage, `--size "huge": write width x height in pixels, such as 1920x1080`},
		{"timeline --demo -o a.svg --size 1920", cli.ExitUsage, "such as 1920x1080"},
		{"timeline --demo -o a.svg --size -5x10", cli.ExitUsage, "such as 1920x1080"},
		{"timeline --demo -o a.svg --size 100x100", cli.ExitUsage, "that is too small; write 430x200 or more"},
		{"timeline --demo -o a.svg --size 99999x1080", cli.ExitUsage, "that is too large; write 8192x8192 or less"},
		{"timeline --demo=515 -o a.svg --size 430x200", cli.ExitUsage, "--size 430x200 is too small for the rows of this picture; write 430x596 or more"},
		{"timeline --demo -o a.svg --color-by colour", cli.ExitUsage, "write one of kind, agency, model"},
		{"timeline --demo -o a.html --size 1920x1080", cli.ExitUsage, "leave it out"},
		{"timeline --demo -o a.html --dark", cli.ExitUsage, "leave it out"},
		{"timeline --demo -o a.html --color-by model", cli.ExitUsage, "leave it out"},
		{"chart frobnicate", cli.ExitUsage, `"frobnicate" is unknown; write one of occupancy, per-year, ports, stays`},
		{"chart per-yer", cli.ExitUsage, "did you mean per-year?"},
		{"chart per-year", cli.ExitUsage, "chart per-year needs a file to write"},
		{"chart stays --by kind", cli.ExitUsage, "flag --by is unknown"},
		{"chart ports --demo=515 -o a.svg --size 430x200", cli.ExitUsage, "is too small for the rows"},
		{"timeline --demo -o " + dir + "/no/such/a.png", cli.ExitFailed, "there is no directory " + dir + "/no/such; make it first"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			server := madeUp(3)
			got := run(t, server, strings.Fields(tt.args)...)
			if got.code != tt.code || !strings.Contains(got.stderr, tt.says) {
				t.Errorf("exit code %d, want %d; stderr %q, want %q", got.code, tt.code, got.stderr, tt.says)
			}
			if got.stdout != "" || !strings.HasPrefix(got.stderr, "dockings: ") || lines(got.stderr) != 1 {
				t.Errorf("stdout %q, stderr %q: want one line on stderr", got.stdout, got.stderr)
			}
			if n := len(server.Requests()); n > 0 {
				t.Errorf("%d requests, want none", n)
			}
		})
	}
}

func TestCompletionKnowsValues(t *testing.T) {
	t.Parallel()
	u := newUser(t, madeUp(515))
	if got := u.run("sync"); got.code != cli.ExitOK {
		t.Fatal(got)
	}
	stations := []string{
		"ISS\tInternational Space Station, 293 dockings", "Mir\t118 dockings", "Salyut 6\t34 dockings", "Salyut 7\t29 dockings",
		"Tiangong\t24 dockings", "Salyut 4\t17 dockings",
	}
	for _, tt := range []struct {
		args string // the word that is being typed stands last; a lone ' is empty
		want []string
	}{
		{"l", []string{"list\tList docking events"}},
		{"help l", []string{"list\tList docking events"}},
		{"list --format '", sheet.Formats()},
		{"quota --fields '", []string{"limit", "window", "used", "left", "next"}},
		{"quota --fields limit,left,", []string{"limit,left,window", "limit,left,used", "limit,left,next"}},
		{"list --station '", stations},
		{"now --station '", stations},
		{"list --kind '", []string{"Cargo Resupply\t243 dockings", "Capsule\t205 dockings", "Unknown\t35 dockings", "Spaceplane\t32 dockings"}},
		{"timeline --output '", []string{"svg", "png", "pdf", "html"}},
		{"list --demo=", []string{"recorded", "515"}},
		{"list --color '", []string{"auto", "always", "never"}},
		{"list --max '", nil},
	} {
		args := strings.Fields("__complete " + tt.args)
		if last := len(args) - 1; args[last] == "'" {
			args[last] = ""
		}
		all := strings.Split(u.run(args...).stdout, "\n")
		if offers := all[:max(0, len(all)-2)]; strings.Join(offers, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%s: %q, want %q", tt.args, offers, tt.want)
		}
	}
	for _, args := range []string{"list --sort=-", "list --fields id,", "get '", "list --vehicle '", "list --port '", "list --model '", "list --agency '"} {
		words := strings.Fields("__complete " + args)
		if last := len(words) - 1; words[last] == "'" {
			words[last] = ""
		}
		if got := u.run(words...); lines(got.stdout) < 5 {
			t.Errorf("%s: %q", args, got.stdout)
		}
	}
}

func TestCompletionAsksForNothing(t *testing.T) {
	t.Parallel()
	server := madeUp(3)
	got := run(t, server, "__complete", "list", "--station", "")
	if n := len(server.Requests()); n > 0 || got.code != cli.ExitOK {
		t.Errorf("%d requests, %+v", n, got)
	}
}
