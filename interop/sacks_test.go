package interop_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	stubs "github.com/opendsom/dsom/interop/gen/grown"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/typecode"
)

// sackRounds is how many Sacks each way of a call passes.
const sackRounds = 30

// passSeed and passAny are what a dynamic call must know of the Garden's operations.
var (
	passSeed = &dii.Signature{Operation: "pass", Result: stubs.SeedType.TypeCode(),
		Params: []dii.Param{{Name: "s", Direction: model.In, Type: stubs.SeedType.TypeCode()}}}
	passAny = &dii.Signature{Operation: "pass_any", Result: typecode.Any,
		Params: []dii.Param{{Name: "a", Direction: model.In, Type: typecode.Any}}}
)

// TestSacks passes values in chunks with anys of all kinds, which stand at random places of a message, to a peer and back: through
// generated code, dynamic calls, and anys. An omniORB reads what is in an any in other steps than the members of a value.
func TestSacks(t *testing.T) {
	t.Parallel()
	forEachGardener(t, func(t *testing.T, p gardening, g gardener) func(*testing.T, gopeer.Options) {
		s := g.ServeGrown(t)
		return func(t *testing.T, form gopeer.Options) {
			o := gardenORB(t, form)
			there, err := stubs.GardenClass.Bind(t.Context(), o.ORB, s.IOR)
			if err != nil {
				t.Fatal(err)
			}
			ref, err := o.Resolve(t.Context(), s.IOR)
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewPCG(uint64(peer.Seed(t)), uint64(form.Fragment)))
			for i := range sackRounds {
				text, items, flags := sackParts(t, random, p)
				made := &stubs.SackState{Text: text, Items: items, Flags: flags, Tail: -1}
				got, err := there.Pass(t.Context(), made)
				if err != nil {
					t.Errorf("generated code, round %d: %v with %d %s", i, err, len(text), asJSON(items...))
				} else if back, ok := got.(stubs.Sack); !ok {
					t.Errorf("generated code, round %d: got a %T", i, got)
				} else if back := back.AsSack(); !equalAnys(back.Items, items) || back.Tail != -1 || back.Text != text || fmt.Sprint(back.Flags) != fmt.Sprint(flags) {
					t.Errorf("generated code, round %d: another Sack came back: %s, not %s", i, asJSON(back.Items...), asJSON(items...))
				}
				sack := dynSack(t, text, items, flags)
				passDynamically(t, fmt.Sprintf("dynamic call, round %d", i), ref, passSeed, sack)
				if p.types {
					in, err := dyn.Of(typecode.Any, sack)
					if err != nil {
						t.Fatal(err)
					}
					passDynamically(t, fmt.Sprintf("any, round %d", i), ref, passAny, in)
				}
			}
		}
	})
}

// passDynamically calls what gives back its argument.
func passDynamically(t *testing.T, what string, ref *orb.Ref, s *dii.Signature, sent dyn.Any) {
	t.Helper()
	got, err := dii.Call(t.Context(), ref, s, sent)
	if err != nil {
		t.Errorf("%s: %v with %s", what, err, asJSON(sent))
	} else if back, want := asJSON(got.Return), asJSON(sent); back != want {
		t.Errorf("%s: got %s, not %s", what, back, want)
	}
}

// asJSON returns anys as texts.
func asJSON(anys ...dyn.Any) string {
	var b strings.Builder
	for _, a := range anys {
		text, err := dyn.MarshalJSON(a)
		fmt.Fprintln(&b, string(text), err)
	}
	return b.String()
}

