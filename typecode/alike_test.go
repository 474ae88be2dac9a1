package typecode_test

import (
	"fmt"
	"testing"

	tc "github.com/opendsom/dsom/typecode"
)

// TestAlike: types are alike whose values have the same octets and the same repository ids, whatever they are called.
func TestAlike(t *testing.T) {
	t.Parallel()
	value := func(modifier int16, base *tc.TypeCode, of ...*tc.TypeCode) *tc.TypeCode {
		var s []tc.State
		for i, m := range of {
			s = append(s, tc.State{Name: fmt.Sprint("m", i), Type: m, Public: i%2 == 0})
		}
		return tc.Value("IDL:V:1.0", "V", modifier, base, s...)
	}
	list := tc.Value("IDL:L:1.0", "L", 0, nil, tc.State{Name: "next", Type: tc.Recursive("IDL:L:1.0")})
	longer := tc.Value("IDL:L:1.0", "L", 0, nil, tc.State{Name: "next", Type: list})
	union := func(label int64, def bool) *tc.TypeCode {
		return tc.Union("IDL:U:1.0", "U", tc.Long, tc.Arm{Label: label, Default: def, Name: "a", Type: tc.Octet})
	}
	for _, c := range []struct {
		what  string
		a, b  *tc.TypeCode
		alike bool
	}{
		{"nothing", value(0, nil), value(0, nil), true},
		{"a member", value(0, nil, tc.Long), value(0, nil, tc.Short), false},
		{"one of two members", value(0, nil, tc.Long, tc.Long), value(0, nil, tc.Long, tc.Octet), false},
		{"how many members", value(0, nil, tc.Long), value(0, nil), false},
		{"a typedef", value(0, nil, tc.Alias("IDL:A:1.0", "A", tc.Long)), value(0, nil, tc.Long), true},
		{"names and visibility", tc.Value("IDL:V:1.0", "", 0, nil, tc.State{Type: tc.Long}), value(0, nil, tc.Long), true},
		{"the repository id", tc.Value("IDL:W:1.0", "V", 0, nil), value(0, nil), false},
		{"the repository id that one lacks", tc.Struct("", "", tc.Member{Type: tc.Long}), tc.Struct("IDL:S:1.0", "S", tc.Member{Type: tc.Long}), true},
		{"the base", value(0, value(0, nil, tc.Long), tc.Long), value(0, value(0, nil, tc.Octet), tc.Long), false},
		{"that there is a base", value(0, value(0, nil)), value(0, nil), false},
		{"that it is truncatable", value(tc.ValueTruncatable, nil), value(0, nil), true},
		{"that it is custom", value(tc.ValueCustom, nil), value(0, nil), false},
		{"that it is an event", tc.Event("IDL:V:1.0", "V", 0, nil), value(0, nil), true},
		{"that it is a box", tc.ValueBox("IDL:V:1.0", "V", tc.Long), value(0, nil, tc.Long), false},
		{"what is in a box", tc.ValueBox("IDL:B:1.0", "B", tc.Long), tc.ValueBox("IDL:B:1.0", "B", tc.Octet), false},
		{"how far recursion is told", list, longer, true},
		{"the bound of a string", tc.StringMax(3), tc.StringMax(4), false},
		{"the length of an array", tc.Array(tc.Long, 3), tc.Array(tc.Long, 4), false},
		{"digits", tc.Fixed(4, 2), tc.Fixed(5, 2), false},
		{"scale", tc.Fixed(4, 2), tc.Fixed(4, 1), false},
		{"how many enumerators", tc.Enum("IDL:E:1.0", "E", "a"), tc.Enum("IDL:E:1.0", "E", "a", "b"), false},
		{"a label", union(1, false), union(2, false), false},
		{"the default arm", union(0, true), union(0, false), false},
		{"the discriminator", tc.Union("", "", tc.Long), tc.Union("", "", tc.Short), false},
	} {
		if tc.Alike(c.a, c.b) != c.alike || tc.Alike(c.b, c.a) != c.alike {
			t.Errorf("types that differ in %s are alike: %v", c.what, !c.alike)
		}
	}
}

// TestAlikeIsLinear: two types that come back to themselves after different numbers of steps pair each step with each. They are
// alike, and found so in as many steps as there are types; by pairs it would be thousands times those.
func TestAlikeIsLinear(t *testing.T) {
	t.Parallel()
	circle := func(n int, last *tc.TypeCode) *tc.TypeCode {
		c := tc.Sequence(tc.Recursive("IDL:C:1.0"), 0)
		for range n {
			c = tc.Sequence(tc.Struct("", "", tc.Member{Type: c}, tc.Member{Type: last}), 0)
		}
		return tc.Struct("IDL:C:1.0", "C", tc.Member{Type: c}, tc.Member{Type: last})
	}
	a, b, other := circle(300, tc.Long), circle(290, tc.Long), circle(290, tc.Short)
	var l tc.Likeness
	for range 1000 { // what is known costs nothing
		if !l.Alike(a, b) || !l.Alike(b, a) || !l.Alike(a, a) {
			t.Fatal("not alike")
		}
	}
	if l.Alike(a, other) || l.Alike(other, b) || !l.Alike(a, b) {
		t.Error("a difference was missed, or what it left behind was believed")
	}
	if !tc.Equivalent(tc.Sequence(a.MemberType(0), 0), tc.Sequence(b.MemberType(0), 0)) {
		t.Error("not equivalent")
	}
}
