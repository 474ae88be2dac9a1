package golang_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/emit/golang/testdata/ty"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/captures"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/stub"
	"github.com/opendsom/dsom/typecode"
)

// A slot is a place in a message's body: it reads what stands there and returns what writes
// it again.
type slot func(*cdr.Decoder) func(*cdr.Encoder)

func slotOf[T any](get func(*cdr.Decoder) T, put func(*cdr.Encoder, T)) slot {
	return func(d *cdr.Decoder) func(*cdr.Encoder) {
		v := get(d)
		return func(e *cdr.Encoder) { put(e, v) }
	}
}

func described[T any](t *dyn.Type[T]) slot { return slotOf(t.Get, t.Put) }

// A recorded operation of TY::T: its arguments and results.
type recorded struct{ in, out []slot }

func recordedOperations() map[string]recorded {
	type slots = []slot
	long, text := described(dyn.Long), described(dyn.String)
	both := func(s slot) recorded { return recorded{slots{s}, slots{s}} }
	return map[string]recorded{
		"_is_a":         {slots{text}, slots{described(dyn.Boolean)}},
		"_non_existent": {nil, slots{described(dyn.Boolean)}},
		"name":          {nil, slots{text}},
		"_get_counter":  {nil, slots{long}},
		"_set_counter":  {slots{long}, nil},
		"_get_ident":    {nil, slots{text}},
		"e_prim":        both(described(ty.PrimType)),
		"e_col":         both(described(ty.ColorType)),
		"e_mon":         both(described(ty.MoneyType)),
		"e_mat":         both(described(ty.MatType)),
		"e_bstr":        both(described(ty.BStrType)),
		"e_wc":          both(described(dyn.WChar)),
		"e_ws":          both(described(dyn.WString)),
		"e_u":           both(described(ty.UType)),
		"e_ub":          both(described(ty.UBType)),
		"e_ul":          both(described(ty.ULType)),
		"e_node":        both(described(ty.NodeType)),
		"io":            {slots{long, long}, slots{long, text}},
		"e_ref":         both(slotOf(ty.PeerClass.Get, ty.PeerClass.Put)),
		"e_obj":         both(slotOf(stub.GetObject, stub.PutObject)),
		"e_any":         both(slotOf(dyn.GetAny, dyn.PutAny)),
		"e_tc":          both(described(dyn.TypeCode)),
		"boom":          {slots{long}, nil},
		"sys":           {},
	}
}

// TestCaptures reads the arguments, results and exceptions of recorded traffic with the
// types that are generated from the same IDL, and writes them again: the octets are the
// same but for padding.
func TestCaptures(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(captures.Dir(t, "giop-captures"), "types-*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	for _, file := range files {
		t.Run(captures.Name(file), func(t *testing.T) {
			t.Parallel()
			r := replay{t: t, refs: o.Env().Refs, ops: map[uint32]string{}, known: recordedOperations(), sets: codeset.Default}
			for _, m := range captures.Whole(t, file) {
				r.message(m)
			}
			if r.checked < 60 {
				t.Errorf("only %d bodies were read", r.checked)
			}
		})
	}
}

// A replay goes through the messages of a capture.
type replay struct {
	t       *testing.T
	refs    cdr.References
	ops     map[uint32]string // by request id
	known   map[string]recorded
	sets    codeset.Choice
	checked int
}

