package dynany_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/dyn/dynany"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	tc "github.com/opendsom/dsom/typecode"
)

// typeOf parses a type.
func typeOf(t testing.TB, text string) *tc.TypeCode {
	t.Helper()
	c, err := tc.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newValue(t testing.TB, text string) *dynany.Value {
	t.Helper()
	return must[*dynany.Value](t)(dynany.New(typeOf(t, text)))
}

// json returns the value as text.
func json(t testing.TB, v *dynany.Value) string {
	t.Helper()
	a, err := v.Any()
	if err != nil {
		return "error: " + err.Error()
	}
	b, err := dyn.MarshalJSON(a)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(b)
}

const point = "struct P {long x; string<3> s; sequence<octet,4> o;}"

// samples are types with their default and another value, as JSON has them.
var samples = []struct{ text, std, other string }{
	{"short", "0", "-5"}, {"unsigned short", "0", "5"}, {"long", "0", "5"}, {"unsigned long", "0", "5"}, {"float", "0", "1.5"}, {"double", "0", "1.5"},
	{"long long", `"0"`, `"-5"`}, {"unsigned long long", `"0"`, `"5"`}, {"long double", `"0"`, `"1.5"`}, {"boolean", "false", "true"},
	{"octet", "0", "200"}, {"wchar", `"\u0000"`, `"€"`}, {"string", `""`, `"x"`}, {"string<3>", `""`, `"abc"`}, {"wstring<3>", `""`, `"€€€"`},
	{"fixed<5,2>", `"0.00"`, `"-123.45"`}, {"enum E {A, B}", `"A"`, `"B"`}, {"typedef long T", "0", "7"},
	{"any", `{"_type":"null","_value":null}`, `{"_type":"long","_value":3}`}, {"TypeCode", `"null"`, `"sequence<long>"`},
	{"Object", "null", ""}, {"component C", "null", ""}, {"abstract interface I", "null", ""},
	{point, `{"x":0,"s":"","o":""}`, `{"x":1,"s":"abc","o":"AQI="}`},
	{"struct N {long id; sequence<N> kids;}", `{"id":0,"kids":[]}`, `{"id":1,"kids":[{"id":2,"kids":[]}]}`},
	{"exception X {long code;}", `{"_exception":"IDL:X:1.0","code":0}`, `{"_exception":"IDL:X:1.0","code":4}`},
	{"exception X {}", `{"_exception":"IDL:X:1.0"}`, ""},
	{"union U switch (long) {case 3: long l; case 4: string s;}", `{"_d":3,"l":0}`, `{"_d":4,"s":"x"}`},
	{"union U switch (boolean) {case TRUE: long l;}", `{"_d":true,"l":0}`, `{"_d":false}`},
	{"union U switch (enum E {A, B, C}) {default: long l; case A: string s;}", `{"_d":"B","l":0}`, `{"_d":"A","s":"x"}`},
	{"sequence<long,3>", "[]", "[1,2,3]"}, {"sequence<octet>", `""`, `"AQI="`}, {"long[2][2]", "[[0,0],[0,0]]", "[[1,2],[3,4]]"}, {"octet[2]", "[0,0]", "[1,2]"},
	{"valuetype V {public long n; private V next;}", "null", `{"_type":"V","n":1,"next":{"_type":"V","n":2,"next":null}}`},
	{"valuetype D : truncatable valuetype V {public long n;} {public string s;}", "null", `{"_type":"D","n":1,"s":"x"}`},
	{"eventtype E {public long n;}", "null", `{"_type":"E","n":1}`},
	{"valuebox B {sequence<string>}", "null", `{"_type":"B","value":["a","b"]}`},
}

// walk goes through all components by the cursor, down to the leaves, and returns their number.
func walk(t testing.TB, v *dynany.Value, deep int) int {
	t.Helper()
	n, err := v.Len()
	if err != nil || deep > 80 {
		return 0
	}
	leaves, seen := 0, 0
	for ok := v.Rewind(); ok; ok = v.Next() {
		c, err := v.Current()
		if err != nil || c == nil {
			t.Fatalf("component %d of %v: %v, %v", seen, v.Type(), c, err)
		}
		leaves += walk(t, c, deep+1)
		seen++
	}
	if seen != n {
		t.Fatalf("%v has %d components, and %d were met", v.Type(), n, seen)
	}
	if c, err := v.Current(); n > 0 && (c != nil || err != nil) {
		t.Fatalf("behind the last component of %v: %v, %v", v.Type(), c, err)
	}
	return max(leaves, 1)
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		c := typeOf(t, s.text)
		v := must[*dynany.Value](t)(dynany.New(c))
		if got := json(t, v); got != s.std {
			t.Errorf("the default of %s is %s, want %s", s.text, got, s.std)
		}
		other := v
		if s.other != "" {
			a, err := dyn.UnmarshalJSON(c, []byte(s.other), dyn.JSONOptions{})
			if err != nil {
				t.Fatalf("%s: %v", s.text, err)
			}
			other = must[*dynany.Value](t)(dynany.Of(a))
			if same, err := v.Equal(other); same || err != nil {
				t.Errorf("%s: the default is equal to %s, %v", s.text, s.other, err)
			}
			if back, err := other.Any(); err != nil || !dyn.Equal(back, a) {
				t.Errorf("%s: %s comes back as %s, %v", s.text, s.other, json(t, other), err)
			}
			walk(t, other, 0)
			if back, err := other.Any(); err != nil || !dyn.Equal(back, a) {
				t.Errorf("%s: %s, looked at, comes back as %s, %v", s.text, s.other, json(t, other), err)
			}
			dup := must[*dynany.Value](t)(other.Copy())
			if same, err := dup.Equal(other); !same || err != nil {
				t.Errorf("%s: a copy is not equal: %s, %v", s.text, json(t, dup), err)
			}
			if err := v.Assign(other); err != nil || json(t, v) != s.other {
				t.Errorf("%s: assigned %s, %v", s.text, json(t, v), err)
			}
			if err := dup.SetAny(a); err != nil {
				t.Errorf("%s: from an any: %v", s.text, err)
			}
			plain := must[any](t)(other.Get())
			if err := dup.Set(plain); err != nil || json(t, dup) != s.other {
				t.Errorf("%s: set to %v: %s, %v", s.text, plain, json(t, dup), err)
			}
		}
		if err := v.Assign(newValue(t, "struct Another {}")); !errors.Is(err, dynany.ErrTypeMismatch) {
			t.Errorf("%s takes a struct: %v", s.text, err)
		}
		if same, err := v.Equal(newValue(t, "struct Another {}")); same || err != nil {
			t.Errorf("%s is equal to a struct, %v", s.text, err)
		}
		dup := must[*dynany.Value](t)(dynany.New(c))
		if same, err := dup.Equal(must[*dynany.Value](t)(dynany.New(c))); !same || err != nil {
			t.Errorf("%s: two defaults differ, %v", s.text, err)
		}
	}
	for _, text := range []string{"native N", "local interface L", "Principal", "typedef native N T"} {
		if v, err := dynany.New(typeOf(t, text)); !errors.Is(err, dynany.ErrInconsistentTypeCode) {
			t.Errorf("%s: %v, %v", text, v, err)
		}
	}
}

