package byudp

import (
	"errors"
	"syscall"
)

// refused reports whether err is that nobody hears at the port: of a socket of UDP Windows does not tell that, since package net has switched it off (SIO_UDP_CONNRESET).
func refused(error) bool { return false }

// isLong reports whether a datagram was longer than the room for it, which Windows tells so. The room is full then.
func isLong(err error) bool {
	const messageSize = syscall.Errno(10040) // WSAEMSGSIZE
	return errors.Is(err, messageSize)
}
