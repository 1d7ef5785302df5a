package cli

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/serve"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/mirror"
	"github.com/spf13/cobra"
)

// serveFlags are the flags of dockings serve.
type serveFlags struct {
	addr   string
	public bool
	hosts  []string
}

func (a *App) serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve a live page of all stays, and the API from the copy",
		Long: `Serve starts a web server on this machine. It shows the page of timeline -o x.html
with live updates: dockings and departures appear without a reload. It refreshes the
copy once an hour, or as often as --max-age says. Ctrl-C stops it.

It also answers requests to 2.2.0/docking_event/ like the service, but from the copy,
for programs in any language. The path healthz reports the age of the copy.

Other machines cannot reach it by default. To let them in, give an address that they
can reach with --addr, and confirm it with --public. Then all of them can read the
copy, but they cannot change anything, and no token is shown.`,
		Example: `  dockings serve
  dockings serve --demo=515 --addr 127.0.0.1:0
  dockings serve --addr :8022 --public --allow-host board.example.org`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd, &f) },
	}
	cmd.Flags().StringVar(&f.addr, "addr", "127.0.0.1:8022", "the `ADDRESS` to listen on, a host and a port; port 0 selects a free one")
	cmd.Flags().BoolVar(&f.public, "public", false, "let other machines connect, if they can reach the address of --addr")
	cmd.Flags().StringSliceVar(&f.hosts, "allow-host", nil, "another host `NAME` of this machine that requests may use")
	complete(cmd, "addr", cobra.FixedCompletions([]string{"127.0.0.1:8022", "127.0.0.1:0"}, cobra.ShellCompDirectiveNoFileComp))
	complete(cmd, "allow-host", cobra.NoFileCompletions)
	return cmd
}

func (a *App) serve(cmd *cobra.Command, f *serveFlags) (err error) {
	host, _, err := net.SplitHostPort(f.addr)
	switch {
	case err != nil:
		return usagef("--addr %q: write a host and a port, such as 127.0.0.1:8022", f.addr)
	case !loopback(host) && !f.public:
		return usagef("--addr %q: other machines can reach that; add --public to allow it, or write 127.0.0.1", f.addr)
	case a.global.noCache:
		return usagef("serve answers from the copy, which --no-cache forbids; leave that out")
	case a.global.maxAge.Duration < time.Minute:
		return usagef("serve --max-age %s: the service would be asked too often; write 1m or more", a.global.maxAge.words)
	}
	s, err := a.start()
	if err != nil {
		return err
	}
	defer s.end()
	// Before the first request, which would be wasted if the address cannot be used.
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", f.addr)
	if err != nil {
		return listenError(f.addr, err)
	}
	defer func() { _ = socket.Close() }() // usually the server has already closed it
	events, err := s.events(ctx)
	if err != nil {
		return err
	}
	s.Stop()
	handler := serve.New(serve.Config{
		Events: s.Copied, Status: s.Asked, Line: s.said, API: s.Handler(), Clock: a.global.clock(), Public: f.public, Names: append(ownNames(f.public), f.hosts...),
	})
	s.Note("%s at http://%s/; Ctrl-C ends it", text.Count(len(events), "event"), shownAddress(socket.Addr()))
	ended := make(chan error, 2)
	go func() {
		ended <- handler.Tell(ctx, s.Changes(ctx, func(err error, next time.Time) {
			s.Note("%s; asking again at %s", a.explain(err, time.Now()), a.global.clock().At(next, time.Now()))
		}))
	}()
	server := &http.Server{
		Handler: handler, MaxHeaderBytes: 16 << 10, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    log.New(&noteWriter{s}, "", 0),
	}
	go func() { ended <- server.Serve(socket) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	// Pages receive no more changes. Running requests may finish within 5 seconds.
	cancel()
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	err = errors.Join(err, server.Shutdown(last))
	if cause := context.Cause(cmd.Context()); cause != nil {
		return cause
	}
	return err
}

// said returns the text about a change on a page: the line that watch prints.
func (s *session) said(m mirror.Change) string {
	if m.Kind != mirror.Docked && m.Kind != mirror.Departed {
		return ""
	}
	c := change{kind: m.Kind, Record: record.Record{DockingEvent: m.After, Now: time.Now()}}
	return c.line(s.app.global.clock())
}

// A noteWriter prints the messages of net/http as notes, one line each.
type noteWriter struct{ s *session }

func (w *noteWriter) Write(b []byte) (int, error) {
	w.s.Note("%s", text.Clean(strings.TrimSpace(string(b))))
	return len(b), nil
}

// loopback reports whether only this machine can reach a host.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// ownNames returns the names of this machine on the network, if other machines may connect.
func ownNames(public bool) []string {
	name, err := os.Hostname()
	if !public || err != nil {
		return nil
	}
	return []string{name, name + ".local"}
}

// shownAddress returns an address that a browser can open.
func shownAddress(at net.Addr) string {
	tcp, ok := at.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return at.String()
	}
	return net.JoinHostPort("localhost", plainInt(tcp.Port))
}

// listenError explains why the server cannot listen on an address.
func listenError(addr string, err error) error {
	var name *net.DNSError
	var malformed *net.AddrError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("cannot listen on %s: another program uses the port; choose another one with --addr, such as 127.0.0.1:0", addr)
	case errors.As(err, &name), errors.As(err, &malformed):
		return usagef("--addr %q is no address of this machine; write a host and a port, such as 127.0.0.1:8022", addr)
	}
	return fmt.Errorf("cannot listen on %s: %s", addr, cause(err))
}
