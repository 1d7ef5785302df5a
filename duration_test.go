package ll2_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
)

// canonicalDurations are as the service writes them.
var canonicalDurations = map[string]time.Duration{
	"P108DT4H24M37S": 108*24*time.Hour + 4*time.Hour + 24*time.Minute + 37*time.Second,
	"P106DT20H21M5S": 106*24*time.Hour + 20*time.Hour + 21*time.Minute + 5*time.Second,
	"P269DT34M":      269*24*time.Hour + 34*time.Minute,
	"P213DT6H20M":    213*24*time.Hour + 6*time.Hour + 20*time.Minute,
	"P868DT3H":       868*24*time.Hour + 3*time.Hour,
	"P3D":            3 * 24 * time.Hour,
	"P10D":           10 * 24 * time.Hour,
	"PT23H":          23 * time.Hour,
	"PT5M":           5 * time.Minute,
	"PT10S":          10 * time.Second,
	"P1DT1S":         24*time.Hour + time.Second,
	"P0D":            0,

	"PT0.5S":         500 * time.Millisecond,
	"PT1.000001S":    time.Second + time.Microsecond,
	"PT0.000000001S": 1,
	"P1DT0.25S":      24*time.Hour + 250*time.Millisecond,

	"-P1DT2H": -26 * time.Hour,
	"-PT0.5S": -500 * time.Millisecond,
	"-PT1M1S": -61 * time.Second,

	"P106751D":                      106751 * 24 * time.Hour,
	"P106751DT23H47M16.854775807S":  math.MaxInt64,
	"-P106751DT23H47M16.854775808S": math.MinInt64,
}

// otherDurations parse, but are printed in the service's form.
var otherDurations = map[string]string{
	"PT36H":               "P1DT12H",
	"PT90S":               "PT1M30S",
	"PT60M":               "PT1H",
	"PT86400S":            "P1D",
	"P1DT0H":              "P1D",
	"P0DT5M":              "PT5M",
	"PT0S":                "P0D",
	"PT0H0M0S":            "P0D",
	"PT0.000S":            "P0D",
	"-P0D":                "P0D",
	"PT1.500000S":         "PT1.5S",
	"PT1.0S":              "PT1S",
	"PT0.1000000000S":     "PT0.1S",
	"PT0.12345678900000S": "PT0.123456789S",

	// The ends of the range, all in one part.
	"PT2562047H":              "P106751DT23H",
	"PT153722867M":            "P106751DT23H47M",
	"PT9223372036S":           "P106751DT23H47M16S",
	"PT9223372036.854775807S": "P106751DT23H47M16.854775807S",
}

var garbageDurations = []string{
	"", "P", "PT", "-", "-P", "-PT", "T", "T5M", "D", "1", "P1", "P1H", "P1M", "P1S", "PT1D", "PT5", "P1DT", "PT1HT",
	"P1Y", "P1W", "P1Y2D", "P1DT1W", "1D", "PD", "PTM", "PT.S",
	"PT1H1H", "PT1M1H", "PT1S1M", "PT1S1S", "P1D1D", "PT1H1D", "PTT1S", "P1DT1HT1M", "PP1D", "P1DP1D",
	"P1.5D", "PT1.5H", "PT1.5M", "PT.5S", "PT1.S", "PT1,5S", "PT1.5", "PT1.5.5S", "PT1e3S", "PT0x1S", "PT1_0S",
	" P1D", "P1D ", "P 1D", "P1D\n", "P1D\x00", "p1d", "P1d", "pT1S", "Pt1S", "PT1s",
	"+P1D", "--P1D", "P-1D", "P+1D", "PT-1S", "-P-1D", "−P1D",
	"NaN", "Inf", "null", "0", "1h2m", "01:02:03", "P1D/P2D", "P١D", "P１D", "P1Ｄ", "PT1S\xff", "\xff",
}

