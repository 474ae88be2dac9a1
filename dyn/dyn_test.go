package dyn_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	tc "github.com/opendsom/dsom/typecode"
)

var (
	color = tc.Enum("IDL:TY/Color:1.0", "Color", "RED", "GREEN", "BLUE")
	point = tc.Struct("IDL:Point:1.0", "Point", tc.Member{Name: "x", Type: tc.Long}, tc.Member{Name: "y", Type: tc.Double}, tc.Member{Name: "name", Type: tc.String})
	node  = tc.Struct("IDL:TY/Node:1.0", "Node", tc.Member{Name: "id", Type: tc.Long},
		tc.Member{Name: "kids", Type: tc.Alias("IDL:TY/Nodes:1.0", "Nodes", tc.Sequence(tc.Recursive("IDL:TY/Node:1.0"), 0))})
	union = tc.Union("IDL:TY/U:1.0", "U", color, tc.Arm{Label: 0, Name: "l", Type: tc.Long}, tc.Arm{Label: 1, Name: "s", Type: tc.String},
		tc.Arm{Default: true, Name: "o", Type: tc.Octet})
	unionB = tc.Union("IDL:TY/UB:1.0", "UB", tc.Boolean, tc.Arm{Label: 1, Name: "d", Type: tc.Double})
	unionL = tc.Union("IDL:TY/UL:1.0", "UL", tc.LongLong, tc.Arm{Label: -5, Name: "sh", Type: tc.Short}, tc.Arm{Label: 7, Name: "sh", Type: tc.Short},
		tc.Arm{Label: 9, Name: "data", Type: tc.Sequence(tc.Octet, 0)})
	unionC = tc.Union("IDL:TY/UC:1.0", "UC", tc.Char, tc.Arm{Label: 'a', Name: "a", Type: tc.Long})
	unionW = tc.Union("IDL:TY/UW:1.0", "UW", tc.WChar, tc.Arm{Label: '€', Name: "a", Type: tc.Long})
	unionQ = tc.Union("IDL:TY/UQ:1.0", "UQ", tc.ULongLong, tc.Arm{Label: -1, Name: "a", Type: tc.Long})
	oops   = tc.Exception("IDL:TY/Oops:1.0", "Oops", tc.Member{Name: "code", Type: tc.Long}, tc.Member{Name: "why", Type: tc.String})
	ref    = &ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "h", Port: 1, Key: []byte("k")}.Profile()}}
)

func fixed(s string) cdr.Fixed {
	f, err := cdr.ParseFixed(s)
	if err != nil {
		panic(err)
	}
	return f
}

func long(s string) cdr.LongDouble {
	v, err := cdr.ParseLongDouble(s)
	if err != nil {
		panic(err)
	}
	return v
}

func must(a dyn.Any, err error) dyn.Any {
	if err != nil {
		panic(err)
	}
	return a
}

