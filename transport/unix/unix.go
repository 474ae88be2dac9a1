// Package unix is the transport over sockets of the machine (AF_UNIX): for programs on one machine, who are told of one another by the system.
// Endpoints are a path, such as unix:/run/bank.sock, or on Linux a name without a file, unix:@bank; unix:@ is such a name that is free.
package unix

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"

	"github.com/opendsom/dsom/platform"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/socket"
)

// Name is the network of endpoints of this transport.
const Name = "unix"

// MaxPath is the most octets that a path may have: what systems have room for, and the least of them.
const MaxPath = 103

// New returns the transport.
func New() transport.Transport { return unix{} }

// Machine is the function [Machine], for who has the transport alone.
func (unix) Machine() [16]byte { return Machine() }

type unix struct{}

func (unix) Name() string { return Name }

// check says why e cannot be.
func check(e transport.Endpoint) error {
	switch {
	case e.Host == "" || e.Port != 0 || !strings.HasPrefix(e.Host, "/") && !strings.HasPrefix(e.Host, "./") && !strings.HasPrefix(e.Host, "@"):
		return fmt.Errorf("%q is no socket of the machine: write a path, unix:/run/x.sock", e.Host)
	case len(e.Host) > MaxPath:
		return fmt.Errorf("the path of a socket has %d octets, and systems take %d: %.40s…", len(e.Host), MaxPath, e.Host)
	case strings.IndexByte(e.Host, 0) >= 0:
		return fmt.Errorf("the path %q has a zero in it", e.Host)
	case e.Host[0] == '@' && !platform.AbstractSockets.On(runtime.GOOS):
		return fmt.Errorf("%s: %w", e.Host, platform.AbstractSockets.Missing())
	}
	return nil
}

func (unix) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if err := check(e); err != nil {
		return nil, err
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", e.Host)
	if err != nil {
		return nil, err
	}
	return wrap(c.(*net.UnixConn), e)
}

// Listen takes connections at e. A file that a process has left which is gone is taken away; one at which somebody listens is in use. The file is taken away
// when the listener is closed.
func (unix) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	e.Network = Name
	if e.Host == "@" {
		e.Host += "dsom-" + rand.Text()
	}
	if err := check(e); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", e.Host)
	if errors.Is(err, syscall.EADDRINUSE) && left(ctx, e.Host) {
		if err := os.Remove(e.Host); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		l, err = lc.Listen(ctx, "unix", e.Host)
	}
	if err != nil {
		return nil, err
	}
	return &listener{l.(*net.UnixListener), e}, nil
}

// left reports whether a path is that of a socket which no process has any more. It is asked for by datagram: to one that lives that is of the wrong type
// (EPROTOTYPE), and nobody is called who would take it for a client.
func left(ctx context.Context, path string) bool {
	if path[0] == '@' {
		return false
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != fs.ModeSocket {
		return false
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unixgram", path)
	if err == nil {
		c.Close()
		return false
	}
	return socket.IsRefused(err)
}

type listener struct {
	l        *net.UnixListener
	endpoint transport.Endpoint
}

func (l *listener) Accept() (transport.Conn, error) {
	c, err := l.l.AcceptUnix()
	if err != nil {
		return nil, err
	}
	return wrap(c, l.endpoint)
}

func (l *listener) Close() error                 { return l.l.Close() }
func (l *listener) Endpoint() transport.Endpoint { return l.endpoint }

// A conn knows who is at its other end.
type conn struct {
	transport.Conn
	at   string // the server's path
	peer transport.Identity
}

var _ transport.Identified = (*conn)(nil)

func wrap(c *net.UnixConn, e transport.Endpoint) (transport.Conn, error) {
	peer := transport.Identity{Sealed: true}
	raw, err := c.SyscallConn()
	if err == nil {
		peer.Process, err = processOf(raw)
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("who is at the other end of %v: %w", e, err)
	}
	s, err := socket.Wrap(streamOf(c))
	if err != nil {
		return nil, err
	}
	return &conn{s, e.Host, peer}, nil
}

func (c *conn) Identity() transport.Identity { return c.peer }

func (c *conn) LocalAddr() net.Addr { return &net.UnixAddr{Net: "unix", Name: c.at} }

// RemoteAddr returns the socket's path with the peer's process, which has no address of its own.
func (c *conn) RemoteAddr() net.Addr {
	name := c.at
	if p := c.peer.Process; p != nil {
		name = fmt.Sprintf("%s, uid %d, pid %d", c.at, p.UID, p.PID)
	}
	return &net.UnixAddr{Net: "unix", Name: name}
}
