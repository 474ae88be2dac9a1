package cases

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/opendsom/dsom/interop/gen/graphs"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gen/parcels"
	"github.com/opendsom/dsom/interop/gopeer/servants"
)

// A sample makes the values that the cases send: random ones, of random sizes, from the seed that the client was given.
type sample struct{ *rand.Rand }

func newSample(seed int64) sample { return sample{rand.New(rand.NewPCG(uint64(seed), 0))} }

// upTo is a number from 0 to most.
func (s sample) upTo(most int) int { return s.IntN(most + 1) }

func (s sample) bool() bool      { return s.IntN(2) == 0 }
func (s sample) octet() byte     { return byte(s.Uint32()) }
func (s sample) factor() int32   { return s.Int32N(60_000) - 30_000 } // two of them make no overflow
func (s sample) number() int32   { return int32(s.Uint32()) }
func (s sample) single() float32 { return float32(s.IntN(1<<20)-1<<19) / 64 }

// real can be halved without loss, and is now large, now small.
func (s sample) real() float64 {
	return math.Ldexp(float64(s.number())/1024, s.IntN(600)-300)
}

// letter is a character of ASCII that is not the last one.
func (s sample) letter() byte { return ' ' + byte(s.IntN('~'-' ')) }

func (s sample) text(most int) string {
	v := make([]byte, s.upTo(most))
	for i := range v {
		v[i] = s.letter()
	}
	return string(v)
}

// latin is text of ISO 8859-1.
func (s sample) latin(most int) string {
	v := make([]rune, s.upTo(most))
	for i := range v {
		if v[i] = rune(s.letter()); s.bool() {
			v[i] = 0xa1 + rune(s.IntN(0x5e))
		}
	}
	return string(v)
}

// wideLetter is of the basic plane, and no surrogate.
func (s sample) wideLetter() rune {
	ranges := [][2]rune{{'a', 'z'}, {0xa1, 0x17f}, {0x391, 0x3a1}, {0x410, 0x44f}, {0x4e00, 0x9f00}, {0x20ac, 0x20ac}}
	r := ranges[s.IntN(len(ranges))]
	return r[0] + s.Int32N(r[1]-r[0]+1)
}

func (s sample) wideText(most int) string {
	v := make([]rune, s.upTo(most))
	for i := range v {
		v[i] = s.wideLetter()
	}
	return string(v)
}

// list has n elements.
func list[S ~[]E, E any](n int, element func() E) S {
	v := make(S, n)
	for i := range v {
		v[i] = element()
	}
	return v
}

func (s sample) octets(n int) []byte           { return list[[]byte](n, s.octet) }
func (s sample) longs(n int) interop.Longs     { return list[interop.Longs](n, s.number) }
func (s sample) doubles(n int) interop.Doubles { return list[interop.Doubles](n, s.real) }
func (s sample) color() interop.Color          { return interop.Color(s.IntN(3)) }
func (s sample) point() interop.Point          { return interop.Point{X: s.real(), Y: s.real()} }

// amount is a positive number with two digits behind its point, and seven before it at most.
func (s sample) amount() string { return fmt.Sprintf("%d.%02d", 1+s.IntN(9_999_999), s.IntN(100)) }

func (s sample) strings(n, most int) []string {
	return list[[]string](n, func() string { return s.text(most) })
}

func (s sample) matrix() (v interop.Matrix) {
	for r := range v {
		for k := range v[r] {
			v[r][k] = s.number()
		}
	}
	return v
}

func (s sample) prims() interop.Prims {
	return interop.Prims{
		B: s.bool(), C: s.letter(), O: s.octet(), S: int16(s.number()), Us: uint16(s.number()), L: s.number(), Ul: s.Uint32(),
		Ll: int64(s.Uint64()), Ull: s.Uint64(), F: s.single(), D: s.real(),
	}
}

func (s sample) entry() interop.Entry {
	return interop.Entry{Name: s.text(40), At: s.point(), Colour: s.color(), Marks: s.longs(s.upTo(8)), Grid: s.matrix()}
}

// node has that many levels at most.
func (s sample) node(levels int) interop.Node {
	n := interop.Node{Label: s.text(12)}
	if levels > 1 {
		n.Kids = list[interop.Nodes](s.upTo(3), func() interop.Node { return s.node(levels - 1) })
	}
	return n
}

func (s sample) expr(levels int) interop.Expr {
	if levels == 0 {
		return interop.NewExpr_Leaf(s.number())
	}
	return interop.NewExpr_Sum(list[interop.Exprs](s.upTo(3), func() interop.Expr { return s.expr(levels - 1) }))
}

func (s sample) byColor() interop.ByColor {
	switch d := s.color(); d {
	case interop.Color_Red:
		return interop.NewByColor_L(s.number())
	case interop.Color_Green:
		return interop.NewByColor_S(s.text(20))
	default:
		return interop.NewByColor_O(d, s.octet())
	}
}

func (s sample) leaf() *graphs.LeafState {
	return &graphs.LeafState{Number: s.number(), Text: s.text(20)}
}

func (s sample) branch(left, right graphs.Leaf) *graphs.BranchState {
	return &graphs.BranchState{LeafState: *s.leaf(), Kind: s.octet(), Left: left, Right: right, Weight: s.real(), Notes: s.strings(s.upTo(3), 10)}
}

// parcel has no tag.
func (s sample) parcel(goods int) *servants.Parcel {
	return &servants.Parcel{ParcelState: parcels.ParcelState{Label: s.text(20), Sealed: s.bool(), Weight: s.real(), Goods: s.longs(goods)}}
}
