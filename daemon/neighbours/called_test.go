package neighbours

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/pipe"
)

type at struct{ network string }

func (a at) Network() string { return a.network }
func (a at) String() string  { return "x" }

// TestWhoMayAsk holds that hosts of the link and of this machine may ask by a call, however they have come, and nobody else.
func TestWhoMayAsk(t *testing.T) {
	t.Parallel()
	s := &called{link: &Link{c: Config{Interface: "port"}, networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}}
	for _, c := range []struct {
		peer net.Addr
		may  bool
	}{
		{nil, true},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, true}, {&net.TCPAddr{IP: net.IPv6loopback}, true},
		{&net.TCPAddr{IP: net.IPv4(192, 0, 2, 9)}, true}, {&net.TCPAddr{IP: net.IPv4(198, 51, 100, 1)}, false},
		{&net.UnixAddr{Net: "unix"}, true}, {at{pipe.Name}, true}, {at{"spx"}, false}, {at{"tcp"}, false},
	} {
		ctx := context.Background()
		if c.peer != nil {
			ctx = orb.WithPeer(ctx, c.peer)
		}
		if err := s.may(ctx); (err == nil) != c.may || err != nil && !errors.Is(err, exc.NoPermission) {
			t.Errorf("%T %v: %v", c.peer, c.peer, err)
		}
	}
}
