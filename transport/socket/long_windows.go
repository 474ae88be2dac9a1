package socket

import (
	"errors"
	"syscall"
)

// IsLong reports whether a datagram was longer than the room for it, which Windows tells so.
func IsLong(err error) bool {
	const messageSize = syscall.Errno(10040) // WSAEMSGSIZE
	return errors.Is(err, messageSize)
}
