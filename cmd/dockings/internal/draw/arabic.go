package draw

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// fromRight reports characters that are written from right to left.
func fromRight(r rune) bool {
	if r < 0x590 {
		return false
	}
	p, _ := bidi.LookupRune(r)
	c := p.Class()
	return c == bidi.R || c == bidi.AL
}

// fromLeft puts the characters of a text into the order in which they are seen, from left
// to right.
func fromLeft(words string) string {
	var p bidi.Paragraph
	if _, err := p.SetString(words, bidi.DefaultDirection(bidi.LeftToRight)); err != nil {
		return words
	}
	order, err := p.Order()
	if err != nil {
		return words
	}
	parts := make([]string, order.NumRuns())
	for i := range parts {
		r := order.Run(i)
		parts[i] = r.String()
		if r.Direction() == bidi.RightToLeft {
			parts[i] = bidi.ReverseString(parts[i])
		}
	}
	if order.Direction() == bidi.RightToLeft {
		for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
			parts[i], parts[j] = parts[j], parts[i]
		}
	}
	return strings.Join(parts, "")
}

// The forms of an Arabic letter, by its position in the word. Letters that do not join
// the next one have only the first two.
const (
	alone = iota
	last
	first
	middle
)

// arabicForms are the forms of letters, and of lam with an alef, which Unicode lists in
// that order in two blocks.
var arabicForms = sync.OnceValue(func() map[string][]rune {
	forms := make(map[string][]rune)
	for _, block := range [][2]rune{{0xfb50, 0xfbb1}, {0xfbd3, 0xfbe9}, {0xfbfc, 0xfbff}, {0xfe80, 0xfefc}} {
		for r := block[0]; r <= block[1]; r++ {
			if letter := norm.NFKC.String(string(r)); letter != string(r) {
				forms[letter] = append(forms[letter], r)
			}
		}
	}
	return forms
})

// joined replaces Arabic letters by the forms in which they join their neighbours.
func joined(words string) string {
	letters := []rune(words)
	forms := arabicForms()
	next := func(i int) int { // skips marks on letters
		for i++; i < len(letters) && unicode.Is(unicode.Mn, letters[i]); i++ {
		}
		return i
	}
	var out strings.Builder
	joins := false // whether the previous letter does
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		if unicode.Is(unicode.Mn, r) {
			out.WriteRune(r)
			continue
		}
		is := forms[string(r)]
		end := next(i)
		if end == i+1 && end < len(letters) && forms[string(letters[i:end+1])] != nil && r == 'ل' {
			is, i = forms[string(letters[i:end+1])], end
			end = next(i)
		}
		joinsNext := len(is) == 4 && end < len(letters) && len(forms[string(letters[end])]) > 1
		switch {
		case len(is) < 2:
			out.WriteRune(r)
		case joins && joinsNext:
			out.WriteRune(is[middle])
		case joins:
			out.WriteRune(is[last])
		case joinsNext:
			out.WriteRune(is[first])
		default:
			out.WriteRune(is[alone])
		}
		joins = joinsNext
	}
	return out.String()
}
