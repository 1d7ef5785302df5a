// Package cli is the command line of dockings: its commands, flags, messages and exit
// codes.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
)

// An App is one run of the tool, with everything that it uses of the system.
type App struct {
	Stdout, Stderr *sheet.Stream
	Getenv         func(string) string
	CacheDir       func() (string, error) // where the system keeps caches
	Transport      http.RoundTripper      // nil: net/http's

	global globalFlags
}

// Main runs the command line of this process and returns its exit code.
func Main() int {
	// A write to a closed pipe then returns an error, and the tool ends silently.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		// The first Ctrl-C ends the work cleanly, the second one kills the process.
		s := <-signals
		signal.Stop(signals)
		cancel(&SignalError{s})
	}()
	a := &App{
		Stdout:   sheet.NewStream(os.Stdout, os.Getenv),
		Stderr:   sheet.NewStream(os.Stderr, os.Getenv),
		Getenv:   os.Getenv,
		CacheDir: os.UserCacheDir,
	}
	return a.Run(ctx, os.Args[1:])
}

// A SignalError is the cause of a context that was canceled by a signal.
type SignalError struct{ Signal os.Signal }

// Error names the signal.
func (e *SignalError) Error() string { return "interrupted by " + e.Signal.String() }

// Run runs a command line and returns the exit code.
func (a *App) Run(ctx context.Context, args []string) int {
	// For messages that are printed before the flags are read.
	a.Stdout.SetColor(sheet.ColorAuto, a.Getenv)
	a.Stderr.SetColor(sheet.ColorAuto, a.Getenv)
	root := a.Root()
	root.SetArgs(append([]string{}, args...)) // if nil, cobra uses os.Args
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	err := cmp.Or(root.ExecuteContext(ctx), a.Stdout.Err)
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.As(err, new(*sheet.OutputError)) {
		err = cause // the signal explains any other error
	}
	if err != nil && !brokenPipe(err) {
		fmt.Fprintf(a.Stderr, "dockings: %s\n", a.explain(err, time.Now()))
	}
	return exitCode(err)
}
