package interop_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	stubs "github.com/opendsom/dsom/interop/gen/grown"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/typecode"
)

// randomRounds is how many Sacks of random anys each way of a call passes.
const randomRounds = 15

// TestRandomAnys passes values in chunks with anys of random types at random places to a peer and back: once as to what its reference
// says it is, and once as to an ORB that is not known.
func TestRandomAnys(t *testing.T) {
	t.Parallel()
	forEachGardener(t, func(t *testing.T, p gardening, g gardener) func(*testing.T, gopeer.Options) {
		s := g.ServeGrown(t)
		return func(t *testing.T, form gopeer.Options) {
			o := gardenORB(t, form)
			seed := uint64(peer.Seed(t))
			for _, known := range []bool{true, false} {
				url := s.IOR
				if !known {
					url = unnamed(t, url)
				}
				if !known && url == s.IOR { // it is none that is known
					break
				}
				ref, err := o.Resolve(t.Context(), url)
				if err != nil {
					t.Fatal(err)
				}
				for i := range randomRounds {
					random := &randomAnys{random: rand.New(rand.NewPCG(seed, uint64(i))), of: p}
					what := fmt.Sprintf("seed %d, round %d, known %v", seed, i, known)
					sack := random.sack(t)
					passSack(t, what, ref, sack, p.name == "omniORB" && random.rows || p.name == "omniORBpy" && random.octets)
				}
			}
		}
	})
}

// passSack passes a Sack. If it may fail, what is read at the wrong place is no value (MARSHAL), or not even a TypeCode, but it may not come back as another.
func passSack(t *testing.T, what string, ref *orb.Ref, sent dyn.Any, mayFail bool) {
	t.Helper()
	got, err := dii.Call(t.Context(), ref, passSeed, sent)
	if err != nil {
		if !mayFail || !errors.Is(err, exc.Marshal) && !errors.Is(err, exc.BadTypecode) {
			t.Errorf("%s: %v with %.2000s", what, err, asJSON(sent))
		}
	} else if back, want := asJSON(got.Return), asJSON(sent); back != want {
		t.Errorf("%s: got %.2000s, not %.2000s", what, back, want)
	}
}

// unnamed returns a reference without what it says of the ORB that made it.
func unnamed(t *testing.T, url string) string {
	t.Helper()
	u, err := ior.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	for n, raw := range u.IOR.Profiles {
		p, err := raw.IIOP()
		if err != nil {
			t.Fatal(err)
		}
		var rest []ior.Component
		for _, c := range p.Components {
			if c.Tag != ior.TagORBType {
				rest = append(rest, c)
			}
		}
		if len(rest) < len(p.Components) {
			p.Components = rest
			u.IOR.Profiles[n] = p.Profile()
		}
	}
	return u.IOR.String()
}

// randomAnys makes anys that a peer can pass.
type randomAnys struct {
	random *rand.Rand
	of     gardening
	types  int  // made
	octets bool // in an array were put into a structure, of which they are a part to omniORB, and not to omniORBpy, which reads them by themselves
	rows   bool // were made, in which no chunk ends: omniORB fails if a buffer of what it writes, in its own order of octets, or reads ends in the first element; see isRow
}

// A maker makes values of a type.
type maker struct {
	of   *typecode.TypeCode
	make func() any
}

// A block is what omniORB copies from an any in one step.
type block struct{ align, size int }

func (b *block) up() int { return (b.size + b.align - 1) &^ (b.align - 1) }

// blocksOf returns the blocks of a type, and false if not all of it is in blocks of known length.
func blocksOf(tc *typecode.TypeCode) (all []block, flat bool) {
	put := func(list ...block) {
		for _, b := range list {
			if last := len(all) - 1; last >= 0 && all[last].size%b.align == 0 && b.align <= all[last].align {
				all[last].size += b.size
			} else {
				all = append(all, b)
			}
		}
	}
	switch tc = tc.Unalias(); tc.Kind() {
	case typecode.TkBoolean, typecode.TkOctet:
		return []block{{1, 1}}, true
	case typecode.TkShort, typecode.TkUShort:
		return []block{{2, 2}}, true
	case typecode.TkLong, typecode.TkFloat, typecode.TkEnum:
		return []block{{4, 4}}, true
	case typecode.TkLongLong, typecode.TkDouble:
		return []block{{8, 8}}, true
	case typecode.TkStruct:
		for i := range tc.Len() {
			in, flat := blocksOf(tc.MemberType(i))
			if !flat {
				return nil, false
			}
			put(in...)
		}
		return all, true
	case typecode.TkArray:
		in, flat := blocksOf(tc.Content())
		if n := int(tc.Length()); flat && len(in) == 1 && n > 1 {
			in[0].size += (n - 1) * in[0].up()
		}
		return in, flat
	}
	return nil, false
}

// hasOctets reports whether an array of octets is in a type.
func hasOctets(tc *typecode.TypeCode) bool {
	switch tc = tc.Unalias(); tc.Kind() {
	case typecode.TkArray:
		return tc.Content().Unalias().Kind() == typecode.TkOctet || hasOctets(tc.Content())
	case typecode.TkSequence:
		return hasOctets(tc.Content())
	}
	return false // in a structure it was seen when that was made
}

