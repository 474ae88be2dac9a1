package node_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbns"
)

// FuzzHear: whatever packets come to a name server and a node of it, of one octet that says how long each is, the node keeps its name, what is answered to a packet is bounded, and both go on.
func FuzzHear(f *testing.F) {
	question := nbns.Question{Name: name("ADA"), Type: nbns.TypeNB, Class: 1}
	record := nbns.Record{Name: name("ADA"), Type: nbns.TypeNB, Class: 1, TTL: 60, Data: []byte{0, 0, 10, 0, 0, 66}}
	for op := range nbns.Op(10) {
		for _, response := range []bool{false, true} {
			p := &nbns.Packet{ID: 1, Op: op, Response: response, Questions: []nbns.Question{question}, Additionals: []nbns.Record{record}}
			if response {
				p.Questions, p.Answers = nil, p.Additionals
			}
			b := p.Append(nil)
			f.Add(append([]byte{byte(len(b))}, b...), byte(op)%3)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, to byte) {
		synctest.Test(t, func(t *testing.T) {
			l := newLAN()
			s := l.node(t, 1, nbns.B, serves)
			n := l.node(t, 2, nbns.H, asks(1))
			if err := n.Register(t.Context(), name("ADA"), false); err != nil {
				t.Fatal(err)
			}
			mallory := l.open(at(66), at(66))
			defer mallory.Close()
			for range 16 { // packets of one input
				if len(data) == 0 {
					break
				}
				size := min(int(data[0]), len(data)-1)
				l.forget()
				_ = mallory.WriteTo(data[1:1+size], []netip.AddrPort{at(1), at(2), netip.AddrPortFrom(toAll, nbns.Port)}[to%3])
				synctest.Wait()
				if n := l.count(func(p packet) bool { return p.from != at(66) }); n > 8 {
					t.Errorf("%d packets came of one", n)
				}
				data = data[1+size:]
			}
			time.Sleep(time.Minute)
			where(t, l.node(t, 3, nbns.P, asks(1)), name("ADA"), 2)
			if _, has := n.Has(name("ADA")); !has {
				t.Errorf("it has lost its name: %+v, %+v", n.Counts(), s.Counts())
			}
		})
	})
}
