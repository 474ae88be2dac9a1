package spx_test

import (
	"errors"
	"io"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/opendsom/dsom/internal/ipxtest"
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
