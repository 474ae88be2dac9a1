package proxied_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/proxied"
	"github.com/opendsom/dsom/transport/tcp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var (
	here  = transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"}
	quiet = slog.New(slog.NewTextHandler(io.Discard, nil))
	me    = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
)

// speaking is a proxy's side: it begins each connection with a header.
type speaking struct{ transport.Transport }

func (s speaking) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	c, err := s.Transport.Dial(ctx, e)
	if err == nil {
		_, err = c.Write([]byte(whole(0x21, 0x11, v4)))
	}
	return c, err
}

// TestSuite: behind a header a connection is as any other.
func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{
		Transport: speaking{proxied.New(tcp.New(), proxied.Config{Proxies: me, Logger: quiet})}, Endpoint: here, Lazy: runtime.GOOS != "windows", Queues: true,
	})
}

// TestWho: whose connection it is, by who connects and what he says; and that nobody waits for who says nothing.
func TestWho(t *testing.T) {
	t.Parallel()
	lim := new(limits.Limits)
	lim.Set(limits.ConnectTimeout, int64(time.Minute))
	for _, c := range []struct {
		name    string
		proxies string
		first   string
		peer    string // "": the connection is closed; self: that of who connected
		reads   string
	}{
		{"a proxy", "127.0.0.1", whole(0x21, 0x11, v4) + "GIOP", "10.1.2.3:12345", "GIOP"},
		{"a proxy of a network", "10.0.0.0/8, 127.0.0.0/8", whole(0x21, 0x21, v6) + "GIOP", "[2001:db8::7]:9", "GIOP"},
		{"a proxy of a network of mapped addresses", "::ffff:127.0.0.0/104", whole(0x21, 0x11, v4) + "GIOP", "10.1.2.3:12345", "GIOP"},
		{"a proxy for itself", "127.0.0.1", whole(0x20, 0, "") + "GIOP", "self", "GIOP"},
		{"a proxy that does not say", "127.0.0.1", whole(0x21, 0, "") + "GIOP", "self", "GIOP"},
		{"a proxy without a header", "127.0.0.1", "GIOP\x01\x02\x01\x00\x00\x00\x00\x00........", "", ""},
		{"a proxy that lies", "127.0.0.1", header(0x21, 0x11, 65535, v4), "", ""},
		{"somebody else", "10.0.0.7", whole(0x21, 0x11, v4), "self", signature},
	} {
		proxies, err := proxied.Prefixes(c.proxies)
		if err != nil {
			t.Fatal(err)
		}
		l, err := proxied.New(tcp.New(), proxied.Config{Proxies: proxies, Limits: lim, Logger: quiet}).Listen(t.Context(), here)
		if err != nil {
			t.Fatal(err)
		}
		silent, err := net.Dial("tcp", l.Endpoint().Address()) // says nothing, and holds nobody up
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		if proxies[0].Addr().String() == "10.0.0.7" {
			first, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			first.Close()
		}
		out, err := net.Dial("tcp", l.Endpoint().Address())
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if _, err := io.WriteString(out, c.first); err != nil {
			t.Fatal(err)
		}
		if c.peer == "" {
			out.SetReadDeadline(time.Now().Add(30 * time.Second))
			if _, err := out.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: the connection is open: %v", c.name, err)
			}
			l.Close()
			continue
		}
		in, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if c.peer == "self" {
			c.peer = out.LocalAddr().String()
			if _, ok := in.RemoteAddr().(*net.TCPAddr); !ok {
				t.Errorf("%s: the address is a %T", c.name, in.RemoteAddr())
			}
		} else if a, ok := in.RemoteAddr().(proxied.Addr); !ok || a.By != out.LocalAddr().String() {
			t.Errorf("%s: the address is %#v", c.name, in.RemoteAddr())
		}
		if got := in.RemoteAddr().String(); got != c.peer {
			t.Errorf("%s: it is %s, not %s", c.name, got, c.peer)
		}
		in.SetReadDeadline(time.Now().Add(30 * time.Second))
		b := make([]byte, len(c.reads))
		if _, err := io.ReadFull(in, b); err != nil || string(b) != c.reads {
			t.Errorf("%s: read %q, %v", c.name, b, err)
		}
		in.Close()
		if err := l.Close(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		silent.SetReadDeadline(time.Now().Add(30 * time.Second))
		if _, err := silent.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: who said nothing is waited for behind the end", c.name)
		}
	}
}