var overlongDurations = []string{
	"P106752D", "-P106752D", "P106751DT24H", "P106751DT23H48M", "P106751DT23H47M17S",
	"P106751DT23H47M16.854775808S", "-P106751DT23H47M16.854775809S",
	"PT2562048H", "PT153722868M", "PT9223372037S", "PT9223372036.854775808S", "-PT9223372036.854775809S",
	// So long that 64 bits start again from zero: in one part, and in the sum.
	"P213504D", "PT5124096H", "PT307445735M", "PT18446744074S", "P106751DT2562047H153722867M9223372036S",
	// Counts at and past the end of 64 bits.
	"P18446744073709551615D", "PT18446744073709551615S", "P18446744073709551616D", "PT18446744073709551617S",
	"P" + strings.Repeat("9", 400) + "D", "PT" + strings.Repeat("9", 400) + "H", "PT" + strings.Repeat("9", 400) + "M",
	"PT" + strings.Repeat("9", 400) + "S", "-PT" + strings.Repeat("9", 400) + ".5S",
}

var overfineDurations = []string{
	"PT0.0000000001S", "PT0.1000000001S", "PT1.9999999999S", "-PT0.0000000005S", "PT0." + strings.Repeat("3", 400) + "S",
}

func parseDuration(s string) (time.Duration, error) {
	var d ll2.Duration
	err := d.UnmarshalText([]byte(s))
	return d.Duration, err
}

func TestDurationsOfTheServiceParseAndPrintWithoutLoss(t *testing.T) {
	t.Parallel()
	for s, want := range canonicalDurations {
		got, err := parseDuration(s)
		if err != nil || got != want {
			t.Errorf("%s parses as %v (%v), want %v", s, got, err, want)
		}
		d := ll2.Duration{Duration: want}
		if got := d.String(); got != s {
			t.Errorf("%v prints as %s, want %s", want, got, s)
		}
		if got, err := d.MarshalText(); err != nil || string(got) != s {
			t.Errorf("%v encodes as %s (%v), want %s", want, got, err, s)
		}
	}
}

func TestOtherDurationsPrintInTheServicesForm(t *testing.T) {
	t.Parallel()
	for s, want := range otherDurations {
		got, err := parseDuration(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
		} else if printed := (ll2.Duration{Duration: got}).String(); printed != want {
			t.Errorf("%s prints as %s, want %s", s, printed, want)
		}
	}
}

func TestDurationsThatDoNotFitAreErrorsThatSayWhy(t *testing.T) {
	t.Parallel()
	for why, inputs := range map[string][]string{
		"is not of the form P108DT4H24M37S": garbageDurations,
		"is longer than 292 years":          overlongDurations,
		"is finer than a nanosecond":        overfineDurations,
	} {
		for _, s := range inputs {
			d := ll2.Duration{Duration: 42}
			err := d.UnmarshalText([]byte(s))
			if err == nil {
				t.Errorf("%.60q parses as %d ns, want an error", s, d.Duration)
				continue
			}
			if want := "ll2: duration " + strconv.Quote(s) + " " + why; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%.60q: error %.200q, want one that begins with %.200q", s, err, want)
			}
			if d.Duration != 42 {
				t.Errorf("%.60q: the error leaves %v behind", s, d.Duration)
			}
		}
	}
}

func TestEveryDurationComesBackFromItsText(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(108, 42437))
	units := []time.Duration{1, time.Microsecond, time.Millisecond, time.Second, time.Minute, time.Hour, 24 * time.Hour}
	for range 10_000 {
		// Of every magnitude, and of every unit as the smallest part.
		want := time.Duration(random.Uint64()) >> random.IntN(64)
		want = want.Truncate(units[random.IntN(len(units))])
		s := ll2.Duration{Duration: want}.String()
		if got, err := parseDuration(s); err != nil || got != want {
			t.Fatalf("%d ns prints as %s and parses as %d ns (%v)", want, s, got, err)
		}
	}
}