func TestInsertAndGet(t *testing.T) {
	t.Parallel()
	v := newValue(t, "struct S {boolean b; char c; octet o; short s; unsigned short us; long l; unsigned long ul; long long ll; unsigned long long ull;"+
		" float f; double d; long double ld; wchar wc; string<2> str; wstring ws; any a; TypeCode tc; sequence<long> longs; struct I {long x;} inner;}")
	ld, _ := cdr.ParseLongDouble("0.1")
	longs := dyn.NewType(tc.Sequence(tc.Long, 0), func(e *cdr.Encoder, v []int32) { e.Count(len(v)); e.Longs(v) }, func(d *cdr.Decoder) []int32 {
		v := make([]int32, d.Count(4))
		d.Longs(v)
		return v
	})
	put := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		v.Next()
	}
	put(dynany.Insert(v, dyn.Boolean, true))
	put(dynany.Insert(v, dyn.Char, 'x'))
	put(dynany.Insert(v, dyn.Octet, 0xff))
	put(dynany.Insert(v, dyn.Short, -1))
	put(dynany.Insert(v, dyn.UShort, 1))
	put(dynany.Insert(v, dyn.Long, -2))
	put(dynany.Insert(v, dyn.ULong, 2))
	put(dynany.Insert(v, dyn.LongLong, -3))
	put(dynany.Insert(v, dyn.ULongLong, 3))
	put(dynany.Insert(v, dyn.Float, 1.5))
	put(dynany.Insert(v, dyn.Double, 2.5))
	put(dynany.Insert(v, dyn.LongDouble, ld))
	put(dynany.Insert(v, dyn.WChar, '€'))
	if err := dynany.Insert(v, dyn.String, "abc"); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("a string beyond its bound: %v", err)
	}
	put(dynany.Insert(v, dyn.String, "ab"))
	put(dynany.Insert(v, dyn.WString, "€"))
	put(v.InsertDyn(newValue(t, "long")))
	put(dynany.Insert(v, dyn.TypeCode, tc.Long))
	put(dynany.Insert(v, longs, []int32{4, 5}))
	if err := dynany.Insert(v, dyn.Long, 1); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a long where a struct is current: %v", err)
	}
	if v.Next() {
		t.Error("there is one more")
	}
	if err := dynany.Insert(v, dyn.Long, 1); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("a long where nothing is current: %v", err)
	}
	const want = `{"b":true,"c":"x","o":255,"s":-1,"us":1,"l":-2,"ul":2,"ll":"-3","ull":"3","f":1.5,"d":2.5,"ld":"0.1",` +
		`"wc":"€","str":"ab","ws":"€","a":{"_type":"long","_value":0},"tc":"long","longs":[4,5],"inner":{"x":0}}`
	if got := json(t, v); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	v.Seek(5)
	if n, err := dynany.Get(v, dyn.Long); n != -2 || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	if n, err := dynany.Get(v, dyn.Short); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a long as a short: %v, %v", n, err)
	}
	v.Seek(15)
	if d, err := v.GetDyn(); err != nil || json(t, d) != "0" {
		t.Errorf("the any holds %v, %v", d, err)
	}
	v.Seek(17)
	if n, err := dynany.Get(v, longs); len(n) != 2 || n[1] != 5 || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	leaf := newValue(t, "long")
	if err := dynany.Insert(leaf, dyn.Long, 9); err != nil || json(t, leaf) != "9" {
		t.Errorf("into the value itself: %s, %v", json(t, leaf), err)
	}
	if err := dynany.Insert(leaf, dyn.String, "x"); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a string into a long: %v", err)
	}
	if c, err := leaf.Current(); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a component of a long: %v, %v", c, err)
	}
	if leaf.Rewind() || leaf.Next() || leaf.Seek(0) {
		t.Error("a long has components")
	}
}

