package miop_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/opendsom/dsom/transport/miop"
)

// TestGroupAlone: a group's socket hears the group and nothing else that is sent to its port, leaves the port at other addresses to others, and may be had twice.
func TestGroupAlone(t *testing.T) {
	t.Parallel()
	one, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	at := netip.AddrPortFrom(netip.MustParseAddr("239.255.17.9"), one.LocalAddr().(*net.UDPAddr).AddrPort().Port())
	var groups []*net.UDPConn
	for range 2 {
		c, err := miop.Listen(at, "127.0.0.1")
		if err != nil {
			t.Fatalf("beside a program that has the port at an address: %v", err)
		}
		defer c.Close()
		groups = append(groups, c)
	}
	from, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	for _, to := range []string{"127.0.0.1", "127.0.0.2"} { // the second is nobody's
		if _, err := from.WriteToUDPAddrPort([]byte("to "+to), netip.AddrPortFrom(netip.MustParseAddr(to), at.Port())); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := from.WriteToUDPAddrPort([]byte("to the group"), at); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 64)
	for _, c := range groups {
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		if n, _, err := c.ReadFromUDPAddrPort(b); err != nil || string(b[:n]) != "to the group" {
			t.Errorf("%q, %v", b[:n], err)
		}
	}
	_ = one.SetReadDeadline(time.Now().Add(20 * time.Second))
	if n, _, err := one.ReadFromUDPAddrPort(b); err != nil || string(b[:n]) != "to 127.0.0.1" {
		t.Errorf("%q, %v", b[:n], err)
	}
}
