package neighbours_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/neighbours"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// said is a oneway request to a group's member, whose arguments are written by put.
func said(v cdr.Version, little bool, operation string, put func(e *cdr.Encoder)) []byte {
	e := cdr.NewEncoder(nil, little, &cdr.Env{Version: v})
	m := giop.BeginRequest(e, v, &giop.RequestHead{ID: 1, Key: []byte("x"), Operation: operation})
	put(e)
	giop.Finish(e, m)
	return e.Bytes()
}

// FuzzHear: whatever message comes to the group, of what is remembered nothing exceeds its bound or cannot be shown, and each is counted as what it was, or not looked at.
func FuzzHear(f *testing.F) {
	here := func(e *cdr.Encoder, name string, addresses ...string) {
		for range 16 {
			e.Octet(7)
		}
		e.RawString(name)
		e.ULong(uint32(len(addresses)))
		for _, a := range addresses {
			e.RawString(a)
		}
		e.ULongLong(1e9)
	}
	for _, v := range []cdr.Version{cdr.V10, cdr.V12} {
		for _, little := range []bool{false, true} {
			f.Add(said(v, little, "announce", func(e *cdr.Encoder) { here(e, "ada", "127.0.0.1:3053"); e.ULongLong(0); e.RawString("") }), uint16(1))
			f.Add(said(v, little, "who_has", func(e *cdr.Encoder) { e.ULongLong(5); e.RawString("bank"); e.ULong(2); e.Octet(0); e.Octet(0) }), uint16(2))
		}
	}
	f.Add(said(cdr.V12, true, "announce", func(e *cdr.Encoder) { here(e, "a\x1b[2Jb"); e.ULongLong(1); e.RawString("name") }), uint16(3))
	f.Add(said(cdr.V12, true, "announce", func(e *cdr.Encoder) { here(e, "eve"); e.ULong(0xffffffff) }), uint16(4))
	l, err := neighbours.Open(neighbours.Config{
		Interface: "127.0.0.1", Group: aGroup(), Self: neighbours.Self{ID: [16]byte{1}, Name: "self", Addresses: []string{"127.0.0.1:1"}},
		Has: func(context.Context, string) (string, error) { return "", nil },
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = l.Close() })
	o, err := orb.New(orb.Config{Transports: transport.Set{mem.New()}, Listen: []string{mem.Name + ":fuzz:1"}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = o.Shutdown(f.Context()) })
	member, err := poa.New(o).Activate(l.Hearer())
	if err != nil {
		f.Fatal(err)
	}
	p, err := orb.RefOf(member).IOR().Profiles[0].IIOP()
	if err != nil {
		f.Fatal(err)
	}
	last := said(cdr.V12, true, "who_has", func(e *cdr.Encoder) { e.ULongLong(6); e.RawString("nothing"); e.ULong(0) })
	f.Fuzz(func(t *testing.T, msg []byte, from uint16) {
		at := netip.AddrFrom4([4]byte{127, 0, byte(from >> 8), byte(from)})
		peer := net.UDPAddrFromAddrPort(netip.AddrPortFrom(at, 7))
		before := l.Counts().Questions
		_ = o.Deliver(bytes.Clone(msg), p.Key, peer) // whose error says why nothing was carried out
		if err := o.Deliver(last, p.Key, peer); err != nil {
			t.Fatal(err)
		}
		for l.Counts().Questions == before { // they are begun one behind the other
			runtime.Gosched()
		}
		all := l.Daemons()
		of := map[netip.Addr]int{}
		for _, h := range all {
			of[h.From]++
			texts := append([]string{h.Name}, h.Addresses...)
			for _, s := range texts {
				if len(s) > neighbours.MostName || !neighbours.Printable(s) {
					t.Errorf("%q is remembered", s)
				}
			}
			if len(h.Addresses) > neighbours.MostAddresses || of[h.From] > neighbours.MostPerHost || h.ID == [16]byte{1} {
				t.Errorf("remembered is %+v", h)
			}
		}
		if len(all) > neighbours.MostDaemons {
			t.Errorf("%d are remembered", len(all))
		}
	})
}
