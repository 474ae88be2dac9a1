package dynany

import (
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// A Sequence is a sequence or an array (DynSequence, DynArray). Its elements are its components.
type Sequence struct{ *Value }

// Sequence returns v as a sequence or array, or ErrTypeMismatch.
func (v *Value) Sequence() (Sequence, error) {
	if v.kind == typecode.TkSequence || v.kind == typecode.TkArray {
		return Sequence{v}, nil
	}
	return Sequence{}, mismatch("a %v has no elements", v.tc)
}

// SetLen cuts a sequence, or adds elements with default values. If no element was current the first of
// the new ones is; if the current one is cut off, none is. It is ErrInvalidValue beyond the bound, and for
// an array of another length.
func (s Sequence) SetLen(n int) error {
	if err := s.allowed(n); err != nil {
		return err
	}
	at := s.place()
	parts, err := s.components()
	if err != nil {
		return err
	}
	had := len(parts)
	if n > had {
		if err := s.in.spend(n - had); err != nil {
			return err
		}
		for range n - had {
			s.parts = append(s.parts, s.in.fresh(s.flat().Content()))
		}
		if at < 0 {
			at = had
		}
	} else {
		clear(s.parts[n:])
		s.parts = s.parts[:n]
		if at >= n {
			at = -1
		}
	}
	s.at = at
	return nil
}

// allowed reports whether the type has values of n elements.
func (s Sequence) allowed(n int) error {
	most := s.flat().Length()
	switch {
	case s.kind == typecode.TkArray && int64(n) != int64(most):
		return invalid("%d elements for an array of %d", n, most)
	case n < 0 || s.kind == typecode.TkSequence && most > 0 && int64(n) > int64(most):
		return invalid("%d elements for %v", n, s.tc)
	}
	return nil
}

// SetElements copies all elements (set_elements_as_dyn_any): ErrInvalidValue if there are more or less
// than the type allows, ErrTypeMismatch if one has another type. Nothing is changed if there is an error.
func (s Sequence) SetElements(list []*Value) error {
	if err := s.allowed(len(list)); err != nil {
		return err
	}
	types := make([]*typecode.TypeCode, len(list))
	for i := range types {
		types[i] = s.flat().Content()
	}
	parts, err := s.in.copies(types, list, func(all []any) error {
		_, err := dyn.Of(s.tc, all)
		return err
	})
	if err != nil {
		return err
	}
	s.parts, s.plain, s.fresh = parts, nil, false
	s.rewind()
	return nil
}

// Append adds an element, a copy of x.
func (s Sequence) Append(x *Value) error {
	parts, err := s.components()
	if err != nil {
		return err
	}
	if err := s.allowed(len(parts) + 1); err != nil {
		return err
	}
	c, err := s.in.copyOf(s.flat().Content(), x)
	if err != nil {
		return err
	}
	s.parts = append(s.parts, c)
	return nil
}
