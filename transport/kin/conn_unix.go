//go:build unix

package kin

import (
	"net"
	"syscall"

	"github.com/opendsom/dsom/transport"
)

// An address is an endpoint as a net.Addr.
type address string

func (a address) Network() string { return "kin" }
func (a address) String() string  { return string(a) }

// A conn is a connection between parent and child.
type conn struct {
	*net.UnixConn
	raw         syscall.RawConn
	local, peer address
}

var _ transport.Conn = (*conn)(nil)

func newConn(u *net.UnixConn, local, peer address) (*conn, error) {
	raw, err := u.SyscallConn()
	if err != nil {
		_ = u.Close()
		return nil, err
	}
	return &conn{u, raw, local, peer}, nil
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.peer }

func (c *conn) ReadChunk() (*transport.Chunk, int, error) { return transport.ReadChunk(c.UnixConn) }

func (c *conn) WriteBuffers(v *net.Buffers) (int64, error) { return v.WriteTo(c.UnixConn) }

func (c *conn) SetBusy(bool) {}

// Identity says that nobody else has the connection.
func (c *conn) Identity() transport.Identity { return transport.Identity{Sealed: true} }

func (c *conn) State() transport.State {
	state := transport.Gone
	if err := c.raw.Control(func(fd uintptr) {
		var octet [1]byte
		for {
			n, _, err := syscall.Recvfrom(int(fd), octet[:], syscall.MSG_PEEK)
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
	}); err != nil {
		return transport.Gone
	}
	return state
}
