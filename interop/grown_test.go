package interop_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	stubs "github.com/opendsom/dsom/interop/gen/grown"
	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/grown"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/typecode"
)

// A garden gives back what it is passed.
type garden struct{ stubs.GardenBase }

func (*garden) Pass(_ context.Context, s stubs.Seed) (stubs.Seed, error) { return s, nil }
func (*garden) PassAny(_ context.Context, a dyn.Any) (dyn.Any, error)    { return a, nil }
func (*garden) Dig(_ context.Context, d stubs.Deeps) error               { return &stubs.Dug{Held: d} }

func (*garden) PassType(_ context.Context, t *typecode.TypeCode) (*typecode.TypeCode, error) {
	return t, nil
}

func (*garden) TypeOf(_ context.Context, which int32) (*typecode.TypeCode, error) {
	return deepTypes[which], nil
}

// deepTypes are types that hold themselves through a typedef, and those that hold such.
var deepTypes = []*typecode.TypeCode{
	stubs.DeepType.TypeCode(), stubs.DeepsType.TypeCode(), stubs.HolderType.TypeCode(), stubs.DugType.TypeCode(),
}

// leastFragment is so small that a repository id goes over its end.
const leastFragment = 64

// fragmentSizes are those with which the tests run; 0 is none.
var fragmentSizes = []int{0, leastFragment, 104, 700, 1000, 4000}

// A gardener is a peer with programs for grown.idl.
type gardener interface {
	ServeGrown(testing.TB) *peer.Server
	CallGrown(t testing.TB, url string) peer.Report
}

// A gardening is what such a peer is able to.
type gardening struct {
	name  string
	build func(testing.TB) gardener
	types bool     // it makes TypeCodes of types that hold themselves, and takes values in anys: in Java both are limits (docs/interop.md)
	fixed bool     // it has decimal numbers of the size of their type: in Java both ORBs have limits there (docs/interop.md)
	shut  []string // its cases that fail between its own client and server too: values in chunks where no type is declared, or an abstract interface
	wchar bool     // it takes a wchar in an any: omniORBpy takes the length for it (docs/interop.md)
	empty bool     // it takes an any with an empty string before a char (glassfish/limits/EmptyString.java)
	swaps bool     // its client reads an exception whose id goes over the end of a fragment in its own byte order (glassfish/limits/Fragments.java)
}

var gardeners = []gardening{
	{"omniORB", func(t testing.TB) gardener { return grown.Build(t, &tally) }, true, true, nil, true, true, false},
	{"omniORBpy", func(t testing.TB) gardener { return omnipy.Build(t, &tally) }, true, true, nil, false, true, false},
	{"JacORB", func(t testing.TB) gardener { return jacorb.Build(t, &tally) }, false, false, shutInJava, true, true, false},
	{"GlassFish", func(t testing.TB) gardener { return glassfish.Build(t, &tally) }, false, false, shutInJava, true, false, true},
}

// shutInJava are those of the ORBs in Java: GlassFish finds no factory for such a value, and JacORB needs a class for it that the JDK has
// no more. Of ValueBase they have no cases.
var shutInJava = []string{"husk"}

// forEachGardener runs with each peer what setUp returns for it, in fragments of every size, in both byte orders.
func forEachGardener(t *testing.T, setUp func(t *testing.T, p gardening, g gardener) func(*testing.T, gopeer.Options)) {
	t.Helper()
	for _, p := range gardeners {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			run := setUp(t, p, p.build(t))
			for _, size := range fragmentSizes {
				for _, big := range []bool{false, true} {
					t.Run(fmt.Sprintf("fragments of %d, big-endian %v", size, big), func(t *testing.T) {
						t.Parallel()
						run(t, gopeer.Options{Fragment: size, BigEndian: big})
					})
				}
			}
		})
	}
}

// gardenORB returns an ORB that knows the values that come where no type is declared.
func gardenORB(t *testing.T, form gopeer.Options) *gopeer.ORB {
	t.Helper()
	o := gopeer.NewORB(t, form)
	stubs.SeedType.Register(o.ORB, func() stubs.Seed { return new(stubs.SeedState) })
	stubs.HuskType.Register(o.ORB, func() stubs.Husk { return new(stubs.HuskState) })
	stubs.SackType.Register(o.ORB, func() stubs.Sack { return new(stubs.SackState) })
	return o
}

