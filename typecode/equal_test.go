package typecode_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	tc "github.com/opendsom/dsom/typecode"
)

// Each detail that makes values of two types differ makes the types differ, and one that does not leaves them
// equivalent.
func TestDifferences(t *testing.T) {
	t.Parallel()
	u := func(disc *tc.TypeCode, arms ...tc.Arm) *tc.TypeCode { return tc.Union("", "", disc, arms...) }
	one, two := tc.Arm{Label: 1, Name: "a", Type: tc.Long}, tc.Arm{Label: 2, Name: "b", Type: tc.Long}
	other := func(a tc.Arm) tc.Arm { a.Label, a.Default = 0, true; return a }
	value := func(modifier int16, s ...tc.State) *tc.TypeCode { return tc.Value("", "", modifier, nil, s...) }
	public, private := tc.State{Name: "x", Type: tc.Long, Public: true}, tc.State{Name: "x", Type: tc.Long}
	base := tc.Value("IDL:Base:1.0", "Base", tc.ValueNone, nil)
	for _, c := range []struct {
		name       string
		a, b       *tc.TypeCode
		equivalent bool
	}{
		{"a label", u(tc.Long, one), u(tc.Long, tc.Arm{Label: 3, Name: "a", Type: tc.Long}), false},
		{"the default arm", u(tc.Long, other(one), two), u(tc.Long, one, other(two)), false},
		{"which of two arms with the same label is the default", u(tc.Long, other(one), tc.Arm{Label: 0, Name: "b", Type: tc.Long}),
			u(tc.Long, tc.Arm{Label: 0, Name: "a", Type: tc.Long}, other(two)), false},
		{"that there is a default arm", u(tc.Long, other(one)), u(tc.Long, tc.Arm{Label: 0, Name: "a", Type: tc.Long}), false},
		{"the discriminator", u(tc.Long, one), u(tc.Short, one), false},
		{"the discriminator of a union without arms", u(tc.Long), u(tc.Short), false},
		{"the type of an arm", u(tc.Long, one), u(tc.Long, tc.Arm{Label: 1, Name: "a", Type: tc.Octet}), false},
		{"the name of an arm", u(tc.Long, one), u(tc.Long, tc.Arm{Label: 1, Name: "z", Type: tc.Long}), true},
		{"visibility", value(tc.ValueNone, public), value(tc.ValueNone, private), false},
		{"the modifier", value(tc.ValueNone, public), value(tc.ValueCustom, public), false},
		{"truncatability", value(tc.ValueNone, public), value(tc.ValueTruncatable, public), false},
		{"the base", tc.Value("", "", tc.ValueNone, base, public), value(tc.ValueNone, public), false},
		{"how many enumerators", tc.Enum("", "", "a", "b"), tc.Enum("", "", "a"), false},
		{"an enumerator's name", tc.Enum("", "", "a", "b"), tc.Enum("", "", "a", "c"), true},
		{"digits", tc.Fixed(4, 2), tc.Fixed(5, 2), false},
		{"scale", tc.Fixed(4, 2), tc.Fixed(4, 1), false},
		{"length", tc.Array(tc.Long, 2), tc.Array(tc.Long, 3), false},
		{"the kind", tc.Struct("", "", tc.Member{Type: tc.Long}), tc.Exception("", "", tc.Member{Type: tc.Long}), false},
		{"the order of members", tc.Struct("", "", tc.Member{Type: tc.Long}, tc.Member{Type: tc.Octet}),
			tc.Struct("", "", tc.Member{Type: tc.Octet}, tc.Member{Type: tc.Long}), false},
		{"the last of many members", tc.Struct("", "", append(many(40), tc.Member{Type: tc.Sequence(tc.Long, 0)})...),
			tc.Struct("", "", append(many(40), tc.Member{Type: tc.Sequence(tc.Octet, 0)})...), false},
	} {
		if tc.Equal(c.a, c.b) || tc.Equal(c.b, c.a) {
			t.Errorf("types are equal that differ in %s: %v, %v", c.name, c.a, c.b)
		}
		if got := tc.Equivalent(c.a, c.b); got != c.equivalent || got != tc.Equivalent(c.b, c.a) {
			t.Errorf("types that differ in %s are equivalent: %v", c.name, got)
		}
		if !tc.Equal(c.a, c.a) || !tc.Equal(again(t, c.a), again(t, c.a)) {
			t.Errorf("%v is not equal to itself", c.a)
		}
	}
}

