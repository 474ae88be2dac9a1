package rrbc_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/diff"
)

// A drawn row is one of many changes at once, each of them drawn by chance: what becomes of its clients is not written down, but what
// dsom idl diff predicts, and that has to happen.

// A prediction is what becomes of a client that is not compiled anew.
type prediction struct {
	verdict diff.Verdict
	silent  bool // it breaks, and nothing refuses it
	atCall  bool // what is refused is so when it is called, and not with its class
	unheard bool // it is refused, and the caller has no way to be told
}

// drawnHere is how many drawn rows are built and run with the others, and how many by the reference alone; soaking, it is more.
func drawnHere() (built, referred int) {
	if os.Getenv("DSOM_SOAK") != "" {
		return 24, 5000
	}
	return 2, 80
}

// TestDrawn holds what dsom idl diff says of drawn rows against what the kernel in Go does.
func TestDrawn(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	_, n := drawnHere()
	seen := map[prediction]int{}
	for k := range n {
		p := drawnPair(t, seed, k)
		for _, in := range []tongues{{inC, inCxx, inC}, {inCxx, inC, inCxx}} {
			v := p.predict(in.lib)
			seen[v]++
			before := t.Failed()
			p.held(t, v, expect(p.one, p.one, in, p.steps), expect(p.two, p.one, in, p.steps))
			if t.Failed() && !before {
				t.Fatalf("row %d in %s, of which %+v is said: %v\nDSOM_SEED=%d\n%s\n---\n%s", k, in.lib.name, v, p.changes(), seed, p.one.readable(p.one.text), p.two.readable(p.two.text))
			}
		}
	}
	if len(seen) < 4 { // compatible, refused, refused when it is called, in silence
		t.Errorf("only these predictions were tried: %v", seen)
	}
}

// drawnPairs are those that are built and run.
func drawnPairs(t *testing.T, seed uint64) []*pair {
	n, _ := drawnHere()
	var all []*pair
	for k := range n {
		all = append(all, drawnPair(t, seed, k))
	}
	return all
}

func drawnPair(t *testing.T, seed uint64, n int) *pair {
	t.Helper()
	r := drawRow(rand.New(rand.NewPCG(seed, uint64(n))))
	r.id, r.outOfGo = fmt.Sprintf("X%d", n), typesInGo
	p := &pair{row: r}
	p.one, p.two = releases(t, draw(seed, r))
	if p.two.refusal != "" {
		t.Fatalf("release 2 is refused with %s\n%s", p.two.refusal, p.two.text)
	}
	p.steps = script(p.one)
	p.predict = func(lib *language) prediction { return predicted(p.changes(), lib) }
	return p
}

// changes are those that dsom idl diff tells.
func (p *pair) changes() []diff.Change {
	all := diff.Compare(p.one.library, p.two.library, diff.Options{}).Changes
	if p.two.public != nil {
		all = append(all, diff.Compare(p.one.public, p.two.public, diff.Options{}).Changes...)
	}
	return all
}

// predicted is what changes do to clients of a library in a language.
func predicted(changes []diff.Change, lib *language) prediction {
	v := prediction{verdict: diff.OK}
	refused := false
	for _, c := range changes {
		if strings.HasSuffix(c.Code, "-cxx") && !lib.keepsState {
			continue
		}
		v.verdict = max(v.verdict, c.Binary)
		switch {
		case c.Binary != diff.Break:
		case c.Silent:
			v.silent = true
		case c.Code == "implementation-lost":
			v.atCall = true
		default:
			refused = true
		}
	}
	v.atCall = v.atCall && !refused
	v.silent = v.silent && !refused && !v.atCall
	return v
}

// A sketch is what a drawn row gives a release's text.
type sketch struct {
	types, params string // of the method fit
	leaves        []leaf
	age           string // the attribute's modifier
	total         string // what is said of static data
	version       string
	parents, end  string
	union         string
	migrated      bool
}