// TestGrownClient passes large values in chunks, and types that hold themselves, to a peer and back.
func TestGrownClient(t *testing.T) {
	t.Parallel()
	forEachGardener(t, func(t *testing.T, p gardening, g gardener) func(*testing.T, gopeer.Options) {
		s := g.ServeGrown(t)
		return func(t *testing.T, form gopeer.Options) {
			there, err := stubs.GardenClass.Bind(t.Context(), gardenORB(t, form).ORB, s.IOR)
			if err != nil {
				t.Fatal(err)
			}
			testBulks(t, there)
			testEnds(t, there, p.shut == nil)
			if p.fixed {
				testLedgers(t, there)
			}
			testDeeps(t, there)
			if p.types {
				testMade(t, there)
			}
		}
	})
}

// TestGrownServer has a peer do the same with this project's server.
func TestGrownServer(t *testing.T) {
	t.Parallel()
	forEachGardener(t, func(_ *testing.T, p gardening, g gardener) func(*testing.T, gopeer.Options) {
		return func(t *testing.T, form gopeer.Options) {
			ref, err := stubs.GardenClass.Activate(gardenORB(t, form).Root, new(garden))
			if err != nil {
				t.Fatal(err)
			}
			r := g.CallGrown(t, ref.String())
			cases := 57
			if p.types {
				cases += 6
			}
			if p.shut == nil {
				cases += 3
			}
			if p.fixed {
				cases += 5
			}
			failed := slices.Clone(p.shut)
			if p.swaps && form.Fragment == leastFragment && !form.BigEndian {
				failed = append(failed, "dug")
			}
			if !slices.Equal(r.Names(peer.Fail), failed) || len(r.By(peer.OK)) != cases-len(failed) {
				t.Errorf("got\n%v", r)
			}
		}
	})
}

// testBulks passes values whose parts have from a few octets to tens of thousands.
func testBulks(t *testing.T, there stubs.Garden) {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(peer.Seed(t)), 0))
	for _, size := range []int{20, 300, 1000, 8000, 50000} {
		for range 5 {
			sent := bulk(t, random, size)
			got, err := there.Pass(t.Context(), sent)
			if err != nil {
				t.Errorf("parts of %d octets: %v", size, err)
				continue
			}
			back, ok := got.(stubs.Bulk)
			if !ok {
				t.Errorf("parts of %d octets: got a %T", size, got)
				continue
			}
			b := back.AsBulk()
			if len(b.More) != 2 || b.More[0] != b.Inner || b.More[1] != got || !reflect.DeepEqual(b.Inner, sent.Inner) || !dyn.Equal(b.Extra, sent.Extra) {
				t.Errorf("parts of %d octets: other values are inside", size)
			}
			b.Inner, b.More, b.Extra = sent.Inner, sent.More, sent.Extra
			if !reflect.DeepEqual(b, sent) {
				t.Errorf("parts of %d octets: another value came back", size)
			}
		}
	}
}

// testEnds passes values whose last member is a value, of which several end at the same place.
func testEnds(t *testing.T, there stubs.Garden, open bool) {
	t.Helper()
	seed := func() *stubs.SeedState { return &stubs.SeedState{Number: 5} }
	pod := func(last stubs.Seed) *stubs.PodState { return &stubs.PodState{Last: last} }
	husk := func() *stubs.HuskState { return &stubs.HuskState{Last: &stubs.PipState{Number: 3}} }
	for i, sent := range []stubs.Seed{pod(nil), pod(seed()), pod(pod(seed())), pod(pod(pod(seed()))),
		husk(), &stubs.HuskState{}, &stubs.ShellState{Odd: 7, Last: seed()}, &stubs.ShellState{Odd: 7, Last: husk()},
		pod(&stubs.ShellState{Odd: 7, Last: husk()}),
	} {
		if !open && i >= 4 {
			continue
		}
		if got, err := there.Pass(t.Context(), sent); err != nil || !reflect.DeepEqual(got, sent) {
			t.Errorf("value %d with a value as its last member: got %+v, %v", i, got, err)
		}
	}
}

