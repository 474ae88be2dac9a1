package giop_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
)

// cut splits what a connection carries into messages.
func cut(t testing.TB, b []byte) (all [][]byte) {
	t.Helper()
	for len(b) > 0 {
		h, err := giop.ParseHeader(b)
		if err != nil || int(h.Size) > len(b)-giop.HeaderSize {
			t.Fatalf("no message: %+v, %v", h, err)
		}
		n := giop.HeaderSize + int(h.Size)
		all = append(all, b[:n:n])
		b = b[n:]
	}
	return all
}

// join feeds messages to an assembler and returns those that come out.
func join(a *giop.Assembler, msgs [][]byte) (out [][]byte, heads []giop.Header, err error) {
	for _, m := range msgs {
		h, err := giop.ParseHeader(m)
		if err != nil {
			return out, heads, err
		}
		h, whole, err := a.Add(h, m)
		if err != nil {
			return out, heads, err
		}
		if whole != nil {
			out, heads = append(out, whole), append(heads, h)
		}
	}
	return out, heads, nil
}

// long returns a Request or Reply with a body of n octets.
func long(t testing.TB, f form, id uint32, n int, asReply bool) []byte {
	body := make([]byte, n)
	for i := range body {
		body[i] = byte(i + int(id))
	}
	return f.build(t, func(e *cdr.Encoder) {
		var m giop.Mark
		if asReply {
			m = giop.BeginReply(e, f.v, id, giop.NoException, contexts)
		} else {
			m = giop.BeginRequest(e, f.v, &giop.RequestHead{ID: id, Flags: giop.SyncTarget, Key: []byte("key"), Operation: "op", Contexts: contexts})
		}
		e.Octets(body)
		giop.Finish(e, m)
	})
}

// What Split cuts the Assembler joins, whatever the size of the pieces: the header of the
// message may be cut too.
func TestSplit(t *testing.T) {
	t.Parallel()
	for _, little := range orders {
		f := form{cdr.V12, little}
		for _, n := range []int{0, 1, 7, 8, 100, 1000} {
			for _, asReply := range []bool{false, true} {
				msg := long(t, f, 5, n, asReply)
				for size := range 200 {
					b, err := giop.Split([]byte("before"), msg, size)
					if err != nil {
						t.Fatal(err)
					}
					pieces := cut(t, b[6:])
					for i, p := range pieces {
						if len(p) > max(size, giop.MinFragment) && len(pieces) > 1 {
							t.Fatalf("size %d: a piece of %d", size, len(p))
						}
						if i < len(pieces)-1 && len(p)%8 != 0 {
							t.Fatalf("size %d: piece %d of %d octets", size, i, len(p))
						}
					}
					if len(pieces) == 1 && len(msg) > max(size, giop.MinFragment) {
						t.Fatalf("size %d: not split", size)
					}
					var a giop.Assembler
					out, heads, err := join(&a, pieces)
					if err != nil || len(out) != 1 || !bytes.Equal(out[0], msg) || a.Held() != 0 {
						t.Fatalf("size %d: joined %d, %v, %d held", size, len(out), err, a.Held())
					}
					if h := heads[0]; h.More || int(h.Size) != len(msg)-giop.HeaderSize || h.Seams != nil {
						t.Fatalf("size %d: header %+v", size, h)
					}
				}
			}
		}
	}
}

func TestNotSplit(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		msgs := [][]byte{giop.AppendCancelRequest(nil, f.v, f.little, 1), f.build(t, func(e *cdr.Encoder) { giop.PutLocateRequest(e, f.v, 1, make([]byte, 100), nil) })}
		if f.v != cdr.V12 {
			msgs = append(msgs, long(t, f, 1, 100, false))
		}
		for _, msg := range msgs {
			got, err := giop.Split(nil, msg, 24)
			h, _ := giop.ParseHeader(msg)
			if whole := f.v != cdr.V12 || h.Type == giop.TypeCancelRequest; err != nil || bytes.Equal(got, msg) != whole {
				t.Errorf("a %v of %v: %d pieces, %v", h.Type, f, len(cut(t, got)), err)
			}
		}
	}
	if _, err := giop.Split(nil, []byte("GIOX"), 24); err == nil {
		t.Error("no message is split")
	}
}

