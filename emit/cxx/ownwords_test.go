package cxx_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/affixes"
)

// TestOwnWords calls all that IDL can name as the generator calls what it makes, but for the few that stand behind a class's name as
// types of the class do (CXX1003).
func TestOwnWords(t *testing.T) {
	t.Parallel()
	need(t, "g++")
	words := strings.Fields(`init fini copy assign known own data bind cast is create value result self ev env it from to of get set make base parent
		next som std v f d D F Via via ref handle local member name id what args call swap begin end size`)
	for _, w := range strings.Fields("init copy known") {
		words = append(words, "is_"+w, "a_"+w, w+"_class", w+"_methods", w+"_all", w+"_part", w+"_impl", w+"_define", w+"_")
	}
	r := affixes.Rand(t)
	dir := t.TempDir()
	var all strings.Builder
	texts := map[string]string{}
	for n := 0; len(texts) < 25; n++ {
		name := fmt.Sprintf("m%d", n)
		text := affixes.Words(r, strings.ToUpper(name), words)
		spec, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{name + ".idl": text}, Dialect: idl.SOM}, name+".idl")
		if err != nil {
			if n > 500 {
				t.Fatalf("IDL takes too few: %v in\n%s", err, text)
			}
			continue
		}
		files, report := cxx.Emit(spec.Spec, everything(""))
		if report.HasErrors() {
			t.Fatalf("%v of\n%s", report.Err(), text)
		}
		write(t, dir, files)
		texts[name] = text
		fmt.Fprintf(&all, "#include \"%s.cpp\"\n", name)
	}
	put(t, dir, "all.cc", all.String())
	out, err := check(t, dir, "all.cc", plain)
	for name, text := range texts {
		if at := strings.Index(out, "/"+name+"."); at >= 0 {
			t.Fatalf("%.2000s\n%s", out[at:], text)
		}
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
