package model

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
)

// ValueKind says what a Value holds.
type ValueKind uint8

// The kinds of values.
const (
	BoolValue    ValueKind = iota // Bool
	IntValue                      // Int: integer types and octet
	FloatValue                    // Float
	CharValue                     // Char, at most U+00FF
	WCharValue                    // Char
	StringValue                   // Text
	WStringValue                  // Text
	FixedValue                    // Text: digits with an optional sign and point, "-12.50"
	EnumValue                     // Enumerator
)

var valueKindNames = [...]string{"boolean", "integer", "float", "char", "wchar", "string", "wstring", "fixed", "enum"}

// String returns the kind as JSON and messages spell it.
func (k ValueKind) String() string {
	if int(k) < len(valueKindNames) {
		return valueKindNames[k]
	}
	return "value kind " + strconv.Itoa(int(k))
}

// A Value is the value of a constant or a label. Only the field of its kind is set. Text is
// Unicode: a source that is no UTF-8 was read as ISO 8859-1, and an escape \xHH in a string is
// the character U+00HH (CORBA 3.0, 3.2.5.2).
type Value struct {
	Kind       ValueKind
	Bool       bool
	Int        *big.Int
	Float      *big.Float // finite; 53 bits of mantissa, 24 for float, 113 for long double
	Char       rune
	Text       string
	Enumerator *Enumerator

	ref string
}

// Int64 returns an integer value, and false if it is none or does not fit.
func (v *Value) Int64() (int64, bool) {
	if v.Kind != IntValue || !v.Int.IsInt64() {
		return 0, false
	}
	return v.Int.Int64(), true
}

// Uint64 returns an integer value, and false if it is none or does not fit.
func (v *Value) Uint64() (uint64, bool) {
	if v.Kind != IntValue || !v.Int.IsUint64() {
		return 0, false
	}
	return v.Int.Uint64(), true
}

// Float64 returns the nearest float64 of a floating-point value, and false if it is none.
func (v *Value) Float64() (float64, bool) {
	if v.Kind != FloatValue {
		return 0, false
	}
	f, _ := v.Float.Float64()
	return f, true
}

// Equal reports whether two values are the same value of the same kind.
func (v *Value) Equal(w *Value) bool {
	if v == nil || w == nil || v.Kind != w.Kind {
		return v == w
	}
	switch v.Kind {
	case BoolValue:
		return v.Bool == w.Bool
	case IntValue:
		return v.Int.Cmp(w.Int) == 0
	case FloatValue:
		return v.Float.Cmp(w.Float) == 0
	case CharValue, WCharValue:
		return v.Char == w.Char
	case EnumValue:
		return v.Enumerator == w.Enumerator
	}
	return v.Text == w.Text
}

// String returns the value as an IDL literal, an enumerator by its fully scoped name.
func (v *Value) String() string {
	switch v.Kind {
	case BoolValue:
		if v.Bool {
			return "TRUE"
		}
		return "FALSE"
	case IntValue:
		return v.Int.String()
	case FloatValue:
		return floatText(v.Float)
	case CharValue:
		return "'" + escape(string(v.Char), '\'', false) + "'"
	case WCharValue:
		return "L'" + escape(string(v.Char), '\'', true) + "'"
	case StringValue:
		return `"` + escape(v.Text, '"', false) + `"`
	case WStringValue:
		return `L"` + escape(v.Text, '"', true) + `"`
	case FixedValue:
		return v.Text + "d"
	}
	return v.Enumerator.QualifiedName()
}

// floatText returns the shortest text that reads back as the same number, with a point or an exponent.
func floatText(f *big.Float) string {
	s := f.Text('g', -1)
	for _, c := range s {
		if c == '.' || c == 'e' {
			return s
		}
	}
	return s + ".0"
}

// escape returns text as it stands between the quotes of an IDL literal. What is not
// printable ASCII is escaped, so that the literal means the same in every encoding.
func escape(s string, quote rune, wide bool) string {
	var b []byte
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b = append(b, '\\', byte(r))
		case r >= ' ' && r < 0x7f:
			b = append(b, byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case wide && r > 0xffff:
			b = append(b, string(r)...) // \u has four digits; written as it is
		case wide:
			b = fmt.Appendf(b, `\u%04x`, r)
		case r <= 0xff:
			b = fmt.Appendf(b, `\%03o`, r) // three digits, so that a digit may follow
		default:
			b = append(b, string(r)...)
		}
	}
	return string(b)
}

type valueJSON struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Prec  uint   `json:"prec,omitempty"`
}

// MarshalJSON writes {"kind": …, "value": text}; numbers are text so that none is rounded.
func (v *Value) MarshalJSON() ([]byte, error) {
	j := valueJSON{Kind: v.Kind.String()}
	switch v.Kind {
	case BoolValue:
		j.Value = strconv.FormatBool(v.Bool)
	case IntValue:
		j.Value = v.Int.String()
	case FloatValue:
		j.Value, j.Prec = v.Float.Text('g', -1), v.Float.Prec()
	case CharValue, WCharValue:
		j.Value = strconv.Itoa(int(v.Char))
	case EnumValue:
		j.Value = v.Enumerator.QualifiedName()
	default:
		j.Value = v.Text
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes. An enumerator is found by Link.
func (v *Value) UnmarshalJSON(b []byte) error {
	var j valueJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*v = Value{}
	found := false
	for i, n := range valueKindNames {
		if n == j.Kind {
			v.Kind, found = ValueKind(i), true
		}
	}
	if !found {
		return fmt.Errorf("model: unknown kind of value %q", j.Kind)
	}
	if len(j.Value) > maxNumberText && (v.Kind == IntValue || v.Kind == FloatValue) {
		return fmt.Errorf("model: number of %d digits", len(j.Value))
	}
	ok := true
	switch v.Kind {
	case BoolValue:
		v.Bool, ok = j.Value == "true", j.Value == "true" || j.Value == "false"
	case IntValue:
		v.Int, ok = new(big.Int).SetString(j.Value, 10)
	case FloatValue:
		// An exponent beyond big.Float's own range gives an infinity; none is a constant.
		var err error
		v.Float, _, err = big.ParseFloat(j.Value, 10, min(j.Prec, 113), big.ToNearestEven)
		ok = err == nil && !v.Float.IsInf()
	case CharValue, WCharValue:
		n, err := strconv.ParseUint(j.Value, 10, 31)
		v.Char, ok = rune(n), err == nil
	case EnumValue:
		v.ref = j.Value
	default:
		v.Text = j.Value
	}
	if !ok {
		return fmt.Errorf("model: %q is no value of kind %s", j.Value, j.Kind)
	}
	return nil
}

// maxNumberText bounds the digits of a number in JSON: the longest is a long double's.
const maxNumberText = 128
