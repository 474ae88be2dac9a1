package c_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/golden"
)

// TestGolden generates each file of testdata/idl and compares with testdata/golden.
// DSOM_UPDATE_GOLDEN=1 writes what is generated, and fails.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"animal.idl", "dog.idl", "old.idl", "names.idl"} {
		files := mustEmit(t, compile(t, "testdata/idl", name), c.Options{Parts: everything, Library: name[:len(name)-len(".idl")]})
		for p, got := range files.All() {
			golden.Check(t, "golden/"+p, string(got))
		}
	}
}

// TestGivenHeaders holds that the headers of the given classes in bind/c are those that are generated.
func TestGivenHeaders(t *testing.T) {
	t.Parallel()
	names := []string{"somobj.idl", "somcls.idl", "somcm.idl", "sombacls.idl", "snglicls.idl", "somtrcls.idl", "somproxy.idl", "somprops.idl"}
	for p, got := range mustEmit(t, compile(t, root+"/idl/standard", names...), c.Options{}).All() {
		golden.Check(t, "../"+root+"/bind/c/"+p, string(got))
	}
	names = []string{"somdtype.idl", "omgidobj.idl", "omgestio.idl", "impldef.idl", "implrep.idl", "somdorb.idl", "somdobj.idl", "somdcprx.idl", "principl.idl",
		"servmgr.idl", "om.idl", "somdom.idl", "boa.idl", "somoa.idl", "somdserv.idl", "somdproc.idl", "somdtc.idl", "nvlist.idl", "request.idl", "cntxt.idl"}
	for i, name := range names {
		names[i] = filepath.Join(root, "idl/standard", name)
	}
	o := idl.Options{Dialect: idl.SOM, Include: []string{root + "/idl/standard"}, Define: []string{"SOMD_WITHOUT_ANY"}}
	r, err := idl.Compile(t.Context(), o, names...)
	if err != nil {
		t.Fatal(err)
	}
	for p, got := range mustEmit(t, r.Spec, c.Options{Parts: c.Usage}).All() {
		golden.Check(t, "../"+root+"/bind/c/"+p, string(got))
	}
}

// TestCompiles compiles all that is generated, templates too, by two compilers in both languages, and for other machines.
func TestCompiles(t *testing.T) {
	t.Parallel()
	for from, opt := range map[string]c.Options{"testdata/idl": {Parts: everything}, "testdata/textbook": {Parts: everything, Compat: true}} {
		dir := t.TempDir()
		names := []string{"animal.idl", "dog.idl", "old.idl", "names.idl"}
		if opt.Compat {
			names = []string{"car.idl", "fly.idl", "init.idl"}
		}
		for _, name := range names {
			write(t, dir, mustEmit(t, compile(t, from, name), opt))
		}
		library, _ := mustEmit(t, compile(t, from, names...), c.Options{Library: "all", Compat: opt.Compat}).Get("all_library.c")
		if err := os.WriteFile(filepath.Join(dir, "all_library.c"), library, 0o666); err != nil {
			t.Fatal(err)
		}
		compilers := [][]string{
			{"gcc", "-std=c11"}, {"clang", "-std=c11"}, {"gcc", "-x", "c++", "-std=c++17"}, {"clang", "-x", "c++", "-std=c++17"},
			{"i686-linux-gnu-gcc", "-std=c11"}, {"s390x-linux-gnu-gcc", "-std=c11"}, {"x86_64-w64-mingw32-gcc", "-std=c11"}, {"musl-gcc", "-std=c11"},
		}
		for _, cc := range compilers {
			label := cc[0] + cc[len(cc)-1]
			if opt.Compat {
				label += ",compat"
			}
			t.Run(label, func(t *testing.T) {
				t.Parallel()
				sources, err := filepath.Glob(filepath.Join(dir, "*.c"))
				if err != nil || len(sources) != len(names)+1 {
					t.Fatalf("sources: %v, %v", sources, err)
				}
				for _, s := range sources {
					args := append(append([]string{}, cc[1:]...), "-fsyntax-only", "-I"+dir)
					run(t, nil, cc[0], append(append(args, strict...), s)...)
				}
			})
		}
	}
}

// TestTemplateIsKept generates an implementation onto what is there.
func TestTemplateIsKept(t *testing.T) {
	t.Parallel()
	spec := compile(t, "testdata/idl", "dog.idl")
	first, _ := mustEmit(t, spec, c.Options{Parts: c.Template}).Get("dog.c")
	again, _ := mustEmit(t, spec, c.Options{Parts: c.Template, Existing: fstest.MapFS{"dog.c": {Data: first}}}).Get("dog.c")
	if string(first) != string(again) {
		t.Errorf("got another:\n%s", again)
	}
}
