package cdr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// A box is a boxed short.
type box struct{ Value int16 }

var boxType = &cdr.ValueType{ID: "IDL:V/Box:1.0", Box: true, New: func() cdr.Value { return new(box) }}

func (*box) IDLValue() *cdr.ValueType        { return boxType }
func (v *box) MarshalState(e *cdr.Encoder)   { e.Short(v.Value) }
func (v *box) UnmarshalState(d *cdr.Decoder) { v.Value = d.Short() }

// TestBoxesForJacORB: a box in a value in chunks is not sent to a known JacORB, which would read another. Null is, and a box
// anywhere else; and others are sent all.
func TestBoxesForJacORB(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared *cdr.ValueType // of what is around; nil is any
		inner    cdr.Value
		refused  bool
	}{
		"in chunks":           {baseType, &box{7}, true},
		"null, in chunks":     {baseType, nil, false},
		"no box, in chunks":   {baseType, &base{1, "inner"}, false},
		"in a value in one":   {valueType(midID, false), &box{7}, false},
		"of a type not named": {nil, &box{7}, true},
	} {
		for _, reader := range []cdr.Reader{cdr.AnyReader, cdr.OtherOrder, cdr.JacORB, cdr.NotJacORB, cdr.OmniORB, cdr.Other} {
			e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Reader: reader})
			e.Value(&mid{base{9, "mid"}, 1.5, c.inner}, c.declared)
			var sys *exc.SystemException
			switch err := e.Err(); {
			case !c.refused || reader != cdr.JacORB:
				if err != nil {
					t.Errorf("%s, reader %d: %v", name, reader, err)
				}
			case !errors.As(err, &sys) || sys.Kind != exc.Marshal || !strings.Contains(err.Error(), "JacORB"):
				t.Errorf("%s: got %v, want MARSHAL", name, err)
			}
		}
	}
	e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Reader: cdr.JacORB, Memory: true})
	e.Value(&mid{base{9, "mid"}, 1.5, &box{7}}, baseType)
	if e.Err() != nil {
		t.Errorf("in memory: %v", e.Err())
	}
}

// TestValuesForCombat: a value in a value in chunks is not sent to a known Combat, which would take its tag for the size of a chunk. Null is, and a value that was
// before, and a value in one that is not in chunks; and others are sent all.
func TestValuesForCombat(t *testing.T) {
	t.Parallel()
	inner := &base{1, "inner"}
	for name, c := range map[string]struct {
		values   []cdr.Value
		declared *cdr.ValueType // of the last
		refused  bool
	}{
		"in chunks":                   {[]cdr.Value{&mid{base{9, "mid"}, 1.5, inner}}, baseType, true},
		"null":                        {[]cdr.Value{&mid{base{9, "mid"}, 1.5, nil}}, baseType, false},
		"in none":                     {[]cdr.Value{&mid{base{9, "mid"}, 1.5, inner}}, valueType(midID, false), false},
		"one that is there before it": {[]cdr.Value{inner, &mid{base{9, "mid"}, 1.5, inner}}, baseType, false},
	} {
		for _, reader := range []cdr.Reader{cdr.AnyReader, cdr.OtherOrder, cdr.JacORB, cdr.NotJacORB, cdr.OmniORB, cdr.Other, cdr.Combat} {
			for _, memory := range []bool{false, true} {
				e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Reader: reader, Memory: memory})
				for i, v := range c.values {
					if i+1 < len(c.values) {
						e.Value(v, baseType)
					} else {
						e.Value(v, c.declared)
					}
				}
				var sys *exc.SystemException
				switch err := e.Err(); {
				case !c.refused || reader != cdr.Combat || memory:
					if err != nil {
						t.Errorf("%s, reader %d, in memory %v: %v", name, reader, memory, err)
					}
				case !errors.As(err, &sys) || sys.Kind != exc.Marshal || !strings.Contains(err.Error(), "Combat"):
					t.Errorf("%s: got %v, want MARSHAL", name, err)
				}
			}
		}
	}
}
