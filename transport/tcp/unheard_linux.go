package tcp

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// boundUnheard has the system end a connection when what was written has not been taken note of by the peer's system for unheard. Without that it is
// tried for a quarter of an hour while a machine is dead or cut off, and keep-alive asks nobody meanwhile.
func boundUnheard(c syscall.RawConn) error {
	var failed error
	if err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unheard.Milliseconds()))
	}); err != nil {
		return err
	}
	return failed
}
