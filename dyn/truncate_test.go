package dyn_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	tc "github.com/opendsom/dsom/typecode"
)

// The valuetypes of a graph, of which a receiver knows some or none:
//
//	valuetype Thing { public long id; };
//	valuetype Part : truncatable Thing { public string name; };
//	valuetype Whole : truncatable Part { public sequence<Thing> parts; public Part twin; };
var (
	thingType = tc.Value("IDL:G/Thing:1.0", "Thing", 0, nil, tc.State{Name: "id", Type: tc.Long, Public: true})
	partType  = tc.Value("IDL:G/Part:1.0", "Part", tc.ValueTruncatable, thingType, tc.State{Name: "name", Type: tc.String, Public: true})
	wholeType = tc.Value("IDL:G/Whole:1.0", "Whole", tc.ValueTruncatable, partType,
		tc.State{Name: "parts", Type: tc.Sequence(thingType, 0), Public: true}, tc.State{Name: "twin", Type: partType, Public: true})
)

// whole is a graph in which a Part stands where a Thing is declared, and again where a Part is.
func whole() *dyn.Valuetype {
	part := &dyn.Valuetype{Type: partType, Members: dyn.Struct{{"id", int32(2)}, {"name", "part"}}}
	w := &dyn.Valuetype{Type: wholeType}
	w.Members = dyn.Struct{{"id", int32(1)}, {"name", "whole"}, {"parts", []any{part, w, nil, part}}, {"twin", part}}
	return w
}

// TestToldTypes: what the TypeCode of an any tells of the types of values in it need not be registered: such a value comes, and goes on, whole.
func TestToldTypes(t *testing.T) {
	t.Parallel()
	declared := tc.Sequence(thingType, 0)
	inside := tc.Struct("IDL:G/S:1.0", "S", tc.Member{Name: "things", Type: declared}, tc.Member{Name: "whole", Type: wholeType})
	w := whole()
	for _, c := range []struct {
		what string
		a    dyn.Any
	}{
		{"where it is declared", must(dyn.Of(wholeType, w))},
		{"where a base is", must(dyn.Of(inside, dyn.Struct{{"things", []any{w, w}}, {"whole", w}}))},
		{"in an any", must(dyn.Of(tc.Any, must(dyn.Of(inside, dyn.Struct{{"things", []any{w}}, {"whole", w}}))))},
	} {
		json, err := dyn.MarshalJSON(c.a)
		if err != nil {
			t.Fatal(err)
		}
		for _, knows := range []known{nil, {thingType}, {thingType, partType}, {thingType, partType, wholeType}} {
			for _, little := range []bool{false, true} {
				e := cdr.NewEncoder(nil, little, nil)
				dyn.PutAny(e, c.a)
				d := cdr.NewDecoder(e.Bytes(), little, &cdr.Env{Version: cdr.V12, Values: knows})
				got := dyn.GetAny(d)
				if d.Err() != nil || !dyn.Equal(got, c.a) {
					t.Errorf("%s, %d types known: read as %v, %v", c.what, len(knows), got.Value(), d.Err())
					continue
				}
				if text, err := dyn.MarshalJSON(got); string(text) != string(json) || err != nil {
					t.Errorf("%s, %d types known: as JSON %s, %v, want %s", c.what, len(knows), text, err, json)
				}
				again := cdr.NewEncoder(nil, little, nil)
				if dyn.PutAny(again, got); again.Err() != nil || !bytes.Equal(again.Bytes(), e.Bytes()) {
					t.Errorf("%s, %d types known: sent on as\n%x, %v, not\n%x", c.what, len(knows), again.Bytes(), again.Err(), e.Bytes())
				}
			}
		}
	}
}

