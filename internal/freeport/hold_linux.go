package freeport

import (
	"errors"
	"os"
	"syscall"
)

// hold binds a socket to any port of all addresses. It lets others bind theirs to it when it is bound itself, and not before: what others
// hold is not free.
func hold() (port int, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, os.NewSyscallError("socket", err)
	}
	release = func() { _ = syscall.Close(fd) }
	if err := syscall.Bind(fd, new(syscall.SockaddrInet4)); err != nil {
		release()
		return 0, nil, os.NewSyscallError("bind", err)
	}
	at, err := syscall.Getsockname(fd)
	if err == nil {
		err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}
	in, ok := at.(*syscall.SockaddrInet4)
	if err == nil && !ok {
		err = errors.New("a socket of another family")
	}
	if err != nil {
		release()
		return 0, nil, err
	}
	return in.Port, release, nil
}