func TestStruct(t *testing.T) {
	t.Parallel()
	v := newValue(t, point)
	s := must[dynany.Struct](t)(v.Struct())
	if name, err := s.CurrentName(); name != "x" || err != nil {
		t.Errorf("the first member is %q, %v", name, err)
	}
	v.Seek(1)
	if k, err := s.CurrentKind(); k != tc.TkString || err != nil {
		t.Errorf("the second member is a %v, %v", k, err)
	}
	v.Seek(-1)
	if name, err := s.CurrentName(); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("the member that is none is %q, %v", name, err)
	}
	m := must[*dynany.Value](t)(s.Member("s"))
	if err := m.Set("abc"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Member("y"); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("a member that is not there: %v", err)
	}
	list := must[[]dynany.Member](t)(s.Members())
	if len(list) != 3 || list[2].Name != "o" || json(t, v) != `{"x":0,"s":"abc","o":""}` {
		t.Errorf("got %v, %s", list, json(t, v))
	}
	w := must[dynany.Struct](t)(newValue(t, point).Struct())
	if err := w.SetMembers(list); err != nil || json(t, w.Value) != json(t, v) {
		t.Errorf("members set: %s, %v", json(t, w.Value), err)
	}
	for _, bad := range []struct {
		list []dynany.Member
		want error
	}{
		{list[:2], dynany.ErrInvalidValue},
		{[]dynany.Member{list[1], list[0], list[2]}, dynany.ErrTypeMismatch},
		{[]dynany.Member{{"", newValue(t, "short")}, list[1], list[2]}, dynany.ErrTypeMismatch},
		{[]dynany.Member{list[0], {"s", longString(t)}, list[2]}, dynany.ErrInvalidValue},
	} {
		if err := w.SetMembers(bad.list); !errors.Is(err, bad.want) || json(t, w.Value) != json(t, v) {
			t.Errorf("%v: %v, and %s", bad.list, err, json(t, w.Value))
		}
	}
	empty := must[dynany.Struct](t)(newValue(t, "exception X {}").Struct())
	if _, err := empty.CurrentName(); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a member of an exception without any: %v", err)
	}
	if _, err := newValue(t, "long").Struct(); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a long is a struct: %v", err)
	}
}

