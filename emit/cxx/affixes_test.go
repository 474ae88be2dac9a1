package cxx_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/affixes"
)

// TestAffixes makes names of what the generator itself puts in front of names and behind them. Where two things would have one name in
// C++ that is told, and where it is told the compiler has found something; all else compiles.
func TestAffixes(t *testing.T) {
	t.Parallel()
	need(t, "g++")
	dir := t.TempDir()
	front := strings.Fields("get_ set_ is_ a_ som_ _ X_")
	behind := strings.Fields("_ _class _methods _all _part _impl _define")
	var good, bad strings.Builder
	told := map[string]string{} // by file, what is refused
	is := map[string]string{}   // and what is not
	for seed := range uint64(affixes.Rounds) {
		name := fmt.Sprintf("m%d", seed)
		text := affixes.IDL(rand.New(rand.NewPCG(seed, 11)), strings.ToUpper(name), front, behind, "Via D F f v value int new errno std A B som_via index")
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{name + ".idl": text}, Dialect: idl.SOM}, name+".idl")
		if err != nil {
			continue // IDL itself does not take it
		}
		files, report := cxx.Emit(r.Spec, everything(""))
		if report.HasErrors() {
			for _, d := range report.All() {
				if d.Code != cxx.CodeName {
					t.Errorf("%v in\n%s", d, text)
				}
			}
			files = cxx.Unchecked(r.Spec, everything(""))
			told[name] = report.Err().Error() + "\n" + text
			fmt.Fprintf(&bad, "#include \"%s.cpp\"\n", name)
		} else {
			is[name] = text
			fmt.Fprintf(&good, "#include \"%s.cpp\"\n", name)
		}
		write(t, dir, files)
	}
	t.Logf("%d compile, %d have two things of one name", len(is), len(told))
	if len(is) < 20 { // nothing is refused as long as all gives way that can
		t.Error("too few")
	}
	said := func(name, text string) string {
		put(t, dir, name, text)
		out, _ := check(t, dir, name, plain, "-fmax-errors=0")
		return out
	}
	out := said("good.cc", good.String())
	for name, text := range is {
		if at := strings.Index(out, "/"+name+"."); at >= 0 {
			t.Errorf("%s%s", text, out[at:min(len(out), at+500)])
			break
		}
	}
	out = said("bad.cc", bad.String())
	for name, text := range told {
		if !strings.Contains(out, "/"+name+".") {
			t.Errorf("is refused, but compiles: %s", text)
		}
	}
}
