package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/source"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/mirror"
)

// The exit codes, which the help lists.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitQuota       = 3
	ExitNotFound    = 4
	ExitInterrupted = 130 // as shells have it: 128 and the number of the signal
	ExitTerminated  = 143
)

// A usageError is the error of a wrong command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// A notFoundError is the error for an event that does not exist.
type notFoundError struct{ words string }

func (e *notFoundError) Error() string { return e.words }

// brokenPipe reports whether the reader of the output has stopped reading.
func brokenPipe(err error) bool {
	var output *sheet.OutputError
	return errors.As(err, &output) && errors.Is(err, syscall.EPIPE)
}

func exitCode(err error) int {
	var (
		usage    usageError
		notFound *notFoundError
		signal   *SignalError
	)
	switch {
	case err == nil, brokenPipe(err):
		return ExitOK
	case errors.As(err, &usage):
		return ExitUsage
	case errors.As(err, &signal):
		if signal.Signal == syscall.SIGTERM {
			return ExitTerminated
		}
		return ExitInterrupted
	case errors.Is(err, ll2.ErrRateLimited):
		return ExitQuota
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.As(err, &notFound):
		return ExitNotFound
	}
	return ExitFailed
}

// explain returns one line that says what is wrong and what to do.
func (a *App) explain(err error, now time.Time) string {
	var (
		output *sheet.OutputError
		usage  usageError
		query  *sheet.QueryError
		short  *source.ShortError
		signal *SignalError
		path   *fs.PathError
	)
	words := err.Error()
	switch {
	case errors.As(err, &usage):
		words = flagNamesFor.Replace(words)
	case errors.As(err, &output):
		words = "cannot write the output: " + cause(err)
	case errors.As(err, &signal), errors.Is(err, context.Canceled) && !errors.Is(err, ll2.ErrRateLimited):
		words = "interrupted"
	case errors.As(err, &query):
	case errors.As(err, &short):
		words = short.Error()
	case errors.Is(err, mirror.ErrOffline):
		words = "there is no copy yet, and --offline forbids a request to the service; run dockings sync first"
	case errors.Is(err, ll2.ErrRateLimited):
		words = "the quota is used up; " + a.tryAgain(err, now)
	case errors.As(err, &path):
	default:
		words = a.explainService(err)
	}
	return text.Clean(strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(words, "mirror: "), "ll2: ")))
}

// explainService explains an error of the service or of the network.
func (a *App) explainService(err error) string {
	var (
		incomplete *ll2.IncompleteError
		api        *ll2.APIError
		decode     *ll2.DecodeError
	)
	switch {
	case errors.Is(err, ll2.ErrUnauthorized) && a.Getenv(envToken) == "":
		return "the service requires a token; set " + envToken + " to the API key of your account"
	case errors.Is(err, ll2.ErrUnauthorized):
		return "the service rejected the token in " + envToken + "; correct it, or unset it to send requests without a token"
	case errors.As(err, &incomplete):
		return fmt.Sprintf("the list changed while it was read: got %d of %d events; run the command again", incomplete.Got, incomplete.Want)
	case errors.As(err, &api) && api.StatusCode >= 500:
		return fmt.Sprintf("the service is unavailable (%d); try again later", api.StatusCode)
	case errors.As(err, &api) && api.StatusCode == 404:
		return "there is no Launch Library 2 at " + host(api.URL) + "; check --base-url"
	case errors.As(err, &api):
		words := fmt.Sprintf("the service answered %d %s", api.StatusCode, http.StatusText(api.StatusCode))
		if api.Detail != "" {
			words += ": " + api.Detail
		}
		return words
	case errors.As(err, &decode):
		return "the server at " + host(decode.URL) + " is not Launch Library 2; check --base-url"
	}
	if words := network(err); words != "" {
		return "cannot reach the service; check the network, or try --demo: " + words
	}
	// The error is that of another process, of which only the text is known.
	if held := (*source.HeldError)(nil); errors.As(err, &held) {
		return fmt.Sprintf("the last request to the service failed; the next one is at %s; use --no-cache to ask now",
			a.global.clock().At(held.Until, time.Now()))
	}
	return err.Error()
}

// network describes a network error without the URL, which may be long. It returns "" for
// other errors, such as those of files.
func network(err error) string {
	var (
		name    *net.DNSError
		op      *net.OpError
		request *url.Error
		errno   syscall.Errno
	)
	switch {
	case errors.As(err, &name):
		return name.Err + ": " + name.Name
	case errors.As(err, &op) && errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &op):
		return op.Err.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &request) && request.Timeout():
		return "no answer in time"
	case errors.As(err, &request):
		return request.Err.Error()
	}
	return ""
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Scheme + "://" + u.Host
}

// flagNamesFor replaces the names of the SDK's options in its errors, which are one line
// as well, by the names of the flags.
var flagNamesFor = strings.NewReplacer("WithBaseURL", "--base-url", "WithToken", envToken, "WithTimeout", "--timeout")

// tryAgain says when the next request can be sent.
func (a *App) tryAgain(err error, now time.Time) string {
	at, ok := ll2.RetryAt(err)
	if !ok || !at.After(now) {
		return "try again later"
	}
	return fmt.Sprintf("try again in %s, at %s", text.Short(at.Sub(now)), a.global.clock().At(at, now))
}

// cause returns the system's error without the operation and the file, which the message
// names already.
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
