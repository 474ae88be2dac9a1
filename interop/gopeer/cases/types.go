package cases

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/ty"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// Cases of types.idl, the calls of the recordings in the shared captures: everything comes back as it was sent.
var typeCases = []testCase{
	{name: "types_attributes", run: typesAttributes},
	{name: "types_values", run: typesValues},
	{name: "types_fixed", run: func(c *Client) {
		echoed(c, ty.MoneyType, c.types().EMon, decimal("1234567.89"), decimal("-0.01"), decimal(c.rnd.amount()))
	}},
	{name: "types_wide", run: func(c *Client) {
		echoed(c, dyn.WChar, c.types().EWc, 'é')
		echoed(c, dyn.WString, c.types().EWs, "héllo € 中", "", c.rnd.wideText(50))
	}},
	{name: "types_unions", run: func(c *Client) {
		t := c.types()
		echoed(c, ty.UType, t.EU, ty.NewU_L(c.rnd.number()), ty.NewU_S(c.rnd.text(20)), ty.NewU_O(ty.Color_BLUE, c.rnd.octet()))
		echoed(c, ty.UBType, t.EUb, ty.NewUB_D(1.5), ty.NewUB_None(false))
		echoed(c, ty.ULType, t.EUl, ty.NewUL_Sh(7, int16(c.rnd.number())), ty.NewUL_Sh(-5, 5), ty.NewUL_Data(ty.Blob{1, 2, 3}), ty.NewUL_None(8))
	}},
	{name: "types_io", run: func(c *Client) {
		x, y := c.rnd.factor(), c.rnd.factor()
		b, out, err := c.types().Io(c.ctx, x, y)
		done(err)
		check(b == x+y && out == "out", "got %d and %q", b, out)
	}},
	{name: "types_refs", run: typesRefs},
	{name: "types_anys", run: typesAnys},
	{name: "types_typecodes", run: func(c *Client) {
		t := c.types()
		for _, tc := range []*typecode.TypeCode{
			ty.NodeType.TypeCode(), ty.UType.TypeCode(), typecode.Long, ty.TClass.TypeCode(), ty.ULType.TypeCode(),
		} {
			got := ok(t.ETc(c.ctx, tc))
			check(typecode.Equal(got, tc), "%v came back as %v", tc, got)
		}
	}},
	{name: "types_exceptions", run: typesExceptions},
}

func (c *Client) types() ty.T {
	o := ok(c.Hub.Lookup(c.ctx, "types"))
	if o == nil {
		panic(unsupported{"the server has no TY::T"})
	}
	return ok(ty.TClass.Narrow(c.ctx, o))
}

// echoed calls with each of the values and checks that it comes back.
func echoed[T any](c *Client, t *dyn.Type[T], call func(context.Context, T) (T, error), values ...T) {
	for _, v := range values {
		same(t, ok(call(c.ctx, v)), v)
	}
}

func typesAttributes(c *Client) {
	t, n := c.types(), c.rnd.number()
	done(t.SetCounter(c.ctx, n))
	equal(ok(t.Counter(c.ctx)), n)
	equal(ok(t.Ident(c.ctx)), "id-1")
	equal(ok(t.Name(c.ctx)), "impl")
}

func typesValues(c *Client) {
	t := c.types()
	echoed(c, ty.PrimType, t.EPrim, ty.Prim(c.rnd.prims()))
	echoed(c, ty.ColorType, t.ECol, ty.Color_BLUE)
	echoed(c, ty.MatType, t.EMat, ty.Mat(c.rnd.matrix()))
	echoed(c, ty.BStrType, t.EBstr, ty.BStr{"12345678", ""}, ty.BStr(c.rnd.strings(c.rnd.upTo(4), 8)))
	echoed(c, ty.NodeType, t.ENode, ty.Node{Id: 1, Kids: ty.Nodes{{}, {Id: 3}}})
}

func typesRefs(c *Client) {
	t := c.types()
	p := ok(t.ERef(c.ctx, t))
	check(orb.Same(c.ref(p), c.ref(t)), "another object came back")
	check(ok(t.ERef(c.ctx, nil)) == nil, "nil came back as an object")
	check(orb.Same(ok(t.EObj(c.ctx, c.ref(t))), c.ref(t)), "another object came back")
}

func typesAnys(c *Client) {
	t := c.types()
	node := ty.NodeType.Any(ty.Node{Id: 1})
	for _, a := range []dyn.Any{
		ty.UType.Any(ty.NewU_O(ty.Color_BLUE, 1)), node, ty.ColorType.Any(ty.Color_GREEN), dyn.AnyType.Any(node),
		ok(dyn.Of(typecode.Fixed(9, 2), decimal("1.25"))),
	} {
		got := ok(t.EAny(c.ctx, a))
		check(dyn.Equal(a, got), "%v came back as %v", a.Value(), got.Value())
	}
	got := ok(ty.TClass.From(ok(t.EAny(c.ctx, ty.TClass.Any(t)))))
	check(orb.Same(c.ref(got), c.ref(t)), "another object came back")
}

func typesExceptions(c *Client) {
	t := c.types()
	done(t.Boom(c.ctx, 0))
	equal(*raised[*ty.Oops](t.Boom(c.ctx, 1)), ty.Oops{Code: 42, Why: "because"})
	raised[*ty.Empty](t.Boom(c.ctx, 2))
	system(t.Sys(c.ctx), exc.NoResources, 5, exc.Maybe)
}
