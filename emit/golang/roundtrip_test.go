package golang_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/emit/golang/testdata/shapes"
	"github.com/opendsom/dsom/emit/golang/testdata/ty"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// alone is an environment with wide characters and without an ORB.
var alone = &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16}

// A value is a value of a generated type with all that can be done with it.
type value struct {
	name string
	run  func(t *testing.T, little bool)
}

// of returns the checks of a value: there and back in a byte order, alone and as an any, and
// no prefix of it is taken for it.
func of[T any](name string, typ *dyn.Type[T], v T) value {
	return value{name, func(t *testing.T, little bool) {
		e := cdr.NewEncoder(nil, little, alone)
		typ.Put(e, v)
		if err := e.Err(); err != nil {
			t.Fatal(err)
		}
		octets := e.Bytes()
		d := cdr.NewDecoder(octets, little, alone)
		if got := typ.Get(d); d.Err() != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("got %+v (%v), want %+v", got, d.Err(), v)
		}
		if d.Remaining() != 0 {
			t.Errorf("%d octets are left", d.Remaining())
		}
		for n := range octets {
			d := cdr.NewDecoder(octets[:n:n], little, alone)
			if got := typ.Get(d); d.Err() == nil {
				t.Fatalf("got %+v from %d of %d octets", got, n, len(octets))
			}
		}
		overAny(t, typ, v, little)
	}}
}

// overAny sends the value as an any.
func overAny[T any](t *testing.T, typ *dyn.Type[T], v T, little bool) {
	t.Helper()
	a := typ.Any(v)
	if got, err := typ.From(a); err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("got %+v (%v) from an any, want %+v", got, err, v)
	}
	e := cdr.NewEncoder(nil, little, alone)
	dyn.PutAny(e, a)
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	d := cdr.NewDecoder(e.Bytes(), little, alone)
	b := dyn.GetAny(d)
	if err := d.Err(); err != nil {
		t.Fatal(err)
	}
	if got, err := typ.From(b); err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("got %+v (%v) from an any that was sent, want %+v", got, err, v)
	}
	if !typecode.Equal(b.Type(), typ.TypeCode()) {
		t.Errorf("got TypeCode %v, want %v", b.Type(), typ.TypeCode())
	}
}

func mixed() shapes.Mixed {
	return shapes.Mixed{
		Numbers: []int32{1, -2, 3}, Words: []string{"a", "bcd"}, Table: [][]shapes.Color{{shapes.Color_Red}, nil, {shapes.Color_DarkRed, shapes.Color_BLUE}},
		Matrix: [2][3]int32{{1, 2, 3}, {4, 5, 6}}, Names: [2]string{"x", "yz"}, Bytes: []byte("123456789"), ShortText: "short", WideText: "wéide",
		Price: cdr.NewFixed(-123456789, 2), One: shapes.Mixed_Inner{How: shapes.Mixed_Inner_Level_High, Error_: 7},
		More: [2]shapes.Mixed_Inner{{Error_: 1}, {Error_: 2}},
	}
}

func tree(depth int) shapes.Tree {
	t := shapes.Tree{Name: strings.Repeat("t", depth)}
	if depth > 0 {
		t.Kids = shapes.Forest{tree(depth - 1), tree(0)}
		t.More = []shapes.Tree{tree(depth - 1)}
	}
	return t
}