// samples holds values of all types: as Go, and as JSON.
var samples = []struct {
	t    *tc.TypeCode
	v    any
	json string
}{
	{tc.Null, nil, "null"},
	{tc.Void, nil, "null"},
	{tc.Boolean, true, "true"},
	{tc.Octet, byte(255), "255"},
	{tc.Char, byte('x'), `"x"`},
	{tc.Char, byte(0xe9), `"\u00e9"`},
	{tc.Char, byte(0), `"\u0000"`},
	{tc.WChar, '€', `"€"`},
	{tc.Short, int16(-32768), "-32768"},
	{tc.UShort, uint16(65535), "65535"},
	{tc.Long, int32(math.MinInt32), "-2147483648"},
	{tc.ULong, uint32(math.MaxUint32), "4294967295"},
	{tc.LongLong, int64(math.MinInt64), `"-9223372036854775808"`},
	{tc.ULongLong, uint64(math.MaxUint64), `"18446744073709551615"`},
	{tc.Float, float32(0.1), "0.1"},
	{tc.Double, -1.5e300, "-1.5e+300"},
	{tc.Double, math.Inf(-1), `"-Infinity"`},
	{tc.Float, float32(math.Inf(1)), `"Infinity"`},
	{tc.LongDouble, long("0.1"), `"0.1"`},
	{tc.LongDouble, long("-Infinity"), `"-Infinity"`},
	{tc.Fixed(9, 2), fixed("1234567.89"), `"1234567.89"`},
	{tc.String, "", `""`},
	{tc.String, "hé € \"", `"hé € \""`},
	{tc.StringMax(3), "abc", `"abc"`},
	{tc.StringMax(4), "äöüß", `"äöüß"`},
	{tc.WString, "hé € 😀", `"hé € 😀"`},
	{tc.WStringMax(2), "€😀", `"€😀"`},
	{color, "GREEN", `"GREEN"`},
	{tc.Alias("IDL:A:1.0", "A", tc.Alias("IDL:B:1.0", "B", tc.Long)), int32(7), "7"},
	{tc.Sequence(tc.Octet, 0), []byte{1, 2, 255}, `"AQL/"`},
	{tc.Sequence(tc.Octet, 3), []byte{}, `""`},
	{tc.Sequence(tc.Long, 0), []any{int32(1), int32(-1)}, "[1,-1]"},
	{tc.Sequence(tc.Char, 0), []any{byte('a'), byte('b')}, `["a","b"]`},
	{tc.Sequence(tc.Double, 0), []any{1.5}, "[1.5]"},
	{tc.Sequence(tc.Boolean, 0), []any{true, false}, "[true,false]"},
	{tc.Sequence(tc.StringMax(8), 4), []any{"a", "bc"}, `["a","bc"]`},
	{tc.Sequence(point, 0), []any{dyn.Struct{{"x", int32(1)}, {"y", 2.5}, {"name", "p"}}}, `[{"x":1,"y":2.5,"name":"p"}]`},
	{tc.Array(tc.Array(tc.Short, 3), 2), []any{[]any{int16(1), int16(2), int16(3)}, []any{int16(4), int16(5), int16(6)}}, "[[1,2,3],[4,5,6]]"},
	{tc.Array(tc.Octet, 2), []any{byte(1), byte(2)}, "[1,2]"},
	{tc.Array(tc.LongLong, 1), []any{int64(1)}, `["1"]`},
	{node, dyn.Struct{{"id", int32(1)}, {"kids", []any{dyn.Struct{{"id", int32(2)}, {"kids", []any{}}}}}}, `{"id":1,"kids":[{"id":2,"kids":[]}]}`},
	{union, dyn.Union{"RED", "l", int32(-1)}, `{"_d":"RED","l":-1}`},
	{union, dyn.Union{"GREEN", "s", "x"}, `{"_d":"GREEN","s":"x"}`},
	{union, dyn.Union{"BLUE", "o", byte(9)}, `{"_d":"BLUE","o":9}`},
	{unionB, dyn.Union{true, "d", 0.5}, `{"_d":true,"d":0.5}`},
	{unionB, dyn.Union{false, "", nil}, `{"_d":false}`},
	{unionL, dyn.Union{int64(7), "sh", int16(3)}, `{"_d":"7","sh":3}`},
	{unionL, dyn.Union{int64(9), "data", []byte("x")}, `{"_d":"9","data":"eA=="}`},
	{unionC, dyn.Union{byte('a'), "a", int32(3)}, `{"_d":"a","a":3}`},
	{unionW, dyn.Union{'€', "a", int32(3)}, `{"_d":"€","a":3}`},
	{unionQ, dyn.Union{uint64(math.MaxUint64), "a", int32(3)}, `{"_d":"18446744073709551615","a":3}`},
	{oops, dyn.Exception{"IDL:TY/Oops:1.0", dyn.Struct{{"code", int32(7)}, {"why", "so"}}}, `{"_exception":"IDL:TY/Oops:1.0","code":7,"why":"so"}`},
	{tc.Any, dyn.Long.Any(3), `{"_type":"long","_value":3}`},
	{tc.Any, dyn.Any{}, `{"_type":"null","_value":null}`},
	{tc.Any, dyn.AnyType.Any(dyn.String.Any("x")), `{"_type":"any","_value":{"_type":"string","_value":"x"}}`},
	{tc.Any, must(dyn.Of(point, map[string]any{"x": 1, "y": 2, "name": "n"})), `{"_type":"struct Point {long x; double y; string name;}","_value":{"x":1,"y":2,"name":"n"}}`},
	{tc.TC, tc.Sequence(tc.Long, 0), `"sequence<long>"`},
	{tc.TC, node, `"struct TY::Node {long id; typedef sequence<TY::Node> TY::Nodes kids;}"`},
	{tc.Object, nil, "null"},
	{tc.ObjRef("IDL:X:1.0", "X"), ref, `"` + ref.String() + `"`},
	{tc.Principal, []byte("me"), `"bWU="`},
	{tc.Struct("IDL:E:1.0", "E"), dyn.Struct{}, "{}"},
	{tc.Sequence(tc.Struct("IDL:E:1.0", "E"), 0), []any{}, "[]"},
	{tc.Sequence(tc.Struct("IDL:E:1.0", "E"), 0), []any{dyn.Struct{}}, "[{}]"},
	{tc.Array(tc.Struct("IDL:E:1.0", "E"), 2), []any{dyn.Struct{}, dyn.Struct{}}, "[{},{}]"},
}

