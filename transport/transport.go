// Package transport names the ways in which octets travel between ORBs: an interface for
// them, the [Set] of those that a program has chosen, and the endpoints that they reach.
//
// A transport is chosen by the program that makes the ORB, never by registration: put the
// value that tcp.New or mem.New returns into a [Set]. Every transport passes the suite
// in internal/transporttest.
package transport

import (
	"context"
	"fmt"
	"net"
)

// A Transport makes connections of one kind. Methods are safe for concurrent use.
type Transport interface {
	// Name is the name of the network in endpoints, such as "tcp".
	Name() string
	// Dial connects to e, whose Network is the transport's name. It gives up when ctx ends. A
	// transport that resolves names asks the [GuardOf] ctx about what they resolve to.
	Dial(ctx context.Context, e Endpoint) (Conn, error)
	// Listen takes connections at e. Port 0 is one that is free. ctx bounds the making of
	// the listener, not its life.
	Listen(ctx context.Context, e Endpoint) (Listener, error)
}

// A Listener takes connections.
type Listener interface {
	// Accept waits for the next connection. After Close its error is net.ErrClosed.
	Accept() (Conn, error)
	// Close stops listening and wakes Accept. Connections that were accepted live on.
	Close() error
	// Endpoint returns where the listener is, with the port that it really has.
	Endpoint() Endpoint
}

// A Flusher is a transport whose connections live in this program and not in its system, so that what they have written, and what Close sends on in the background, ends with the
// program. An ORB that is shut down flushes those that it has.
type Flusher interface {
	Transport
	// Flush waits until what was written to connections that were closed has arrived, for a time that the transport names at most, or until ctx ends. Its error says that
	// something was given up.
	Flush(ctx context.Context) error
}

// A Conn is a net.Conn and what an ORB needs besides. As with net.Conn one goroutine may
// read while another writes, deadlines may be set and Close called at any time; two
// goroutines must not read at once, nor write at once.
type Conn interface {
	net.Conn

	// ReadChunk is Read into a chunk that is taken from the pool only when octets are there,
	// so that a connection that waits holds no buffer. It returns at least one octet, or an
	// error and no chunk. The chunk is the caller's, who frees it. It allocates nothing once the pool is warm.
	ReadChunk() (*Chunk, int, error)

	// WriteBuffers writes all of v, with one system call where the system can, and consumes
	// v as net.Buffers does. It returns how many octets went out.
	WriteBuffers(v *net.Buffers) (int64, error)

	// CloseWrite ends the direction of writing: the peer reads what was written, and then EOF.
	CloseWrite() error

	// SetBusy says whether several messages at a time are on their way, so that how many go through counts for more than how
	// long one takes. It may be called concurrently.
	SetBusy(busy bool)

	// State tells without waiting, and without taking any octet, what a Read would find. It
	// may be called while nobody reads. One goroutine asks for all connections of an ORB, so that
	// it must not wait for a lock under which somebody reads or writes, nor write itself.
	State() State
}

// A State is what a Read would find.
type State uint8

// The states.
const (
	Quiet   State = iota // nothing: a Read would wait; or the transport cannot tell
	Waiting              // octets
	Gone                 // the end of the stream, or an error
)

// A Set is the transports of a program, found by their names.
type Set []Transport

// Find returns the transport of a network.
func (s Set) Find(network string) (Transport, error) {
	names := ""
	for _, t := range s {
		if t.Name() == network {
			return t, nil
		}
		names += " " + t.Name()
	}
	if names == "" {
		names = " none"
	}
	return nil, fmt.Errorf("no transport for network %q; there are:%s", network, names)
}

// Dial connects to e by the transport that its network names.
func (s Set) Dial(ctx context.Context, e Endpoint) (Conn, error) {
	t, err := s.Find(e.Network)
	if err != nil {
		return nil, err
	}
	return t.Dial(ctx, e)
}

// Listen takes connections at e by the transport that its network names.
func (s Set) Listen(ctx context.Context, e Endpoint) (Listener, error) {
	t, err := s.Find(e.Network)
	if err != nil {
		return nil, err
	}
	return t.Listen(ctx, e)
}