func longString(t testing.TB) *dynany.Value {
	v := newValue(t, "string")
	if err := v.Set("too long"); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestUnion(t *testing.T) {
	t.Parallel()
	const text = "union U switch (long) {case 0: long l; case 1: string s; case 2: string s;}"
	v := newValue(t, text)
	u := must[dynany.Union](t)(v.Union())
	step := func(err error, want string) {
		t.Helper()
		if err != nil || json(t, v) != want {
			t.Errorf("got %s, %v, want %s", json(t, v), err, want)
		}
	}
	label := func(n int32) *dynany.Value {
		d := newValue(t, "long")
		if err := d.Set(n); err != nil {
			t.Fatal(err)
		}
		return d
	}
	if u.DiscriminatorKind() != tc.TkLong {
		t.Errorf("it is switched by %v", u.DiscriminatorKind())
	}
	current := func(want int) {
		t.Helper()
		got, err := v.Current()
		if at, none := v.At(want); err != nil || none != nil || got != at {
			t.Errorf("component %d is not current: %v, %v", want, err, none)
		}
	}
	v.Seek(0)
	step(u.SetDiscriminator(label(1)), `{"_d":1,"s":""}`)
	current(1) // the arm
	step(u.SetDiscriminator(label(3)), `{"_d":3}`)
	current(0) // there is none
	v.Seek(-1)
	step(u.SetDiscriminator(label(1)), `{"_d":1,"s":""}`)
	current(1)
	m := must[*dynany.Value](t)(u.Member())
	step(m.Set("kept"), `{"_d":1,"s":"kept"}`)
	step(u.SetDiscriminator(label(2)), `{"_d":2,"s":"kept"}`) // the same arm
	if name, err := u.MemberName(); name != "s" || err != nil {
		t.Errorf("the arm is %q, %v", name, err)
	}
	if k, err := u.MemberKind(); k != tc.TkString || err != nil {
		t.Errorf("the arm is a %v, %v", k, err)
	}
	step(u.SetToNone(), `{"_d":3}`)
	current(0)
	if none, err := u.IsNone(); !none || err != nil {
		t.Errorf("an arm is active, %v", err)
	}
	for _, err := range []error{second(u.Member()), second(u.MemberName()), second(u.MemberKind())} {
		if !errors.Is(err, dynany.ErrInvalidValue) {
			t.Errorf("the arm that is none: %v", err)
		}
	}
	d := must[*dynany.Value](t)(u.Discriminator())
	step(dynany.Insert(d, dyn.Long, 0), `{"_d":0,"l":0}`) // through the component
	if err := u.SetToDefault(); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a default arm that is not there: %v", err)
	}
	if err := u.SetDiscriminator(newValue(t, "short")); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a short for the discriminator: %v", err)
	}
	v = newValue(t, "union U switch (octet) {case 0: long l; default: string s;}")
	u = must[dynany.Union](t)(v.Union())
	step(u.SetToDefault(), `{"_d":1,"s":""}`)
	if err := u.SetToNone(); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("no arm, where there is a default: %v", err)
	}
	full := must[dynany.Union](t)(newValue(t, "union U switch (boolean) {case TRUE: long l; case FALSE: string s;}").Union())
	if err := full.SetToNone(); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("no arm, where each value has one: %v", err)
	}
}

