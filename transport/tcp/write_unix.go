//go:build unix

package tcp

import (
	"io"
	"os"
	"sync"
	"syscall"
)

// shortWrite is the size, in octets, up to which a write holds its processor of the runtime: what a socket takes
// of it in one go costs no more than some ten microseconds.
const shortWrite = 16 << 10

// An outgoing is the short write under way.
type outgoing struct {
	sync.Mutex
	put  func(fd uintptr) bool // made with the first
	rest []byte
	err  error
}

// Write is net.TCPConn's, but for how short ones ask the system.
func (c *conn) Write(b []byte) (int, error) {
	if len(b) == 0 || len(b) > shortWrite {
		return c.TCPConn.Write(b)
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
		n, err := write(fd, s.rest)
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
