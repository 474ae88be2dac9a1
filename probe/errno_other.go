//go:build !windows

package probe

import (
	"errors"
	"syscall"
)

// nowhere reports whether err is that no route leads to an address.
func nowhere(err error) bool {
	return errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EINVAL)
}

// hungUp reports whether err is that the peer has closed.
func hungUp(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
