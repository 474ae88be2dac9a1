package rrbc_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/diff"
	"github.com/opendsom/dsom/model"
)

// pairsHere is how many rows of three releases are drawn; soaking, it is more.
func pairsHere() int {
	if os.Getenv("DSOM_SOAK") != "" {
		return 4000
	}
	return 250
}

func compiled(text string) *model.Spec {
	got, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"zoo.idl": text}, Dialect: idl.SOM}, "zoo.idl")
	if err != nil {
		return nil
	}
	return got.Spec
}

// TestPairs draws libraries by chance, changes them twice by all that IDL allows, and holds what dsom idl diff says of each pair against what
// becomes of programs of the first release in the kernel in Go: of every class a client and a subclass, and subclasses of several.
func TestPairs(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	seen := map[string]int{}
	var alarms []string
	wrong := 0
	const most = 3
	for n := range pairsHere() {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		one := drawSheet(r)
		two, first := edited(r, one)
		three, second := edited(r, two)
		a, b, c := makeDrawn(one), makeDrawn(two), makeDrawn(three)
		for _, p := range []twoReleases{{a, b, first}, {b, c, second}, {a, c, append(first, second...)}} {
			missed, alarm := p.compare(seen)
			if alarm != "" {
				alarms = append(alarms, fmt.Sprintf("row %d, %s\nDSOM_SEED=%d", n, alarm, seed))
			}
			if missed != "" {
				t.Errorf("row %d, %s\nDSOM_SEED=%d", n, missed, seed)
				if wrong++; wrong >= most {
					t.FailNow()
				}
				break
			}
		}
	}
	t.Log(seen)
	all := []string{"compatible", "refused", "lost", "exchanged"}
	if pairsHere() > 1000 {
		all = append(all, "contrary", "memory") // which are seldom drawn
	}
	for _, what := range all {
		if seen[what] == 0 {
			t.Errorf("none was %s", what)
		}
	}
	if n := len(alarms); n > pairsHere()/100 { // of three pairs a row: one in 300
		t.Errorf("%d false alarms in %d rows:\n%s", n, pairsHere(), strings.Join(alarms, "\n"))
	}
	if bad := seen["does not compile"]; bad > pairsHere() {
		t.Errorf("of three pairs in each of %d rows %d do not compile", pairsHere(), bad)
	}
}

// twoReleases are a release and another, which became of it by changes.
type twoReleases struct {
	one, two *drawn
	done     []string
}

// A drawn is a release of a sheet: its text, what that is compiled to, nil if it is not, and its classes for each language.
type drawn struct {
	text  string
	spec  *model.Spec
	built map[*language]*built
}

func makeDrawn(s *sheet) *drawn {
	d := &drawn{text: s.text(), built: map[*language]*built{}}
	if d.spec = compiled(d.text); d.spec != nil {
		for _, lang := range []*language{inC, inCxx} {
			d.built[lang] = build(d.spec, lang.keepsState)
		}
	}
	return d
}

// compare says what dsom idl diff does not predict, and what it predicts that does not happen, and of what; "" if nothing.
func (p twoReleases) compare(seen map[string]int) (missed, alarm string) {
	if p.one.spec == nil || p.two.spec == nil {
		seen["does not compile"]++
		return "", ""
	}
	changes := diff.Compare(p.one.spec, p.two.spec, diff.Options{}).Changes
	for _, lang := range []*language{inC, inCxx} {
		one, two := p.one.built[lang], p.two.built[lang]
		if one.err != nil {
			seen["cannot be built"]++
			continue
		}
		f := fateOf(one, two)
		tell(seen, f)
		say := func(what []string) string {
			if len(what) == 0 {
				return ""
			}
			var b strings.Builder
			for _, c := range changes {
				fmt.Fprintf(&b, "%s %s %s silent=%v: %s\n", c.Code, c.Name, c.Binary, c.Silent, c.Message)
			}
			return fmt.Sprintf("in %s, %v:\n%s\n%s\n%+v\n%s\n---\n%s", lang.name, p.done, strings.Join(what, "\n"), b.String(), f, p.one.text, p.two.text)
		}
		wrongs, alarms := disagreements(changes, lang, f)
		if alarm == "" {
			alarm = say(alarms)
		}
		if missed = say(wrongs); missed != "" {
			break
		}
	}
	if alarm != "" {
		seen["false alarm"]++
	}
	return missed, alarm
}

func tell(seen map[string]int, f fate) {
	any := false
	for what, list := range map[string][]string{"refused": f.refused, "lost": f.lost, "exchanged": f.exchanged, "contrary": f.contrary, "memory": f.memory, "other": f.other, "metas": f.metas} {
		if len(list) > 0 {
			seen[what]++
			any = true
		}
	}
	if !any {
		seen["compatible"]++
	}
}

// disagreements says what was not predicted, and what was predicted and does not happen: a false alarm, which costs nobody his program.
func disagreements(changes []diff.Change, lang *language, f fate) (missed, alarms []string) {
	var refuses, loses, silent, caution, collides, metas bool
	for _, c := range changes {
		metas = metas || strings.HasPrefix(c.Code, "metaclass-")
		collides = collides || c.Code == "method-collides"
		if strings.HasSuffix(c.Code, "-cxx") && !lang.keepsState {
			continue
		}
		switch {
		case c.Binary == diff.Break && c.Silent:
			silent = true
		case c.Binary == diff.Break && c.Code == "implementation-lost":
			loses = true
		case c.Binary == diff.Break:
			refuses = true
		case c.Binary == diff.Caution:
			caution = true
		}
	}
	say := func(wrong bool, what string, why []string) {
		if wrong {
			missed = append(missed, fmt.Sprint(what, why))
		}
	}
	alarm := func(wrong bool, what string) {
		if wrong {
			alarms = append(alarms, what)
		}
	}
	say(len(f.refused) > 0 && !refuses && !silent, "refused, and not predicted: ", f.refused)
	say(len(f.lost) > 0 && !loses && !refuses && !collides, "lost, and not predicted: ", f.lost)
	say(len(f.exchanged) > 0 && !silent && !refuses, "exchanged in silence, and not predicted: ", f.exchanged)
	unforeseen := slices.DeleteFunc(slices.Clone(f.contrary), func(why string) bool { // a subclass whose parents stand in contrary orders already: docs/compatibility.md
		return strings.Contains(why, "which both initialise data") || strings.Contains(why, "which both implement")
	})
	say(len(unforeseen) > 0 && !caution && !refuses, "a subclass is refused, and not predicted: ", unforeseen)
	say(len(f.memory) > 0 && !caution && !refuses && !silent, "memory, and not predicted: ", f.memory)
	say(len(f.metas) > 0 && !metas && !refuses, "another metaclass, and not told: ", f.metas)
	alarm(refuses && len(f.refused) == 0, "predicted as refused, and is not")
	alarm(loses && len(f.lost) == 0 && len(f.refused) == 0, "predicted as lost, and is not")
	alarm(silent && len(f.exchanged)+len(f.other) == 0 && len(f.refused) == 0, "predicted as exchanged, and is not")
	return missed, alarms
}
