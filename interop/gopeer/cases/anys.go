package cases

import (
	"errors"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// Cases of values that carry their type: Anys.
var anyCases = []testCase{
	{name: "any_null", run: func(c *Client) { c.kept(dyn.Any{}, "null") }},
	{name: "any_basic", run: anyBasic},
	{name: "any_string", run: func(c *Client) { mirrored(c, dyn.String, mirror.Text, "string", "abc", c.rnd.text(100)) }},
	{name: "any_enum", run: func(c *Client) {
		mirrored(c, interop.ColorType, mirror.Color, color, interop.Color_Blue, c.rnd.color())
	}},
	{name: "any_struct", run: anyStruct},
	{name: "any_union", run: func(c *Client) {
		mirrored(c, interop.ByColorType, mirror.ByColor, byColor, interop.NewByColor_L(c.rnd.number()), interop.NewByColor_S(c.rnd.text(20)),
			interop.NewByColor_O(interop.Color_Blue, c.rnd.octet()))
	}},
	{name: "any_sequence", run: func(c *Client) {
		mirrored(c, interop.LongsType, mirror.Longs, longsText, longs(9), c.rnd.longs(c.rnd.upTo(20)))
	}},
	{name: "any_recursive", run: func(c *Client) { mirrored(c, interop.NodeType, mirror.Node, nodeText, node("n", 3), c.rnd.node(3)) }},
	{name: "any_wide", run: func(c *Client) {
		c.kept(dyn.WChar.Any('€'), "wchar")
		c.kept(dyn.WString.Any("€ 5"+c.rnd.wideText(30)), "wstring")
	}},
	{name: "any_array", run: func(c *Client) {
		c.kept(interop.MatrixType.Any(c.rnd.matrix()), matrix)
	}},
	{name: "any_alias", run: func(c *Client) {
		c.kept(interop.NumbersType.Any(c.rnd.longs(c.rnd.upTo(5))), numbers)
		c.kept(interop.TagType.Any(interop.Tag(c.rnd.text(8))), tagText)
	}},
	{name: "any_object", run: anyObject},
	{name: "any_any", run: func(c *Client) {
		c.kept(dyn.AnyType.Any(dyn.AnyType.Any(dyn.Long.Any(c.rnd.number()))), "any")
	}},
	{name: "any_anything", run: func(c *Client) {
		c.kept(interop.AnythingType.Any(interop.Anything{dyn.String.Any(c.rnd.text(9)), dyn.Double.Any(c.rnd.real()), {}}), "alias("+id+"Anything:1.0,Anything)sequence<any>")
	}},
	{name: "any_type", run: func(c *Client) { c.kept(dyn.TypeCode.Any(interop.NodeType.TypeCode()), "TypeCode") }},
	{name: "any_tree", run: func(c *Client) {
		c.kept(interop.TreeType.Any(ok(c.built.Grow(c.ctx, 2))), tree)
	}},
	{name: "any_exception", run: anyException},
	{name: "typecode", run: typeCodes},
	{name: "typecode_recursive", run: func(c *Client) {
		c.described(interop.NodeType.TypeCode(), nodeText)
		c.described(interop.TreeType.TypeCode(), tree)
		c.described(interop.ExprType.TypeCode(), "union("+id+"Expr:1.0,Expr,short){0=leaf:long;1=sum:alias("+id+"Exprs:1.0,Exprs)sequence<^"+id+"Expr:1.0>}")
	}},
	{name: "typecode_same", run: func(c *Client) {
		check(ok(c.anys.SameType(c.ctx, interop.NumbersType.TypeCode(), interop.LongsType.TypeCode())), "Numbers is not Longs")
		check(ok(c.anys.SameType(c.ctx, interop.NodeType.TypeCode(), interop.NodeType.TypeCode())), "Node is not Node")
		check(!ok(c.anys.SameType(c.ctx, interop.NodeType.TypeCode(), interop.TreeType.TypeCode())), "Node is Tree")
	}},
	{name: "constants", run: constants},
	{name: "constants_wide", run: func(c *Client) {
		constant(c, "OMEGA", dyn.WChar, 'Ω')
		constant(c, "PLACE", dyn.WString, "Zürich")
	}},
}

// Types as Anys::describe writes them.
const (
	id        = "IDL:interop.opendsom.org/Interop/"
	color     = "enum(" + id + "Color:1.0,Color){red;green;blue}"
	longsText = "alias(" + id + "Longs:1.0,Longs)sequence<long>"
	numbers   = "alias(" + id + "Numbers:1.0,Numbers)" + longsText
	tagText   = "alias(" + id + "Tag:1.0,Tag)string<8>"
	matrix    = "alias(" + id + "Matrix:1.0,Matrix)array<array<long,3>,2>"
	point     = "struct(" + id + "Point:1.0,Point){x:double;y:double}"
	entryText = "struct(" + id + "Entry:1.0,Entry){name:string;at:" + point + ";colour:" + color + ";marks:" + longsText + ";grid:" + matrix + "}"
	primsText = "struct(" + id + "Prims:1.0,Prims){b:boolean;c:char;o:octet;s:short;us:ushort;l:long;ul:ulong;ll:longlong;ull:ulonglong;f:float;d:double}"
	byColor   = "union(" + id + "ByColor:1.0,ByColor," + color + "){0=l:long;1=s:string;default=o:octet}"
	nodeText  = "struct(" + id + "Node:1.0,Node){label:string;kids:alias(" + id + "Nodes:1.0,Nodes)sequence<^" + id + "Node:1.0>}"
	tree      = "struct(" + id + "Tree:1.0,Tree){weight:long;branches:sequence<^" + id + "Tree:1.0>}"
	refused   = "exception(" + id + "Refused:1.0,Refused){code:long;why:string}"
)

// back sends a, checks the text of its type, and returns what came.
func (c *Client) back(a dyn.Any, kind string) dyn.Any {
	done(a.Err())
	equal(ok(c.anys.KindOf(c.ctx, a)), kind)
	b := ok(c.anys.MirrorAny(c.ctx, a))
	check(typecode.Equal(a.Type(), b.Type()), "a %v was sent, a %v came back", a.Type(), b.Type())
	return b
}

// kept sends a value that comes back as it was sent.
func (c *Client) kept(a dyn.Any, kind string) {
	b := c.back(a, kind)
	check(dyn.Equal(a, b), "%v was sent, %v came back", a.Value(), b.Value())
}

// mirrored sends values whose mirrors come back.
func mirrored[T any](c *Client, t *dyn.Type[T], mirror func(T) T, kind string, values ...T) {
	for _, v := range values {
		got, want := ok(t.From(c.back(t.Any(v), kind))), mirror(v)
		check(!dyn.Equal(t.Any(got), t.Any(v)) || dyn.Equal(t.Any(want), t.Any(v)), "the %s came back as it was sent: %v", kind, v)
		same(t, got, want)
	}
}

func anyBasic(c *Client) {
	mirrored(c, dyn.Boolean, mirror.Bool, "boolean", true, false)
	mirrored(c, dyn.Char, mirror.Char, "char", c.rnd.letter())
	mirrored(c, dyn.Octet, mirror.Integer, "octet", c.rnd.octet())
	mirrored(c, dyn.Short, mirror.Integer, "short", int16(c.rnd.number()))
	mirrored(c, dyn.UShort, mirror.Integer, "ushort", uint16(c.rnd.number()))
	mirrored(c, dyn.Long, mirror.Integer, "long", c.rnd.number())
	mirrored(c, dyn.ULong, mirror.Integer, "ulong", c.rnd.Uint32())
	mirrored(c, dyn.LongLong, mirror.Integer, "longlong", int64(c.rnd.Uint64()))
	mirrored(c, dyn.ULongLong, mirror.Integer, "ulonglong", c.rnd.Uint64())
	mirrored(c, dyn.Float, mirror.Float, "float", c.rnd.single())
	mirrored(c, dyn.Double, mirror.Float, "double", c.rnd.real())
}

func anyStruct(c *Client) {
	mirrored(c, interop.EntryType, mirror.Entry, entryText, c.rnd.entry())
	mirrored(c, interop.PrimsType, mirror.Prims, primsText, c.rnd.prims())
}

func anyObject(c *Client) {
	const kind = "objref(" + id + "Hub:1.0,Hub)"
	got := ok(interop.HubClass.From(c.back(interop.HubClass.Any(c.Hub), kind)))
	check(orb.Same(c.ref(got), c.ref(c.Hub)), "another hub came back")
	got = ok(interop.HubClass.From(c.back(interop.HubClass.Any(nil), kind)))
	check(got == nil, "a nil hub came back as one")
}

// minorsOfOmniORB is the vendor's part of the minor codes that omniORB raises.
const minorsOfOmniORB = 0x41540000

// anyException sends an exception in an any as the specification has it, which omniORB 4.2 cannot read.
func anyException(c *Client) {
	a := interop.RefusedType.Any(interop.Refused{Code: c.rnd.number(), Why: c.rnd.text(30)})
	var sys *exc.SystemException
	_, err := c.anys.MirrorAny(c.ctx, a)
	if errors.As(err, &sys) && sys.Kind == exc.Marshal && sys.Minor&^0xfff == minorsOfOmniORB && sys.Remote {
		panic(expected{"MARSHAL"})
	}
	c.kept(a, refused)
}

func (c *Client) described(t *typecode.TypeCode, want string) {
	equal(ok(c.anys.Describe(c.ctx, t)), want)
	back := ok(c.anys.MirrorType(c.ctx, t))
	check(typecode.Equal(t, back), "a %v was sent, a %v came back", t, back)
}

func typeCodes(c *Client) {
	for _, k := range []struct {
		t    *typecode.TypeCode
		want string
	}{
		{typecode.Long, "long"},
		{typecode.StringMax(8), "string<8>"},
		{interop.TagType.TypeCode(), tagText},
		{interop.EntryType.TypeCode(), entryText},
		{interop.ByColorType.TypeCode(), byColor},
		{interop.ByLongType.TypeCode(), "union(" + id + "ByLong:1.0,ByLong,long){-1=unit:short;1=unit:short;2=item:" + entryText + ";3=several:" +
			longsText + ";default=other:string}"},
		{interop.MatrixType.TypeCode(), matrix},
		{interop.RefusedType.TypeCode(), refused},
		{interop.BasicsClass.TypeCode(), "objref(" + id + "Basics:1.0,Basics)"},
		{interop.NumbersType.TypeCode(), numbers},
		{interop.VersionedType.TypeCode(), "struct(" + id + "Versioned:2.3,Versioned){v:long}"},
		{interop.RenamedType.TypeCode(), "struct(IDL:interop/GivenName:7.1,Renamed){v:string}"},
		{interop.InlineType.TypeCode(), "union(" + id + "Inline:1.0,Inline,enum(" + id + "Inline/Kind:1.0,Kind){whole;part}){0=n:long;1=grid:" + matrix + "}"},
	} {
		c.described(k.t, k.want)
	}
}

// constant asks for a constant and checks its type and value.
func constant[T comparable](c *Client, name string, t *dyn.Type[T], want T) {
	a := ok(c.anys.Constant(c.ctx, name))
	check(typecode.Equal(a.Type(), t.TypeCode()), "%s is a %v, want a %v", name, a.Type(), t.TypeCode())
	equal(ok(t.From(a)), want)
}

func constants(c *Client) {
	constant(c, "YES", dyn.Boolean, true)
	constant(c, "INITIAL", dyn.Char, 'I')
	constant(c, "TAB", dyn.Char, '\t')
	constant(c, "MASK", dyn.Octet, 0xf0)
	constant(c, "LOWEST", dyn.Short, -32768)
	constant(c, "PORT", dyn.UShort, 2809)
	constant(c, "ANSWER", dyn.Long, 42)
	constant(c, "MEBI", dyn.ULong, 1<<20)
	constant(c, "DEEP", dyn.LongLong, -9223372036854775807)
	constant(c, "LARGEST", dyn.ULongLong, 1<<64-1)
	constant(c, "QUARTER", dyn.Float, 0.25)
	constant(c, "HALF", dyn.Double, 0.5)
	constant(c, "FAVOURITE", interop.ColorType, interop.Color_Green)
	constant(c, "TAG_LIMIT", dyn.ULong, 8)
	constant(c, "GREETING", dyn.String, "hello, world!")
	_, err := c.anys.Constant(c.ctx, "NOTHING")
	equal(*raised[*interop.Refused](err), interop.Refused{Code: 404, Why: "NOTHING"})
}