// TestIllTypedValues: a value of another type than the one declared is MARSHAL in an any, whether it was cut or sent so.
func TestIllTypedValues(t *testing.T) {
	t.Parallel()
	const other = "IDL:G/Other:1.0" // : truncatable Thing
	pair := func(second *tc.TypeCode) *tc.TypeCode {
		return tc.Struct("IDL:G/P:1.0", "P", tc.Member{Name: "first", Type: thingType}, tc.Member{Name: "second", Type: second})
	}
	value := func(e *cdr.Encoder, key string, ids ...string) {
		m := e.BeginValue(key, ids, true)
		e.Long(7)
		e.EndValue(m)
	}
	for _, c := range []struct {
		what string
		t    *tc.TypeCode
		put  func(e *cdr.Encoder)
		ok   bool
	}{
		{"cut, and shared where it is declared", pair(thingType), func(e *cdr.Encoder) { value(e, "a", other, thingType.ID()); e.SharedValue("a") }, true},
		{"cut, and shared where any value is", pair(tc.ValueBase), func(e *cdr.Encoder) { value(e, "a", other, thingType.ID()); e.SharedValue("a") }, true},
		{"cut, and shared where a derived one is declared", pair(partType), func(e *cdr.Encoder) { value(e, "a", other, thingType.ID()); e.SharedValue("a") }, false},
		{"cut, and shared where it may not support what is declared", pair(absType), func(e *cdr.Encoder) {
			value(e, "a", other, thingType.ID())
			e.Boolean(false)
			e.SharedValue("a")
		}, false},
		{"whole, where it may support what is declared", pair(absType), func(e *cdr.Encoder) {
			value(e, "a", thingType.ID())
			e.Boolean(false)
			e.SharedValue("a")
		}, true},
		{"a base where a derived one is declared", pair(partType), func(e *cdr.Encoder) { e.NullValue(); value(e, "a", thingType.ID()) }, false},
		{"a base, shared where a derived one is declared", pair(partType), func(e *cdr.Encoder) { value(e, "a", thingType.ID()); e.SharedValue("a") }, false},
	} {
		e := cdr.NewEncoder(nil, true, nil)
		if c.put(e); e.Err() != nil {
			t.Fatalf("%s: %v", c.what, e.Err())
		}
		d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Values: known{thingType}})
		a := dyn.GetValue(d, c.t)
		if c.ok && (d.Err() != nil || a.Err() != nil) || !c.ok && !errors.Is(d.Err(), exc.Marshal) {
			t.Errorf("%s: %v, %v", c.what, a.Value(), d.Err())
		}
	}
	thing := &dyn.Valuetype{Type: thingType, Members: dyn.Struct{{"id", int32(1)}}}
	if _, err := dyn.Of(pair(partType), dyn.Struct{{"first", thing}, {"second", thing}}); err == nil {
		t.Error("a program's Thing is shared where a Part is declared")
	}
	if _, err := dyn.UnmarshalJSON(pair(partType), []byte(`{"first":{"id":1},"second":{"_ref":"/first"}}`), dyn.JSONOptions{}); err == nil {
		t.Error("a Thing of JSON is shared where a Part is declared")
	}
}

// thing is what generated code has that knows no Part.
type thing struct{ id int32 }

var (
	thingInfo = &cdr.ValueType{ID: thingType.ID(), New: func() cdr.Value { return new(thing) }, TypeCode: thingType}
	things    = dyn.NewType(thingType, func(e *cdr.Encoder, v *thing) { e.Value(v, thingInfo) },
		func(d *cdr.Decoder) *thing { v, _ := d.Value(thingInfo).(*thing); return v })
)

func (*thing) IDLValue() *cdr.ValueType        { return thingInfo }
func (v *thing) MarshalState(e *cdr.Encoder)   { e.Long(v.id) }
func (v *thing) UnmarshalState(d *cdr.Decoder) { v.id = d.Long() }

