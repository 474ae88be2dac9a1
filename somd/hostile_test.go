package somd_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// A liar is an object of a peer that says of its class whatever it likes.
type liar struct {
	iface orb.Interface
	say   func(*cdr.Encoder)
}

func (l *liar) Interface() *orb.Interface { return &l.iface }
func (l *liar) Implementation() any       { return l }
func (l *liar) Dispatch(r *orb.ServerRequest) bool {
	if r.Operation() != "_som_class" && r.Operation() != "somdDescribe" {
		return false
	}
	if r.Operation() == "somdDescribe" {
		_ = r.In.String()
	}
	if r.Decoded() && r.Returned(nil) {
		l.say(&r.Out)
	}
	return true
}

// described writes a description of classes, each a name, and perhaps the base of its proxies and of its methods how objects go, who owns what, the
// signature in whole and that they are oneway; its parents, and the signatures of methods m0, m1, …
func described(out *cdr.Encoder, classes ...[3][]string) {
	e := cdr.NewEncoder(nil, false, nil)
	e.Boolean(false)
	for _, n := range []uint32{0x534f4d43, somd.DescriptionVersion, 1} {
		e.ULong(n)
	}
	e.Count(len(classes))
	for _, c := range classes {
		class := e.Begin()
		e.RawString(c[0][0])
		e.ULong(1)
		e.ULong(0)
		e.Count(len(c[1]))
		for _, p := range c[1] {
			e.RawString(p)
		}
		e.Count(len(c[2]))
		for i, s := range c[2] {
			method := e.Begin()
			e.RawString(fmt.Sprintf("m%d", i))
			e.ULong(0)
			e.RawString(s)
			more := append(slices.Clone(c[0]), "", "", "", "", "")
			e.RawString(more[2])
			e.RawString(more[3])
			e.RawString(more[4])
			e.Boolean(more[5] != "")
			e.End(method)
		}
		e.RawString(append(c[0], "")[1])
		e.End(class) // no metaclass
	}
	if e.Err() != nil {
		panic(e.Err())
	}
	out.OctetSeq(e.Bytes())
}

