package pipe

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/unix"
)

// New returns the transport.
func New() transport.Transport { return pipes{} }

type pipes struct{}

func (pipes) Name() string { return Name }

// Machine tells this machine from others ([unix.Machine]).
func (pipes) Machine() [16]byte { return unix.Machine() }

// path returns the name by which the system knows the pipe.
func path(name string) string { return `\\.\pipe\` + name }

// buffer is how many octets of each direction the system keeps that nobody has read.
const buffer = 64 << 10

// Dial connects to a pipe, and lets its server see who calls, but not act in his name. A pipe without messages is refused: it is another program's.
func (pipes) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if err := check(e); err != nil {
		return nil, err
	}
	c, err := winio.DialPipeAccessImpLevel(ctx, path(e.Host), windows.GENERIC_READ|windows.GENERIC_WRITE, winio.PipeImpLevelIdentification)
	if err != nil {
		return nil, err
	}
	return newConn(c, serverOf, e.Host)
}

// Listen takes connections at e, of the user whose program listens, of the system and of administrators. pipe:@ is a name that is free. A name at which another listens is in use.
func (p pipes) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	if err := check(e); err != nil {
		return nil, err
	}
	l, err := p.listen(ctx, e)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: Name, Addr: address(e.Host), Err: err}
	}
	return l, nil
}

func (pipes) listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	e.Network = Name
	if e.Host == "@" {
		e.Host = "dsom-" + rand.Text()
	}
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("whose the pipe %s is to be: %w", e.Host, err)
	}
	if isTaken(ctx, e.Host) {
		return nil, fmt.Errorf("the pipe %s is another's: %w", e.Host, windows.ERROR_ACCESS_DENIED)
	}
	l, err := winio.ListenPipe(path(e.Host), &winio.PipeConfig{
		SecurityDescriptor: "D:P(A;;GA;;;" + me.User.Sid.String() + ")(A;;GA;;;SY)(A;;GA;;;BA)",
		MessageMode:        true, // a message of nothing ends a direction
		InputBufferSize:    buffer, OutputBufferSize: buffer,
	})
	if err != nil {
		return nil, err
	}
	first, err := occupy(e.Host)
	if err != nil {
		l.Close()
		return nil, err
	}
	return &listener{l, first, e}, nil
}

type listener struct {
	l        net.Listener
	first    io.Closer // see occupy
	endpoint transport.Endpoint
}

func (l *listener) Accept() (transport.Conn, error) {
	c, err := l.l.Accept()
	if err != nil {
		return nil, err
	}
	return newConn(c, clientOf, l.endpoint.Host)
}

func (l *listener) Endpoint() transport.Endpoint { return l.endpoint }

func (l *listener) Close() error {
	if l.first != nil {
		defer l.first.Close()
	}
	return l.l.Close()
}
