//go:build darwin || freebsd

package unix

import (
	"syscall"

	sys "golang.org/x/sys/unix"

	"github.com/opendsom/dsom/transport"
)

// processOf returns whose process was at the other end when the connection was made (LOCAL_PEERCRED, unix(4)); which it was is not told.
func processOf(c syscall.RawConn) (*transport.Process, error) {
	var who *sys.Xucred
	var failed error
	if err := c.Control(func(fd uintptr) { who, failed = sys.GetsockoptXucred(int(fd), sys.SOL_LOCAL, sys.LOCAL_PEERCRED) }); err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, failed
	}
	p := &transport.Process{UID: who.Uid}
	if who.Ngroups > 0 {
		p.GID = who.Groups[0]
	}
	return p, nil
}
