package tunnel

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	"github.com/opendsom/dsom/transport/ipx"
)

// FuzzTake: whatever comes to a server of the tunnel, from who is registered and from who is not, each packet is one of what is counted, and none makes more clients than the one that sent it.
func FuzzTake(f *testing.F) {
	f.Add(registration(), false)
	f.Add(registration(), true)
	f.Add((&ipx.Packet{Type: 4, Dst: ipx.Addr{Node: ipx.Broadcast, Socket: 5}, Src: ipx.Addr{Node: NodeOf(netip.MustParseAddrPort("127.0.0.1:7")), Socket: 5}, Data: []byte("hello")}).Append(nil), true)
	f.Add([]byte("\xff\xff\x00\x1e"), true)
	s, err := Listen(f.Context(), "127.0.0.1:0", 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	ear, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}) // hears what is sent to clients, and is read by nobody
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = ear.Close() })
	client := ear.LocalAddr().(*net.UDPAddr).AddrPort()
	f.Fuzz(func(t *testing.T, b []byte, registered bool) {
		s.mu.Lock()
		s.clients = nil
		s.mu.Unlock()
		if registered {
			s.take(registration(), client)
		}
		if b = bytes.Clone(b); len(b) >= ipx.HeaderSize && registered { // in its own name
			n := NodeOf(client)
			copy(b[22:], n[:])
		}
		before := s.Counts()
		s.take(b, client)
		after := s.Counts()
		if s.Clients() > 1 {
			t.Errorf("%d clients", s.Clients())
		}
		if before == after && len(b) > 0 {
			p, err := ipx.Parse(b)
			own := err == nil && (p.Dst.Node == s.addr.Node || registered && p.Dst.Socket == ipx.SocketEcho)
			if !own {
				t.Errorf("%x (%+v, %v) is counted as nothing", b, p, err)
			}
		}
		for { // what is for the server itself
			select {
			case <-s.looped:
				continue
			default:
			}
			break
		}
	})
}
