package typecode_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/bounded"
	tc "github.com/opendsom/dsom/typecode"
)

var (
	color = tc.Enum("IDL:TY/Color:1.0", "Color", "RED", "GREEN", "BLUE")
	prim  = tc.Struct("IDL:TY/Prim:1.0", "Prim",
		tc.Member{Name: "b", Type: tc.Boolean}, tc.Member{Name: "c", Type: tc.Char}, tc.Member{Name: "o", Type: tc.Octet},
		tc.Member{Name: "s", Type: tc.Short}, tc.Member{Name: "us", Type: tc.UShort}, tc.Member{Name: "l", Type: tc.Long},
		tc.Member{Name: "ul", Type: tc.ULong}, tc.Member{Name: "ll", Type: tc.LongLong}, tc.Member{Name: "ull", Type: tc.ULongLong},
		tc.Member{Name: "f", Type: tc.Float}, tc.Member{Name: "d", Type: tc.Double})
	node = tc.Struct("IDL:TY/Node:1.0", "Node",
		tc.Member{Name: "id", Type: tc.Long},
		tc.Member{Name: "kids", Type: tc.Alias("IDL:TY/Nodes:1.0", "Nodes", tc.Sequence(tc.Recursive("IDL:TY/Node:1.0"), 0))})
	union = tc.Union("IDL:TY/U:1.0", "U", color,
		tc.Arm{Label: 0, Name: "l", Type: tc.Long}, tc.Arm{Label: 1, Name: "s", Type: tc.String}, tc.Arm{Default: true, Name: "o", Type: tc.Octet})
	unionLL = tc.Union("IDL:TY/UL:1.0", "UL", tc.LongLong,
		tc.Arm{Label: -5, Name: "sh", Type: tc.Short}, tc.Arm{Label: 7, Name: "sh", Type: tc.Short},
		tc.Arm{Label: 9, Name: "data", Type: tc.Alias("IDL:TY/Blob:1.0", "Blob", tc.Sequence(tc.Octet, 0))})
)

// samples holds a type of each kind, and its text.
type sample struct {
	t    *tc.TypeCode
	text string
}