// testLedgers passes values with decimal numbers.
func testLedgers(t *testing.T, there stubs.Garden) {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(peer.Seed(t)), 1))
	for _, entries := range []int{1, 20, 600, 3000} {
		sent := &stubs.LedgerState{Tail: -1, Entries: make(stubs.WholeSeq, entries)}
		for i := range sent.Entries {
			digits := []byte("1")
			for len(digits) < cdr.MaxFixedDigits {
				digits = append(digits, '0'+byte(random.IntN(10)))
			}
			var err error
			if sent.Entries[i], err = cdr.ParseFixed(string(digits)); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := there.Pass(t.Context(), sent); err != nil || !reflect.DeepEqual(got, sent) {
			t.Errorf("%d decimal numbers: got a %T that is another, %v", entries, got, err)
		}
	}
}

// bulk returns a Bulk whose every part has from size/2 to size octets.
func bulk(t *testing.T, random *rand.Rand, size int) *stubs.BulkState {
	t.Helper()
	some := func(size int) int { return size/2 + random.IntN(size/2+1) }
	text := func(n int) string { return strings.Repeat("text ", n/5+1)[:n] }
	inner := &stubs.PodState{Last: &stubs.SeedState{Number: 5}}
	b := &stubs.BulkState{Text: text(some(size)), Odd: 7, Wide: strings.Repeat("\u4e2d", some(size)/2), Inner: inner, Tail: -1}
	b.Number = random.Int32()
	b.Octets, b.Flags = make(stubs.OctetSeq, some(size)), make(stubs.FlagSeq, some(size))
	b.Shorts, b.Longs = make(stubs.ShortSeq, some(size)/2), make(stubs.LongSeq, some(size)/4)
	b.Doubles, b.Texts, b.Mixed = make(stubs.DoubleSeq, some(size)/8), make(stubs.TextSeq, some(size)/16+1), make(stubs.Mixture, some(size)/32+1)
	for i := range b.Octets {
		b.Octets[i] = byte(random.Uint32())
	}
	for i := range b.Flags {
		b.Flags[i] = random.IntN(2) == 0
	}
	for i := range b.Longs {
		b.Longs[i] = random.Int32()
	}
	for i := range b.Shorts {
		b.Shorts[i] = int16(i)
	}
	for i := range b.Doubles {
		b.Doubles[i] = random.Float64()
	}
	for i := range b.Texts {
		b.Texts[i] = text(random.IntN(20))
	}
	for i := range b.Mixed {
		b.Mixed[i] = stubs.Mixed{O: byte(i), D: random.Float64(), C: 'c', S: int16(i), T: text(random.IntN(5)), Last: 9}
	}
	b.Extra, b.More = stubs.TextSeqType.Any(b.Texts), stubs.SeedSeq{inner, b}
	return b
}

// testDeeps passes types that hold themselves through a typedef, and values of them.
func testDeeps(t *testing.T, there stubs.Garden) {
	t.Helper()
	ctx := t.Context()
	for _, want := range deepTypes {
		if got, err := there.PassType(ctx, want); err != nil || !typecode.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	want := stubs.DeepsType.Any(deeps)
	if got, err := there.PassAny(ctx, want); err != nil || !dyn.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	var dug *stubs.Dug
	if err := there.Dig(ctx, deeps); !errors.As(err, &dug) || !reflect.DeepEqual(dug.Held, deeps) {
		t.Errorf("got %v, want Dug with the Deeps", err)
	}
}

var deeps = stubs.Deeps{{N: 1}, {N: 2, Kids: stubs.Deeps{{N: 3}}}}

// testMade asks for the peer's own TypeCodes of such types, passes those on, and a value that holds one in an any.
func testMade(t *testing.T, there stubs.Garden) {
	t.Helper()
	ctx := t.Context()
	for i, want := range deepTypes {
		made, err := there.TypeOf(ctx, int32(i))
		if err != nil || !typecode.Equivalent(made, want) {
			t.Errorf("the peer's own: got %v, %v, want %v", made, err, want)
		}
		again, err := there.PassType(ctx, made)
		if err != nil || !typecode.Equal(again, made) {
			t.Errorf("the peer's own, passed on: got %v, %v, want %v", again, err, made)
		}
	}
	want := stubs.HolderType.Any(&stubs.HolderState{Held: deeps})
	if got, err := there.PassAny(ctx, want); err != nil || !dyn.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
