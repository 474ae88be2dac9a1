//go:build unix

package tcp

import (
	"io"
	"os"
	"syscall"

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
		n, err := syscall.Read(int(fd), b[:])
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

func (c *conn) State() transport.State {
	state := transport.Gone
	var b [1]byte
	err := c.raw.Control(func(fd uintptr) {
		for {
			n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
			switch {
			case err == syscall.EINTR:
				continue
			case err == syscall.EAGAIN:
				state = transport.Quiet
			case err == nil && n > 0:
				state = transport.Waiting
			}
			return
		}
	})
	if err != nil {
		return transport.Gone
	}
	return state
}
