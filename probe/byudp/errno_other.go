//go:build !windows

package byudp

import (
	"errors"
	"syscall"
)

// refused reports whether err is that nobody hears at the port, as ICMP has told the system.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