// watched notes what is asked of its connections, which are of a process of this machine.
type watched struct {
	transport.Transport
	made chan *watchedConn
}

type watchedListener struct {
	transport.Listener
	made chan *watchedConn
}

type watchedConn struct {
	transport.Conn
	deadlines []time.Time
}

func (w watched) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	l, err := w.Transport.Listen(ctx, e)
	return watchedListener{l, w.made}, err
}

func (l watchedListener) Accept() (transport.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &watchedConn{Conn: c}
	l.made <- w
	return w, nil
}

func (c *watchedConn) SetReadDeadline(t time.Time) error {
	c.deadlines = append(c.deadlines, t)
	return c.Conn.SetReadDeadline(t)
}

func (c *watchedConn) Identity() transport.Identity {
	return transport.Identity{Sealed: true, Process: &transport.Process{PID: 1, UID: 2}}
}

// TestBehindTheHeader: the time that a header may take ends with it, and who has connected, a process of this machine, is not who calls.
func TestBehindTheHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first   string
		process bool
	}{{whole(0x21, 0x11, v4), false}, {whole(0x20, 0, ""), true}} { // the second is the proxy's own
		below := watched{tcp.New(), make(chan *watchedConn, 1)}
		l, err := proxied.New(below, proxied.Config{Proxies: me, Logger: quiet}).Listen(t.Context(), here)
		if err != nil {
			t.Fatal(err)
		}
		out, err := net.Dial("tcp", l.Endpoint().Address())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(out, c.first); err != nil {
			t.Fatal(err)
		}
		in, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		w := <-below.made
		if n := len(w.deadlines); n != 2 || w.deadlines[0].IsZero() || !w.deadlines[1].IsZero() {
			t.Errorf("the deadlines for reading were %v", w.deadlines)
		}
		if k := transport.IdentityOf(in); !k.Sealed || (k.Process != nil) != c.process {
			t.Errorf("process %v, sealed %t", k.Process, k.Sealed)
		}
		in.Close()
		out.Close()
		l.Close()
	}
}

// TestSlow: a proxy has a time for its header.
func TestSlow(t *testing.T) {
	t.Parallel()
	lim := new(limits.Limits)
	lim.Set(limits.ConnectTimeout, int64(20*time.Millisecond))
	told := make(chan error, 1)
	l, err := proxied.New(tcp.New(), proxied.Config{Proxies: me, Limits: lim, Logger: quiet, Refused: func(_ net.Addr, why error) { told <- why }}).Listen(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	defer func() {
		if why := <-told; !errors.Is(why, os.ErrDeadlineExceeded) {
			t.Errorf("it is told that %v", why)
		}
	}()
	c, err := net.Dial("tcp", l.Endpoint().Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, signature[:7])
	c.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it is waited for: %v", err)
	}
}

// TestFlood: of proxies that say nothing no more than MostWaiting are waited for.
func TestFlood(t *testing.T) {
	t.Parallel()
	l, err := proxied.New(tcp.New(), proxied.Config{Proxies: me, Logger: quiet}).Listen(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	closed := make(chan struct{}, 1)
	for range proxied.MostWaiting + 1 {
		c, err := net.Dial("tcp", l.Endpoint().Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		go func() {
			if _, err := c.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
				select {
				case closed <- struct{}{}:
				default:
				}
			}
		}()
	}
	select {
	case <-closed:
	case <-time.After(30 * time.Second):
		t.Error("more are waited for")
	}
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{"10.0.0.7": "10.0.0.7/32", "10.1.2.3/8,::1": "10.0.0.0/8 ::1/128", "::ffff:10.0.0.7": "10.0.0.7/32", "::ffff:10.1.0.7/104,::ffff:0:0/96": "10.0.0.0/8 0.0.0.0/0", "::ffff:10.0.0.0/95": "", "": "", "all": "", "10.0.0.0/99": "", "fe80::1%eth0": ""} {
		all, err := proxied.Prefixes(list)
		var got []string
		for _, p := range all {
			got = append(got, p.String())
		}
		if s := strings.Join(got, " "); s != want || (err == nil) != (want != "") {
			t.Errorf("%q: %s, %v", list, s, err)
		}
	}
}
