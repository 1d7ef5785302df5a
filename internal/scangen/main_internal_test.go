package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// directive is the line by which go generate calls this program.
var directive = regexp.MustCompile(`(?m)^//go:generate go run \S*/scangen -o (\S+) (\S+)$`)

func TestWhatWasGeneratedIsWhatTheStructsSay(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"../..", "../../ll230"} {
		doc, err := os.ReadFile(filepath.Join(dir, "doc.go"))
		if err != nil {
			t.Fatal(err)
		}
		call := directive.FindStringSubmatch(string(doc))
		if call == nil {
			t.Errorf("%s: doc.go does not call scangen", dir)
			continue
		}
		want, err := generate(dir, call[1], call[2])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, call[1])); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %s is not up to date: run go generate ./... (%v)", dir, call[1], err)
		}
	}
}

// generated writes a package with a struct of these fields, and returns what is
// generated for it.
func generated(t *testing.T, fields string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"models.go": `package p

			type Row struct {` + fields + `}

			type Kind struct {
				ID int ` + "`json:\"id\"`" + `
			}

			type Large struct {
				ID int ` + "`json:\"id\"`" + `
			}

			type Special struct {
				ID int ` + "`json:\"id\"`" + `
			}`,
		"blocks.go": `package p

			type blocks struct {
				kinds jsonscan.Block[Kind]
				other int
			}

			func (b *blocks) special(s *jsonscan.Scanner, field **Special) {}

			func (b *blocks) other(s *jsonscan.Scanner, large *Large) {}`,
		"models_test.go": "package p_test",
		"out.go":         "is not read",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := generate(dir, "out.go", "Row")
	return string(text), err
}

func TestTheTypeOfAFieldSaysHowItIsRead(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]string{
		"string":          "s.Text(&v.F)",
		"int":             "s.Int(&v.F)",
		"float64":         "s.Float(&v.F)",
		"bool":            "s.Bool(&v.F)",
		"time.Time":       "s.Time(&v.F)",
		"*string":         "s.TextPointer(&v.F)",
		"*int":            "s.IntPointer(&v.F)",
		"*float64":        "s.FloatPointer(&v.F)",
		"*bool":           "s.BoolPointer(&v.F)",
		"*time.Time":      "s.TimePointer(&v.F)",
		"Kind":            "v.F.scan(s, b)",
		"*Kind":           "if v := jsonscan.Pointer(s, &v.F, &b.kinds); v != nil { v.scan(s, b) }",
		"*Large":          "if v := jsonscan.Pointer(s, &v.F, nil); v != nil { v.scan(s, b) }",
		"*Special":        "b.special(s, &v.F)",
		"Special":         "v.F.scan(s, b)",
		"[]Large":         "jsonscan.Slice(s, &v.F, func(v *Large) { v.scan(s, b) })",
		"*Duration":       "if v := jsonscan.Pointer(s, &v.F, nil); v != nil { s.Unmarshal(v) }",
		"*ll2.Date":       "if v := jsonscan.Pointer(s, &v.F, nil); v != nil { s.Unmarshal(v) }",
		"json.RawMessage": "v.F = s.Raw()",
	} {
		text, err := generated(t, "F "+typ+" `json:\"f,omitempty\"`\n")
		text = strings.Join(strings.Fields(text), " ")
		if err != nil || !strings.Contains(text, `case "f": `+want+" default: s.Unknown(key)") {
			t.Errorf("%s gives %v and\n%s\nwant %s", typ, err, text, want)
		}
		if owned := strings.Contains(text, "own(&v.F)"); owned != (typ == raw) {
			t.Errorf("%s is owned: %t", typ, owned)
		}
	}
	for _, typ := range []string{"float32", "**int", "[]*Kind", "*[]Kind", "[]int", "Unheard", "*json.RawMessage", "Duration", "map[string]int"} {
		if text, err := generated(t, "F "+typ+" `json:\"f\"`\n"); err == nil || !strings.Contains(err.Error(), "Row.F: nothing reads a "+typ) {
			t.Errorf("%s gives %v and\n%s", typ, err, text)
		}
	}
}

func TestKeysAreExpectedInTheOrderOfTheFields(t *testing.T) {
	t.Parallel()
	text, err := generated(t, "B int `json:\"b\"`\nnone int\nA Kind `json:\"a_1\"`\n")
	if err != nil {
		t.Fatal(err)
	}
	const want = "switch string(key) { " +
		"case \"b\": s.Int(&v.B) if !s.Then(`,\"a_1\":`) { continue } fallthrough " +
		"case \"a_1\": v.A.scan(s, b) default: s.Unknown(key) } } } " +
		"func (v *Kind) scan("
	if text = strings.Join(strings.Fields(text), " "); !strings.Contains(text, want) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if strings.Contains(text, "Large") || strings.Contains(text, "none") {
		t.Errorf("what is not reached, or has no key, is read:\n%s", text)
	}
}

func TestKeysThatAreNotReadAsTheyStandAreAnError(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"Id", "i d", "é", `i\\d`, "-"} {
		if text, err := generated(t, "F int `json:\""+key+"\"`\n"); err == nil || !strings.Contains(err.Error(), "Row.F: the key") {
			t.Errorf("%s gives %v and\n%s", key, err, text)
		}
	}
	if _, err := generated(t, "F int\n"); err == nil {
		t.Error("a struct without keys is taken")
	}
}
