//go:build !windows

package byudp

import (
	"errors"
	"syscall"
)

// refused reports whether err is that nobody hears at the port, as ICMP has told the system.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// isLong reports whether a datagram was longer than the room for it: where that is no error it is cut, and seen by that.
func isLong(error) bool { return false }
