package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/model"
)

// houndIDL is laid out as it is printed again.
const houndIDL = `#include <somobj.idl>
module Kennel {
  // A dog that hunts.
  interface Hound : SOMObject {
    attribute string name;
    long bark (in long times); // How loud it was.
    implementation {
      releaseorder: _get_name,_set_name,bark;
      majorversion = 1;
      minorversion = 4;
      name: nullable_result;
    };
  };
  interface Basset : Hound {
    void howl ();
    implementation {
      majorversion = 2;
      bark: override;
    };
  };
};
`

// hound makes the library of hound.idl, and the file of its type information.
func hound(t *testing.T) (dir, lib, somt string) {
	t.Helper()
	dir = t.TempDir()
	file := write(t, dir, "hound.idl", houndIDL)
	got := dsom(t, "", "idl", "build", "--typelib", "--somt", "--out", dir, file)
	if got.status != 0 || !strings.Contains(got.out, "hound_typelib.c") || !strings.Contains(got.out, "hound.somt") {
		t.Fatalf("got %+v", got)
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		absent.Skip(t, "no gcc: apt-get install gcc")
	}
	lib = filepath.Join(dir, "libhound.so")
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-s", "-Wl,--gc-sections", "-o", lib, filepath.Join(dir, "hound_typelib.c")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir, lib, filepath.Join(dir, "hound.somt")
}

// TestClassShow holds that the IDL which a library was made from comes out of it again.
func TestClassShow(t *testing.T) {
	t.Parallel()
	dir, lib, somt := hound(t)
	for _, file := range []string{lib, somt} {
		got := dsom(t, "", "class", "show", file)
		if got.status != 0 || got.out != houndIDL {
			t.Errorf("got %+v", got)
		}
	}
	got := dsom(t, "", "class", "show", lib, "Kennel::Basset")
	if got.status != 0 || !strings.HasPrefix(got.out, "#include \"hound.idl\"\n") || !strings.Contains(got.out, "void howl ();") || strings.Contains(got.out, "Hound :") {
		t.Errorf("got %+v", got)
	}
	got = dsom(t, "", "class", "show", "--json", lib)
	spec, err := model.Read(strings.NewReader(got.out))
	if err != nil || spec.Lookup("Kennel::Hound::bark") == nil {
		t.Errorf("got %+v, %v", got, err)
	}
	// What is shown makes the same type information again.
	shown := write(t, filepath.Join(dir, "shown"), "hound.idl", dsom(t, "", "class", "show", lib).out)
	if got := dsom(t, "", "idl", "build", "--typelib", "--out", dir, "--check", shown); got.status != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestClassIncluded makes the type information of the root classes, which the compiler carries.
func TestClassIncluded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "roots.idl", "#include <somcls.idl>\n#include <somcm.idl>\n")
	if got := dsom(t, "", "idl", "build", "--somt", "--included", "--out", dir, file); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	got := dsom(t, "", "class", "list", filepath.Join(dir, "somobj.somt"), filepath.Join(dir, "somcls.somt"), filepath.Join(dir, "somcm.somt"))
	for _, want := range []string{"SOMObject    1.7", "SOMClass     1.6      SOMObject", "SOMClassMgr  1.6      SOMObject"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in %+v", want, got)
		}
	}
	if got := dsom(t, "", "class", "show", filepath.Join(dir, "somobj.somt"), "SOMObject"); got.status != 0 || !strings.Contains(got.out, "interface SOMObject {") || !strings.Contains(got.out, "void somFree ();") {
		t.Errorf("got %+v", got)
	}
}

// TestClassC holds that descriptions in C point to the type information if there is any.
func TestClassC(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "hound.idl", houndIDL)
	for _, flag := range []string{"--typelib", "--somt"} {
		if got := dsom(t, "", "idl", "build", "--c", flag, "--out", dir, file); got.status != 0 {
			t.Fatalf("got %+v", got)
		}
		text, err := os.ReadFile(filepath.Join(dir, "hound.ih.h"))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "d.typelib = som_typelib_hound;"); n != 2 && flag == "--typelib" || n != 0 && flag == "--somt" {
			t.Errorf("%s: %d classes have type information", flag, n)
		}
	}
}

