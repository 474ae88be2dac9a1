package dyn_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/dyn/dynany"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	tc "github.com/opendsom/dsom/typecode"
)

// Types of one repository id that have other members: the TypeCodes of anys may tell them side by side, as where two
// versions of a program speak through one.
const oneID = "IDL:One:1.0"

func one(members ...*tc.TypeCode) *tc.TypeCode {
	var s []tc.State
	for i, m := range members {
		s = append(s, tc.State{Name: string(rune('a' + i)), Type: m, Public: true})
	}
	return tc.Value(oneID, "One", 0, nil, s...)
}

var plainObject = tc.Interface(tc.TkObjref, "IDL:omg.org/CORBA/Object:1.0", "Object")

// single is what generated code has: valuetype One { public long a; };
type single struct{ a int32 }

var (
	singleInfo = &cdr.ValueType{ID: oneID, New: func() cdr.Value { return new(single) }, TypeCode: one(tc.Long)}
	singleType = dyn.NewType(one(tc.Long), func(e *cdr.Encoder, v *single) { e.Value(v, singleInfo) },
		func(d *cdr.Decoder) *single { v, _ := d.Value(singleInfo).(*single); return v })
)

func (*single) IDLValue() *cdr.ValueType        { return singleInfo }
func (v *single) MarshalState(e *cdr.Encoder)   { e.Long(v.a) }
func (v *single) UnmarshalState(d *cdr.Decoder) { v.a = d.Long() }

// oneEnv is for what strangers send.
func oneEnv() *cdr.Env {
	lim := new(limits.Limits)
	lim.Set(limits.DecodedSize, 8<<20)
	return &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1, Wide: codeset.UTF16, Limits: lim, Refs: &refs{}, Values: vertices{}}
}

// TestOneIDTwoTypes: a value of a type that another any tells with other members does not fit there, on receipt.
func TestOneIDTwoTypes(t *testing.T) {
	t.Parallel()
	long := one(tc.Long)
	for _, c := range []struct {
		what string
		t    *tc.TypeCode
		ok   bool
	}{
		{"an object", one(plainObject), false},
		{"a list of anys", one(tc.Sequence(tc.Any, 0)), false},
		{"a string", one(tc.String), false},
		{"octets", one(tc.Sequence(tc.Octet, 0)), false},
		{"one more", one(tc.Long, tc.Long), false},
		{"a base", tc.Value(oneID, "One", 0, tc.Value("IDL:Base:1.0", "Base", 0, nil), tc.State{Name: "a", Type: tc.Long}), false},
		{"a box", tc.ValueBox(oneID, "One", plainObject), false},
		{"a box of any value's id", tc.ValueBox(tc.ValueBase.ID(), "", plainObject), false},
		{"the id of an abstract type", tc.Value(oneID, "One", tc.ValueAbstract, nil), false},
		{"the id of an abstract interface", tc.Interface(tc.TkAbstractInterface, oneID, "One"), false},
		{"the same", one(tc.Long), true},
		{"a typedef of the same", one(tc.Alias("IDL:A:1.0", "A", tc.Long)), true},
		{"any value", tc.ValueBase, true},
	} {
		for _, first := range []string{"in an any", "in generated code"} {
			e := cdr.NewEncoder(nil, true, nil)
			if first == "in an any" {
				tc.Put(e, long)
			}
			e.Align(4)
			at := e.Len()
			e.ULong(0x7fffff00)
			e.Long(7)
			tc.Put(e, c.t)
			if c.t.Kind() == tc.TkAbstractInterface {
				e.Boolean(false)
			}
			e.ULong(0xffffffff)
			e.Long(int32(at - e.Len()))
			d := cdr.NewDecoder(e.Bytes(), true, nil)
			if first == "in an any" {
				dyn.GetAny(d)
			} else {
				singleType.Get(d)
			}
			a := dyn.GetAny(d)
			if err := d.Err(); c.ok != (err == nil) || err != nil && !errors.Is(err, exc.Marshal) {
				t.Errorf("%s, first %s: %v, %v", c.what, first, a.Value(), err)
			}
			if c.ok {
				if text, err := dyn.MarshalJSON(a.Whole()); err != nil || string(text) != `{"_type":"One","a":7}` {
					t.Errorf("%s, first %s: as JSON %s, %v", c.what, first, text, err)
				}
			}
		}
		v := &dyn.Valuetype{Type: long, Members: dyn.Struct{{"a", int32(7)}}}
		if a, err := dyn.Of(c.t, v); c.ok != (err == nil) {
			t.Errorf("%s: the program makes %v, %v", c.what, a.Value(), err)
		}
	}
}

