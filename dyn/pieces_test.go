package dyn_test

import (
	"reflect"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// TestPieces holds where the chunks of a value end that has v in an any, if peers have it in pieces of 8 octets, and that what is
// written is read again. The state begins at the octet 8.
func TestPieces(t *testing.T) {
	t.Parallel()
	member := func(name string, tc *typecode.TypeCode) typecode.Member { return typecode.Member{Name: name, Type: tc} }
	grain := typecode.Struct("IDL:Grain:1.0", "Grain", member("d", typecode.Double), member("o", typecode.Octet))
	aGrain := map[string]any{"d": 1.5, "o": 7}
	for name, c := range map[string]struct {
		tc   *typecode.TypeCode
		v    any
		want []int
	}{
		"double": {typecode.Double, 1.5, []int{8}},
		"members": {typecode.Struct("IDL:S:1.0", "S", member("l", typecode.Long), member("g", grain), member("s", typecode.Short), member("e", typecode.Array(typecode.Long, 3)), member("x", typecode.LongLong)),
			map[string]any{"l": 1, "g": aGrain, "s": 2, "e": []any{1, 2, 3}, "x": 4}, []int{4, 9, 2, 12, 8}},
		"members that are one piece": {typecode.Struct("IDL:S:1.0", "S", member("d", typecode.Double), member("l", typecode.Long), member("m", typecode.Array(typecode.Long, 2)), member("e", typecode.Double)),
			map[string]any{"d": 1.5, "l": 2, "m": []any{3, 4}, "e": 5}, []int{20, 8}},
		"octets one by one": {typecode.Struct("IDL:S:1.0", "S", member("a", typecode.Octet), member("b", typecode.Octet), member("d", typecode.Double)),
			map[string]any{"a": 1, "b": 2, "d": 1.5}, []int{16}},
		"around a text": {typecode.Struct("IDL:S:1.0", "S", member("l", typecode.Long), member("t", typecode.String), member("m", typecode.Long)),
			map[string]any{"l": 1, "t": "abc", "m": 2}, []int{4, 12}},
		"booleans":        {typecode.Sequence(typecode.Boolean, 0), []any{true, false, true, true, true, true}, []int{10}},
		"shorts":          {typecode.Sequence(typecode.Short, 0), []any{1, 2, 3, 4}, []int{10, 2}},
		"structures":      {typecode.Sequence(grain, 0), []any{aGrain, aGrain, aGrain}, []int{49}},
		"their array":     {typecode.Array(grain, 2), []any{aGrain, aGrain}, []int{25}},
		"pieces in a row": {typecode.Array(typecode.Struct("IDL:S:1.0", "S", member("o", typecode.Octet), member("d", typecode.Double)), 2), []any{map[string]any{"o": 1, "d": 1}, map[string]any{"o": 1, "d": 1}}, []int{32}},
		"texts":           {typecode.Sequence(typecode.String, 0), []any{"abc", "abcdefg"}, []int{12, 12}},
		"empty":           {typecode.Sequence(typecode.Double, 0), []any{}, []int{4}},
		"null":            {typecode.Null, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := dyn.Of(c.tc, c.v)
			if err != nil {
				t.Fatal(err)
			}
			for _, little := range []bool{false, true} {
				e := cdr.NewEncoder(nil, little, &cdr.Env{Version: cdr.V12, Fragment: 8})
				m := e.BeginValue(0, nil, true)
				dyn.PutValue(e, a)
				e.EndValue(m)
				if e.Err() != nil {
					t.Fatal(e.Err())
				}
				var sizes []int
				d := cdr.NewDecoder(e.Bytes(), little, nil)
				d.ULong()
				for n := d.Long(); n > 0 && d.Err() == nil; n = d.Long() {
					sizes = append(sizes, int(n))
					d.OctetsView(int(n))
				}
				if d.Err() != nil || d.Remaining() > 0 || !reflect.DeepEqual(sizes, c.want) {
					t.Errorf("little-endian %v: chunks of %d octets, want %d (%v)", little, sizes, c.want, d.Err())
				}
				d = cdr.NewDecoder(e.Bytes(), little, nil)
				h := d.BeginValue()
				got := dyn.GetValue(d, c.tc)
				d.EndValue(h, false)
				if d.Err() != nil || !dyn.Equal(got, a) {
					t.Errorf("little-endian %v: another value is read: %v", little, d.Err())
				}
			}
		})
	}
}
