//go:build !windows

package byudp

import "github.com/opendsom/dsom/transport/socket"

// refused reports whether err is that nobody hears at the port, as ICMP has told the system.
func refused(err error) bool { return socket.IsRefused(err) }
