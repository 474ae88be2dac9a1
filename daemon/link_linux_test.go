package daemon

import (
	"errors"
	"net"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// TestLinks holds that the system tells the other end of a connection, in all forms that addresses have, the same by its answer as by its table.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ listen, dial, from string }{
		{"127.0.0.1:0", "127.0.0.1", ""}, {"[::]:0", "127.0.0.1", ""}, {"[::]:0", "::1", ""}, {"[::1]:0", "::1", ""}, {"0.0.0.0:0", "127.0.0.2", "127.0.0.3"},
		{"[::]:0", "::ffff:127.0.0.1", ""},
	} {
		l, err := net.Listen("tcp", c.listen)
		if err != nil {
			t.Logf("%s: %v", c.listen, err)
			continue
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		var d net.Dialer
		if c.from != "" {
			d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(c.from)}
		}
		client, err := d.DialContext(t.Context(), "tcp", net.JoinHostPort(c.dial, port))
		if err != nil {
			t.Fatal(err)
		}
		here, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		at, ok := linkBetween(here.RemoteAddr(), here.LocalAddr())
		if !ok {
			t.Fatal(here.RemoteAddr(), here.LocalAddr())
		}
		asked, err := at.ask()
		if errors.Is(err, errors.ErrUnsupported) {
			t.Logf("the system answers nothing: %v", err)
			asked, err = at.read()
		}
		read, bad := at.read()
		if err != nil || bad != nil || asked != read || asked.user != os.Geteuid() || asked.inode != inodeOf(t, client) {
			t.Errorf("%s from %s: asked %+v, %v; read %+v, %v", c.listen, c.dial, asked, err, read, bad)
		}
		turned := link{at.here, at.client}
		if s, err := turned.socket(); err != nil || s.inode != inodeOf(t, here) {
			t.Errorf("%s turned: got %+v, %v", c.listen, s, err)
		}
		if err := errors.Join(client.Close(), here.Close()); err != nil {
			t.Fatal(err)
		}
		s, err := at.socket()
		for end := time.Now().Add(10 * time.Second); !errors.Is(err, errNoSocket) && time.Now().Before(end); { // a program that just starts may have it for a moment
			runtime.Gosched()
			s, err = at.socket()
		}
		if !errors.Is(err, errNoSocket) {
			t.Errorf("%s: closed, and yet %+v, %v", c.listen, s, err)
		}
		_ = l.Close()
	}
}

func inodeOf(t *testing.T, c net.Conn) (inode string) {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.Control(func(fd uintptr) {
		name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(fd)))
		if err != nil {
			t.Error(err)
		}
		inode = name[len("socket:[") : len(name)-1]
	})
	return inode
}

// BenchmarkLink tells what it costs to know whose program calls.
func BenchmarkLink(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	at, _ := linkBetween(client.LocalAddr(), client.RemoteAddr())
	for b.Loop() {
		if _, err := at.user(); err != nil {
			b.Fatal(err)
		}
	}
}
