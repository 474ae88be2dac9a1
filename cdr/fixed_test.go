package cdr_test

import (
	"encoding/hex"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

func TestFixed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text          string
		digits, scale int
		wire          string
		back          string
	}{
		{"1234567.89", 9, 2, "123456789c", "1234567.89"}, // as omniORB sent it
		{"-0.01", 9, 2, "000000001d", "-0.01"},           // likewise
		{"1234", 4, 2, "", ""},
		{"12.34", 4, 2, "01234c", "12.34"},
		{"12.3", 4, 2, "01230c", "12.30"},
		{"12.300", 4, 2, "01230c", "12.30"},
		{"12.345", 4, 2, "", ""},
		{"0", 1, 0, "0c", "0"},
		{"-0", 1, 1, "0c", "0.0"},
		{"+7", 1, 0, "7c", "7"},
		{"-7", 1, 0, "7d", "-7"},
		{".5", 1, 1, "5c", "0.5"},
		{"5.", 2, 1, "050c", "5.0"},
		{"1234567890123456789012345678901", 31, 0, "1234567890123456789012345678901c", "1234567890123456789012345678901"},
		{"-0.1234567890123456789012345678901", 31, 31, "1234567890123456789012345678901d", "-0.1234567890123456789012345678901"},
		{"0000000000000000000000000000000000000001.0", 2, 1, "010c", "1.0"},
		{"1", 31, 31, "", ""},
		{"0", 31, 31, "0000000000000000000000000000000c", "0.0000000000000000000000000000000"},
	} {
		f, err := cdr.ParseFixed(c.text)
		if err != nil {
			t.Error(err)
			continue
		}
		e := cdr.NewEncoder(nil, false, nil)
		e.Fixed(f, c.digits, c.scale)
		if c.wire == "" {
			if !errors.Is(e.Err(), exc.BadParam) {
				t.Errorf("%s as fixed<%d,%d>: got %x, %v, want BAD_PARAM", c.text, c.digits, c.scale, e.Bytes(), e.Err())
			}
			continue
		}
		if got := hex.EncodeToString(e.Bytes()); got != c.wire || e.Err() != nil {
			t.Errorf("%s as fixed<%d,%d>: got %s, %v, want %s", c.text, c.digits, c.scale, got, e.Err(), c.wire)
		}
		d := cdr.NewDecoder(e.Bytes(), false, nil)
		g := d.Fixed(c.digits, c.scale)
		if d.Err() != nil || g.String() != c.back || d.Remaining() != 0 || g.Cmp(f) != 0 {
			t.Errorf("%s reads as %v, %v, want %s", c.wire, g, d.Err(), c.back)
		}
		h, err := cdr.FixedOf(g.Decimal())
		if err != nil || h != g {
			t.Errorf("%v through a Decimal is %v, %v", g, h, err)
		}
		for n := range e.Bytes() {
			d := cdr.NewDecoder(e.Bytes()[:n], false, nil)
			if g := d.Fixed(c.digits, c.scale); d.Err() == nil {
				t.Errorf("%x reads as %v", e.Bytes()[:n], g)
			}
		}
	}
}

func TestFixedBad(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "-", "+", ".", "1,5", "1e5", "--1", "1.2.3", "x", "1x", "12345678901234567890123456789012", "0.00000000000000000000000000000000"} {
		if f, err := cdr.ParseFixed(s); err == nil {
			t.Errorf("%q reads as %v", s, f)
		}
	}
	for _, wire := range []string{"a0000c", "00000a", "10000c", "000000"} {
		b, _ := hex.DecodeString(wire)
		d := cdr.NewDecoder(b, false, nil)
		if f := d.Fixed(4, 2); d.Err() == nil {
			t.Errorf("%s reads as %v", wire, f)
		}
	}
	for _, d := range []*apd.Decimal{{Form: apd.NaN}, {Form: apd.Infinite}, apd.New(1, 99999), apd.New(1, -32), apd.New(1, 31)} {
		if f, err := cdr.FixedOf(d); err == nil {
			t.Errorf("%v is %v", d, f)
		}
	}
}

// Zero has no sign, whatever a peer sends.
func TestFixedNegativeZero(t *testing.T) {
	t.Parallel()
	d := cdr.NewDecoder([]byte{0, 0, 0x0d}, false, nil)
	f := d.Fixed(5, 2)
	if d.Err() != nil || f != cdr.NewFixed(0, 2) || f.String() != "0.00" {
		t.Errorf("-0 reads as %v, %v", f, d.Err())
	}
	for _, text := range []string{"-0", "-0.00"} {
		f, err := cdr.ParseFixed(text)
		if err != nil || f.Cmp(cdr.Fixed{}) != 0 || f.String()[0] == '-' {
			t.Errorf("%s reads as %v, %v", text, f, err)
		}
		e := cdr.NewEncoder(nil, false, nil)
		if e.Fixed(f, 3, 2); hex.EncodeToString(e.Bytes()) != "000c" {
			t.Errorf("%s is sent as %x, %v", text, e.Bytes(), e.Err())
		}
	}
}

