package unix

import (
	"errors"
	"io"
	"math"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	sys "golang.org/x/sys/unix"

	"github.com/opendsom/dsom/transport/socket"
)

// mostBuffers is how many buffers one system call writes (IOV_MAX).
const mostBuffers = 1024

// A stream is a socket that the runtime's poller knows by an epoll(7) of its own, which asks for what can be read alone. The poller itself asks of each descriptor
// for room to write as well, and a socket of the machine tells of that whenever its peer has read: in each call that woke both
// processes once more, to find nothing, which was a fifth of the call. It takes two descriptors more.
type stream struct {
	local, remote net.Addr
	file          *os.File        // the socket, which no poller knows
	sock          syscall.RawConn // of file: Control
	in            *os.File        // has something when the socket has something to be read
	awaits        syscall.RawConn // of in: Read

	room    *os.File        // likewise when the socket has room, while somebody waits for that
	hasRoom syscall.RawConn // of room: Read and Control

	get     getting
	writing sync.Mutex
	put     putting
	ask     asking

	until  atomic.Int64 // when writes are late, since begun; 0: never
	closed atomic.Bool
}

// A turn is one attempt after the other at the socket, of one goroutine. It is kept so that a call allocates nothing.
type turn struct {
	s    *stream
	try  func(fd uintptr) bool
	done bool
	err  error
	once func(fd uintptr)
	next func(uintptr) bool // by the poller, with a descriptor that is not the socket
}

// A getting is a Read under way.
type getting struct {
	turn
	b   []byte
	n   int
	err error
	all func(fd uintptr) bool
}

// A putting is a write under way.
type putting struct {
	turn
	rest net.Buffers
	one  [1][]byte
	n    int64
	err  error
}

// An asking changes what room tells of.
type asking struct {
	events uint32
	epoll  uintptr
	err    error
	outer  func(epoll uintptr)
	inner  func(fd uintptr)
}

var begun = time.Now()

// mostFiles is how many descriptors the process may have.
var mostFiles = sync.OnceValue(func() int {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0
	}
	return int(min(r.Cur, math.MaxInt32))
})

// streamOf returns what reads and writes c. It is c where the process has taken half of the descriptors that it may have: the other half is for connections alone.
func streamOf(c *net.UnixConn) socket.Stream {
	raw, err := c.SyscallConn()
	if err != nil {
		return c
	}
	fd := -1
	if err := raw.Control(func(of uintptr) { fd, _ = sys.FcntlInt(of, sys.F_DUPFD_CLOEXEC, 0) }); err != nil || fd < 0 {
		return c
	}
	if fd > mostFiles()/2 || !tells() {
		syscall.Close(fd)
		return c
	}
	s := &stream{local: c.LocalAddr(), remote: c.RemoteAddr()}
	if err := s.open(fd); err != nil {
		return c
	}
	c.Close()
	return s
}

// open takes the descriptor, which it closes if it fails.
func (s *stream) open(fd int) (err error) {
	defer func() {
		if err != nil {
			for _, f := range []*os.File{s.in, s.room, s.file} {
				if f != nil {
					f.Close()
				}
			}
		}
	}()
	// A file whose descriptor does not block is given to the poller when it is made. The flag is that of the descriptor that this one was made of as well, which nobody uses meanwhile.
	err = syscall.SetNonblock(fd, false)
	s.file = os.NewFile(uintptr(fd), "socket")
	if err = errors.Join(err, syscall.SetNonblock(fd, true)); err != nil {
		return err
	}
	if s.sock, err = s.file.SyscallConn(); err != nil {
		return err
	}
	if s.in, err = telling(fd, sys.EPOLLIN|sys.EPOLLRDHUP); err != nil {
		return err
	}
	if s.awaits, err = s.in.SyscallConn(); err != nil {
		return err
	}
	if s.room, err = telling(fd, 0); err != nil {
		return err
	}
	if s.hasRoom, err = s.room.SyscallConn(); err != nil {
		return err
	}
	s.get.of(s)
	s.get.all = s.get.some
	s.put.of(s)
	s.put.try = s.put.some
	s.ask.outer = func(epoll uintptr) {
		s.ask.epoll = epoll
		s.ask.err = nil
		if err := s.sock.Control(s.ask.inner); err != nil {
			s.ask.err = err
		}
	}
	s.ask.inner = func(fd uintptr) {
		if err := sys.EpollCtl(int(s.ask.epoll), sys.EPOLL_CTL_MOD, int(fd), &sys.EpollEvent{Events: s.ask.events | sys.EPOLLET, Fd: int32(fd)}); err != nil {
			s.ask.err = os.NewSyscallError("epoll_ctl", err)
		}
	}
	return nil
}

// telling returns a file that the runtime's poller knows, and that has something to be read when something of what is asked for happens to the socket.
func telling(fd int, events uint32) (*os.File, error) {
	epoll, err := epollOf(fd, events|sys.EPOLLET)
	if err != nil {
		return nil, err
	}
	if err := syscall.SetNonblock(epoll, true); err != nil {
		sys.Close(epoll)
		return nil, os.NewSyscallError("fcntl", err)
	}
	f := os.NewFile(uintptr(epoll), "epoll")
	if err := f.SetDeadline(time.Time{}); err != nil { // the poller does not take it
		f.Close()
		return nil, err
	}
	return f, nil
}

func (t *turn) of(s *stream) {
	t.s = s
	t.once = func(fd uintptr) { t.done = t.try(fd) }
	t.next = func(uintptr) bool {
		t.err = s.sock.Control(t.once)
		return t.done || t.err != nil
	}
}