func TestDurationIsAStringInJSON(t *testing.T) {
	t.Parallel()
	type object struct {
		Value   ll2.Duration  `json:"value"`
		Pointer *ll2.Duration `json:"pointer"`
	}
	for document, want := range map[string]object{
		`{"value":"P1DT2H","pointer":"PT0.5S"}`: {ll2.Duration{Duration: 26 * time.Hour}, &ll2.Duration{Duration: 5e8}},
		`{"value":"P0D","pointer":null}`:        {},
	} {
		got := object{Pointer: &ll2.Duration{Duration: 42}}
		if err := json.Unmarshal([]byte(document), &got); err != nil {
			t.Errorf("%s: %v", document, err)
		}
		if got.Value != want.Value || (got.Pointer == nil) != (want.Pointer == nil) ||
			ll2.Value(got.Pointer) != ll2.Value(want.Pointer) {
			t.Errorf("%s decodes as %v", document, got)
		}
		if encoded, err := json.Marshal(want); err != nil || string(encoded) != document {
			t.Errorf("%v encodes as %s (%v), want %s", want, encoded, err, document)
		}
	}
	for _, document := range []string{`{"value":5}`, `{"value":"5"}`, `{"pointer":""}`, `{"pointer":{}}`, `{"value":true}`} {
		if err := json.Unmarshal([]byte(document), new(object)); err == nil {
			t.Errorf("%s: no error", document)
		}
	}
}

func TestDurationHasTheMethodsOfTimeAndItsOwnPrint(t *testing.T) {
	t.Parallel()
	d := ll2.Duration{Duration: 36 * time.Hour}
	if got := d.Hours(); got != 36 {
		t.Errorf("Hours = %v, want 36", got)
	}
	if got := d.Truncate(24 * time.Hour); got != 24*time.Hour {
		t.Errorf("Truncate = %v, want 24h", got)
	}
	for _, got := range []string{fmt.Sprint(d), fmt.Sprint(&d), fmt.Sprintf("%v", d)} {
		if got != "P1DT12H" {
			t.Errorf("printed as %s, want P1DT12H", got)
		}
	}
}

func FuzzDuration(f *testing.F) {
	for s := range canonicalDurations {
		f.Add(s)
	}
	for s := range otherDurations {
		f.Add(s)
	}
	for _, inputs := range [][]string{garbageDurations, overlongDurations, overfineDurations} {
		for _, s := range inputs {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDuration(s)
		if err != nil {
			return
		}
		printed := ll2.Duration{Duration: d}.String()
		if again, err := parseDuration(printed); err != nil || again != d {
			t.Errorf("%q is %d ns, prints as %s, which is %d ns (%v)", s, d, printed, again, err)
		}
		if negative := strings.HasPrefix(s, "-"); negative && d > 0 || !negative && d < 0 {
			t.Errorf("%q is %d ns", s, d)
		}
	})
}

func TestDatePrintsAndComesBackAsTheServiceWritesIt(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]ll2.Date{
		"2019-03-02": {Year: 2019, Month: time.March, Day: 2},
		"2024-02-29": {Year: 2024, Month: time.February, Day: 29},
		"1967-11-30": {Year: 1967, Month: time.November, Day: 30},
		"0033-04-03": {Year: 33, Month: time.April, Day: 3},
		"9999-12-31": {Year: 9999, Month: time.December, Day: 31},
	} {
		var got ll2.Date
		if err := json.Unmarshal([]byte(`"`+s+`"`), &got); err != nil || got != want {
			t.Errorf("%s decodes as %+v (%v), want %+v", s, got, err, want)
		}
		if encoded, err := json.Marshal(want); err != nil || string(encoded) != `"`+s+`"` {
			t.Errorf("%+v encodes as %s (%v), want %q", want, encoded, err, s)
		}
		if got := want.String(); got != s {
			t.Errorf("%+v prints as %s, want %s", want, got, s)
		}
		midnight := want.Time()
		if midnight.Location() != time.UTC || midnight.Format(time.RFC3339Nano) != s+"T00:00:00Z" {
			t.Errorf("Time of %s = %v, want its midnight in UTC", s, midnight)
		}
	}
}