// TestOneIDApart: two anys may tell an id differently, and each have values of its own.
func TestOneIDApart(t *testing.T) {
	t.Parallel()
	var sent []dyn.Any
	base := tc.Value("IDL:Base:1.0", "Base", 0, nil)
	for _, m := range []struct {
		t *tc.TypeCode
		v any
	}{{tc.Long, int32(7)}, {tc.String, "seven"}} {
		of := tc.Value(oneID, "One", 0, base, tc.State{Name: "a", Type: m.t, Public: true})
		pair := tc.Struct("IDL:P:1.0", "P", tc.Member{Name: "x", Type: base}, tc.Member{Name: "y", Type: of})
		v := &dyn.Valuetype{Type: of, Members: dyn.Struct{{"a", m.v}}}
		sent = append(sent, must(dyn.Of(pair, dyn.Struct{{"x", v}, {"y", v}})))
	}
	both := must(dyn.Of(tc.Sequence(tc.Any, 0), []any{sent[0], sent[1]}))
	e := cdr.NewEncoder(nil, true, nil)
	dyn.PutAny(e, sent[0])
	dyn.PutAny(e, sent[1])
	dyn.PutAny(e, both)
	d := cdr.NewDecoder(e.Bytes(), true, nil)
	for i, want := range append(sent, both) {
		if got := dyn.GetAny(d); d.Err() != nil || !dyn.Equal(got, want) {
			t.Fatalf("any %d is %v, %v", i, got.Value(), d.Err())
		}
	}
}

// A speaker writes messages of values of one id and several types, which lead to one another, rightly or not.
type speaker struct {
	r      *rand.Rand
	e      *cdr.Encoder
	types  []*tc.TypeCode
	places []int
}

func newSpeaker(r *rand.Rand) *speaker {
	s := &speaker{r: r, e: cdr.NewEncoder(nil, true, nil)}
	rec := tc.Recursive(oneID)
	parts := []*tc.TypeCode{plainObject, plainObject, tc.Long, tc.Long, tc.Sequence(plainObject, 0), tc.String, tc.Any, tc.Enum("IDL:E:1.0", "E", "a", "b"), rec,
		tc.Sequence(rec, 0), tc.Sequence(tc.Octet, 0), tc.Octet, tc.Double, tc.Boolean, tc.TC, tc.Array(tc.Long, 3)}
	s.types = append(s.types, one(tc.Long))
	for range 2 {
		var members []*tc.TypeCode
		for range 1 + r.IntN(3) {
			members = append(members, parts[r.IntN(len(parts))])
		}
		s.types = append(s.types, one(members...))
	}
	return s
}

func (s *speaker) pick() *tc.TypeCode { return s.types[s.r.IntN(len(s.types))] }

// any writes an any with a value, or one that leads to a value.
func (s *speaker) any(depth int) {
	t := s.pick()
	tc.Put(s.e, t)
	s.value(depth, t)
}

func (s *speaker) value(depth int, t *tc.TypeCode) {
	switch {
	case len(s.places) > 0 && s.r.IntN(2) == 0:
		s.e.ULong(0xffffffff)
		s.e.Long(int32(s.places[s.r.IntN(len(s.places))] - s.e.Len()))
		return
	case depth > 3:
		s.e.NullValue()
		return
	}
	s.e.Align(4)
	s.places = append(s.places, s.e.Len())
	if s.r.IntN(2) == 0 {
		s.e.ULong(0x7fffff02)
		s.e.RawString(oneID)
	} else {
		s.e.ULong(0x7fffff00)
	}
	for i := range t.Len() {
		s.part(depth+1, t.MemberType(i))
	}
}

func (s *speaker) part(depth int, t *tc.TypeCode) {
	e := s.e
	switch t.Kind() {
	case tc.TkObjref: // nil
		e.RawString("")
		e.ULong(0)
	case tc.TkLong, tc.TkEnum:
		e.ULong(s.r.Uint32N(2))
	case tc.TkSequence:
		n := s.r.IntN(3)
		e.Count(n)
		for range n {
			s.part(depth+1, t.Content())
		}
	case tc.TkArray:
		for range t.Length() {
			s.part(depth+1, t.Content())
		}
	case tc.TkString:
		e.RawString("ab")
	case tc.TkAny:
		if s.r.IntN(3) == 0 || depth > 4 {
			dyn.PutAny(e, dyn.Long.Any(5))
		} else {
			s.any(depth + 1)
		}
	case tc.TkValue:
		s.value(depth+1, t)
	case tc.TkOctet, tc.TkBoolean:
		e.Octet(1)
	case tc.TkDouble:
		e.Double(1)
	case tc.TkTypeCode:
		tc.Put(e, tc.Long)
	}
}