// until has try attempt until it reports that it is done, when wait's file has something.
func (t *turn) until(wait syscall.RawConn) error {
	t.done, t.err = false, nil
	err := wait.Read(t.next)
	if err == nil {
		err = t.err
	}
	return t.s.asNet(err)
}

// asNet returns package net's error for one of a file's.
func (s *stream) asNet(err error) error {
	if err != nil && s.closed.Load() {
		return net.ErrClosed
	}
	return err
}

// ---- Reading ----

// Read is called by one goroutine at a time, as is that of the raw connection.
func (s *stream) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	g := &s.get
	g.b = b
	err := s.read(g.all)
	g.b = nil
	switch {
	case err != nil:
		return 0, err
	case g.err != nil:
		return 0, os.NewSyscallError("read", g.err)
	case g.n == 0:
		return 0, io.EOF
	}
	return g.n, nil
}

func (g *getting) some(fd uintptr) bool {
	for {
		if g.n, g.err = syscall.Read(int(fd), g.b); g.err != syscall.EINTR {
			return g.err != syscall.EAGAIN
		}
	}
}

func (s *stream) read(try func(fd uintptr) bool) error {
	s.get.try = try
	err := s.get.until(s.awaits)
	s.get.try = nil
	return err
}

// ---- Writing ----

func (s *stream) Write(b []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.put.one[0] = b
	n, _, err := s.writeAll(s.put.one[:])
	s.put.one[0] = nil
	return int(n), err
}

// WriteBuffers writes all of v, and consumes it.
func (s *stream) WriteBuffers(v *net.Buffers) (int64, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	n, rest, err := s.writeAll(*v)
	*v = rest
	return n, err
}

// writeAll is called with the lock of writing. It returns what it has not written as well.
func (s *stream) writeAll(v net.Buffers) (n int64, rest net.Buffers, err error) {
	p := &s.put
	p.rest, p.n, p.err = v, 0, nil
	if err = s.write(&p.turn); err == nil {
		err = p.err
	}
	rest, p.rest = p.rest, nil
	return p.n, rest, err
}

// some writes what there is room for, and reports whether it is done: all is written, or an error has come.
func (p *putting) some(fd uintptr) bool {
	for len(p.rest) > 0 {
		var n int
		var err error
		if len(p.rest) == 1 {
			n, err = syscall.Write(int(fd), p.rest[0])
		} else {
			n, err = sys.Writev(int(fd), p.rest[:min(len(p.rest), mostBuffers)])
		}
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return false
		case err != nil:
			p.err = os.NewSyscallError("write", err)
			return true
		case n == 0 && len(p.rest[0]) > 0:
			p.err = io.ErrUnexpectedEOF
			return true
		}
		p.n += int64(n)
		for len(p.rest) > 0 && n >= len(p.rest[0]) {
			n -= len(p.rest[0])
			p.rest[0] = nil
			p.rest = p.rest[1:]
		}
		if len(p.rest) > 0 {
			p.rest[0] = p.rest[0][n:]
		}
	}
	return true
}

// write attempts what t does, now and whenever the socket has room. The lock of writing is held.
func (s *stream) write(t *turn) error {
	if by := s.until.Load(); by != 0 && int64(time.Since(begun)) >= by {
		return os.ErrDeadlineExceeded
	}
	t.done = false
	if err := s.sock.Control(t.once); err != nil || t.done {
		return s.asNet(err)
	}
	if err := s.tellOfRoom(sys.EPOLLOUT); err != nil {
		return err
	}
	err := t.until(s.hasRoom)
	_ = s.tellOfRoom(0) // and no more
	return err
}

// tellOfRoom has room tell of events, which it also does of what is so already. The lock of writing is held.
func (s *stream) tellOfRoom(events uint32) error {
	s.ask.events = events
	err := s.hasRoom.Control(s.ask.outer)
	if err == nil {
		err = s.ask.err
	}
	return s.asNet(err)
}

// ---- Ends ----

func (s *stream) Close() error {
	if s.closed.Swap(true) {
		return net.ErrClosed
	}
	return errors.Join(s.in.Close(), s.room.Close(), s.file.Close())
}

func (s *stream) CloseWrite() error {
	var failed error
	err := s.sock.Control(func(fd uintptr) { failed = syscall.Shutdown(int(fd), syscall.SHUT_WR) })
	return s.asNet(errors.Join(err, os.NewSyscallError("shutdown", failed)))
}

func (s *stream) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

func (s *stream) SetReadDeadline(t time.Time) error { return s.asNet(s.in.SetReadDeadline(t)) }

func (s *stream) SetWriteDeadline(t time.Time) error {
	by := int64(0)
	if !t.IsZero() {
		by = max(int64(time.Since(begun)+time.Until(t)), 1)
	}
	s.until.Store(by)
	return s.asNet(s.room.SetReadDeadline(t))
}

func (s *stream) LocalAddr() net.Addr  { return s.local }
func (s *stream) RemoteAddr() net.Addr { return s.remote }

// ---- For who makes the system calls himself ----

func (s *stream) SyscallConn() (syscall.RawConn, error) {
	r := &rawStream{s: s}
	r.write.of(s)
	return r, nil
}

type rawStream struct {
	s     *stream
	write turn
}

func (r *rawStream) Control(f func(fd uintptr)) error { return r.s.asNet(r.s.sock.Control(f)) }

func (r *rawStream) Read(f func(fd uintptr) bool) error { return r.s.read(f) }

func (r *rawStream) Write(f func(fd uintptr) bool) error {
	r.s.writing.Lock()
	defer r.s.writing.Unlock()
	r.write.try = f
	err := r.s.write(&r.write)
	r.write.try = nil
	return err
}