// TestClassDiff holds that two releases of a library are compared as the IDL that they were made from.
func TestClassDiff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release := func(name, text string) (idl, somt string) {
		folder := filepath.Join(dir, name)
		idl = write(t, folder, "hound.idl", text)
		if got := dsom(t, "", "idl", "build", "--somt", "--out", folder, idl); got.status != 0 {
			t.Fatalf("got %+v", got)
		}
		return idl, filepath.Join(folder, "hound.somt")
	}
	idl1, lib1 := release("1", houndIDL)
	for name, text := range map[string]string{
		"good":   strings.NewReplacer("_set_name,bark", "_set_name,bark,sniff", "    long bark", "    void sniff ();\n    long bark").Replace(houndIDL),
		"breaks": strings.Replace(houndIDL, "in long times", "in short times", 1),
		"same":   houndIDL,
	} {
		idl2, lib2 := release(name, text)
		want, got := dsom(t, "", "idl", "diff", "--binary", "--brief", idl1, idl2), dsom(t, "", "idl", "diff", "--binary", "--brief", lib1, lib2)
		// The places are others: of a library they are the file and the number of the declaration.
		place := regexp.MustCompile(`(?m)^\S*hound\.idl:\d+:\d+: `)
		if w, g := place.ReplaceAllString(want.out, ""), place.ReplaceAllString(got.out, ""); got.status != want.status || g != w || (want.status != 0) != (name == "breaks") {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	if got := dsom(t, "", "idl", "diff", lib1, idl1); got.status != 0 {
		t.Errorf("a library and its IDL: %+v", got)
	}
}

func TestClassList(t *testing.T) {
	t.Parallel()
	_, lib, somt := hound(t)
	got := dsom(t, "", "class", "list", "--json", lib, somt)
	var list []classInfo
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) != 4 {
		t.Fatalf("got %+v, %v", got, err)
	}
	h, b := list[0], list[1]
	if h.Class != "Kennel::Hound" || h.Version != "1.4" || strings.Join(h.Methods, " ") != "_get_name _set_name bark" || h.Parents[0] != "SOMObject" || !strings.HasPrefix(h.Format, "ELF") || h.File != lib {
		t.Errorf("got %+v", h)
	}
	if b.Class != "Kennel::Basset" || b.Version != "2.0" || b.Overrides[0] != "bark" || list[3].Format != "typelib" {
		t.Errorf("got %+v and %+v", b, list[3])
	}
	got = dsom(t, "", "class", "list", lib)
	if got.status != 0 || strings.Count(got.out, "\n") != 3 || !strings.Contains(got.out, "Kennel::Basset  2.0      Kennel::Hound") {
		t.Errorf("got %+v", got)
	}
}

// TestClassErrors holds what is said of files in which no classes are described.
func TestClassErrors(t *testing.T) {
	t.Parallel()
	dir, lib, somt := hound(t)
	b, err := os.ReadFile(somt)
	if err != nil {
		t.Fatal(err)
	}
	damaged := append([]byte{}, b...)
	damaged[len(b)/2] ^= 1
	plain := filepath.Join(dir, "libplain.so")
	if out, err := exec.Command("gcc", "-shared", "-o", plain, "-xc", "/dev/null").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct{ file, want string }{
		{filepath.Join(dir, "absent"), "no such file"},
		{dir, "not a regular file"},
		{plain, "was it built without the source that dsom idl build --typelib makes?"},
		{filepath.Join(dir, "hound.idl"), "neither a library or program (ELF, PE, Mach-O) nor a typelib"},
		{write(t, dir, "cut.somt", string(b[:len(b)-9])), "truncated"},
		{write(t, dir, "damaged.somt", string(damaged)), "damaged: its checksum is"},
	} {
		for _, verb := range []string{"show", "list"} {
			got := dsom(t, "", "class", verb, c.file)
			if got.status != statusFailed || got.out != "" || !strings.Contains(got.err, c.want) || !strings.Contains(got.err, c.file) {
				t.Errorf("class %s %s: got %+v, want %q", verb, c.file, got, c.want)
			}
		}
	}
	if got := dsom(t, "", "class", "list", plain, lib); got.status != 0 || !strings.Contains(got.out, "Kennel::Hound") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "class", "show", lib, "Kennel::Cat"); got.status != statusFailed || !strings.Contains(got.err, "there is no class Kennel::Cat") {
		t.Errorf("got %+v", got)
	}
	file := write(t, dir, "none.idl", "interface Plain { };")
	if got := dsom(t, "", "idl", "build", "--typelib", "--out", dir, file); got.status != statusFailed || !strings.Contains(got.err, "there are no classes") {
		t.Errorf("got %+v", got)
	}
}
