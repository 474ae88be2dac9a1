package socket

import (
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/opendsom/dsom/transport"
)

// ReadChunk holds its chunk while it waits: there is no way here to wait for octets alone.
func (c *conn) ReadChunk() (*transport.Chunk, int, error) { return transport.ReadChunk(c.Stream) }

// An outgoing is what short writes need elsewhere.
type outgoing struct{}

var (
	winsock     = windows.NewLazySystemDLL("ws2_32.dll")
	wsaPoll     = winsock.NewProc("WSAPoll")
	ioctlsocket = winsock.NewProc("ioctlsocket")
)

// State asks Winsock. Nothing is received: a reader beside it would take what was seen, and the receiving would wait.
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
	poll   pollFD
	unread uint32
	state  transport.State
	peek   func(fd uintptr)
}

var looks = sync.Pool{New: func() any {
	l := new(look)
	l.peek = l.at
	return l
}}

// A pollFD is Winsock's WSAPOLLFD.
type pollFD struct {
	fd              uintptr
	events, revents int16
}

// What WSAPoll is asked and says (winsock2.h), and the question of ioctlsocket.
const (
	pollError    = 0x0001
	pollHangUp   = 0x0002
	pollInvalid  = 0x0004
	pollReadable = 0x0100
	fionread     = 0x4004667f
)

// at looks at what a socket has to be read. What the peer sent before it closed is there to be read.
func (l *look) at(fd uintptr) {
	l.poll = pollFD{fd: fd, events: pollReadable}
	n, _, _ := syscall.SyscallN(wsaPoll.Addr(), uintptr(unsafe.Pointer(&l.poll)), 1, 0)
	switch {
	case int32(n) < 0:
		return
	case int32(n) == 0:
		l.state = transport.Quiet
		return
	}
	l.unread = 0
	failed, _, _ := syscall.SyscallN(ioctlsocket.Addr(), fd, fionread, uintptr(unsafe.Pointer(&l.unread)))
	switch {
	case int32(failed) == 0 && l.unread > 0:
		l.state = transport.Waiting
	case l.poll.revents&(pollHangUp|pollError|pollInvalid) == 0:
		l.state = transport.Quiet // what was there somebody has read since
	}
}
