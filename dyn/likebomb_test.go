package dyn_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	tc "github.com/opendsom/dsom/typecode"
)

// ringed returns a valuetype X of two sequences: of a circle of that many structures without names, and of X.
func ringed(length int) *tc.TypeCode {
	const id = "IDL:Ring:1.0"
	ring := tc.Sequence(tc.Recursive(id), 0)
	for range length {
		ring = tc.Sequence(tc.Struct("", "", tc.Member{Type: ring}), 0)
	}
	first := tc.Struct(id, "", tc.Member{Type: ring})
	return tc.Value("IDL:X:1.0", "", tc.ValueNone, nil,
		tc.State{Type: tc.Sequence(first, 0), Public: true},
		tc.State{Type: tc.Sequence(tc.Recursive("IDL:X:1.0"), 0), Public: true})
}

// TestLikeBomb: each of many anys tells the type of one id anew, half of them in circles of another length, and each value refers
// to all of the other half: every such pair of types is compared, and is alike, after as many steps as both lengths' product if each is
// looked at anew.
func TestLikeBomb(t *testing.T) { // not parallel: memory is counted
	const half = 120
	e := cdr.NewEncoder(nil, true, nil)
	var at []int
	begin := func(length int) {
		tc.Put(e, ringed(length))
		e.Align(4)
		at = append(at, e.Len())
		e.ULong(0x7fffff00)
		e.Count(0)
	}
	for range half {
		begin(29)
		e.Count(0)
	}
	for range half {
		begin(28)
		e.Count(half)
		for _, other := range at[:half] {
			e.ULong(0xffffffff)
			e.Long(int32(other - e.Len()))
		}
	}
	b := e.Bytes()
	anyBound.Run(t, len(b), func() {
		d := cdr.NewDecoder(b, true, nil)
		for range 2 * half {
			dyn.GetAny(d)
		}
		if d.Err() != nil || d.Remaining() != 0 {
			t.Errorf("%d octets: %v, %d left", len(b), d.Err(), d.Remaining())
		}
	})
}
