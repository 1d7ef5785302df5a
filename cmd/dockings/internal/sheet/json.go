package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/itchyny/gojq"
)

// encoded returns the value of a row for JSON.
func (s Sheet[T]) encoded(o Options, row T) any {
	if o.Raw {
		return s.Raw(row)
	}
	return object[T]{s.picked(o, nil), o.Clock, row}
}

func (s Sheet[T]) printJSON(out io.Writer, o Options, rows []T) error {
	if s.Single {
		data, err := marshal(s.encoded(o, rows[0]), true)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n", data)
		return err
	}
	if len(rows) == 0 {
		_, err := io.WriteString(out, "[]\n")
		return err
	}
	lead := "[\n"
	for _, row := range rows {
		data, err := marshal(s.encoded(o, row), false)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s%s", lead, data); err != nil {
			return err
		}
		lead = ",\n"
	}
	_, err := io.WriteString(out, "\n]\n")
	return err
}

// An object is a row as JSON, with its columns in order.
type object[T any] struct {
	columns []Column[T]
	clock   text.Clock
	row     T
}

// MarshalJSON writes the columns in their order.
func (o object[T]) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range o.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := marshal(c.value(o.row, o.clock), false)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", c.Name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal does not escape <, > and &: this is not HTML.
func marshal(v any, indent bool) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// A Query is a jq expression.
type Query struct {
	text string
	code *gojq.Code
}

// ParseQuery parses a jq expression.
func ParseQuery(expression string) (*Query, error) {
	query, err := gojq.Parse(expression)
	if err != nil {
		return nil, fmt.Errorf("not a jq expression: %w", err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, fmt.Errorf("the jq expression does not work: %w", err)
	}
	return &Query{expression, code}, nil
}

// A QueryError is the error of a jq expression that does not fit the data.
type QueryError struct{ err error }

// Error returns the text of the error.
func (e *QueryError) Error() string { return "--jq: " + e.err.Error() }

// Unwrap returns the error of gojq.
func (e *QueryError) Unwrap() error { return e.err }

// query applies the expression to the list of rows, or to the single row, and prints the
// results: strings without quotes, everything else as JSON.
func (s Sheet[T]) query(out io.Writer, o Options, rows []T) error {
	var encoded any
	if s.Single {
		encoded = s.encoded(o, rows[0])
	} else {
		all := make([]any, len(rows))
		for i, row := range rows {
			all[i] = s.encoded(o, row)
		}
		encoded = all
	}
	data, err := marshal(encoded, false)
	if err != nil {
		return err
	}
	var input any
	if err := json.Unmarshal(data, &input); err != nil {
		return err
	}
	for results := o.Query.code.Run(input); ; {
		result, ok := results.Next()
		if !ok {
			return nil
		}
		if err, failed := result.(error); failed {
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return nil
			}
			if _, list := input.([]any); list && strings.HasPrefix(err.Error(), "expected an object but got: array") {
				err = fmt.Errorf("%w; the JSON is a list, so write '.[] | %s'", err, o.Query.text)
			}
			return &QueryError{err}
		}
		line, isText := result.(string)
		if !isText {
			data, err := gojq.Marshal(result)
			if err != nil {
				return &QueryError{err}
			}
			line = string(data)
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
}