// A leaf is a number that the method fit is given: its name may change, and what it counts for does not.
type leaf struct {
	name   string
	weight int32
}

// drawRow draws both releases. What may change is in each with a chance of its own, so that many rows have few changes.
func drawRow(rnd *rand.Rand) *row {
	some := func(one string, others ...string) string { // mostly it stays
		if rnd.IntN(6) > 0 {
			return one
		}
		return others[rnd.IntN(len(others))]
	}
	r := &row{with: "pets", odd: &odd{}}
	a := sketch{parents: "Animal", end: "// End."}
	a.leaves = []leaf{{"wide", 1}, {"high", 10}, {"tame", 100}}[:2+rnd.IntN(2)]
	b := a
	b.leaves = shifted(rnd, a.leaves)
	grouped := rnd.IntN(2) == 0 // the numbers are members of a structure
	a.fit(grouped, "Box", "long")
	b.fit(grouped, some("Box", "Seal"), some("long", "double"))

	hasAge, hasTotal := rnd.IntN(2) == 0, rnd.IntN(2) == 0
	if hasAge {
		b.age = some("", " age: nonstaticaccessors;", " nonstaticaccessors;", " _get_age: nonstatic;")
		r.sub = []edit{{"short paws;", "short paws; double years;"}}
		if rnd.IntN(2) == 0 {
			r.sub = append(r.sub, overridesAge)
		} else {
			b.age = ""
		}
	}
	if hasTotal {
		a.total = ", total; long total; total: staticdata;"
		b.total = some(a.total, ", total;", ";", ", total; double total; total: staticdata;", ", total; long total; total: staticdata; double weight;")
	} else {
		a.total, b.total = ";", ";"
	}
	a.version = "majorversion = 1; minorversion = 2;"
	b.version = some(a.version, "majorversion = 1; minorversion = 3;", "majorversion = 2; minorversion = 2;", "majorversion = 1; minorversion = 1;")
	ordering := "// Tags."
	if rnd.IntN(2) == 0 {
		a.parents = "Animal, Early"
		ordering = ordered("SOMObject", []string{"long", "string"}[rnd.IntN(2)])
	}
	b.parents, b.end = a.parents, a.end
	if a.parents != "Animal" {
		b.parents = some(a.parents, "Animal, Early, Late")
		b.end = some(a.end, "interface Both : Early, Late { implementation { releaseorder:; }; };\n  // End.")
	}
	a.union = unionsOf(rnd)[0]
	b.union = some(a.union, unionsOf(rnd)...)
	abstract := ""
	if rnd.IntN(2) == 0 {
		abstract = " abstractparents = Pet;"
	}
	a.parents += ", Pet"
	b.parents += ", Pet"
	b.migrated = rnd.IntN(4) == 0

	r.before = []edit{{"// Keepers.", a.types + a.union + ordering}, {"long drink(in long n);", "long drink(in long n);" + a.methods(hasAge)}, {"digest, drink;", "digest, drink" + a.order(hasAge)},
		{"interface Dog : Animal {", "interface Dog : " + a.parents + " {"}, {"releaseorder: bark;", "releaseorder: bark; stroke: override;" + abstract}}
	r.after = slices.DeleteFunc([]edit{{a.types, b.types}, {a.union, b.union}, {a.methods(hasAge), b.methods(hasAge)}, {"digest, drink" + a.order(hasAge), "digest, drink" + b.order(hasAge)}, {a.version, b.version},
		{"interface Dog : " + a.parents + " {", "interface Dog : " + b.parents + " {"}, {a.end, b.end}}, func(e edit) bool { return e.from == e.to })
	if b.migrated {
		r.after = append(r.after, edit{"long bark(in long n);\n    implementation", "implementation"}, edit{"releaseorder: bark;", "releaseorder: bark; bark: migrate = Pet;"},
			edit{"long stroke(in long n);", "long stroke(in long n); long bark(in long n);"}, edit{"releaseorder: stroke;", "releaseorder: stroke, bark;" + some("", " bark: nonstatic;", " bark: procedure;", " bark: nooverride;")})
		r.moved = map[string]string{"Pet.bark": "Dog.bark"}
	}
	r.called(a, b, grouped)
	return r
}

