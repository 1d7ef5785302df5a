package body

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// An Error describes the part of a body that is not as promised.
type Error struct {
	End   int    // number of bytes up to that part, including it; 0 if not known
	Field string // such as "results[3].docking"; "" if not known, or for the whole body
	ID    string // of the row; "" if not known
	Err   error
}

// Error says which part of the body is wrong, and why.
func (e *Error) Error() string {
	switch {
	case e.Field != "" && e.ID != "":
		return fmt.Sprintf("%s (id %s): %v", e.Field, e.ID, e.Err)
	case e.Field != "":
		return fmt.Sprintf("%s: %v", e.Field, e.Err)
	case e.ID != "":
		return fmt.Sprintf("id %s: %v", e.ID, e.Err)
	}
	return e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// explain finds out why encoding/json does not read a body into a t. The paths of a
// page's rows begin with results. If results is empty, the body is a single row.
func explain(body []byte, t reflect.Type, results string, err error) error {
	if at, ok := jsonscan.Check(body); !ok {
		if looksLikeHTML(body) {
			err = fmt.Errorf("the answer is HTML, not JSON: a proxy or a captive portal may have answered: %w", err)
		}
		return &Error{End: min(at+1, len(body)), Err: err}
	}
	m := jsonscan.Locate(body, t)
	if m == nil {
		return &Error{Err: err}
	}
	row := 0 // index of the object that is the row
	if results != "" {
		row = 1
	}
	e := &Error{End: m.At + m.Size, Field: m.Path, Err: m}
	if len(m.Objects) > row && strings.HasPrefix(m.Path, results) {
		e.ID = rowID(body[m.Objects[row]:])
	}
	return e
}

// rowID returns the id of the row at the start of data, "" if it has none.
func rowID(data []byte) string {
	const longest = 40 // a UUID has 36
	var row struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(jsonscan.New(data).Raw(), &row) != nil || len(row.ID) > longest {
		return ""
	}
	if id := strings.Trim(string(row.ID), `"`); id != "null" && !strings.ContainsAny(id, `{[\"`) {
		return id
	}
	return ""
}

// looksLikeHTML reports whether a body is a web page.
func looksLikeHTML(body []byte) bool {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	switch kind, _, _ := strings.Cut(http.DetectContentType(body), ";"); kind {
	case "text/html":
		return true
	case "text/xml": // XHTML may begin like this
		return bytes.Contains(bytes.ToLower(body[:min(len(body), 1<<10)]), []byte("<html"))
	default:
		return false
	}
}

// Truncated reports whether the body is valid JSON up to its end, but ends too early.
// An answer without a Content-Length can be truncated without any other sign.
func Truncated(body []byte) bool {
	at, ok := jsonscan.Check(body)
	return !ok && at == len(body)
}