var samples = []sample{
	{tc.Null, "null"}, {tc.Void, "void"}, {tc.Short, "short"}, {tc.Long, "long"}, {tc.UShort, "unsigned short"},
	{tc.ULong, "unsigned long"}, {tc.Float, "float"}, {tc.Double, "double"}, {tc.Boolean, "boolean"}, {tc.Char, "char"},
	{tc.Octet, "octet"}, {tc.Any, "any"}, {tc.TC, "TypeCode"}, {tc.Principal, "Principal"}, {tc.Object, "Object"},
	{tc.LongLong, "long long"}, {tc.ULongLong, "unsigned long long"}, {tc.LongDouble, "long double"}, {tc.WChar, "wchar"},
	{tc.String, "string"}, {tc.StringMax(8), "string<8>"}, {tc.WString, "wstring"}, {tc.WStringMax(3), "wstring<3>"},
	{tc.Fixed(9, 2), "fixed<9,2>"},
	{tc.Sequence(tc.StringMax(8), 4), "sequence<string<8>,4>"},
	{tc.Sequence(tc.Sequence(tc.Octet, 0), 0), "sequence<sequence<octet>>"},
	{tc.Array(tc.Array(tc.Long, 3), 2), "long[2][3]"},
	{tc.Alias("IDL:TY/Mat:1.0", "Mat", tc.Array(tc.Array(tc.Long, 3), 2)), "typedef long[2][3] TY::Mat"},
	{tc.ObjRef("IDL:TY/T:1.0", "T"), "interface TY::T"},
	{tc.ObjRef("IDL:acme.com/TY/T:1.1", "T"), `interface T("IDL:acme.com/TY/T:1.1")`},
	{tc.ObjRef("RMI:x:y", ""), `interface ""("RMI:x:y")`},
	{tc.Interface(tc.TkNative, "IDL:N:1.0", "N"), "native N"},
	{tc.Interface(tc.TkAbstractInterface, "IDL:A:1.0", "A"), "abstract interface A"},
	{tc.Interface(tc.TkLocalInterface, "IDL:L:1.0", "L"), "local interface L"},
	{color, "enum TY::Color {RED, GREEN, BLUE}"},
	{prim, "struct TY::Prim {boolean b; char c; octet o; short s; unsigned short us; long l; unsigned long ul; long long ll; unsigned long long ull; float f; double d;}"},
	{node, "struct TY::Node {long id; typedef sequence<TY::Node> TY::Nodes kids;}"},
	{union, "union TY::U switch (enum TY::Color {RED, GREEN, BLUE}) {case RED: long l; case GREEN: string s; default: octet o;}"},
	{unionLL, "union TY::UL switch (long long) {case -5: short sh; case 7: short sh; case 9: typedef sequence<octet> TY::Blob data;}"},
	{tc.Union("IDL:B:1.0", "B", tc.Boolean, tc.Arm{Label: 1, Name: "d", Type: tc.Double}), "union B switch (boolean) {case TRUE: double d;}"},
	{tc.Union("IDL:C:1.0", "C", tc.Char, tc.Arm{Label: 'x', Name: "d", Type: tc.Double}, tc.Arm{Label: 0xe9, Name: "e", Type: tc.Double}), "union C switch (char) {case 'x': double d; case 'é': double e;}"},
	{tc.Union("IDL:W:1.0", "W", tc.WChar, tc.Arm{Label: '€', Name: "d", Type: tc.Double}), "union W switch (wchar) {case '€': double d;}"},
	{tc.Union("IDL:Q:1.0", "Q", tc.ULongLong, tc.Arm{Label: -1, Name: "d", Type: tc.Double}), "union Q switch (unsigned long long) {case 18446744073709551615: double d;}"},
	{tc.Union("IDL:S:1.0", "S", tc.Alias("IDL:X:1.0", "X", tc.UShort), tc.Arm{Label: 65535, Name: "d", Type: tc.Double}), "union S switch (typedef unsigned short X) {case 65535: double d;}"},
	{tc.Exception("IDL:TY/Oops:1.0", "Oops", tc.Member{Name: "code", Type: tc.Long}, tc.Member{Name: "why", Type: tc.String}), "exception TY::Oops {long code; string why;}"},
	{tc.Exception("IDL:TY/Empty:1.0", "Empty"), "exception TY::Empty {}"},
	{tc.Struct("IDL:odd:1.0", "odd", tc.Member{Name: "a b", Type: tc.Array(node, 2)}), `struct odd {struct TY::Node {long id; typedef sequence<TY::Node> TY::Nodes kids;}[2] "a b";}`},
	// Two types inside one another.
	{tc.Struct("IDL:A:1.0", "A", tc.Member{Name: "bs", Type: tc.Sequence(tc.Struct("IDL:B:1.0", "B", tc.Member{Name: "as", Type: tc.Sequence(tc.Recursive("IDL:A:1.0"), 0)}), 0)}),
		"struct A {sequence<struct B {sequence<A> as;}> bs;}"},
}