// many returns members of types that are not the same in memory.
func many(n int) []tc.Member {
	list := make([]tc.Member, n)
	for i := range list {
		list[i].Type = tc.Sequence(tc.Long, uint32(i+1))
	}
	return list
}

// again returns t as it is received.
func again(t *testing.T, c *tc.TypeCode) *tc.TypeCode {
	t.Helper()
	e := cdr.NewEncoder(nil, false, nil)
	tc.Put(e, c)
	d := cdr.NewDecoder(e.Bytes(), false, nil)
	got := tc.Get(d)
	if d.Err() != nil {
		t.Fatalf("%v: %v", c, d.Err())
	}
	return got
}

// knot writes a TypeCode of n structures, each of which leads back to all around it, so that there are more
// ways through it than anybody could go.
func knot(n int) []byte {
	e := cdr.NewEncoder(nil, true, nil)
	at := map[int]int{}
	within := func(kind tc.Kind, put func()) {
		e.ULong(uint32(kind))
		m := e.Begin()
		put()
		e.End(m)
	}
	unnamed := func(members int) { e.RawString(""); e.RawString(""); e.Count(members) }
	back := func(to int) {
		e.RawString("")
		e.Align(4)
		within(tc.TkSequence, func() {
			e.ULong(0xffffffff)
			e.Long(int32(at[to] - e.Len()))
			e.ULong(0)
		})
	}
	var structure func(i int)
	structure = func(i int) {
		e.Align(4)
		at[i] = e.Len()
		within(tc.TkStruct, func() {
			unnamed(min(i, n-1))
			for to := 1; to < i; to++ {
				back(to)
			}
			if i < n {
				e.RawString("")
				e.Align(4)
				within(tc.TkSequence, func() { structure(i + 1); e.ULong(0) })
			}
		})
	}
	within(tc.TkStruct, func() {
		unnamed(2)
		e.RawString("")
		e.Align(4)
		structure(1)
		back(n)
	})
	return e.Bytes()
}

// The comparison of types takes no longer than the number of pairs of their parts.
func TestEqualTakesNoLonger(t *testing.T) {
	t.Parallel()
	b := knot(28)
	get := func() *tc.TypeCode {
		d := cdr.NewDecoder(b, true, nil)
		c := tc.Get(d)
		if d.Err() != nil {
			t.Fatal(d.Err())
		}
		return c
	}
	start := time.Now()
	if x, y := get(), get(); !tc.Equal(x, y) || !tc.Equivalent(x, y) {
		t.Error("a type is not equal to itself")
	}
	if took := time.Since(start); took > 5*time.Second { // it would take years
		t.Errorf("it took %v", took)
	}
}

// TestDefaultLabel: what a program says is the label of the default arm means nothing.
func TestDefaultLabel(t *testing.T) {
	t.Parallel()
	with := func(label int64) *tc.TypeCode {
		return tc.Union("IDL:U:1.0", "U", tc.Long, tc.Arm{Label: 1, Name: "a", Type: tc.Long}, tc.Arm{Default: true, Label: label, Name: "b", Type: tc.Long})
	}
	if a, b := with(0), with(7); !tc.Equal(a, b) || !bytes.Equal(put(t, a, true), put(t, b, true)) {
		t.Error("unions differ by the labels of their default arms")
	}
}
