package socket

import (
	"errors"
	"syscall"
)

// IsRefused reports whether an attempt to connect has failed because nobody listens. Sockets have a number of their own for it on Windows; syscall's is one that Go has invented, for
// what is no socket of the system's.
func IsRefused(err error) bool {
	const connRefused = syscall.Errno(10061) // WSAECONNREFUSED
	return errors.Is(err, connRefused) || errors.Is(err, syscall.ECONNREFUSED)
}
