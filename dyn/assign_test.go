package dyn_test

import (
	"bytes"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/ior"
	tc "github.com/opendsom/dsom/typecode"
)

// A value that stands where another type is declared is written as one that was made for that type, and stays one object with others of the message.
func TestStands(t *testing.T) {
	t.Parallel()
	base := tc.Value("IDL:AS/B:1.0", "B", tc.ValueNone, nil, tc.State{Name: "n", Type: tc.Long})
	derived := tc.Value("IDL:AS/D:1.0", "D", tc.ValueTruncatable, base, tc.State{Name: "s", Type: tc.String})
	like := tc.Value("IDL:AS/B:1.0", "B", tc.ValueNone, nil, tc.State{Name: "n", Type: tc.String})
	box := tc.ValueBox("IDL:AS/Box:1.0", "Box", tc.Long)
	account, other := tc.ObjRef("IDL:AS/Account:1.0", "Account"), tc.ObjRef("IDL:AS/Other:1.0", "Other")
	abstract, anything := tc.Interface(tc.TkAbstractInterface, "IDL:AS/A:1.0", "A"), tc.Interface(tc.TkAbstractInterface, "IDL:omg.org/CORBA/AbstractBase:1.0", "AbstractBase")
	alias := func(c *tc.TypeCode) *tc.TypeCode { return tc.Alias("IDL:AS/T:1.0", "T", c) }
	object := &dyn.Valuetype{Type: derived, Members: dyn.Struct{{Name: "n", Value: int32(7)}, {Name: "s", Value: "x"}}}
	boxed := &dyn.Valuetype{Type: box, Members: dyn.Struct{{Name: dyn.StateOf(box)[0].Name, Value: int32(7)}}}
	reference := &ior.IOR{TypeID: "IDL:AS/Account:1.0", Profiles: []ior.Profile{{Tag: 99, Data: []byte("x")}}}
	for _, c := range []struct {
		from   *tc.TypeCode
		value  any
		to     *tc.TypeCode
		stands bool
	}{
		{derived, object, derived, true}, {derived, object, base, true}, {derived, nil, base, true}, {alias(derived), object, alias(base), true},
		{derived, object, tc.ValueBase, true}, {derived, object, anything, true}, {derived, object, abstract, true}, {derived, nil, anything, true},
		{box, boxed, tc.ValueBase, true}, {box, boxed, base, false}, {derived, object, like, false}, {base, nil, derived, false}, {derived, object, box, false},
		{account, reference, tc.Object, true}, {account, nil, tc.Object, true}, {account, reference, anything, true}, {alias(account), reference, alias(tc.Object), true},
		{account, reference, other, false}, {tc.Object, reference, account, false}, {account, reference, abstract, false}, {account, reference, tc.ValueBase, false},
		{tc.Long, 1, tc.Object, false}, {tc.Long, 1, tc.ULong, false}, {tc.Null, nil, tc.Object, false}, {tc.Object, nil, tc.Null, false},
	} {
		if got := dyn.Stands(c.from, c.to); got != c.stands {
			t.Errorf("%v for %v: got %v", c.from, c.to, got)
		}
		if !c.stands {
			continue
		}
		for _, n := range []int{1, 2} { // the same again is an indirection
			got, want := cdr.NewEncoder(nil, true, nil), cdr.NewEncoder(nil, true, nil)
			a, b := must(dyn.Of(c.from, c.value)), must(dyn.Of(c.to, c.value))
			for range n {
				dyn.PutValueAs(got, a, c.to)
				dyn.PutValue(want, b)
			}
			if got.Err() != nil || want.Err() != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Errorf("%v for %v:\ngot  %x %v\nwant %x %v", c.from, c.to, got.Bytes(), got.Err(), want.Bytes(), want.Err())
			}
		}
	}
}
