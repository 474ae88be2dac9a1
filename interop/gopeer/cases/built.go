package cases

import (
	"context"
	"slices"
	"strconv"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
	"github.com/opendsom/dsom/interop/gopeer/servants"
)

// Cases of constructed types: Built.
var builtCases = []testCase{
	{name: "enum", run: func(c *Client) {
		sent(c, interop.ColorType, c.built.MirrorColor, mirror.Color, interop.Color_Red, interop.Color_Green, interop.Color_Blue)
	}},
	{name: "struct", run: structs},
	{name: "structs", run: func(c *Client) {
		var many interop.Entries
		for i := range 100 {
			many = append(many, entry("entry "+strconv.Itoa(i), i%5))
		}
		many = append(many, list[interop.Entries](c.rnd.upTo(100), c.rnd.entry)...)
		sent(c, interop.EntriesType, c.built.MirrorEntries, mirror.Entries, nil, many)
	}},
	{name: "longs", run: func(c *Client) {
		sent(c, interop.LongsType, c.built.MirrorLongs, mirror.Longs, nil, longs(1000), c.rnd.longs(c.rnd.upTo(2000)))
	}},
	{name: "alias", run: func(c *Client) {
		sent(c, interop.NumbersType, c.built.MirrorNumbers, mirror.Longs, longs(3), c.rnd.longs(c.rnd.upTo(20)))
	}},
	{name: "booleans", run: func(c *Client) {
		sent(c, interop.BooleansType, c.built.MirrorBooleans, mirror.Booleans, interop.Booleans{true, true, false}, list[interop.Booleans](c.rnd.upTo(20), c.rnd.bool))
	}},
	{name: "doubles", run: func(c *Client) {
		sent(c, interop.DoublesType, c.built.MirrorDoubles, mirror.Doubles, interop.Doubles{0.5, -1e300, 3}, c.rnd.doubles(1+2*c.rnd.upTo(150)))
	}},
	{name: "seams", run: seams, onlyByName: true},
	{name: "strings", run: func(c *Client) {
		sent(c, interop.StringsType, c.built.MirrorStrings, mirror.Strings, nil, interop.Strings{"one", "", "three"}, c.rnd.strings(c.rnd.upTo(50), 80))
	}},
	{name: "tags", run: func(c *Client) {
		sent(c, interop.TagsType, c.built.MirrorTags, mirror.Tags, nil, interop.Tags{"12345678", "", "x", "yz"}, list[interop.Tags](4, func() interop.Tag { return interop.Tag(c.rnd.text(8)) }))
	}},
	{name: "table", run: func(c *Client) {
		sent(c, interop.TableType, c.built.MirrorTable, mirror.Table, interop.Table{longs(2), nil, longs(5)}, interop.Table{c.rnd.longs(c.rnd.upTo(30))})
	}},
	{name: "octets", run: func(c *Client) {
		sent(c, interop.OctetsType, c.built.MirrorOctets, mirror.Octets, nil, servants.Blob(20000), c.rnd.octets(c.rnd.upTo(40_000)))
	}},
	{name: "big_both", run: func(c *Client) {
		sent(c, interop.OctetsType, c.built.MirrorOctets, mirror.Octets, c.rnd.octets(int(interop.MEBI)+c.rnd.upTo(1000)))
	}},
	{name: "array", run: func(c *Client) {
		got := ok(c.built.MirrorMatrix(c.ctx, interop.Matrix{{1, 2, 3}, {-4, 5, 60000}}))
		equal(got, interop.Matrix{{-60001, -6, 3}, {-4, -3, -2}})
		sent(c, interop.MatrixType, c.built.MirrorMatrix, mirror.Matrix, c.rnd.matrix())
	}},
	{name: "arrays", run: func(c *Client) {
		sent(c, interop.MatricesType, c.built.MirrorMatrices, mirror.Matrices, interop.Matrices{
			{{0, 1, 2}, {3, 4, 5}}, {{0, -1, -2}, {-3, -4, -5}},
		}, list[interop.Matrices](c.rnd.upTo(5), c.rnd.matrix))
	}},
	{name: "array_strings", run: func(c *Client) {
		equal(ok(c.built.MirrorPair(c.ctx, interop.Pair{"first", "2nd"})), interop.Pair{"dn2", "tsrif"})
		sent(c, interop.PairType, c.built.MirrorPair, mirror.Pair, interop.Pair(c.rnd.strings(2, 300)))
	}},
	{name: "array_octets", run: func(c *Client) {
		equal(ok(c.built.MirrorKey(c.ctx, interop.Key{1, 2, 3, 0, 255})), interop.Key{0, 255, 252, 253, 254})
		sent(c, interop.KeyType, c.built.MirrorKey, mirror.Key, interop.Key(c.rnd.octets(len(interop.Key{}))))
	}},
	{name: "node", run: func(c *Client) {
		sent(c, interop.NodeType, c.built.MirrorNode, mirror.Node, node("root", 3), c.rnd.node(5))
	}},
	{name: "tree", run: func(c *Client) {
		t := ok(c.built.Grow(c.ctx, 4))
		equal(weight(t), 4+2*3+4*2+8*1)
		sent(c, interop.TreeType, c.built.MirrorTree, mirror.Tree, t)
	}},
	{name: "versioned", run: func(c *Client) {
		sent(c, interop.VersionedType, c.built.MirrorVersioned, mirror.Versioned, interop.Versioned{V: c.rnd.number()})
	}},
	{name: "renamed", run: func(c *Client) {
		sent(c, interop.RenamedType, c.built.MirrorRenamed, mirror.Renamed, interop.Renamed{V: c.rnd.text(30)})
	}},
	{name: "union_enum", run: func(c *Client) {
		sent(c, interop.ByColorType, c.built.MirrorBycolor, mirror.ByColor, interop.NewByColor_L(c.rnd.number()), interop.NewByColor_S(c.rnd.text(20)),
			interop.NewByColor_O(interop.Color_Blue, c.rnd.octet()))
	}},
	{name: "union_boolean", run: func(c *Client) {
		sent(c, interop.ByBooleanType, c.built.MirrorByboolean, mirror.ByBoolean, interop.NewByBoolean_D(c.rnd.real()), interop.NewByBoolean_Why(c.rnd.text(20)))
	}},
	{name: "union_implicit", run: func(c *Client) {
		sent(c, interop.MaybeType, c.built.MirrorMaybe, mirror.Maybe, interop.NewMaybe_P(c.rnd.point()), interop.NewMaybe_None(false))
	}},
	{name: "union_long", run: func(c *Client) {
		sent(c, interop.ByLongType, c.built.MirrorBylong, mirror.ByLong, interop.NewByLong_Unit(-1, int16(c.rnd.number())), interop.NewByLong_Unit(1, -3),
			interop.NewByLong_Item(c.rnd.entry()), interop.NewByLong_Several(c.rnd.longs(c.rnd.upTo(5))), interop.NewByLong_Other(77, c.rnd.text(20)))
	}},
	{name: "union_char", run: func(c *Client) {
		sent(c, interop.ByCharType, c.built.MirrorBychar, mirror.ByChar, interop.NewByChar_Low('a', c.rnd.octet()), interop.NewByChar_Low('b', 1),
			interop.NewByChar_Colour(c.rnd.color()), interop.NewByChar_Brief('q', interop.Tag(c.rnd.text(8))))
	}},
	{name: "union_ushort", run: func(c *Client) {
		sent(c, interop.ByShortType, c.built.MirrorByshort, mirror.ByShort, interop.NewByShort_Top(1<<63), interop.NewByShort_Top(c.rnd.Uint64()), interop.NewByShort_Bottom(true),
			interop.NewByShort_None(7))
	}},
	{name: "union_longlong", run: func(c *Client) {
		sent(c, interop.ByLongLongType, c.built.MirrorBylonglong, mirror.ByLongLong, interop.NewByLongLong_Far(int16(c.rnd.number())),
			interop.NewByLongLong_Data(c.rnd.octets(c.rnd.upTo(20))))
	}},
	{name: "union_inline", run: func(c *Client) {
		sent(c, interop.InlineType, c.built.MirrorInline, mirror.Inline, interop.NewInline_N(c.rnd.number()),
			interop.NewInline_Grid(c.rnd.matrix()))
	}},
	{name: "union_recursive", run: func(c *Client) {
		sent(c, interop.ExprType, c.built.MirrorExpr, mirror.Expr, expr(3), c.rnd.expr(3))
	}},
}