// Messages whose fragments are interleaved come out whole, in the order in which they end.
func TestInterleaved(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 200 {
		f := form{cdr.V12, round%2 == 0}
		var queues [][][]byte
		want := map[uint32][]byte{}
		for id := range uint32(5) {
			msg := long(t, f, id, r.IntN(500), r.IntN(2) == 0)
			want[id] = msg
			b, err := giop.Split(nil, msg, 24+r.IntN(100))
			if err != nil {
				t.Fatal(err)
			}
			queues = append(queues, cut(t, b))
		}
		var a giop.Assembler
		var got int
		for len(queues) > 0 {
			i := r.IntN(len(queues))
			out, heads, err := join(&a, queues[i][:1])
			if err != nil {
				t.Fatal(err)
			}
			if queues[i] = queues[i][1:]; len(queues[i]) == 0 {
				queues = append(queues[:i], queues[i+1:]...)
			}
			for j, m := range out {
				id, err := giop.RequestID(heads[j], m)
				if err != nil || !bytes.Equal(m, want[id]) {
					t.Fatalf("message %d is not what was sent: %v", id, err)
				}
				got++
			}
		}
		if got != 5 || a.Held() != 0 {
			t.Fatalf("%d of 5 came out, %d octets held", got, a.Held())
		}
	}
}

func TestAssemblerErrors(t *testing.T) {
	t.Parallel()
	le, be := form{cdr.V12, true}, form{cdr.V12, false}
	old := form{cdr.V11, true}
	first := func(f form, id uint32) []byte {
		m := long(t, f, id, 100, false)
		m[6] |= 2
		return m
	}
	more := func(f form, id uint32, data int) []byte {
		return giop.AppendFragment(nil, f.v, f.little, true, id, make([]byte, data))
	}
	announce := func(b []byte) []byte { b[6] |= 2; return b }
	for _, c := range []struct {
		what string
		msgs [][]byte
		kind exc.Kind
	}{
		{"a fragment of nothing", [][]byte{more(le, 1, 8)}, exc.CommFailure},
		{"a fragment of another message", [][]byte{first(le, 1), more(le, 2, 8)}, exc.CommFailure},
		{"another byte order", [][]byte{first(le, 1), more(be, 1, 8)}, exc.CommFailure},
		{"another version", [][]byte{first(le, 1), more(old, 1, 8)}, exc.CommFailure},
		{"the same id again", [][]byte{first(le, 1), first(le, 1)}, exc.CommFailure},
		{"a second one in 1.1", [][]byte{first(old, 1), first(old, 2)}, exc.CommFailure},
		{"a fragment after the cancel", [][]byte{first(le, 1), giop.AppendCancelRequest(nil, cdr.V12, true, 1), more(le, 1, 8)}, exc.CommFailure},
		{"a close in fragments", [][]byte{announce(giop.AppendCloseConnection(nil, cdr.V12, true))}, exc.CommFailure},
		{"a locate in fragments in 1.1", [][]byte{announce(old.build(t, func(e *cdr.Encoder) { giop.PutLocateRequest(e, cdr.V11, 1, nil, nil) }))}, exc.CommFailure},
		{"a first piece without its id", [][]byte{giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Type: giop.TypeRequest, More: true})}, exc.Marshal},
		{"a fragment without its id", [][]byte{first(le, 1), giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, Type: giop.TypeFragment})}, exc.Marshal},
	} {
		var a giop.Assembler
		if out, _, err := join(&a, c.msgs); !errors.Is(err, c.kind) {
			t.Errorf("%s: %d messages, %v, want %v", c.what, len(out), err, c.kind)
		}
	}
	var a giop.Assembler
	out, heads, err := join(&a, [][]byte{first(le, 1), giop.AppendCancelRequest(nil, cdr.V12, true, 1)})
	if err != nil || len(out) != 1 || heads[0].Type != giop.TypeCancelRequest || a.Held() != 0 {
		t.Errorf("cancelled: %d messages, %v, %d held", len(out), err, a.Held())
	}
}

