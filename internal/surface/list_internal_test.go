package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listed lists the API of a package with that source.
func listed(t *testing.T, source string) []string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/ll2\n\ngo 1.25\n", "ll2.go": "package ll2\n\n" + source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := listing(t.Context(), dir, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAListingHasALineForEachExportedName(t *testing.T) {
	t.Parallel()
	got := listed(t, `
import (
	"context"
	"io"
	"iter"
)

const (
	Version       = "1.2.3"
	Most      int = 100
	hidden        = 1
)

var ErrGone io.Writer

type base struct{ ID, secret int }

func (base) Show() {}

type Row struct {
	base
	io.Reader
	Name string
	note func()
}

func (r Row) String() string         { return "" }
func (r *Row) Set(name string) error { return nil }
func (r *Row) hide()                 {}

type Pair[K comparable, V any] struct{ Key K; Value V }

type Names []string
type Text = string
type Walk func(ctx context.Context, each func(row Row) bool) error

type Limiter interface {
	Wait(ctx context.Context) error
	io.Closer
}

type Option interface {
	Name() string
	apply()
}

type Number interface{ ~int | ~float64 }

func All[T any](ctx context.Context, rows map[string][]T, options ...Option) (found iter.Seq2[T, error], err error) {
	return nil, nil
}
`)
	want := strings.Split(strings.TrimSpace(`
ll2 const Most int = 100
ll2 const Version untyped string
ll2 field Option.Name() string
ll2 field Pair.Key K
ll2 field Pair.Value V
ll2 field Row.ID int
ll2 field Row.Name string
ll2 field Row.Reader embedded io.Reader
ll2 func All[T any](context.Context, map[string][]T, ...Option) (iter.Seq2[T, error], error)
ll2 method (*Row) Set(string) error
ll2 method (Row) Read([]byte) (int, error)
ll2 method (Row) Show()
ll2 method (Row) String() string
ll2 type Limiter interface { Close() error; Wait(context.Context) error }
ll2 type Names []string
ll2 type Number interface { ~int | ~float64 }
ll2 type Option interface of this package
ll2 type Pair[K comparable, V any] struct
ll2 type Row struct
ll2 type Text = string
ll2 type Walk func(context.Context, func(Row) bool) error
ll2 var ErrGone io.Writer
`), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhatDoesNotCompileIsAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.25\n", "m.go": "package m\n\nvar X missing\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := listing(t.Context(), dir, []string{"."}); err == nil || !strings.Contains(err.Error(), "undefined: missing") {
		t.Errorf("the error is %v", err)
	}
}
