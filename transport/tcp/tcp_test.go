package tcp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{
		Transport: tcp.New(),
		Endpoint:  transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"},
		Lazy:      runtime.GOOS != "windows",
		Tells:     true,
		Queues:    true,
	})
}

// TestSuiteBusy is the suite of connections that are busy.
func TestSuiteBusy(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{
		Transport: busy{tcp.New()},
		Endpoint:  transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"},
		Lazy:      runtime.GOOS != "windows",
		Tells:     true,
		Queues:    true,
	})
}

// busy is a transport whose connections are.
type busy struct{ transport.Transport }

func (b busy) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	c, err := b.Transport.Dial(ctx, e)
	if err == nil {
		c.SetBusy(true)
	}
	return c, err
}

func (b busy) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	l, err := b.Transport.Listen(ctx, e)
	return busyListener{l}, err
}

type busyListener struct{ transport.Listener }

func (l busyListener) Accept() (transport.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		c.SetBusy(true)
	}
	return c, err
}

func TestBothVersionsOfIP(t *testing.T) {
	t.Parallel()
	tr := tcp.New()
	l, err := tr.Listen(t.Context(), transport.Endpoint{Network: tcp.Name})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, host := range []string{"127.0.0.1", "::1", "localhost"} {
		c, err := tr.Dial(t.Context(), transport.Endpoint{Network: tcp.Name, Host: host, Port: l.Endpoint().Port})
		if err != nil {
			if host == "::1" {
				t.Logf("no IPv6 here: %v", err)
				continue
			}
			t.Fatal(err)
		}
		c.Close()
	}
}

// TestGuard: what a name means is held against the guard before there is a connection, whose error is that of Dial.
func TestGuard(t *testing.T) {
	t.Parallel()
	l, err := tcp.New().Listen(t.Context(), transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	to := transport.Endpoint{Network: tcp.Name, Host: "localhost", Port: l.Endpoint().Port}
	refused := errors.New("not there")
	var asked []netip.Addr
	for _, answer := range []error{refused, nil} {
		asked = nil
		c, err := tcp.New().Dial(transport.WithGuard(t.Context(), func(a netip.Addr) error {
			asked = append(asked, a)
			return answer
		}), to)
		if !errors.Is(err, answer) || (err == nil) != (answer == nil) {
			t.Errorf("got %v, want %v", err, answer)
		}
		if !slices.Contains(asked, netip.MustParseAddr("127.0.0.1")) {
			t.Errorf("the guard was asked about %v", asked)
		}
		if err == nil {
			c.Close()
		}
	}
}

// TestWriters: several at once; what each writes stays together, as net.Conn promises.
func TestWriters(t *testing.T) {
	t.Parallel()
	const many, times, size = 8, 200, 700
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
	a.SetBusy(true)
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var all sync.WaitGroup
	for k := range many {
		all.Go(func() {
			for range times {
				if _, err := a.Write(bytes.Repeat([]byte{byte(k)}, size)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	go func() {
		all.Wait()
		a.CloseWrite()
	}()
	got, err := io.ReadAll(b)
	if err != nil || len(got) != many*times*size {
		t.Fatalf("read %d octets, %v; want %d", len(got), err, many*times*size)
	}
	for i := 0; i < len(got); i += size {
		if message := got[i : i+size]; !bytes.Equal(message, bytes.Repeat(message[:1], size)) {
			t.Fatalf("what one wrote, and what others did, is mixed at octet %d", i)
		}
	}
}
