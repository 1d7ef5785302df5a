package jsonscan_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// scan reads a document, and fails the test if what it read is not what
// encoding/json reads.
func scan(t *testing.T, data string) (done bool) {
	t.Helper()
	var got document
	s := jsonscan.New([]byte(data))
	s.Record(&got)
	if !s.Done() {
		return false
	}
	var want document
	if err := json.Unmarshal([]byte(data), &want); err != nil {
		t.Fatalf("%.300q was read, want %v", data, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%.300q gives\n%+v, want\n%+v", data, got, want)
	}
	return true
}

// wantScanned checks which documents are read, and which are left to encoding/json.
func wantScanned(t *testing.T, documents map[string]bool) {
	t.Helper()
	for data, want := range documents {
		if done := scan(t, data); done != want {
			t.Errorf("%.300q was read: %t, want %t", data, done, want)
		}
	}
}

func TestADocumentIsReadAsEncodingJSONReadsIt(t *testing.T) {
	t.Parallel()
	wantScanned(t, map[string]bool{
		full:                         true,
		`{}`:                         true,
		"\t{ \r\n } \n":              true,
		`{"id" : 1 , "open":false }`: true,
		`{"id":1,"id":2}`:            true,
		`{"id":1,"id":null}`:         true,
		`{"inner":{"key":"a","rank":1},"inner":{"rank":2}}`:  true,
		`{"link":{"key":"a","rank":1},"link":{"rank":2}}`:    true,
		`{"link":{"key":"a"},"link":null}`:                   true,
		`{"link":{"key":"a"},"link":null,"link":{"rank":1}}`: true,
		`{"alias":"a","alias":null}`:                         true,
		`{"name":"a","name":null,"name":"b"}`:                true,
		`{"list":[]}`:                                        true,
		`{"list":[{"key":"a"}],"list":[{"rank":1}]}`:         false,
		`{"id":null,"name":null,"size":null,"open":null,"since":null,"code":null,"link":null,"alias":null,"weight":null,"sealed":null,"Until":null}`: true,
		`{"inner":null}`: true,
		`{"list":null}`:  false,
		`null`:           true,
		``:               false,
		` `:              false,
		`[]`:             false,
		`1`:              false,
		`{} {}`:          false,
		`{},`:            false,
		"{}\x00":         false,
		"{}\v":           false,
		"\ufeff{}":       false,
		`{`:              false,
		`{"`:             false,
		`{"id`:           false,
		`{"id"`:          false,
		`{"id":`:         false,
		`{"id":}`:        false,
		`{"id":1`:        false,
		`{"id":1,`:       false,
		`{"id":1,}`:      false,
		`{,"id":1}`:      false,
		`{"id" 1}`:       false,
		`{"id":1 "a":1}`: false,
		`{"id":1]`:       false,
		`{id:1}`:         false,
		`{'id':1}`:       false,
		`{"new":[1,]}`:   false,
		`{"new":[,1]}`:   false,
		`{"new":[1 2]}`:  false,
		`{"new":[1}`:     false,
		`{"new":[}`:      false,
		`{"new":nul}`:    false,
		`{"new":nulL}`:   false,
		`{"new":truE}`:   false,
		`{"new":fals`:    false,
		`{"new":x}`:      false,
		`{"new":-}`:      false,
		`{"new":"a\q"}`:  false,
		`{"id":"1"}`:     false,
		`{"name":1}`:     false,
		`{"inner":[]}`:   false,
		`{"list":{}}`:    false,
		`{"link":""}`:    false,
	})
}

// encoding/json takes keys in any case, and with escapes.
func TestUnusualKeysAreLeftToEncodingJSON(t *testing.T) {
	t.Parallel()
	wantScanned(t, map[string]bool{
		`{"":1}`:              true,
		`{"z_9":1}`:           true,
		`{"a":{"b":1}}`:       true,
		`{"ID":1}`:            false,
		`{"iD":"1"}`:          false,
		`{"\u0069d":1}`:       false,
		`{"a\"":1}`:           false,
		`{"a-b":1}`:           false,
		`{"é":1}`:             false,
		"{\"a\xff\":1}":       false,
		"{\"a\n\":1}":         false,
		`{"ıd":1}`:            false, // Unicode folds it
		`{"inner":{"KEY":1}}`: false,

		// The content of unknown keys is not read.
		`{"new":{"ID":1}}`:          true,
		`{"new":[{"A\"":{"é":1}}]}`: true,
		"{\"new\":{\"\xff\":1}}":    true,
		`{"new":{"\q":1}}`:          false,
		"{\"new\":{\"a\n\":1}}":     false,
		`{"new":{a:1}}`:             false,
		`{"new":{"a" 1}}`:           false,
		`{"new":{"a":1,}}`:          false,
		`{"new":{"a`:                false,
	})
}

func TestEveryCutOfADocumentIsFound(t *testing.T) {
	t.Parallel()
	data := strings.TrimSpace(full)
	for size := range len(data) {
		if done := scan(t, data[:size]); done {
			t.Errorf("%q was read", data[:size])
		}
	}
}

// pieces are put into documents to damage them.
var pieces = []string{`"`, `\`, `\u`, `\u0041`, `\uD83D`, `\uDE80`, "{", "}", "[", "]", ",", ":", "0", "9", "-", "+", ".", "e", "E", "t", "null", "true", "false",
	"x", "A", "_", " ", "\n", "\x00", "\x1f", "\x7f", "é", "\xc3", "\xff", "\ufffd", "123456789", "1e400", `"id":7,`, `"link":null,`, `"list":[],`}

func TestADamagedDocumentIsReadAsEncodingJSONReadsItOrNotAtAll(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	read := 0
	for range 50_000 {
		data := []byte(full)
		for range 1 + r.IntN(2) {
			at := r.IntN(len(data))
			to := min(len(data), at+r.IntN(3))
			data = slices.Replace(data, at, to, []byte(pieces[r.IntN(len(pieces))])...)
		}
		if done := scan(t, string(data)); done {
			read++
		}
	}
	t.Logf("%d of 50,000 were read", read)
	if read < 4_000 {
		t.Errorf("%d of 50,000 were read: the damage is too large to find anything", read)
	}
}

func TestNestingIsBounded(t *testing.T) {
	t.Parallel()
	for _, ends := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		for depth, want := range map[int]bool{1: true, 98: true, 99: true, 100: false, 101: false, 1_000_000: false} {
			data := `{"new":` + strings.Repeat(ends[0], depth) + "1" + strings.Repeat(ends[1], depth) + `}`
			s := jsonscan.New([]byte(data))
			if s.Skip(); s.Done() != want {
				t.Errorf("%d times %s was read: %t, want %t", depth, ends[0], s.Done(), want)
			}
		}
	}
	wide := "[" + strings.Repeat(`[],{},[1],{"a":1},`, 1000) + "0]"
	s := jsonscan.New([]byte(wide))
	if s.Skip(); !s.Done() {
		t.Error("a wide document counts as a deep one")
	}
}

func TestALoopThatBreaksFails(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`{"a":1,"b":2}`))
	for range s.Object {
		s.Skip()
		break
	}
	if s.Done() {
		t.Error("half an object was read")
	}
	s = jsonscan.New([]byte(`[1,2]`))
	for range s.Array {
		s.Skip()
		break
	}
	if s.Done() {
		t.Error("half an array was read")
	}
}

func TestAfterAFailureNothingIsLeft(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`[1,2,3]`))
	n := 0
	for range s.Array {
		if n++; n == 2 {
			s.Fail()
		}
		s.Skip()
	}
	if s.Done() || s.Rest() != 0 || n != 2 {
		t.Errorf("done: %t, %d bytes left, after %d elements", s.Done(), s.Rest(), n)
	}
}

func TestRestTellsHowMuchAValueTook(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`[12, "abc"]`))
	var sizes []int
	for range s.Array {
		before := s.Rest()
		s.Skip()
		sizes = append(sizes, before-s.Rest())
	}
	if !s.Done() || s.Rest() != 0 || !slices.Equal(sizes, []int{2, 6}) {
		t.Errorf("done: %t, %d bytes left, sizes %v", s.Done(), s.Rest(), sizes)
	}
}

func TestRawIsTheTextOfAValue(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`[ 12 , "a\"b", {"A": [1]} ,null,-1.5e3]`))
	var got []string
	for range s.Array {
		got = append(got, string(s.Raw()))
	}
	if want := []string{`12`, `"a\"b"`, `{"A": [1]}`, `null`, `-1.5e3`}; !s.Done() || !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	s = jsonscan.New([]byte(`[1`))
	if raw := s.Raw(); raw != nil || s.Done() {
		t.Errorf("half a value is %q", raw)
	}
}

func TestRawArrayIsTheTextOfAShortArray(t *testing.T) {
	t.Parallel()
	for array, size := range map[string]int{`[]`: 0, `[ 1 ]`: 1, `[1,"a,b",{"A":[2,3]},null]`: 4} {
		for n := range 6 {
			s := jsonscan.New([]byte(" " + array + " "))
			raw := s.RawArray(n)
			if ok := size <= n; s.Done() != ok || ok && string(raw) != array || !ok && raw != nil {
				t.Errorf("%s, %d elements at most: %q, %t", array, n, raw, s.Done())
			}
		}
	}
	for _, array := range []string{`[1`, `[1 2]`, `{}`, `null`, ``} {
		s := jsonscan.New([]byte(array))
		if raw := s.RawArray(5); raw != nil || s.Done() {
			t.Errorf("%s: %q, %t", array, raw, s.Done())
		}
	}
}

func TestLongerCountsTheElementsOfAnArray(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)
	for array, size := range map[string]int{
		`[]`: 0, ` [ 1 ] `: 1, `[1,"a,b",{"A":[2,3]},null]`: 4, "[" + deep + "," + deep + "]": 2, `{}`: 0, `null`: 0, `7`: 0,
	} {
		for n := range 6 {
			if got := jsonscan.Longer([]byte(array), n); got != (size > n) {
				t.Errorf("%.50s is longer than %d: %t", array, n, got)
			}
		}
	}
}

// For all bytes, only valid JSON is skipped.
func TestWhatIsSkippedIsJSON(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		data := []byte(full)
		at := r.IntN(len(data))
		data = slices.Replace(data, at, min(len(data), at+r.IntN(3)), []byte(pieces[r.IntN(len(pieces))])...)
		s := jsonscan.New(data)
		if s.Skip(); s.Done() != json.Valid(data) {
			t.Fatalf("%q was skipped: %t", data, s.Done())
		}
	}
}

// For all bytes, the value is the one that encoding/json reads.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		full, "", "{}", "null", `{"id":1e2}`, `{"id":999999999999999999}`, `{"id":-9223372036854775808}`, `{"size":1e-400,"weight":-0}`,
		`{"name":"\ud800\udc00"}`, `{"name":"\udc00"}`, `{"alias":"\uFFFD"}`, `{"since":"2021-02-03t04:05:06z"}`, `{"since":"2021-02-03T04:05:60Z"}`,
		`{"code":"\u0061bc"}`, `{"NAME":"a"}`, `{"inner":{"key":"a"},"inner":{}}`, `{"list":[{"key":"a"},{"key":"b"}],"list":[]}`, `{"new":[[[[{}]]]]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		scan(t, string(data))
		s := jsonscan.New(data)
		if s.Skip(); s.Done() && !json.Valid(data) {
			t.Errorf("%q was skipped", data)
		}
	})
}

func TestAKeyIsNilAtTheEndAndAfterAFailureAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`{}`: nil, ` { } `: nil, `{"":1}`: {""}, `{"a":1,"b":2}`: {"a", "b"}, "{\n\"a\" : 1 ,\t\"b\"\r: 2 }": {"a", "b"}, `{"a":{},"a":[]}`: {"a", "a"},
	} {
		s := jsonscan.New([]byte(text))
		var keys []string
		for key := s.FirstKey(); key != nil; key = s.NextKey() {
			keys = append(keys, string(key))
			s.Skip()
		}
		if !s.Done() || !slices.Equal(keys, want) {
			t.Errorf("%s was read (%t) as the keys %q, want %q", text, s.Done(), keys, want)
		}
	}
	for _, text := range []string{``, `[]`, `{`, `{a:1}`, `{"a"}`, `{"a",1}`, `{"a":1,}`, `{"a":1 "b":2}`, `{"a":1,,"b":2}`, `{"a":1,"b"`, `{"a":1,"b`, `{,"a":1}`, `{"a":1]`} {
		s := jsonscan.New([]byte(text))
		n := 0
		for key := s.FirstKey(); key != nil; key = s.NextKey() {
			s.Skip()
			n++
		}
		if s.Done() || n > 1 {
			t.Errorf("%s was read: %t, with %d keys", text, s.Done(), n)
		}
		if s.NextKey() != nil || s.FirstKey() != nil {
			t.Errorf("%s: there is a key after the failure", text)
		}
	}
}

