package netbios

import (
	"net"
	"time"
)

// An address is that of a peer, or of this side, by TCP, under this transport's name.
type address struct{ net.Addr }

func (address) Network() string { return Name }

func (c *conn) LocalAddr() net.Addr                { return address{c.raw.LocalAddr()} }
func (c *conn) RemoteAddr() net.Addr               { return address{c.raw.RemoteAddr()} }
func (c *conn) SetDeadline(t time.Time) error      { return c.raw.SetDeadline(t) }
func (c *conn) SetReadDeadline(t time.Time) error  { return c.raw.SetReadDeadline(t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.raw.SetWriteDeadline(t) }
func (c *conn) SetBusy(busy bool)                  { c.raw.SetBusy(busy) }
func (c *conn) CloseWrite() error                  { return c.raw.CloseWrite() }
func (c *conn) Close() error                       { return c.raw.Close() }
