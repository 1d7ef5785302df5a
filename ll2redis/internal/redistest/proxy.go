package redistest

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A Proxy stands between clients and a server and makes the server slow.
type Proxy struct {
	Addr string

	delay atomic.Int64
	mu    sync.Mutex
	conns []net.Conn
	done  sync.WaitGroup
}

// NewProxy starts a proxy to a server, which ends with the test.
func NewProxy(t testing.TB, to *Server) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the test
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: listener.Addr().String()}
	p.done.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to.Addr) //nolint:noctx // on loopback
			if err != nil {
				client.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, client, server)
			p.mu.Unlock()
			p.done.Go(func() { carry(server, client, func() {}) })
			p.done.Go(func() { carry(client, server, func() { time.Sleep(time.Duration(p.delay.Load())) }) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		p.mu.Lock()
		for _, conn := range p.conns {
			conn.Close()
		}
		p.mu.Unlock()
		p.done.Wait()
	})
	return p
}

// Delay has each answer of the server wait for d from now on.
func (p *Proxy) Delay(d time.Duration) { p.delay.Store(int64(d)) }

// carry carries bytes, each time after a pause.
func carry(to, from net.Conn, pause func()) {
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		pause()
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