func TestKeysOfAnyLengthAndKindAreFound(t *testing.T) {
	t.Parallel()
	for size := range 40 {
		for _, c := range []string{"a", "!", "#", "\x7f", "\xa2", "\xff", " "} { // near the quote, bit by bit
			for _, rest := range []string{`":7}`, `"  :7}`, `":7  , "" :8}`} {
				want := strings.Repeat(c, size)
				text := `{"` + want + rest
				s := jsonscan.New([]byte(text))
				var keys []string
				for key := range s.Object {
					keys = append(keys, string(key))
					s.Skip()
				}
				if !s.Done() || keys[0] != want || len(keys) > 1 && keys[1] != "" {
					t.Errorf("%q was read (%t) as the keys %q", want, s.Done(), keys)
				}
				for cut := range text {
					s := jsonscan.New([]byte(text[:cut]))
					for key := s.FirstKey(); key != nil; key = s.NextKey() {
						s.Skip()
					}
					if s.Done() {
						t.Errorf("%q was read", text[:cut])
					}
				}
			}
		}
	}
}

func TestThenTakesWhatIsNextAndNothingElse(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`,"a":1`))
	for _, text := range []string{`,"b":`, `,"a" :`, `,"a":1,`} {
		if s.Then(text) || s.Rest() != 6 {
			t.Errorf("%s is next, and %d bytes are left", text, s.Rest())
		}
	}
	if !s.Then(`,"a":`) || s.Rest() != 1 || !s.Then("1") || s.Then("1") || !s.Done() {
		t.Error("what is next is not taken")
	}
}
