package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// proxy is TCP from an address of its own, with a header that says who calls: as HAProxy does with send-proxy-v2.
type proxy struct {
	transport.Transport
	from   string
	client netip.AddrPort
}

func (p proxy) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(p.from)}}
	c, err := d.DialContext(ctx, "tcp", e.Address())
	if err != nil {
		return nil, err
	}
	at := p.client.Addr().As4()
	header := append([]byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c"), at[:]...)
	header = append(header, 127, 0, 0, 1, byte(p.client.Port()>>8), byte(p.client.Port()), byte(e.Port>>8), byte(e.Port))
	if _, err := c.Write(header); err != nil {
		c.Close()
		return nil, err
	}
	return transport.Wrap(c), nil
}

// TestProxies: what a client may do follows from where its proxy says it is, and one who is said to be on loopback is no program of this machine, whoever listens there.
func TestProxies(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{
		State: t.TempDir(), Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")},
		Live: daemon.Live{Writers: daemon.Writers{ThisMachine: true, Networks: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16"), netip.MustParsePrefix("127.0.0.0/8")}}},
	})
	some, err := net.Listen("tcp", "127.0.0.1:0") // a socket of this user's, whose address the proxy tells
	if err != nil {
		t.Fatal(err)
	}
	defer some.Close()
	here := netip.MustParseAddrPort(some.Addr().String())
	for _, c := range []struct {
		name string
		by   transport.Transport
		want string // what comes of a change: "", or why not
	}{
		{"from a network that may", proxy{tcp.New(), "127.0.0.2", netip.MustParseAddrPort("10.9.1.1:7")}, ""},
		{"from elsewhere", proxy{tcp.New(), "127.0.0.2", netip.MustParseAddrPort("10.8.1.1:7")}, "denied"},
		{"from the proxy's loopback", proxy{tcp.New(), "127.0.0.2", here}, "denied"},
		{"by who is no proxy", proxy{tcp.New(), "127.0.0.3", netip.MustParseAddrPort("10.9.1.1:7")}, "lost"},
		{"without a proxy", tcp.New(), ""},
	} {
		o, err := orb.New(orb.Config{Transports: transport.Set{c.by}})
		if err != nil {
			t.Fatal(err)
		}
		root, err := cosnaming.NamingContextClass.Bind(t.Context(), o, fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", d.port))
		if err == nil {
			_, err = root.NewContext(t.Context())
		}
		got := "lost"
		switch sys := (*exc.SystemException)(nil); {
		case err == nil:
			got = ""
		case errors.As(err, &sys) && sys.Kind == exc.NoPermission && sys.Minor == exc.MinorWriteDenied:
			got = "denied"
		}
		if got != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		_ = o.Shutdown(context.Background())
	}
}
