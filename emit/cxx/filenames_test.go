package cxx_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
)

// IDL files may have any names: each has headers that a program includes beside all others.
func TestFileNames(t *testing.T) {
	t.Parallel()
	var names []string
	files := idl.FilesOf{}
	var all strings.Builder
	for i, stem := range []string{"3d", "é", "pet-shop", "pet_shop", "Pet_shop", "a b", "string"} {
		name := stem + ".idl"
		names = append(names, name)
		files[name] = fmt.Sprintf("#include <somobj.idl>\n/** What??/ Really?! */\ninterface Dog%d : SOMObject { void bark(); /*< how?? */ implementation { releaseorder: bark; }; };\n", i)
		fmt.Fprintf(&all, "#include \"%s.cpp\"\nvoid use(Dog%d o) { o.bark(); }\n", stem, i)
	}
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: files, Dialect: idl.SOM}, names...)
	if err != nil {
		t.Fatal(err)
	}
	made, report := cxx.Emit(r.Spec, cxx.Options{Parts: cxx.Usage | cxx.Implementation | cxx.Template})
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, made)
	put(t, dir, "all.cc", all.String())
	need(t, "g++", "clang++")
	for _, cc := range []string{"g++", "clang++"} {
		if out, err := check(t, dir, "all.cc", []string{cc, "-std=c++17"}, "-Werror"); err != nil {
			t.Errorf("%s: %v\n%.4000s", cc, err, out)
		}
	}
}
