package service

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A plan lists what to look for in a row, as a tree of its keys. The nil plan looks
// for nothing.
type plan struct {
	keys   map[string]*plan
	every  *plan  // for all keys that are not in keys
	fields []int  // numbers of the fields with this value
	detail bool   // the normal shape lacks this
	label  string // the text, in JSON, that the normal shape has here; "": the row's own
}

// at returns the part of the plan for the value at a path. It adds the part if it is
// new.
func (p *plan) at(path string) *plan {
	for key := range strings.SplitSeq(path, ".") {
		if key == "*" {
			if p.every == nil {
				p.every = new(plan)
			}
			p = p.every
			continue
		}
		if p.keys == nil {
			p.keys = make(map[string]*plan)
		}
		if p.keys[key] == nil {
			p.keys[key] = new(plan)
		}
		p = p.keys[key]
	}
	return p
}

func (p *plan) key(key []byte) *plan {
	if p == nil {
		return nil
	}
	if bytes.IndexByte(key, '\\') >= 0 {
		var plain string
		_ = json.Unmarshal(key, &plain) // the JSON is valid
		key = []byte(plain)
	} else {
		key = key[1 : len(key)-1]
	}
	if next := p.keys[string(key)]; next != nil {
		return next
	}
	return p.every
}

// A span is a part of a row.
type span struct{ start, end int }

// A change is a part of a row that the normal shape replaces by a text, or leaves out
// if the text is "".
type change struct {
	span
	text string
}

// A scan reads a row once, which must be valid JSON, and records the positions of
// everything in the plan.
type scan struct {
	row     []byte
	pos     int
	found   func(field int, at span) // called for every value of a field; can be nil
	changes []change                 // differences of the normal shape, in order
	links   []span                   // the texts, without quotes, of all keys url, in order
}

// scanRow scans a whole row.
func scanRow(row []byte, p *plan, found func(field int, at span)) *scan {
	s := &scan{row: row, found: found}
	s.value(p)
	return s
}

// value reads the value that begins at pos.
func (s *scan) value(p *plan) {
	start := s.pos
	switch s.row[s.pos] {
	case '{':
		s.object(p)
	case '[':
		s.array()
	case '"':
		s.text()
	default:
		for c := s.row[s.pos]; c > ' ' && c != ',' && c != ']' && c != '}'; c = s.row[s.pos] {
			s.pos++ // to the end of a number or a word
		}
	}
	if p != nil && s.found != nil {
		for _, field := range p.fields {
			s.found(field, span{start, s.pos})
		}
	}
}

// object reads an object; its brace is at pos.
func (s *scan) object(p *plan) {
	kept := false // whether the normal shape has a member before this one
	for s.row[s.pos] != '}' {
		comma := s.pos // or the brace, for the first member
		s.pos++
		s.space()
		if s.row[s.pos] == '}' {
			break // an empty object
		}
		start := s.pos
		s.text()
		key := s.row[start:s.pos]
		s.space()
		s.pos++ // the colon
		s.space()
		member, value := p.key(key), s.pos
		s.value(member)
		end := s.pos
		s.space()
		if string(key) == `"url"` && s.row[value] == '"' && end-value > 2 {
			s.links = append(s.links, span{value + 1, end - 1})
		}
		switch {
		case member == nil || !member.detail:
			kept = true
			if member != nil && member.label != "" && s.row[value] == '"' {
				s.changes = append(s.changes, change{span{value, end}, member.label})
			}
		case kept:
			s.cut(span{comma, end})
		case s.row[s.pos] == ',':
			s.cut(span{start, s.pos + 1})
		default:
			s.cut(span{start, end})
		}
	}
	s.pos++
}

// cut records a part that the normal shape lacks.
func (s *scan) cut(part span) {
	n := len(s.changes)
	for n > 0 && s.changes[n-1].start >= part.start {
		n-- // it is inside this part
	}
	s.changes = s.changes[:n]
	if n > 0 && s.changes[n-1].end == part.start {
		// The replacement of a label stays before the cut.
		s.changes[n-1].end = part.end
		return
	}
	s.changes = append(s.changes, change{part, ""})
}

// array reads an array. Paths do not lead into arrays, but arrays can contain links.
func (s *scan) array() {
	for s.row[s.pos] != ']' {
		s.pos++ // the bracket or a comma
		s.space()
		if s.row[s.pos] == ']' {
			break // an empty array
		}
		s.value(nil)
		s.space()
	}
	s.pos++
}

func (s *scan) text() {
	for s.pos++; ; s.pos++ {
		s.pos += bytes.IndexByte(s.row[s.pos:], '"')
		escapes := 0
		for s.row[s.pos-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			break
		}
	}
	s.pos++
}

func (s *scan) space() {
	for s.pos < len(s.row) {
		switch s.row[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// A value is a scalar of a row.
type value struct {
	text   string // the content of a string; of others the text in the row
	quoted bool   // whether it is a string
}

// null reports whether a row has no value, or null.
func (v value) null() bool { return !v.quoted && (v.text == "" || v.text == "null") }

// scalar returns the value at a part of a row. For objects and arrays it returns the
// zero value.
func scalar(row []byte, part span) value {
	raw := row[part.start:part.end]
	switch raw[0] {
	case '{', '[':
		return value{}
	case '"':
		var text string
		if bytes.IndexByte(raw, '\\') < 0 {
			text = string(raw[1 : len(raw)-1])
		} else {
			_ = json.Unmarshal(raw, &text) // the JSON is valid
		}
		return value{text: text, quoted: true}
	}
	return value{text: string(raw)}
}
