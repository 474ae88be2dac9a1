package servants

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
)

// sent returns the mirror of v, as a method of a servant does.
func sent[T any](v T, mirror func(T) T) (T, error) { return mirror(v), nil }

type basics struct {
	interop.BasicsBase
	_ byte // a size, which gives pointers an identity
}

func (*basics) MirrorBoolean(_ context.Context, v bool) (bool, error) { return !v, nil }
func (*basics) MirrorChar(_ context.Context, v byte) (byte, error)    { return mirror.Char(v), nil }
func (*basics) MirrorOctet(_ context.Context, v byte) (byte, error)   { return ^v, nil }
func (*basics) MirrorShort(_ context.Context, v int16) (int16, error) { return ^v, nil }
func (*basics) MirrorUshort(_ context.Context, v uint16) (uint16, error) {
	return ^v, nil
}
func (*basics) MirrorLong(_ context.Context, v int32) (int32, error)    { return ^v, nil }
func (*basics) MirrorUlong(_ context.Context, v uint32) (uint32, error) { return ^v, nil }
func (*basics) MirrorLonglong(_ context.Context, v int64) (int64, error) {
	return ^v, nil
}
func (*basics) MirrorUlonglong(_ context.Context, v uint64) (uint64, error) {
	return ^v, nil
}
func (*basics) MirrorFloat(_ context.Context, v float32) (float32, error) { return v / -2, nil }
func (*basics) MirrorDouble(_ context.Context, v float64) (float64, error) {
	return v / -2, nil
}
func (*basics) MirrorString(_ context.Context, v string) (string, error) {
	return mirror.Text(v), nil
}
func (*basics) MirrorTag(_ context.Context, v interop.Tag) (interop.Tag, error) {
	return mirror.Text(v), nil
}
func (*basics) MirrorPrims(_ context.Context, v interop.Prims) (interop.Prims, error) {
	return mirror.Prims(v), nil
}

type wide struct {
	interop.WideBase
	_ byte
}

func (*wide) MirrorWchar(_ context.Context, v rune) (rune, error)       { return v + 1, nil }
func (*wide) MirrorWstring(_ context.Context, v string) (string, error) { return mirror.Text(v), nil }
func (*wide) MirrorWidetag(_ context.Context, v interop.WideTag) (interop.WideTag, error) {
	return mirror.Text(v), nil
}

type decimals struct {
	interop.DecimalsBase
	_ byte
}

func (*decimals) MirrorMoney(_ context.Context, v interop.Money) (interop.Money, error) {
	return mirror.Fixed(v)
}
func (*decimals) MirrorWhole(_ context.Context, v interop.Whole) (interop.Whole, error) {
	return mirror.Fixed(v)
}
func (*decimals) MirrorTiny(_ context.Context, v interop.Tiny) (interop.Tiny, error) {
	return mirror.Fixed(v)
}
func (*decimals) MirrorInvoice(_ context.Context, v interop.Invoice) (out interop.Invoice, err error) {
	if out.Net, err = mirror.Fixed(v.Net); err != nil {
		return out, err
	}
	out.Gross, err = mirror.Fixed(v.Gross)
	out.Text = mirror.Text(v.Text)
	return out, err
}
func (*decimals) Rate(context.Context) (dyn.Any, error) {
	return dyn.Of(rateType, interop.RATE)
}
