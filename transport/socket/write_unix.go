//go:build unix

package socket

import (
	"io"
	"os"
	"sync"
	"syscall"

	"github.com/opendsom/dsom/nonblock"
)

// An outgoing is the short write under way.
type outgoing struct {
	sync.Mutex
	put  func(fd uintptr) bool // made with the first
	rest []byte
	err  error
}

// Write is package net's, but for how short ones ask the system when the connection is busy.
func (c *conn) Write(b []byte) (int, error) {
	if !c.busy.Load() || len(b) == 0 || len(b) > nonblock.ShortWrite {
		return c.Stream.Write(b)
	}
	s := &c.out
	s.Lock()
	defer s.Unlock()
	if s.put == nil {
		s.put = s.try
	}
	s.rest, s.err = b, nil
	err := c.raw.Write(s.put)
	if err == nil {
		err = s.err
	}
	n := len(b) - len(s.rest)
	s.rest = nil
	return n, err
}

// try reports whether the writing is done: all octets went out, or an error came.
func (s *outgoing) try(fd uintptr) bool {
	for len(s.rest) > 0 {
		n, err := nonblock.Write(fd, s.rest)
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return false
		case err != nil:
			s.err = os.NewSyscallError("write", err)
			return true
		case n <= 0:
			s.err = io.ErrUnexpectedEOF
			return true
		default:
			s.rest = s.rest[n:]
		}
	}
	return true
}
