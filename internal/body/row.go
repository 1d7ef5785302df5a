package body

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// ReadRow reads one row and validates it.
func ReadRow[T any](data []byte, v *T) error {
	if err := DecodeRow(data, v); errors.Is(err, errCrowded) {
		return &Error{End: len(data), ID: rowID(data), Err: err}
	} else if err != nil {
		return explain(data, reflect.TypeFor[T](), "", err)
	}
	if err := validate(v); err != nil {
		return &Error{End: len(data), ID: rowID(data), Err: err}
	}
	return nil
}

// errCrowded is the error for a row whose lists have too many elements for the memory
// that a row may take.
var errCrowded = fmt.Errorf("more than %d elements in the lists of one row", jsonscan.MaxElements)

// newCounter returns a counter for the elements of rows of a type that has ScanJSON,
// and nil for other types, which belong to the caller.
func newCounter[T any]() *jsonscan.Counter {
	if _, ok := any(new(T)).(jsonscan.Row); !ok {
		return nil
	}
	return jsonscan.NewCounter(reflect.TypeFor[T]())
}

// DecodeRow reads one row with its ScanJSON method. If it has none, or if that fails,
// it uses encoding/json and returns its error.
func DecodeRow[T any](data []byte, v *T) error {
	if row, ok := any(v).(jsonscan.Row); ok {
		s := jsonscan.New(data)
		s.Record(row)
		if s.Done() {
			return nil
		}
		*v = *new(T)
		if _, good := jsonscan.Check(data); good && newCounter[T]().Crowded(data) {
			return errCrowded
		}
	}
	return json.Unmarshal(data, v)
}

// validate calls the Validate method of a row, if it has one.
func validate[T any](v *T) error {
	if row, ok := any(v).(interface{ Validate() error }); ok {
		return row.Validate()
	}
	return nil
}