// dynSack returns a Sack of which no generated code knows.
func dynSack(t *testing.T, text string, items stubs.AnySeq, flags stubs.FlagSeq) dyn.Any {
	t.Helper()
	anys := make([]any, len(items))
	for i := range items {
		anys[i] = items[i]
	}
	a, err := dyn.Of(stubs.SeedType.TypeCode(), &dyn.Valuetype{Type: stubs.SackType.TypeCode(), Members: dyn.Struct{
		{Name: "number", Value: int32(1)}, {Name: "text", Value: text}, {Name: "items", Value: anys}, {Name: "flags", Value: []bool(flags)}, {Name: "tail", Value: int32(-1)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func equalAnys(a, b []dyn.Any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !dyn.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// sackParts returns the members of a Sack whose anys stand about where omniORB's buffer ends, or anywhere.
func sackParts(t *testing.T, random *rand.Rand, p gardening) (string, stubs.AnySeq, stubs.FlagSeq) {
	t.Helper()
	length := random.IntN(1000)
	if random.IntN(2) == 0 {
		length = 7000 + random.IntN(1300)
	}
	items := make(stubs.AnySeq, 4+random.IntN(40))
	for i := range items {
		items[i] = item(t, random, p)
	}
	flags := make(stubs.FlagSeq, random.IntN(3000))
	for i := range flags {
		flags[i] = random.IntN(2) == 0
	}
	return strings.Repeat("t", length), items, flags
}

var (
	grain = typecode.Struct("IDL:interop.opendsom.org/Grown/Grain:1.0", "Grain", typecode.Member{Name: "d", Type: typecode.Double}, typecode.Member{Name: "o", Type: typecode.Octet})
	husks = typecode.Struct("IDL:interop.opendsom.org/Grown/Chaff:1.0", "Chaff", typecode.Member{Name: "l", Type: typecode.Long},
		typecode.Member{Name: "g", Type: grain}, typecode.Member{Name: "s", Type: typecode.Short}, typecode.Member{Name: "e", Type: typecode.Array(typecode.Long, 3)}, typecode.Member{Name: "x", Type: typecode.LongLong})
	hue = typecode.Enum("IDL:interop.opendsom.org/Grown/Hue:1.0", "Hue", "red", "green", "blue")
)

// item returns an any of any kind.
func item(t *testing.T, random *rand.Rand, p gardening) dyn.Any {
	t.Helper()
	n := 1 + random.IntN(5)
	list := func(of func(int) any) []any {
		l := make([]any, n)
		for i := range l {
			l[i] = of(i)
		}
		return l
	}
	aGrain := func(i int) any { return map[string]any{"d": float64(i), "o": i} }
	kinds := []func() (*typecode.TypeCode, any){
		func() (*typecode.TypeCode, any) { return typecode.Boolean, true },
		func() (*typecode.TypeCode, any) { return typecode.Octet, n },
		func() (*typecode.TypeCode, any) { return typecode.Char, "c" },
		func() (*typecode.TypeCode, any) { return typecode.Short, -n },
		func() (*typecode.TypeCode, any) { return typecode.ULong, n },
		func() (*typecode.TypeCode, any) { return typecode.LongLong, random.Int64() },
		func() (*typecode.TypeCode, any) { return typecode.Float, 1.5 },
		func() (*typecode.TypeCode, any) { return typecode.Double, random.Float64() },
		func() (*typecode.TypeCode, any) { return typecode.String, strings.Repeat("s", random.IntN(30)) },
		func() (*typecode.TypeCode, any) { return typecode.WString, strings.Repeat("w", random.IntN(30)) },
		func() (*typecode.TypeCode, any) { return typecode.Any, dyn.Octet.Any(7) },
		func() (*typecode.TypeCode, any) { return hue, "green" },
		func() (*typecode.TypeCode, any) { return grain, aGrain(n) },
		func() (*typecode.TypeCode, any) {
			return husks, map[string]any{"l": n, "g": aGrain(n), "s": n, "e": []any{1, 2, 3}, "x": n}
		},
		func() (*typecode.TypeCode, any) {
			return stubs.MixedType.TypeCode(), map[string]any{"o": n, "d": 1.5, "c": "c", "s": n, "t": "text"[:n%4], "last": 9}
		},
		func() (*typecode.TypeCode, any) {
			return typecode.Sequence(typecode.Boolean, 0), list(func(i int) any { return i > 0 })
		},
		func() (*typecode.TypeCode, any) {
			return typecode.Sequence(typecode.Double, 0), list(func(i int) any { return i })
		},
		func() (*typecode.TypeCode, any) {
			return typecode.Sequence(typecode.Short, 0), list(func(i int) any { return i })
		},
		func() (*typecode.TypeCode, any) {
			return typecode.Sequence(hue, 0), list(func(int) any { return "red" })
		},
		func() (*typecode.TypeCode, any) { return typecode.Sequence(grain, 0), list(aGrain) },
		func() (*typecode.TypeCode, any) { return typecode.Array(grain, uint32(n)), list(aGrain) },
		func() (*typecode.TypeCode, any) {
			return typecode.Array(typecode.LongLong, uint32(n)), list(func(i int) any { return i })
		},
		func() (*typecode.TypeCode, any) {
			return typecode.Sequence(typecode.String, 0), list(func(i int) any { return "text"[:i%4] })
		},
	}
	k := random.IntN(len(kinds) + 1)
	if k == len(kinds) {
		return dyn.Any{}
	}
	a, err := dyn.Of(kinds[k]())
	if err != nil {
		t.Fatal(err)
	}
	return a
}
