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
	"github.com/opendsom/dsom/typecode"
)

// rackRounds is how many Racks each way of a call passes.
const rackRounds = 12

// TestRacks passes values in chunks with lists of every kind, which stand at random places of a message, to a peer and back: through generated code and dynamic
// calls, once as to what its reference says it is, and once as to an ORB that is not known. Each ORB reads others of them in one step.
func TestRacks(t *testing.T) {
	t.Parallel()
	forEachGardener(t, func(t *testing.T, p gardening, g gardener) func(*testing.T, gopeer.Options) {
		s := g.ServeGrown(t)
		return func(t *testing.T, form gopeer.Options) {
			o := gardenORB(t, form)
			stubs.RackType.Register(o.ORB, func() stubs.Rack { return new(stubs.RackState) })
			seed := uint64(peer.Seed(t))
			for _, url := range []string{s.IOR, unnamed(t, s.IOR)} {
				ref, err := o.Resolve(t.Context(), url)
				if err != nil {
					t.Fatal(err)
				}
				there := stubs.GardenClass.Unchecked(ref)
				for i := range rackRounds {
					rack := randomRack(t, rand.New(rand.NewPCG(seed, uint64(i))), p)
					what := fmt.Sprintf("seed %d, round %d, known %v", seed, i, url == s.IOR)
					passDynamically(t, what+", dynamic call", ref, passSeed, rack)
					made, err := stubs.SeedType.From(rack)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := there.Pass(t.Context(), made); err != nil {
						t.Errorf("%s: %v", what, err)
					} else if back, want := asJSON(stubs.SeedType.Any(got)), asJSON(rack); back != want {
						t.Errorf("%s: got %s, not %s", what, back, want)
					}
				}
			}
		}
	})
}

// randomRack returns a Rack whose lists stand about where omniORB's buffer ends, or anywhere.
func randomRack(t *testing.T, random *rand.Rand, p gardening) dyn.Any {
	t.Helper()
	item := stubs.ItemType.TypeCode()
	items := make([]any, 1+random.IntN(12))
	for i := range items {
		arm := random.IntN(item.Len())
		for !p.wchar && strings.Contains(item.MemberName(arm), "wide") {
			arm = random.IntN(item.Len())
		}
		most := 12
		if random.IntN(3) == 0 {
			most = 150
		}
		items[i] = dyn.Union{Label: int32(arm), Name: item.MemberName(arm), Value: anything(random, item.MemberType(arm), most)}
	}
	length := random.IntN(1000)
	if random.IntN(3) > 0 {
		length = 7000 + random.IntN(1300)
	}
	a, err := dyn.Of(stubs.SeedType.TypeCode(), &dyn.Valuetype{Type: stubs.RackType.TypeCode(), Members: dyn.Struct{
		{Name: "number", Value: 1}, {Name: "text", Value: strings.Repeat("t", length)}, {Name: "items", Value: items}, {Name: "tail", Value: -1},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// anything returns a value of a type, with so many elements in a sequence at most.
func anything(random *rand.Rand, of *typecode.TypeCode, most int) any {
	switch of = of.Unalias(); of.Kind() {
	case typecode.TkSequence, typecode.TkArray:
		n := int(of.Length())
		if of.Kind() == typecode.TkSequence {
			n = random.IntN(most + 1)
		}
		l := make([]any, n)
		for i := range l {
			l[i] = anything(random, of.Content(), 12)
		}
		return l
	case typecode.TkStruct:
		m := map[string]any{}
		for i := range of.Len() {
			m[of.MemberName(i)] = anything(random, of.MemberType(i), most)
		}
		return m
	case typecode.TkString:
		return strings.Repeat("s", random.IntN(20))
	case typecode.TkChar, typecode.TkWChar:
		return string(rune('a' + random.IntN(26)))
	case typecode.TkBoolean:
		return random.IntN(2) == 0
	case typecode.TkEnum:
		return random.IntN(of.Len())
	}
	return random.IntN(100)
}