func TestDateThatTheCalendarDoesNotHaveIsAnError(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"2024-02-30", "2023-02-29", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00", "2024-01-32",
		"", "2024", "2024-01", "2024-1-1", "2024-01-1", "24-01-01", "12024-01-01", "-2024-01-01", "+024-01-01",
		" 2024-01-01", "2024-01-01 ", "2024/01/01", "20240101", "01-02-2024", "2024-01-01T00:00:00Z", "today", "٢٠٢٤-01-01",
	} {
		date := ll2.Date{Year: 1957, Month: time.October, Day: 4}
		err := date.UnmarshalText([]byte(s))
		if want := "ll2: date " + strconv.Quote(s) + " is not of the form 2006-01-02"; err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", s, err, want)
		}
		if date != (ll2.Date{Year: 1957, Month: time.October, Day: 4}) {
			t.Errorf("%q: the error leaves %v behind", s, date)
		}
	}
	for _, date := range []ll2.Date{
		{}, {Year: 2024, Month: time.February, Day: 30}, {Year: 2024, Month: 13, Day: 1}, {Year: 2024, Month: time.May},
		{Year: -1, Month: time.May, Day: 6}, {Year: 10000, Month: time.May, Day: 6}, {Year: 2024, Month: -1, Day: 1},
	} {
		if encoded, err := json.Marshal(date); err == nil || !strings.Contains(err.Error(), "ll2: date") {
			t.Errorf("%+v encodes as %s (%v), want an error", date, encoded, err)
		}
	}
}

func TestStayRunsFromDockingToDepartureOrNow(t *testing.T) {
	t.Parallel()
	docking := time.Date(2024, 3, 5, 7, 28, 12, 0, time.UTC)
	at := func(d time.Duration) *time.Time { t := docking.Add(d); return &t }
	for name, test := range map[string]struct {
		departure *time.Time
		now       time.Time
		want      time.Duration
	}{
		"departed":                    {at(90 * time.Minute), *at(1000 * time.Hour), 90 * time.Minute},
		"departed, asked before that": {at(90 * time.Minute), *at(time.Minute), 90 * time.Minute},
		"docked":                      {nil, *at(36 * time.Hour), 36 * time.Hour},
		"docked, now elsewhere":       {nil, at(time.Hour).In(time.FixedZone("", 7200)), time.Hour},
		"departed before docking":     {at(-time.Hour), docking, -time.Hour},
		"now before docking":          {nil, *at(-time.Second), -time.Second},
	} {
		event := ll2.DockingEvent{Docking: docking, Departure: test.departure}
		if got := event.Stay(test.now); got != test.want {
			t.Errorf("%s: Stay = %v, want %v", name, got, test.want)
		}
		if got, want := event.Docked(), test.departure == nil; got != want {
			t.Errorf("%s: Docked = %v, want %v", name, got, want)
		}
	}
}

func TestDockedAtHoldsFromTheDockingUpToTheDeparture(t *testing.T) {
	t.Parallel()
	docking := time.Date(2024, 3, 5, 7, 28, 12, 0, time.UTC)
	at := func(d time.Duration) *time.Time { t := docking.Add(d); return &t }
	const never = math.MinInt64 // as the end of a stay
	for name, test := range map[string]struct {
		departure *time.Time
		end       time.Duration // after the docking; math.MaxInt64: none
	}{
		"departed":                {at(time.Hour), time.Hour},
		"departed at once":        {at(1), 1},
		"docked":                  {nil, math.MaxInt64},
		"departed while docking":  {at(0), never},
		"departed before docking": {at(-time.Hour), never},
	} {
		event := ll2.DockingEvent{Docking: docking, Departure: test.departure}
		for _, after := range []time.Duration{-100 * time.Hour, -time.Hour, -1, 0, 1, time.Hour - 1, time.Hour, time.Hour + 1, 100000 * time.Hour} {
			want := 0 <= after && after < test.end
			for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 7200)} {
				if got := event.DockedAt(at(after).In(zone)); got != want {
					t.Errorf("%s: docked %v after the docking: %v, want %v", name, after, got, want)
				}
			}
		}
	}
}
