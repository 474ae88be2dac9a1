package cases

import (
	"errors"
	"math"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"

	"context"
)

// Cases of single values: Basics, Wide, fixed.
var valueCases = []testCase{
	{name: "boolean", run: boolean},
	{name: "char", run: char},
	{name: "char_latin1", run: charLatin1},
	{name: "octet", run: func(c *Client) { integers(c, c.basics.MirrorOctet, 0, math.MaxUint8) }},
	{name: "short", run: func(c *Client) { integers(c, c.basics.MirrorShort, math.MinInt16, math.MaxInt16) }},
	{name: "ushort", run: func(c *Client) { integers(c, c.basics.MirrorUshort, 0, math.MaxUint16) }},
	{name: "long", run: func(c *Client) { integers(c, c.basics.MirrorLong, math.MinInt32, math.MaxInt32) }},
	{name: "ulong", run: func(c *Client) { integers(c, c.basics.MirrorUlong, 0, math.MaxUint32) }},
	{name: "longlong", run: func(c *Client) { integers(c, c.basics.MirrorLonglong, math.MinInt64, math.MaxInt64) }},
	{name: "ulonglong", run: func(c *Client) { integers(c, c.basics.MirrorUlonglong, 0, math.MaxUint64) }},
	{name: "float", run: func(c *Client) { floats(c, c.basics.MirrorFloat, math.MaxFloat32) }},
	{name: "double", run: func(c *Client) { floats(c, c.basics.MirrorDouble, math.MaxFloat64) }},
	{name: "string", run: texts},
	{name: "latin1", run: latin1},
	{name: "tag", run: tag},
	{name: "bounds", run: bounds},
	{name: "prims", run: prims},
	{name: "wchar", run: wchar},
	{name: "wstring", run: wstring},
	{name: "widetag", run: widetag},
	{name: "fixed", run: fixed},
	{name: "fixed_struct", run: fixedStruct},
	{name: "fixed_any", run: fixedAny},
}

func boolean(c *Client) {
	check(!ok(c.basics.MirrorBoolean(c.ctx, true)), "true is not false")
	check(ok(c.basics.MirrorBoolean(c.ctx, false)), "false is not true")
}

func char(c *Client) {
	for _, v := range []byte{'a', c.rnd.letter(), c.rnd.letter()} {
		equal(ok(c.basics.MirrorChar(c.ctx, v)), mirror.Char(v))
	}
}

// charLatin1 sends a character that has no form of one octet in UTF-8, the code set that this ORB agrees on where it can.
func charLatin1(c *Client) {
	got, err := c.basics.MirrorChar(c.ctx, 0xe4)
	if errors.Is(err, exc.DataConversion) {
		panic(expected{"DATA_CONVERSION"})
	}
	equal(ok(got, err), 0xe5)
}

func integers[T uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64](c *Client, call func(context.Context, T) (T, error), least, greatest T) {
	for _, v := range []T{least, greatest, 1, T(c.rnd.Uint64()), T(c.rnd.Uint64())} {
		equal(ok(call(c.ctx, v)), mirror.Integer(v))
	}
}

func floats[T float32 | float64](c *Client, call func(context.Context, T) (T, error), most T) {
	for _, v := range []T{1.5, -most, most, T(math.Inf(1)), T(c.rnd.single())} {
		equal(ok(call(c.ctx, v)), v/-2)
	}
	check(math.Signbit(float64(ok(call(c.ctx, 0)))), "the sign of zero is lost")
	nan := ok(call(c.ctx, T(math.NaN())))
	check(nan != nan, "got %v, want NaN", nan)
}

func texts(c *Client) {
	for v, want := range map[string]string{"": "", "stressed": "desserts"} {
		equal(ok(c.basics.MirrorString(c.ctx, v)), want)
	}
	for _, v := range []string{c.rnd.text(100), c.rnd.text(9000)} {
		equal(ok(c.basics.MirrorString(c.ctx, v)), mirror.Text(v))
	}
}

