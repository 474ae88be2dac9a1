package dynany

import (
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// An Enum is an enumerator (DynEnum).
type Enum struct{ *Value }

// Enum returns v as an enumerator, or ErrTypeMismatch.
func (v *Value) Enum() (Enum, error) {
	if v.kind == typecode.TkEnum {
		return Enum{v}, nil
	}
	return Enum{}, mismatch("a %v is no enum", v.tc)
}

// Number returns the enumerator's place, from 0 (get_as_ulong).
func (e Enum) Number() uint32 {
	if e.fresh {
		return 0
	}
	return uint32(number(e.tc, e.plain))
}

// Name returns the enumerator's name (get_as_string), empty if it has none.
func (e Enum) Name() string {
	if tc, n := e.flat(), e.Number(); int64(n) < int64(tc.Len()) {
		return tc.MemberName(int(n))
	}
	return ""
}

// SetNumber chooses an enumerator by its place, or says ErrInvalidValue.
func (e Enum) SetNumber(n uint32) error { return e.Set(n) }

// SetName chooses an enumerator by its name, or says ErrInvalidValue.
func (e Enum) SetName(name string) error { return e.Set(name) }

// A Fixed is a fixed-point number (DynFixed).
type Fixed struct{ *Value }

// Fixed returns v as a fixed-point number, or ErrTypeMismatch.
func (v *Value) Fixed() (Fixed, error) {
	if v.kind == typecode.TkFixed {
		return Fixed{v}, nil
	}
	return Fixed{}, mismatch("a %v is no fixed", v.tc)
}

// Text returns the number in decimal notation (get_value).
func (f Fixed) Text() string {
	if n, ok := f.plain.(cdr.Fixed); ok && !f.fresh {
		return n.String()
	}
	return cdr.NewFixed(0, int(f.flat().Scale())).String()
}

// SetText sets the number and reports whether it is exact: digits behind those that the type has are
// cut off (set_value). White space around and a D behind the number do not matter. It is ErrTypeMismatch if s
// is no number, and ErrInvalidValue if it is too large.
func (f Fixed) SetText(s string) (exact bool, err error) {
	s = strings.TrimRight(strings.TrimSpace(s), "dD")
	whole, part, _ := strings.Cut(s, ".")
	scale := int(f.flat().Scale())
	exact = true
	if len(part) > scale {
		for _, c := range []byte(part[scale:]) {
			if c < '0' || c > '9' {
				return false, mismatch("%q is no decimal number", s)
			}
			exact = exact && c == '0'
		}
		s = whole + "." + part[:scale]
		if scale == 0 {
			s = whole
		}
	}
	n, err := cdr.ParseFixed(s)
	switch {
	case err != nil && len(whole) > cdr.MaxFixedDigits:
		return false, invalid("%w", err)
	case err != nil:
		return false, mismatch("%w", err)
	}
	a, err := dyn.Of(f.tc, n)
	if err != nil {
		return false, invalid("%w", err)
	}
	f.put(a.Value())
	return exact, nil
}
