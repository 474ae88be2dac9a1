package spx_test

import (
	"context"
	"errors"
	"io"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/spx"
)

// TestEndedWhileDialled: a peer that takes a connection and ends it before Dial has returned has made one all the same. What it has said is read, and then its end; one that ends out of
// order resets it. As who dials may look before the end or behind, each is tried often.
func TestEndedWhileDialled(t *testing.T) {
	for name, c := range map[string]struct {
		seq   uint16 // of the peer's End
		reset bool
	}{"in order": {1, false}, "out of order": {5, true}} {
		t.Run(name, func(t *testing.T) {
			late := 0
			for range 100 {
				synctest.Test(t, func(t *testing.T) {
					w := ipxtest.New(ipxtest.Faults{})
					s := ipx.NewStation(w.Port(ipxtest.Node(1)))
					h := spx.NewHost(s, spx.HostConfig{})
					defer func() { _ = h.Close(); _ = s.Close() }()
					peer := w.Port(ipxtest.Node(2))
					defer peer.Close()
					go answers(peer, c.seq)
					got, err := h.Dial(t.Context(), ipx.Addr{Net: ipxtest.Net, Node: ipxtest.Node(2), Socket: 0x4d53})
					switch {
					case err == nil && got == nil:
						t.Fatal("no connection, and no error")
					case err != nil:
						late++
						if !c.reset || !errors.Is(err, syscall.ECONNRESET) {
							t.Fatal(err)
						}
					default:
						b, err := io.ReadAll(got)
						if string(b) != "bye" || (err != nil) != c.reset {
							t.Fatalf("%q, %v", b, err)
						}
						synctest.Wait()
						if _, err := got.Write([]byte("x")); err == nil || !c.reset && !errors.Is(err, syscall.EPIPE) {
							t.Fatalf("a write: %v", err)
						}
						_ = got.Close()
					}
				})
			}
			t.Logf("of 100, %d had ended when Dial looked", late)
		})
	}
}

// answers takes the connection that is asked for, by SPX, says something, and ends it, with seq in its End.
func answers(p *ipxtest.Port, seq uint16) {
	b := make([]byte, 2000)
	for {
		n, err := p.Receive(b)
		if err != nil {
			return
		}
		q, _ := ipx.Parse(b[:n])
		h, _, err := spx.Parse(q.Data)
		if err != nil || h.Dst != 0xffff {
			continue
		}
		for _, a := range []struct {
			spx.Header
			data string
		}{
			{spx.Header{Control: spx.System}, ""}, {spx.Header{}, "bye"}, {spx.Header{Control: spx.System, Stream: spx.End, Seq: seq}, ""},
		} {
			a.Src, a.Dst, a.Alloc = 7, h.Src, 7
			r := ipx.Packet{Type: ipx.TypeSPX, Dst: q.Src, Src: q.Dst, Data: append(a.Append(nil), a.data...)}
			_ = p.Send(q.Src.Node, r.Append(nil))
		}
	}
}

// An unnumbered carrier is of a station that was told no network.
type unnumbered struct{ ipx.Carrier }

func (u unnumbered) Addr() ipx.Addr { return ipx.Addr{Node: u.Carrier.Addr().Node} }

// TestUnnumbered: a side that knows no number of its network is called by the other, which does, and calls it, by that number and by none.
func TestUnnumbered(t *testing.T) {
	w := ipxtest.New(ipxtest.Faults{})
	number := over(t, w.Port(ipxtest.Node(1)), spx.HostConfig{})
	none := over(t, unnumbered{w.Port(ipxtest.Node(2))}, spx.HostConfig{})
	for name, c := range map[string]struct {
		by, to *spx.Transport
		at     ipx.Addr
	}{
		"from none, by none":   {none, number, ipx.Addr{Node: ipxtest.Node(1)}},
		"from none, by number": {none, number, ipx.Addr{Net: ipxtest.Net, Node: ipxtest.Node(1)}},
		"to none, by none":     {number, none, ipx.Addr{Node: ipxtest.Node(2)}},
		"to none, by number":   {number, none, ipx.Addr{Net: ipxtest.Net, Node: ipxtest.Node(2)}},
	} {
		l, err := c.to.Listen(t.Context(), transport.Endpoint{Network: spx.Name})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		a, err := c.by.Dial(ctx, spx.Endpoint(c.at.Host(), l.Endpoint().Port))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			l.Close()
			continue
		}
		b, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range [][2]transport.Conn{{a, b}, {b, a}} {
			got := make([]byte, 5)
			if _, err := x[0].Write([]byte("hello")); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if _, err := io.ReadFull(x[1], got); err != nil || string(got) != "hello" {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		a.Close()
		b.Close()
		l.Close()
	}
}
