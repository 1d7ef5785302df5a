package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/docking-event/ll2"
)

// The exit codes, which the help lists.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitQuota    = 3
	exitNotFound = 4
)

// A usageError is a command line that cannot be carried out as it stands.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// An outputError is a write to standard output that failed.
type outputError struct{ err error }

func (e *outputError) Error() string { return e.err.Error() }
func (e *outputError) Unwrap() error { return e.err }

// brokenPipe reports that whoever read the output has seen enough.
func brokenPipe(err error) bool {
	var output *outputError
	return errors.As(err, &output) && errors.Is(err, syscall.EPIPE)
}

func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil, brokenPipe(err):
		return exitOK
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitFailed // also where it was the quota that it waited for
	case errors.Is(err, ll2.ErrRateLimited):
		return exitQuota
	case errors.Is(err, ll2.ErrNotFound):
		return exitNotFound
	}
	return exitFailed
}

// explain says in one line what is the matter and what helps.
func explain(err error, now time.Time) string {
	var (
		output     *outputError
		usage      usageError
		limited    *ll2.RateLimitError
		incomplete *ll2.IncompleteError
		api        *ll2.APIError
		decode     *ll2.DecodeError
		network    net.Error
	)
	text := err.Error()
	switch {
	case errors.As(err, &usage):
		text = flagNamesFor.Replace(text)
	case errors.As(err, &output):
		text = "cannot write the output: " + cause(err)
	case errors.Is(err, context.Canceled):
		text = "interrupted"
	case errors.As(err, &limited):
		text = "the quota is spent; " + comeBack(limited.RetryAfter, now)
	case errors.Is(err, ll2.ErrUnauthorized):
		text = "the service does not take the token in LL2_TOKEN; correct it, or unset it to be anonymous"
	case errors.As(err, &incomplete):
		text = fmt.Sprintf("the list changed while it was read: %d of %d events came; run the command again",
			incomplete.Got, incomplete.Want)
	case errors.As(err, &api) && api.StatusCode >= 500:
		text = fmt.Sprintf("the service is out of order (%d); come back later", api.StatusCode)
	case errors.As(err, &api) && api.StatusCode == 404 && !errors.Is(err, ll2.ErrNotFound):
		text = "there is no Launch Library 2 at " + api.URL + "; check --base-url"
	case errors.As(err, &decode):
		text = "what answers at " + decode.URL + " is not Launch Library 2; check --base-url"
	case errors.As(err, &network):
		text = "cannot reach the service; check the network, or try --demo: " + cause(err)
	}
	return oneLine(strings.TrimPrefix(text, "ll2: "))
}

// flagNamesFor are the flags behind the options of the SDK, whose errors are of
// one line, too.
var flagNamesFor = strings.NewReplacer(
	"WithBaseURL", "--base-url", "WithToken", "LL2_TOKEN", "StartAt", "--start-at", "OrderBy", "--order",
	"ForSpaceStation", "--station", "ForFlightVehicle", "--vehicle", "ForDockingLocation", "--location",
	"DockedSince", "--since", "DockedUntil", "--until", "DockedBefore", "--until", "Search", "--search", "InMode", "--detailed")

// comeBack says when the next request can go.
func comeBack(after time.Duration, now time.Time) string {
	if after <= 0 {
		return "come back later"
	}
	wait := wholeSeconds(after)
	return fmt.Sprintf("come back in %s, at %s", countdown(wait), clock(now.Add(wait), now))
}

// clock writes a time of day as its reader's clock shows it, with the date
// unless that is today.
func clock(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}

// wholeSeconds rounds up, so that nobody comes back too early.
func wholeSeconds(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(d.Seconds())) * time.Second
}

// countdown writes whole seconds as 1h02m03s, 2m03s or 3s.
func countdown(d time.Duration) string {
	h, m, s := d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second
	switch {
	case h > 0:
		return fmt.Sprintf("%dh%02dm%02ds", h, m, s)
	case m > 0:
		return fmt.Sprintf("%dm%02ds", m, s)
	}
	return fmt.Sprintf("%ds", s)
}

// cause returns what the system says, without what was being done and to which
// file: the line says that already.
func cause(err error) string {
	var path *fs.PathError
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}

// oneLine keeps what a server or a file name says from breaking the line.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, text))
}