// same compares what Value returns, which may hold anys and TypeCodes.
func same(a, b any) bool {
	switch x := a.(type) {
	case dyn.Any:
		y, ok := b.(dyn.Any)
		return ok && dyn.Equal(x, y)
	case *tc.TypeCode:
		y, ok := b.(*tc.TypeCode)
		return ok && tc.Equal(x, y)
	case *ior.IOR:
		y, ok := b.(*ior.IOR)
		return ok && x.Equal(y)
	}
	return reflect.DeepEqual(a, b)
}

var envs = map[string]*cdr.Env{
	"1.2 UTF-8":   {Version: cdr.V12, Narrow: codeset.UTF8, Wide: codeset.UTF16},
	"1.2 raw":     {Version: cdr.V12, Wide: codeset.UTF16},
	"1.1 Latin-1": {Version: cdr.V11, Narrow: codeset.Latin1, Wide: codeset.UTF16},
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		a, err := dyn.Of(s.t, s.v)
		if err != nil {
			t.Errorf("%v of %v: %v", s.t, s.v, err)
			continue
		}
		if got := a.Value(); !same(got, s.v) {
			t.Errorf("%v: got %#v, want %#v", s.t, got, s.v)
		}
		for name, env := range envs {
			for _, little := range []bool{false, true} {
				e := cdr.NewEncoder(nil, little, env)
				e.Octet(1)
				dyn.PutAny(e, a)
				if e.Err() != nil {
					if errors.Is(e.Err(), exc.DataConversion) {
						continue // é as a char of UTF-8, € in Latin-1
					}
					t.Errorf("%v over %s: %v", s.t, name, e.Err())
					continue
				}
				d := cdr.NewDecoder(e.Bytes(), little, env)
				d.Octet()
				b := dyn.GetAny(d)
				if d.Err() != nil || !dyn.Equal(a, b) || d.Remaining() != 0 {
					t.Errorf("%v over %s, little-endian %v: got %v %v, %v, %d octets left", s.t, name, little, b.Type(), b.Value(), d.Err(), d.Remaining())
				}
				for n := 1; n < e.Len(); n++ {
					d := cdr.NewDecoder(e.Bytes()[:n], little, env)
					d.Octet()
					if b := dyn.GetAny(d); d.Err() == nil {
						t.Errorf("%v: %d of %d octets read as %v %v", s.t, n, e.Len(), b.Type(), b.Value())
					}
				}
			}
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		a := must(dyn.Of(s.t, s.v))
		got, err := dyn.MarshalJSON(a)
		if err != nil || string(got) != s.json {
			t.Errorf("%v: got %s, %v, want %s", s.t, got, err, s.json)
		}
		b, err := dyn.UnmarshalJSON(s.t, []byte(s.json), dyn.JSONOptions{})
		if err != nil || !dyn.Equal(a, b) {
			t.Errorf("%v: %s reads as %v, %v", s.t, s.json, b.Value(), err)
		}
		typed, err := a.MarshalJSON()
		if err != nil {
			t.Errorf("%v: %v", s.t, err)
			continue
		}
		var c dyn.Any
		if err := c.UnmarshalJSON(typed); err != nil || !dyn.Equal(a, c) {
			t.Errorf("%s reads as %v %v, %v", typed, c.Type(), c.Value(), err)
		}
	}
	nan, err := dyn.MarshalJSON(dyn.Double.Any(math.NaN()))
	if err != nil || string(nan) != `"NaN"` {
		t.Errorf("NaN is %s, %v", nan, err)
	}
	for _, c := range []struct {
		t    *tc.TypeCode
		json string
		want any
	}{
		{tc.LongLong, "-5", int64(-5)},
		{tc.ULongLong, "18446744073709551615", uint64(math.MaxUint64)},
		{tc.Fixed(5, 2), "1.5", fixed("1.50")},
		{tc.LongDouble, "0.1", long("0.1")},
		{color, "2", "BLUE"},
		{unionB, `{"d": 2}`, dyn.Union{true, "d", 2.0}},
		{unionL, `{"_d": 7, "sh": 2}`, dyn.Union{int64(7), "sh", int16(2)}},
		{tc.Array(tc.Octet, 2), `"AQI="`, []any{byte(1), byte(2)}},
		{tc.Sequence(tc.Octet, 0), `[1,2]`, []byte{1, 2}},
		{tc.Any, "null", dyn.Any{}},
		{oops, `{"code":1,"why":""}`, dyn.Exception{"IDL:TY/Oops:1.0", dyn.Struct{{"code", int32(1)}, {"why", ""}}}},
		{tc.Object, `"corbaloc::h:1/k"`, &ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V10, Host: "h", Port: 1, Key: []byte("k")}.Profile()}}},
	} {
		a, err := dyn.UnmarshalJSON(c.t, []byte(c.json), dyn.JSONOptions{})
		if err != nil || !same(a.Value(), c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.json, a.Value(), err, c.want)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	t.Parallel()
	items := tc.Struct("IDL:I:1.0", "I", tc.Member{Name: "items", Type: tc.Sequence(point, 2)}, tc.Member{Name: "n", Type: tc.Octet})
	for _, c := range []struct {
		t    *tc.TypeCode
		json string
		says string
	}{
		{tc.Long, "", "too early"},
		{tc.Long, "1 2", "follows"},
		{tc.Long, "{", "too early"},
		{tc.Long, "x", "not JSON"},
		{tc.Long, `"1"`, `a long is wanted, not "1"`},
		{tc.Long, "1.5", "a long is wanted, not 1.5"},
		{tc.Long, "2147483648", "outside the range of long"},
		{tc.ULongLong, "-1", "outside the range"},
		{tc.ULongLong, `"x"`, "wanted"},
		{tc.Octet, "256", "outside the range of octet"},
		{tc.Float, "1e39", "range of float"},
		{tc.Double, "1e999", "range of double"},
		{tc.Double, `"inf"`, "double is wanted"},
		{tc.Boolean, "0", "a boolean is wanted, not 0"},
		{tc.Char, `"ab"`, "one character is wanted"},
		{tc.Char, `"€"`, "use wchar"},
		{tc.Char, `65`, "char is wanted"},
		{tc.String, "1", "a string is wanted, not 1"},
		{tc.String, `"a\u0000b"`, "zero octet"},
		{tc.StringMax(2), `"abc"`, "bound of 2"},
		{tc.StringMax(2), `"äöü"`, "a string of 3 is longer than its bound of 2"},
		{tc.WStringMax(1), `"€€"`, "bound of 1"},
		{tc.Fixed(3, 1), `"12.34"`, "digits"},
		{tc.Fixed(3, 1), `"x"`, "no decimal"},
		{color, `"PINK"`, `"PINK" is no enumerator of Color; there are RED, GREEN, BLUE`},
		{color, "3", "no enumerator"},
		{items, `{"items":[{"x":1,"y":1,"name":"a"},{"x":"1","y":1,"name":"a"}],"n":1}`, ".items[1].x: a long is wanted"},
		{items, `{"items":[{"x":1,"y":1}],"n":1}`, ".items[0]: the member name of Point is missing"},
		{items, `{"items":[{"x":1,"y":1,"name":"","z":1}],"n":1}`, `.items[0]: Point has no member "z"; there are x, y, name`},
		{items, `{"items":[{},{},{}],"n":1}`, ".items: a sequence of 3 is longer than its bound of 2"},
		{items, `[]`, "struct I is wanted, not a list"},
		{items, `{"items":null,"n":1}`, ".items: a sequence is wanted, not nothing"},
		{tc.Array(tc.Long, 2), "[1]", "an array of 2 is wanted, not one of 1"},
		{tc.Sequence(tc.Octet, 0), `"!"`, "base64"},
		{union, `{"_d":"RED","s":"x"}`, "chooses the arm l, which is missing"},
		{union, `{"_d":"RED","l":1,"s":"x"}`, "one arm, not both l and s"},
		{union, `{"_d":"PINK"}`, "._d: \"PINK\" is no enumerator"},
		{union, `{"o":1}`, `"_d" of U is missing`},
		{union, `{"l":"x"}`, ".l: a long is wanted"},
		{unionL, `{"sh":1}`, `"_d" of UL is missing`},
		{unionB, `{"_d":false,"d":1}`, "chooses no arm"},
		{tc.Any, "3", `{"_type": "long", "_value": 3}`},
		{tc.Any, `{"_type":"lng","_value":3}`, "._type"},
		{tc.Any, `{"_type":"long","_value":"x"}`, "._value: a long"},
		{tc.TC, `"lng"`, "not known"},
		{tc.Object, `"hello"`, "no object URL"},
		{tc.Object, `"corbaname::h#x"`, "looked up"},
		{tc.Object, `3`, "wanted"},
		{oops, `{"_exception":"IDL:X:1.0","code":1,"why":""}`, "IDL:TY/Oops:1.0 is wanted"},
		{tc.Interface(tc.TkNative, "IDL:N:1.0", "N"), "{}", "cannot be carried"},
		{tc.Null, "1", "null is wanted"},
	} {
		a, err := dyn.UnmarshalJSON(c.t, []byte(c.json), dyn.JSONOptions{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v from %s: got %v, %v, want an error with %q", c.t, c.json, a.Value(), err, c.says)
		}
	}
}

func TestOfFlexible(t *testing.T) {
	t.Parallel()
	type myInt uint8
	for _, c := range []struct {
		t    *tc.TypeCode
		in   any
		want any
	}{
		{tc.Long, 7, int32(7)},
		{tc.Long, myInt(7), int32(7)},
		{tc.Double, 1, 1.0},
		{tc.Float, float64(0.5), float32(0.5)},
		{tc.Char, "é", byte(0xe9)},
		{tc.WChar, "€", '€'},
		{tc.Octet, 'a', byte('a')},
		{tc.Sequence(tc.Long, 0), []int32{1, 2}, []any{int32(1), int32(2)}},
		{tc.Sequence(tc.Long, 0), nil, []any{}},
		{tc.Array(tc.String, 2), [2]string{"a", "b"}, []any{"a", "b"}},
		{color, 1, "GREEN"},
		{point, map[string]any{"x": 1, "y": 2.0, "name": "z"}, dyn.Struct{{"x", int32(1)}, {"y", 2.0}, {"name", "z"}}},
		{tc.Fixed(4, 1), 12, fixed("12.0")},
		{tc.LongDouble, 0.5, long("0.5")},
	} {
		a, err := dyn.Of(c.t, c.in)
		if err != nil || !same(a.Value(), c.want) {
			t.Errorf("%v of %v: got %v, %v, want %v", c.t, c.in, a.Value(), err, c.want)
		}
	}
	for _, c := range []struct {
		t  *tc.TypeCode
		in any
	}{{tc.Long, int64(1 << 40)}, {tc.Long, "1"}, {tc.Long, nil}, {tc.Long, 1.0}, {tc.Boolean, 1}, {point, 3}, {tc.Char, 256}, {union, dyn.Union{"RED", "s", 1}}, {tc.Any, 3}} {
		if a, err := dyn.Of(c.t, c.in); !errors.Is(err, exc.BadParam) {
			t.Errorf("%v of %v: got %v, %v", c.t, c.in, a.Value(), err)
		}
	}
}

type Point struct {
	X    int32
	Y    float64
	Name string
	List []int32
}

var pointType = dyn.NewType(tc.Struct("IDL:P:1.0", "P", tc.Member{Name: "x", Type: tc.Long}, tc.Member{Name: "y", Type: tc.Double},
	tc.Member{Name: "name", Type: tc.StringMax(5)}, tc.Member{Name: "list", Type: tc.Sequence(tc.Long, 0)}),
	func(e *cdr.Encoder, p Point) {
		e.Long(p.X)
		e.Double(p.Y)
		e.StringMax(p.Name, 5)
		e.Count(len(p.List))
		e.Longs(p.List)
	},
	func(d *cdr.Decoder) (p Point) {
		p.X, p.Y, p.Name = d.Long(), d.Double(), d.StringMax(5)
		p.List = make([]int32, d.Count(4))
		d.Longs(p.List)
		return p
	})

func TestType(t *testing.T) {
	t.Parallel()
	p := Point{1, 2.5, "né", []int32{1, 2}}
	a := pointType.Any(p)
	p.List[0] = 99 // the any has a copy
	got, err := pointType.From(a)
	if err != nil || !reflect.DeepEqual(got, Point{1, 2.5, "né", []int32{1, 2}}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := dyn.Long.From(a); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), "not a long") {
		t.Errorf("a struct as a long: %v", err)
	}
	if n, err := dyn.Long.From(must(dyn.Of(tc.Alias("IDL:A:1.0", "A", tc.Long), 5))); err != nil || n != 5 {
		t.Errorf("an alias of long: %v, %v", n, err)
	}
	if _, err := dyn.Long.From(dyn.Any{}); !errors.Is(err, exc.BadParam) {
		t.Errorf("null as a long: %v", err)
	}
	bad := pointType.Any(Point{Name: "too long"})
	if !errors.Is(bad.Err(), exc.Marshal) {
		t.Errorf("a string beyond its bound: %v", bad.Err())
	}
	e := cdr.NewEncoder(nil, true, nil)
	if dyn.PutAny(e, bad); !errors.Is(e.Err(), exc.Marshal) {
		t.Errorf("it can be sent: %v", e.Err())
	}
	if _, err := dyn.AnyType.From(dyn.AnyType.Any(a)); err != nil {
		t.Error(err)
	}
}

