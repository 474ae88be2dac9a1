//go:build unix

package socket

import (
	"io"
	"os"
	"sync"
	"syscall"

	"github.com/opendsom/dsom/nonblock"
	"github.com/opendsom/dsom/transport"
)

// ReadChunk reads as package net does: the descriptor does not block, and the goroutine
// waits in the runtime's poller when nothing is there, but by then has given its chunk back.
func (c *conn) ReadChunk() (*transport.Chunk, int, error) {
	if c.fill == nil {
		c.fill = c.tryFill
	}
	err := c.raw.Read(c.fill)
	if err == nil {
		err = c.err
	}
	b, n := c.chunk, c.n
	c.chunk, c.n, c.err = nil, 0, nil
	return b, n, err
}

// tryFill reports whether the reading is done: octets, the end, or an error.
func (c *conn) tryFill(fd uintptr) bool {
	b := transport.NewChunk()
	for {
		n, err := c.readSome(fd, b[:])
		switch {
		case err == syscall.EINTR:
			continue
		case err == nil && n > 0:
			c.chunk, c.n = b, n
			return true
		}
		b.Free()
		if err == syscall.EAGAIN {
			return false
		}
		c.err = io.EOF
		if err != nil {
			c.err = os.NewSyscallError("read", err)
		}
		return true
	}
}

func (c *conn) readSome(fd uintptr, b []byte) (int, error) {
	if c.busy.Load() {
		return nonblock.Read(fd, b)
	}
	return syscall.Read(int(fd), b)
}

func (c *conn) State() transport.State {
	l := looks.Get().(*look)
	defer looks.Put(l)
	l.state = transport.Gone
	if err := c.raw.Control(l.peek); err != nil {
		return transport.Gone
	}
	return l.state
}

// A look is what State needs, kept because it is asked before calls, which allocate nothing.
type look struct {
	octet [1]byte
	state transport.State
	peek  func(fd uintptr)
}

var looks = sync.Pool{New: func() any {
	l := new(look)
	l.peek = l.at
	return l
}}

// at looks at what a socket has to be read, and leaves it there.
func (l *look) at(fd uintptr) {
	for {
		n, _, err := syscall.Recvfrom(int(fd), l.octet[:], syscall.MSG_PEEK)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			l.state = transport.Quiet
		case err == nil && n > 0:
			l.state = transport.Waiting
		}
		return
	}
}
