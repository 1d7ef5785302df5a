package jsonscan

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// deepest is the depth that encoding/json accepts.
const deepest = 10_000

// Check checks the syntax of a document. If the document is not valid JSON, it
// returns the position of the first error: len(data) if only the end is missing.
func Check(data []byte) (at int, ok bool) {
	s := Scanner{data: data, deepest: deepest}
	s.Skip()
	if s.peek(); s.pos < len(data) {
		s.Fail()
	}
	return s.at, !s.failed
}

// A FieldError describes a value that encoding/json cannot read into its type.
type FieldError struct {
	Path string // such as "results[3].name"; "" for the document itself
	At   int    // position of the value in the document
	Size int    // of its text

	// Objects has the positions of the objects that contain the value, the outermost
	// first.
	Objects []int

	kind  string // its name in encoding/json
	value string // its text, "" if it is long or has escapes
	want  string // what its type accepts, such as "an object"; "" if only err says so
	err   error  // the error of encoding/json, nil if the text is long
}

// Error says which value is wrong and what was expected. It shows the whole value. If
// the value is long or has escapes, it shows nothing of it. So code that removes
// secrets from texts finds them unbroken.
func (e *FieldError) Error() string {
	s := "cannot unmarshal " + e.kind
	switch {
	case e.value == "":
		s += fmt.Sprintf(" of %d bytes", e.Size)
	case e.want == "" && strings.Contains(e.err.Error(), strings.Trim(e.value, `"`)):
		return e.err.Error()
	case e.kind != e.value: // for example null
		s += " " + e.value
	}
	switch {
	case e.want != "":
		s += " into " + e.want
	case e.err != nil:
		s += ": " + e.err.Error()
	}
	return s
}

// Unwrap returns the error of encoding/json, nil for a long value.
func (e *FieldError) Unwrap() error { return e.err }

// newFieldError makes a FieldError that keeps nothing of the document.
func newFieldError(raw []byte, t reflect.Type, err error) *FieldError {
	const most = 64 // bytes that are shown
	e := &FieldError{Size: len(raw), kind: kindOf(raw[0]), want: wanted(t, raw[0])}
	if len(raw) > most {
		return e
	}
	e.err = err
	if !bytes.Contains(raw, []byte(`\`)) {
		e.value = strings.ToValidUTF8(strings.Join(strings.Fields(string(raw)), " "), "\ufffd") // in one line
	}
	return e
}

// kindOf returns the name that encoding/json has for a value with this first byte.
func kindOf(first byte) string {
	switch first {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "bool"
	case 'n':
		return "null"
	default:
		return "number"
	}
}

// Locate finds the first value because of which encoding/json cannot read a document
// into a t. The document must be valid JSON. It may be large: it is read once, value
// by value, and nothing of it is kept.
//
// Locate returns nil if there is no such value, or if the error is not about a single
// value.
func Locate(data []byte, t reflect.Type) *FieldError {
	l := locator{s: Scanner{data: data, deepest: deepest}, fields: make(map[reflect.Type][]field)}
	l.value(t)
	return l.found
}

// A locator goes through a document and the type for it.
type locator struct {
	s       Scanner
	path    []byte
	objects []int
	fields  map[reflect.Type][]field
	found   *FieldError
}

// A field is the field into which encoding/json reads a key.
type field struct {
	name string
	t    reflect.Type
}

// value reads a value, and reports whether it found one that does not fit.
func (l *locator) value(t reflect.Type) bool {
	first := l.s.peek()
	for t.Kind() == reflect.Pointer && !readsItself(t) && first != 'n' {
		t = t.Elem()
	}
	switch kind := t.Kind(); {
	case readsItself(t):
	case first == '{' && kind == reflect.Struct:
		return l.object(func(key []byte) reflect.Type { return l.typeOf(t, key) })
	case first == '{' && kind == reflect.Map && t.Key().Kind() == reflect.String && !readsItself(t.Key()):
		return l.object(func([]byte) reflect.Type { return t.Elem() })
	case first == '[' && (kind == reflect.Slice || kind == reflect.Array):
		return l.array(t.Elem())
	}
	at := l.s.pos
	raw := l.s.Raw()
	if raw == nil {
		return false
	}
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if err == nil {
		return false
	}
	l.found = newFieldError(raw, t, err)
	l.found.Path, l.found.At, l.found.Objects = strings.TrimPrefix(string(l.path), "."), at, l.objects
	return true
}

func (l *locator) object(typeOf func(key []byte) reflect.Type) bool {
	size := len(l.path)
	l.objects = append(l.objects, l.s.pos)
	for more := l.s.open('{', '}'); more; more = l.s.more('}') {
		key := unquote(l.s.member())
		t := typeOf(key)
		if t == nil {
			l.s.Skip()
			continue
		}
		l.path = append(append(l.path[:size], '.'), key...)
		if l.value(t) {
			return true
		}
	}
	l.path = l.path[:size]
	l.objects = l.objects[:len(l.objects)-1]
	return false
}

func (l *locator) array(of reflect.Type) bool {
	size := len(l.path)
	n := 0
	for more := l.s.open('[', ']'); more; more = l.s.more(']') {
		l.path = append(strconv.AppendInt(append(l.path[:size], '['), int64(n), 10), ']')
		if l.value(of) {
			return true
		}
		n++
	}
	l.path = l.path[:size]
	return false
}

// typeOf returns the type of the field for a key, nil if there is none.
func (l *locator) typeOf(t reflect.Type, key []byte) reflect.Type {
	fields, ok := l.fields[t]
	if !ok {
		fields = fieldsOf(t)
		l.fields[t] = fields
	}
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == string(key) })
	if i < 0 {
		i = slices.IndexFunc(fields, func(f field) bool { return strings.EqualFold(f.name, string(key)) })
	}
	if i < 0 {
		return nil
	}
	return fields[i].t
}

// fieldsOf returns the fields of a struct that encoding/json reads by their types.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if !f.IsExported() || f.Anonymous || tag == "-" || slices.Contains(strings.Split(options, ","), "string") {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields = append(fields, field{name, f.Type})
	}
	return fields
}

// unquote returns the name between the quotes of a key.
func unquote(key []byte) []byte {
	var name string
	if !bytes.Contains(key, []byte(`\`)) || json.Unmarshal(slices.Concat([]byte(`"`), key, []byte(`"`)), &name) != nil {
		return key
	}
	return []byte(name)
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// readsItself reports whether encoding/json calls a method of the type.
func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(unmarshaler) || p.Implements(textUnmarshaler)
}

// wanted describes the values that a type accepts, for a type that does not accept a
// value with this first byte.
func wanted(t reflect.Type, first byte) string {
	switch kind := t.Kind(); {
	case t == reflect.TypeFor[time.Time]():
		return "a time in RFC 3339"
	case readsItself(t):
		if first != '"' && !reflect.PointerTo(t).Implements(unmarshaler) {
			return "a string"
		}
		return ""
	case (kind == reflect.Struct || kind == reflect.Map) && first != '{':
		return "an object"
	case (kind == reflect.Slice || kind == reflect.Array) && first != '[':
		return "an array"
	case kind >= reflect.Bool && kind <= reflect.Float64 || kind == reflect.String:
		return "a Go " + kind.String()
	default:
		return ""
	}
}
