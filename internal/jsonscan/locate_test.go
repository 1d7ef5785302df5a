package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/internal/jsonscan"
)

func TestCheckPointsAtTheFirstByteThatIsNotJSON(t *testing.T) {
	t.Parallel()
	// The place is marked by ^, which stands in front of it.
	for _, marked := range []string{
		"^<html>", " \n^x", "^\ufeff{}", "{}^{}", "{} ^,", `{^a":1}`, `{"a"^ 1}`, `{"a"^1}`, `{"a":^}`, `{"a":1^]`, `[1^ 2]`, `[1,^]`, `[^,`, `{"a":1,^}`,
		`[0^1]`, `[-^a]`, `[1.^e]`, `[1e+^]`, `[tr^ee]`, `[nul^]`, `["a` + "^\n" + `"]`, `["\^q"]`, `["\u12^g"]`, `["\u^"]`,
		"[\"abcdefghijk^\x01\"]", `{"a\^x":1}`,
	} {
		at := strings.LastIndex(marked, "^")
		data := marked[:at] + marked[at+1:]
		got, ok := jsonscan.Check([]byte(data))
		want := at
		for want < len(data) && strings.ContainsRune(" ", rune(data[want])) {
			want++
		}
		if ok || got != want {
			t.Errorf("%q: %t at %d, want false at %d", data, ok, got, want)
		}
	}
}

func TestCheckFindsWhereTheEndIsMissing(t *testing.T) {
	t.Parallel()
	data := strings.TrimSpace(full)
	for size := range len(data) {
		if at, ok := jsonscan.Check([]byte(data[:size])); ok || at != size {
			t.Errorf("%q: %t at %d, want false at %d", data[:size], ok, at, size)
		}
	}
	for _, data := range []string{full, "0", " [] ", strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)} {
		if at, ok := jsonscan.Check([]byte(data)); !ok {
			t.Errorf("%.100q: false at %d", data, at)
		}
	}
	for _, data := range []string{strings.Repeat("[", 10_001), strings.Repeat(`{"a":`, 1_000_000)} {
		if at, ok := jsonscan.Check([]byte(data)); ok || at == len(data) {
			t.Errorf("%.100q: %t at %d, want false at a bracket that is too deep", data, ok, at)
		}
	}
}

// A Decoder reports the same with typed errors.
func TestCheckFindsWhatADecoderFinds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for range 30_000 {
		data := []byte(full)
		at := r.IntN(len(data))
		data = slices.Replace(data, at, min(len(data), at+r.IntN(3)), []byte(pieces[r.IntN(len(pieces))])...)
		data = data[:r.IntN(len(data)+1)]
		at, ok := jsonscan.Check(data)
		if ok != json.Valid(data) {
			t.Fatalf("%q: %t", data, ok)
		}
		err := json.NewDecoder(bytes.NewReader(data)).Decode(new(json.RawMessage))
		cut := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if got := !ok && at == len(data); got != cut {
			t.Fatalf("%q: the end is missing: %t, want %t (%v)", data, got, cut, err)
		}
	}
}

// shape is a type with all that Locate goes into.
type shape struct {
	Count   *int           `json:"count"`
	Rows    *[]document    `json:"rows"`
	Grid    [2][]int       `json:"grid"`
	ByName  map[string]int `json:"by_name"`
	Default bool
	Hidden  int       `json:"-"`
	Quoted  int       `json:"quoted,string"`
	When    time.Time `json:"when"`
	Any     any       `json:"any"`
	Numbers map[int]bool
	Picky   picky `json:"picky"`
	embedded
}

type picky struct{}

func (*picky) UnmarshalJSON([]byte) error { return errors.New("nothing is good enough") }

type embedded struct {
	Deep float32 `json:"deep"`
}

func TestLocateNamesTheValueThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ data, path, value, says string }{
		{` []`, "", `[]`, "into an object"},
		{`"a"`, "", `"a"`, "into an object"},
		{`{"count":"7"}`, "count", `"7"`, "into a Go int"},
		{`{"count":1.5}`, "count", `1.5`, "into a Go int"},
		{`{"count":1e400}`, "count", `1e400`, "into a Go int"},
		{`{"COUNT":true}`, "COUNT", `true`, "into a Go int"},
		{`{"c\u006funt": {"count":1} }`, "count", `{"count":1}`, "into a Go int"},
		{`{"rows":{}}`, "rows", `{}`, "into an array"},
		{`{"rows":[{},null,7]}`, "rows[2]", `7`, "into an object"},
		{`{"rows":[{"id":1},{"id":2,"inner":{"rank":null,"key":[1]}}]}`, "rows[1].inner.key", `[1]`, "into a Go string"},
		{`{"rows":[{"list":[{},{"rank":"a"}]}]}`, "rows[0].list[1].rank", `"a"`, "into a Go int"},
		{`{"rows":[{"code":"ab"}]}`, "rows[0].code", `"ab"`, `"ab" is not a code`},
		{`{"rows":[{"since":"noon"}]}`, "rows[0].since", `"noon"`, "into a time in RFC 3339"},
		{`{"rows":[{"Until":7}]}`, "rows[0].Until", `7`, "into a time in RFC 3339"},
		{`{"rows":[{"open":0,"id":""}]}`, "rows[0].open", `0`, "into a Go bool"},
		{`{"unknown":[{"count":""}],"count":""}`, "count", `""`, "into a Go int"},
		{`{"grid":[[1],[2,"3"],"4"]}`, "grid[1][1]", `"3"`, "into a Go int"},
		{`{"by_name":{"a":1,"b.c":"2"}}`, "by_name.b.c", `"2"`, "into a Go int"},
		{`{"by_name":[]}`, "by_name", `[]`, "into an object"},
		{`{"Default":"yes"}`, "Default", `"yes"`, "into a Go bool"},
		{`{"Hidden":"","-":"","quoted":"7","Any":{"count":""},"deep":"x"}`, "deep", `"x"`, "into a Go float32"},
		{`{"Numbers":{"1":"x"}}`, "Numbers", `{"1":"x"}`, "string"},
		{`{"rows":[{"code":7}]}`, "rows[0].code", `7`, "into a string"},
	} {
		m := jsonscan.Locate([]byte(tc.data), reflect.TypeFor[shape]())
		if m == nil {
			t.Errorf("%s: nothing is found", tc.data)
			continue
		}
		if m.Path != tc.path || !strings.Contains(m.Error(), tc.says) || m.Size != len(tc.value) || !strings.HasPrefix(tc.data[m.At:], tc.value) {
			t.Errorf("%s: %q, %d bytes at %d: %v\nwant %q, %q, %q", tc.data, m.Path, m.Size, m.At, m, tc.path, tc.value, tc.says)
		}
	}
}

func TestLocateKnowsTheObjectsAround(t *testing.T) {
	t.Parallel()
	const data = `{"unknown":{},"by_name":{"a":1},"rows":[{"id":1,"inner":{}}, {"id":2,"inner":{"rank":""}}]}`
	m := jsonscan.Locate([]byte(data), reflect.TypeFor[shape]())
	want := []int{0, strings.Index(data, `{"id":2`), strings.Index(data, `{"rank"`)}
	if m == nil || !slices.Equal(m.Objects, want) {
		t.Errorf("%+v, want %v", m, want)
	}
}

func TestLocateFindsNothingThatFits(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{}`, `null`, `{"rows":[` + full + `,null]}`, `{"quoted":7}`, `{"count":1`, `{"count":`, ``} {
		if m := jsonscan.Locate([]byte(data), reflect.TypeFor[shape]()); m != nil {
			t.Errorf("%s: %+v", data, m)
		}
	}
}

func TestAFieldErrorNamesItsValueWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100)
	for data, want := range map[string]string{
		`{"count":"7"}`:                      `cannot unmarshal string "7" into a Go int`,
		`{"count":true}`:                     `cannot unmarshal bool true into a Go int`,
		`{"count":{"a": ` + "\n\t" + `1}}`:   `cannot unmarshal object {"a": 1} into a Go int`,
		`{"count":"` + long + `"}`:           `cannot unmarshal string of 102 bytes into a Go int`,
		`{"when":"noon"}`:                    `cannot unmarshal string "noon" into a time in RFC 3339`,
		`{"rows":[{"code":"ab"}]}`:           `"ab" is not a code`,
		`{"rows":[{"code":"` + long + `"}]}`: `cannot unmarshal string of 102 bytes`,
		`{"rows":[{"code":"\u0061b"}]}`:      `cannot unmarshal string of 9 bytes: "ab" is not a code`,
		`{"rows":[{"code":7}]}`:              `cannot unmarshal number 7 into a string`,
		`{"picky":null}`:                     `cannot unmarshal null: nothing is good enough`,
		`7`:                                  `cannot unmarshal number 7 into an object`,
		`[]`:                                 `cannot unmarshal array [] into an object`,
	} {
		m := jsonscan.Locate([]byte(data), reflect.TypeFor[shape]())
		if m == nil || m.Error() != want || (errors.Unwrap(m) == nil) != strings.Contains(want, "102") {
			t.Errorf("%.50s: %v, want %s", data, m, want)
		}
	}
}

// Exactly the values that encoding/json refuses are located.
func TestLocateFindsWhatEncodingJSONRefuses(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	refused := 0
	for range 30_000 {
		data := []byte(full)
		at := r.IntN(len(data))
		data = slices.Replace(data, at, min(len(data), at+r.IntN(3)), []byte(pieces[r.IntN(len(pieces))])...)
		if !json.Valid(data) {
			continue
		}
		err := json.Unmarshal(data, new(document))
		m := jsonscan.Locate(data, reflect.TypeFor[document]())
		if (m != nil) != (err != nil) {
			t.Fatalf("%q: %+v, want %v", data, m, err)
		}
		if m != nil {
			refused++
		}
	}
	if refused < 100 {
		t.Errorf("%d were refused: the damage does not find anything", refused)
	}
}
