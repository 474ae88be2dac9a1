package tcp

import (
	"net"
	"syscall"
	"time"
)

// listening returns how one listens. What is accepted has the options of the socket that listens (tcp(7)), so that they
// are set once and not by five system calls for each client.
func listening() net.ListenConfig {
	return net.ListenConfig{
		KeepAlive: -1, // package net sets nothing
		Control: func(_, _ string, c syscall.RawConn) error {
			var failed error
			err := c.Control(func(fd uintptr) {
				for _, o := range []struct{ level, which, value int }{
					{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
					{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, int(keepAlive.Idle / time.Second)},
					{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, int(keepAlive.Interval / time.Second)},
					{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, keepAlive.Count},
				} {
					if failed == nil {
						failed = syscall.SetsockoptInt(int(fd), o.level, o.which, o.value)
					}
				}
			})
			if err == nil {
				err = failed
			}
			return err
		},
	}
}
