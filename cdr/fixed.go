package cdr

import (
	"fmt"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/opendsom/dsom/exc"
)

// MaxFixedDigits is how many digits a fixed can have.
const MaxFixedDigits = 31

// A Fixed is a decimal number of at most 31 digits, some of them behind the point: IDL's
// fixed<d,s>. It is a plain value: the zero value is 0, and == compares digits and scale, so
// that 1.0 and 1.00 differ; see [Fixed.Cmp]. Arithmetic is done with [Fixed.Decimal].
// How many digits there may be is checked when the number is sent.
type Fixed struct {
	bcd   [16]byte // as on the wire: two digits an octet, right-aligned; but the last half octet is 1 for negative, else 0
	scale uint8
}

// digit returns the digit of weight 10^i, not regarding the scale.
func (f *Fixed) digit(i int) byte {
	k := MaxFixedDigits - 1 - i
	if k < 0 {
		return 0
	}
	if k%2 == 0 {
		return f.bcd[k/2] >> 4
	}
	return f.bcd[k/2] & 15
}

func (f *Fixed) setDigit(i int, v byte) {
	k := MaxFixedDigits - 1 - i
	if k%2 == 0 {
		f.bcd[k/2] = f.bcd[k/2]&15 | v<<4
	} else {
		f.bcd[k/2] = f.bcd[k/2]&0xf0 | v
	}
}

func (f *Fixed) negative() bool { return f.bcd[15]&15 == 1 }

// sign makes the number negative, unless it is 0.
func (f *Fixed) sign(negative bool) {
	if negative && *f != (Fixed{scale: f.scale}) {
		f.bcd[15] |= 1
	}
}

// significant returns how many digits there are without leading zeros.
func (f *Fixed) significant() int {
	for i := MaxFixedDigits; i > 0; i-- {
		if f.digit(i-1) != 0 {
			return i
		}
	}
	return 0
}

// ParseFixed reads a number such as -12.50. Digits behind the point count for the scale,
// zeros too.
func ParseFixed(s string) (Fixed, error) {
	rest := strings.TrimPrefix(s, "-")
	negative := rest != s
	if !negative {
		rest = strings.TrimPrefix(s, "+")
	}
	whole, part, _ := strings.Cut(rest, ".")
	digits := strings.TrimLeft(whole, "0") + part
	if whole+part == "" {
		return Fixed{}, fmt.Errorf("%q is no decimal number", s)
	}
	if len(part) > MaxFixedDigits || len(strings.TrimLeft(digits, "0")) > MaxFixedDigits {
		return Fixed{}, fmt.Errorf("%q has more than %d digits", s, MaxFixedDigits)
	}
	f := Fixed{scale: uint8(len(part))}
	for _, c := range []byte(whole) {
		if c < '0' || c > '9' {
			return Fixed{}, fmt.Errorf("%q is no decimal number", s)
		}
	}
	for i := range len(digits) {
		c := digits[len(digits)-1-i]
		if c < '0' || c > '9' {
			return Fixed{}, fmt.Errorf("%q is no decimal number", s)
		}
		if c != '0' {
			f.setDigit(i, c-'0')
		}
	}
	f.sign(negative)
	return f, nil
}

// NewFixed returns coefficient / 10^scale. The scale is 0 to 31.
func NewFixed(coefficient int64, scale int) Fixed {
	f := Fixed{scale: uint8(min(max(scale, 0), MaxFixedDigits))}
	u := uint64(coefficient)
	if coefficient < 0 {
		u = -u
	}
	for i := 0; u > 0; i++ {
		f.setDigit(i, byte(u%10))
		u /= 10
	}
	f.sign(coefficient < 0)
	return f
}

// FixedOf returns the number d. It is an error if d is not finite or has more than 31 digits.
func FixedOf(d *apd.Decimal) (Fixed, error) {
	if d.Form != apd.Finite {
		return Fixed{}, fmt.Errorf("%v is no decimal number", d)
	}
	if e := int64(d.Exponent); e > MaxFixedDigits || -e > MaxFixedDigits || d.NumDigits() > MaxFixedDigits {
		return Fixed{}, fmt.Errorf("%v has more than %d digits", d, MaxFixedDigits)
	}
	return ParseFixed(d.Text('f'))
}