// shifted are numbers as a next release has them: in another order, under another name, or the first gone and another come at the end.
func shifted(rnd *rand.Rand, was []leaf) []leaf {
	is := slices.Clone(was)
	last := len(is) - 1
	switch rnd.IntN(6) {
	case 0:
		is[0], is[1] = is[1], is[0]
	case 1:
		is[last].name = "calm"
	case 2:
		is[0], is[1] = is[1], is[0]
		is[last].name = "calm"
	case 3:
		is = append(is[1:], leaf{"calm", 1000})
	}
	return is
}

// fit writes what the method fit is given.
func (s *sketch) fit(grouped bool, name, typ string) {
	var all []string
	for _, l := range s.leaves {
		all = append(all, typ+" "+l.name)
	}
	s.types, s.params = "exception Angry { string since; };\n  ", "in "+strings.Join(all, ", in ")
	if grouped {
		s.types += fmt.Sprintf("struct %s { %s; };\n  ", name, strings.Join(all, "; "))
		s.params = "in " + name + " x"
	}
}

func (s *sketch) methods(age bool) string {
	text := fmt.Sprintf(" long fit(%s); void measure(in Tag x);", s.params)
	if age {
		text += " attribute long age;"
	}
	return text
}

func (s *sketch) order(age bool) string {
	text := ", fit, measure"
	if age {
		text += ", _get_age, _set_age"
	}
	return text + s.total + s.age
}

// unionsOf are unions over one discriminator in which each value is followed by the same.
func unionsOf(rnd *rand.Rand) []string {
	if rnd.IntN(2) == 0 {
		return []string{"union Tag switch (boolean) { case TRUE: long since; default: double until; };\n  ", "union Tag switch (boolean) { case TRUE: long since; case FALSE: double until; };\n  "}
	}
	return []string{"union Tag switch (long) { case 1: long since; case 2: double until; };\n  ", "union Tag switch (long) { case 2: double until; case 1: long since; };\n  ",
		"union Tag switch (long) { case 1: long since; default: double until; };\n  "}
}

// called writes how fit is called with the names of release 1, what it does with those of its own release, and what comes of it.
func (r *row) called(a, b sketch, grouped bool) {
	value := func(k int) int32 { return int32(3 + k) }
	for k, l := range a.leaves {
		r.odd.results[0] += l.weight * value(k)
		r.odd.results[1] += b.leaves[k].weight * value(k)
	}
	if grouped {
		set := ""
		for k, l := range a.leaves {
			set += fmt.Sprintf(" b.%s = %d;", l.name, value(k))
		}
		r.odd.call, r.odd.callCxx = "Zoo::Box b;"+set+" int32_t v = FIT(o, &ev, &b)", "::Zoo::Box b;"+set+" std::int32_t v = o.fit(b)"
	} else {
		var all []string
		for k := range a.leaves {
			all = append(all, fmt.Sprint(value(k)))
		}
		list := strings.Join(all, ", ")
		r.odd.call, r.odd.callCxx = "int32_t v = FIT(o, &ev, "+list+")", "std::int32_t v = o.fit("+list+")"
	}
	for n, s := range []sketch{a, b} {
		var c, cxx []string
		for _, l := range s.leaves {
			at, atCxx := l.name, l.name
			if grouped {
				at, atCxx = "x->"+l.name, "x."+l.name
			}
			c, cxx = append(c, fmt.Sprintf("(int32_t)%s * %d", at, l.weight)), append(cxx, fmt.Sprintf("static_cast<std::int32_t>(%s) * %d", atCxx, l.weight))
		}
		r.bodies[n] = [2]string{strings.Join(c, " + "), strings.Join(cxx, " + ")}
	}
}