// values are types of values, and such as only components have.
var values = []sample{
	{tc.Value("IDL:V:1.0", "V", 0, nil, tc.State{Name: "next", Type: tc.Recursive("IDL:V:1.0"), Public: true}, tc.State{Name: "n", Type: tc.Long}),
		"valuetype V {public V next; private long n;}"},
	{tc.Value("IDL:D:1.0", "D", tc.ValueTruncatable, tc.Value("IDL:V:1.0", "V", 0, nil, tc.State{Name: "n", Type: tc.Long}), tc.State{Name: "m", Type: tc.Long}),
		"valuetype D : truncatable valuetype V {private long n;} {private long m;}"},
	{tc.Value("IDL:D:1.0", "D", 0, tc.Value("IDL:V:1.0", "V", 0, nil)), "valuetype D : valuetype V {} {}"},
	{tc.Value("IDL:T:1.0", "T", tc.ValueTruncatable, nil), "truncatable valuetype T {}"},
	{tc.Value("IDL:C:1.0", "C", tc.ValueCustom, nil, tc.State{Name: "s", Type: tc.String, Public: true}), "custom valuetype C {public string s;}"},
	{tc.Value("IDL:A:1.0", "A", tc.ValueAbstract, nil), "abstract valuetype A {}"},
	{tc.Event("IDL:E:1.0", "E", 0, nil, tc.State{Name: "s", Type: tc.Sequence(tc.Recursive("IDL:E:1.0"), 3)}), "eventtype E {private sequence<E,3> s;}"},
	{tc.Event("IDL:D:1.0", "D", tc.ValueTruncatable, tc.Event("IDL:E:1.0", "E", 0, nil)), "eventtype D : truncatable eventtype E {} {}"},
	{tc.Event("IDL:C:1.0", "C", tc.ValueCustom, nil), "custom eventtype C {}"},
	{tc.ValueBox("IDL:Box:1.0", "Box", tc.String), "valuebox Box {string}"},
	{tc.ValueBox("IDL:Box:1.0", "Box", tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "b", Type: tc.Recursive("IDL:Box:1.0")})), "valuebox Box {struct S {Box b;}}"},
	// A base inside which the derived type stands.
	{tc.Value("IDL:A:1.0", "A", 0, nil, tc.State{Name: "b", Type: tc.Value("IDL:B:1.0", "B", 0, tc.Recursive("IDL:A:1.0"))}), "valuetype A {private valuetype B : A {} b;}"},
	{tc.Interface(tc.TkComponent, "IDL:Comp:1.0", "Comp"), "component Comp"},
	{tc.Interface(tc.TkHome, "IDL:Home:1.0", "Home"), "home Home"},
	{tc.Interface(tc.TkNative, "IDL:Cookie:1.0", "Cookie"), "native Cookie"},
	{tc.Interface(tc.TkAbstractInterface, "IDL:Abs:1.0", "Abs"), "abstract interface Abs"},
	{tc.Interface(tc.TkLocalInterface, "IDL:Loc:1.0", "Loc"), "local interface Loc"},
	{tc.Principal, "Principal"},
	// Names that are words of IDL.
	{tc.Struct("IDL:long:1.0", "long", tc.Member{Name: "struct", Type: tc.Sequence(tc.Recursive("IDL:long:1.0"), 0)}), "struct long {sequence<::long> struct;}"},
	{tc.Union("IDL:U:1.0", "U", tc.Enum("IDL:E:1.0", "E", "A", "A"), tc.Arm{Label: 1, Name: "x", Type: tc.Long}), "union U switch (enum E {A, A}) {case 1: long x;}"},
}

var wideEnv = &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16}

// put returns t as it travels at an odd place.
func put(t testing.TB, c *tc.TypeCode, little bool) []byte {
	t.Helper()
	e := cdr.NewEncoder(nil, little, wideEnv)
	e.Octet(0xff)
	tc.Put(e, c)
	if e.Err() != nil {
		t.Fatalf("%v: %v", c, e.Err())
	}
	return e.Bytes()
}

func get(b []byte, little bool) (*tc.TypeCode, error) {
	d := cdr.NewDecoder(b, little, wideEnv)
	d.Octet()
	c := tc.Get(d)
	return c, d.Err()
}

