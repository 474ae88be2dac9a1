package corba_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/std/corba"
)

// TestBoxes writes and reads the standard value boxes: a text, null, and one box twice, which is shared.
func TestBoxes(t *testing.T) {
	t.Parallel()
	env := &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16}
	narrow, wide := corba.StringValue{Value: "text"}, corba.WStringValue{Value: "\u4e2d text"}
	e := cdr.NewEncoder(nil, false, env)
	corba.StringValueType.Put(e, &narrow)
	corba.StringValueType.Put(e, nil)
	corba.StringValueType.Put(e, &narrow)
	corba.WStringValueType.Put(e, &wide)
	if e.Err() != nil {
		t.Fatal(e.Err())
	}
	const want = "\x7f\xff\xff\x00\x00\x00\x00\x05text\x00"
	if got := string(e.Bytes()[:len(want)]); got != want {
		t.Errorf("on the wire: got % x, want % x", got, want)
	}
	d := cdr.NewDecoder(e.Bytes(), false, env)
	first, null, again, other := corba.StringValueType.Get(d), corba.StringValueType.Get(d), corba.StringValueType.Get(d), corba.WStringValueType.Get(d)
	if d.Err() != nil || d.Remaining() > 0 || *first != narrow || null != nil || again != first || *other != wide {
		t.Errorf("got %v, %v, %v, %v; %v, %d octets are left", first, null, again, other, d.Err(), d.Remaining())
	}
}

// TestBoxesInAnys does so in anys.
func TestBoxesInAnys(t *testing.T) {
	t.Parallel()
	env := &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16}
	narrow, wide := corba.StringValue{Value: "text"}, corba.WStringValue{Value: "\u4e2d text"}
	e := cdr.NewEncoder(nil, false, env)
	dyn.PutAny(e, corba.StringValueType.Any(&narrow))
	dyn.PutAny(e, corba.WStringValueType.Any(&wide))
	if e.Err() != nil {
		t.Fatal(e.Err())
	}
	d := cdr.NewDecoder(e.Bytes(), false, env)
	one, two := dyn.GetAny(d), dyn.GetAny(d)
	if one.Type().ID() != "IDL:omg.org/CORBA/StringValue:1.0" || two.Type().ID() != "IDL:omg.org/CORBA/WStringValue:1.0" {
		t.Errorf("got %v and %v", one.Type(), two.Type())
	}
	if v, err := corba.StringValueType.From(one); err != nil || v == nil || *v != narrow {
		t.Errorf("got %v, %v", v, err)
	}
	if v, err := corba.WStringValueType.From(two); err != nil || v == nil || *v != wide {
		t.Errorf("got %v, %v", v, err)
	}
}
