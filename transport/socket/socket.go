// Package socket makes connections of what package net has made: of TCP, and of sockets within the machine. Reading holds no buffer while it waits, and
// many short messages at a time go by system calls of which the runtime is not told (see nonblock).
package socket

import (
	"net"
	"sync/atomic"
	"syscall"

	"github.com/opendsom/dsom/transport"
)

// A Stream is a connection of package net, such as a net.TCPConn.
type Stream interface {
	net.Conn
	syscall.Conn
	CloseWrite() error
}

// A conn is a stream, and what it adds is in the files by system.
type conn struct {
	Stream
	raw  syscall.RawConn
	fill func(fd uintptr) bool // made with the first ReadChunk
	out  outgoing
	busy atomic.Bool // see nonblock

	// of the ReadChunk under way
	chunk *transport.Chunk
	n     int
	err   error
}

var _ transport.Conn = (*conn)(nil)

// Wrap makes a connection of a stream, which is closed if that fails.
func Wrap(s Stream) (transport.Conn, error) {
	raw, err := s.SyscallConn()
	if err != nil {
		s.Close()
		return nil, err
	}
	return &conn{Stream: s, raw: raw}, nil
}

func (c *conn) SetBusy(busy bool) {
	if c.busy.Load() != busy {
		c.busy.Store(busy)
	}
}

// A gatherer is a stream that writes several buffers by one system call itself, as package net's do by [net.Buffers].
type gatherer interface {
	WriteBuffers(*net.Buffers) (int64, error)
}

func (c *conn) WriteBuffers(v *net.Buffers) (int64, error) {
	if g, ok := c.Stream.(gatherer); ok {
		return g.WriteBuffers(v)
	}
	return v.WriteTo(c.Stream)
}
