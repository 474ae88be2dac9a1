package ipx_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/transport/ipx"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestAddresses(t *testing.T) {
	t.Parallel()
	a := ipx.Addr{Net: 0x3053, Node: ipx.Node{2, 0, 0, 0, 0, 1}, Socket: 0x4d53}
	if a.String() != "00003053:020000000001:4d53" || a.Host() != "00003053.020000000001" {
		t.Errorf("%v, %s", a, a.Host())
	}
	if b, err := ipx.ParseAddr(a.String()); err != nil || b != a {
		t.Errorf("%v, %v", b, err)
	}
	a.Socket = 0
	for _, s := range []string{"00003053.020000000001", "3053.020000000001"} {
		if b, err := ipx.ParseHost(s); err != nil || b != a {
			t.Errorf("%s: %v, %v", s, b, err)
		}
	}
	for _, s := range []string{"", ".", "3053", "3053.02000000001", "3053.0200000000012", "123456789.020000000001", "x.020000000001", "3053.0200000000xx", "-1.020000000001", "+1.020000000001"} {
		if b, err := ipx.ParseHost(s); err == nil {
			t.Errorf("%q is %v", s, b)
		}
	}
	for _, s := range []string{"", "::", "3053:020000000001", "3053:020000000001:10000", "3053:020000000001:x", "3053:020000000001:00001"} {
		if b, err := ipx.ParseAddr(s); err == nil {
			t.Errorf("%q is %v", s, b)
		}
	}
}

