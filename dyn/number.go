package dyn

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/typecode"
)

// integerRange returns the bits of an integer type and whether it has a sign.
func integerRange(tc *typecode.TypeCode) (bits int, signed bool) {
	switch tc.Kind() {
	case typecode.TkShort:
		return 16, true
	case typecode.TkUShort:
		return 16, false
	case typecode.TkLong:
		return 32, true
	case typecode.TkULong:
		return 32, false
	case typecode.TkLongLong:
		return 64, true
	case typecode.TkULongLong:
		return 64, false
	}
	return 8, false
}

// integer returns v as the bits of an integer of type tc.
func (b *builder) integer(at *path, tc *typecode.TypeCode, v any) (int64, error) {
	bits, signed := integerRange(tc)
	outside := func(err error) error {
		if errors.Is(err, strconv.ErrRange) {
			return at.errorf("%v is outside the range of %v", v, tc)
		}
		return want(at, tc, v)
	}
	text := ""
	switch x := v.(type) {
	case json.Number:
		text = x.String()
	case string:
		if bits < 64 {
			return 0, want(at, tc, v)
		}
		text = x
	case bool, nil:
		return 0, want(at, tc, v)
	default:
		switch r := reflect.ValueOf(v); {
		case r.CanInt():
			text = strconv.FormatInt(r.Int(), 10)
		case r.CanUint():
			text = strconv.FormatUint(r.Uint(), 10)
		default:
			return 0, want(at, tc, v)
		}
	}
	if signed {
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			return 0, outside(err)
		}
		return n, nil
	}
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil {
		if text != "" && text[0] == '-' {
			err = strconv.ErrRange
		}
		return 0, outside(err)
	}
	return int64(n), nil
}

func (b *builder) float(at *path, tc *typecode.TypeCode, v any) (float64, error) {
	switch x := v.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(x.String(), 64)
		if err != nil {
			return 0, at.errorf("%v is outside the range of %v", v, tc)
		}
		return f, nil
	case string:
		switch x {
		case "NaN":
			return math.NaN(), nil
		case "Infinity":
			return math.Inf(1), nil
		case "-Infinity":
			return math.Inf(-1), nil
		}
		return 0, want(at, tc, v)
	}
	switch r := reflect.ValueOf(v); {
	case r.IsValid() && r.CanFloat():
		return r.Float(), nil
	case r.IsValid() && r.CanInt():
		return float64(r.Int()), nil
	case r.IsValid() && r.CanUint():
		return float64(r.Uint()), nil
	}
	return 0, want(at, tc, v)
}

func (b *builder) longDouble(at *path, tc *typecode.TypeCode, v any) error {
	var text string
	switch x := v.(type) {
	case cdr.LongDouble:
		b.e.LongDouble(x)
		return nil
	case json.Number:
		text = x.String()
	case string:
		text = x
	default:
		f, err := b.float(at, tc, v)
		if err != nil {
			return err
		}
		b.e.LongDouble(cdr.LongDoubleFromFloat64(f))
		return nil
	}
	x, err := cdr.ParseLongDouble(text)
	if err != nil {
		return want(at, tc, v)
	}
	b.e.LongDouble(x)
	return nil
}

func (b *builder) fixed(at *path, tc *typecode.TypeCode, v any) error {
	var f cdr.Fixed
	var err error
	switch x := v.(type) {
	case cdr.Fixed:
		f = x
	case json.Number:
		f, err = cdr.ParseFixed(x.String())
	case string:
		f, err = cdr.ParseFixed(x)
	default:
		r := reflect.ValueOf(v)
		if !r.IsValid() || !r.CanInt() {
			return want(at, tc, v)
		}
		f = cdr.NewFixed(r.Int(), 0)
	}
	if err != nil {
		return at.errorf("%w", err)
	}
	b.e.Fixed(f, int(tc.Digits()), int(tc.Scale()))
	return nil
}
