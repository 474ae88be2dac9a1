package dyn_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// TestPieces holds where the chunks of a value end that has v in an any, if peers have it in pieces of 8 octets, and that what is
// written is read again. The state begins at the octet 8.
func TestPieces(t *testing.T) {
	t.Parallel()
	member := func(name string, tc *typecode.TypeCode) typecode.Member { return typecode.Member{Name: name, Type: tc} }
	grain := typecode.Struct("IDL:Grain:1.0", "Grain", member("d", typecode.Double), member("o", typecode.Octet))
	nothing := typecode.Struct("IDL:N:1.0", "N")
	row := typecode.Struct("IDL:R:1.0", "R", member("o", typecode.Octet), member("d", typecode.Double))
	list := func(n int, v any) []any { return slices.Repeat([]any{v}, n) }
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
			map[string]any{"a": 1, "b": 2, "d": 1.5}, []int{2, 8}},
		"around a text": {typecode.Struct("IDL:S:1.0", "S", member("l", typecode.Long), member("t", typecode.String), member("m", typecode.Long)),
			map[string]any{"l": 1, "t": "abc", "m": 2}, []int{4, 12}},
		"booleans":        {typecode.Sequence(typecode.Boolean, 0), []any{true, false, true, true, true, true}, []int{10}},
		"shorts":          {typecode.Sequence(typecode.Short, 0), []any{1, 2, 3, 4}, []int{10, 2}},
		"structures":      {typecode.Sequence(grain, 0), []any{aGrain, aGrain, aGrain}, []int{49}},
		"their array":     {typecode.Array(grain, 2), []any{aGrain, aGrain}, []int{25}},
		"pieces in a row": {typecode.Array(typecode.Struct("IDL:S:1.0", "S", member("o", typecode.Octet), member("d", typecode.Double)), 2), []any{map[string]any{"o": 1, "d": 1}, map[string]any{"o": 1, "d": 1}}, []int{32}},
		"texts":           {typecode.Sequence(typecode.String, 0), []any{"abc", "abcdefg"}, []int{12, 12}},
		"octets before what is aligned": {typecode.Struct("IDL:S:1.0", "S", member("o", typecode.Array(typecode.Octet, 4)), member("l", typecode.Long)),
			map[string]any{"o": []any{1, 2, 3, 4}, "l": 5}, []int{4, 4}},
		"around what is nothing": {typecode.Struct("IDL:S:1.0", "S", member("l", typecode.Long), member("n", typecode.Array(nothing, 2)), member("m", typecode.Long)),
			map[string]any{"l": 1, "n": []any{map[string]any{}, map[string]any{}}, "m": 2}, []int{8}},
		"structures around what is nothing": {typecode.Sequence(typecode.Struct("IDL:S:1.0", "S", member("d", typecode.Double), member("n", typecode.Array(nothing, 2)), member("o", typecode.Octet)), 0),
			list(2, map[string]any{"d": 1.5, "n": []any{map[string]any{}, map[string]any{}}, "o": 1}), []int{33}},
		"arrays of octets":   {typecode.Sequence(typecode.Array(typecode.Octet, 3), 0), list(4, []any{1, 2, 3}), []int{10, 3, 3}},
		"arrays in an array": {typecode.Array(typecode.Array(typecode.Octet, 3), 4), list(4, []any{1, 2, 3}), []int{3, 3, 3, 3}},
		"a wide character":   {typecode.Struct("IDL:S:1.0", "S", member("c", typecode.Char), member("w", typecode.WChar), member("o", typecode.Octet)), map[string]any{"c": "c", "w": "w", "o": 5}, []int{5}},
		"rows of structures": {typecode.Sequence(row, 0), list(3, map[string]any{"o": 1, "d": 1.5}), []int{48}},
		"a row in a structure": {typecode.Struct("IDL:S:1.0", "S", member("r", typecode.Array(row, 2)), member("o", typecode.Octet), member("d", typecode.Double)),
			map[string]any{"r": list(2, map[string]any{"o": 1, "d": 1.5}), "o": 1, "d": 1.5}, []int{33, 8}},
		"a row of one":  {typecode.Array(row, 1), list(1, map[string]any{"o": 1, "d": 1.5}), []int{1, 8}},
		"rows in a row": {typecode.Array(typecode.Array(row, 2), 2), list(2, list(2, map[string]any{"o": 1, "d": 1.5})), []int{64}},
		"octets behind a number in a row": {typecode.Sequence(typecode.Struct("IDL:S:1.0", "S", member("d", typecode.Double), member("t", typecode.String), member("e", typecode.Double), member("o", typecode.Octet), member("b", typecode.Boolean)), 0),
			list(2, map[string]any{"d": 1.5, "t": "abc", "e": 2.5, "o": 1, "b": true}), []int{16, 8, 10, 8, 8, 10}},
		"arrays of nothing, of a type that has no end": {endless(func(t *typecode.TypeCode) *typecode.TypeCode { return t }), map[string]any{"l": 1, "a": []any{}, "m": 2}, []int{4, 4}},
		"arrays of nothing, of structures that hold one around": {endless(func(t *typecode.TypeCode) *typecode.TypeCode {
			return typecode.Struct("IDL:I:1.0", "I", member("s", t))
		}), map[string]any{"l": 1, "a": []any{}, "m": 2}, []int{4, 4}},
		"arrays of nothing, of another name of a structure around": {endless(func(t *typecode.TypeCode) *typecode.TypeCode { return typecode.Alias("IDL:I:1.0", "I", t) }), map[string]any{"l": 1, "a": []any{}, "m": 2}, []int{4, 4}},
		"structures that end with nothing": {typecode.Struct("IDL:S:1.0", "S", member("a", typecode.Array(typecode.Struct("IDL:I:1.0", "I", member("l", typecode.Long), member("n", typecode.Array(nothing, 2))), 2)),
			member("t", typecode.String), member("m", typecode.Long)),
			map[string]any{"a": list(2, map[string]any{"l": 1, "n": list(2, map[string]any{})}), "t": "abc", "m": 2}, []int{8, 8, 4}},
		"arrays of nothing": {typecode.Struct("IDL:S:1.0", "S", member("l", typecode.Long), member("a", typecode.Array(typecode.Long, 0)), member("t", typecode.String), member("m", typecode.Long)),
			map[string]any{"l": 1, "a": []any{}, "t": "abc", "m": 2}, []int{4, 12}},
		"octets one by one, before what is aligned": {typecode.Struct("IDL:S:1.0", "S", member("a", typecode.Octet), member("b", typecode.Octet), member("c", typecode.Octet), member("d", typecode.Octet),
			member("e", typecode.Octet), member("f", typecode.Octet), member("g", typecode.Octet), member("h", typecode.Octet), member("x", typecode.Double)),
			map[string]any{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "x": 1.5}, []int{8, 12}},
		"empty": {typecode.Sequence(typecode.Double, 0), []any{}, []int{4}},
		"null":  {typecode.Null, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := dyn.Of(c.tc, c.v)
			if err != nil {
				t.Fatal(err)
			}
			for _, little := range []bool{false, true} {
				e := cdr.NewEncoder(nil, little, &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16, Fragment: 8})
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
				d = cdr.NewDecoder(e.Bytes(), little, e.Env())
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

// TestEnumeratorsInAState holds where the chunks of a value end that has enumerators and a text in its state, if peers have it in pieces of 8 octets: behind
// those that omniORB (4.2.5) reads in one step.
func TestEnumeratorsInAState(t *testing.T) {
	t.Parallel()
	hue := typecode.Alias("IDL:Tone:1.0", "Tone", typecode.Enum("IDL:Hue:1.0", "Hue", "red", "green"))
	list := func(n int, v any) []any { return slices.Repeat([]any{v}, n) }
	seq := func(of *typecode.TypeCode) *typecode.TypeCode { return typecode.Sequence(of, 0) }
	array := func(of *typecode.TypeCode, n uint32) *typecode.TypeCode {
		return typecode.Alias("IDL:A:1.0", "A", typecode.Array(of, n))
	}
	for name, c := range map[string]struct {
		tc   *typecode.TypeCode
		v    any
		want []int
	}{
		"a sequence":                   {seq(hue), list(4, "red"), []int{20, 8}},
		"bounded":                      {typecode.Sequence(hue, 5), list(4, "red"), []int{20, 8}},
		"a sequence of arrays":         {seq(array(array(hue, 1), 2)), list(2, list(2, list(1, "red"))), []int{20, 8}},
		"a sequence of sequences":      {seq(seq(hue)), list(2, list(3, "red")), []int{20, 16, 8}},
		"an array of sequences":        {array(seq(hue), 2), list(2, list(3, "red")), []int{16, 16, 8}},
		"an array, one by one":         {array(hue, 4), list(4, "red"), []int{24}},
		"an array of arrays, likewise": {array(array(hue, 1), 4), list(4, list(1, "red")), []int{24}},
		"a sequence of none":           {seq(hue), []any{}, []int{12}},
		"a sequence of arrays of none": {seq(array(hue, 0)), list(2, []any{}), []int{12}},
	} {
		value := typecode.Value("IDL:V:1.0", "V", 0, nil, typecode.State{Name: "l", Type: c.tc, Public: true}, typecode.State{Name: "t", Type: typecode.String, Public: true})
		a, err := dyn.Of(value, &dyn.Valuetype{Type: value, Members: dyn.Struct{{Name: "l", Value: c.v}, {Name: "t", Value: "abc"}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, little := range []bool{false, true} {
			e := cdr.NewEncoder(nil, little, &cdr.Env{Version: cdr.V12, Fragment: 8})
			around := e.BeginValue(0, nil, true) // what is in it is in chunks, too
			dyn.PutValue(e, a)
			e.EndValue(around)
			var sizes []int
			d := cdr.NewDecoder(e.Bytes(), little, nil)
			d.ULong()
			d.ULong()
			d.RawString()
			for n := d.Long(); n > 0 && d.Err() == nil; n = d.Long() {
				sizes = append(sizes, int(n))
				d.OctetsView(int(n))
			}
			if e.Err() != nil || !slices.Equal(sizes, c.want) {
				t.Errorf("%s, little-endian %v: chunks of %d octets, want %d (%v)", name, little, sizes, c.want, e.Err())
			}
		}
	}
}

// endless returns a structure with an array of nothing between its other members, of what of makes of the structure itself. No checked TypeCode has such.
func endless(of func(*typecode.TypeCode) *typecode.TypeCode) *typecode.TypeCode {
	return typecode.Struct("IDL:S:1.0", "S", typecode.Member{Name: "l", Type: typecode.Long},
		typecode.Member{Name: "a", Type: typecode.Array(of(typecode.Recursive("IDL:S:1.0")), 0)}, typecode.Member{Name: "m", Type: typecode.Long})
}