func values() []value {
	long := cdr.LongDoubleFromFloat64(-0.1)
	return []value{
		of("prim", ty.PrimType, ty.Prim{B: true, C: 'c', O: 255, S: math.MinInt16, Us: math.MaxUint16, L: math.MinInt32, Ul: math.MaxUint32,
			Ll: math.MinInt64, Ull: math.MaxUint64, F: math.SmallestNonzeroFloat32, D: math.MaxFloat64}),
		of("color", ty.ColorType, ty.Color_BLUE),
		of("money", ty.MoneyType, cdr.NewFixed(123, 2)),
		of("mat", ty.MatType, ty.Mat{{1, 2, 3}, {-4, -5, -6}}),
		of("bstr", ty.BStrType, ty.BStr{"", "12345678"}),
		of("bstr nil", ty.BStrType, nil),
		of("blob", ty.BlobType, ty.Blob{1, 2, 3}),
		of("node", ty.NodeType, ty.Node{Id: 1, Kids: ty.Nodes{{Id: 2, Kids: ty.Nodes{{Id: 3}}}, {Id: 4}}}),
		of("nodes", ty.NodesType, ty.Nodes{{Id: 2}}),
		of("u l", ty.UType, ty.NewU_L(5)),
		of("u o", ty.UType, ty.NewU_O(ty.Color_BLUE, 9)),
		of("ub none", ty.UBType, ty.NewUB_None(false)),
		of("ul many", ty.ULType, ty.NewUL_Sh(7, -1)),
		of("oops", ty.OopsType.Type, ty.Oops{Code: 7, Why: "because"}),

		of("mixed", shapes.MixedType, mixed()),
		of("tag", shapes.TagType, "12345678"),
		of("wide tag", shapes.WideTagType, "äöü€"),
		of("tiny", shapes.TinyType, cdr.NewFixed(1, 31)),
		of("huge", shapes.HugeType, long),
		of("wide", shapes.WideType, "w€"),
		of("octets", shapes.OctetsType, shapes.Octets("abc")),
		of("more octets", shapes.MoreOctetsType, shapes.Octets("abc")),
		of("four octets", shapes.FourOctetsType, shapes.FourOctets("abcd")),
		of("chars", shapes.CharsType, shapes.Chars("abc")),
		of("flags", shapes.FlagsType, shapes.Flags{true, false, true}),
		of("tags", shapes.TagsType, shapes.Tags{"a", ""}),
		of("colors", shapes.ColorsType, shapes.Colors{shapes.Color_Green}),
		of("wchars", shapes.WCharsType, shapes.WChars{'a', '€'}),
		of("huges", shapes.HugesType, shapes.Huges{long, {}}),
		of("deep", shapes.DeepType, shapes.Deep{{{1, 2}, nil}, nil, {{3}}}),
		of("key", shapes.KeyType, shapes.Key{1, 2, 3, 15: 16}),
		of("pair", shapes.PairType, shapes.Pair{"", "b"}),
		of("grid", shapes.GridType, shapes.Grid{{"a", "b", "c"}, {"d", "e", "12345678"}}),
		of("rows", shapes.RowsType, shapes.Rows{{1.5}, nil}),
		of("many", shapes.ManyType, shapes.Many{1, 2}),
		of("tree", shapes.TreeType, tree(3)),
		of("forest", shapes.ForestType, shapes.Forest{tree(1), tree(0)}),
		of("expr", shapes.ExprType, shapes.NewExpr_Terms('*', shapes.Operands{shapes.NewExpr_Number(1), shapes.NewExpr_Terms('+', nil)})),
		of("ping", shapes.PingType, shapes.Ping{Pongs: []shapes.Pong{{N: 1, Pings: []shapes.Ping{{}, {Pongs: []shapes.Pong{{N: 2}}}}}}}),
		of("pong", shapes.PongType, shapes.Pong{N: 1, Pings: []shapes.Ping{{}}}),
		of("refused", shapes.RefusedType.Type, shapes.Refused{Code: 1, Error_: "no", Tint: shapes.Color_BLUE}),
		of("broken", shapes.BrokenType.Type, shapes.Broken{First: shapes.Broken_Part{Number: 1}}),

		of("by boolean", shapes.ByBooleanType, shapes.NewByBoolean_Bad("x")),
		of("maybe", shapes.MaybeType, shapes.NewMaybe_Value(1)),
		of("maybe none", shapes.MaybeType, shapes.NewMaybe_None(false)),
		of("by char b", shapes.ByCharType, shapes.NewByChar_L('b', 1)),
		of("by char high", shapes.ByCharType, shapes.NewByChar_S("s")),
		of("by char default", shapes.ByCharType, shapes.NewByChar_ArmOf('x', 1)),
		of("by wchar", shapes.ByWCharType, shapes.NewByWChar_L(1)),
		of("by wchar default", shapes.ByWCharType, shapes.NewByWChar_Type('x', "wide")),
		of("by octet", shapes.ByOctetType, shapes.NewByOctet_ReadByte(1)),
		of("by short", shapes.ByShortType, shapes.NewByShort_L(-1, 1)),
		of("by short list", shapes.ByShortType, shapes.NewByShort_List([]int32{1, 2})),
		of("by ushort", shapes.ByUShortType, shapes.NewByUShort_S("s")),
		of("by long", shapes.ByLongType, shapes.NewByLong_M(mixed())),
		of("by long array", shapes.ByLongType, shapes.NewByLong_V([3]int32{1, 2, 3})),
		of("by ulong", shapes.ByULongType, shapes.NewByULong_C('c')),
		of("by longlong", shapes.ByLongLongType, shapes.NewByLongLong_S(1)),
		of("by longlong none", shapes.ByLongLongType, shapes.NewByLongLong_None(math.MaxInt64)),
		of("by ulonglong", shapes.ByULongLongType, shapes.NewByULongLong_S(1)),
		of("by color", shapes.ByColorType, shapes.NewByColor_L(shapes.Color_Green, 1)),
		of("by color default", shapes.ByColorType, shapes.NewByColor_Rest(shapes.Color_DarkRed, "rest")),
		of("inline", shapes.InlineType, shapes.NewInline_One(1)),
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, v := range values() {
		for order, little := range map[string]bool{"big": false, "little": true} {
			t.Run(v.name+"/"+order, func(t *testing.T) {
				t.Parallel()
				v.run(t, little)
			})
		}
	}
}

// TestAnyInside sends values that hold anys and TypeCodes, which compare in their own way.
func TestAnyInside(t *testing.T) {
	t.Parallel()
	want := shapes.TagType.Any("tag")
	u := shapes.NewByLong_Other(77, want)
	for _, little := range []bool{false, true} {
		e := cdr.NewEncoder(nil, little, alone)
		u.MarshalCDR(e)
		shapes.Anys{want, {}}.MarshalCDR(e)
		shapes.KindType.Put(e, shapes.TreeType.TypeCode())
		var v shapes.ByLong
		var list shapes.Anys
		d := cdr.NewDecoder(e.Bytes(), little, alone)
		v.UnmarshalCDR(d)
		list.UnmarshalCDR(d)
		if got, want := shapes.KindType.Get(d), shapes.TreeType.TypeCode(); !typecode.Equal(got, want) {
			t.Errorf("got TypeCode %v, want %v", got, want)
		}
		if err := errors.Join(e.Err(), d.Err()); err != nil {
			t.Fatal(err)
		}
		if got, ok := v.Other(); !ok || !dyn.Equal(got, want) || v.Discriminator() != 77 {
			t.Errorf("got %v, %v", got, ok)
		}
		if len(list) != 2 || !dyn.Equal(list[0], want) || !list[1].IsNull() {
			t.Errorf("got %v", list)
		}
	}
}

func TestUnionAccessors(t *testing.T) {
	t.Parallel()
	var zero ty.U // RED
	if v, ok := zero.L(); v != 0 || !ok {
		t.Errorf("the zero union has no arm l: %v, %v", v, ok)
	}
	u := ty.NewU_S("text")
	if s, ok := u.S(); s != "text" || !ok || u.Discriminator() != ty.Color_GREEN {
		t.Errorf("got %q, %v", s, ok)
	}
	if l, ok := u.L(); l != 0 || ok {
		t.Errorf("got %v, %v of the arm that is not active", l, ok)
	}
	if o, ok := u.O(); o != 0 || ok {
		t.Errorf("got %v, %v of the default arm that is not active", o, ok)
	}
	if v, ok := shapes.NewMaybe_None(false).Value(); v != 0 || ok {
		t.Errorf("got %v, %v of a union without an arm", v, ok)
	}
	e := cdr.NewEncoder(nil, false, nil)
	u = ty.NewU_L(1)
	u.MarshalCDR(e)
	var read ty.U
	read.UnmarshalCDR(cdr.NewDecoder(e.Bytes(), false, nil))
	if read != u || read == ty.NewU_L(2) {
		t.Error("unions do not compare")
	}
}

// TestRefusedValues holds what must not be sent against the exception that it gives.
func TestRefusedValues(t *testing.T) {
	t.Parallel()
	put := func(v interface{ MarshalCDR(*cdr.Encoder) }) func(*cdr.Encoder) { return v.MarshalCDR }
	wrong, none, many := ty.NewU_O(ty.Color_RED, 1), ty.NewUB_None(true), ty.NewUL_Sh(8, 1)
	m := mixed()
	m.Words = []string{"1", "2", "3"}
	price := mixed()
	price.Price = cdr.NewFixed(1, 3)
	for name, c := range map[string]struct {
		put  func(*cdr.Encoder)
		kind exc.Kind
	}{
		"label of another arm":  {put(&wrong), exc.BadParam},
		"label of an arm":       {put(&none), exc.BadParam},
		"label of no arm":       {put(&many), exc.BadParam},
		"enum":                  {put(ty.Color(3)), exc.BadParam},
		"enum in a union":       {func(e *cdr.Encoder) { u := ty.NewU_O(77, 1); u.MarshalCDR(e) }, exc.BadParam},
		"sequence bound":        {put(shapes.FourOctets("12345")), exc.Marshal},
		"string bound":          {put(shapes.Tag("123456789")), exc.Marshal},
		"wide string bound":     {put(shapes.WideTag("1234567")), exc.Marshal},
		"bound inside":          {put(ty.BStr{"123456789"}), exc.Marshal},
		"bound of a member":     {put(&m), exc.Marshal},
		"digits":                {put(&price), exc.BadParam},
		"reference without ORB": {put(shapes.Objects{nil}), exc.Marshal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := cdr.NewEncoder(nil, false, alone)
			c.put(e)
			var sys *exc.SystemException
			if !errors.As(e.Err(), &sys) || sys.Kind != c.kind {
				t.Errorf("got %v, want %v", e.Err(), c.kind)
			}
		})
	}
}

