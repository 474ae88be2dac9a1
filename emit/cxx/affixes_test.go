package cxx_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/affixes"
)

// TestAffixes makes names of what the generator itself puts in front of names and behind them. Where two things would have one name in
// C++ that is told, and where it is told the compiler has found something; all else compiles.
func TestAffixes(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("g++"); err != nil {
		absent.Skip(t, "no g++: interop/install-peers has it")
	}
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
		for p, data := range files.All() {
			if err := os.WriteFile(filepath.Join(dir, p), data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d compile, %d have two things of one name", len(is), len(told))
	if len(is) < 20 || len(told) < 3 {
		t.Error("too few")
	}
	said := func(name, text string) string {
		program := filepath.Join(dir, name)
		if err := os.WriteFile(program, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "g++", "-std=c++17", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-fmax-errors=0", "-I"+dir, "-I../../libsom/include", "-I../../bind/cxx", program)
		out, _ := cmd.CombinedOutput()
		return string(out)
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
