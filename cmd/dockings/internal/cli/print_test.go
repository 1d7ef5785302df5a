package cli_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/ll2test"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

func TestTablesFitTheTerminal(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]string{
		"list":     "list --demo=515 --max 12 --at 2026-01-01",
		"recorded": "list --demo",
		"fields":   "list --demo --fields vehicle,stay,kind,agency,mission_end",
		"now":      "now --demo=515 --at 2026-01-01",
		"get":      "get 191 --demo",
		"docked":   "get 515 --demo=515 --at 2026-01-01",
		"stations": "stations --demo=515 --at 2026-01-01",
		"ports":    "ports --demo=515 --station iss --at 2026-01-01",
		"vehicles": "vehicles --demo=515 --model *dragon* --since 2025 --at 2026-01-01",
		"agencies": "agencies --demo=515 --at 2026-01-01",
		"quota":    "quota --demo",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, width := range []int{60, 80, 120, 200} {
				u := newUser(t, nil)
				u.width = width
				got := u.run(append(strings.Fields(args), "--format", "table")...)
				if got.code != cli.ExitOK {
					t.Errorf("dockings %s: exit code %d, %q", args, got.code, got.stderr)
				}
				for line := range strings.Lines(got.stdout) {
					if n := twwidth.Width(strings.TrimRight(line, "\n")); n > width && !strings.Contains(line, "https:") { // to be copied whole
						t.Errorf("%d columns, not %d: %s", n, width, line)
					}
				}
				golden(t, fmt.Sprintf("%s-%d.txt", name, width), got.stdout)
			}
		})
	}
}

func TestEveryCommandPrintsAsRecorded(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]string{
		"list.csv":          "list --demo --format csv",
		"list.json":         "list --demo --format json --max 2",
		"list.ndjson":       "list --demo --max 2",
		"list-raw.ndjson":   "list --demo --max 2 --raw",
		"list-zone.json":    "list --demo --max 2 --format json --tz Asia/Tokyo --fields docking,departure",
		"list-zone.txt":     "list --demo --max 2 --format table --tz Asia/Tokyo --fields docking,departure",
		"list-fields.json":  "list --demo=515 --format json --max 2 --at 2026-01-01 --fields id,docking,departure,stay,stay_days,vehicle",
		"list-filters.txt":  "list --demo=515 --format table --station iss --since 2003-05 --until 2003-07-15 --sort vehicle,-id",
		"list-sorted.txt":   "list --demo=515 --at 2026 --format table --docked --sort -stay --fields stay,vehicle,agency",
		"list-none.json":    "list --demo --format json --station 99",
		"list-none.csv":     "list --demo --format csv --station 99 --fields id,vehicle",
		"list-jq.txt":       `list --demo --jq .[]|"\(.vehicle):\(.stay_days|floor)"`,
		"get.json":          "get 191 --demo --format json",
		"get.csv":           "get 191 --demo --format csv",
		"get-raw.json":      "get 191 --demo --format json --raw",
		"get-jq.txt":        "get 191 --demo --jq .description",
		"now.ndjson":        "now --demo=515 --at 2026-01-01 --station tiangong --fields vehicle,port,stay",
		"now-then.txt":      "now --demo --at 1978-07-01 --format table",
		"stations.json":     "stations --demo --format json",
		"agencies.csv":      "agencies --demo=515 --format csv --at 2026",
		"quota.json":        "quota --demo --format json",
		"quota.csv":         "quota --demo --format csv",
		"help.txt":          "--help",
		"help-list.txt":     "list --help",
		"help-get.txt":      "help get",
		"help-now.txt":      "now --help",
		"help-stations.txt": "stations --help",
		"help-sync.txt":     "sync --help",
		"help-watch.txt":    "watch --help",
		"help-serve.txt":    "serve --help",
		"help-quota.txt":    "quota --help",
		"help-timeline.txt": "timeline --help",
		"help-chart.txt":    "chart --help",
		"help-per-year.txt": "chart per-year --help",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, nil, strings.Fields(args)...)
			if got.code != cli.ExitOK {
				t.Errorf("dockings %s: exit code %d, %q", args, got.code, got.stderr)
			}
			golden(t, name, got.stdout)
		})
	}
}

func TestAllFormatsTellTheSame(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]int{"table": 516, "ndjson": 515, "json": 517} {
		got := run(t, madeUp(515), "list", "--all", "--format", format)
		if n := lines(got.stdout); n != want || got.code != cli.ExitOK || got.stderr != "" {
			t.Errorf("%s: %d lines and exit code %d, want %d and 0; %s", format, n, got.code, want, got.stderr)
		}
	}
}

func TestNoTextOfTheServiceActsOnTheTerminal(t *testing.T) {
	t.Parallel()
	event := ll2test.Recorded()[0]
	event.FlightVehicle.Spacecraft.Name = "So\x1b[2Jyuz\r\n\u202e29\u0085"
	event.DockingLocation.SpaceStation.Name = "Sal\x1b[2Jyut"
	for _, command := range []string{"list", fmt.Sprint("get ", event.ID), "now --at 1979-03", "vehicles", "list --station sol", "stations"} {
		u := newUser(t, ll2test.NewServer(event))
		got := u.run(append(strings.Fields(command), "--format", "table")...)
		if all := got.stdout + got.stderr; strings.ContainsAny(all, "\x1b\r\u202e\u0085") || !strings.Contains(all, "[2J") {
			t.Errorf("%s: %q", command, all)
		}
	}
	if got := run(t, ll2test.NewServer(event), "list", "--format", "csv"); !strings.Contains(got.stdout, "So\x1b[2Jyuz") {
		t.Errorf("the data is not as it is: %q", got.stdout)
	}
}

func TestRawIsWhatTheServiceSent(t *testing.T) {
	t.Parallel()
	const sent = `{"id":7,"url":"https://ll.thespacedevs.com/2.2.0/docking_event/7/","new_key":{"b":1.50,"a":null},` +
		`"docking":"2024-03-05T07:28:12.250Z","departure":null,` +
		`"flight_vehicle":{"id":1,"spacecraft":{"id":2,"name":"Dragon","spacecraft_config":{"id":3,"agency":null}}},` +
		`"docking_location":{"id":4,"name":"Port","spacestation":{"id":4,"name":"ISS"}},"space_station":{"id":4,"name":"ISS"}}`
	server := ll2test.NewServer()
	if err := server.SetRows("2.2.0/docking_event/", json.RawMessage(sent)); err != nil {
		t.Fatal(err)
	}
	u := newUser(t, server)
	for _, args := range []string{"get 7 --format ndjson --raw", "list --format ndjson --raw", "now --format ndjson --raw"} {
		if got := u.run(strings.Fields(args)...); got.code != cli.ExitOK || strings.TrimSpace(got.stdout) != sent {
			t.Errorf("dockings %s: exit code %d, %s%s\nwant %s", args, got.code, got.stdout, got.stderr, sent)
		}
	}
}