func latin1(c *Client) {
	equal(ok(c.basics.MirrorString(c.ctx, "Grüße")), "eßürG")
	v := c.rnd.latin(50)
	equal(ok(c.basics.MirrorString(c.ctx, v)), mirror.Text(v))
}

func tag(c *Client) {
	for _, v := range []interop.Tag{"12345678", interop.Tag(c.rnd.text(8))} {
		equal(ok(c.basics.MirrorTag(c.ctx, v)), mirror.Text(v))
	}
}

// bounds sends a string that is longer than its bound, which the stub would not do.
func bounds(c *Client) {
	err := c.send(c.ref(c.basics), "mirror_tag", func(call *orb.Call) { call.Out.String("123456789") })
	check(errors.Is(err, exc.Marshal), "got %v, want MARSHAL", err)
	equal(ok(c.basics.MirrorTag(c.ctx, "after")), "retfa")
	_, err = c.basics.MirrorTag(c.ctx, "123456789")
	check(errors.Is(err, exc.Marshal), "from the stub: got %v, want MARSHAL", err)
}

func prims(c *Client) {
	for range 3 {
		v := c.rnd.prims()
		equal(ok(c.basics.MirrorPrims(c.ctx, v)), mirror.Prims(v))
	}
}

func wchar(c *Client) {
	for _, v := range []rune{'é', '中', c.rnd.wideLetter()} {
		equal(ok(c.wide.MirrorWchar(c.ctx, v)), mirror.WChar(v))
	}
}

func wstring(c *Client) {
	for _, v := range []string{"héllo €", "", "一丁丂七丄", c.rnd.wideText(2000)} {
		equal(ok(c.wide.MirrorWstring(c.ctx, v)), mirror.Text(v))
	}
}

func widetag(c *Client) {
	for _, v := range []interop.WideTag{"αβγδεζ", interop.WideTag(c.rnd.wideText(6))} {
		equal(ok(c.wide.MirrorWidetag(c.ctx, v)), mirror.Text(v))
	}
}

func (c *Client) decimals() interop.Decimals {
	o := ok(c.Hub.Lookup(c.ctx, "fixed"))
	if o == nil {
		panic(unsupported{"the server has no Decimals"})
	}
	return ok(interop.DecimalsClass.Narrow(c.ctx, o))
}

func decimal(s string) cdr.Fixed { return ok(cdr.ParseFixed(s)) }

func fixed(c *Client) {
	d := c.decimals()
	for v, want := range map[string]string{"1234567.89": "-1234567.89", "-0.01": "0.01", "0.00": "0.00"} {
		equal(ok(d.MirrorMoney(c.ctx, decimal(v))), decimal(want))
	}
	some := c.rnd.amount()
	equal(ok(d.MirrorMoney(c.ctx, decimal(some))), decimal("-"+some))
	equal(ok(d.MirrorWhole(c.ctx, decimal("99999"))), decimal("-99999"))
	least := "0.0000000000000000000000000000001"
	equal(ok(d.MirrorTiny(c.ctx, decimal(least))), decimal("-"+least))
}

func fixedStruct(c *Client) {
	for _, net := range []string{"100.00", c.rnd.amount()} {
		text, gross := c.rnd.text(20), c.rnd.amount()
		got := ok(c.decimals().MirrorInvoice(c.ctx, interop.Invoice{Net: decimal(net), Text: text, Gross: decimal(gross)}))
		equal(got, interop.Invoice{Net: decimal("-" + net), Text: mirror.Text(text), Gross: decimal("-" + gross)})
	}
}

func fixedAny(c *Client) {
	a := ok(c.decimals().Rate(c.ctx))
	check(typecode.Equal(a.Type(), typecode.Fixed(3, 2)), "got a %v", a.Type())
	equal(a.Value(), any(decimal("1.25")))
}
