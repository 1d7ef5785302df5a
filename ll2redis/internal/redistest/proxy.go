package redistest

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A Proxy stands between clients and a server. It can slow down the server and damage
// the connections.
type Proxy struct {
	Addr string

	lose atomic.Bool // lose the next answer
	lost atomic.Int64

	mu      sync.Mutex
	delay   time.Duration
	changed chan struct{} // closed when delay changes
	conns   []net.Conn
	done    sync.WaitGroup
}

// NewProxy starts a proxy to a server, which ends with the test.
func NewProxy(t testing.TB, to *Server) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the test
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: listener.Addr().String(), changed: make(chan struct{})}
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
			p.done.Go(func() { carry(server, client, func() bool { return true }) })
			p.done.Go(func() { carry(client, server, p.passes) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		p.Delay(0)
		p.Cut()
		p.done.Wait()
	})
	return p
}

// Delay makes each answer of the server wait for d from now on. Answers that wait
// already do not wait longer than that.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
	close(p.changed)
	p.changed = make(chan struct{})
}

// Cut breaks all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		conn.Close()
	}
	p.conns = nil
}

// LoseAnswer breaks the connection in place of the next answer.
func (p *Proxy) LoseAnswer() { p.lose.Store(true) }

// Lost returns how many answers were lost by LoseAnswer.
func (p *Proxy) Lost() int { return int(p.lost.Load()) }

// passes delays an answer, and reports whether to send it.
func (p *Proxy) passes() bool {
	for began := time.Now(); ; {
		p.mu.Lock()
		wait, changed := p.delay-time.Since(began), p.changed
		p.mu.Unlock()
		if wait <= 0 {
			break
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-changed:
			timer.Stop()
		}
	}
	if p.lose.CompareAndSwap(true, false) {
		p.lost.Add(1)
		return false
	}
	return true
}

// carry copies bytes as long as passes returns true.
func carry(to, from net.Conn, passes func() bool) {
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if !passes() {
				from.Close()
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
