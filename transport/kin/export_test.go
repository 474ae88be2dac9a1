//go:build unix

package kin

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/opendsom/dsom/transport"
)

// A Loop is parents and children in one process, for the suite that all transports pass: each listener is a child of its own.
type Loop struct {
	transport.Transport

	mu   sync.Mutex
	port uint16
	at   map[transport.Endpoint]*loopChild
}

type loopChild struct {
	transport.Listener
	l  *Loop
	at transport.Endpoint
	c  *Child
	h  *Heir
}

// NewLoop returns one beside a transport.
func NewLoop(beside transport.Transport) *Loop {
	return &Loop{Transport: beside, at: map[transport.Endpoint]*loopChild{}}
}

// Listen starts a child.
func (l *Loop) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at[e] != nil {
		return nil, errors.New("it is listened at already")
	}
	l.port++
	a, b, err := pair()
	if err != nil {
		return nil, err
	}
	ours, err := unixConn(a)
	if err != nil {
		return nil, err
	}
	theirs, err := unixConn(b)
	if err != nil {
		return nil, err
	}
	h := &Heir{beside: l.Transport, host: e.Host, control: &control{c: theirs}, orphan: make(chan struct{}), queue: make(chan transport.Conn, backlog)}
	go h.watch()
	in, err := h.Listen(ctx, e)
	if err != nil {
		return nil, err
	}
	at := in.Endpoint()
	at.Port = l.port
	x := &loopChild{Listener: in, l: l, at: at, c: &Child{host: e.Host, control: &control{c: ours}, gone: make(chan struct{})}, h: h}
	l.at[at] = x
	return x, nil
}

func (x *loopChild) Endpoint() transport.Endpoint { return x.at }

// Close ends the child; connections live on.
func (x *loopChild) Close() error {
	x.l.mu.Lock()
	delete(x.l.at, x.at)
	x.l.mu.Unlock()
	x.c.control.close()
	<-x.h.orphan
	return x.Listener.Close()
}

// Dial connects to a child.
func (l *Loop) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	x := l.at[e]
	l.mu.Unlock()
	if x == nil {
		return nil, fmt.Errorf("nobody listens at %v", e)
	}
	return x.c.dial(e)
}