// unhex reads octets of a test's text, in which # begins a comment.
func unhex(t testing.TB, text string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRecorded has the frames that a program of others' sent and tshark decoded, in each framing: they are read, and made again to the octet.
func TestRecorded(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/frames.hex")
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range strings.Split(strings.TrimSpace(string(file)), "\n\n") {
		name, rest, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
		framing, err := ipx.ParseFraming(name)
		if err != nil {
			t.Fatal(err)
		}
		b := unhex(t, rest)
		to, from, packet, ok := ipx.ParseFrame(framing, b)
		if !ok || to != ipx.Broadcast {
			t.Fatalf("%d: %v: %v, %v", i, framing, to, ok)
		}
		p, err := ipx.Parse(packet)
		if err != nil {
			t.Fatalf("%v: %v", framing, err)
		}
		if p.Type != ipx.TypeSPX || p.Dst.Net != 0x3053 || p.Dst.Socket != 0x4d53 || p.Src.Node != from || p.Src.Socket != 0x4d53 || !bytes.HasPrefix(p.Data, []byte{0x50, 0, 0x11, 0x11, 0x22, 0x22}) || !bytes.HasSuffix(p.Data, []byte("GIOP\x01\x00\x00\x03\x00\x00\x00\x00")) {
			t.Errorf("%v: %+v", framing, p)
		}
		again := ipx.AppendFrame(nil, framing, to, from, p.Append(nil))
		if !bytes.HasPrefix(b, again) || len(again) > len(b) {
			t.Errorf("%v: made again it is\n%x, and was\n%x", framing, again, b)
		}
		for f := range ipx.Framing(4) { // no framing is taken for another
			if _, _, packet, ok := ipx.ParseFrame(f, b); ok && f != framing {
				if _, err := ipx.Parse(packet); err == nil {
					t.Errorf("%v is read as %v", framing, f)
				}
			}
		}
		for n := range again { // and no frame that is cut off as a whole one
			if _, _, packet, ok := ipx.ParseFrame(framing, again[:n]); ok {
				if _, err := ipx.Parse(packet); err == nil {
					t.Errorf("%v: %d octets of %d are a packet", framing, n, len(again))
				}
			}
		}
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	good := (&ipx.Packet{Type: 4, Dst: ipx.Addr{Net: 1, Node: ipx.Broadcast, Socket: 2}, Src: ipx.Addr{Net: 1, Node: ipxtest.Node(1), Socket: 3}, Data: []byte("data")}).Append(nil)
	if p, err := ipx.Parse(append(bytes.Clone(good), 0, 0)); err != nil || string(p.Data) != "data" {
		t.Errorf("padded: %+v, %v", p, err)
	}
	for what, spoil := range map[string]func(b []byte) []byte{
		"checksum":  func(b []byte) []byte { b[0] = 0; return b },
		"length":    func(b []byte) []byte { b[3]++; return b },
		"too short": func(b []byte) []byte { b[2], b[3] = 0, 29; return b },
		"hops":      func(b []byte) []byte { b[4] = 17; return b },
		"from all":  func(b []byte) []byte { copy(b[22:28], ipx.Broadcast[:]); return b },
		"cut":       func(b []byte) []byte { return b[:29] },
		"nothing":   func([]byte) []byte { return nil },
	} {
		var form *ipx.FormError
		if p, err := ipx.Parse(spoil(bytes.Clone(good))); !errors.As(err, &form) {
			t.Errorf("%s: %+v, %v", what, p, err)
		}
	}
}

func FuzzPacket(f *testing.F) {
	f.Add((&ipx.Packet{Type: 5, Dst: ipx.Addr{Net: 1, Node: ipxtest.Node(2), Socket: 2}, Data: []byte("x")}).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ipx.Parse(b)
		if err != nil {
			return
		}
		if again := p.Append(nil); !bytes.Equal(again, b[:len(again)]) {
			t.Errorf("%x is made again as %x", b, again)
		}
	})
}

func FuzzFrame(f *testing.F) {
	p := (&ipx.Packet{Type: 5, Data: []byte("x")}).Append(nil)
	for k := range ipx.Framing(4) {
		f.Add(byte(k), ipx.AppendFrame(nil, k, ipx.Broadcast, ipxtest.Node(1), p))
	}
	f.Fuzz(func(t *testing.T, k byte, b []byte) {
		framing := ipx.Framing(k % 4)
		to, from, packet, ok := ipx.ParseFrame(framing, b)
		if !ok {
			return
		}
		if again := ipx.AppendFrame(nil, framing, to, from, packet); !bytes.Equal(again, b[:len(again)]) {
			t.Errorf("%v %x is made again as %x", framing, b, again)
		}
	})
}

// station makes a station with the end of a wire.
func station(t *testing.T, w *ipxtest.Wire, n byte) (*ipx.Station, *ipxtest.Port) {
	p := w.Port(ipxtest.Node(n))
	s := ipx.NewStation(p)
	t.Cleanup(func() { _ = s.Close() })
	return s, p
}

func TestStation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := ipxtest.New(ipxtest.Faults{})
		a, ap := station(t, w, 1)
		b, _ := station(t, w, 2)
		c, _ := station(t, w, 3)
		var mu sync.Mutex
		var heard []string
		note := func(who string) ipx.Handler {
			return func(p *ipx.Packet) {
				mu.Lock()
				defer mu.Unlock()
				heard = append(heard, fmt.Sprintf("%s: %s from %v", who, p.Data, p.Src.Node))
			}
		}
		for _, x := range []struct {
			s    *ipx.Station
			name string
		}{{a, "a"}, {b, "b"}, {c, "c"}} {
			if _, err := x.s.Open(0x4000, note(x.name)); err != nil {
				t.Fatal(err)
			}
		}
		send := func(from *ipx.Station, to ipx.Addr, text string) {
			t.Helper()
			to.Socket = 0x4000
			if err := from.Send(&ipx.Packet{Dst: to, Data: []byte(text)}); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
		send(a, b.Addr(), "to b")
		send(a, ipx.Addr{Node: ipx.Broadcast}, "to all")
		send(a, ipx.Addr{Node: a.Addr().Node}, "to myself")
		got := strings.Join(heard, "; ")
		for _, want := range []string{"b: to b from 020000000001", "b: to all from", "c: to all from", "a: to myself from 020000000001"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not heard: %s", want, got)
			}
		}
		if len(heard) != 4 {
			t.Errorf("heard %s", got)
		}
		// What is not for this station, what cannot be read, what nobody has opened.
		other := ipx.Packet{Dst: ipx.Addr{Net: 99, Node: a.Addr().Node, Socket: 0x4000}, Src: b.Addr()}
		ap.Inject(other.Append(nil))
		ap.Inject([]byte("not a packet"))
		other.Dst = ipx.Addr{Net: ipxtest.Net, Node: a.Addr().Node, Socket: 0x5000}
		ap.Inject(other.Append(nil))
		synctest.Wait()
		if n := a.Counts(); n.Elsewhere != 1 || n.Malformed != 1 || n.Unopened != 1 || len(heard) != 4 {
			t.Errorf("%+v", n)
		}
		var unreachable *ipx.UnreachableError
		if err := a.Send(&ipx.Packet{Dst: ipx.Addr{Net: 99, Node: ipxtest.Node(2)}}); !errors.As(err, &unreachable) || unreachable.Net != 99 {
			t.Errorf("to another network: %v", err)
		}
		if err := a.Send(&ipx.Packet{Dst: b.Addr(), Data: make([]byte, 1424)}); err == nil || !strings.Contains(err.Error(), "ipx-packet") {
			t.Errorf("too long: %v", err)
		}
		if _, err := a.Open(0x4000, note("again")); !errors.Is(err, ipx.ErrInUse) {
			t.Errorf("a socket is opened twice: %v", err)
		}
		a.Shut(0x4000)
		for i := 0; ; i++ {
			s, err := a.Open(0, note("free"))
			if err != nil {
				if i != ipx.MostSockets || !strings.Contains(err.Error(), "ipx-sockets") {
					t.Errorf("after %d: %v", i, err)
				}
				break
			}
			if s < ipx.FirstFree || s > ipx.LastFree {
				t.Fatalf("socket %04x is free", s)
			}
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if _, err := a.Open(1, note("")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

// TestPing: who asks everybody is answered, so often and no more, and no answer is answered.
func TestPing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := ipxtest.New(ipxtest.Faults{})
		sent := 0
		w.Saw = func(ipx.Node, []byte) { sent++ }
		a, _ := station(t, w, 1)
		b, _ := station(t, w, 2)
		answers := 0
		if _, err := a.Open(ipx.SocketEcho, func(p *ipx.Packet) {
			if p.Src.Node == b.Addr().Node && p.Src.Socket == 0 && len(p.Data) == 0 {
				answers++
			}
		}); err != nil {
			t.Fatal(err)
		}
		ask := func() {
			_ = a.Send(&ipx.Packet{Type: ipx.TypeEcho, Dst: ipx.Addr{Node: ipx.Broadcast, Socket: ipx.SocketEcho}})
			synctest.Wait()
		}
		for range 100 {
			ask()
		}
		if answers != 16 || sent != 116 || b.Counts().Full != 84 {
			t.Errorf("%d answers, %d packets, %+v", answers, sent, b.Counts())
		}
		time.Sleep(time.Second)
		if ask(); answers != 17 {
			t.Errorf("after a second: %d answers", answers)
		}
	})
}