// Decimal returns the number for calculation.
func (f Fixed) Decimal() *apd.Decimal {
	d, _, err := apd.NewFromString(f.String())
	if err != nil {
		panic(err) // String writes what apd reads
	}
	return d
}

// Scale returns how many digits are behind the point.
func (f Fixed) Scale() int { return int(f.scale) }

// Cmp returns -1, 0 or 1 as f is less than, equal to or greater than g, whatever their scales.
func (f Fixed) Cmp(g Fixed) int { return f.Decimal().Cmp(g.Decimal()) }

// String returns the number in plain notation, with all digits of its scale.
func (f Fixed) String() string {
	var b strings.Builder
	if f.negative() {
		b.WriteByte('-')
	}
	n := max(f.significant(), int(f.scale)+1)
	for i := n - 1; i >= 0; i-- {
		b.WriteByte('0' + f.digit(i))
		if i == int(f.scale) && i > 0 {
			b.WriteByte('.')
		}
	}
	return b.String()
}

// MarshalText returns what String does.
func (f Fixed) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText is ParseFixed.
func (f *Fixed) UnmarshalText(text []byte) error {
	v, err := ParseFixed(string(text))
	if err == nil {
		*f = v
	}
	return err
}

const (
	fixedPlus  = 0xc
	fixedMinus = 0xd
)

// Fixed appends a fixed<digits, scale>: packed decimal with the sign in the last half octet
// (part 2, clause 9.3.2.8). A number that does not fit without loss is an error.
func (e *Encoder) Fixed(f Fixed, digits, scale int) {
	shift := scale - int(f.scale) // zeros to append
	for i := 0; i < -shift; i++ {
		if f.digit(i) != 0 {
			e.Fail(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%v has more than the %d digits behind the point that fixed<%d,%d> has", f, scale, digits, scale))
			return
		}
	}
	if n := f.significant(); n > 0 && n+shift > digits {
		e.Fail(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%v has more digits than fixed<%d,%d>", f, digits, scale))
		return
	}
	at := func(i int) byte { // digit of weight 10^i after the shift
		if i -= shift; i < 0 || i >= MaxFixedDigits {
			return 0
		}
		return f.digit(i)
	}
	sign := byte(fixedPlus)
	if f.negative() {
		sign = fixedMinus
	}
	e.step(1)
	start := len(e.buf)
	for i := digits &^ 1; i > 0; i -= 2 {
		if i == digits { // an even number of digits: half an octet too much
			e.Octet(at(i - 1))
			continue
		}
		e.Octet(at(i)<<4 | at(i-1))
	}
	e.Octet(at(0)<<4 | sign)
	e.endRun(start)
}

// Fixed reads a fixed<digits, scale>.
func (d *Decoder) Fixed(digits, scale int) Fixed {
	b := d.OctetsView(digits/2 + 1)
	if d.err != nil {
		return Fixed{}
	}
	f := Fixed{scale: uint8(scale)}
	for i := range 2*len(b) - 1 {
		v := b[len(b)-1-(i+1)/2]
		if i%2 == 0 {
			v >>= 4
		}
		if v &= 15; v > 9 || i >= digits && v != 0 {
			d.Fail(marshal(exc.MinorBadValue, "fixed<%d,%d> with the octets %x", digits, scale, b))
			return Fixed{}
		}
		if v != 0 {
			f.setDigit(i, v)
		}
	}
	switch b[len(b)-1] & 15 {
	case fixedPlus:
	case fixedMinus:
		f.sign(true)
	default:
		d.Fail(marshal(exc.MinorBadValue, "fixed<%d,%d> with the octets %x", digits, scale, b))
		return Fixed{}
	}
	return f
}