func TestWire(t *testing.T) {
	t.Parallel()
	for _, s := range slices.Concat(samples, values) {
		want := s.t
		for _, little := range []bool{false, true} {
			b := put(t, want, little)
			got, err := get(b, little)
			if err != nil {
				t.Errorf("%v: %v", want, err)
				continue
			}
			if !tc.Equal(got, want) || !tc.Equal(want, got) {
				t.Errorf("got %v, want %v", got, want)
			}
			if again := put(t, got, little); !bytes.Equal(again, b) {
				t.Errorf("%v: written again as\n%x, not\n%x", want, again, b)
			}
			for n := range b {
				if c, err := get(b[:n], little); err == nil {
					t.Errorf("%v: %d of %d octets read as %v", want, n, len(b), c)
				}
			}
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, s := range slices.Concat(samples, values) {
		if got := s.t.String(); got != s.text {
			t.Errorf("got  %s\nwant %s", got, s.text)
		}
		got, err := tc.Parse(s.text, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		if !tc.Equal(got, s.t) {
			t.Errorf("%s reads as %v", s.text, got)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, says string }{
		{"", "a type is missing"},
		{"lng", "lng is not known"},
		{"TY::Prim", "TY::Prim is not known"},
		{"long long long", "nothing ought to follow"},
		{"sequence<long", `">" is missing`},
		{"sequence<void>", "void"},
		{"string<-1>", "number"},
		{"fixed<32,0>", "number up to 31"},
		{"fixed<0,0>", "no digits"},
		{"struct S {long}", "name is missing"},
		{"struct S {S x;}", "holds itself"},
		{"struct S {S[2] x;}", "holds itself"},
		{"union U switch (float) {case 1: long x;}", "cannot be switched by float"},
		{"union U switch (float) {}", "cannot be switched by float"},
		{"union U switch (enum E {A}) {case 1: long x;}", "number up to 0"},
		{"union U switch (octet) {case 256: long x;}", "octet is missing"},
		{"union U switch (boolean) {default: long x; default: long y;}", "second default"},
		{"valuetype V {long x;}", `"private" is missing`},
		{"valuetype V : V {}", "derived from itself"},
		{"valuetype V : valuetype W : V {} {}", "derived from itself"},
		{"valuetype V : long {}", "derived from a long"},
		{"valuetype V : struct S {} {}", "derived from a struct"},
		{"struct S {valuetype V {} v; S s;}", "holds itself"},
		{"struct S {sequence<long> v; S s;}", "holds itself"},
		{"enum E {A", `"}" is missing`},
		{"custom struct V {}", `"eventtype" is missing`},
		{"valuebox B {}", "a name is missing"},
		{"valuebox B {void}", "void"},
		{"struct S {sequence<S^1> x;}", "not so many"},
		{"struct S {sequence<S^x> x;}", "number"},
		{"unsigned", `"long" is missing`},
		{strings.Repeat("sequence<", 100) + "long" + strings.Repeat(">", 100), "64 deep"},
	} {
		_, err := tc.Parse(c.in, nil)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: got %v, want something with %q", c.in, err, c.says)
		}
	}
	named := func(s string) *tc.TypeCode {
		if s == "TY::Prim" {
			return prim
		}
		return nil
	}
	got, err := tc.Parse("sequence<TY::Prim>", named)
	if err != nil || !tc.Equal(got, tc.Sequence(prim, 0)) {
		t.Errorf("by name: %v, %v", got, err)
	}
}

func TestEquivalent(t *testing.T) {
	t.Parallel()
	alias := tc.Alias("IDL:A:1.0", "A", tc.Long)
	for _, c := range []struct {
		a, b              *tc.TypeCode
		equal, equivalent bool
	}{
		{tc.Long, tc.Long, true, true},
		{tc.Long, alias, false, true},
		{tc.Long, tc.ULong, false, false},
		{tc.Sequence(alias, 0), tc.Sequence(tc.Long, 0), false, true},
		{tc.Sequence(tc.Long, 1), tc.Sequence(tc.Long, 0), false, false},
		{prim, tc.Struct("IDL:TY/Prim:1.0", "Other"), false, true},
		{tc.Struct("", "", tc.Member{Name: "x", Type: alias}), tc.Struct("", "", tc.Member{Name: "y", Type: tc.Long}), false, true},
		{tc.Struct("", "", tc.Member{Name: "x", Type: tc.Long}), tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "x", Type: tc.Long}), false, true},
		{nil, tc.Null, true, true},
		{node, tc.Struct("IDL:TY/Node:1.0", "Node", tc.Member{Name: "id", Type: tc.Long}, tc.Member{Name: "kids", Type: tc.Alias("IDL:TY/Nodes:1.0", "Nodes", tc.Sequence(node, 0))}), true, true},
		{tc.StringMax(3), tc.String, false, false},
		{tc.Fixed(3, 1), tc.Fixed(3, 2), false, false},
	} {
		if got := tc.Equal(c.a, c.b); got != c.equal {
			t.Errorf("Equal(%v, %v) = %v", c.a, c.b, got)
		}
		if got := tc.Equivalent(c.b, c.a); got != c.equivalent {
			t.Errorf("Equivalent(%v, %v) = %v", c.b, c.a, got)
		}
	}
}

func TestAccessors(t *testing.T) {
	t.Parallel()
	if got := node.MemberType(1).Content().Content(); got != node {
		t.Errorf("the recursion of Node leads to %v", got)
	}
	if !node.MemberType(1).Content().RecursiveContent() || node.RecursiveMember(0) {
		t.Error("recursion is not where it ought to be")
	}
	for label, want := range map[int64]int{0: 0, 1: 1, 2: 2, 99: 2} {
		if got := union.Arm(label); got != want {
			t.Errorf("arm of %d is %d, want %d", label, got, want)
		}
	}
	if got := unionLL.Arm(8); got != -1 {
		t.Errorf("arm of 8 is %d", got)
	}
	if union.DefaultIndex() != 2 || unionLL.DefaultIndex() != -1 || prim.DefaultIndex() != -1 {
		t.Error("default arms are wrong")
	}
	if got := prim.MemberIndex("ull"); got != 8 {
		t.Errorf("index of ull is %d", got)
	}
}

func TestUnresolved(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, false, nil)
	tc.Put(e, tc.Sequence(tc.Recursive("IDL:Nobody:1.0"), 0))
	if !errors.Is(e.Err(), exc.BadTypecode) {
		t.Errorf("got %v", e.Err())
	}
}

