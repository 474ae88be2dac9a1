package c_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/affixes"
)

// TestAffixes makes names of what the generator itself puts in front of names and behind them. Where two things would have one name in C
// that is told, and where it is told a compiler has found it; all else compiles, in both languages.
func TestAffixes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	front := strings.Fields("next_ has_next_ parent_ do_ static_ where_ entry_ new_ get_ set_ enter_ som_ somSelf")
	behind := strings.Fields("_ _first _clear _copy _raised _raise _value _resize _major _bind _class _instance _data _own _define _known _token _is _new _enter_parents _binding")
	var good, bad []string
	told := map[string]string{}
	for seed := range uint64(affixes.Rounds) {
		text := affixes.IDL(rand.New(rand.NewPCG(seed, 7)), "", front, behind, "self ev result token proc own env making int errno index")
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"main.idl": text}, Dialect: idl.SOM}, "main.idl")
		if err != nil {
			continue // IDL itself does not take it
		}
		in := filepath.Join(dir, fmt.Sprint(seed))
		if err := os.Mkdir(in, 0o777); err != nil {
			t.Fatal(err)
		}
		files, report := c.Emit(r.Spec, c.Options{Parts: everything})
		if report.HasErrors() {
			for _, d := range report.All() {
				if d.Code != c.CodeName {
					t.Errorf("%v in\n%s", d, text)
				}
			}
			files = c.Unchecked(r.Spec, c.Options{Parts: everything})
			bad, told[in] = append(bad, in), report.Err().Error()+"\n"+text
		} else {
			good, told[in] = append(good, in), text
		}
		write(t, in, files)
	}
	t.Logf("%d compile, %d have two things of one name", len(good), len(bad))
	if len(good) < 60 {
		t.Errorf("too few")
	}
	languages := [][]string{{"gcc", "-std=c11"}, {"gcc", "-x", "c++", "-std=c++17"}}
	// The compiler names each file in which it finds something.
	found := func(cc, dirs []string) string {
		args := slices.Concat(cc[1:], []string{"-fsyntax-only", "-Wno-unused"}, strict)
		for _, d := range dirs {
			args = append(args, filepath.Join(d, "main.c"))
		}
		out, _ := exec.CommandContext(t.Context(), cc[0], args...).CombinedOutput()
		return string(out)
	}
	clean := map[string]int{}
	for _, cc := range languages {
		said := found(cc, good)
		for _, d := range good {
			if strings.Contains(said, d+"/") {
				t.Errorf("%v: %s\n%s", cc, told[d], lines(said, d+"/"))
				break
			}
		}
		said = found(cc, bad)
		for _, d := range bad {
			if !strings.Contains(said, d+"/") {
				clean[d]++
			}
		}
	}
	for d, n := range clean {
		if n == len(languages) {
			t.Errorf("is refused, but compiles: %s", told[d])
		}
	}
}

// lines returns those of a text that have a word, at most ten.
func lines(text, word string) string {
	var all []string
	for l := range strings.Lines(text) {
		if strings.Contains(l, word) && len(all) < 10 {
			all = append(all, l)
		}
	}
	return strings.Join(all, "")
}
