// Dockings shows which spacecraft docked where and when: who is at the stations
// now, what came and went, and which port was taken when, as tables, as data and
// as pictures. Run it with --help, or with --demo to try it without a network.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// A closed pipe is then an error of the write, which ends the tool quietly.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first Ctrl-C ends the work in order, the second one the process.
	context.AfterFunc(ctx, stop)
	os.Exit(newApp().run(ctx, os.Args[1:]))
}

func newApp() *app {
	return &app{
		stdout: newStream(os.Stdout, os.Getenv),
		stderr: newStream(os.Stderr, os.Getenv),
		getenv: os.Getenv,
	}
}
