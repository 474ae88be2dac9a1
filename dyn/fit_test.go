package dyn_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	tc "github.com/opendsom/dsom/typecode"
)

// TestToldElsewhere: the type of a value is told by an any further out, or as what something holds or derives from, and so is
// not cut to what is declared.
func TestToldElsewhere(t *testing.T) {
	t.Parallel()
	derived := tc.Value("IDL:G/Derived:1.0", "Derived", 0, wholeType)
	structure := func(second *tc.TypeCode) *tc.TypeCode {
		return tc.Struct("IDL:G/S:1.0", "S", tc.Member{Name: "a", Type: tc.Sequence(thingType, 0)}, tc.Member{Name: "b", Type: second}, tc.Member{Name: "c", Type: tc.Any})
	}
	things := []any{whole()}
	further := must(dyn.Of(tc.Any, must(dyn.Of(tc.Sequence(thingType, 0), things))))
	for _, c := range []struct {
		what string
		a    dyn.Any
	}{
		{"the elements of a sequence", must(dyn.Of(structure(tc.Sequence(wholeType, 0)), dyn.Struct{{"a", things}, {"b", []any{}}, {"c", dyn.Any{}}}))},
		{"a base", must(dyn.Of(structure(derived), dyn.Struct{{"a", things}, {"b", nil}, {"c", dyn.Any{}}}))},
		{"an any around the any", must(dyn.Of(structure(wholeType), dyn.Struct{{"a", []any{}}, {"b", nil}, {"c", must(dyn.Of(tc.Sequence(thingType, 0), things))}}))},
		{"an any two further out", must(dyn.Of(structure(wholeType), dyn.Struct{{"a", []any{}}, {"b", nil}, {"c", further}}))},
	} {
		e := cdr.NewEncoder(nil, true, nil)
		dyn.PutAny(e, c.a)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		if got := dyn.GetAny(d); d.Err() != nil || !dyn.Equal(got, c.a) {
			t.Errorf("%s: read as %v, %v", c.what, got.Value(), d.Err())
		}
	}
}

// TestIllTypedCustomValues: a custom value where another type is declared is MARSHAL, whether it is met there first or
// shared, and so is one that its code has read within.
func TestIllTypedCustomValues(t *testing.T) {
	t.Parallel()
	env := &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1, Wide: codeset.UTF16, Values: customs{}}
	inner := &cust{text: "in"}
	outer := &cust{text: "out", next: inner}
	pair := func(first, second *tc.TypeCode) *tc.TypeCode {
		return tc.Struct("IDL:G/P:1.0", "P", tc.Member{Name: "first", Type: first}, tc.Member{Name: "second", Type: second})
	}
	for _, c := range []struct {
		what          string
		t             *tc.TypeCode
		first, second cdr.Value
		ok            bool
	}{
		{"where it is declared", pair(custType, custType), outer, inner, true},
		{"where any value is", pair(tc.ValueBase, tc.ValueBase), outer, inner, true},
		{"another is declared", pair(nodeType, custType), outer, nil, false},
		{"shared where another is declared", pair(custType, nodeType), outer, outer, false},
		{"one within, shared where another is declared", pair(custType, nodeType), outer, inner, false},
		{"one around it, shared where another is declared", pair(tc.ValueBase, nodeType), inner, inner, false},
	} {
		e := cdr.NewEncoder(nil, true, env)
		for _, v := range []cdr.Value{c.first, c.second} {
			if v == nil {
				e.NullValue()
			} else {
				e.Value(v, nil)
			}
		}
		d := cdr.NewDecoder(e.Bytes(), true, env)
		a := dyn.GetValue(d, c.t)
		if err := d.Err(); c.ok != (err == nil) || err != nil && (!errors.Is(err, exc.Marshal) || !strings.Contains(err.Error(), "is declared")) {
			t.Errorf("%s: %v, %v", c.what, a.Value(), err)
		}
	}
}