func TestAssemblerLimits(t *testing.T) {
	t.Parallel()
	f := form{cdr.V12, true}
	l := &limits.Limits{}
	l.Set(limits.MessageSize, 1000)
	l.Set(limits.Fragments, 3)
	l.Set(limits.OutstandingRequests, 2)
	first := func(id uint32) []byte {
		m := long(t, f, id, 100, false)
		m[6] |= 2
		return m
	}
	more := func(id uint32, n int) []byte {
		return giop.AppendFragment(nil, f.v, f.little, true, id, make([]byte, n))
	}
	for _, c := range []struct {
		msgs [][]byte
		want limits.Name
	}{
		{[][]byte{long(t, f, 1, 2000, false)}, limits.MessageSize},
		{[][]byte{first(1), more(1, 400), more(1, 400), more(1, 400)}, limits.MessageSize},
		{[][]byte{first(1), more(1, 0), more(1, 0), more(1, 0), more(1, 0)}, limits.Fragments},
		{[][]byte{first(1), first(2), first(3)}, limits.OutstandingRequests},
	} {
		a := giop.Assembler{Limits: l}
		_, _, err := join(&a, c.msgs)
		var limit *limits.Error
		if !errors.Is(err, exc.ImpLimit) || !errors.As(err, &limit) || limit.Name != c.want {
			t.Errorf("got %v, want the limit %v", err, c.want)
		}
	}
	// Memory grows with what came, not with what was said.
	a := giop.Assembler{}
	m := first(1)
	if _, _, err := join(&a, [][]byte{m, more(1, 8)}); err != nil || a.Held() != len(m)+8 {
		t.Errorf("%d octets held, %v", a.Held(), err)
	}
}

// recording returns the octets of a compressed recording in testdata.
func recording(t *testing.T, name string) []byte {
	t.Helper()
	z, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	r, err := gzip.NewReader(z)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// S is struct S { octet o; double d; } of the recording below.
type S struct {
	o byte
	d float64
}

// omniORB 4.2.5 called void f(in octet lead, in sequence<S> s, in sequence<double> d) with
// 7, S{i, i + 0.5} for 1,500 i, and 2i + 1 for 4,000 i. In 1.1 alignment counts from the
// header of each fragment.
func TestOmniORBFragments(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V11, cdr.V12} {
		pieces := cut(t, recording(t, "omniorb-doubles-"+v.String()+".gz"))
		if len(pieces) != 4 {
			t.Fatalf("%d messages", len(pieces))
		}
		var a giop.Assembler
		out, heads, err := join(&a, pieces)
		if err != nil || len(out) != 1 {
			t.Fatalf("%d messages, %v", len(out), err)
		}
		var d cdr.Decoder
		giop.Open(&d, heads[0], out[0], nil)
		var req giop.Request
		if err := req.Parse(heads[0], &d); err != nil || string(req.Operation) != "f" {
			t.Fatalf("%q, %v", req.Operation, err)
		}
		again := d
		for _, bulk := range []bool{false, true} {
			d := again
			if lead := d.Octet(); lead != 7 {
				t.Errorf("GIOP %v: lead %d", v, lead)
			}
			n := d.Count(16)
			for i := range n {
				want := S{byte(i), float64(i) + 0.5}
				if got := (S{d.Octet(), d.Double()}); got != want {
					t.Fatalf("GIOP %v: s[%d] is %v, want %v", v, i, got, want)
				}
			}
			m := d.Count(8)
			list := make([]float64, m)
			if bulk {
				d.Doubles(list)
			} else {
				for i := range list {
					list[i] = d.Double()
				}
			}
			for i, got := range list {
				if got != float64(2*i+1) {
					t.Fatalf("GIOP %v: d[%d] is %v", v, i, got)
				}
			}
			if n != 1500 || m != 4000 || d.Err() != nil || d.Remaining() != 0 {
				t.Errorf("GIOP %v: %d, %d, %v, %d left", v, n, m, d.Err(), d.Remaining())
			}
		}
	}
}

// omniORB 4.2.5 called void fq(in Q) with struct Q { sequence<octet> o; sequence<double> d; long l; }
// in version 1.1: n zero octets, the doubles from 1 on, and n. The beginning of the doubles, or
// one of them, lies at or near the end of a fragment, and goes on raw in the next.
func TestOmniORBBulk(t *testing.T) {
	t.Parallel()
	var a giop.Assembler
	requests, heads, err := join(&a, cut(t, recording(t, "omniorb-bulk-1.1.gz")))
	if err != nil {
		t.Fatal(err)
	}
	for i, msg := range requests {
		var d cdr.Decoder
		giop.Open(&d, heads[i], msg, nil)
		var req giop.Request
		if err := req.Parse(heads[i], &d); err != nil || string(req.Operation) != "fq" {
			t.Fatalf("%q, %v", req.Operation, err)
		}
		n := len(d.OctetSeqView())
		list := make([]float64, d.Count(8))
		again := d
		d.Doubles(list)
		last := d.Long()
		for k, got := range list {
			if got != float64(k+1) {
				t.Errorf("%d octets, %d doubles: the double %d is %v", n, len(list), k, got)
				break
			}
		}
		if err := d.Done(); err != nil || last != int32(n) {
			t.Errorf("%d octets, %d doubles: %d behind them, %v", n, len(list), last, err)
		}
		if raw := again.WordsView(len(list), 8); len(raw) != 8*len(list) || again.Long() != last {
			t.Errorf("%d octets, %d doubles: a view of %d octets, %v", n, len(list), len(raw), again.Err())
		}
	}
	if len(requests) != 24 {
		t.Errorf("%d requests", len(requests))
	}
}

