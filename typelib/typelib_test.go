package typelib_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	emitidl "github.com/opendsom/dsom/emit/idl"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// compile compiles IDL files.
func compile(t testing.TB, o idl.Options, files ...string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(context.Background(), o, files...)
	if err != nil {
		t.Fatalf("%v: %v\n%v", files, err, r.Report.All())
	}
	return r.Spec
}

// source compiles a text as dog.idl, which may include what is in testdata.
func source(t testing.TB, text string) *model.Spec {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dog.idl")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return compile(t, idl.Options{Include: []string{"testdata"}}, file)
}

// encode returns the typelib of a specification.
func encode(t testing.TB, spec *model.Spec, files ...string) []byte {
	t.Helper()
	b, err := typelib.Append(nil, spec, typelib.Options{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decode reads a typelib.
func decode(t testing.TB, b []byte) *model.Spec {
	t.Helper()
	spec, err := typelib.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// printed returns the IDL of a specification's main files.
func printed(t testing.TB, spec *model.Spec) string {
	t.Helper()
	files, err := emitidl.Emit(spec, emitidl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for name, text := range files.All() {
		b.WriteString("// " + name + "\n")
		b.Write(text)
	}
	return b.String()
}

// TestRoundTrip holds that what is read is what was written, and that the IDL printed of it makes
// the same typelib again.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	spec := compile(t, idl.Options{}, "testdata/dog.idl")
	b := encode(t, spec)
	if len(b)%8 != 0 {
		t.Errorf("a typelib of %d octets", len(b))
	}
	read := decode(t, b)
	if again := encode(t, read); !bytes.Equal(again, b) {
		t.Errorf("what was read makes another typelib, of %d octets, not %d", len(again), len(b))
	}
	text := printed(t, read)
	golden.Check(t, "dog.golden.idl", text)
	if back := encode(t, source(t, text)); !same(t, back, b) {
		t.Errorf("the IDL that was printed makes another typelib")
	}
	// Parsing does not hold on to what was given.
	kept := bytes.Clone(b)
	read = decode(t, kept)
	clear(kept)
	if again := encode(t, read); !bytes.Equal(again, b) {
		t.Error("what was read changes with the octets it was read from")
	}
}

// same reports whether two typelibs of files with different names say the same.
func same(t testing.TB, a, b []byte) bool {
	t.Helper()
	one, two := printed(t, decode(t, a)), printed(t, decode(t, b))
	_, one, _ = strings.Cut(one, "\n") // the name
	_, two, _ = strings.Cut(two, "\n")
	if one != two {
		t.Logf("%s\n----\n%s", one, two)
	}
	return one == two && typelib.Tables(a) == typelib.Tables(b)
}

// TestWhole holds what is described in full and what in outline.
func TestWhole(t *testing.T) {
	t.Parallel()
	read := decode(t, encode(t, compile(t, idl.Options{}, "testdata/dog.idl")))
	dog, ok := read.Lookup("Zoo::Dog").(*model.Interface)
	if !ok {
		t.Fatal("no class Zoo::Dog")
	}
	if major, minor := dog.ClassVersion(); major != 1 || minor != 3 || dog.Metaclass().ScopedName() != "Zoo::DogClass" {
		t.Errorf("version %d.%d, metaclass %v", major, minor, dog.Metaclass())
	}
	var order []string
	for _, r := range dog.ReleaseOrder() {
		order = append(order, r.Name)
	}
	if want := strings.Fields("_get_breed _set_breed bark _get_mood _get_mood_before gone sleep bite pack withBreed name kennels _get_friends _set_friends weigh helper"); !slices.Equal(order, want) {
		t.Errorf("release order: got %v, want %v", order, want)
	}
	bite := dog.FindMethod("bite")
	if bite.Owner("what") != model.CallerOwned || bite.Owner("") != model.ObjectOwned || !bite.Nullable("whom") || bite.Nullable("where") || bite.Nullable("") {
		t.Errorf("bite passes otherwise: %v", bite.Modifiers)
	}
	if get, set := dog.FindMethod("_get_breed"), dog.FindMethod("_set_breed"); !get.Nullable("") || !set.Nullable("breed") || dog.FindMethod("bark").Nullable("") {
		t.Error("breed cannot be NULL")
	}
	if id := bite.Operation.ID; id != "IDL:Zoo/Dog/bite:1.7" || len(bite.Operation.Raises) != 1 || len(bite.Operation.Context) != 2 {
		t.Errorf("got %s, raises %v, context %v", id, bite.Operation.Raises, bite.Operation.Context)
	}
	if args, ok := dog.FindMethod("bark").Operation.Pragma("go_name"); !ok || args[0] != "Woof" {
		t.Errorf("pragma go_name: %v", args)
	}
	if doc := dog.Trailing.Text() + dog.Doc.Text(); !strings.Contains(doc, "A dog, which barks.\n  And bites.") {
		t.Errorf("its comment: %q", doc)
	}
	animal := read.Lookup("Zoo::Animal").(*model.Interface)
	if major, minor := animal.ClassVersion(); animal.IsMain() || major != 2 || minor != 1 || len(animal.Operations()) != 0 || !animal.IsClass() {
		t.Errorf("the outline of Animal: main %v, version %d.%d, operations %v", animal.IsMain(), major, minor, animal.Operations())
	}
	if read.Lookup("Zoo::Animal::Herd") == nil || read.Lookup("SOMObject::somFree") != nil || read.Lookup("FILE") != nil {
		t.Error("an outline has the types that are used, and nothing else")
	}
	if read.Lookup("Zoo::Size") == nil || read.Lookup("Zoo::Diet") == nil {
		t.Error("types of other files are missing")
	}
	for _, f := range read.Files {
		if f.Main != (f.Path == "dog.idl") {
			t.Errorf("file %s: main %v", f.Path, f.Main)
		}
	}
}

// TestFolders holds that a typelib is the same wherever its files are.
func TestFolders(t *testing.T) {
	t.Parallel()
	want := encode(t, compile(t, idl.Options{}, "testdata/dog.idl"))
	far := t.TempDir()
	if err := os.Mkdir(filepath.Join(far, "src"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dog.idl", "animal.idl"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(far, "src", name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := encode(t, compile(t, idl.Options{}, filepath.Join(far, "src", "dog.idl"))); !bytes.Equal(got, want) {
		t.Error("it is another one in another folder")
	}
	if bytes.Contains(want, []byte("testdata")) {
		t.Error("it says where it was made")
	}
	both := compile(t, idl.Options{}, "testdata/animal.idl", "testdata/dog.idl")
	if got := encode(t, both, "testdata/dog.idl"); !bytes.Equal(got, want) {
		t.Error("it is another one when other files are compiled with it")
	}
}

// TestStandard takes the classes that the compiler carries there and back.
func TestStandard(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"somobj", "somcls", "somcm", "snglicls", "sombacls", "somtrcls", "somproxy", "somprops", "somida", "somsid", "somdtype", "somdobj", "om", "somdom", "somdserv", "boa", "somoa", "servmgr", "nvlist", "cntxt", "request", "principl"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := source(t, "#include <"+name+".idl>\n#define __SOMIDL__\n")
			b, err := typelib.Append(nil, spec, typelib.Options{Files: []string{name + ".idl"}})
			if errors.Is(err, typelib.ErrNoClasses) {
				t.Skip("it has no class") // such as somdtype.idl, which has types alone
			}
			if err != nil {
				t.Fatal(err)
			}
			read := decode(t, b)
			if again := encode(t, read); !bytes.Equal(again, b) {
				t.Error("what was read makes another typelib")
			}
			for d := range spec.All() {
				i, ok := d.(*model.Interface)
				if !ok || i.File().Path != name+".idl" || !i.IsClass() {
					continue
				}
				j, ok := read.Lookup(i.ScopedName()).(*model.Interface)
				if !ok || len(j.ReleaseOrder()) != len(i.ReleaseOrder()) {
					t.Errorf("%s has another release order", i.ScopedName())
				}
			}
		})
	}
}

// TestJSON holds that what is read can be handed on as JSON, with the files that tell outlines.
func TestJSON(t *testing.T) {
	t.Parallel()
	b := encode(t, compile(t, idl.Options{}, "testdata/dog.idl"))
	j, err := json.Marshal(decode(t, b))
	if err != nil {
		t.Fatal(err)
	}
	spec, err := model.Read(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	if again := encode(t, spec); !bytes.Equal(again, b) {
		t.Error("JSON makes another typelib of it")
	}
}

// TestNotForClasses holds what is refused, with its name.
func TestNotForClasses(t *testing.T) {
	t.Parallel()
	const class = "#include <somobj.idl>\n%\ninterface C : SOMObject { void f(in T x); implementation { releaseorder: f; }; };\n"
	for name, c := range map[string]struct{ text, want string }{
		"valuetype": {strings.Replace(class, "%", "valuetype T { public long l; };", 1), "typelib: C reaches the valuetype T"},
		"map":       {strings.Replace(class, "%", "typedef map<long, long> T;", 1), "typelib: C reaches the type map<long, long>"},
		"bitmask":   {strings.Replace(class, "%", "bitmask T { a, b };", 1), "typelib: C reaches the bitmask T"},
		"none":      {"interface C { };", typelib.ErrNoClasses.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := typelib.Append(nil, source(t, c.text), typelib.Options{})
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
