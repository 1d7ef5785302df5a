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

// errCrowded is of a row whose lists have more elements than there can be memory for.
var errCrowded = fmt.Errorf("more than %d elements in the lists of one row", jsonscan.MaxElements)

// newCounter returns what counts the elements of rows of a type that scans itself, nil
// for other types: those are the caller's own.
func newCounter[T any]() *jsonscan.Counter {
	if _, ok := any(new(T)).(jsonscan.Row); !ok {
		return nil
	}
	return jsonscan.NewCounter(reflect.TypeFor[T]())
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
		if _, good := jsonscan.Check(data); good && newCounter[T]().Crowded(data) {
			return errCrowded
		}
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