func TestNewFixed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		coefficient int64
		scale       int
		want        string
	}{{0, 0, "0"}, {0, 2, "0.00"}, {-5, 1, "-0.5"}, {math.MaxInt64, 3, "9223372036854775.807"}, {math.MinInt64, 0, "-9223372036854775808"}} {
		f := cdr.NewFixed(c.coefficient, c.scale)
		if f.String() != c.want || f.Scale() != c.scale {
			t.Errorf("got %v, want %s", f, c.want)
		}
		if p, err := cdr.ParseFixed(c.want); err != nil || p != f {
			t.Errorf("%s reads as %v, %v", c.want, p, err)
		}
		var g cdr.Fixed
		text, _ := f.MarshalText()
		if err := g.UnmarshalText(text); err != nil || g != f {
			t.Errorf("through text: %v, %v", g, err)
		}
	}
	if (cdr.Fixed{}).String() != "0" {
		t.Error("the zero value is not 0")
	}
}

func TestLongDouble(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		hi, lo uint64
	}{
		{"0", 0, 0},
		{"-0", 1 << 63, 0},
		{"1", 0x3fff << 48, 0},
		{"-2", 0xc000 << 48, 0},
		{"0.1", 0x3ffb999999999999, 0x999999999999999a},
		{"3.14159265358979323846264338327950288", 0x4000921fb54442d1, 0x8469898cc51701b8},
		{"+Inf", 0x7fff << 48, 0},
		{"-Inf", 0xffff << 48, 0},
		{"1.189731495357231765085759326628007e+4932", 0x7ffeffffffffffff, 0xffffffffffffffff}, // the largest
		{"3.3621031431120935062626778173217526e-4932", 1 << 48, 0},                            // the least normal one
		{"6e-4966", 0, 1}, // the least
	} {
		v, err := cdr.ParseLongDouble(c.text)
		if err != nil {
			t.Error(err)
			continue
		}
		if hi, lo := v.Bits(); hi != c.hi || lo != c.lo {
			t.Errorf("%s: got %016x %016x, want %016x %016x", c.text, hi, lo, c.hi, c.lo)
		}
		if back, err := cdr.ParseLongDouble(v.String()); err != nil || back != v {
			t.Errorf("%s: %v reads as %v, %v", c.text, v, back, err)
		}
	}
	if v, err := cdr.ParseLongDouble("x"); err == nil {
		t.Errorf("x reads as %v", v)
	}
	nan, _ := cdr.ParseLongDouble("NaN")
	if _, ok := nan.Float(); ok || !nan.IsNaN() || nan.IsInf() || nan.String() != "NaN" {
		t.Errorf("NaN is %v", nan)
	}
	for _, c := range []struct{ text, want string }{
		{"1.2e4932", "+Inf"}, {"-1e9999", "-Inf"}, {"1e-9999", "0"}, {"3.3e-4966", "6.475175119438025110924438958227647e-4966"}, {"3.2e-4966", "0"},
	} {
		v, err := cdr.ParseLongDouble(c.text)
		if err != nil || v.String() != c.want {
			t.Errorf("%s: got %v, %v, want %s", c.text, v, err, c.want)
		}
	}
}

// Every bit pattern is a number that comes back.
func TestLongDoubleExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		hi, lo := r.Uint64(), r.Uint64()
		switch r.IntN(4) {
		case 0:
			hi &= 1<<63 | 1<<48 - 1 // subnormal
		case 1:
			hi, lo = hi&(0xffff<<48), 0
		}
		v := cdr.LongDoubleFromBits(hi, lo)
		f, ok := v.Float()
		if !ok {
			continue
		}
		if got := cdr.LongDoubleOf(f); got != v {
			t.Fatalf("%016x %016x: %v became %v", hi, lo, v, got)
		}
	}
	for range 20000 {
		f := math.Float64frombits(r.Uint64())
		if math.IsNaN(f) {
			continue
		}
		b, ok := cdr.LongDoubleFromFloat64(f).Float()
		if got, acc := b.Float64(); !ok || acc != big.Exact || got != f {
			t.Fatalf("%v became %v", f, b)
		}
	}
}

func TestLongDoubleWire(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 4000 { // all bit patterns, those of NaNs too
		v := cdr.LongDoubleFromBits(r.Uint64()|uint64(r.IntN(2))*(0x7fff<<48), r.Uint64())
		for _, little := range []bool{false, true} {
			e := cdr.NewEncoder(nil, little, nil)
			e.LongDoubles([]cdr.LongDouble{v})
			var got [1]cdr.LongDouble
			d := cdr.NewDecoder(e.Bytes(), little, nil)
			if d.LongDoubles(got[:]); got[0] != v || d.Err() != nil {
				t.Fatalf("%v became %v, %v", v, got[0], d.Err())
			}
		}
	}
	v, _ := cdr.ParseLongDouble("0.1")
	for _, c := range []struct {
		little bool
		want   string
	}{
		{false, "07000000000000003ffb999999999999999999999999999a"},
		{true, "07000000000000009a99999999999999999999999999fb3f"},
	} {
		e := cdr.NewEncoder(nil, c.little, nil)
		e.Octet(7)
		e.LongDouble(v)
		if got := hex.EncodeToString(e.Bytes()); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		d := cdr.NewDecoder(e.Bytes(), c.little, nil)
		d.Octet()
		if got := d.LongDouble(); got != v || d.Err() != nil {
			t.Errorf("got %v, %v", got, d.Err())
		}
		for n := 1; n < e.Len(); n++ {
			d := cdr.NewDecoder(e.Bytes()[:n], c.little, nil)
			d.Octet()
			if got := d.LongDouble(); d.Err() == nil {
				t.Errorf("%d octets read as %v", n, got)
			}
		}
	}
}
