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
		Short: "Show all stays on a live page, and serve the copy",
		Long: `Serve shows the page of timeline -o x.html in a browser on this machine, live: what
docks or departs appears without a reload. It refreshes the copy once an hour, or
as often as --max-age says, until Ctrl-C.

Below 2.2.0/docking_event/ it answers as the service does, from the copy, for
programs of any language; healthz says how old the copy is.

Other machines do not reach it, unless --addr names an address that they reach and
--public says that this is meant. Everybody there can then read the copy; nobody
can change anything, and no token is shown.`,
		Example: `  dockings serve
  dockings serve --demo=515 --addr 127.0.0.1:0
  dockings serve --addr :8022 --public --allow-host board.example.org`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd, &f) },
	}
	cmd.Flags().StringVar(&f.addr, "addr", "127.0.0.1:8022", "the `ADDRESS` to listen on, a host and a port; port 0 is one that is free")
	cmd.Flags().BoolVar(&f.public, "public", false, "let other machines in, if --addr is an address that they reach")
	cmd.Flags().StringSliceVar(&f.hosts, "allow-host", nil, "another `NAME` of this machine that browsers may ask for")
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
		return usagef("--addr %q: other machines reach that; add --public if they may, or write 127.0.0.1", f.addr)
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
	// Before the first request, which is for nothing if nobody can be answered.
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", f.addr)
	if err != nil {
		return listenError(f.addr, err)
	}
	defer func() { _ = socket.Close() }() // the server has closed it, most often
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
	// Pages are told of nothing any more; who is being answered has a moment.
	cancel()
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	err = errors.Join(err, server.Shutdown(last))
	if cause := context.Cause(cmd.Context()); cause != nil {
		return cause
	}
	return err
}

// said is what a page says of a change: what watch prints.
func (s *session) said(m mirror.Change) string {
	if m.Kind != mirror.Docked && m.Kind != mirror.Departed {
		return ""
	}
	c := change{kind: m.Kind, Record: record.Record{DockingEvent: m.After, Now: time.Now()}}
	return c.line(s.app.global.clock())
}

// A noteWriter tells what net/http has to say, a line each.
type noteWriter struct{ s *session }

func (w *noteWriter) Write(b []byte) (int, error) {
	w.s.Note("%s", text.Clean(strings.TrimSpace(string(b))))
	return len(b), nil
}

// loopback reports whether only this machine reaches a host.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// ownNames are the names under which others know this machine, if they may.
func ownNames(public bool) []string {
	name, err := os.Hostname()
	if !public || err != nil {
		return nil
	}
	return []string{name, name + ".local"}
}

// shownAddress is an address that a browser can open.
func shownAddress(at net.Addr) string {
	tcp, ok := at.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return at.String()
	}
	return net.JoinHostPort("localhost", plainInt(tcp.Port))
}

// listenError says what is the matter with an address.
func listenError(addr string, err error) error {
	var name *net.DNSError
	var malformed *net.AddrError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("cannot listen on %s: another program does; choose another port by --addr, such as 127.0.0.1:0", addr)
	case errors.As(err, &name), errors.As(err, &malformed):
		return usagef("--addr %q is no address of this machine; write a host and a port, such as 127.0.0.1:8022", addr)
	}
	return fmt.Errorf("cannot listen on %s: %s", addr, cause(err))
}