func (r *replay) message(m captures.Message) {
	var d cdr.Decoder
	giop.Open(&d, m.Header, m.Octets, nil)
	switch m.Header.Type {
	case giop.TypeRequest:
		var q giop.Request
		if err := q.Parse(m.Header, &d); err != nil {
			r.t.Fatal(err)
		}
		if data, ok := q.Contexts.Find(giop.ContextCodeSets); ok {
			var err error
			if r.sets, err = codeset.ParseContext(data); err != nil {
				r.t.Fatal(err)
			}
		}
		op := string(q.Operation)
		if _, known := r.known[op]; !known {
			r.t.Fatalf("frame %d: operation %q", m.Frame, op)
		}
		r.ops[q.ID] = op
		r.body(m, d.Pos(), r.known[op].in)
	case giop.TypeReply:
		var p giop.Reply
		if err := p.Parse(m.Header, &d); err != nil {
			r.t.Fatal(err)
		}
		switch p.Status {
		case giop.NoException:
			r.body(m, d.Pos(), r.known[r.ops[p.ID]].out)
		case giop.UserException:
			r.exception(m, d.Pos())
		}
	}
}

// exception checks the body of a user exception.
func (r *replay) exception(m captures.Message, at int) {
	d := r.decoder(m.Octets, at, m)
	id := slotOf((*cdr.Decoder).RawString, (*cdr.Encoder).RawString)
	switch name := d.RawString(); name {
	case ty.OopsType.ExceptionID():
		r.body(m, at, []slot{id, described(ty.OopsType.Type)})
	case ty.EmptyType.ExceptionID():
		r.body(m, at, []slot{id, described(ty.EmptyType.Type)})
	default:
		r.t.Errorf("frame %d: exception %q", m.Frame, name)
	}
}

func (r *replay) env(m captures.Message) *cdr.Env {
	narrow, wide, err := r.sets.Sets()
	if err != nil {
		r.t.Fatal(err)
	}
	return &cdr.Env{Version: m.Header.Version, Narrow: narrow, Wide: wide, Refs: r.refs}
}

func (r *replay) decoder(octets []byte, at int, m captures.Message) *cdr.Decoder {
	d := new(cdr.Decoder)
	d.Reset(octets, at, m.Header.Little, r.env(m))
	return d
}

// body reads and writes the body that begins at at.
func (r *replay) body(m captures.Message, at int, slots []slot) {
	r.t.Helper()
	got, err := r.copied(m.Octets, at, m, slots)
	if err != nil {
		r.t.Errorf("frame %d: %v", m.Frame, err)
		return
	}
	if r.isExceptionInAny(m.Octets, got, at, m) {
		return
	}
	if len(got) != len(m.Octets) {
		r.t.Errorf("frame %d: got %d octets, want %d", m.Frame, len(got), len(m.Octets))
		return
	}
	r.checked++
	for i := range got {
		if got[i] == m.Octets[i] {
			continue
		}
		// Padding: whatever stands there, the values are the same.
		other := bytes.Clone(m.Octets)
		other[i] ^= 0xff
		if again, err := r.copied(other, at, m, slots); err != nil || !bytes.Equal(again, got) {
			r.t.Errorf("frame %d: got octet %#02x at %d, want %#02x", m.Frame, got[i], i, m.Octets[i])
		}
	}
}

// isExceptionInAny reports whether the body is an any with an exception, which omniORB 4.2
// writes without the repository id that the specification has there, and we with it.
func (r *replay) isExceptionInAny(was, is []byte, at int, m captures.Message) bool {
	if len(was) == len(is) {
		return false
	}
	a, b := dyn.GetAny(r.decoder(was, at, m)), dyn.GetAny(r.decoder(is, at, m))
	return a.Type().Kind() == typecode.TkExcept && dyn.Equal(a, b)
}

// copied reads the body of a message and returns the message with the body written anew.
func (r *replay) copied(octets []byte, at int, m captures.Message, slots []slot) ([]byte, error) {
	d := r.decoder(octets, at, m)
	var e cdr.Encoder
	e.Reset(nil, m.Header.Little, r.env(m))
	e.Octets(octets[:at])
	for _, s := range slots {
		s(d)(&e)
	}
	if d.Err() == nil && d.Remaining() > 0 {
		r.t.Errorf("frame %d: %d octets are left", m.Frame, d.Remaining())
	}
	if d.Err() != nil {
		return nil, d.Err()
	}
	return e.Bytes(), e.Err()
}
