// Gateway serves a copy of all docking events (-dir) to a team, at -addr, in the service's
// own JSON. It ends at SIGTERM. Made-up events are served in process, without -live.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func main() {
	live := flag.Bool("live", false, "ask the real service, with the token in LL2_TOKEN if there is one")
	addr := flag.String("addr", "localhost:8080", "`address` to listen on")
	folder := flag.String("dir", "ll2-gateway", "`folder` of the copy")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *live, *addr, *folder)
	stop()
	if errors.Is(err, ll2.ErrUnavailable) {
		err = fmt.Errorf("cannot reach the service; come back when there is a network: %w", err)
	}
	if err != nil {
		log.New(os.Stderr, "gateway: ", 0).Fatal(err)
	}
}

func run(ctx context.Context, live bool, addr, folder string) error {
	client, err := ll2.New()
	if token := os.Getenv("LL2_TOKEN"); live && token != "" {
		client, err = ll2.New(ll2.WithToken(token))
	} else if !live {
		fmt.Println("515 made-up events, served in process; -live asks the real service.")
		client = ll2test.NewServer(ll2test.Events(515)...).Client()
	}
	if err != nil {
		return err
	}
	m, err := mirror.Open(client, mirror.Dir(folder), mirror.AllowOrigins("*"))
	if err != nil {
		return err
	}
	defer m.Close()
	// An old copy is better than none. Without any there is nothing to serve.
	if err := m.Refresh(ctx); err != nil && m.Status().Refreshed.IsZero() {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: m, MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
	}
	go func() { _ = m.Run(ctx) }() // healthz tells its failures
	fmt.Printf("http://%s/2.2.0/docking_event/\n", listener.Addr())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done(): // who is being answered has 10 seconds
		last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return server.Shutdown(last)
	}
}