func TestIndirections(t *testing.T) {
	t.Parallel()
	// The TypeCode of Node as omniORB sent it, with the indirection to itself.
	e := cdr.NewEncoder(nil, true, nil)
	tc.Put(e, node)
	tail := e.Bytes()[e.Len()-12:]
	if want := []byte{0xff, 0xff, 0xff, 0xff, 0x78, 0xff, 0xff, 0xff, 0, 0, 0, 0}; !bytes.Equal(tail, want) {
		t.Errorf("Node ends with %x, want %x", tail, want)
	}
	// A type that occurs twice is written once.
	twice := tc.Struct("IDL:Twice:1.0", "Twice", tc.Member{Name: "a", Type: prim}, tc.Member{Name: "b", Type: prim})
	b := put(t, twice, false)
	if n := bytes.Count(b, []byte("IDL:TY/Prim:1.0")); n != 1 {
		t.Errorf("Prim is written %d times", n)
	}
	got, err := get(b, false)
	if err != nil || !tc.Equal(got, twice) || got.MemberType(0) != got.MemberType(1) {
		t.Errorf("got %v, %v", got, err)
	}
}

// raw builds malformed TypeCodes.
func raw(build func(e *cdr.Encoder)) []byte {
	e := cdr.NewEncoder(nil, false, nil)
	build(e)
	return e.Bytes()
}

