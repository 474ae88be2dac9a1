package dyn_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb/stub"
	tc "github.com/opendsom/dsom/typecode"
)

// A tag is a boxed string, as the compiler makes them.
type tag struct{ Value string }

var (
	tagCode = tc.ValueBox("IDL:R/Tag:1.0", "Tag", tc.String)
	tagType = stub.NewBox[tag]("IDL:R/Tag:1.0", tagCode)
)

func (*tag) IDLValue() *cdr.ValueType        { return tagType.ValueType() }
func (v *tag) MarshalState(e *cdr.Encoder)   { e.String(v.Value) }
func (v *tag) UnmarshalState(d *cdr.Decoder) { v.Value = d.String() }

// TestBoxesForJacORB: a box within a value in chunks is not sent to a known JacORB, be it of the compiler's types, made from its
// TypeCode, or copied from another any.
func TestBoxesForJacORB(t *testing.T) {
	t.Parallel()
	derived := tc.Value("IDL:R/Tagged:1.0", "Tagged", tc.ValueTruncatable, randomBase, tc.State{Name: "tag", Type: tagCode, Public: true})
	boxed := &dyn.Valuetype{Type: tagCode, Members: dyn.Struct{{Name: "value", Value: "x"}}}
	for name, c := range map[string]struct {
		box     any
		refused bool
	}{"a box": {boxed, true}, "null": {nil, false}} {
		v := &dyn.Valuetype{Type: derived, Members: dyn.Struct{{Name: "n", Value: int32(1)}, {Name: "tag", Value: c.box}}}
		a, err := dyn.Of(randomBase, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, reader := range []cdr.Reader{cdr.AnyReader, cdr.JacORB, cdr.NotJacORB} {
			e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Reader: reader})
			dyn.PutValue(e, a)
			checkBoxRefused(t, name, e.Err(), c.refused && reader == cdr.JacORB)
		}
	}
	e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Reader: cdr.JacORB})
	m := e.BeginValue(1, nil, true)
	e.Value(&tag{"x"}, tagType.ValueType())
	e.EndValue(m)
	checkBoxRefused(t, "the compiler's", e.Err(), true)
}

func checkBoxRefused(t *testing.T, name string, err error, refused bool) {
	t.Helper()
	var sys *exc.SystemException
	if errors.As(err, &sys) != refused || refused && (sys.Kind != exc.Marshal || !strings.Contains(err.Error(), "JacORB")) || !refused && err != nil {
		t.Errorf("%s: got %v, refused: %v", name, err, refused)
	}
}
