package dyn_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	tc "github.com/opendsom/dsom/typecode"
)

// TestAnysApart: what stands in one any of a message is used from another, by itself: a value in chunks and those in it, a custom one
// with an any inside, exceptions of both forms, numbers of all sizes.
func TestAnysApart(t *testing.T) {
	t.Parallel()
	env := &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1, Wide: codeset.UTF16, Values: customs{}}
	w := whole()
	parts := tc.Struct("IDL:G/S:1.0", "S", tc.Member{Name: "thing", Type: thingType}, tc.Member{Name: "whole", Type: wholeType})
	mixed := tc.Struct("IDL:G/M:1.0", "M", tc.Member{Name: "o", Type: tc.Octet}, tc.Member{Name: "c", Type: custType}, tc.Member{Name: "d", Type: tc.Double}, tc.Member{Name: "s", Type: tc.String})
	fails := tc.Exception("IDL:G/Fails:1.0", "Fails", tc.Member{Name: "n", Type: tc.Short})
	sent := []dyn.Any{
		must(dyn.Of(parts, dyn.Struct{{"thing", w}, {"whole", w}})), // in chunks, as a Thing is declared
		must(dyn.Of(mixed, dyn.Struct{{"o", byte(1)}, {"c", &cust{text: "c"}}, {"d", 1.5}, {"s", "s"}})),
		must(dyn.Of(fails, dyn.Struct{{"n", int16(3)}})),
		must(dyn.Of(mixed, dyn.Struct{{"o", byte(2)}, {"c", nil}, {"d", 2.5}, {"s", ""}})),
	}
	e := cdr.NewEncoder(nil, true, env)
	for _, a := range sent {
		dyn.PutAny(e, a)
	}
	tc.Put(e, fails) // without its id, as omniORB sends it
	e.Short(4)
	dyn.PutAny(e, sent[2])
	stands := 0 // where the Part does, in the Whole
	for at := 0; at < bytes.Index(e.Bytes(), []byte("part\x00")); at += 4 {
		if binary.LittleEndian.Uint32(e.Bytes()[at:])&^7 == 0x7fffff08 {
			stands = at
		}
	}
	tc.Put(e, partType)
	e.ULong(0xffffffff)
	e.Long(int32(stands - e.Len()))
	if e.Err() != nil {
		t.Fatal(e.Err())
	}
	d := cdr.NewDecoder(e.Bytes(), true, env)
	var got []dyn.Any
	for range len(sent) + 3 {
		got = append(got, dyn.GetAny(d))
	}
	if d.Err() != nil || d.Remaining() != 0 {
		t.Fatalf("%v, %d octets are left", d.Err(), d.Remaining())
	}
	for i, a := range sent {
		if !dyn.Equal(got[i], a) {
			t.Errorf("any %d is %v", i, got[i].Value())
		}
	}
	part := got[len(got)-1]
	v, err := part.Unpack()
	if p, ok := v.(*dyn.Valuetype); err != nil || !ok || p.Members.Get("name") != "part" {
		t.Errorf("the Part is %v, %v", v, err)
	}
	again := cdr.NewEncoder(nil, true, env)
	for _, a := range got {
		dyn.PutAny(again, a)
	}
	if again.Err() != nil || !bytes.Equal(again.Bytes(), e.Bytes()) {
		t.Errorf("sent on as\n%x, %v, not\n%x", again.Bytes(), again.Err(), e.Bytes())
	}
}

// TestMadeWhereItWasSkipped: generated code that has cut a value is led to one of the members that it has skipped; an any that knows the value whole
// holds that member as it was made.
func TestMadeWhereItWasSkipped(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, true, nil)
	m := e.BeginValue("whole", []string{wholeType.ID(), partType.ID(), thingType.ID()}, true)
	e.Long(1)
	e.RawString("whole")
	e.Count(1)
	in := e.BeginValue("in", nil, true)
	e.Long(2)
	e.EndValue(in)
	e.NullValue()
	e.EndValue(m)
	e.SharedValue("in")
	tc.Put(e, wholeType)
	e.SharedValue("whole")
	d := cdr.NewDecoder(e.Bytes(), true, nil)
	cut, skipped, a := things.Get(d), things.Get(d), dyn.GetAny(d)
	v, err := a.Unpack()
	if d.Err() != nil || err != nil || cut.id != 1 || skipped.id != 2 {
		t.Fatalf("%v, %v, %v, %v", cut, skipped, d.Err(), err)
	}
	if parts := v.(*dyn.Valuetype).Members.Get("parts").([]any); len(parts) != 1 || parts[0] != any(skipped) {
		t.Errorf("the any holds %v, not %p", parts, skipped)
	}
}

// TestCustomTypesAreTheirCodes: what a peer tells of the members of a custom type does not matter.
func TestCustomTypesAreTheirCodes(t *testing.T) {
	t.Parallel()
	env := &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1, Wide: codeset.UTF16, Values: customs{}}
	told := tc.Value(custType.ID(), "Cust", tc.ValueCustom, nil, tc.State{Name: "text", Type: tc.String})
	e := cdr.NewEncoder(nil, true, env)
	dyn.PutAny(e, dyn.Hold(told, &cust{text: "c"}))
	d := cdr.NewDecoder(e.Bytes(), true, env)
	if v, ok := dyn.GetAny(d).Value().(*cust); !ok || v.text != "c" || d.Err() != nil {
		t.Errorf("%v, %v", v, d.Err())
	}
}