// TestDenseUnion: a discriminator that chooses the default arm, or none, is found beyond any number of labels.
func TestDenseUnion(t *testing.T) {
	t.Parallel()
	dense := func(disc *tc.TypeCode, first, last int64, more ...tc.Arm) dynany.Union {
		for label := first; label <= last; label++ {
			more = append(more, tc.Arm{Label: label, Name: fmt.Sprint("a", label), Type: tc.Octet})
		}
		return must[dynany.Union](t)(must[*dynany.Value](t)(dynany.New(tc.Union("IDL:U:1.0", "U", disc, more...))).Union())
	}
	rest := tc.Arm{Default: true, Name: "rest", Type: tc.String}
	for _, c := range []struct {
		what string
		set  func() (dynany.Union, error)
		want string // empty: there is no such value
	}{
		{"default of a long", func() (dynany.Union, error) { u := dense(tc.Long, 0, 39_999, rest); return u, u.SetToDefault() }, `{"_d":40000,"rest":""}`},
		{"none of a long", func() (dynany.Union, error) { u := dense(tc.Long, 0, 39_999); return u, u.SetToNone() }, `{"_d":40000}`},
		{"default of a short", func() (dynany.Union, error) { u := dense(tc.Short, 0, 32_767, rest); return u, u.SetToDefault() }, `{"_d":-1,"rest":""}`},
		{"none of an unsigned short", func() (dynany.Union, error) { u := dense(tc.UShort, 0, 65_534); return u, u.SetToNone() }, `{"_d":65535}`},
		{"none of a full short", func() (dynany.Union, error) { u := dense(tc.Short, -32_768, 32_767); return u, u.SetToNone() }, ""},
	} {
		u, err := c.set()
		if c.want == "" {
			if !errors.Is(err, dynany.ErrTypeMismatch) {
				t.Errorf("%s: %v", c.what, err)
			}
			continue
		}
		if got := json(t, u.Value); got != c.want || err != nil {
			t.Errorf("%s: %s, %v, want %s", c.what, got, err, c.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSequence(t *testing.T) {
	t.Parallel()
	v := newValue(t, "sequence<long,3>")
	s := must[dynany.Sequence](t)(v.Sequence())
	if c, err := v.Current(); c != nil || err != nil {
		t.Errorf("the current element of none is %v, %v", c, err)
	}
	if err := s.SetLen(2); err != nil {
		t.Fatal(err)
	}
	if err := dynany.Insert(v, dyn.Long, 7); err != nil || json(t, v) != "[7,0]" {
		t.Errorf("the first new element is not current: %s, %v", json(t, v), err)
	}
	v.Seek(1)
	if err := s.SetLen(3); err != nil {
		t.Fatal(err)
	}
	if err := dynany.Insert(v, dyn.Long, 8); err != nil || json(t, v) != "[7,8,0]" {
		t.Errorf("the current element has moved: %s, %v", json(t, v), err)
	}
	if err := s.SetLen(1); err != nil || json(t, v) != "[7]" {
		t.Errorf("cut: %s, %v", json(t, v), err)
	}
	if c, err := v.Current(); c != nil || err != nil {
		t.Errorf("what was cut off is current: %v, %v", c, err)
	}
	for _, n := range []int{-1, 4} {
		if err := s.SetLen(n); !errors.Is(err, dynany.ErrInvalidValue) {
			t.Errorf("length %d: %v", n, err)
		}
	}
	seven := must[*dynany.Value](t)(v.At(0))
	if err := s.SetElements([]*dynany.Value{seven, seven}); err != nil || json(t, v) != "[7,7]" {
		t.Errorf("elements set: %s, %v", json(t, v), err)
	}
	if err := s.Append(newValue(t, "typedef long T")); err != nil || json(t, v) != "[7,7,0]" {
		t.Errorf("appended: %s, %v", json(t, v), err)
	}
	if err := s.Append(seven); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("appended beyond the bound: %v", err)
	}
	if err := s.SetElements([]*dynany.Value{newValue(t, "short")}); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a short for an element: %v", err)
	}
	if _, err := v.At(3); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("element 3 of three: %v", err)
	}
	a := must[dynany.Sequence](t)(newValue(t, "long[2]").Sequence())
	if err := a.SetElements([]*dynany.Value{seven}); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("one element for an array of two: %v", err)
	}
	if err := a.SetElements([]*dynany.Value{seven, seven}); err != nil || json(t, a.Value) != "[7,7]" {
		t.Errorf("elements set: %s, %v", json(t, a.Value), err)
	}
	if list, err := a.Components(); len(list) != 2 || err != nil {
		t.Errorf("%d components, %v", len(list), err)
	}
	if _, err := newValue(t, "long").Sequence(); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a long is a sequence: %v", err)
	}
}

func TestEnumAndFixed(t *testing.T) {
	t.Parallel()
	e := must[dynany.Enum](t)(newValue(t, "enum E {A, B}").Enum())
	if e.Name() != "A" || e.Number() != 0 {
		t.Errorf("got %s, %d", e.Name(), e.Number())
	}
	if err := e.SetName("B"); err != nil || e.Number() != 1 {
		t.Errorf("got %d, %v", e.Number(), err)
	}
	if err := e.SetNumber(0); err != nil || e.Name() != "A" {
		t.Errorf("got %s, %v", e.Name(), err)
	}
	for _, err := range []error{e.SetName("C"), e.SetNumber(2)} {
		if !errors.Is(err, dynany.ErrInvalidValue) || e.Name() != "A" {
			t.Errorf("got %v", err)
		}
	}
	nameless := must[dynany.Enum](t)(must[*dynany.Value](t)(dynany.New(typeOf(t, "enum E {A, B}").Compact())).Enum())
	if err := nameless.SetNumber(1); err != nil || nameless.Number() != 1 || json(t, nameless.Value) == json(t, e.Value) {
		t.Errorf("got %d, %v", nameless.Number(), err)
	}
	f := must[dynany.Fixed](t)(newValue(t, "fixed<5,2>").Fixed())
	for _, c := range []struct {
		in, out string
		exact   bool
		err     error
	}{
		{"1.5", "1.50", true, nil}, {" -123.456D ", "-123.45", false, nil}, {"1.500", "1.50", true, nil}, {"999.99d", "999.99", true, nil}, {"-0.001", "0.00", false, nil},
		{"1000", "", false, dynany.ErrInvalidValue}, {"x", "", false, dynany.ErrTypeMismatch}, {"", "", false, dynany.ErrTypeMismatch}, {"1.23x", "", false, dynany.ErrTypeMismatch},
		{strings.Repeat("9", 40), "", false, dynany.ErrInvalidValue},
	} {
		exact, err := f.SetText(c.in)
		if !errors.Is(err, c.err) || exact != c.exact || c.err == nil && f.Text() != c.out {
			t.Errorf("%q: %s, exact %v, %v, want %s, %v, %v", c.in, f.Text(), exact, err, c.out, c.exact, c.err)
		}
	}
}

