package rip

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport/ipx"
)

// FuzzTake: whatever routers say, a network that was asked for has one of them as its way, or none, and none that was not asked for is known.
func FuzzTake(f *testing.F) {
	answer := func(op uint16, entries ...[3]uint32) []byte {
		b := binary.BigEndian.AppendUint16(nil, op)
		for _, e := range entries {
			b = binary.BigEndian.AppendUint32(b, e[0])
			b = binary.BigEndian.AppendUint16(b, uint16(e[1]))
			b = binary.BigEndian.AppendUint16(b, uint16(e[2]))
		}
		return b
	}
	f.Add(answer(response, [3]uint32{5, 1, 2}), uint32(ipxtest.Net), uint16(ipx.SocketRIP))
	f.Add(answer(response, [3]uint32{5, noWay, 2}, [3]uint32{6, 1, 1}), uint32(ipxtest.Net), uint16(ipx.SocketRIP))
	f.Add(answer(request, [3]uint32{0xffffffff, 0xffff, 0xffff}), uint32(ipxtest.Net), uint16(ipx.SocketRIP))
	f.Add([]byte{0, 2, 1}, uint32(1), uint16(7))
	f.Fuzz(func(t *testing.T, b []byte, net uint32, socket uint16) {
		w := ipxtest.New(ipxtest.Faults{})
		s := ipx.NewStation(w.Port(ipxtest.Node(1)))
		defer s.Close()
		r, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		var far *ipx.UnreachableError
		if _, err := r.Next(5, false); !errors.As(err, &far) {
			t.Fatal(err)
		}
		router := ipxtest.Node(2)
		r.take(&ipx.Packet{Type: ipx.TypeRIP, Dst: s.Addr(), Src: ipx.Addr{Net: net, Node: router, Socket: socket}, Data: b})
		if len(r.by) != 1 {
			t.Errorf("%d networks are known", len(r.by))
		}
		if way, err := r.Next(5, false); err == nil && (way != router || net != s.Addr().Net || socket != ipx.SocketRIP || len(b) < 2+entry) || err != nil && !errors.As(err, &far) {
			t.Errorf("the way is %v, %v, by %x of network %x, socket %x", way, err, b, net, socket)
		}
		if x := r.by[5]; x.known.After(time.Now()) {
			t.Errorf("known since %v", x.known)
		}
	})
}
