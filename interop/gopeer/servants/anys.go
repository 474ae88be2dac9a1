package servants

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
	"github.com/opendsom/dsom/typecode"
)

// rateType is the type of the literal 1.25d.
var rateType = typecode.Fixed(3, 2)

type anys struct {
	interop.AnysBase
	_ byte
}

func (*anys) MirrorAny(_ context.Context, v dyn.Any) (dyn.Any, error) {
	for _, m := range mirrors[v.Type().Kind()] {
		if out, ok := m(v); ok {
			return out, nil
		}
	}
	return v, nil
}

func (*anys) KindOf(_ context.Context, v dyn.Any) (string, error) { return Describe(v.Type()), nil }

func (*anys) Describe(_ context.Context, t *typecode.TypeCode) (string, error) {
	return Describe(t), nil
}

func (*anys) MirrorType(_ context.Context, v *typecode.TypeCode) (*typecode.TypeCode, error) {
	return v, nil
}

func (*anys) SameType(_ context.Context, a, b *typecode.TypeCode) (bool, error) {
	return typecode.Equivalent(a, b), nil
}

func (*anys) Constant(_ context.Context, name string) (dyn.Any, error) {
	if a, ok := constants()[name]; ok {
		return a, nil
	}
	return dyn.Any{}, &interop.Refused{Code: 404, Why: name}
}

// mirrors are the ways to mirror a value, by the kind of its own type: an alias counts as another type, but for Longs.
var mirrors = map[typecode.Kind][]func(dyn.Any) (dyn.Any, bool){
	typecode.TkBoolean:   {of(dyn.Boolean, mirror.Bool)},
	typecode.TkChar:      {of(dyn.Char, mirror.Char)},
	typecode.TkOctet:     {of(dyn.Octet, mirror.Integer[byte])},
	typecode.TkShort:     {of(dyn.Short, mirror.Integer[int16])},
	typecode.TkUShort:    {of(dyn.UShort, mirror.Integer[uint16])},
	typecode.TkLong:      {of(dyn.Long, mirror.Integer[int32])},
	typecode.TkULong:     {of(dyn.ULong, mirror.Integer[uint32])},
	typecode.TkLongLong:  {of(dyn.LongLong, mirror.Integer[int64])},
	typecode.TkULongLong: {of(dyn.ULongLong, mirror.Integer[uint64])},
	typecode.TkFloat:     {of(dyn.Float, mirror.Float[float32])},
	typecode.TkDouble:    {of(dyn.Double, mirror.Float[float64])},
	typecode.TkString:    {of(dyn.String, mirror.Text[string])},
	typecode.TkEnum:      {of(interop.ColorType, mirror.Color)},
	typecode.TkStruct:    {of(interop.PrimsType, mirror.Prims), of(interop.EntryType, mirror.Entry), of(interop.NodeType, mirror.Node)},
	typecode.TkUnion:     {of(interop.ByColorType, mirror.ByColor)},
	typecode.TkAlias:     {longs},
}

// of returns a function that mirrors values of the type t, and only those.
func of[T any](t *dyn.Type[T], mirror func(T) T) func(dyn.Any) (dyn.Any, bool) {
	return func(a dyn.Any) (dyn.Any, bool) {
		v, err := t.From(a)
		if err != nil {
			return dyn.Any{}, false
		}
		return t.Any(mirror(v)), true
	}
}

func longs(a dyn.Any) (dyn.Any, bool) {
	if a.Type().Name() != "Longs" {
		return dyn.Any{}, false
	}
	return of(interop.LongsType, mirror.Longs)(a)
}

// constants are those of values.idl, by their names.
func constants() map[string]dyn.Any {
	return map[string]dyn.Any{
		"YES":       dyn.Boolean.Any(interop.YES),
		"INITIAL":   dyn.Char.Any(interop.INITIAL),
		"TAB":       dyn.Char.Any(interop.TAB),
		"MASK":      dyn.Octet.Any(interop.MASK),
		"LOWEST":    dyn.Short.Any(interop.LOWEST),
		"PORT":      dyn.UShort.Any(interop.PORT),
		"ANSWER":    dyn.Long.Any(interop.ANSWER),
		"MEBI":      dyn.ULong.Any(interop.MEBI),
		"DEEP":      dyn.LongLong.Any(interop.DEEP),
		"LARGEST":   dyn.ULongLong.Any(interop.LARGEST),
		"QUARTER":   dyn.Float.Any(interop.QUARTER),
		"HALF":      dyn.Double.Any(interop.HALF),
		"GREETING":  dyn.String.Any(interop.GREETING),
		"FAVOURITE": interop.ColorType.Any(interop.FAVOURITE),
		"OMEGA":     dyn.WChar.Any(interop.OMEGA),
		"PLACE":     dyn.WString.Any(interop.PLACE),
		"TAG_LIMIT": dyn.ULong.Any(interop.TAG_LIMIT),
	}
}