func TestValuetypes(t *testing.T) {
	t.Parallel()
	v := newValue(t, "valuetype D : valuetype V {public long n;} {public D next;}")
	val := must[dynany.Valuetype](t)(v.Valuetype())
	if n, err := v.Len(); !val.IsNull() || n != 0 || err != nil {
		t.Errorf("null has %d components, %v", n, err)
	}
	s := must[dynany.Struct](t)(v.Struct())
	if _, err := s.Members(); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("members of null: %v", err)
	}
	if err := val.SetValue(); err != nil || json(t, v) != `{"_type":"D","n":0,"next":null}` {
		t.Errorf("the default is %s, %v", json(t, v), err)
	}
	if name, err := s.CurrentName(); name != "n" || err != nil {
		t.Errorf("the first member is %q, %v", name, err)
	}
	val.SetNull()
	if json(t, v) != "null" {
		t.Errorf("null is %s", json(t, v))
	}
	if err := s.SetMembers([]dynany.Member{{"n", newValue(t, "long")}, {"next", newValue(t, "valuetype D : valuetype V {public long n;} {public D next;}")}}); err != nil || val.IsNull() {
		t.Errorf("members set: %s, %v", json(t, v), err)
	}
	b := must[dynany.Box](t)(newValue(t, "valuebox B {string}").Box())
	if _, err := b.Boxed(); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("what is in null: %v", err)
	}
	if err := b.SetBoxed(longString(t)); err != nil || json(t, b.Value) != `{"_type":"B","value":"too long"}` {
		t.Errorf("boxed: %s, %v", json(t, b.Value), err)
	}
	if err := b.SetBoxed(newValue(t, "long")); !errors.Is(err, dynany.ErrTypeMismatch) {
		t.Errorf("a long in the box: %v", err)
	}
	in := must[*dynany.Value](t)(b.Boxed())
	if err := in.Set("x"); err != nil || json(t, b.Value) != `{"_type":"B","value":"x"}` {
		t.Errorf("changed in the box: %s, %v", json(t, b.Value), err)
	}
	abstract := must[dynany.Valuetype](t)(newValue(t, "abstract valuetype A {}").Valuetype())
	if err := abstract.SetValue(); !errors.Is(err, dynany.ErrInvalidValue) {
		t.Errorf("a value of an abstract type: %v", err)
	}
	for _, err := range []error{second(newValue(t, "long").Valuetype()), second(newValue(t, "long").Box()), second(newValue(t, "long").Union()),
		second(newValue(t, "long").Enum()), second(newValue(t, "long").Fixed())} {
		if !errors.Is(err, dynany.ErrTypeMismatch) {
			t.Errorf("a long is something else: %v", err)
		}
	}
}

// Values that are one object stay one, also when they are circular and changed.
func TestGraph(t *testing.T) {
	t.Parallel()
	node := typeOf(t, "valuetype N {public long id; public N next;}")
	a := &dyn.Valuetype{Type: node, Members: dyn.Struct{{Name: "id", Value: int32(1)}, {Name: "next"}}}
	b := &dyn.Valuetype{Type: node, Members: dyn.Struct{{Name: "id", Value: int32(2)}, {Name: "next", Value: a}}}
	a.Members[1].Value = b
	pair := tc.Struct("IDL:Pair:1.0", "Pair", tc.Member{Name: "x", Type: node}, tc.Member{Name: "y", Type: node})
	from, err := dyn.Of(pair, dyn.Struct{{Name: "x", Value: a}, {Name: "y", Value: b}})
	if err != nil {
		t.Fatal(err)
	}
	v := must[*dynany.Value](t)(dynany.Of(from))
	x := must[*dynany.Value](t)(v.At(0))
	next := must[*dynany.Value](t)(x.At(1))
	id := must[*dynany.Value](t)(next.At(0))
	if err := id.Set(20); err != nil { // of b, which is y as well
		t.Fatal(err)
	}
	const want = `{"x":{"_type":"N","id":1,"next":{"_type":"N","id":20,"next":{"_ref":"/x"}}},"y":{"_ref":"/x/next"}}`
	if got := json(t, v); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	dup := must[*dynany.Value](t)(v.Copy())
	if same, err := v.Equal(dup); !same || err != nil {
		t.Errorf("the copy is not equal, %v", err)
	}
	if err := must[*dynany.Value](t)(must[*dynany.Value](t)(dup.At(1)).At(0)).Set(21); err != nil || json(t, v) != want {
		t.Errorf("the copy is not apart: %s, %v", json(t, v), err)
	}
	if same, err := v.Equal(dup); same || err != nil {
		t.Errorf("the changed copy is equal, %v", err)
	}
}