func TestHostile(t *testing.T) {
	t.Parallel()
	deep := func(kind uint32, n int) []byte {
		return raw(func(e *cdr.Encoder) {
			var marks []cdr.Mark
			for range n {
				e.ULong(kind)
				marks = append(marks, e.Begin())
			}
			e.ULong(uint32(tc.TkLong))
			for i := len(marks) - 1; i >= 0; i-- {
				e.ULong(0)
				e.End(marks[i])
			}
		})
	}
	// Each struct holds the last one twice, by indirection: 2^n types in n * 60 octets.
	bomb := raw(func(e *cdr.Encoder) {
		const levels = 40
		e.ULong(uint32(tc.TkStruct))
		m := e.Begin()
		e.RawString("")
		e.RawString("")
		e.ULong(levels)
		last := 0
		for i := range levels {
			e.RawString("m")
			e.Align(4)
			at := e.Len()
			e.ULong(uint32(tc.TkStruct))
			in := e.Begin()
			e.RawString("")
			e.RawString("")
			if i == 0 {
				e.ULong(0)
			} else {
				e.ULong(2)
				for range 2 {
					e.RawString("m")
					e.ULong(0xffffffff)
					e.Long(int32(last - e.Len()))
				}
			}
			e.End(in)
			last = at
		}
		e.End(m)
	})
	self := func(through uint32) []byte {
		return raw(func(e *cdr.Encoder) {
			e.ULong(uint32(tc.TkStruct))
			m := e.Begin()
			e.RawString("IDL:S:1.0")
			e.RawString("S")
			e.ULong(1)
			e.RawString("x")
			if through != 0 {
				e.ULong(through)
				in := e.Begin()
				e.ULong(0xffffffff)
				e.Long(int32(0 - e.Len()))
				e.ULong(2)
				e.End(in)
			} else {
				e.ULong(0xffffffff)
				e.Long(int32(0 - e.Len()))
			}
			e.End(m)
		})
	}
	indirect := func(offset int32) []byte {
		return raw(func(e *cdr.Encoder) {
			e.ULong(uint32(tc.TkSequence))
			m := e.Begin()
			e.ULong(0xffffffff)
			e.Long(offset)
			e.ULong(0)
			e.End(m)
		})
	}
	back := func(e *cdr.Encoder, to int) {
		e.ULong(0xffffffff)
		e.Long(int32(to - e.Len()))
	}
	value := func(e *cdr.Encoder, kind tc.Kind, modifier int16, base func()) {
		e.ULong(uint32(kind))
		m := e.Begin()
		e.RawString("")
		e.RawString("")
		e.Short(modifier)
		base()
		e.ULong(0)
		e.End(m)
	}
	union := func(disc uint32, def int32) []byte {
		return raw(func(e *cdr.Encoder) {
			e.ULong(uint32(tc.TkUnion))
			m := e.Begin()
			e.RawString("")
			e.RawString("")
			e.ULong(disc)
			e.Long(def)
			e.ULong(1)
			e.Long(1)
			e.RawString("x")
			e.ULong(uint32(tc.TkLong))
			e.End(m)
		})
	}
	for _, c := range []struct {
		what string
		b    []byte
		want exc.Kind
		says string
	}{
		{"unknown kind", raw(func(e *cdr.Encoder) { e.ULong(37) }), exc.BadTypecode, "unknown kind"},
		{"deep", deep(uint32(tc.TkSequence), 65), exc.ImpLimit, "typecode-depth"},
		{"bomb", bomb, exc.ImpLimit, "typecode-nodes"},
		{"struct in itself", self(0), exc.BadTypecode, "holds itself"},
		{"array of itself", self(uint32(tc.TkArray)), exc.BadTypecode, "holds itself"},
		{"indirection forwards", indirect(4), exc.BadTypecode, "indirection"},
		{"indirection to itself", indirect(-4), exc.BadTypecode, "indirection"},
		{"indirection into the middle", indirect(-8), exc.BadTypecode, "indirection"},
		{"sequence of itself", indirect(-16), exc.BadTypecode, ""},
		{"indirection at the top", raw(func(e *cdr.Encoder) { e.ULong(0xffffffff); e.Long(-8) }), exc.BadTypecode, "indirection"},
		{"sequence of void", raw(func(e *cdr.Encoder) {
			e.ULong(uint32(tc.TkSequence))
			m := e.Begin()
			e.ULong(1)
			e.ULong(0)
			e.End(m)
		}), exc.BadTypecode, "void"},
		{"value that is its own base", raw(func(e *cdr.Encoder) { value(e, tc.TkValue, 0, func() { back(e, 0) }) }), exc.BadTypecode, "derived from itself"},
		{"value that is the base of its base", raw(func(e *cdr.Encoder) {
			value(e, tc.TkValue, 0, func() { value(e, tc.TkValue, 0, func() { back(e, 0) }) })
		}), exc.BadTypecode, "derived from itself"},
		{"value with a struct for a base", raw(func(e *cdr.Encoder) {
			value(e, tc.TkEvent, 0, func() { tc.Put(e, tc.Struct("", "")) })
		}), exc.BadTypecode, "base that is a struct"},
		{"value with a modifier that is none", raw(func(e *cdr.Encoder) { value(e, tc.TkValue, 4, func() { e.ULong(0) }) }), exc.BadTypecode, "modifier 4"},
		{"value with a negative modifier", raw(func(e *cdr.Encoder) { value(e, tc.TkValue, -1, func() { e.ULong(0) }) }), exc.BadTypecode, "modifier -1"},
		{"value with a member of no visibility", raw(func(e *cdr.Encoder) {
			e.ULong(uint32(tc.TkValue))
			m := e.Begin()
			e.RawString("")
			e.RawString("")
			e.Short(0)
			e.ULong(0)
			e.ULong(1)
			e.RawString("x")
			e.ULong(uint32(tc.TkLong))
			e.Short(2)
			e.End(m)
		}), exc.BadTypecode, "visibility 2"},
		{"fixed with a negative scale", raw(func(e *cdr.Encoder) { e.ULong(uint32(tc.TkFixed)); e.UShort(5); e.Short(-2) }), exc.BadTypecode, "fixed<5,-2"},
		{"fixed with more decimals than digits", raw(func(e *cdr.Encoder) { e.ULong(uint32(tc.TkFixed)); e.UShort(5); e.Short(6) }), exc.BadTypecode, "fixed<5,6"},
		{"label of no enumerator", raw(func(e *cdr.Encoder) {
			tc.Put(e, tc.Union("", "", tc.Enum("", "", "A", "B"), tc.Arm{Label: 1, Name: "x", Type: tc.Long}, tc.Arm{Label: 2, Name: "y", Type: tc.Long}))
		}), exc.BadTypecode, "label 2 of an enum of 2"},
		{"switch by float", union(uint32(tc.TkFloat), -1), exc.BadTypecode, "switched by float"},
		{"default beyond the arms", union(uint32(tc.TkLong), 1), exc.BadTypecode, "default"},
		{"default before the arms", union(uint32(tc.TkLong), -3), exc.BadTypecode, "default"},
		{"4 GiB of members", raw(func(e *cdr.Encoder) {
			e.ULong(uint32(tc.TkStruct))
			m := e.Begin()
			e.RawString("")
			e.RawString("")
			e.ULong(0xffffffff)
			e.End(m)
		}), exc.Marshal, "left"},
		{"4 GiB of encapsulation", raw(func(e *cdr.Encoder) { e.ULong(uint32(tc.TkEnum)); e.ULong(0xffffffff) }), exc.Marshal, "left"},
		{"empty encapsulation", raw(func(e *cdr.Encoder) { e.ULong(uint32(tc.TkEnum)); e.ULong(0) }), exc.Marshal, "wanted"},
		{"fixed of 32 digits", raw(func(e *cdr.Encoder) { e.ULong(uint32(tc.TkFixed)); e.UShort(32); e.UShort(0) }), exc.BadTypecode, "fixed<32"},
		{"zero in a name", raw(func(e *cdr.Encoder) {
			e.ULong(uint32(tc.TkObjref))
			m := e.Begin()
			e.OctetSeq([]byte("a\x00b\x00"))
			e.RawString("")
			e.End(m)
		}), exc.BadTypecode, "zero octet"},
	} {
		d := cdr.NewDecoder(c.b, false, nil)
		got := tc.Get(d)
		if !errors.Is(d.Err(), c.want) || !strings.Contains(d.Err().Error(), c.says) || got != tc.Null {
			t.Errorf("%s: got %v, %v, want %v with %q", c.what, got, d.Err(), c.want, c.says)
		}
	}
	// omniORB says so where the labels cover all.
	d := cdr.NewDecoder(union(uint32(tc.TkLong), -2), false, nil)
	if got := tc.Get(d); d.Err() != nil || got.DefaultIndex() != -1 {
		t.Errorf("default -2: index %d, %v", got.DefaultIndex(), d.Err())
	}
	d = cdr.NewDecoder(deep(uint32(tc.TkSequence), 63), false, nil)
	if tc.Get(d); d.Err() != nil {
		t.Errorf("63 sequences: %v", d.Err())
	}
	d = cdr.NewDecoder(self(uint32(tc.TkSequence)), false, nil)
	if tc.Get(d); d.Err() != nil {
		t.Errorf("struct with a sequence of itself: %v", d.Err())
	}
}

