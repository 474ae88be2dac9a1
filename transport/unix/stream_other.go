//go:build !linux

package unix

import (
	"net"

	"github.com/opendsom/dsom/transport/socket"
)

// streamOf returns what reads and writes c.
func streamOf(c *net.UnixConn) socket.Stream { return c }