// Members of a type without names are told by their place.
func TestCompact(t *testing.T) {
	t.Parallel()
	full := typeOf(t, "struct S {long a; long b; enum E {A, B} e; sequence<struct I {long x;}> s; union U switch (long) {case 1: long x; case 2: long y;} u;}")
	a, err := dyn.UnmarshalJSON(full, []byte(`{"a":1,"b":2,"e":"B","s":[{"x":5}],"u":{"_d":2,"y":3}}`), dyn.JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	v := must[*dynany.Value](t)(dynany.New(full.Compact()))
	if err := v.SetAny(a); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int32{1, 2} {
		v.Seek(i)
		if n, err := dynany.Get(v, dyn.Long); n != want || err != nil {
			t.Errorf("member %d is %d, %v", i, n, err)
		}
	}
	back := must[*dynany.Value](t)(dynany.New(full))
	if err := back.Assign(v); err != nil || json(t, back) != `{"a":1,"b":2,"e":"B","s":[{"x":5}],"u":{"_d":2,"y":3}}` {
		t.Errorf("back: %s, %v", json(t, back), err)
	}
	if same, err := back.Equal(v); !same || err != nil {
		t.Errorf("not equal, %v", err)
	}
}

// References keep the ORB that they came by.
func TestReferences(t *testing.T) {
	t.Parallel()
	r := &ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{{Tag: 99, Data: []byte{1}}}}
	e := cdr.NewEncoder(nil, true, &cdr.Env{Version: cdr.V12, Refs: refs{}})
	c := typeOf(t, "struct S {Object o; long n;}")
	tc.Put(e, c)
	ior.Put(e, r)
	e.Long(3)
	d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Refs: refs{}})
	a := dyn.GetAny(d)
	if d.Err() != nil {
		t.Fatal(d.Err())
	}
	v := must[*dynany.Value](t)(dynany.Of(a))
	v.Seek(1)
	if err := dynany.Insert(v, dyn.Long, 4); err != nil {
		t.Fatal(err)
	}
	object := dyn.NewType(tc.Object, func(e *cdr.Encoder, v any) { e.Object(v, nil) }, (*cdr.Decoder).Object)
	v.Seek(0)
	if o, err := dynany.Get(v, object); o != "IDL:X:1.0" || err != nil {
		t.Errorf("the reference is %v, %v", o, err)
	}
}

// refs is an ORB whose objects are the ids of their types.
type refs struct{}

func (refs) PutObject(e *cdr.Encoder, v, class any) { e.Fail(errors.New("not here")) }
func (refs) Object(d *cdr.Decoder) any              { return ior.Get(d).TypeID }

// Small types of huge values end in an error, not in memory.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"long[4294967295]", "long[65535][65535]", "struct S {}[4294967295]", "sequence<long[4294967295]>",
		"struct S {long[4294967295] a;}", "union U switch (long) {case 0: octet[4294967295] o;}", "valuebox B {octet[4294967295]}",
	} {
		v := newValue(t, text)
		if s, err := v.Sequence(); err == nil && v.Type().Kind() == tc.TkSequence {
			if err := s.SetLen(1); err != nil {
				t.Error(err)
			}
			if err := s.SetLen(math.MaxInt); !errors.Is(err, exc.ImpLimit) {
				t.Errorf("%s of math.MaxInt: %v", text, err)
			}
		}
		if b, err := v.Valuetype(); err == nil {
			if err := b.SetValue(); err != nil {
				t.Error(err)
			}
		}
		if _, err := v.Any(); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "decoded-size") {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := v.Copy(); !errors.Is(err, exc.ImpLimit) {
			t.Errorf("%s, copied: %v", text, err)
		}
	}
}

