//go:build unix

package conn_test

import (
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// idleGate is what an idle connection of a server may cost in octets of heap and stack.
const idleGate = 8 << 10

// TestExactIdleConnections has clients that cost nothing in this process: bare descriptors.
func TestExactIdleConnections(t *testing.T) {
	exact.Start(t)
	var files syscall.Rlimit
	const conns = 1000
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Cur < 2*conns+100 {
		absent.Skip(t, "%d descriptors are not enough (%v)", files.Cur, err)
	}
	l, err := tcp.New().Listen(t.Context(), transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o := conn.Options{Shared: conn.NewShared(nil)}
	var running sync.WaitGroup
	var servers []*conn.Conn
	ask := request(1, "ping", "")
	answer := reply(1, "")
	use := func() {
		fd := dial(t, l.Endpoint())
		t.Cleanup(func() { syscall.Close(fd) })
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		s := conn.Server(c, o, fastHandler{})
		servers = append(servers, s)
		running.Go(s.Run)
		if _, err := syscall.Write(fd, ask); err != nil {
			t.Fatal(err)
		}
		f := os.NewFile(uintptr(mustDup(t, fd)), "socket")
		b := make([]byte, len(answer))
		if _, err := io.ReadFull(f, b); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	defer func() {
		for _, s := range servers {
			s.Close()
		}
		running.Wait()
	}()
	memory := func() uint64 {
		time.Sleep(50 * time.Millisecond) // the monitor forgets those that are quiet
		for range 3 {
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	for range 20 {
		use()
	}
	servers = append(make([]*conn.Conn, 0, conns+100), servers...)
	before := memory()
	for range conns {
		use()
	}
	cost := float64(memory()-before) / conns
	t.Logf("%.0f octets a connection", cost)
	if cost > idleGate {
		t.Errorf("an idle connection costs %.0f octets; the gate is %d", cost, idleGate)
	}
}

func dial(t *testing.T, e transport.Endpoint) int {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	a := &syscall.SockaddrInet4{Port: int(e.Port)}
	copy(a.Addr[:], net.ParseIP(e.Host).To4())
	if err := syscall.Connect(fd, a); err != nil {
		t.Fatal(err)
	}
	return fd
}

func mustDup(t *testing.T, fd int) int {
	d, err := syscall.Dup(fd)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
