package query

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ID returns the value of an id for a query; what names the thing for the error.
func ID(what string, id int) (string, error) {
	if id < 1 {
		return "", fmt.Errorf("%d is not the id of a %s; ids are 1 and more", id, what)
	}
	return strconv.Itoa(id), nil
}

// Bound returns the value of a time that is a bound. The service uses microseconds and
// truncates finer times. For "at t or later" and "earlier than t" this would include or
// exclude a row just before t; set up to round up in these cases.
func Bound(t time.Time, up bool) (string, error) {
	if t.IsZero() {
		return "", errors.New("the time is zero; leave the option out for no bound")
	}
	at := t.UTC().Truncate(time.Microsecond)
	if up && at.Before(t) {
		at = at.Add(time.Microsecond)
	}
	if year := at.Year(); year < 1 || year > 9999 {
		return "", fmt.Errorf("the year %d is outside of what the service can read, 1 to 9999", year)
	}
	return FormatTime(at), nil
}

// Text returns the value for a text search.
func Text(text string) (string, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return "", errors.New("the text is empty; leave the option out to search nothing")
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", fmt.Errorf("%q is not UTF-8 text without NUL", text)
	}
	return text, nil
}

// WantID is a [Param.Want] for ids.
func WantID(value string) string { return wantID(value) }

var wantID = Within(1, math.MaxInt, "an id, 1 or more")

// WantTime is a [Param.Want] for times.
func WantTime(value string) string {
	if _, err := time.Parse(time.RFC3339Nano, value); err != nil {
		return "a time like 2024-01-31T12:00:00Z"
	}
	return ""
}
