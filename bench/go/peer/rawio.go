package peer

import (
	"io"
	"net"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// tune applies an io variant to c and returns what to read from.
func tune(c net.Conn, io string) reader {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return c
	}
	rc, _ := t.SyscallConn()
	switch io {
	case "hyb", "lock":
		rc.Control(func(fd uintptr) {
			check(syscall.SetNonblock(int(fd), false))
			tv := syscall.NsecToTimeval(int64(5 * time.Millisecond))
			check(syscall.SetsockoptTimeval(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &tv))
		})
	case "spin":
		return &spinner{rc: rc}
	case "rpoll", "rpollw":
		return &rpoller{rc: rc}
	case "rrecv", "rrecvw":
		tune(c, "hyb")
		return &rpoller{rc: rc, block: true}
	}
	return c
}

// tuneWrite is tune's other half.
func tuneWrite(c net.Conn, io string) net.Conn {
	if io != "rpollw" && io != "rrecvw" {
		return c
	}
	rc, _ := c.(*net.TCPConn).SyscallConn()
	return &rawWriter{Conn: c, rc: rc}
}

type rawWriter struct {
	net.Conn
	rc  syscall.RawConn
	buf []byte
	n   int
	fn  func(fd uintptr) bool
}

// Write is for one goroutine at a time.
func (w *rawWriter) Write(p []byte) (int, error) {
	if len(p) == 0 || len(p) > 4096 {
		return w.Conn.Write(p)
	}
	if w.fn == nil {
		w.fn = func(fd uintptr) bool {
			n, _, e := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(&w.buf[0])), uintptr(len(w.buf)))
			w.n = 0
			if e == 0 {
				w.n = int(n)
			}
			return true
		}
	}
	w.buf = p
	if err := w.rc.Write(w.fn); err != nil {
		return 0, err
	}
	n := w.n
	if n < len(p) {
		m, err := w.Conn.Write(p[n:])
		return n + m, err
	}
	return n, nil
}

var polling atomic.Int32

type rpoller struct {
	rc    syscall.RawConn
	block bool
	buf   []byte
	n     int
	err   error
	fn    func(fd uintptr) bool
}

type pollfd struct {
	fd      int32
	events  int16
	revents int16
}

func (s *rpoller) try(fd uintptr) bool {
	for {
		n, _, e := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(&s.buf[0])), uintptr(len(s.buf)))
		switch e {
		case 0:
			s.n, s.err = int(n), nil
			return true
		case syscall.EAGAIN:
			return false
		case syscall.EINTR:
		default:
			s.n, s.err = 0, e
			return true
		}
	}
}

func (s *rpoller) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if s.fn == nil {
		waited := false
		s.fn = func(fd uintptr) bool {
			if waited { // the poller has been
				waited = false
				if s.try(fd) {
					return true
				}
			}
			if s.block {
				return s.try(fd)
			}
			if polling.Add(1) == 1 {
				f := pollfd{fd: int32(fd), events: 1}
				t := syscall.Timespec{Nsec: 50000}
				r, _, _ := syscall.RawSyscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&f)), 1, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
				polling.Add(-1)
				if r == 1 && s.try(fd) {
					return true
				}
			} else {
				polling.Add(-1)
			}
			if s.try(fd) {
				return true
			}
			waited = true
			return false
		}
	}
	s.buf = p
	if err := s.rc.Read(s.fn); err != nil {
		return 0, err
	}
	if s.err == nil && s.n == 0 {
		return 0, io.EOF
	}
	return s.n, s.err
}

type reader = io.Reader

var readFull = io.ReadFull // io names a parameter below

type spinner struct {
	rc  syscall.RawConn
	buf []byte
	n   int
	err error
	fn  func(fd uintptr) bool
}

func (s *spinner) Read(p []byte) (int, error) {
	if s.fn == nil {
		s.fn = func(fd uintptr) bool {
			var t0 time.Time
			for i := 0; ; i++ {
				n, err := syscall.Read(int(fd), s.buf)
				if err == syscall.EAGAIN {
					if i == 0 {
						t0 = time.Now()
					} else if time.Since(t0) > 20*time.Microsecond {
						return false
					}
					continue
				}
				if err == syscall.EINTR {
					continue
				}
				s.n, s.err = n, err
				return true
			}
		}
	}
	s.buf = p
	if err := s.rc.Read(s.fn); err != nil {
		return 0, err
	}
	if s.err == nil && s.n == 0 {
		return 0, io.EOF
	}
	return s.n, s.err
}
