package conformance_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/conformance"
)

// TestRandomIsWide holds that random cases reach what they are there for: each step and each code
// that can come of it, and that a seed makes one case.
func TestRandomIsWide(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(500) {
		c := conformance.Random(seed)
		if again := conformance.Random(seed); again.String() != c.String() {
			t.Fatalf("seed %d makes two cases", seed)
		}
		for _, s := range c.Steps {
			seen[s.Do+" "+s.Error]++
			if s.Do == "next" && strings.Count(string(s.Is), ",") >= 2 {
				seen["long chains"]++
			}
			if s.Do == "metaclass" && strings.Count(string(s.Is), "SOMDerived") >= 2 {
				seen["nested metaclasses"]++
			}
			if s.Do == "layout" && strings.Count(string(s.Is), "[") >= 4 {
				seen["layouts of three"]++
			}
		}
	}
	for what := range strings.SplitSeq(`define order,define ,lookup ambiguous,lookup unknown,lookup ,resolve method,resolve ,next ,
parentcall abstract,parentcall unknown,parentcall parents,parentcall ,layout ,size ,methods ,new abstract,new metaclass,new ,free busy,free ,
retain freed,retain ,release ,weak ,copy ,isa ,descends ,add method,add ,replace ,cast type,cast abstract,cast ,uncast ,call abstract,
call unknown,call method,call ,substitute type,substitute ,find ,classof ,unload busy,unload ,long chains,nested metaclasses,layouts of three`, ",") {
		if what = strings.TrimLeft(what, "\n"); seen[what] < 5 {
			t.Errorf("%q comes %d times in 500 cases", what, seen[what])
		}
	}
	t.Log(seen)
}
