package unix

import (
	"syscall"

	sys "golang.org/x/sys/unix"

	"github.com/opendsom/dsom/transport"
)

// processOf returns who was at the other end when the connection was made (SO_PEERCRED, unix(7)).
func processOf(c syscall.RawConn) (*transport.Process, error) {
	var who *sys.Ucred
	var failed error
	if err := c.Control(func(fd uintptr) { who, failed = sys.GetsockoptUcred(int(fd), sys.SOL_SOCKET, sys.SO_PEERCRED) }); err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, failed
	}
	return &transport.Process{PID: int(who.Pid), UID: who.Uid, GID: who.Gid}, nil
}
