package rfc1234_test

import (
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/rfc1234"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var here, there = netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")

func TestNodes(t *testing.T) {
	t.Parallel()
	n := rfc1234.NodeOf(netip.MustParseAddr("192.0.2.7"))
	if n.String() != "0000c0000207" {
		t.Error(n)
	}
	if a, ok := rfc1234.AddrOf(n); !ok || a.String() != "192.0.2.7" {
		t.Error(a, ok)
	}
	if _, ok := rfc1234.AddrOf(ipx.Broadcast); ok {
		t.Error("everybody is a node")
	}
}

func TestCarrier(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		absent.Skip(t, "loopback has one address here")
	}
	port := uint16(freeport.UDP(t))
	open := func(at, peer netip.Addr) (*ipx.Station, *rfc1234.Carrier) {
		c, err := rfc1234.Listen(t.Context(), rfc1234.Config{Local: at, Net: 0x3053, Peers: []netip.Addr{peer}, Port: port})
		if err != nil {
			t.Fatal(err)
		}
		s := ipx.NewStation(c)
		t.Cleanup(func() { _ = s.Close() })
		return s, c
	}
	a, ac := open(here, there)
	b, _ := open(there, here)
	var heard atomic.Int64
	for _, s := range []*ipx.Station{a, b} {
		if _, err := s.Open(0x4000, func(p *ipx.Packet) {
			if string(p.Data) == "hello" {
				heard.Add(1)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, to := range []ipx.Addr{b.Addr(), {Node: ipx.Broadcast}} {
		to.Socket = 0x4000
		if err := a.Send(&ipx.Packet{Dst: to, Data: []byte("hello")}); err != nil {
			t.Fatal(err)
		}
	}
	// A third, which says that it is the second.
	raw, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(here, port)))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	p := ipx.Packet{Dst: a.Addr(), Src: b.Addr(), Data: []byte("hello")}
	p.Dst.Socket = 0x4000
	_, _ = raw.Write(p.Append(nil))
	for end := time.Now().Add(time.Minute); heard.Load() != 2 || ac.Foreign() != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d packets came, and %d were foreign", heard.Load(), ac.Foreign())
		}
	}
	if err := a.Send(&ipx.Packet{Dst: ipx.Addr{Node: ipx.Node{1, 2, 3, 4, 5, 6}}}); err == nil {
		t.Error("a node that is no address")
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]rfc1234.Config{
		"none of IPv4":       {Local: netip.IPv6Loopback()},
		"that a peer can":    {Local: netip.IPv4Unspecified()},
		"no address of IPv4": {Local: here, Peers: []netip.Addr{netip.IPv6Loopback()}},
		"ipx-peers":          {Local: here, Peers: make([]netip.Addr, 65)},
	} {
		if x, err := rfc1234.Listen(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, %v; want %q", x, err, want)
		}
	}
}