// Nesting is limited, in what is sent and in what is received.
func TestDepth(t *testing.T) {
	t.Parallel()
	deep := ty.Node{}
	for range 100 {
		deep = ty.Node{Kids: ty.Nodes{deep}}
	}
	e := cdr.NewEncoder(nil, false, nil)
	deep.MarshalCDR(e)
	if e.Err() == nil || !strings.Contains(e.Err().Error(), "value-depth") {
		t.Errorf("got %v", e.Err())
	}
	d := cdr.NewDecoder(bytes.Repeat([]byte{0, 0, 0, 1}, 1000), false, nil)
	deep.UnmarshalCDR(d)
	if d.Err() == nil || !strings.Contains(d.Err().Error(), "value-depth") {
		t.Errorf("got %v", d.Err())
	}
}

func TestEnum(t *testing.T) {
	t.Parallel()
	if got := shapes.Color_DarkRed.String(); got != "dark_red" {
		t.Errorf("got %q", got)
	}
	if got := shapes.Color(9).String(); got != "Color(9)" || shapes.Color(9).IsValid() {
		t.Errorf("got %q", got)
	}
	var err error = &shapes.Refused{Code: 1, Tint: shapes.Color_Green}
	if got, want := err.Error(), "IDL:golden.opendsom.org/Shapes/Refused:1.0 {Code:1 Error_: Tint:green}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzUnmarshal reads what arrives as everything that has a length, a depth or a choice.
// Whatever can be read can be written, and read again as the same.
func FuzzUnmarshal(f *testing.F) {
	for _, little := range []bool{false, true} {
		e := cdr.NewEncoder(nil, little, alone)
		m, x, tr := mixed(), shapes.NewExpr_Terms('+', shapes.Operands{shapes.NewExpr_Number(1)}), tree(2)
		m.MarshalCDR(e)
		f.Add(e.Bytes(), little, byte(0))
		e.Reset(nil, little, alone)
		x.MarshalCDR(e)
		f.Add(e.Bytes(), little, byte(1))
		e.Reset(nil, little, alone)
		tr.MarshalCDR(e)
		f.Add(e.Bytes(), little, byte(2))
	}
	f.Fuzz(func(t *testing.T, octets []byte, little bool, which byte) {
		switch which % 4 {
		case 0:
			again(t, shapes.MixedType, octets, little)
		case 1:
			again(t, shapes.ExprType, octets, little)
		case 2:
			again(t, shapes.TreeType, octets, little)
		case 3:
			again(t, shapes.DeepType, octets, little)
		}
	})
}

func again[T any](t *testing.T, typ *dyn.Type[T], octets []byte, little bool) {
	d := cdr.NewDecoder(octets, little, alone)
	v := typ.Get(d)
	if d.Err() != nil {
		return
	}
	e := cdr.NewEncoder(nil, little, alone)
	typ.Put(e, v)
	if err := e.Err(); err != nil {
		t.Fatalf("%+v was read, but cannot be written: %v", v, err)
	}
	first := bytes.Clone(e.Bytes())
	d.Reset(first, 0, little, alone)
	w := typ.Get(d)
	e.Reset(nil, little, alone)
	typ.Put(e, w)
	if d.Err() != nil || !bytes.Equal(e.Bytes(), first) { // NaN compares by its octets
		t.Fatalf("got %+v (%v), want %+v", w, d.Err(), v)
	}
}
