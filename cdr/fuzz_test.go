package cdr_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/bounded"
)

// Any text is a fixed or an error; what is one is written so that it reads as the same.
func FuzzParseFixed(f *testing.F) {
	for _, s := range []string{"0", "-12.50", "+.5", "1.", "1234567890123456789012345678901", "0.0000000000000000000000000000001", "-0", "", "-", "1e5", "--1", "1.2.3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		bounded.Decoder.Run(t, len(s), func() {
			v, err := cdr.ParseFixed(s)
			if err != nil {
				return
			}
			if again, err := cdr.ParseFixed(v.String()); err != nil || again != v {
				t.Errorf("%q is %v, and that is %v, %v", s, v, again, err)
			}
			if back, err := cdr.FixedOf(v.Decimal()); err != nil || back.Cmp(v) != 0 {
				t.Errorf("%q is %v, and its decimal %v, %v", s, v, back, err)
			}
			e := cdr.NewEncoder(nil, true, nil)
			e.Fixed(v, cdr.MaxFixedDigits, v.Scale())
			if got := cdr.NewDecoder(e.Bytes(), true, nil).Fixed(cdr.MaxFixedDigits, v.Scale()); e.Err() != nil || got != v {
				t.Errorf("%v is sent as %x and is %v, %v", v, e.Bytes(), got, e.Err())
			}
		})
	})
}

// longDoubleBound is for numbers with exponents, which are calculated with more digits than they are given with.
var longDoubleBound = bounded.Bound{PerOctet: 256, Least: 1 << 20, Time: bounded.Decoder.Time}

// Any text is a long double or an error; what is one is written so that it reads as the same.
func FuzzParseLongDouble(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.5", "NaN", "-Infinity", "1e4932", "1e-4966", "1e999999999", "-1e-999999999", "0x1p3", "1_0", "", ".", "inf", "6.475175119438025110924438958227646552e-4966"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		longDoubleBound.Run(t, len(s), func() {
			v, err := cdr.ParseLongDouble(s)
			if err != nil {
				return
			}
			if again, err := cdr.ParseLongDouble(v.String()); err != nil || again != v && !v.IsNaN() {
				t.Errorf("%q is %v, and that is %v, %v", s, v, again, err)
			}
			e := cdr.NewEncoder(nil, true, nil)
			e.LongDouble(v)
			if got := cdr.NewDecoder(e.Bytes(), true, nil).LongDouble(); got != v {
				t.Errorf("%v is sent as %x and is %v", v, e.Bytes(), got)
			}
		})
	})
}
