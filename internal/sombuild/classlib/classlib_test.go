package classlib_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
	"github.com/opendsom/dsom/typelib"
)

// TestBuild: what is built once is found again, and is made anew of other flags and of other code.
func TestBuild(t *testing.T) {
	t.Parallel()
	sombuild.Need(t, "g++", "g++")
	dir := t.TempDir()
	s := classlib.Source{IDL: filepath.Join(dir, "bell.idl"), Code: filepath.Join(dir, "bell.cc")}
	put := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(s.IDL, "#include <somobj.idl>\ninterface Bell : SOMObject { long ring(); implementation { releaseorder: ring; }; };\n")
	put(s.Code, "#include \"bell.ih.hpp\"\nclass Bell_impl : public Bell_part<Bell_impl> { public: int ring() { return TIMES; } };\nsom::class_object Bell_define() { return Bell_impl::som_define(); }\n")
	once := classlib.Build(t, s, classlib.Plain, "-DTIMES=1")
	if again := classlib.Build(t, s, classlib.Plain, "-DTIMES=1"); again != once {
		t.Errorf("built again in %s, not found in %s", again, once)
	}
	dirs := []string{once, classlib.Build(t, s, classlib.Plain, "-DTIMES=2")}
	put(s.Code, "// Another.\n#include \"bell.ih.hpp\"\nclass Bell_impl : public Bell_part<Bell_impl> { public: int ring() { return TIMES; } };\nsom::class_object Bell_define() { return Bell_impl::som_define(); }\n")
	dirs = append(dirs, classlib.Build(t, s, classlib.Plain, "-DTIMES=1"))
	slices.Sort(dirs)
	if len(slices.Compact(dirs)) != 3 {
		t.Errorf("other flags and other code are found in one folder: %v", dirs)
	}
	f, err := typelib.Open(filepath.Join(once, "libbell.so"))
	if err != nil || len(f.Specs) != 1 || f.Specs[0].Lookup("Bell") == nil {
		t.Errorf("the library does not say what is in it: %v", err)
	}
}
