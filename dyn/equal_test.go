package dyn_test

import (
	"encoding/json"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

func placeType(member string) *typecode.TypeCode {
	return typecode.Struct("IDL:P:1.0", "P", typecode.Member{Name: member, Type: typecode.Long})
}

func pairOf(a, b *typecode.TypeCode) *typecode.TypeCode {
	return typecode.Struct("IDL:S:1.0", "S", typecode.Member{Name: "a", Type: a}, typecode.Member{Name: "b", Type: b})
}

// TestEqualTypes compares anys with types inside: how a type was put together, of one part or of two equal ones, makes no difference; what makes
// a type another one does.
func TestEqualTypes(t *testing.T) {
	t.Parallel()
	p := placeType("x")
	shared := pairOf(p, p)
	for name, c := range map[string]struct {
		other *typecode.TypeCode
		value map[string]any
		equal bool
	}{
		"the same":         {shared, map[string]any{"a": map[string]any{"x": 1}, "b": map[string]any{"x": 2}}, true},
		"parts apart":      {pairOf(placeType("x"), placeType("x")), map[string]any{"a": map[string]any{"x": 1}, "b": map[string]any{"x": 2}}, true},
		"another value":    {pairOf(placeType("x"), placeType("x")), map[string]any{"a": map[string]any{"x": 1}, "b": map[string]any{"x": 3}}, false},
		"a member's name":  {pairOf(placeType("x"), placeType("y")), map[string]any{"a": map[string]any{"x": 1}, "b": map[string]any{"y": 2}}, false},
		"an alias":         {pairOf(p, typecode.Alias("IDL:Q:1.0", "Q", p)), map[string]any{"a": map[string]any{"x": 1}, "b": map[string]any{"x": 2}}, false},
		"members the same": {pairOf(placeType("x"), placeType("x")), map[string]any{"a": map[string]any{"x": 1}, "b": map[string]any{"x": 1}}, false},
	} {
		one := must(dyn.Of(shared, map[string]any{"a": map[string]any{"x": 1}, "b": map[string]any{"x": 2}}))
		other := must(dyn.Of(c.other, c.value))
		around := []struct {
			name string
			tc   *typecode.TypeCode
			of   func(dyn.Any) any
		}{
			{"itself", nil, nil},
			{"an any", typecode.Any, func(a dyn.Any) any { return a }},
			{"an any in an any", typecode.Any, func(a dyn.Any) any { return must(dyn.Of(typecode.Any, a)) }},
			{"a sequence", typecode.Sequence(typecode.Any, 0), func(a dyn.Any) any { return []any{a, a} }},
			{"a struct", typecode.Struct("IDL:H:1.0", "H", typecode.Member{Name: "held", Type: typecode.Any}), func(a dyn.Any) any { return map[string]any{"held": a} }},
		}
		for _, o := range around {
			x, y := one, other
			if o.tc != nil {
				x, y = must(dyn.Of(o.tc, o.of(one))), must(dyn.Of(o.tc, o.of(other)))
			}
			if dyn.Equal(x, y) != c.equal || dyn.Equal(y, x) != c.equal {
				t.Errorf("%s in %s: got %v", name, o.name, !c.equal)
			}
			var back dyn.Any
			text, err := json.Marshal(x)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &back); err != nil || !dyn.Equal(x, back) {
				t.Errorf("%s in %s, through JSON: %v, or not equal", name, o.name, err)
			}
		}
		x, y := must(dyn.Of(typecode.TC, shared)), must(dyn.Of(typecode.TC, c.other))
		if got := dyn.Equal(x, y); got != typecode.Equal(shared, c.other) {
			t.Errorf("%s: the TypeCodes as values are equal: %v", name, got)
		}
	}
}