// TestCutBesideWhole: a value that is cut where one parameter stands, for who knows its base alone, stays whole in an any that tells its type, whichever
// comes first.
func TestCutBesideWhole(t *testing.T) {
	t.Parallel()
	const member, part, base = 0, 1, 2 // a Thing of generated code; anys whose TypeCodes are those of a Part, and a Thing
	want := [...]string{`{"id":7}`, `{"_type":"G::Part","id":7,"name":"precious"}`, `{"_type":"G::Thing","id":7}`}
	types := [...]*tc.TypeCode{nil, partType, thingType}
	for _, order := range [][]int{{part, member}, {member, part}, {part, member, part}, {member, part, member, part}, {base, member}, {member, base},
		{base, part}, {part, base}, {base, part, base, part}, {member, base, part, member}, {base, member, part}} {
		e := cdr.NewEncoder(nil, true, nil)
		value := func() {
			if !e.SharedValue("v") {
				m := e.BeginValue("v", []string{partType.ID(), thingType.ID()}, true)
				e.Long(7)
				e.RawString("precious")
				e.EndValue(m)
			}
		}
		for _, k := range order {
			if k != member {
				tc.Put(e, types[k])
			}
			value()
		}
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		var vs []*thing
		var anys []dyn.Any
		for _, k := range order {
			if k == member {
				vs = append(vs, things.Get(d))
			} else {
				anys = append(anys, dyn.GetAny(d))
			}
		}
		if d.Err() != nil {
			t.Errorf("%v: %v", order, d.Err())
			continue
		}
		for _, v := range vs {
			if v != vs[0] || v.id != 7 {
				t.Errorf("%v: the members are %v", order, vs)
			}
		}
		again := cdr.NewEncoder(nil, true, nil)
		i := 0
		for _, k := range order {
			if k == member {
				things.Put(again, vs[0])
				continue
			}
			a := anys[i]
			i++
			dyn.PutAny(again, a)
			if text, err := dyn.MarshalJSON(a); err != nil || a.Type().ID() != types[k].ID() || string(text) != want[k] && !(k == base && string(text) == want[part]) {
				t.Errorf("%v: an any is a %v, %s, %v", order, a.Type().Name(), text, err)
			}
			if v, err := a.Unpack(); err != nil || k == part && v.(*dyn.Valuetype).Members.Get("name") != "precious" {
				t.Errorf("%v: an any is %v, %v", order, v, err)
			}
			if k == base && len(vs) > 0 {
				if v, err := things.From(a); err != nil || v.id != 7 {
					t.Errorf("%v: from an any: %v, %v", order, v, err)
				}
			}
		}
		d = cdr.NewDecoder(again.Bytes(), true, nil)
		for _, k := range order {
			if k == member {
				if v := things.Get(d); v == nil || v.id != 7 {
					t.Errorf("%v: sent on, a member is %v, %v", order, v, d.Err())
				}
			} else if text, err := dyn.MarshalJSON(dyn.GetAny(d)); d.Err() != nil || string(text) != want[k] && !(k == base && string(text) == want[part]) {
				t.Errorf("%v: sent on, an any is %s, %v, %v", order, text, err, d.Err())
			}
		}
	}
}

// piece is a Part as generated code has it.
type piece struct {
	thing
	name string
}

var pieceInfo = &cdr.ValueType{ID: partType.ID(), Bases: []string{thingType.ID()}, New: func() cdr.Value { return new(piece) }, TypeCode: partType}

func (*piece) IDLValue() *cdr.ValueType { return pieceInfo }

func (v *piece) MarshalState(e *cdr.Encoder) {
	v.thing.MarshalState(e)
	e.String(v.name)
}

func (v *piece) UnmarshalState(d *cdr.Decoder) {
	v.thing.UnmarshalState(d)
	v.name = d.String()
}

// pieces is an ORB where Part is registered.
type pieces struct{}

func (pieces) ValueType(id string) *cdr.ValueType {
	if id == pieceInfo.ID {
		return pieceInfo
	}
	return nil
}

