package tcp_test

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// TestOptions: on both ends a message goes out when it is written, and a peer that has vanished is found.
func TestOptions(t *testing.T) {
	t.Parallel()
	l, err := tcp.New().Listen(t.Context(), transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := tcp.New().Dial(t.Context(), l.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for end, c := range map[string]transport.Conn{"client": a, "server": b} {
		raw, err := c.(syscall.Conn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []struct {
			name         string
			level, which int
			want         int
		}{
			{"TCP_NODELAY", syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1},
			{"SO_KEEPALIVE", syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
			{"TCP_KEEPIDLE", syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, 30},
			{"TCP_KEEPINTVL", syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, 10},
			{"TCP_KEEPCNT", syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, 6},
			{"TCP_USER_TIMEOUT", syscall.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, map[string]int{"client": 30_000}[end]},
		} {
			var got int
			var failed error
			if err := raw.Control(func(fd uintptr) { got, failed = syscall.GetsockoptInt(int(fd), o.level, o.which) }); err != nil || failed != nil {
				t.Fatal(err, failed)
			}
			if got != o.want {
				t.Errorf("%s: %s is %d, want %d", end, o.name, got, o.want)
			}
		}
	}
}
