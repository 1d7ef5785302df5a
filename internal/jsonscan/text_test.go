package jsonscan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// wantText checks whether a string is read for a field. One that is skipped is
// read if it is JSON.
func wantText(t *testing.T, quoted string, want bool) {
	t.Helper()
	skipped := `{"new":` + quoted + `}`
	for data, want := range map[string]bool{
		`{"name":` + quoted + `}`: want, `{"alias":` + quoted + `}`: want, skipped: json.Valid([]byte(skipped)),
	} {
		if done := scan(t, data); done != want {
			t.Errorf("%q was read: %t, want %t", data, done, want)
		}
	}
}

func TestStringsAreReadAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	for quoted, want := range map[string]bool{
		`""`:              true,
		`"a"`:             true,
		`"é"`:             true,
		`"😀"`:             true,
		"\"\x7f\"":        true,
		`"\""`:            true,
		`"\\"`:            true,
		`"\/\b\f\n\r\t"`:  true,
		`"a\\"`:           true,
		`"\u0000"`:        true,
		`"\u00e9\u00E9"`:  true,
		`"\u2028"`:        true,
		`"é\u0041é"`:      true,
		`"\ud83d\ude80"`:  true,
		`"\uD83D\uDE80x"`: true,
		`"\uFFFF"`:        true,
		"\"\u2028\"":      true,
		"\"\ufffd\"":      true, // it stands for itself

		// encoding/json makes U+FFFD of half a pair.
		`"\ud83d"`:       false,
		`"\ude80"`:       false,
		`"\ud83dx"`:      false,
		`"\ud83d\n"`:     false,
		`"\ud83d\u0041"`: false,
		`"\ude80\ud83d"`: false,
		`"\ud83d\ud83d"`: false,
		`"\uFFFD"`:       false,

		// It does the same with bad UTF-8.
		"\"\xff\"":          false,
		"\"\xc3\"":          false,
		"\"\xed\xa0\x80\"":  false,
		"\"é\xffabcdefgh\"": false,
		"\"\\n\xff\"":       false,

		// Damage.
		`"`:            false,
		`"a`:           false,
		`"\`:           false,
		`"\"`:          false,
		`"\q"`:         false,
		`"\U0041"`:     false,
		`"\u"`:         false,
		`"\u1"`:        false,
		`"\u12"`:       false,
		`"\u123"`:      false,
		`"\u12G4"`:     false,
		`"\u-123"`:     false,
		`"\u+123"`:     false,
		`"\u1_23"`:     false,
		`"\uD83D\uZZ"`: false,
		`"\uD83D\u"`:   false,
		"\"\x00\"":     false,
		"\"\x1f\"":     false,
		"\"\n\"":       false,
		"\"\\n\n\"":    false,
		"\"\\\n\"":     false,
		`'a'`:          false,
	} {
		wantText(t, quoted, want)
	}
}

// Strings are looked at eight bytes at a time.
func TestWhateverStandsInAStringIsFoundAtAnyPlace(t *testing.T) {
	t.Parallel()
	for size := range 40 {
		for at := range size + 1 {
			for piece, want := range map[string]bool{
				"": true, `\"`: true, `\\`: true, `\u0041`: true, "é": true, "\x7f": true, " ": true, "!": true, "[": true, "]": true, "#": true,
				"\x1f": false, "\x00": false, "\xff": false, "\x80": false, `"`: false,
			} {
				text := strings.Repeat("a", at) + piece + strings.Repeat("b", size-at)
				wantText(t, `"`+text+`"`, want)
			}
		}
	}
}

func TestTextOutsideOfARecordIsThereAtOnce(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`["plain", "\u0041\n", null, ""]`))
	text := "before"
	var got []string
	for range s.Array {
		s.Text(&text)
		got = append(got, text)
	}
	if want := []string{"plain", "A\n", "A\n", ""}; !s.Done() || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCopyTextReadsNullAsEmpty(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{`"plain"`: "plain", `"\u0041\n"`: "A\n", `null`: "", `""`: ""} {
		s := jsonscan.New([]byte(data))
		if got := s.CopyText(); got != want || !s.Done() {
			t.Errorf("%s gives %q, want %q", data, got, want)
		}
	}
	for _, data := range []string{``, `nul`, `1`, `"a`, `"\q"`, "\"\xff\""} {
		s := jsonscan.New([]byte(data))
		if got := s.CopyText(); s.Done() {
			t.Errorf("%q gives %q", data, got)
		}
	}
}

func TestTextsDoNotShareTheData(t *testing.T) {
	t.Parallel()
	data := []byte(full)
	var got, want document
	s := jsonscan.New(data)
	s.Record(&got)
	clear(data)
	if err := json.Unmarshal([]byte(full), &want); err != nil {
		t.Fatal(err)
	}
	if got.Name != want.Name || got.Inner.Key != want.Inner.Key || *got.Alias != *want.Alias {
		t.Errorf("the texts are %q, %q, %q, want %q, %q, %q", got.Name, got.Inner.Key, *got.Alias, want.Name, want.Inner.Key, *want.Alias)
	}
}
