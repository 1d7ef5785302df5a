package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
)

// A Diary records all that a client says: its logs in both formats, its traces
// and its errors, printed with every verb. The zero value is an empty diary.
type Diary struct{ bytes.Buffer }

// Note records values.
func (d *Diary) Note(values ...any) {
	for _, v := range values {
		fmt.Fprintf(d, "%v\n%+v\n%#v\n", v, v, v)
	}
}

// Fail records an error and every error that it wraps.
func (d *Diary) Fail(err error) {
	if err == nil {
		return
	}
	d.Note(err)
	var api *ll2.APIError
	if errors.As(err, &api) {
		d.Note(*api, string(api.Body), api.Header, api.Fields, api.URL)
	}
	switch wrapper := err.(type) { //nolint:errorlint // it takes the chain apart itself
	case interface{ Unwrap() error }:
		d.Fail(wrapper.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range wrapper.Unwrap() {
			d.Fail(err)
		}
	}
}

// Options returns the options of a client that writes into the diary. Its token
// is Canary.
func (d *Diary) Options() []ll2.Option {
	level := &slog.HandlerOptions{Level: slog.LevelDebug}
	return []ll2.Option{
		ll2.WithToken(Canary),
		ll2.WithLogger(slog.New(bothHandlers{slog.NewTextHandler(d, level), slog.NewJSONHandler(d, level)})),
		ll2.WithTrace(&ll2.Trace{
			Call: func(ctx context.Context, c ll2.Call) (context.Context, func(error)) {
				d.Note(c)
				return ctx, d.Fail
			},
			Wait:    func(_ context.Context, w ll2.Wait) { d.Note(w) },
			Refused: func(_ context.Context, err *ll2.RateLimitError) { d.Fail(err) },
			Attempt: func(_ context.Context, a ll2.Attempt) { d.Note(a); d.Fail(a.Err) },
		}),
	}
}

// Check fails the test if the diary does not contain says, or contains Canary.
func (d *Diary) Check(t *testing.T, says string) {
	t.Helper()
	text := d.String()
	if !strings.Contains(text, says) {
		t.Errorf("nothing says %q:\n%s", says, Masked(text))
	}
	if ShowsCanary([]byte(text)) {
		t.Errorf("the token is in:\n%s", Masked(text))
	}
}

// bothHandlers logs to both.
type bothHandlers [2]slog.Handler

func (h bothHandlers) Enabled(context.Context, slog.Level) bool { return true }

func (h bothHandlers) WithAttrs([]slog.Attr) slog.Handler { return h }

func (h bothHandlers) WithGroup(string) slog.Handler { return h }

func (h bothHandlers) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(h[0].Handle(ctx, r), h[1].Handle(ctx, r))
}

// ShowsCanary reports whether the output contains Canary, as CI does with all
// output of the tests.
func ShowsCanary(output []byte) bool { return bytes.Contains(output, []byte(Canary)) }

// Masked replaces Canary in a text that a test prints.
func Masked(s string) string { return strings.ReplaceAll(s, Canary, "<the token>") }