// TestCutInCode: an any that knows less of a value than the code which has cut it holds what the code has made, whichever comes first.
func TestCutInCode(t *testing.T) {
	t.Parallel()
	parts := dyn.NewType(partType, func(e *cdr.Encoder, v *piece) { e.Value(v, pieceInfo) },
		func(d *cdr.Decoder) *piece { v, _ := d.Value(pieceInfo).(*piece); return v })
	for _, anyFirst := range []bool{false, true} {
		e := cdr.NewEncoder(nil, true, nil)
		if anyFirst {
			tc.Put(e, thingType)
		}
		m := e.BeginValue("v", []string{wholeType.ID(), partType.ID(), thingType.ID()}, true)
		e.Long(1)
		e.RawString("whole")
		e.ULong(0)
		e.NullValue()
		e.EndValue(m)
		if !anyFirst {
			tc.Put(e, thingType)
		}
		e.SharedValue("v")
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		var v *piece
		var a dyn.Any
		if anyFirst {
			a, v = dyn.GetAny(d), parts.Get(d)
		} else {
			v, a = parts.Get(d), dyn.GetAny(d)
		}
		if d.Err() != nil || v == nil || v.name != "whole" || a.Value() != any(v) {
			t.Errorf("the any first %v: %v, and in the any %v, %v", anyFirst, v, a.Value(), d.Err())
		}
	}
}

// TestFactoriesStay: generated code makes of a value in an any what it was, by the type of the Go value that went in, or by what the ORB knows that the any
// came by: also when it is taken through another ORB, or copied.
func TestFactoriesStay(t *testing.T) {
	t.Parallel()
	asThing := dyn.NewType(thingType, func(e *cdr.Encoder, v cdr.Value) { e.Value(v, thingInfo) }, func(d *cdr.Decoder) cdr.Value { return d.Value(thingInfo) })
	own := asThing.Any(&piece{thing{7}, "own"})
	e := cdr.NewEncoder(nil, true, nil)
	dyn.PutAny(e, own)
	by := func(values cdr.Values) dyn.Any { // the any that comes by an ORB
		d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Values: values})
		return dyn.GetAny(d)
	}
	for _, c := range []struct {
		what string
		a    dyn.Any
		ok   bool
	}{
		{"made", own, true},
		{"made, and taken through an ORB", own.Through(by(vertices{})), true},
		{"made, copied", own.Whole(), true},
		{"made, in an any", must(dyn.AnyType.From(dyn.AnyType.Any(own))), true},
		{"received", by(pieces{}), true},
		{"received, copied", by(pieces{}).Whole(), true},
		{"received by who does not know it", by(vertices{}), false},
		{"received so, and taken through who does", by(vertices{}).Through(by(pieces{})), false}, // it was cut
	} {
		v, err := asThing.From(c.a)
		if p, ok := v.(*piece); err != nil || ok != c.ok || ok && (p.id != 7 || p.name != "own") {
			t.Errorf("%s: %T %v, %v", c.what, v, v, err)
		}
	}
}

// TestAnyTwice: an any is one value wherever it stands in a message, however it was made.
func TestAnyTwice(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, true, nil)
	dyn.PutAny(e, things.Any(&thing{7}))
	for what, a := range map[string]dyn.Any{
		"from generated code": things.Any(&thing{7}),
		"from a tree":         must(dyn.Of(thingType, &dyn.Valuetype{Type: thingType, Members: dyn.Struct{{"id", int32(7)}}})),
		"from JSON":           must(dyn.UnmarshalJSON(thingType, []byte(`{"id":7}`), dyn.JSONOptions{})),
		"held":                dyn.Hold(thingType, &thing{7}),
		"received":            dyn.GetAny(cdr.NewDecoder(e.Bytes(), true, nil)),
	} {
		e := cdr.NewEncoder(nil, true, nil)
		dyn.PutValue(e, a)
		dyn.PutValue(e, must(dyn.AnyType.From(dyn.AnyType.Any(a)))) // it has been in another
		dyn.PutValue(e, a.Whole())
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		v := things.Get(d)
		for _, w := range []*thing{things.Get(d), things.Get(d)} {
			if v == nil || w == nil || v != w && what != "held" || d.Err() != nil {
				t.Errorf("%s: they are %p and %p, %v", what, v, w, d.Err())
			}
		}
		other := things.Any(&thing{7}) // equal, but another
		e.Reset(nil, true, nil)
		dyn.PutValue(e, a)
		dyn.PutValue(e, other)
		d = cdr.NewDecoder(e.Bytes(), true, nil)
		if first, second := things.Get(d), things.Get(d); first == second || d.Err() != nil {
			t.Errorf("%s: it is one with another, %v", what, d.Err())
		}
	}
}