// FuzzValue takes apart what arrives, changes it as a program of octets says, and puts it together again.
func FuzzValue(f *testing.F) {
	for _, s := range samples {
		c, err := tc.Parse(s.text, nil)
		if err != nil {
			f.Fatal(err)
		}
		text := s.other
		if text == "" {
			text = s.std
		}
		a, err := dyn.UnmarshalJSON(c, []byte(text), dyn.JSONOptions{})
		if err != nil {
			f.Fatal(err)
		}
		e := cdr.NewEncoder(nil, true, fuzzEnv)
		dyn.PutAny(e, a)
		f.Add(e.Bytes(), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
		f.Add(e.Bytes(), []byte{1, 7, 1, 8, 2, 9, 3, 10, 4})
	}
	f.Fuzz(func(t *testing.T, octets, program []byte) {
		if len(program) > 64 {
			return
		}
		a := dyn.GetAny(cdr.NewDecoder(octets, true, fuzzEnv))
		v, err := dynany.Of(a)
		if err != nil {
			return
		}
		if back, err := v.Any(); err != nil || !dyn.Equal(a, back) {
			t.Fatalf("%v comes back as %v, %v", a.Value(), back.Value(), err)
		}
		at := v
		for _, op := range program {
			at = change(t, v, at, op)
		}
		b, err := v.Any()
		if err != nil {
			return // a default of an abstract type, or too large
		}
		again, err := dynany.Of(b)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := again.Equal(v); !same && err == nil {
			t.Fatalf("%v is not what it was made of", b.Value())
		}
	})
}

var fuzzEnv = &cdr.Env{Version: cdr.V12}

// change does one step of a program at a place of root, and returns the place of the next.
func change(t *testing.T, root, at *dynany.Value, op byte) *dynany.Value {
	arg := int(op >> 4)
	switch op & 15 {
	case 0:
		return root
	case 1:
		if c, err := at.Current(); err == nil && c != nil {
			return c
		}
	case 2:
		at.Next()
	case 3:
		at.Seek(arg)
	case 4:
		if s, err := at.Sequence(); err == nil {
			_ = s.SetLen(arg)
		}
	case 5:
		if u, err := at.Union(); err == nil {
			_ = u.SetToNone()
		}
	case 6:
		if u, err := at.Union(); err == nil {
			_ = u.SetToDefault()
		}
	case 7:
		if x, err := at.Valuetype(); err == nil {
			_ = x.SetValue()
		}
	case 8:
		if x, err := at.Valuetype(); err == nil {
			x.SetNull()
		}
	case 9:
		_ = dynany.Insert(at, dyn.Long, int32(arg))
		_ = dynany.Insert(at, dyn.String, "inserted")
	case 10:
		if fresh, err := dynany.New(at.Type()); err == nil {
			if err := at.Assign(fresh); err != nil {
				t.Fatalf("a default of %v cannot be assigned: %v", at.Type(), err)
			}
		}
	case 11:
		if e, err := at.Enum(); err == nil {
			_ = e.SetNumber(uint32(arg))
		}
	case 12:
		if dup, err := at.Copy(); err == nil {
			if same, err := dup.Equal(at); !same && err == nil {
				t.Fatalf("a copy of a %v is not equal", at.Type())
			}
		}
	}
	return at
}

// TestEqualInAnys: what anys hold is compared as it is outside of them, by equivalent types.
func TestEqualInAnys(t *testing.T) {
	t.Parallel()
	alias := tc.Alias("IDL:L:1.0", "L", tc.Long)
	of := func(tc *tc.TypeCode, v any) dyn.Any { return must[dyn.Any](t)(dyn.Of(tc, v)) }
	for name, c := range map[string]struct {
		one, other dyn.Any
		equal      bool
	}{
		"an alias":             {of(alias, 3), of(tc.Long, 3), true},
		"another number":       {of(alias, 3), of(tc.Long, 4), false},
		"another type":         {of(alias, 3), of(tc.ULong, 3), false},
		"an any of an alias":   {of(tc.Any, of(alias, 3)), of(tc.Any, of(tc.Long, 3)), true},
		"an any of a number":   {of(tc.Any, of(alias, 3)), of(tc.Long, 3), false},
		"nothing":              {dyn.Any{}, dyn.Any{}, true},
		"nothing, and a thing": {dyn.Any{}, of(tc.Long, 0), false},
	} {
		for _, around := range []func(dyn.Any) dyn.Any{
			func(a dyn.Any) dyn.Any { return of(tc.Any, a) },
			func(a dyn.Any) dyn.Any { return of(tc.Sequence(tc.Any, 0), []any{a}) },
		} {
			x, y := must[*dynany.Value](t)(dynany.Of(around(c.one))), must[*dynany.Value](t)(dynany.Of(around(c.other)))
			if same, err := x.Equal(y); err != nil || same != c.equal {
				t.Errorf("%s: got %v (%v), want %v", name, same, err, c.equal)
			}
		}
	}
}
