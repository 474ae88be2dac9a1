package cdr

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strings"
)

// A LongDouble is IDL's long double: a number of IEEE 754's binary128, exact, whatever the
// machine can calculate with. The zero value is 0. == compares octets: NaNs are equal to
// themselves and 0 differs from -0.
type LongDouble struct {
	hi, lo uint64 // sign, 15 bits of exponent, 112 of mantissa
}

const (
	ldBias     = 16383
	ldMaxExp   = 0x7fff
	ldMantissa = 112 // bits behind the point
)

// LongDoubleFromBits returns the number whose octets, big-endian, are hi and lo.
func LongDoubleFromBits(hi, lo uint64) LongDouble { return LongDouble{hi, lo} }

// Bits returns the octets of v as two big-endian halves.
func (v LongDouble) Bits() (hi, lo uint64) { return v.hi, v.lo }

func (v LongDouble) exponent() int { return int(v.hi >> 48 & ldMaxExp) }

// IsNaN reports whether v is not a number.
func (v LongDouble) IsNaN() bool {
	return v.exponent() == ldMaxExp && (v.hi<<16 != 0 || v.lo != 0)
}

// IsInf reports whether v is an infinity.
func (v LongDouble) IsInf() bool {
	return v.exponent() == ldMaxExp && v.hi<<16 == 0 && v.lo == 0
}

// Signbit reports whether v is negative or negative zero.
func (v LongDouble) Signbit() bool { return v.hi>>63 == 1 }

// Float returns v with 113 bits of precision, exactly. A big.Float cannot be a NaN: ok is
// false then.
func (v LongDouble) Float() (f *big.Float, ok bool) {
	f = new(big.Float).SetPrec(ldMantissa + 1)
	switch {
	case v.IsNaN():
		return f, false
	case v.IsInf():
		return f.SetInf(v.Signbit()), true
	}
	exp, hi := v.exponent(), v.hi&(1<<48-1)
	if exp == 0 {
		exp = 1 // subnormal
	} else {
		hi |= 1 << 48
	}
	m := new(big.Int).SetUint64(hi)
	m.Lsh(m, 64).Or(m, new(big.Int).SetUint64(v.lo))
	f.SetInt(m)
	f.SetMantExp(f, exp-ldBias-ldMantissa)
	if v.Signbit() {
		f.Neg(f)
	}
	return f, true
}

// LongDoubleOf returns the number nearest to f: ties to even, too large numbers become
// infinite, too small ones subnormal or 0.
func LongDoubleOf(f *big.Float) LongDouble {
	var v LongDouble
	if f.Signbit() {
		v.hi = 1 << 63
	}
	if f.IsInf() {
		v.hi |= ldMaxExp << 48
		return v
	}
	if f.Sign() == 0 {
		return v
	}
	a := new(big.Float).SetMode(big.ToNearestEven).SetPrec(max(f.Prec(), ldMantissa+1)).Abs(f)
	exp := a.MantExp(nil) - 1 + ldBias // of a number 1.xxx
	bits := ldMantissa + 1
	if exp < 1 { // subnormal: fewer bits
		bits += exp - 1
		if bits < 0 {
			return v
		}
	}
	if bits == 0 { // less than the least number, at least half of it
		half := new(big.Float).SetMantExp(big.NewFloat(0.5), 2-ldBias-ldMantissa-1)
		if a.Cmp(half) > 0 {
			v.lo = 1
		}
		return v
	}
	a.SetPrec(uint(bits))
	if exp = a.MantExp(nil) - 1 + ldBias; exp >= ldMaxExp { // rounding may have carried
		v.hi |= ldMaxExp << 48
		return v
	}
	shift := ldMantissa + ldBias - max(exp, 1)
	m, _ := new(big.Float).SetMantExp(a, shift).Int(nil)
	v.lo = new(big.Int).And(m, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	hi := new(big.Int).Rsh(m, 64).Uint64()
	if exp >= 1 {
		v.hi |= uint64(exp)<<48 | hi&(1<<48-1)
	} else {
		v.hi |= hi // a carry into bit 48 makes the least normal number, as it ought to
	}
	return v
}

// LongDoubleFromFloat64 returns f, exactly.
func LongDoubleFromFloat64(f float64) LongDouble {
	if math.IsNaN(f) {
		return LongDouble{hi: math.Float64bits(f)&(1<<63) | ldMaxExp<<48 | 1<<47}
	}
	return LongDoubleOf(big.NewFloat(f))
}

// ParseLongDouble reads a number as big.ParseFloat does, also NaN and Infinity.
func ParseLongDouble(s string) (LongDouble, error) {
	switch strings.TrimPrefix(s, "-") {
	case "NaN":
		return LongDoubleFromFloat64(math.NaN()), nil
	case "Infinity":
		return LongDoubleFromFloat64(math.Inf(1 - 2*strings.Count(s, "-"))), nil
	}
	f, _, err := big.ParseFloat(s, 10, 4*ldMantissa, big.ToNearestEven)
	if err != nil {
		return LongDouble{}, fmt.Errorf("%q is no number", s)
	}
	return LongDoubleOf(f), nil
}

// String returns a text that ParseLongDouble reads as v, the shortest but for subnormal numbers.
func (v LongDouble) String() string {
	f, ok := v.Float()
	if !ok {
		return "NaN"
	}
	return f.Text('g', -1)
}

// LongDouble appends a long double: 16 octets at a multiple of 8.
func (e *Encoder) LongDouble(v LongDouble) {
	e.alignRun(8)
	at := len(e.buf)
	if e.little {
		e.buf = binary.LittleEndian.AppendUint64(e.buf, v.lo)
		e.buf = binary.LittleEndian.AppendUint64(e.buf, v.hi)
	} else {
		e.buf = binary.BigEndian.AppendUint64(e.buf, v.hi)
		e.buf = binary.BigEndian.AppendUint64(e.buf, v.lo)
	}
	e.endRun(at)
}

// LongDouble reads a long double.
func (d *Decoder) LongDouble() LongDouble {
	d.Align(8)
	b := d.OctetsView(16)
	switch {
	case b == nil:
		return LongDouble{}
	case d.little:
		return LongDouble{hi: binary.LittleEndian.Uint64(b[8:]), lo: binary.LittleEndian.Uint64(b)}
	}
	return LongDouble{hi: binary.BigEndian.Uint64(b), lo: binary.BigEndian.Uint64(b[8:])}
}
