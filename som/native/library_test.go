//go:build cgo && unix

package native_test

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
	"github.com/opendsom/dsom/typelib"
)

// The classes of a library in Go: Animal is in C, Pup in Go by IDL, Puppy by hand, of which the IDL is for the library to carry alone.
var petsIDL = idl.FilesOf{
	"animal.idl": `#include <somobj.idl>
interface Animal : SOMObject {
  long long speak(in long long n);
  implementation { releaseorder: speak; majorversion = 1; minorversion = 0; };
};
`,
	"pup.idl": `#include "animal.idl"
interface Pup : Animal {
  string bark(in string what); // loudly
  implementation { releaseorder: bark; majorversion = 1; minorversion = 0; speak: override; };
};
`,
	"puppy.idl": `#include "pup.idl"
interface Puppy : Pup {
  string howl(in string at);
  implementation { releaseorder: howl; speak: override; };
};
`,
	"ape.idl": `#include <somobj.idl>
interface Ape : SOMObject { long climb(in long n); implementation { releaseorder: climb; }; };
`,
	"gauge.idl": `#include <somobj.idl>
interface Gauge : SOMObject
// A gauge that is read.
{
  struct Reading { long at; string what; };
  exception Stuck { string why; };
  Reading read(in long at, in string unit) raises(Stuck); // reads it
  string label();
  implementation { releaseorder: read, label; majorversion = 1; minorversion = 0; label: object_owns_result; long seen; };
};
`,
	"trout.idl": `#include <somobj.idl>
interface Trout : SOMObject {
  exception Lost { string why; };
  long swim(in long n);
  long far(in long a, in long b, in long c);
  string say(in string what);
  double weigh(in double more, out long n);
  void fail() raises (Lost);
  implementation { releaseorder: swim, far, say, weigh, fail; somDefaultCopyInit: override, init; somDefaultAssign: override; };
};
`,
	"bat.idl": `#include "ape.idl"
interface Bat : Ape { implementation { climb: override; }; };
`,
}

var petsGo = map[string]string{
	"gen/pup/object.go": `package pup
import ("context"; "example.com/pets/gen/animal")
type object struct { animal.Base; spoke int64 }
func (o *object) Bark(_ context.Context, what string) (string, error) { return what + "!", nil }
func (o *object) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := o.Base.Speak(ctx, n)
	return r + 100, err
}
`,
	"puppy/puppy.go": `package puppy
import ("context"; "example.com/pets/gen/pup"; "github.com/opendsom/dsom/som")
type Puppy struct { pup.Base; spoke int64 }
func (p *Puppy) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := p.Base.Speak(ctx, n)
	return r + 1000, err
}
func (p *Puppy) Howl(_ context.Context, at string) (string, error) { return at, nil }
var Class = som.MustClass[Puppy]("Puppy", som.Parents(pup.Class))
`,
	"main.go": `package main
import "C" // and puppy_typelib.c with it
import _ "example.com/pets/puppy"
func main() {}
`,
}

// pets writes a module with the library in Go, and builds it.
func pets(t *testing.T, dir string) (library string) {
	t.Helper()
	puppy, err := typelib.Append(nil, compiled(t, "puppy.idl"), typelib.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files := maps.Clone(petsGo)
	files["puppy_typelib.c"] = string(typelib.CSource(typelib.Symbol("puppy.idl"), puppy))
	return libraryOf(t, dir, map[string]bool{"animal.idl": true, "pup.idl": false}, files, "libpup.so")
}

// libraryOf writes a module of what is generated from IDL, of classes that are native or not, and of other files, and builds a class library.
func libraryOf(t *testing.T, dir string, isNative map[string]bool, files map[string]string, library string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) {
		t.Helper()
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o777), os.WriteFile(to, text, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	for name, native := range isNative {
		files, report := golang.Emit(compiled(t, name), golang.Options{PackagePrefix: "example.com/pets/gen", Classes: true, Native: native, Typelib: true})
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
		for name, text := range files.All() {
			write("gen/"+name, text)
		}
	}
	for name, text := range files {
		write(name, []byte(text))
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "go.mod" {
			text = append([]byte(strings.Replace(string(text), "module github.com/opendsom/dsom", "module example.com/pets", 1)),
				"\nrequire github.com/opendsom/dsom v0.0.0\nreplace github.com/opendsom/dsom => "+root+"\n"...)
		}
		write(name, text)
	}
	library = filepath.Join(dir, library)
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildmode=c-shared", "-o", library, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -trimpath", "GOPROXY=off", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return library
}

func compiled(t *testing.T, name string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: petsIDL, Dialect: idl.SOM}, name)
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