// refs is an ORB that knows objects as strings.
type refs struct{ made []string }

func (r *refs) PutObject(e *cdr.Encoder, v, class any) {
	s, ok := v.(string)
	if !ok {
		ior.Put(e, nil)
		return
	}
	r.made = append(r.made, s)
	ior.Put(e, &ior.IOR{TypeID: s, Profiles: []ior.Profile{{Tag: 9}}})
}

func (r *refs) Object(d *cdr.Decoder) any {
	i := ior.Get(d)
	if i.IsNil() {
		return nil
	}
	return i.TypeID
}

var objectType = dyn.NewType(tc.ObjRef("IDL:X:1.0", "X"),
	func(e *cdr.Encoder, v any) { e.Object(v, "class X") },
	func(d *cdr.Decoder) any { return d.Object() })

func TestObjects(t *testing.T) {
	t.Parallel()
	orb := &refs{}
	env := &cdr.Env{Version: cdr.V12, Refs: orb}
	for _, nested := range []bool{false, true} {
		a := objectType.Any("obj")
		if got, err := objectType.From(a); err != nil || got != "obj" {
			t.Errorf("before it is sent: %v, %v", got, err)
		}
		if nested {
			a = dyn.AnyType.Any(dyn.AnyType.Any(a))
		}
		orb.made = nil
		e := cdr.NewEncoder(nil, false, env)
		dyn.PutAny(e, a)
		if e.Err() != nil || len(orb.made) != 1 || orb.made[0] != "obj" {
			t.Fatalf("sent: %v, %v", orb.made, e.Err())
		}
		d := cdr.NewDecoder(e.Bytes(), false, env)
		b := dyn.GetAny(d)
		if d.Err() != nil {
			t.Fatal(d.Err())
		}
		if nested {
			b, _ = dyn.AnyType.From(b)
			b, _ = dyn.AnyType.From(b)
		}
		if r, ok := b.Value().(*ior.IOR); !ok || r.TypeID != "obj" {
			t.Errorf("nested %v: as data: %v", nested, b.Value())
		}
		if got, err := objectType.From(b); err != nil || got != "obj" {
			t.Errorf("nested %v: received: %v, %v", nested, got, err)
		}
	}
	if got, err := objectType.From(objectType.Any(nil)); err != nil || got != nil {
		t.Errorf("nil: %v, %v", got, err)
	}
	e := cdr.NewEncoder(nil, false, nil)
	if dyn.PutAny(e, objectType.Any("obj")); !errors.Is(e.Err(), exc.Marshal) {
		t.Errorf("sent outside an ORB: %v", e.Err())
	}
	if _, err := dyn.MarshalJSON(objectType.Any("obj")); !errors.Is(err, exc.BadParam) {
		t.Errorf("as JSON: %v", err)
	}
	if !dyn.Equal(objectType.Any("a"), objectType.Any("a")) || dyn.Equal(objectType.Any("a"), objectType.Any("b")) || dyn.Equal(objectType.Any([]int{}), objectType.Any([]int{})) {
		t.Error("objects compare wrongly")
	}
}

