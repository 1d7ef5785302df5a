// Package query parses and completes the queries of lists: it makes orders total,
// parses links, and compares values. It returns errors for values that the service
// would silently correct or ignore.
//
// It knows only the parameters ordering and format, and nothing about sending, pages
// or rows.
package query

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var term = regexp.MustCompile(`^-?[A-Za-z_][A-Za-z0-9_]*$`)

// TotalOrder returns an ordering followed by those keys of last that it does not
// contain.
func TotalOrder(ordering string, last ...string) (string, error) {
	if ordering == "" {
		return strings.Join(last, ","), nil // the most common case
	}
	var terms, keys []string
	for t := range strings.SplitSeq(ordering, ",") {
		if t = strings.TrimSpace(t); t == "" && strings.TrimSpace(ordering) == "" {
			continue
		}
		if !term.MatchString(t) {
			return "", fmt.Errorf("the order has the term %q; write keys with commas between them, descending ones with a -", t)
		}
		key := strings.TrimPrefix(t, "-")
		if slices.Contains(keys, key) {
			return "", fmt.Errorf("the order names %q twice", key)
		}
		terms, keys = append(terms, t), append(keys, key)
	}
	for _, key := range last {
		if !slices.Contains(keys, key) {
			terms = append(terms, key)
		}
	}
	return strings.Join(terms, ","), nil
}

// IsKey reports whether s is a key to sort by, without a sign.
func IsKey(s string) bool { return term.MatchString(s) && s[0] != '-' }

// FirstKey returns the key by which an ordering sorts first.
func FirstKey(ordering string) string {
	first, _, _ := strings.Cut(ordering, ",")
	return strings.TrimPrefix(strings.TrimSpace(first), "-")
}

// SameValue reports whether two values of a parameter are equivalent. It compares times
// as instants, because a service may format them differently.
func SameValue(a, b string) bool {
	if a == b {
		return true
	}
	at, errA := time.Parse(time.RFC3339Nano, a)
	bt, errB := time.Parse(time.RFC3339Nano, b)
	return errA == nil && errB == nil && at.Equal(bt)
}

// FormatTime formats a time for the service: in UTC with a Z, because the + of an offset
// would arrive as a space. The precision is a microsecond.
func FormatTime(t time.Time) string {
	return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
}
