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

// deepest is how deep encoding/json reads.
const deepest = 10_000

// Check looks at the syntax of a document. If that is not JSON, it returns where
// it stops being so: len(data) if only its end is missing.
func Check(data []byte) (at int, ok bool) {
	s := Scanner{data: data, deepest: deepest}
	s.Skip()
	if s.peek(); s.pos < len(data) {
		s.Fail()
	}
	return s.at, !s.failed
}

// A FieldError is a value that encoding/json cannot read into its type.
type FieldError struct {
	Path string // such as "results[3].name"; "" for the document itself
	At   int    // where in the document the value begins
	Size int    // of its text

	// Objects is where the objects begin that the value lies in, the outermost
	// first.
	Objects []int

	kind  string // what encoding/json calls it
	value string // its text, "" if that is long or has escapes
	want  string // what its type takes, such as "an object"; "" if only err tells
	err   error  // what encoding/json says, nil if the text is long
}

// Error says which value is not what is wanted. It shows all of the value or, if
// that is long or has escapes, nothing of it: so whoever takes secrets out of
// texts finds them whole.
func (e *FieldError) Error() string {
	s := "cannot unmarshal " + e.kind
	switch {
	case e.value == "":
		s += fmt.Sprintf(" of %d bytes", e.Size)
	case e.want == "" && strings.Contains(e.err.Error(), strings.Trim(e.value, `"`)):
		return e.err.Error()
	case e.kind != e.value: // as null is
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

// Unwrap returns what encoding/json says, nil of a long value.
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

// kindOf returns what encoding/json calls a value that begins so.
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

// Locate finds the first value because of which encoding/json does not read a
// document into a t. The document must be JSON. It may be large: it is read once,
// value by value, and nothing of it is kept.
//
// It returns nil if there is no such value, or if no value is at fault by itself.
func Locate(data []byte, t reflect.Type) *FieldError {
	l := locator{s: Scanner{data: data, deepest: deepest}, fields: make(map[reflect.Type][]field)}
	l.value(t)
	return l.found
}

// A locator walks over a document and the type that it is for.
type locator struct {
	s       Scanner
	path    []byte
	objects []int
	fields  map[reflect.Type][]field
	found   *FieldError
}

// A field is what encoding/json reads a key into.
type field struct {
	name string
	t    reflect.Type
}

// value walks over a value, and reports whether it found what does not fit.
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

// typeOf returns the type of the field that a key is read into, nil if there is
// none.
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

// fieldsOf returns the fields of a struct that encoding/json reads as their types
// say.
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

// unquote returns the name that stands between the quotes of a key.
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

// wanted says what a type takes that does not take a value that begins so.
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
