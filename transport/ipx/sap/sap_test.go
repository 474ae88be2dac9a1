package sap_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/rip"
	"github.com/opendsom/dsom/transport/ipx/sap"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func station(t *testing.T, w *ipxtest.Wire, n byte) *ipx.Station {
	s := ipx.NewStation(w.Port(ipxtest.Node(n)))
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestFound has a server told of and found, over a network that loses some; queries are bounded, and answers shorter than three times the question; tshark decodes all of it.
func TestFound(t *testing.T) {
	var r ipxtest.Recording
	synctest.Test(t, func(t *testing.T) {
		w := ipxtest.New(ipxtest.Faults{Seed: 3, Delay: time.Millisecond})
		lose := 2
		var longest int
		w.Saw = func(to ipx.Node, b []byte) {
			r.Saw(ipx.EthernetII, to, b)
			if to != ipx.Broadcast {
				longest = max(longest, len(b))
			}
		}
		w.Drop = func(b []byte) bool { // the first two queries
			p, _ := ipx.Parse(b)
			if q, err := sap.Parse(p.Data); err == nil && q.Op == sap.Query && lose > 0 {
				lose--
				return true
			}
			return false
		}
		server, client := station(t, w, 1), station(t, w, 2)
		tell, err := sap.Tell(server, "ADA", 3053)
		if err != nil {
			t.Fatal(err)
		}
		want := ipx.Addr{Net: ipxtest.Net, Node: ipxtest.Node(1), Socket: 3053}
		if got, err := (sap.Finder{}).Resolve(t.Context(), client, "ada"); err != nil || got != want {
			t.Errorf("%v, %v", got, err)
		}
		var missing *sap.NotFoundError
		if got, err := (sap.Finder{}).Resolve(t.Context(), client, "EVE"); !errors.As(err, &missing) {
			t.Errorf("%v, %v", got, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if _, err := (sap.Finder{}).Resolve(ctx, client, "EVE"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if most := 3 * 34; longest > most {
			t.Errorf("an answer of %d octets; %d are the most", longest, most)
		}
		// The nearest of any type, as NetWare's clients ask.
		nearest := 0
		socket, err := client.Open(0, func(p *ipx.Packet) {
			if q, err := sap.Parse(p.Data); err == nil && q.Op == sap.NearestAnswer && len(q.Entries) == 1 && q.Entries[0].Addr == want && q.Entries[0].Name == "ADA" {
				nearest++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		ask := sap.Packet{Op: sap.NearestQuery, Type: sap.TypeAny}
		for range 100 {
			_ = client.Send(&ipx.Packet{Type: ipx.TypeSAP, Dst: ipx.Addr{Node: ipx.Broadcast, Socket: ipx.SocketSAP}, Src: ipx.Addr{Socket: socket}, Data: ask.Append(nil)})
		}
		_ = client.Send(&ipx.Packet{Type: ipx.TypeSAP, Dst: ipx.Addr{Node: ipx.Broadcast, Socket: ipx.SocketSAP}, Src: ipx.Addr{Socket: socket}, Data: []byte("junk")})
		time.Sleep(time.Second)
		synctest.Wait()
		answered, refused, malformed := tell.Counts()
		if nearest < 30 || nearest > 40 || answered+refused != 100+5 || malformed != 1 {
			t.Errorf("%d answers; %d, %d, %d", nearest, answered, refused, malformed)
		}
		time.Sleep(3 * time.Minute)
		tell.Close()
		time.Sleep(time.Second)
		if _, err := (sap.Finder{}).Resolve(t.Context(), client, "ADA"); !errors.As(err, &missing) {
			t.Errorf("a server that has ended: %v", err)
		}
	})
	if out := r.Decode(t, nil, "_ws.malformed || !(ipxsap)", "frame.number", "_ws.col.Info"); len(out) > 0 {
		t.Errorf("no SAP: %q", out)
	}
	out := strings.Join(r.Decode(t, nil, "ipxsap", "_ws.col.Info", "ipxsap.server.name", "ipxsap.server.type", "ipxsap.server.socket", "ipxsap.server.intermediate_networks"), "\n")
	for _, want := range []string{"General Query", "Nearest Query", "General Response\tADA\t3053\t3053\t1", "Nearest Response\tADA", "General Response\tADA\t3053\t3053\t16"} {
		if !strings.Contains(out, want) && !strings.Contains(strings.NewReplacer("0x0bed", "3053").Replace(out), want) {
			t.Errorf("tshark does not see %q in\n%.2000s", want, out)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if n, err := sap.Name("ada-1_x"); err != nil || n != "ADA-1_X" {
		t.Errorf("%q, %v", n, err)
	}
	for _, s := range []string{"", "a b", "a/b", "a.b", "a:b", "ä", "a\x00", strings.Repeat("x", 48)} {
		if n, err := sap.Name(s); err == nil {
			t.Errorf("%q is %q", s, n)
		}
	}
}

func FuzzPacket(f *testing.F) {
	for _, p := range []sap.Packet{{Op: 1, Type: 4}, {Op: 2, Entries: []sap.Entry{{Type: 4, Name: "ADA"}, {Name: "EVE"}}}} {
		f.Add(p.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := sap.Parse(b)
		if err != nil {
			return
		}
		again, err := sap.Parse(p.Append(nil))
		if err != nil || again.Op != p.Op || again.Type != p.Type || len(again.Entries) != len(p.Entries) {
			t.Errorf("%x: %+v, %+v, %v", b, p, again, err)
		}
	})
}

// TestRouted has a client on one network and a server on another, and a router between, which says by RIP that it is one: the server is found and answers.
func TestRouted(t *testing.T) {
	var r ipxtest.Recording
	synctest.Test(t, func(t *testing.T) {
		w := ipxtest.New(ipxtest.Faults{Delay: time.Millisecond})
		w.Saw = func(to ipx.Node, b []byte) { r.Saw(ipx.EthernetII, to, b) }
		client := station(t, w, 2)
		if _, err := rip.New(client); err != nil {
			t.Fatal(err)
		}
		heard := 0
		router := ipx.NewStation(&router{Port: w.Port(ipxtest.Node(9)), sees: func([]byte) { heard++ }})
		defer router.Close()
		asked := 0
		if _, err := router.Open(ipx.SocketRIP, func(p *ipx.Packet) {
			asked++
			if len(p.Data) != 10 || binary.BigEndian.Uint16(p.Data) != 1 {
				return
			}
			answer := append([]byte{0, 2}, p.Data[2:6]...)
			answer = append(answer, 0, 1, 0, 2)
			answer = append(answer, 0, 0, 0, 99, 0, 1, 0, 1) // which nobody has asked for
			_ = router.Send(&ipx.Packet{Type: ipx.TypeRIP, Dst: p.Src, Src: ipx.Addr{Socket: ipx.SocketRIP}, Data: answer})
		}); err != nil {
			t.Fatal(err)
		}
		far := ipx.Addr{Net: 0x77, Node: ipxtest.Node(5), Socket: 0x4000}
		var unreachable *ipx.UnreachableError
		if err := client.Send(&ipx.Packet{Dst: far, Data: []byte("one")}); !errors.As(err, &unreachable) {
			t.Errorf("%v", err)
		}
		_ = client.Send(&ipx.Packet{Dst: far, Data: []byte("too early to ask again")})
		time.Sleep(time.Second)
		synctest.Wait()
		if err := client.Send(&ipx.Packet{Dst: far, Data: []byte("two")}); err != nil || asked != 1 {
			t.Errorf("%v; asked %d times", err, asked)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if heard != 1 {
			t.Errorf("the router has %d packets to send on", heard)
		}
		if err := client.Send(&ipx.Packet{Dst: ipx.Addr{Net: 99, Node: far.Node}}); !errors.As(err, &unreachable) {
			t.Errorf("a way that was told without a question: %v", err)
		}
		time.Sleep(4 * time.Minute)
		if err := client.Send(&ipx.Packet{Dst: far}); !errors.As(err, &unreachable) {
			t.Errorf("a way that was told four minutes ago: %v", err)
		}
		for net := range uint32(1000) {
			_ = client.Send(&ipx.Packet{Dst: ipx.Addr{Net: 1000 + net, Node: far.Node}})
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if asked > 70 {
			t.Errorf("asked %d times", asked)
		}
	})
	if out := r.Decode(t, nil, "_ws.malformed", "frame.number", "_ws.col.Info"); len(out) > 0 {
		t.Errorf("malformed: %q", out)
	}
	if out := r.Decode(t, nil, "ipxrip.request", "_ws.col.Info"); len(out) < 1 {
		t.Errorf("no request of RIP: %q", out)
	}
}

// A router sees packets that come to its node and are for another network.
type router struct {
	*ipxtest.Port
	sees func([]byte)
}

func (r *router) Receive(b []byte) (int, error) {
	n, err := r.Port.Receive(b)
	if p, bad := ipx.Parse(b[:n]); err == nil && bad == nil && p.Dst.Net == 0x77 && bytes.Equal(p.Data, []byte("two")) {
		r.sees(p.Data)
	}
	return n, err
}
