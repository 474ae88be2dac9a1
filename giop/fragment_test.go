package giop_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
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

// TestCancelOneOfSeveral: of messages that are not whole the one that is cancelled is forgotten, and no other.
func TestCancelOneOfSeveral(t *testing.T) {
	t.Parallel()
	f := form{cdr.V12, true}
	var queues [][][]byte
	for id := range uint32(3) {
		b, err := giop.Split(nil, long(t, f, id, 100, false), 64)
		if err != nil {
			t.Fatal(err)
		}
		queues = append(queues, cut(t, b))
	}
	msgs := [][]byte{queues[0][0], queues[1][0], queues[2][0], giop.AppendCancelRequest(nil, cdr.V12, true, 1)}
	msgs = append(append(msgs, queues[0][1:]...), queues[2][1:]...)
	var a giop.Assembler
	out, heads, err := join(&a, msgs)
	if err != nil || len(out) != 3 || heads[0].Type != giop.TypeCancelRequest || a.Held() != 0 {
		t.Fatalf("%d messages, %v, %d octets held", len(out), err, a.Held())
	}
	for i, want := range []uint32{0, 2} {
		if got, err := giop.RequestID(heads[i+1], out[i+1]); err != nil || got != want {
			t.Errorf("message %d came out, %v, want %d", got, err, want)
		}
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
