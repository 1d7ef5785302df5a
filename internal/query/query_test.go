package query_test

import (
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/internal/query"
)

func TestAnOrderIsMadeTotal(t *testing.T) {
	for ordering, want := range map[string]string{
		"":                        "docking,id",
		"  ":                      "docking,id",
		"docking":                 "docking,id",
		"-docking":                "-docking,id",
		"departure":               "departure,docking,id",
		"id":                      "id,docking",
		"-id,docking":             "-id,docking",
		"-departure,id":           "-departure,id,docking",
		" departure , -docking ":  "departure,-docking,id",
		"status__name,_x9":        "status__name,_x9,docking,id",
		"docking_location,id_two": "docking_location,id_two,docking,id",
	} {
		if got, err := query.TotalOrder(ordering, "docking", "id"); got != want || err != nil {
			t.Errorf("%q became %q, %v; want %q", ordering, got, err, want)
		}
	}
	if got, err := query.TotalOrder(""); got != "" || err != nil {
		t.Errorf("an order of nothing became %q, %v", got, err)
	}
}

func TestATotalOrderStaysAsItIs(t *testing.T) {
	for _, ordering := range []string{"", "id", "-docking", "departure,-id"} {
		once, _ := query.TotalOrder(ordering, "docking", "id")
		if twice, err := query.TotalOrder(once, "docking", "id"); twice != once || err != nil {
			t.Errorf("%q became %q, and then %q, %v", ordering, once, twice, err)
		}
	}
}

func TestADamagedOrderIsAnErrorThatNamesTheTerm(t *testing.T) {
	for ordering, term := range map[string]string{
		",":                 `""`,
		"docking,":          `""`,
		",docking":          `""`,
		"a,,b":              `""`,
		"-":                 `"-"`,
		"--id":              `"--id"`,
		"+id":               `"+id"`,
		"- id":              `"- id"`,
		"docking id":        `"docking id"`,
		"9":                 `"9"`,
		"a&b":               `"a&b"`,
		"?":                 `"?"`,
		"é":                 `"é"`,
		"id\n":              "", // as a space, it is left out
		"id;docking":        `"id;docking"`,
		"id,id":             `"id" twice`,
		"id, -id":           `"id" twice`,
		"-docking,docking ": `"docking" twice`,
	} {
		got, err := query.TotalOrder(ordering, "docking", "id")
		switch {
		case term == "":
			if err != nil {
				t.Errorf("%q: %v", ordering, err)
			}
		case err == nil || !strings.Contains(err.Error(), term) || got != "":
			t.Errorf("%q became %q, %v; want an error with %s", ordering, got, err, term)
		}
	}
}

func TestTheFirstKeyIsWithoutItsDirection(t *testing.T) {
	for ordering, want := range map[string]string{
		"": "", "docking,id": "docking", "-docking": "docking", " -departure ,id": "departure", "id": "id",
	} {
		if got := query.FirstKey(ordering); got != want {
			t.Errorf("the first key of %q is %q, want %q", ordering, got, want)
		}
	}
}

func TestTimesAreComparedAsInstants(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{"", "", true},
		{"4", "4", true},
		{"4", "04", false},
		{"x", "X", false},
		{"", "detailed", false},
		{"2024-01-31T12:00:00Z", "2024-01-31T12:00:00.000Z", true},
		{"2024-01-31T12:00:00Z", "2024-01-31T14:00:00+02:00", true},
		{"2024-01-31T12:00:00Z", "2024-01-31T12:00:00.000001Z", false},
		{"2024-01-31T12:00:00Z", "2024-01-31", false},
		{"2024-01-31T12:00:00Z", "", false},
	} {
		if query.SameValue(tc.a, tc.b) != tc.same || query.SameValue(tc.b, tc.a) != tc.same {
			t.Errorf("%q and %q ask for the same: want %v", tc.a, tc.b, tc.same)
		}
	}
}

func TestATimeIsWrittenInUTCAndInMicroseconds(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	for want, at := range map[string]time.Time{
		"2024-01-31T12:00:00Z":        time.Date(2024, 1, 31, 14, 0, 0, 0, zone),
		"2024-01-31T12:00:00.5Z":      time.Date(2024, 1, 31, 12, 0, 0, 500_000_000, time.UTC),
		"2024-01-31T12:00:00.999999Z": time.Date(2024, 1, 31, 12, 0, 0, 999_999_999, time.UTC),
		"1969-12-31T23:59:59.999999Z": time.Unix(0, -1), // down, not towards the epoch
		"0001-01-01T00:00:00Z":        {},
	} {
		got := query.FormatTime(at)
		if got != want || strings.Contains(got, "+") {
			t.Errorf("%v is %s, want %s", at, got, want)
		}
		if back, err := time.Parse(time.RFC3339Nano, got); err != nil || back.After(at) || at.Sub(back) >= time.Microsecond {
			t.Errorf("%v came back as %v, %v", at, back, err)
		}
	}
}
