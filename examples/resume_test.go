package examples_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

const (
	resumeState = "resume.state"
	resumeFirst = "resume: the quota is spent; come back in .*, at "
)

// events reads the ids of the events in a state file, all of which must be the
// service's.
func events(t *testing.T, dir string) []int {
	t.Helper()
	byID := make(map[int]ll2.DockingEvent)
	for _, event := range ll2test.Events(100) {
		byID[event.ID] = event
	}
	var ids []int
	lines := strings.Split(strings.TrimSuffix(readState(t, dir), "\n"), "\n")
	for _, line := range lines[1:] {
		var event ll2.DockingEvent
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		if want := byID[event.ID]; !event.Docking.Equal(want.Docking) || event.Docked() != want.Docked() {
			t.Errorf("event %d is not what the service has", event.ID)
		}
		ids = append(ids, event.ID)
	}
	return ids
}

func readState(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, resumeState))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeState(t *testing.T, dir, data string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, resumeState), []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// halfWay is the first run, which the quota stops.
func halfWay(t *testing.T) (dir string, r result) {
	t.Helper()
	dir = t.TempDir()
	r = runIn(t, dir, "resume")
	checkTrouble(t, r, resumeFirst)
	return dir, r
}

// checkWhole checks that each event is there once, and nothing else in dir.
func checkWhole(t *testing.T, dir string) {
	t.Helper()
	ids := events(t, dir)
	slices.Sort(ids)
	want := make([]int, 100)
	for i := range want {
		want[i] = i + 1
	}
	if !slices.Equal(ids, want) {
		t.Errorf("the events are %v; want each of 1 to 100 once", ids)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("there are %v (%v); want the state only", files, err)
	}
}

func TestResumeGoesOnInANewProcess(t *testing.T) {
	t.Parallel()
	dir, first := halfWay(t)
	compare(t, "resume", "output1.txt", first.stdout)
	if n := len(events(t, dir)); n != 60 {
		t.Errorf("%d events after the first run, want 60", n)
	}

	second := runIn(t, dir, "resume")
	if second.code != 0 || second.stderr != "" {
		t.Errorf("exit code %d, stderr %q", second.code, second.stderr)
	}
	compare(t, "resume", "output2.txt", second.stdout)
	checkWhole(t, dir)

	before := readState(t, dir)
	third := runIn(t, dir, "resume")
	if third.code != 0 || third.stderr != "" {
		t.Errorf("exit code %d, stderr %q", third.code, third.stderr)
	}
	compare(t, "resume", "output3.txt", third.stdout)
	if readState(t, dir) != before {
		t.Error("the third run changed the state")
	}
}

// A walk that goes on a page too early, as where rows moved, brings events again.
func TestResumeKeepsAnEventOnce(t *testing.T) {
	t.Parallel()
	dir, _ := halfWay(t)
	state := readState(t, dir)
	earlier := strings.Replace(state, "offset=60", "offset=40", 1)
	if earlier == state {
		t.Fatal("there is no offset=60 in the state")
	}
	writeState(t, dir, earlier)
	if r := runIn(t, dir, "resume"); r.code != 0 {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
	checkWhole(t, dir)
}

// And one that goes on a page too late leaves some out.
func TestResumeSaysThatEventsAreMissing(t *testing.T) {
	t.Parallel()
	dir, _ := halfWay(t)
	writeState(t, dir, strings.Replace(readState(t, dir), "offset=60", "offset=80", 1))
	const want = "resume: ll2: incomplete: the service counted 100 events, the walk saw 80: .*remove resume.state"
	checkTrouble(t, runIn(t, dir, "resume"), want)
	checkTrouble(t, runIn(t, dir, "resume"), want) // which another run does not change
}

func TestResumeRefusesAStateThatIsNotWhole(t *testing.T) {
	t.Parallel()
	dir, _ := halfWay(t)
	good := readState(t, dir)
	lines := strings.SplitAfter(good, "\n")
	damaged := "resume: resume.state is damaged, or not of this program: "
	for name, test := range map[string]struct{ state, want string }{
		"empty":           {"", damaged + "it is empty; remove it to walk anew"},
		"cut in a line":   {good[:len(good)-100], damaged + "line 61 is cut off"},
		"cut at a line":   {strings.Join(lines[:50], ""), damaged + "49 events are in it, and should be 60"},
		"without a head":  {strings.Join(lines[1:], ""), damaged + "line 1 does not say where the walk stands"},
		"without a place": {strings.Replace(good, `"next":"http`, `"next":"","was":"http`, 1), damaged + "line 1 does not say"},
		"nowhere to go":   {`{"live":false,"next":"","done":false,"count":0,"events":0}` + "\n", damaged + "line 1 contradicts itself"},
		"not JSON":        {strings.Replace(good, lines[7], "{\n", 1), damaged + "line 8 is not a docking event"},
		"an event twice":  {strings.Replace(good, lines[7], lines[6], 1), damaged + "line 8 is not an event of its own"},
		"another's link":  {strings.Replace(good, "/docking_event/?", "/launch/?", 1), "resume: ll2: StartAt: .*foreign link"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeState(t, dir, test.state)
			checkTrouble(t, runIn(t, dir, "resume"), test.want)
			if readState(t, dir) != test.state {
				t.Error("the state was changed")
			}
		})
	}
}

func TestResumeDoesNotMixRealAndMadeUpEvents(t *testing.T) {
	t.Parallel()
	dir, _ := halfWay(t)
	checkTrouble(t, runIn(t, dir, "resume -live"), "resume: resume.state was begun the other way")
}
