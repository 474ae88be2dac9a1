package miop_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/transport/miop"
)

var here = netip.MustParseAddrPort("127.0.0.1:5000")

func annotate(b []byte) string {
	p := binfmt.New(b)
	p.To(4, "magic")
	p.To(5, "version 1.0")
	p.To(6, "flags: little-endian %d, the last packet %d", b[5]&1, b[5]>>1&1)
	p.To(8, "octets of the message in this packet")
	p.To(12, "number of the packet")
	p.To(16, "number of packets")
	p.To(20, "octets of the id")
	var order binary.ByteOrder = binary.BigEndian
	if b[5]&1 != 0 {
		order = binary.LittleEndian
	}
	n := int(order.Uint32(b[16:]))
	p.To(20+n, "the id of the message")
	p.To((20+n+7)&^7, "padding to a multiple of 8")
	p.Rest("of the message")
	return p.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]miop.Packet{
		"whole-little": {Little: true, Stop: true, Of: 1, ID: []byte("0DSOM000001\x00"), Data: []byte("GIOP\x01\x02\x01\x00")},
		"whole-big":    {Stop: true, Of: 1, ID: []byte("0DSOM000001\x00"), Data: []byte("GIOP\x01\x02\x00\x00")},
		"first":        {Little: true, Of: 3, ID: []byte("odd"), Data: []byte("GIOP\x01\x02\x01\x00")},
		"last":         {Little: true, Stop: true, Number: 2, Of: 3, ID: []byte("odd"), Data: []byte("end")},
		"no-id":        {Of: 2, ID: []byte{}, Data: []byte("x")},
	} {
		b := p.Append(nil)
		golden.Check(t, name+".txt", annotate(b))
		got, err := miop.Parse(b)
		p.Length = len(p.Data)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s comes back as %+v, %v", name, got, err)
		}
		at := len(b) - len(p.Data)
		for i := range b {
			got, err := miop.Parse(b[:i:i])
			if err == nil {
				t.Fatalf("%s: %d octets of %d are %+v", name, i, len(b), got)
			}
			if i == at && !errors.Is(err, miop.ErrEmpty) {
				t.Errorf("%s without its data: %v", name, err)
			}
		}
	}
}