// A sender of GIOP 1.1 that fills fragments as omniORB does, against the decoder.
func TestSeams(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 300 {
		room := 32 + 8*r.IntN(6) // octets of a message
		w := &filler{room: room}
		w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeReply}))
		var want []string
		for _, v := range []uint32{0, 1, 0} { // no contexts, id, status
			w.put(4, uint64(v))
		}
		for range 60 {
			size := []int{1, 2, 4, 8}[r.IntN(4)]
			v := r.Uint64() >> (64 - 8*size)
			if n := r.IntN(30); size == 8 && n > 0 && n < 20 {
				list := make([]uint64, n)
				for i := range list {
					list[i] = v + uint64(i)
				}
				w.bulk(list)
				want = append(want, fmt.Sprint(-n, v))
				continue
			}
			w.put(size, v)
			want = append(want, fmt.Sprint(size, v))
		}
		w.close(false)
		var a giop.Assembler
		out, heads, err := join(&a, cut(t, w.out))
		if err != nil || len(out) != 1 {
			t.Fatal(err)
		}
		var d cdr.Decoder
		giop.Open(&d, heads[0], out[0], nil)
		var p giop.Reply
		if err := p.Parse(heads[0], &d); err != nil || p.ID != 1 {
			t.Fatal(err)
		}
		for i, s := range want {
			var size int
			var v, got uint64
			if _, err := fmt.Sscan(s, &size, &v); err != nil {
				t.Fatal(err)
			}
			switch size {
			case 1:
				got = uint64(d.Octet())
			case 2:
				got = uint64(d.UShort())
			case 4:
				got = uint64(d.ULong())
			case 8:
				got = d.ULongLong()
			default:
				list := make([]uint64, -size)
				d.ULongLongs(list)
				for k, x := range list {
					if x != v+uint64(k) {
						t.Fatalf("round %d, room %d: value %d, element %d of %d, is %#x, want %#x, %v", round, room, i, k, len(list), x, v+uint64(k), d.Err())
					}
				}
				got = list[0]
			}
			if got != v || d.Err() != nil {
				t.Fatalf("round %d, room %d: value %d of %d octets is %#x, want %#x, %v", round, room, i, size, got, v, d.Err())
			}
		}
	}
}

// filler writes little-endian GIOP 1.1, fragment by fragment, each aligned from its own header.
type filler struct {
	out, msg []byte
	room     int
}

func (w *filler) open(head []byte) { w.msg = head }

func (w *filler) close(more bool) {
	giop.PatchSize(w.msg)
	if more {
		w.msg[6] |= 2
	}
	w.out = append(w.out, w.msg...)
}

func (w *filler) put(size int, v uint64) {
	for len(w.msg)%size != 0 {
		w.msg = append(w.msg, 0xdd)
	}
	if len(w.msg)+size > w.room {
		w.next()
		for len(w.msg)%size != 0 {
			w.msg = append(w.msg, 0xdd)
		}
	}
	w.raw(size, v)
}

// next fills the fragment up and begins another.
func (w *filler) next() {
	for len(w.msg)%8 != 0 {
		w.msg = append(w.msg, 0xdd)
	}
	w.close(true)
	w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeFragment}))
}

func (w *filler) raw(size int, v uint64) {
	for range size {
		w.msg = append(w.msg, byte(v))
		v >>= 8
	}
}

// bulk aligns once, and copies through as many fragments as it takes.
func (w *filler) bulk(list []uint64) {
	for len(w.msg)%8 != 0 {
		w.msg = append(w.msg, 0xdd)
	}
	var octets []byte
	for _, v := range list {
		octets = binary.LittleEndian.AppendUint64(octets, v)
	}
	for len(octets) > 0 {
		if len(w.msg) == w.room {
			w.next()
		}
		n := min(len(octets), w.room-len(w.msg))
		w.msg = append(w.msg, octets[:n]...)
		octets = octets[n:]
	}
}
