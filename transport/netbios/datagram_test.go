package netbios_test

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/nbds"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/node"
)

// TestDatagrams: between two nodes on loopback what is for a name arrives, and what is for none, is a piece, is not what it says, or is too long does not.
func TestDatagrams(t *testing.T) {
	t.Parallel()
	names, port := uint16(freeport.UDP(t)), uint16(freeport.UDP(t))
	start := func(addr string, serve bool) (*node.Node, *netbios.Datagrams) {
		i := node.Interface{Addr: netip.MustParseAddr(addr)}
		u, _, err := i.Open(t.Context(), names, false)
		if err != nil {
			t.Fatal(err)
		}
		n, err := node.Start(node.Config{Type: nbns.P, Unicast: u, Addr: i.Addr, Port: names, Serve: serve, Servers: []netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), names)}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.Close() })
		c, _, err := i.Open(t.Context(), port, false)
		if err != nil {
			t.Fatal(err)
		}
		d := netbios.NewDatagrams(n, c, netip.Addr{}, port)
		t.Cleanup(func() { d.Close() })
		return n, d
	}
	a, da := start("127.0.0.1", true)
	b, db := start("127.0.0.2", false)
	ada, _ := nbname.New("ADA", nbname.DSOM, "")
	eve, _ := nbname.New("EVE", nbname.DSOM, "")
	all, _ := nbname.New("ALL", nbname.DSOM, "")
	for _, err := range []error{a.Register(t.Context(), ada, false), b.Register(t.Context(), eve, false), b.Register(t.Context(), all, true)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	odd, err := net.Dial("udp4", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), port).String())
	if err != nil {
		t.Fatal(err)
	}
	defer odd.Close()
	odd.SetDeadline(time.Now().Add(10 * time.Second))
	own := odd.LocalAddr().(*net.UDPAddr).AddrPort()
	own = netip.AddrPortFrom(own.Addr().Unmap(), own.Port())
	p := nbds.Packet{Type: nbds.DirectUnique, First: true, Source: own, From: ada, To: eve, Data: []byte("not this")}
	for _, change := range []func(*nbds.Packet){
		func(p *nbds.Packet) { p.More = true }, func(p *nbds.Packet) { p.Offset = 512 }, func(p *nbds.Packet) { p.Source = netip.MustParseAddrPort("127.0.0.9:138") },
		func(p *nbds.Packet) { p.To = all }, func(p *nbds.Packet) { p.To = ada }, func(p *nbds.Packet) { p.Type = nbds.DirectGroup }, func(p *nbds.Packet) { p.Type = nbds.Broadcast },
	} {
		q := p
		change(&q)
		if _, err := odd.Write(q.Append(nil)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := odd.Write([]byte("no packet")); err != nil {
		t.Fatal(err)
	}
	if err := da.Send(t.Context(), ada, eve, []byte("GIOP")); err != nil {
		t.Fatal(err)
	}
	got, err := db.Receive()
	if err != nil || string(got.Data) != "GIOP" || got.From != ada || got.To != eve || got.Group || got.Source != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("%+v, %v", got, err)
	}
	if c := db.Counts(); c != (netbios.DatagramCounts{Malformed: 1, Pieces: 2, Foreign: 1, Strangers: 3}) {
		t.Errorf("%+v", c)
	}
	reply := make([]byte, 100)
	n, err := odd.Read(reply)
	if e, bad := nbds.Parse(reply[:n]); err != nil || bad != nil || e.Type != nbds.Error || e.Code != nbds.NotPresent {
		t.Errorf("for a name that is not there: %x, %v, %v", reply[:n], err, bad)
	}
	if err := da.Send(t.Context(), ada, eve, make([]byte, 513)); err == nil || !strings.Contains(err.Error(), "netbios-datagram") {
		t.Errorf("513 octets: %v", err)
	}
	if err := da.Send(t.Context(), ada, all, nil); err == nil || !strings.Contains(err.Error(), "group") {
		t.Errorf("to a group, without a way: %v", err)
	}
	nobody, _ := nbname.New("NOBODY", nbname.DSOM, "")
	if err := da.Send(t.Context(), ada, nobody, nil); err == nil {
		t.Error("to nobody")
	}
	db.Close()
	if got, err := db.Receive(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%+v, %v", got, err)
	}
}
