package faults_test

import (
	"context"
	"net"
	"sync"
)

// faultPipes is a listener in memory, so that what takes time can be in a bubble of
// synctest, and does not depend on how fast the machine is.
type faultPipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *faultPipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *faultPipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *faultPipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *faultPipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
