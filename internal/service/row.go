package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
)

// A row is a row in the detailed shape, with the positions that are needed to write
// it in the normal one and with a format in its links.
type row struct {
	text    []byte
	changes []change // differences of the normal shape
	links   []span   // the texts of links to the service, without quotes
}

// A layout describes the fields of a table's rows.
type layout struct {
	plan     plan
	fields   []string // paths, by number
	link     int      // number of the field with a row's own url
	defaults []defaultKey
}

// A defaultKey is a key that a row may lack.
type defaultKey struct {
	name        string
	field, from int
}

func newLayout(rules *Rules) *layout {
	l := new(layout)
	l.link = l.field("url")
	for _, path := range rules.Details {
		l.plan.at(path).detail = true
	}
	for path, text := range rules.Labels {
		l.plan.at(path).label = string(appendText(nil, text))
	}
	for _, name := range slices.Sorted(maps.Keys(rules.Defaults)) {
		l.defaults = append(l.defaults, defaultKey{name, l.field(name), l.field(rules.Defaults[name])})
	}
	for path := range rules.Fields {
		l.field(path)
	}
	return l
}

// field returns the number of the field at a path. It adds the field if it is new.
func (l *layout) field(path string) int {
	number := slices.Index(l.fields, path)
	if number < 0 {
		number = len(l.fields)
		l.fields = append(l.fields, path)
		part := l.plan.at(path)
		part.fields = append(part.fields, number)
	}
	return number
}

// read returns the row, which keeps raw, and the positions of its fields. A missing
// field has the zero span.
func (l *layout) read(raw json.RawMessage) (row, []span, error) {
	text := bytes.TrimSpace(raw) // Valid allows the white space of JSON only
	switch {
	case !json.Valid(raw):
		return row{}, nil, errors.New("is not valid JSON")
	case text[0] != '{':
		return row{}, nil, errors.New("is not a JSON object")
	}
	links, changes, at := l.scan(text)
	if longer := l.complete(text, at); len(longer) > len(text) {
		text = longer
		links, changes, at = l.scan(text)
	}
	if own := at[l.link]; own != (span{}) && text[own.start] == '"' {
		site := siteOf(text[own.start+1 : own.end-1])
		// The others lead to articles and videos.
		ours := links[:0]
		for _, link := range links {
			if bytes.HasPrefix(text[link.start:], site) {
				ours = append(ours, link)
			}
		}
		links = ours
	}
	return row{text, changes, links}, at, nil
}

func (l *layout) scan(text []byte) (links []span, changes []change, at []span) {
	at = make([]span, len(l.fields))
	s := scanRow(text, &l.plan, func(field int, here span) { at[field] = here })
	return s.links, s.changes, at
}

// complete adds keys of the detailed shape that a row lacks.
func (l *layout) complete(text []byte, at []span) []byte {
	for _, d := range l.defaults {
		source := at[d.from]
		if at[d.field] != (span{}) || source == (span{}) {
			continue
		}
		longer := slices.Clone(text[:len(text)-1])
		longer = append(longer, `,"`+d.name+`":`...)
		longer = append(longer, text[source.start:source.end]...)
		longer = append(longer, '}')
		text = longer
	}
	return text
}

// siteOf returns a link up to the slash after its host.
func siteOf(link []byte) []byte {
	scheme := bytes.Index(link, []byte("://"))
	if scheme < 0 {
		return nil
	}
	host := scheme + len("://")
	slash := bytes.IndexByte(link[host:], '/')
	if slash < 0 {
		return link
	}
	return link[:host+slash+1]
}

// append appends the row to b, in the detailed shape or the normal one. If format is
// not "", it is added to every link to the service.
func (r *row) append(b []byte, detailed bool, format string) []byte {
	links := r.links
	if format == "" {
		links = nil
	}
	at := 0
	write := func(end int) {
		for ; len(links) > 0 && links[0].start < end; links = links[1:] {
			link := links[0]
			if link.start < at {
				continue // in a part that was left out
			}
			mark := "?"
			if bytes.IndexByte(r.text[link.start:link.end], '?') >= 0 {
				mark = "&"
			}
			b = append(b, r.text[at:link.end]...)
			b = append(b, mark+"format="...)
			b = append(b, url.QueryEscape(format)...)
			at = link.end
		}
		b = append(b, r.text[at:end]...)
	}
	if !detailed {
		for _, c := range r.changes {
			write(c.start)
			b = append(b, c.text...)
			at = c.end
		}
	}
	write(len(r.text))
	return b
}

// size estimates the number of bytes that append adds. The result is never too small.
func (r *row) size(detailed bool, format string) int {
	size := len(r.text)
	if !detailed {
		for _, c := range r.changes {
			size -= c.end - c.start - len(c.text)
		}
	}
	if format != "" {
		size += len(r.links) * (len("?format=") + 3*len(format))
	}
	return size
}