// TestPeers reads packets of a capture and of PolyORB, which say their lengths each in another way, set flags that nobody knows, and name no order that is ours.
func TestPeers(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/peers.hex")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		b, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		p, err := miop.Parse(b)
		if err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		got = append(got, fmt.Sprintf("%v %v %d/%d %q %d %.4s", p.Little, p.Stop, p.Number, p.Of, p.ID, len(p.Data), p.Data))
	}
	want := []string{
		`true true 0/1 "dsom\x01\x02\x03\x04\x05\x06\a\b" 73 GIOP`, `true false 0/2 "dsom\x01\x02\x03\x04\x05\x06\a\b" 24 GIOP`, `true true 1/2 "dsom\x01\x02\x03\x04\x05\x06\a\b" 49 ` + "\f\x00\x00\x00",
		`true false 0/1 "PolyORB 1\x00" 12 GIOP`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	good := func() []byte {
		p := miop.Packet{Number: 1, Of: 3, ID: []byte("0123456789A\x00"), Data: []byte("12345678")}
		return p.Append(nil)
	}
	for name, c := range map[string]struct {
		change func([]byte) []byte
		want   error
	}{
		"another magic":          {func(b []byte) []byte { b[0] = 'G'; return b }, miop.ErrMagic},
		"version 1.1":            {func(b []byte) []byte { b[4] = 0x11; return b }, miop.ErrVersion},
		"version 2":              {func(b []byte) []byte { b[4] = 0x20; return b }, miop.ErrVersion},
		"an id of 253 octets":    {func(b []byte) []byte { b[19] = 253; return append(b, make([]byte, 300)...) }, miop.ErrID},
		"an id of 4 GiB":         {func(b []byte) []byte { b[16], b[17] = 255, 255; return b }, miop.ErrID},
		"an id beyond the end":   {func(b []byte) []byte { b[19] = 60; return b }, miop.ErrShort},
		"number 3 of 3":          {func(b []byte) []byte { b[11] = 3; return b }, miop.ErrNumber},
		"number 2^32-1":          {func(b []byte) []byte { copy(b[8:], "\xff\xff\xff\xff"); return b }, miop.ErrNumber},
		"0 packets":              {func(b []byte) []byte { copy(b[8:], "\x00\x00\x00\x00\x00\x00\x00\x00"); return b }, miop.ErrNumber},
		"a length that is long":  {func(b []byte) []byte { b[7]++; return b }, miop.ErrLength},
		"a length that is short": {func(b []byte) []byte { b[7]--; return b }, miop.ErrLength},
		"a length of 0":          {func(b []byte) []byte { b[7] = 0; return b }, miop.ErrLength},
		"octets behind it":       {func(b []byte) []byte { return append(b, 0) }, miop.ErrLength},
	} {
		if p, err := miop.Parse(c.change(good())); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	b := good()
	b[7] = byte(len(b)) // as TAO and PolyORB count
	if p, err := miop.Parse(b); err != nil || len(p.Data) != 8 {
		t.Errorf("a length with the header: %+v, %v", p, err)
	}
}

func packets(t *testing.T, msg, id []byte, little bool, size int) (all []miop.Packet) {
	t.Helper()
	err := miop.Split(msg, id, little, size, func(b []byte) error {
		p, err := miop.Parse(bytes.Clone(b))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(b); n > max(size, miop.LeastPacket) && size != 0 || size == 0 && n > miop.MostPacket {
			t.Fatalf("a packet of %d octets", n)
		}
		all = append(all, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRandom: messages of several senders, cut in all sizes, whose packets come in any order and doubled, come out as they were, and once.
func TestRandom(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 50 {
		var a miop.Assembler
		type one struct {
			from netip.AddrPort
			p    miop.Packet
		}
		var all []one
		want := map[string]int{}
		for i := range 1 + r.IntN(miop.MostOfSource) {
			msg := make([]byte, 1+r.IntN(20_000))
			for j := range msg {
				msg[j] = byte(r.Uint32())
			}
			want[string(msg)]++
			from := netip.AddrPortFrom(here.Addr(), uint16(5000+r.IntN(3)))
			for _, p := range packets(t, msg, fmt.Appendf(nil, "message %d\x00", i), r.IntN(2) == 0, miop.LeastPacket+r.IntN(1500)) {
				for range 1 + r.IntN(2) {
					all = append(all, one{from, p})
				}
			}
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		got := map[string]int{}
		for _, o := range all {
			msg, err := a.Add(o.from, o.p)
			if err != nil && !errors.Is(err, miop.ErrDuplicate) {
				t.Fatal(err)
			}
			if msg != nil {
				got[string(msg)]++
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%d messages went, %d came, or others", len(want), len(got))
		}
		if n, octets := a.Held(); n != 0 || octets != 0 {
			t.Fatalf("%d messages and %d octets are left", n, octets)
		}
	}
}

// TestLies: what contradicts a message drops it, and not others.
func TestLies(t *testing.T) {
	t.Parallel()
	piece := func(n, of uint32, data string) miop.Packet {
		return miop.Packet{Number: n, Of: of, ID: []byte("id"), Data: []byte(data)}
	}
	add := func(a *miop.Assembler, p miop.Packet, want error) {
		t.Helper()
		if msg, err := a.Add(here, p); msg != nil || !errors.Is(err, want) {
			t.Errorf("%q, %v; want %v", msg, err, want)
		}
	}
	for name, lie := range map[string]struct {
		p    miop.Packet
		want error
	}{
		"another content": {piece(0, 3, "AAAAAAAB"), miop.ErrOverlap}, "a part of the content": {piece(0, 3, "AAAA"), miop.ErrOverlap}, "more content": {piece(0, 3, "AAAAAAAAA"), miop.ErrOverlap},
		"fewer packets": {piece(1, 2, "B"), miop.ErrChanged}, "more packets": {piece(1, 4, "B"), miop.ErrChanged}, "one packet": {piece(0, 1, "B"), miop.ErrChanged},
	} {
		var a miop.Assembler
		add(&a, piece(0, 3, "AAAAAAAA"), nil)
		if msg, err := a.Add(netip.AddrPortFrom(here.Addr(), 1), piece(1, 3, "X")); msg != nil || err != nil {
			t.Fatal(msg, err)
		}
		add(&a, lie.p, lie.want)
		if n, _ := a.Held(); n != 1 {
			t.Errorf("%s: %d messages are left, want the other's", name, n)
		}
		if c := a.Counts(); c.Overlaps != 1 {
			t.Errorf("%s: %+v", name, c)
		}
		add(&a, piece(1, 3, "B"), nil)
		add(&a, piece(2, 3, "C"), nil) // of a message that has begun anew, and lacks its first
	}
	var a miop.Assembler
	if msg, err := a.Add(here, piece(0, 1, "whole")); string(msg) != "whole" || err != nil {
		t.Fatal(msg, err)
	}
	add(&a, piece(0, 1, "whole"), miop.ErrDuplicate)
	add(&a, piece(0, 2, "other"), miop.ErrDuplicate)
	for range 3 { // without an id none is told from another
		if msg, err := a.Add(here, miop.Packet{Of: 1, Data: []byte("x")}); string(msg) != "x" || err != nil {
			t.Fatal(msg, err)
		}
	}
}

// TestLimits: each limit is met, named and counted, and what is kept stays below it.
func TestLimits(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	clock := func() time.Time { return now }
	limit := func(err error, name string) {
		t.Helper()
		l := (*miop.LimitError)(nil)
		if !errors.As(err, &l) || l.Name != name || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	from := func(i int) netip.AddrPort { return netip.AddrPortFrom(here.Addr(), uint16(i)) }
	id := func(i int) []byte { return fmt.Appendf(nil, "%d", i) }

	a := miop.Assembler{Now: clock}
	_, err := a.Add(here, miop.Packet{Of: miop.MostPackets + 1, Data: []byte("x")})
	limit(err, "miop-packets")
	for i := range miop.MostOfSource + 1 {
		_, err = a.Add(here, miop.Packet{Of: 2, ID: id(i), Data: []byte("x")})
		if i < miop.MostOfSource && err != nil {
			t.Fatal(err)
		}
	}
	limit(err, "miop-messages-per-source")
	for i := miop.MostOfSource; i < miop.MostMessages; i++ {
		if _, err = a.Add(from(i), miop.Packet{Of: 2, ID: id(i), Data: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = a.Add(from(1), miop.Packet{Of: 2, Data: []byte("x")})
	limit(err, "miop-messages")
	if n, _ := a.Held(); n != miop.MostMessages || a.Counts().Full != 3 {
		t.Errorf("%d messages, %+v", n, a.Counts())
	}
	now = now.Add(miop.MostAge)
	if late := a.Expire(); late != miop.MostMessages || a.Counts().Late != miop.MostMessages {
		t.Errorf("%d are late, %+v", late, a.Counts())
	}
	if n, octets := a.Held(); n != 0 || octets != 0 {
		t.Errorf("%d messages and %d octets are left", n, octets)
	}

	piece := make([]byte, 60_000)
	for i := 0; err == nil || i == 0; i++ {
		_, err = a.Add(here, miop.Packet{Number: uint32(i), Of: miop.MostPackets, ID: []byte("big"), Data: piece})
		if _, octets := a.Held(); octets > miop.MostKept {
			t.Fatalf("%d octets are kept", octets)
		}
	}
	limit(err, "miop-message")
	for i, err := 0, error(nil); ; i++ {
		if _, err = a.Add(from(i%60), miop.Packet{Number: uint32(i / 60), Of: miop.MostPackets, ID: []byte("all"), Data: piece}); err != nil {
			limit(err, "miop-octets")
			break
		}
		if _, octets := a.Held(); octets > miop.MostKept {
			t.Fatalf("%d octets are kept", octets)
		}
	}
	if err := miop.Split(make([]byte, miop.MostPackets*8*2), nil, true, miop.LeastPacket, func([]byte) error { return nil }); err != nil {
		t.Error(err)
	}
	err = miop.Split(make([]byte, miop.MostMessage+1), nil, true, 60_000, func([]byte) error { t.Error("sent"); return nil })
	limit(err, "miop-message")
	err = miop.Split(make([]byte, miop.MostMessage), nil, true, miop.LeastPacket, func([]byte) error { t.Error("sent"); return nil })
	limit(err, "miop-packets")
	for _, bad := range []struct{ msg, id, size int }{{0, 1, 1000}, {1, 253, 1000}, {1, 1, miop.LeastPacket - 1}, {1, 1, miop.MostDatagram + 1}} {
		if err := miop.Split(make([]byte, bad.msg), make([]byte, bad.id), true, bad.size, func([]byte) error { t.Error("sent"); return nil }); !errors.Is(err, miop.ErrSize) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestDoneIsBounded: a flood of whole messages does not have more of them remembered than the limit says, and each is taken.
func TestDoneIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	a := miop.Assembler{Now: func() time.Time { return now }}
	p := miop.Packet{Of: 1, Data: []byte("x")}
	for i := range 3 * miop.MostDone {
		p.ID = fmt.Appendf(nil, "%d", i)
		if _, err := a.Add(here, p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Add(here, p); !errors.Is(err, miop.ErrDuplicate) {
		t.Errorf("the last again: %v", err)
	}
	p.ID = []byte("0")
	if _, err := a.Add(here, p); err != nil { // it has been forgotten
		t.Errorf("the first again: %v", err)
	}
	now = now.Add(miop.MostAge)
	if _, err := a.Add(here, p); err != nil {
		t.Errorf("the same later: %v", err)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	x, y := miop.NewIDs(), miop.NewIDs()
	seen := map[string]bool{}
	for range 1000 {
		for _, id := range [][]byte{x.Next(), y.Next()} {
			if len(id) != 12 || id[11] != 0 || bytes.IndexByte(id, 0) != 11 || seen[string(id)] {
				t.Fatalf("%q", id)
			}
			seen[string(id)] = true
		}
	}
}

// FuzzAssembler: whatever datagrams come, limits hold, and a packet that was read is written as it was, but for what has no meaning.
func FuzzAssembler(f *testing.F) {
	for _, p := range []miop.Packet{{Of: 1, ID: []byte("1\x00"), Data: []byte("x")}, {Little: true, Of: 2, ID: []byte("2"), Data: []byte("12345678")}, {Little: true, Stop: true, Number: 1, Of: 2, ID: []byte("2"), Data: []byte("1")}} {
		b := p.Append(nil)
		f.Add(append([]byte{byte(len(b))}, b...))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		now := time.Unix(1000, 0)
		a := miop.Assembler{Now: func() time.Time { return now }}
		for len(in) > 0 {
			n := min(int(in[0]), len(in)-1)
			b := in[1 : 1+n]
			in = in[1+n:]
			p, err := miop.Parse(b)
			if n%7 == 0 {
				now = now.Add(miop.MostAge / 2)
			}
			if err != nil {
				if pe := (*miop.PacketError)(nil); !errors.As(err, &pe) {
					t.Fatal(err)
				}
				continue
			}
			again, err := miop.Parse(p.Append(nil))
			again.Length = p.Length
			if err != nil || !reflect.DeepEqual(again, p) {
				t.Fatalf("%+v comes back as %+v, %v", p, again, err)
			}
			if _, err := a.Add(netip.AddrPortFrom(here.Addr(), uint16(n%3)), p); err == nil {
				continue
			}
			if m, octets := a.Held(); m > miop.MostMessages || octets > miop.MostKept || octets < 0 {
				t.Fatalf("%d messages, %d octets", m, octets)
			}
		}
	})
}