// TestLibraryInGo holds that a program in C uses a class library in Go; that it is told, and lives, where the library in C below that is not there or of
// another release; and that the library tells of its classes to who does not load it.
func TestLibraryInGo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a library")
	}
	need(t)
	dir := t.TempDir()
	library := pets(t, filepath.Join(dir, "pets"))
	program := filepath.Join(dir, "loads")
	buildC(t, program, "testdata/loads.c")
	for what, c := range map[string]struct {
		animal []string // how Animal's library is built; nil: not at all
		want   []string // a line each for Pup, Puppy and Pup again
	}{
		"all there":         {[]string{"-DMAJOR=1"}, []string{"Pup: speak(1) is 101, bark is s:s/string(string), it is described", "Puppy: speak(1) is 1101, howl is s:s, it is described", "Pup: speak(1) is 101"}},
		"no Animal":         {nil, []string{"no Pup: library: ", "libpup.so could not define its classes: som: Puppy: its parent Pup is missing: Pup: its parent Animal is missing: libsom: there is no class Animal, and no library libanimal.so in "}},
		"another major":     {[]string{"-DMAJOR=2"}, []string{"no Pup: library: ", "Pup: its parent Animal is missing: Animal: version 1.0 was asked for, and this is 2.2"}},
		"a method gone":     {[]string{`-DSPEAK="talk"`}, []string{"no Pup: library: ", "Animal: the program was compiled for a release that has speak: "}},
		"another signature": {[]string{`-DSPEAKS="s:l"`}, []string{"no Pup: library: ", "Animal: speak has the signature s:l, and a client calls it as l:l/"}},
	} {
		t.Run(what, func(t *testing.T) {
			path := t.TempDir()
			if err := os.Symlink(library, filepath.Join(path, "libpup.so")); err != nil {
				t.Fatal(err)
			}
			if c.animal != nil {
				buildC(t, filepath.Join(path, "libanimal.so"), append(c.animal, "-shared", "testdata/animal.c")...)
			}
			cmd := exec.CommandContext(t.Context(), program, "Pup", "Puppy", "Pup")
			cmd.Env = append(os.Environ(), "SOM_PATH="+path, "DESCRIPTIONS="+path)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			for _, want := range c.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("%s\nlacks %s", out, want)
				}
			}
			if what == "all there" {
				describes(t, filepath.Join(path, "Pup.somt"), "bark")
				describes(t, filepath.Join(path, "Puppy.somt"), "howl")
			}
			if n := strings.Count(string(out), "\n"); n != 3 {
				t.Errorf("%d lines:\n%s", n, out)
			}
		})
	}
	describes(t, library, "bark", "howl")
}

// describes holds that a file describes classes in full that introduce methods of a text and override speak.
func describes(t *testing.T, name string, methods ...string) {
	t.Helper()
	f, err := typelib.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	spec, err := typelib.Merge(f.Specs...)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for d := range spec.All() {
		i, ok := d.(*model.Interface)
		if !ok || !i.IsMain() {
			continue
		}
		for _, m := range i.Introduced() {
			if o := m.Operation; o != nil && o.Result.Kind == model.String && len(o.Params) == 1 && o.Params[0].Type.Kind == model.String {
				got = append(got, m.Name)
			}
		}
		if over := i.Overridden(); len(over) != 1 || over[0].Name != "speak" {
			t.Errorf("%s describes %s as one that overrides %v", name, i.ScopedName(), over)
		}
	}
	if !slices.Equal(got, methods) {
		t.Errorf("%s describes the methods %v, want %v", name, got, methods)
	}
}

type otherFunc = func(som.Self, ctx, string) (string, error)

// TestDeclare holds that a variable's class is missing where it is not as the program was compiled for, with the reason.
func TestDeclare(t *testing.T) {
	z := need(t)
	stray := som.Missing("Stray", nil, errors.New("run away"))
	for what, c := range map[string]struct {
		class *som.Class
		text  string
	}{
		"no such class":                 {native.Declare("Unicorn", som.Version{}, nil), "there is no class Unicorn, and no library libunicorn.so in "},
		"another major":                 {native.Declare("Animal", som.Version{Major: 2}, nil), "version 2.0 was asked for, and this is 1.2"},
		"a later minor":                 {native.Declare("Animal", som.Version{Major: 1, Minor: 3}, nil), "version 1.3 was asked for"},
		"a method that there is not":    {native.Declare("Animal", som.Version{}, []som.MethodSpec{{Name: "fly", Type: reflect.TypeFor[otherFunc]()}}), "a release that has fly"},
		"another signature":             {native.Declare("Animal", som.Version{}, []som.MethodSpec{{Name: "older", Type: reflect.TypeFor[otherFunc]()}}), "Animal::older is called as func("},
		"an ancestor that it lacks":     {native.Declare("Animal", som.Version{}, nil, z.driver), "a release that descends from Driver"},
		"an ancestor that there is not": {native.Declare("Animal", som.Version{}, nil, stray), "its ancestor Stray is missing: run away"},
	} {
		err := c.class.Err()
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", what, err)
		}
		child := som.MustClass[kitten]("Child", som.Parents(c.class))
		if _, err := child.New(); !errors.Is(err, c.class.Err()) {
			t.Errorf("%s, a subclass: %v", what, err)
		}
		if err := native.Export(child); !errors.Is(err, c.class.Err()) {
			t.Errorf("%s, exported: %v", what, err)
		}
	}
	if c := native.Declare("Animal", som.Version{Major: 1}, nil, som.SOMObject); c != z.animal || c.Err() != nil {
		t.Errorf("a class that there is: %v", c.Err())
	}
}

// TestRefusedByLibsom holds that a class which libsom does not take is missing, whatever it is that libsom says.
func TestRefusedByLibsom(t *testing.T) {
	z := need(t)
	type first struct {
		som.Base
		_ int
	}
	c := som.MustClass[first]("Driver", som.Parents(z.animal)) // there is one
	if !errors.Is(c.Err(), &som.Error{Code: som.CodeName}) {
		t.Errorf("got %v", c.Err())
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := c.New(); !errors.Is(err, c.Err()) {
				t.Errorf("got %v", err)
			}
		}()
	}
	wg.Wait()
}