// sent calls with each of the values and checks that the mirror comes back.
func sent[T any](c *Client, t *dyn.Type[T], call func(context.Context, T) (T, error), mirror func(T) T, values ...T) {
	for _, v := range values {
		same(t, ok(call(c.ctx, v)), mirror(v))
	}
}

// seams lets doubles lie across the ends of fragments.
func seams(c *Client) {
	for before := 8000; before <= 8256; before += 4 {
		for _, n := range []int{1, 2, 100, 1100, 4000} {
			v := interop.Bulk{Before: servants.Blob(uint32(before)), List: make(interop.Doubles, n), After: int32(before)}
			for i := range v.List {
				v.List[i] = float64(i + 1)
			}
			got, err := c.built.MirrorBulk(c.ctx, v)
			check(err == nil, "%d octets before %d doubles: %v", before, n, err)
			want := mirror.Bulk(v)
			check(slices.Equal(got.Before, want.Before) && slices.Equal(got.List, want.List) && got.After == want.After,
				"%d octets before %d doubles: not the mirror", before, n)
		}
	}
}

// structs looks at the members one by one, besides.
func structs(c *Client) {
	got := ok(c.built.MirrorEntry(c.ctx, entry("abc", 2)))
	equal(got.Name, "cba")
	equal(got.At, interop.Point{X: -0.75, Y: 1.125})
	equal(got.Colour, interop.Color_Blue)
	equal(got.Grid, interop.Matrix{{-51, -41, -31}, {-21, -11, -1}})
	same(interop.EntryType, got, mirror.Entry(entry("abc", 2)))
}

func longs(n int) interop.Longs {
	v := make(interop.Longs, n)
	for i := range v {
		v[i] = int32(i)*1000003 - 7
	}
	return v
}

func entry(name string, marks int) interop.Entry {
	return interop.Entry{
		Name: name, At: interop.Point{X: 1.5, Y: -2.25}, Colour: interop.Color_Green, Marks: longs(marks),
		Grid: interop.Matrix{{0, 10, 20}, {30, 40, 50}},
	}
}

func node(label string, levels int) interop.Node {
	n := interop.Node{Label: label}
	if levels > 1 {
		n.Kids = interop.Nodes{node(label+".0", levels-1), node(label+".1", levels-1)}
	}
	return n
}

func weight(t interop.Tree) int32 {
	w := t.Weight
	for _, b := range t.Branches {
		w += weight(b)
	}
	return w
}

func expr(levels int) interop.Expr {
	if levels == 0 {
		return interop.NewExpr_Leaf(0)
	}
	return interop.NewExpr_Sum(interop.Exprs{expr(levels - 1), expr(max(levels-2, 0))})
}
