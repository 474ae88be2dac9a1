// Package pipe is the transport over named pipes of Windows: for programs on one machine, who are told of one another by the system. Endpoints are a name, such as
// pipe:bank, which the system knows as \\.\pipe\bank. They take no calls from other machines. Elsewhere the transport is there, and says what it is not.
package pipe

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/unix"
)

// Name is the network of endpoints of this transport.
const Name = "pipe"

// Local returns by which transport, and where, a socket of the machine is reached that is told as package server, the daemon and their environment tell it: pipe: and a name, or the path of a socket. Nil is none, for "".
func Local(socket string) (by transport.Transport, at transport.Endpoint) {
	if name, is := strings.CutPrefix(socket, Name+":"); is {
		return New(), transport.Endpoint{Network: Name, Host: name}
	}
	if socket == "" {
		return nil, at
	}
	return unix.New(), transport.Endpoint{Network: unix.Name, Host: socket}
}

// MaxName is the most octets that a name may have: what Windows has room for behind \\.\pipe\.
const MaxName = 247

// check says why e cannot be.
func check(e transport.Endpoint) error {
	switch {
	case e.Host == "" || e.Port != 0 || strings.ContainsAny(e.Host, "\\/:\x00"):
		return fmt.Errorf("%q is no named pipe: write a name without slashes and colons, pipe:bank", e.Host)
	case len(e.Host) > MaxName:
		return fmt.Errorf("the name of a pipe has %d octets, and Windows takes %d: %.40s…", len(e.Host), MaxName, e.Host)
	}
	return nil
}