// TestHostileServers imports objects and places classes whose servers lie about them: each is an error that says what is wrong, and costs little.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	root := []string{"SOMObject"}
	many := func(n int, s string) []string {
		all := make([]string, n)
		for i := range all {
			all[i] = s
		}
		return all
	}
	for name, c := range map[string]struct {
		say func(*cdr.Encoder)
		ok  bool
	}{
		"nothing":             {say: func(e *cdr.Encoder) {}},
		"no class":            {say: func(e *cdr.Encoder) { described(e) }},
		"a count of billions": {say: func(e *cdr.Encoder) { e.ULong(0xffffffff) }},
		"a million classes": {say: func(e *cdr.Encoder) {
			e.OctetSeq([]byte("\x00\x00\x00\x00SOMC\x00\x00\x00\x01\x00\x00\x00\x01\x00\x0f\x42\x40\x00\x00\x00\x05\x00"))
		}},
		"a class of billions of octets": {say: func(e *cdr.Encoder) {
			e.OctetSeq([]byte("\x00\x00\x00\x00SOMC\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\xff\xff\xff\xff\x00"))
		}},
		"a version that is not known": {say: func(e *cdr.Encoder) {
			e.OctetSeq([]byte("\x00\x00\x00\x00SOMC\x00\x00\x00\x09\x00\x00\x00\x08\x00\x00\x00\x00"))
		}},
		"no name":           {say: func(e *cdr.Encoder) { described(e, [3][]string{{""}, root, nil}) }},
		"a name of blanks":  {say: func(e *cdr.Encoder) { described(e, [3][]string{{"a b\n"}, root, nil}) }},
		"a long name":       {say: func(e *cdr.Encoder) { described(e, [3][]string{{strings.Repeat("x", 1<<16)}, root, nil}) }},
		"an unknown parent": {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A"}, {"B"}, nil}) }},
		"its own parent":    {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A"}, {"A"}, nil}) }},
		"parents twice":     {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A"}, {"SOMObject", "SOMObject"}, nil}) }},
		"too many parents":  {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A"}, many(300, "SOMObject"), nil}) }},
		"too many methods":  {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A"}, root, many(70000, "v:/void()")}) }},
		"a metaclass":       {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A"}, {"SOMClass"}, nil}) }},
		"bad signatures": {say: func(e *cdr.Encoder) {
			described(e, [3][]string{{"A"}, root, {"", "x", "v:/", "v:p/void({", "v:p/void(^7)", strings.Repeat("<", 1000), "i:/long()!{{!!", "v:p/void(long[99999][99999])"}})
		}, ok: true},
		"bad letters of copies": {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A", "", "rx"}, root, {"o:o/object(object)"}}) }},
		"copies of other methods": {say: func(e *cdr.Encoder) {
			described(e, [3][]string{{"A", "", strings.Repeat("c", 300)}, root, {"v:/void()", "o:o/object(object)", "v:/void()", "v:/void()"}})
		}, ok: true},
		"bad letters of owners": {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A", "", "", "cx"}, root, {"o:o/object(object)"}}) }},
		"owners of other methods": {say: func(e *cdr.Encoder) {
			described(e, [3][]string{{"A", "", "", strings.Repeat("o", 300)}, root, {"v:/void()", "v:/void()", "v:/void()", "v:p/void({"}})
		}, ok: true},
		"oneway with a result": {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A", "", "", "", "", "1"}, root, {"i:/long()"}}) }},
		"two signatures": {say: func(e *cdr.Encoder) {
			described(e, [3][]string{{"A", "", "", "", "i:/long()"}, root, {"v:p/void({#0123456789abcdef})"}})
		}},
		"a signature without end": {say: func(e *cdr.Encoder) {
			described(e, [3][]string{{"A", "", "", "", "v:p/void({" + strings.Repeat("long,", 1<<16)}, root, {"v:p/void({#0123456789abcdef})"}})
		}},
		"a signature in whole that is none": {say: func(e *cdr.Encoder) {
			described(e, [3][]string{{"A", "", "", "", "v:p/void({long,^9})"}, root, many(4, "v:p/void({#0123456789abcdef})")})
		}, ok: true},
		"a base of proxies that is none": {say: func(e *cdr.Encoder) { described(e, [3][]string{{"A", "Pets::Cat", ""}, root, many(4, "v:p/void({")}) }},
		"a base of proxies of any name": {say: func(e *cdr.Encoder) {
			described(e, [3][]string{{"A", "a b\n" + strings.Repeat("x", 1<<12), ""}, root, many(4, "v:p/void({")})
		}, ok: true},
		"classes too deep": {say: func(e *cdr.Encoder) {
			all := [][3][]string{{{"C0"}, root, nil}}
			for i := range 300 {
				all = append(all, [3][]string{{fmt.Sprintf("C%d", i+1)}, {fmt.Sprintf("C%d", i)}, nil})
			}
			described(e, all...)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			peer, client := domain(t, somd.Config{}), domain(t, somd.Config{})
			client.Know(cat.Class)
			ref, err := peer.ORB().Adapter().Activate(&liar{iface: orb.Interface{ID: "IDL:Lie:1.0"}, say: c.say})
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
			runtime.ReadMemStats(&after)
			switch {
			case c.ok != (err == nil):
				t.Errorf("imported: %v", err)
			case err == nil:
				if _, err := r.Invoke(t.Context(), "m3"); !errors.Is(err, exc.NoImplement) {
					t.Errorf("a method of a signature that is none: %v", err)
				}
				_ = r.Release()
			case len(err.Error()) > 1500:
				t.Errorf("the error has %d octets", len(err.Error()))
			}
			if _, err := client.Place(t.Context(), somd.Place{Class: "A", URL: ref.String()}); err == nil && !c.ok {
				t.Error("the class is placed")
			}
		})
	}
}

// TestRefusedCountNothing has a peer describe classes that are refused, more than a domain knows by descriptions: other peers' classes do not suffer.
func TestRefusedCountNothing(t *testing.T) {
	t.Parallel()
	peer, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	there := func(name string, classes ...[3][]string) *orb.Ref {
		ref, err := peer.ORB().Adapter().Activate(&liar{iface: orb.Interface{ID: "IDL:" + name + ":1.0"}, say: func(e *cdr.Encoder) { described(e, classes...) }})
		if err != nil {
			t.Fatal(err)
		}
		return client.ORB().NewRef(ref.IOR())
	}
	bad := []*orb.Ref{there("NoParent", [3][]string{{"NoParent"}, {"Missing"}, nil}), there("NoName", [3][]string{{"no name"}, {"SOMObject"}, nil})}
	for i := range 2 * (somd.MaxDescribed + 10) { // of each
		if _, err := client.Import(t.Context(), bad[i%len(bad)]); err == nil || errors.Is(err, exc.ImpLimit) {
			t.Fatalf("description %d: %v", i, err)
		}
	}
	r, err := client.Import(t.Context(), there("Good", [3][]string{{"Good"}, {"SOMObject"}, nil}))
	if err != nil {
		t.Fatalf("after a peer's bad descriptions: %v", err)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
}

// TestHostileClients sends operations with octets at random for arguments: each is answered, and the object goes on.
func TestHostileClients(t *testing.T) {
	t.Parallel()
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	s, err := somd.NewServer(server, somd.Among(cat.Class), "Pets::Cat")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Release() }()
	c := newCat(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	n, failed := 0, 0
	for _, object := range []som.Object{c, s} {
		ref, err := server.Export(object)
		if err != nil {
			t.Fatal(err)
		}
		there := client.ORB().NewRef(ref.IOR())
		for range 3000 {
			ops := []string{"speak", "menu", "wish", "numbers", "wide", "grid", "octets", "friend", "pack", "_set_name", "_som_class", "_som_print", "_som_release",
				"somFree", "somGetClass", "somDispatch", "somNew", "somdDescribe", "somdDeleteObj", "SOMObject::somFree", "Pets::Pet::speak", "", "\x00"}
			call := orb.StartCall(t.Context(), there, ops[rnd.IntN(len(ops))], 0)
			for call.Next() {
				octets := make([]byte, rnd.IntN(40))
				for i := range octets {
					if rnd.IntN(3) > 0 {
						octets[i] = byte(rnd.IntN(256))
					}
				}
				call.Out.Octets(octets)
			}
			call.Returned()
			n++
			if call.End() != nil {
				failed++
			}
		}
	}
	if failed < n/2 || failed == n {
		t.Errorf("of %d calls %d have failed", n, failed)
	}
	good, _ := cat.Narrow(func() som.Ref { client.Know(cat.Class); return remote(t, server, client, c) }())
	if _, err := good.Scratch(t.Context(), 1); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// TestMany has many goroutines make, call, pass and release objects over one domain, and counts what is left.
func TestMany(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	place, err := client.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: makes(t, server)})
	if err != nil {
		t.Fatal(err)
	}
	before := pet.Living.Load()
	mine := newCat(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 40 {
				r, err := place.New()
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := r.Invoke(context.Background(), "scratch", i); err != nil {
					t.Error(err)
				}
				if back, err := r.Invoke(context.Background(), "friend", mine.SOM()); err != nil {
					t.Error(err)
				} else if o := back.(som.Object).SOM(); o != mine.SOM() {
					t.Errorf("another came back: %v", o)
				} else if err := o.Release(); err != nil {
					t.Error(err)
				}
				if err := r.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := pet.Living.Load() - before; n != 1 || server.Exported() != 1 || mine.SOM().Refs() != 1 {
		t.Errorf("%d cats live, %d objects are exported, the one that was passed has %d references", n, server.Exported(), mine.SOM().Refs())
	}
}

// TestSwept passes objects that end, more than are looked for at once: the domain forgets them.
func TestSwept(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(cat.Class)
	server.Know(cat.Class)
	c, _ := cat.Narrow(remote(t, server, client, newCat(t)))
	for range 1500 {
		p, err := cat.New()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := c.Thing(t.Context(), p); err != nil || back.SOM() != p.SOM() || back.SOM().Release() != nil {
			t.Fatalf("got %v, %v", back, err)
		}
		if err := p.Release(); err != nil || p.SOM().Refs() != 0 {
			t.Fatalf("what was passed lives: %v", err)
		}
	}
	if n := client.Exported(); n > 1100 {
		t.Errorf("%d objects are exported, most of which have ended", n)
	}
}