// Both forms of an exception in an any are read. The standard one is written, but for a value
// that came in the other: to a peer that may be omniORB it goes on as it came, even inside another any.
func TestExceptionForms(t *testing.T) {
	t.Parallel()
	a := must(dyn.Of(oops, dyn.Exception{"IDL:TY/Oops:1.0", dyn.Struct{{"code", 1}, {"why", "x"}}}))
	standard := cdr.NewEncoder(nil, true, nil)
	dyn.PutValue(standard, a)
	want := cdr.NewEncoder(nil, true, nil)
	want.RawString("IDL:TY/Oops:1.0")
	want.Long(1)
	want.RawString("x")
	if string(standard.Bytes()) != string(want.Bytes()) {
		t.Errorf("got %x, want %x", standard.Bytes(), want.Bytes())
	}
	omni := cdr.NewEncoder(nil, true, nil)
	omni.Long(1)
	omni.RawString("x")
	for _, b := range [][]byte{standard.Bytes(), omni.Bytes()} {
		d := cdr.NewDecoder(b, true, nil)
		if got := dyn.GetValue(d, oops); d.Err() != nil || !dyn.Equal(got, a) {
			t.Errorf("%x: got %v, %v", b, got.Value(), d.Err())
		}
		d = cdr.NewDecoder(b, true, nil)
		outer := dyn.AnyType.Any(dyn.GetValue(d, oops))
		inner, err := dyn.AnyType.From(outer)
		if err != nil {
			t.Fatal(err)
		}
		for r := cdr.AnyReader; r <= cdr.Combat; r++ {
			want := standard.Bytes()
			switch r {
			case cdr.AnyReader, cdr.OtherOrder, cdr.NotJacORB, cdr.OmniORB:
				want = b
			}
			again := cdr.NewEncoder(nil, true, &cdr.Env{Reader: r})
			dyn.PutValue(again, inner)
			if string(again.Bytes()) != string(want) {
				t.Errorf("reader %d: %x was sent on as %x", r, b, again.Bytes())
			}
			again = cdr.NewEncoder(nil, true, &cdr.Env{Reader: r, WithIDs: true})
			if dyn.PutValue(again, inner); string(again.Bytes()) != string(standard.Bytes()) {
				t.Errorf("reader %d, which is not omniORB: %x was sent on as %x", r, b, again.Bytes())
			}
		}
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	nested := func(n int) []byte {
		e := cdr.NewEncoder(nil, false, nil)
		for range n {
			e.ULong(uint32(tc.TkAny))
		}
		e.ULong(uint32(tc.TkLong))
		e.Long(1)
		return e.Bytes()
	}
	deep := func(n int) []byte {
		e := cdr.NewEncoder(nil, false, nil)
		tc.Put(e, node)
		for range n {
			e.Long(1)
			e.ULong(1)
		}
		e.Long(1)
		e.ULong(0)
		return e.Bytes()
	}
	of := func(t *tc.TypeCode, rest ...uint32) []byte {
		e := cdr.NewEncoder(nil, false, nil)
		tc.Put(e, t)
		e.ULongs(rest)
		return e.Bytes()
	}
	empty := tc.Struct("IDL:E:1.0", "E")
	for _, c := range []struct {
		what string
		b    []byte
		want exc.Kind
		says string
	}{
		{"any in any", nested(33), exc.ImpLimit, "any-depth"},
		{"deep value", deep(100), exc.Marshal, "value-depth"},
		{"4 GiB of octets", of(tc.Sequence(tc.Octet, 0), 0xffffffff), exc.Marshal, "left"},
		{"4 GiB of doubles", of(tc.Sequence(tc.Double, 0), 0x20000000), exc.Marshal, "left"},
		{"4 Gi of empty structs", of(tc.Sequence(empty, 0), 0xffffffff), exc.ImpLimit, "any-steps"},
		{"array of 4 Gi empty structs", of(tc.Array(empty, 0xffffffff)), exc.ImpLimit, "any-steps"},
		{"arrays of arrays of empty structs", of(tc.Array(tc.Array(tc.Array(empty, 0xffffffff), 0xffffffff), 0xffffffff)), exc.ImpLimit, "any-steps"},
		{"array of 4 Gi octets", of(tc.Array(tc.Octet, 0xffffffff), 1), exc.Marshal, "wanted"},
		{"array of 4 Gi longs", of(tc.Array(tc.Long, 0xffffffff), 1), exc.Marshal, "left"},
		{"array of 4 Gi strings", of(tc.Array(tc.String, 0xffffffff), 1), exc.Marshal, "left"},
		{"beyond its bound", of(tc.Sequence(tc.Octet, 1), 2, 0), exc.Marshal, "bound"},
		{"enum", of(color, 3), exc.Marshal, "enum"},
		{"discriminator", of(union, 3), exc.Marshal, "enum"},
		{"native", of(tc.Interface(tc.TkNative, "IDL:N:1.0", "N"), 0), exc.Marshal, "cannot be carried"},
		{"local interface", of(tc.Interface(tc.TkLocalInterface, "IDL:L:1.0", "L"), 0, 0), exc.Marshal, "cannot be carried"},
	} {
		d := cdr.NewDecoder(c.b, false, nil)
		a := dyn.GetAny(d)
		if !errors.Is(d.Err(), c.want) || !strings.Contains(d.Err().Error(), c.says) || !a.IsNull() {
			t.Errorf("%s: got %v, want %v with %q", c.what, d.Err(), c.want, c.says)
		}
	}
	for _, b := range [][]byte{nested(31), deep(50)} {
		d := cdr.NewDecoder(b, false, nil)
		if dyn.GetAny(d); d.Err() != nil {
			t.Error(d.Err())
		}
	}
	l := &limits.Limits{}
	l.Set(limits.ValueDepth, 200)
	d := cdr.NewDecoder(deep(100), false, &cdr.Env{Version: cdr.V12, Limits: l})
	a := dyn.GetAny(d)
	if d.Err() != nil {
		t.Error(d.Err())
	}
	if a.Value() == nil {
		t.Error("a value deeper than the default limit cannot be looked at")
	}
}

func TestZero(t *testing.T) {
	t.Parallel()
	var a dyn.Any
	if a.Type() != tc.Null || !a.IsNull() || a.Value() != nil || a.Err() != nil || !dyn.Equal(a, dyn.Any{}) || dyn.Equal(a, dyn.Long.Any(0)) {
		t.Error("the zero Any is not null")
	}
	e := cdr.NewEncoder(nil, false, nil)
	dyn.PutAny(e, a)
	if string(e.Bytes()) != "\x00\x00\x00\x00" {
		t.Errorf("it is sent as %x", e.Bytes())
	}
}
