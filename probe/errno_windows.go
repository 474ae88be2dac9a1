package probe

import (
	"errors"
	"syscall"
)

// What sockets raise on Windows (winsock2.h).
const (
	wsaAddrNotAvail syscall.Errno = 10049
	wsaNetUnreach   syscall.Errno = 10051
	wsaConnAborted  syscall.Errno = 10053
	wsaConnReset    syscall.Errno = 10054
	wsaHostUnreach  syscall.Errno = 10065
)

// nowhere reports whether err is that no route leads to an address.
func nowhere(err error) bool {
	return errors.Is(err, wsaHostUnreach) || errors.Is(err, wsaNetUnreach) || errors.Is(err, wsaAddrNotAvail)
}

// hungUp reports whether err is that the peer has closed.
func hungUp(err error) bool { return errors.Is(err, wsaConnReset) || errors.Is(err, wsaConnAborted) }
