package golang_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// merge puts what a run made into the folder of earlier runs.
func merge(dir fstest.MapFS, files *emit.Files) {
	for name, data := range files.All() {
		dir[name] = &fstest.MapFile{Data: data}
	}
}

// TestReopened generates a module of which two files declare parts, file by file: the same
// files come about in whatever way that is done.
func TestReopened(t *testing.T) {
	t.Parallel()
	texts := idl.FilesOf{
		"a.idl": "// First part.\nmodule M { struct new_one { long x; }; enum E { e1 }; };",
		"b.idl": "#include \"a.idl\"\n// Second part.\nmodule M { struct newOne { new_one one; E two; }; struct Last { newOne one; }; };",
		"c.idl": "#include \"b.idl\"\nmodule N { struct User { M::newOne a; M::new_one b; }; };",
	}
	dir := fstest.MapFS{}
	for _, name := range []string{"a.idl", "b.idl", "c.idl"} {
		merge(dir, mustEmit(t, compile(t, texts, name), golang.Options{PackagePrefix: "x.org", Existing: dir}))
	}
	for name, want := range map[string]string{
		"m/a.go": "type NewOne struct", "m/b.go": "type NewOne_ struct", "n/c.go": "m.NewOne_",
	} {
		if !bytes.Contains(dir[name].Data, []byte(want)) {
			t.Errorf("%s lacks %q:\n%s", name, want, dir[name].Data)
		}
	}
	if n := bytes.Count(dir["m/b.go"].Data, []byte("// Package m")); n != 0 {
		t.Error("two files have the package's comment")
	}

	again := fstest.MapFS{}
	merge(again, mustEmit(t, compile(t, texts, "a.idl", "b.idl", "c.idl"), golang.Options{PackagePrefix: "x.org"}))
	same(t, again, dir)
	// Over what is there already, in another order.
	for _, name := range []string{"c.idl", "a.idl", "b.idl"} {
		merge(again, mustEmit(t, compile(t, texts, name), golang.Options{PackagePrefix: "x.org", Existing: again}))
	}
	same(t, again, dir)
}

func same(t *testing.T, got, want fstest.MapFS) {
	t.Helper()
	for name, f := range want {
		if g := got[name]; g == nil || !bytes.Equal(g.Data, f.Data) {
			t.Errorf("%s differs", name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d files, want %d", len(got), len(want))
	}
}

// What a later run adds never renames what is there: not in its own file, not in another.
func TestAddingRenamesNothing(t *testing.T) {
	t.Parallel()
	texts := idl.FilesOf{"a.idl": "module M { struct A { long x; }; };", "b.idl": "module M { struct newOne { long x; }; };"}
	dir := fstest.MapFS{}
	for _, name := range []string{"a.idl", "b.idl"} {
		merge(dir, mustEmit(t, compile(t, texts, name), golang.Options{Existing: dir}))
	}
	texts["a.idl"] = "module M { struct new_one { long x; }; struct A { long x; }; };"
	merge(dir, mustEmit(t, compile(t, texts, "a.idl"), golang.Options{Existing: dir}))
	if !bytes.Contains(dir["m/b.go"].Data, []byte("type NewOne struct")) || !bytes.Contains(dir["m/a.go"].Data, []byte("type NewOne_ struct")) {
		t.Errorf("got\n%s", dir["m/a.go"].Data)
	}
	before := dir["m/b.go"].Data
	merge(dir, mustEmit(t, compile(t, texts, "b.idl"), golang.Options{Existing: dir}))
	if !bytes.Equal(before, dir["m/b.go"].Data) {
		t.Errorf("the other file changed:\n%s", dir["m/b.go"].Data)
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	spec := compileText(t, "module M { struct S { long x; }; };")
	dir := fstest.MapFS{}
	merge(dir, mustEmit(t, spec, golang.Options{}))

	t.Run("twice", func(t *testing.T) {
		t.Parallel()
		other := compile(t, idl.FilesOf{"other.idl": "module M { struct S { long x; }; };"}, "other.idl")
		_, report := golang.Emit(other, golang.Options{Existing: dir})
		if got := codes(report); len(got) != 1 || got[0] != golang.CodeTwice || !strings.Contains(report.Err().Error(), "test.idl") {
			t.Errorf("got %v", report.All())
		}
	})
	t.Run("removed by hand", func(t *testing.T) {
		t.Parallel()
		left := fstest.MapFS{"m/" + golang.ManifestName: dir["m/"+golang.ManifestName]}
		other := compile(t, idl.FilesOf{"other.idl": "module M { struct S { long x; }; };"}, "other.idl")
		mustEmit(t, other, golang.Options{Existing: left})
	})
	t.Run("of another package", func(t *testing.T) {
		t.Parallel()
		other := compile(t, idl.FilesOf{"other.idl": "module M { struct S { long x; }; };"}, "other.idl")
		files := mustEmit(t, other, golang.Options{PackagePrefix: "example.com", Existing: dir})
		data, _ := files.Get("m/" + golang.ManifestName)
		if bytes.Contains(data, []byte("test.go")) {
			t.Errorf("got %s", data)
		}
	})
	t.Run("content", func(t *testing.T) {
		t.Parallel()
		var m struct {
			Manifest int
			Package  string
			Doc      string
			Files    map[string]struct {
				IDL          string
				Declarations map[string]map[string]any
			}
		}
		if err := json.Unmarshal(dir["m/"+golang.ManifestName].Data, &m); err != nil {
			t.Fatal(err)
		}
		s := m.Files["test.go"].Declarations["M::S"]
		if m.Manifest != 1 || m.Package != "m" || m.Doc != "test.go" || m.Files["test.go"].IDL != "test.idl" || s["name"] != "S" || s["type"] != "SType" {
			t.Errorf("got %+v", m)
		}
	})
}

// TestDeterministic demands the same octets from run to run, and from a model that has been
// through JSON, as an emitter in another process would get it.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	spec := compile(t, readIDL(t, "shapes.idl"), "shapes.idl")
	want := mustEmit(t, spec, golang.Options{})
	j, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if i == 5 {
			if spec, err = model.Read(bytes.NewReader(j)); err != nil {
				t.Fatal(err)
			}
		}
		got := mustEmit(t, spec, golang.Options{})
		if !slices.Equal(got.Paths(), want.Paths()) {
			t.Fatalf("got %v, want %v", got.Paths(), want.Paths())
		}
		for name, data := range want.All() {
			if again, _ := got.Get(name); !bytes.Equal(again, data) {
				t.Fatalf("%s differs in run %d", name, i)
			}
		}
	}
}

// Comments can say anything without becoming code, directives or garbage.
func TestHostileComments(t *testing.T) {
	t.Parallel()
	text := "// +build ignore\n// go:build ignore\n// \xef\xbb\xbf\x00 \x1b[2J */ */\n/* Code \xff */\nmodule M {\n" +
		"  // first\r\n  struct S { long x; /* one\n two */ long y; // \x00three\n };\n" +
		"  //export F\n  //line x.go:1\n  enum E { a, // A.\n b };\n};"
	made := mustEmit(t, compileText(t, text), golang.Options{})
	contains(t, made, "m/test.go", "package m\n", "type S struct", `// \+build ignore`)
	data, _ := made.Get("m/test.go")
	for i, b := range data {
		if b < ' ' && b != '\n' && b != '\t' || b == 0x7f {
			t.Fatalf("control character %#x at %d", b, i)
		}
	}
}
