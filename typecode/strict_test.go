package typecode_test

import (
	"errors"
	"testing"

	tc "github.com/opendsom/dsom/typecode"
)

// TestStrict asks every operation of a TypeCode of every kind: it answers, or says BadKind.
func TestStrict(t *testing.T) {
	t.Parallel()
	const id, name, count, memberName, memberType, label, visibility, disc, def, length, content, digits, scale, modifier, base = 1 << 0, 1 << 1,
		1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14
	const named, value = id | name, id | name | count | memberName | memberType | visibility | modifier | base
	box := tc.ValueBox("IDL:Box:1.0", "Box", tc.String)
	v := tc.Value("IDL:V:1.0", "V", tc.ValueTruncatable, tc.Value("IDL:B:1.0", "B", 0, nil), tc.State{Name: "n", Type: tc.Long, Public: true})
	for _, c := range []struct {
		t      *tc.TypeCode
		answer int
	}{
		{nil, 0}, {tc.Long, 0}, {tc.Any, 0}, {tc.Principal, 0}, {tc.Object, named}, {tc.String, length}, {tc.WStringMax(3), length},
		{prim, named | count | memberName | memberType}, {tc.Exception("IDL:E:1.0", "E", tc.Member{Name: "x", Type: tc.Long}), named | count | memberName | memberType},
		{union, named | count | memberName | memberType | label | disc | def}, {color, named | count | memberName},
		{tc.Sequence(tc.Long, 0), length | content}, {tc.Array(tc.Long, 2), length | content}, {tc.Alias("IDL:A:1.0", "A", tc.Long), named | content},
		{tc.Fixed(5, 2), digits | scale}, {v, value}, {tc.Event("IDL:V:1.0", "V", 0, nil, tc.State{Name: "n", Type: tc.Long}), value}, {box, named | content},
		{tc.Interface(tc.TkNative, "IDL:N:1.0", "N"), named}, {tc.Interface(tc.TkHome, "IDL:N:1.0", "N"), named}, {tc.Interface(tc.TkComponent, "IDL:N:1.0", "N"), named},
		{tc.Interface(tc.TkLocalInterface, "IDL:N:1.0", "N"), named}, {tc.Interface(tc.TkAbstractInterface, "IDL:N:1.0", "N"), named},
	} {
		s := c.t.Strict()
		var errs [15]error
		_, errs[0] = s.ID()
		_, errs[1] = s.Name()
		_, errs[2] = s.MemberCount()
		_, errs[3] = s.MemberName(0)
		_, errs[4] = s.MemberType(0)
		_, errs[5] = s.MemberLabel(0)
		_, errs[6] = s.MemberVisibility(0)
		_, errs[7] = s.DiscriminatorType()
		_, errs[8] = s.DefaultIndex()
		_, errs[9] = s.Length()
		_, errs[10] = s.ContentType()
		_, errs[11] = s.FixedDigits()
		_, errs[12] = s.FixedScale()
		_, errs[13] = s.TypeModifier()
		_, errs[14] = s.ConcreteBaseType()
		for i, err := range errs {
			var bad *tc.BadKindError
			if want := c.answer&(1<<i) != 0; want != (err == nil) || !want && (!errors.As(err, &bad) || bad.Kind != c.t.Kind() || bad.Error() == "") {
				t.Errorf("%v: operation %d: %v", c.t, i, err)
			}
		}
	}
	var bounds *tc.BoundsError
	for _, i := range []int{-1, 11} {
		if _, err := prim.Strict().MemberType(i); !errors.As(err, &bounds) || bounds.Count != 11 || bounds.Error() == "" {
			t.Errorf("member %d: %v", i, err)
		}
	}
	if b, err := v.Strict().ConcreteBaseType(); err != nil || b.Name() != "B" {
		t.Errorf("the base is %v, %v", b, err)
	}
	if c, _ := node.Strict().MemberType(1); c.Content().Content() != node {
		t.Errorf("the recursion leads to %v", c)
	}
}

func TestCompact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		t    *tc.TypeCode
		want string
	}{
		{tc.Long, "long"},
		{tc.StringMax(3), "string<3>"},
		{tc.Sequence(tc.Alias("IDL:A:1.0", "A", tc.Long), 4), `sequence<typedef long ""("IDL:A:1.0"),4>`},
		{color, `enum ""("IDL:TY/Color:1.0") {"", "", ""}`},
		{node, `struct ""("IDL:TY/Node:1.0") {long ""; typedef sequence<TY::Node> ""("IDL:TY/Nodes:1.0") "";}`},
		{tc.Object, `interface ""("IDL:omg.org/CORBA/Object:1.0")`},
		{tc.Value("IDL:D:1.0", "D", 3, tc.Value("IDL:V:1.0", "V", 0, nil), tc.State{Name: "m", Type: tc.Recursive("IDL:D:1.0"), Public: true}),
			`valuetype ""("IDL:D:1.0") : truncatable valuetype ""("IDL:V:1.0") {} {public D "";}`},
		{tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "a", Type: prim}, tc.Member{Name: "b", Type: prim}), ""},
	} {
		got := c.t.Compact()
		if c.want != "" && got.String() != c.want {
			t.Errorf("%v is compact as\n%v, want\n%s", c.t, got, c.want)
		}
		if !tc.Equivalent(got, c.t) || !tc.Equivalent(c.t, got) || c.t.Name() != "" && tc.Equal(got, c.t) {
			t.Errorf("%v and %v: equal %v", c.t, got, tc.Equal(got, c.t))
		}
		b := put(t, got, true)
		if back, err := get(b, true); err != nil || !tc.Equal(back, got) {
			t.Errorf("%v travels as %v, %v", got, back, err)
		}
		if again := got.Compact(); !tc.Equal(again, got) {
			t.Errorf("%v is compact as %v", got, again)
		}
	}
	two := tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "a", Type: prim}, tc.Member{Name: "b", Type: prim}).Compact()
	if two.MemberType(0) != two.MemberType(1) {
		t.Error("what was shared is not any more")
	}
	if u := tc.Sequence(tc.Recursive("IDL:Nobody:1.0"), 0).Compact(); u.Content().ID() != "IDL:Nobody:1.0" {
		t.Errorf("what is not resolved became %v", u)
	}
}

// Two types of one id inside each other keep apart what refers to which.
func TestSameID(t *testing.T) {
	t.Parallel()
	const text = "struct S {sequence<struct S {sequence<S> inner; sequence<S^1> outer;}> s;}"
	c, err := tc.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	inner := c.MemberType(0).Content()
	if inner.MemberType(0).Content() != inner || inner.MemberType(1).Content() != c || c.String() != text {
		t.Fatalf("got %v", c)
	}
	back, err := get(put(t, c, true), true)
	if err != nil || back.String() != text || !tc.Equal(back, c) {
		t.Errorf("it travels as %v, %v", back, err)
	}
	if small := c.Compact(); small.MemberType(0).Content().MemberType(1).Content() != small {
		t.Errorf("it is compact as %v", small)
	}
}