// receive reads what stands in a message, as kinds say, an any for each but for those that are a value of generated code.
func receive(b []byte, env *cdr.Env, kinds []byte) ([]dyn.Any, error) {
	d := cdr.NewDecoder(b, true, env)
	var all []dyn.Any
	for _, k := range kinds {
		switch k % 4 {
		case 0:
			singleType.Get(d)
		case 1:
			getVertex(d)
		default:
			all = append(all, dyn.GetAny(d))
		}
	}
	return all, d.Err()
}

// checkAnys looks into anys that came in one message in all ways that there are, sends them on in one, and reads them again.
func checkAnys(t *testing.T, all []dyn.Any) {
	t.Helper()
	allowed := func(err error) bool {
		if err == nil {
			return true
		}
		for _, why := range []string{"which is custom", "decoded-size", "value-depth", "any-depth"} {
			if strings.Contains(err.Error(), why) {
				return true
			}
		}
		return false
	}
	env := oneEnv()
	e := cdr.NewEncoder(nil, true, env)
	for _, a := range all {
		if _, err := a.Unpack(); !allowed(err) {
			t.Errorf("%v cannot be unpacked: %v", a.Type(), err)
		}
		if _, err := dyn.MarshalJSON(a); !allowed(err) {
			t.Errorf("%v is no JSON: %v", a.Type(), err)
		}
		if whole := a.Whole(); !allowed(whole.Err()) || whole.Err() == nil && !dyn.Equal(whole, a) {
			t.Errorf("%v is not equal to its copy, %v", a.Type(), whole.Err())
		}
		if taken, err := dynany.Of(a); err == nil {
			taken.Any()
		}
		vertexType.From(a)
		singleType.From(a)
		alone := cdr.NewEncoder(nil, true, env)
		dyn.PutAny(alone, a)
		if dyn.PutAny(e, a); !allowed(alone.Err()) || e.Err() != nil && alone.Err() == nil {
			t.Fatalf("%v cannot be sent on: %v, %v", a.Type(), alone.Err(), e.Err())
		}
	}
	if e.Err() != nil {
		return
	}
	d := cdr.NewDecoder(e.Bytes(), true, env)
	for _, a := range all {
		if again := dyn.GetAny(d); d.Err() != nil || !dyn.Equal(again, a) {
			t.Fatalf("%v became %v, %v", a.Value(), again.Value(), d.Err())
		}
	}
}

// TestOneIDAtRandom: what is received of such messages without an error can be used.
func TestOneIDAtRandom(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	received := 0
	for range 3000 {
		s := newSpeaker(r)
		kinds := make([]byte, 2+r.IntN(3))
		for i := range kinds {
			if kinds[i] = byte(r.IntN(4)) &^ 1; kinds[i] == 0 {
				s.value(0, s.types[0])
			} else {
				s.any(0)
			}
		}
		all, err := receive(s.e.Bytes(), oneEnv(), kinds)
		if err == nil {
			received++
			checkAnys(t, all)
		}
		if t.Failed() {
			t.Fatalf("seed %d, %v of %x", seed, kinds, s.e.Bytes())
		}
	}
	if received < 300 {
		t.Errorf("%d messages were received", received)
	}
}

// FuzzAnys: any octets are some anys, among values of generated code, or an error; what is received can be used.
func FuzzAnys(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 40 {
		s := newSpeaker(r)
		s.any(0)
		s.any(0)
		f.Add(s.e.Bytes(), []byte{2, 2})
	}
	for _, kinds := range [][]byte{{2, 0}, {0, 2}, {2, 0, 2}} {
		e := cdr.NewEncoder(nil, true, nil)
		v := &single{7}
		for _, k := range kinds {
			if k == 0 {
				singleType.Put(e, v)
			} else {
				dyn.PutAny(e, dyn.Hold(one(tc.Long), v))
			}
		}
		f.Add(e.Bytes(), kinds)
	}
	for range 10 {
		g := randomGraph(r)
		e := cdr.NewEncoder(nil, true, nil)
		dyn.PutAny(e, dyn.Hold(vertexCode, g[0]))
		putVertex(e, g[0])
		dyn.PutAny(e, dyn.Hold(vertexCode, g[1]))
		f.Add(e.Bytes(), []byte{2, 1, 2})
	}
	f.Fuzz(func(t *testing.T, b []byte, kinds []byte) {
		if len(kinds) > 5 {
			return
		}
		var all []dyn.Any
		var err error
		anyBound.Run(t, len(b), func() { all, err = receive(b, oneEnv(), kinds) })
		if err == nil {
			checkAnys(t, all)
		}
	})
}
