package dyn_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	tc "github.com/opendsom/dsom/typecode"
)

// TestDecodedSizeOfValues: the places of values in anys are charged to the message, for they take more than the values' octets.
func TestDecodedSizeOfValues(t *testing.T) {
	t.Parallel()
	const n = 1000
	empty := tc.Value("IDL:G/Empty:1.0", "Empty", 0, nil)
	e := cdr.NewEncoder(nil, true, nil)
	tc.Put(e, tc.Sequence(empty, 0))
	e.Count(n)
	for range n {
		e.ULong(0x7fffff00)
	}
	for _, c := range []struct {
		size int64
		want error
	}{{60 * n, exc.Marshal}, {600 * n, nil}} {
		var lim limits.Limits
		lim.Set(limits.DecodedSize, c.size)
		d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Limits: &lim})
		dyn.GetAny(d)
		if err := d.Err(); !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), "decoded-size") {
			t.Errorf("with %d octets: %v", c.size, err)
		}
	}
}

// TestBoxesDeriveFromNothing: a value box does not stand where the type is declared that is boxed.
func TestBoxesDeriveFromNothing(t *testing.T) {
	t.Parallel()
	plain := tc.Value("IDL:G/Plain:1.0", "Plain", 0, nil, tc.State{Name: "n", Type: tc.Long, Public: true})
	box := tc.ValueBox("IDL:G/Box:1.0", "Box", plain)
	both := tc.Struct("IDL:G/Both:1.0", "Both", tc.Member{Name: "b", Type: box}, tc.Member{Name: "p", Type: plain})
	e := cdr.NewEncoder(nil, true, nil)
	e.NullValue()
	e.ULong(0x7fffff02)
	e.RawString(box.ID())
	e.ULong(0x7fffff00)
	e.Long(7)
	d := cdr.NewDecoder(e.Bytes(), true, nil)
	a := dyn.GetValue(d, both)
	if err := d.Err(); !errors.Is(err, exc.Marshal) || !strings.Contains(err.Error(), "Box stands where a G::Plain is declared") {
		t.Errorf("got %v, %v", a.Value(), err)
	}
}
