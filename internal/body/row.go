package body

import (
	"encoding/json"
	"reflect"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// ReadRow reads one row and validates it.
func ReadRow[T any](data []byte, v *T) error {
	if err := DecodeRow(data, v); err != nil {
		return explain(data, reflect.TypeFor[T](), "", err)
	}
	if err := validate(v); err != nil {
		return &Error{End: len(data), ID: rowID(data), Err: err}
	}
	return nil
}

// DecodeRow reads one row, by its own ScanJSON if it has one and that can, else by
// encoding/json, whose error it returns.
func DecodeRow[T any](data []byte, v *T) error {
	if row, ok := any(v).(jsonscan.Row); ok {
		s := jsonscan.New(data)
		s.Record(row)
		if s.Done() {
			return nil
		}
		*v = *new(T)
	}
	return json.Unmarshal(data, v)
}

// validate calls the Validate method of a row that has one.
func validate[T any](v *T) error {
	if row, ok := any(v).(interface{ Validate() error }); ok {
		return row.Validate()
	}
	return nil
}