// isRow reports whether omniORB reads the elements of a sequence or array of tc in one step, but for the first, and with the padding in
// them: no buffer may end in the first, which it reads by its blocks (omniorb/crash/rows.idl).
func isRow(tc *typecode.TypeCode) bool {
	all, flat := blocksOf(tc)
	return flat && len(all) > 1
}

// sack returns a Sack with anys.
func (r *randomAnys) sack(t *testing.T) dyn.Any {
	t.Helper()
	items := make(stubs.AnySeq, 1+r.random.IntN(12))
	for i := range items {
		items[i] = r.any(t, 3)
	}
	length := r.random.IntN(2500)
	if r.random.IntN(2) == 0 {
		length = 3700 + r.random.IntN(5300)
	}
	flags := make(stubs.FlagSeq, r.random.IntN(100))
	return dynSack(t, strings.Repeat("t", length), items, flags)
}

func (r *randomAnys) any(t *testing.T, depth int) dyn.Any {
	t.Helper()
	m := r.maker(t, depth)
	a, err := dyn.Of(m.of, m.make())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// id returns an id and a name that no other type has.
func (r *randomAnys) id() (id, name string) {
	r.types++
	name = fmt.Sprintf("Random%d", r.types)
	return "IDL:interop.opendsom.org/Grown/" + name + ":1.0", name
}

// maker returns one of a random type, of so many types within each other at most.
func (r *randomAnys) maker(t *testing.T, depth int) maker {
	t.Helper()
	if depth == 0 || r.random.IntN(3) == 0 {
		return r.leaf()
	}
	switch r.random.IntN(8) {
	case 0, 1:
		return r.structure(t, depth)
	case 2, 3:
		m := r.maker(t, depth-1)
		r.rows = r.rows || isRow(m.of)
		most := 6
		if depth == 1 {
			most = []int{4, 40, 400}[r.random.IntN(3)]
		}
		return maker{typecode.Sequence(m.of, 0), func() any { return list(r.random.IntN(most), m.make) }}
	case 4:
		m := r.maker(t, depth-1)
		r.rows = r.rows || isRow(m.of)
		n := 1 + r.random.IntN(6)
		return maker{typecode.Array(m.of, uint32(n)), func() any { return list(n, m.make) }}
	case 5:
		one, two := r.maker(t, depth-1), r.maker(t, depth-1)
		id, name := r.id()
		u := typecode.Union(id, name, typecode.Long, typecode.Arm{Label: 1, Name: "one", Type: one.of}, typecode.Arm{Label: 2, Name: "two", Type: two.of})
		return maker{u, func() any {
			if r.random.IntN(2) == 0 {
				return dyn.Union{Label: int32(1), Name: "one", Value: one.make()}
			}
			return dyn.Union{Label: int32(2), Name: "two", Value: two.make()}
		}}
	case 6:
		m := r.maker(t, depth-1)
		id, name := r.id()
		return maker{typecode.Alias(id, name, m.of), m.make}
	}
	return maker{typecode.Any, func() any { return r.any(t, depth-1) }}
}

func (r *randomAnys) structure(t *testing.T, depth int) maker {
	t.Helper()
	members := make([]typecode.Member, 1+r.random.IntN(5))
	makers := make([]maker, len(members))
	for i := range members {
		makers[i] = r.maker(t, depth-1)
		r.octets = r.octets || hasOctets(makers[i].of)
		members[i] = typecode.Member{Name: fmt.Sprintf("m%d", i), Type: makers[i].of}
	}
	id, name := r.id()
	return maker{typecode.Struct(id, name, members...), func() any {
		v := map[string]any{}
		for i, m := range makers {
			v[members[i].Name] = m.make()
		}
		return v
	}}
}

// leaf returns a maker of a type without parts.
func (r *randomAnys) leaf() maker {
	least := 1
	if r.of.empty {
		least = 0
	}
	all := []maker{
		{typecode.Boolean, func() any { return r.random.IntN(2) == 0 }},
		{typecode.Octet, func() any { return r.random.IntN(256) }},
		{typecode.Char, func() any { return string(rune('a' + r.random.IntN(26))) }},
		{typecode.Short, func() any { return r.random.IntN(30000) }},
		{typecode.UShort, func() any { return r.random.IntN(60000) }},
		{typecode.Long, func() any { return r.random.Int32() }},
		{typecode.LongLong, func() any { return r.random.Int64() }},
		{typecode.Float, func() any { return 1.5 }},
		{typecode.Double, func() any { return r.random.Float64() }},
		{typecode.String, func() any { return strings.Repeat("s", least+r.random.IntN(12)) }},
		{typecode.WString, func() any { return strings.Repeat("w", r.random.IntN(12)) }},
		{hue, func() any { return r.random.IntN(2) }},
	}
	if r.of.wchar {
		all = append(all, maker{typecode.WChar, func() any { return string(rune('a' + r.random.IntN(26))) }})
	}
	if r.of.types {
		all = append(all, maker{typecode.TC, func() any { return stubs.DeepsType.TypeCode() }})
	}
	return all[r.random.IntN(len(all))]
}

// list returns n values.
func list(n int, of func() any) []any {
	l := make([]any, n)
	for i := range l {
		l[i] = of()
	}
	return l
}
