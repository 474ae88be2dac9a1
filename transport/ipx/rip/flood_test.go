package rip_test

import (
	"encoding/binary"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/rip"
	"github.com/opendsom/dsom/transport/spx"
)

// TestFloodOfNetworks: whoever says that he is on many networks, and asks for connections from each, takes no place from those that this side calls, nor from a client of another network that is reached.
func TestFloodOfNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := ipxtest.New(ipxtest.Faults{})
		s := ipx.NewStation(w.Port(ipxtest.Node(1)))
		h := spx.NewHost(s, spx.HostConfig{})
		defer func() { _ = h.Close(); _ = s.Close() }()
		if _, err := rip.New(s); err != nil {
			t.Fatal(err)
		}
		l, err := h.Listen(0x3053)
		if err != nil {
			t.Fatal(err)
		}
		router := ipx.NewStation(w.Port(ipxtest.Node(9)))
		defer router.Close()
		if _, err := router.Open(ipx.SocketRIP, func(p *ipx.Packet) {
			if len(p.Data) != 10 || binary.BigEndian.Uint32(p.Data[2:]) < 0x5000 { // networks that nobody knows
				return
			}
			answer := append([]byte{0, 2}, p.Data[2:6]...)
			_ = router.Send(&ipx.Packet{Type: ipx.TypeRIP, Dst: p.Src, Src: ipx.Addr{Socket: ipx.SocketRIP}, Data: append(answer, 0, 1, 0, 2)})
		}); err != nil {
			t.Fatal(err)
		}
		evil := w.Port(ipxtest.Node(2))
		defer evil.Close()
		to := s.Addr()
		to.Socket = 0x3053
		asks := func(net uint32) {
			q := spx.Header{Control: spx.System | spx.SendAck, Src: 7, Dst: 0xffff, Alloc: 7}
			p := ipx.Packet{Type: ipx.TypeSPX, Dst: to, Src: ipx.Addr{Net: net, Node: ipxtest.Node(byte(net)), Socket: 0x4d53}, Data: q.Append(nil)}
			_ = evil.Send(ipxtest.Node(1), p.Append(nil))
			synctest.Wait()
		}
		answered := 0
		w.Change(func() {
			w.Saw = func(to ipx.Node, b []byte) {
				if p, err := ipx.Parse(b); err == nil && to == ipxtest.Node(9) && p.Dst.Net == 0x5001 {
					answered++
				}
			}
		})
		asks(0x5001)
		time.Sleep(time.Second)
		for net := range uint32(1000) {
			asks(1 + net)
		}
		time.Sleep(20 * time.Second) // they are given up
		far := ipx.Addr{Net: 0x5002, Node: ipxtest.Node(5), Socket: 0x4000}
		_ = s.Send(&ipx.Packet{Dst: far})
		synctest.Wait()
		if err := s.Send(&ipx.Packet{Dst: far}); err != nil {
			t.Errorf("a network that is called: %v", err)
		}
		before := answered
		if asks(0x5001); answered != before+1 {
			t.Errorf("a client of a network that is known has %d answers, after %d", answered, before)
		}
		_ = l.Close()
	})
}
