package mirror

import "github.com/opendsom/dsom/interop/gen/interop"

// The discriminator of a union stays, and the member that it selects, if any, is mirrored.

// ByColor mirrors a union with a default arm, by an enum.
func ByColor(v interop.ByColor) interop.ByColor {
	if l, ok := v.L(); ok {
		return interop.NewByColor_L(^l)
	}
	if s, ok := v.S(); ok {
		return interop.NewByColor_S(Text(s))
	}
	o, _ := v.O()
	return interop.NewByColor_O(v.Discriminator(), ^o)
}

// ByBoolean mirrors a union by a boolean, without a default arm.
func ByBoolean(v interop.ByBoolean) interop.ByBoolean {
	if d, ok := v.D(); ok {
		return interop.NewByBoolean_D(Float(d))
	}
	why, _ := v.Why()
	return interop.NewByBoolean_Why(Text(why))
}

// Maybe mirrors a union that may have no member.
func Maybe(v interop.Maybe) interop.Maybe {
	if p, ok := v.P(); ok {
		return interop.NewMaybe_P(Point(p))
	}
	return v
}

// ByLong mirrors a union with an arm of several labels.
func ByLong(v interop.ByLong) interop.ByLong {
	if unit, ok := v.Unit(); ok {
		return interop.NewByLong_Unit(v.Discriminator(), ^unit)
	}
	if item, ok := v.Item(); ok {
		return interop.NewByLong_Item(Entry(item))
	}
	if several, ok := v.Several(); ok {
		return interop.NewByLong_Several(Longs(several))
	}
	other, _ := v.Other()
	return interop.NewByLong_Other(v.Discriminator(), Text(other))
}

// ByChar mirrors a union by a char.
func ByChar(v interop.ByChar) interop.ByChar {
	if low, ok := v.Low(); ok {
		return interop.NewByChar_Low(v.Discriminator(), ^low)
	}
	if colour, ok := v.Colour(); ok {
		return interop.NewByChar_Colour(Color(colour))
	}
	brief, _ := v.Brief()
	return interop.NewByChar_Brief(v.Discriminator(), Text(brief))
}

// ByShort mirrors a union by an unsigned short, without a default arm.
func ByShort(v interop.ByShort) interop.ByShort {
	if top, ok := v.Top(); ok {
		return interop.NewByShort_Top(^top)
	}
	if bottom, ok := v.Bottom(); ok {
		return interop.NewByShort_Bottom(!bottom)
	}
	return v
}

// ByLongLong mirrors a union by a long long.
func ByLongLong(v interop.ByLongLong) interop.ByLongLong {
	if far, ok := v.Far(); ok {
		return interop.NewByLongLong_Far(^far)
	}
	if data, ok := v.Data(); ok {
		return interop.NewByLongLong_Data(Octets(data))
	}
	return v
}

// Inline mirrors a union by an enum declared inside it.
func Inline(v interop.Inline) interop.Inline {
	if n, ok := v.N(); ok {
		return interop.NewInline_N(^n)
	}
	grid, _ := v.Grid()
	return interop.NewInline_Grid(Matrix(grid))
}

// Expr mirrors a union that is recursive.
func Expr(v interop.Expr) interop.Expr {
	if leaf, ok := v.Leaf(); ok {
		return interop.NewExpr_Leaf(^leaf)
	}
	if sum, ok := v.Sum(); ok {
		return interop.NewExpr_Sum(Slice(sum, Expr))
	}
	return v
}
