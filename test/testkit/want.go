package testkit

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
)

// WantError checks that err is there and that its text holds each of the parts.
func WantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	if text := err.Error(); !strings.HasPrefix(text, "ll2: ") || strings.ContainsAny(text, "\r\n") {
		t.Errorf("error %q is not one line that begins with \"ll2: \"", text)
	} else if strings.Count(text, "ll2: ") > 1 {
		t.Errorf("error %q says \"ll2: \" more than once", text)
	}
}

// AsError returns the error of type T in err, and fails the test without one.
func AsError[T error](t testing.TB, err error) T {
	t.Helper()
	var target T
	if !errors.As(err, &target) {
		t.Fatalf("error %v (%T) is not a %T", err, err, target)
	}
	return target
}

// IsStatus returns a function that reports whether an error is an *APIError with
// that status, but not because of a refused redirect.
func IsStatus(code int) func(error) bool {
	return func(err error) bool {
		var api *ll2.APIError
		return errors.As(err, &api) && api.StatusCode == code && !strings.Contains(err.Error(), "refused")
	}
}

// Limited returns the *RateLimitError that err must be.
func Limited(t *testing.T, err error) *ll2.RateLimitError {
	t.Helper()
	var e *ll2.RateLimitError
	if !errors.As(err, &e) || !errors.Is(err, ll2.ErrRateLimited) {
		t.Fatalf("error %v, want a *RateLimitError", err)
	}
	return e
}

// WantSame fails if two values differ; times are instants. Most values are identical,
// which is checked first because it is faster.
func WantSame[T any](t *testing.T, got, want T) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