// TestCarrierFails: a carrier that fails for a while is asked again, and not in a circle.
func TestCarrierFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ipx.NewStation(&failing{done: make(chan struct{})})
		time.Sleep(time.Second)
		if n := s.Counts().Failed; n < 5 || n > 20 {
			t.Errorf("%d failures in a second", n)
		}
		_ = s.Close()
	})
}

type failing struct{ done chan struct{} }

func (*failing) Addr() ipx.Addr              { return ipx.Addr{} }
func (*failing) Most() int                   { return 576 }
func (*failing) Send(ipx.Node, []byte) error { return errors.New("down") }
func (f *failing) Close() error              { close(f.done); return nil }
func (f *failing) Receive([]byte) (int, error) {
	select {
	case <-f.done:
		return 0, net.ErrClosed
	default:
		return 0, errors.New("down")
	}
}

// TestDecoded has tshark decode what is made, in all four framings.
func TestDecoded(t *testing.T) {
	t.Parallel()
	var r ipxtest.Recording
	p := ipx.Packet{Type: ipx.TypeSPX, Dst: ipx.Addr{Net: 0x3053, Node: ipxtest.Node(2), Socket: 0x4d53}, Src: ipx.Addr{Net: 0x3053, Node: ipxtest.Node(1), Socket: 0x4d54}, Data: unhex(t, "c000 1234 ffff 0000 0000 0007")}
	for f := range ipx.Framing(4) {
		r.Saw(f, p.Dst.Node, p.Append(nil))
	}
	lines := r.Decode(t, nil, "ipx", "ipx.src", "ipx.dst.node", "ipx.dst.socket", "ipx.len", "spx.src", "frame.protocols", "_ws.malformed")
	if len(lines) != 4 {
		t.Fatalf("tshark decodes %q", lines)
	}
	for i, how := range []string{"eth:ethertype:ipx", "eth:ipx", "eth:llc:ipx", "eth:llc:ipx"} {
		if want := "00003053.020000000001\t02:00:00:00:00:02\t0x4d53\t42\t4660\t" + how + "\t"; lines[i] != want {
			t.Errorf("%v is decoded as %q; want %q", ipx.Framing(i), lines[i], want)
		}
	}
}