// typeBound is for TypeCodes, which take 200 octets where the wire has 4.
var typeBound = bounded.Bound{PerOctet: 128, Least: 64 << 10, Time: 10 * time.Microsecond, Patience: bounded.Patience}

// What is read can be written, and reads as the same. It takes no more memory and time than its size allows, and neither does
// the comparison of what is read twice.
func FuzzGet(f *testing.F) {
	for _, s := range samples {
		f.Add(put(f, s.t, false), false)
		f.Add(put(f, s.t, true), true)
	}
	for _, v := range values {
		f.Add(put(f, v.t, true), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, little bool) {
		var c *tc.TypeCode
		var err error
		typeBound.Run(t, len(b), func() { c, err = get(b, little) })
		if err != nil {
			return
		}
		e := cdr.NewEncoder(nil, !little, wideEnv)
		e.Octet(0)
		tc.Put(e, c)
		if e.Err() != nil {
			t.Fatalf("%v cannot be written: %v", c, e.Err())
		}
		again, err := get(e.Bytes(), !little)
		if err != nil {
			t.Fatalf("%v cannot be read again: %v", c, err)
		}
		typeBound.Run(t, len(b), func() {
			if !tc.Equal(c, again) || !tc.Equivalent(c, again) {
				t.Fatalf("%v became %v", c, again)
			}
		})
		text := c.String()
		if p, err := tc.Parse(text, nil); err != nil || p.String() != text || !tc.Equal(p, c) {
			t.Fatalf("%s reads as %v, %v", text, p, err)
		}
		if small := c.Compact(); !tc.Equivalent(c, small) || !tc.Equivalent(small, c) {
			t.Fatalf("%s is compact as %s", text, small)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range slices.Concat(samples, values) {
		f.Add(s.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := tc.Parse(s, nil)
		if err != nil {
			return
		}
		again, err := tc.Parse(c.String(), nil)
		if err != nil || !tc.Equal(c, again) {
			t.Fatalf("%q is %v, and that is %v, %v", s, c, again, err)
		}
	})
}
