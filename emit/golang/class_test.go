package golang_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

const zooPrefix = "github.com/opendsom/dsom/som/internal/zoo"

// compileSOM compiles files in the dialect of SOM.
func compileSOM(t testing.TB, files idl.FilesOf, names ...string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: files, Dialect: idl.SOM}, names...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

// emitClasses generates classes from a text, as file pets.idl.
func emitClasses(t testing.TB, text, prefix string) *emit.Files {
	t.Helper()
	spec := compileSOM(t, idl.FilesOf{"pets.idl": "#include <somcls.idl>\n" + text}, "pets.idl")
	return mustEmit(t, spec, golang.Options{PackagePrefix: prefix, Classes: true})
}

// TestZoo holds that the classes which the object model's own tests use are what is generated, and that the
// implementations, which are written by hand, have nothing to be brought up to date. DSOM_UPDATE_GOLDEN=1 writes them, and fails.
func TestZoo(t *testing.T) {
	t.Parallel()
	const zoo = "../../som/internal/zoo/"
	files := idl.FilesOf{}
	for _, name := range []string{"animal.idl", "dog.idl"} {
		text, err := os.ReadFile(zoo + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	for name := range files {
		made := mustEmit(t, compileSOM(t, files, name), golang.Options{PackagePrefix: zooPrefix, Classes: true, Existing: os.DirFS(zoo)})
		if made.Len() != 2 { // its class, and the implementation as it is
			t.Errorf("%s: %v", name, made.Paths())
		}
		for p, got := range made.All() {
			old, err := os.ReadFile(filepath.Join(zoo, p))
			if err == nil && string(old) == string(got) {
				continue
			}
			t.Errorf("%s is not what is generated from %s (%v)", p, name, err)
			if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(filepath.Join(zoo, p), got, 0o666); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// parts has a class of each kind of thing.
const parts = `
module Zoo {
  enum Size { small, large };
  exception Tired { long hours; };
  interface Food;
  interface Pet : SOMObject {
    readonly attribute string name;
    attribute long age;
    boolean fits(in Size s) raises (Tired);
    void split(in double x, out long whole, inout double rest);
    Food likes(in Pet other);
    Pet friend_of(in SOMObject o);
    void petWith(inout somInitCtrl ctrl, in string name);
    long count();
    implementation {
      releaseorder: _get_name, old1, _get_age, _set_age, fits, split, likes, friend_of, petWith, count;
      majorversion = 2; minorversion = 1;
      petWith: init; count: procedure; friend_of: nonstatic;
      somDefaultInit: override; somDestruct: override;
    };
  };
  interface Food : SOMObject {
    void feed(in Pet p);
    implementation { abstract; };
  };
};
module Zoo {
  struct Sign { wstring text; wchar mark; long plain; sequence<wstring> lines; };
  union Cargo switch (boolean) { case TRUE: Sign sign; case FALSE: Pet pet; };
};
interface Boat : SOMObject {
  void sail();
  wstring load(in Zoo::Cargo c, in wchar mark, inout wstring grown, out Zoo::Sign s);
  void row(in sequence<wstring> names, in string plain);
  implementation { };
};
interface SeaDog : Zoo::Pet, Boat {
  implementation { fits: override; sail: override; };
};
interface M : SOMClass { long made(); implementation { somNew: override; }; };
interface Kept : SOMObject { implementation { metaclass = M; }; };
`

// TestClassParts holds what a class of each kind of thing becomes.
func TestClassParts(t *testing.T) {
	t.Parallel()
	files := emitClasses(t, parts, "example.com/gen")
	want := []string{
		"boat/object.go", "boat/pets.go", "kept/object.go", "kept/pets.go", "m/object.go", "m/pets.go", "seadog/object.go", "seadog/pets.go",
		"zoo/dsom-manifest.json", "zoo/food/object.go", "zoo/food/pets.go", "zoo/pet/object.go", "zoo/pet/pets.go", "zoo/pets.go",
	}
	if got := files.Paths(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	contains(t, files, "zoo/pets.go", "type Size uint32", "type Tired struct", `var _ = som.Raises[Tired]("IDL:Zoo/Tired:1.0")`, "const _ = som.Version1")
	contains(t, files, "zoo/pet/pets.go",
		`{Name: "_get_name", Type: reflect.TypeFor[nameFunc]()`,
		`{Name: "old1", Kind: som.NonStatic, Type: reflect.TypeFor[func(som.Self) error]()}, // keeps its place`,
		`som.PacksFrames(applySplit, dispatchSplit, framesSplit, crossSplit).Passes("iox")}`, `som.PacksFrames(applyLikes, dispatchLikes, framesLikes, crossLikes)}`,
		`{Name: "count", Kind: som.Procedure,`, `som.WithVersion(2, 1)`,
		"Fits(ctx context.Context, s zoo.Size) (bool, error)",
		"Split(ctx context.Context, x float64, rest float64) (whole int32, restOut float64, err error)",
		"Likes(ctx context.Context, other Pet) (som.Object, error)", // Food's package imports this one
		"FriendOf(ctx context.Context, o som.Object) (Pet, error)",
		"func NewPetWith(ctx context.Context, name string) (Ref, error) {",
		"PetWith(ctx context.Context, name string) error\n\tCount(ctx context.Context) (int32, error)\n\tSomDefaultInit() error\n\tSomDestruct()\n} = (*object)(nil)",
		"func (r Ref) Count(ctx context.Context) (result int32, err error) {")
	contains(t, files, "zoo/pet/pets.go", `.Passes("*")}`, `var _ = som.Narrows(func(o som.Object) (Pet, bool) { return Narrow(o) })`)
	contains(t, files, "zoo/pets.go", "Text  string `som:\"wide\"`", "Mark  rune   `som:\"wide\"`", "Plain int32\n", "Lines []string `som:\"wide\"`",
		"func (v *Cargo) SOMArm() int { return v.armOf() }")
	contains(t, files, "boat/pets.go", `.Passes("RiIXo")}`, `.Passes("Ii")}`)
	contains(t, files, "zoo/food/pets.go", "Feed(ctx context.Context, p som.Object) error", "s.Abstract = true")
	contains(t, files, "zoo/pet/object.go", "som.Base", "func (o *object) SomDestruct() {}", "return o.name, nil", "age  int32", `Text: "likes is not written yet"`)
	contains(t, files, "seadog/pets.go", "type Ref struct{ pet.Ref }", "func (r Ref) Sail(ctx context.Context) error {",
		`s.Overrides = []som.Override{{Method: "Zoo::Pet::fits", Signature: "b:I/boolean(enum)!IDL:Zoo/Tired:1.0{long;"}, {Method: "Boat::sail", Signature: "v:/void()"}}`, "som.Parents(pet.Class, boat.Class)")
	contains(t, files, "seadog/object.go", "pet.Base\n\tBoat boat.Base", "return o.Base.Fits(ctx, s)", "return o.Boat.Sail(ctx)")
	contains(t, files, "m/pets.go", "som.Parents(som.SOMClass)", "type Base struct{ meta.Base }")
	contains(t, files, "m/object.go", "func (o *object) SomNew() (som.Ref, error) {\n\treturn o.Next().SomNew()\n}")
	contains(t, files, "kept/pets.go", "som.WithMetaclass(m.Class)")
	for p, text := range files.All() {
		if strings.Contains(string(text), "dsom/orb") || strings.Contains(string(text), "dsom/cdr") {
			t.Errorf("%s imports what is for calls between processes:\n%s", p, text)
		}
	}
}

// farm has classes whose methods mention others by typedefs alone: of the file, of another, and of one another.
var farm = idl.FilesOf{
	"beasts.idl": "#include <somobj.idl>\nmodule Beasts { interface Cow : SOMObject { void moo(); implementation { releaseorder: moo; }; }; typedef Cow Animal; typedef Animal Pick; typedef SOMObject Thing; };\n",
	"farm.idl": `#include "beasts.idl"
module Farm {
  typedef Beasts::Pick Best;
  typedef sequence<Beasts::Animal> Herd;
  struct Lot { Best one; Herd rest; };
  interface Stall : SOMObject {
    void put(in Beasts::Animal a);
    Beasts::Thing thing(in Beasts::Thing t);
    attribute Best best;
    Herd all(inout Lot l);
    implementation { releaseorder: put, _get_best, _set_best, all, thing; };
  };
  interface Own : SOMObject { Best calf(in Beasts::Animal a); implementation { releaseorder: calf; }; };
};
module Market { interface Fair : SOMObject { ::Farm::Best sell(out ::Beasts::Pick p); implementation { releaseorder: sell; }; }; };
`}

// fleet has a typedef of a class that leads back to the typedef's module, and a subclass in another file.
var fleet = idl.FilesOf{
	"cars.idl": `#include <somobj.idl>
module Fleet {
  interface Car;
  typedef Car Ride;
  interface Car : SOMObject { Ride pair(in Ride other); implementation { releaseorder: pair; }; };
};
`,
	"taxis.idl": `#include "cars.idl"
module Taxis { interface Taxi : Fleet::Car { Fleet::Ride tow(in Fleet::Ride other); implementation { releaseorder: tow; pair: override; }; }; };
`}

// emitFleet generates the classes of a file of fleet's.
func emitFleet(t testing.TB, name string) *emit.Files {
	t.Helper()
	return mustEmit(t, compileSOM(t, fleet, name), golang.Options{PackagePrefix: "example.com/gen/fleet", Classes: true})
}

// emitFarm generates the classes of farm's files.
func emitFarm(t testing.TB, native bool, names ...string) *emit.Files {
	t.Helper()
	return mustEmit(t, compileSOM(t, farm, names...), golang.Options{PackagePrefix: "example.com/gen/farm", Classes: true, Native: native})
}

// TestClassByTypedef holds that a class is imported which a method mentions by a typedef alone, wherever that is declared.
func TestClassByTypedef(t *testing.T) {
	t.Parallel()
	for _, native := range []bool{false, true} {
		for _, names := range [][]string{{"beasts.idl", "farm.idl"}, {"farm.idl"}} {
			files := emitFarm(t, native, names...)
			contains(t, files, "farm/stall/farm.go", `"example.com/gen/farm/beasts/cow"`, "(args, 0, cow.Narrow)")
			contains(t, files, "market/fair/farm.go", `"example.com/gen/farm/beasts/cow"`, "(out, 1, cow.Narrow)")
		}
	}
}

// TestClassByTypedefElsewhere holds that a typedef of a file that another run generates is what that run makes of it. That it compiles holds TestRandomHierarchies.
func TestClassByTypedefElsewhere(t *testing.T) {
	t.Parallel()
	contains(t, emitFleet(t, "cars.idl"), "fleet/cars.go", "type Ride = som.Object")
	files := emitFleet(t, "taxis.idl")
	contains(t, files, "taxis/taxi/taxis.go", "func (b Base) Pair(ctx context.Context, other som.Object) (som.Object, error)", "Tow(ctx context.Context, other som.Object) (som.Object, error)")
	contains(t, files, "taxis/taxi/object.go", "Pair(ctx context.Context, other som.Object) (som.Object, error)")
}

// TestNativeClass holds that a class which is implemented elsewhere has no implementation here.
func TestNativeClass(t *testing.T) {
	t.Parallel()
	spec := compileSOM(t, idl.FilesOf{"dog.idl": "#include <somobj.idl>\ninterface Dog : SOMObject { long bark(); implementation { majorversion = 3; }; };"}, "dog.idl")
	files := mustEmit(t, spec, golang.Options{PackagePrefix: "example.com/gen", Classes: true, Native: true})
	if got := files.Paths(); !slices.Equal(got, []string{"dog/dog.go"}) {
		t.Errorf("got %v", got)
	}
	contains(t, files, "dog/dog.go", `var Class = native.Declare("Dog", som.Version{Major: 3, Minor: 0}, []som.MethodSpec{`)
}

// TestCrossing holds which types make a method Go's alone, and refuse a class that is implemented in another language.
func TestCrossing(t *testing.T) {
	t.Parallel()
	for text, what := range map[string]string{
		"void f(in any a);":         "Dog::f: the type any does not cross",
		"long double f();":          "Dog::f: the type long double",
		"void f(out fixed<5,2> a);": "Dog::f: the type fixed<5,2>",
		"void f(in TypeCode a);":    "Dog::f: the type CORBA::TypeCode",
		"attribute any x;":          "Dog::_get_x: the type any",
		"struct A { long x; }; struct B : A { long y; }; B f();":              "Dog::f: the structure Dog::B, which inherits from another",
		"struct N {}; void f(in N n);":                                        "Dog::f: the structure Dog::N, which has no members",
		"typedef long R[2]; typedef sequence<R> Rs; void f(in Rs r);":         "Dog::f: a sequence of arrays",
		"struct S { sequence<any> xs; }; void f(inout S s);":                  "Dog::f: the type any",
		"union U switch (long) { case 1: any x; }; void f(in sequence<U> u);": "Dog::f: the type any",
		"typedef map<long, long> M; void f(in M m);":                          "Dog::f: the type map<long, long>",
	} {
		spec := compileSOM(t, idl.FilesOf{"dog.idl": "#include <orb.idl>\n#include <somobj.idl>\ninterface Dog : SOMObject { " + text + " implementation { majorversion = 3; }; };"}, "dog.idl")
		for native, code := range map[bool]diag.Code{true: golang.CodeNoCrossing, false: golang.CodeGoAlone} {
			files, report := golang.Emit(spec, golang.Options{PackagePrefix: "example.com/gen", Package: "example.com/gen", Classes: true, Native: native})
			all := report.All()
			if len(all) == 0 || all[0].Code != code || !strings.Contains(all[0].Message, what) || report.HasErrors() != native || (files.Len() == 0) != native {
				t.Errorf("%s, native %v: %v", text, native, all)
			}
		}
	}
}

// TestElsewhere holds that classes say what their IDL says of their objects in other processes, with the names of classes resolved as IDL does.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	spec := compileSOM(t, idl.FilesOf{"toys.idl": `#include <somobj.idl>
interface Works : SOMObject { implementation { }; };
module Toys {
  struct Wide { double a, b, c, d, e, f, g, h, i, j; };
  interface Works : SOMObject { implementation { }; };
  interface Ball : SOMObject { implementation { factory = Works; baseproxyclass = "::Works"; }; };
  interface Other : SOMObject { implementation { baseproxyclass = Elsewhere; }; };
  interface Box : SOMObject {
    Ball swap(in long n, inout Ball a, in Ball b, out Ball c);
    void put(in Ball b);
    string name();
    oneway void rest(in string s, in Ball b);
    void find(in Wide w);
    implementation { name: object_owns_result; rest: object_owns_parameters = "b", dual_owned_parameters = "s"; swap: pass_by_copy_result, pass_by_copy_parameters = "a", maybe_by_value_parameters = "b, c"; };
  };
};
`}, "toys.idl")
	files := mustEmit(t, spec, golang.Options{PackagePrefix: "example.com/gen", Classes: true})
	contains(t, files, "toys/ball/toys.go", `s.BaseProxy = "Works"`, `s.Factory = "Toys::Works"`)
	contains(t, files, "toys/other/toys.go", `s.BaseProxy = "Elsewhere"`)
	contains(t, files, "toys/box/toys.go", `Name: "swap", Copies: "crcmm", Type:`, `Name: "put", Type:`,
		`Name: "name", Owns: "o", Type:`, `Name: "rest", Owns: "cdo", Oneway: true, Type:`,
		`Whole: "v:p/void({double,double,double,double,double,double,double,double,double,double})", Packing:`)
}

// TestTypelib holds that classes in Go point to the type information of their file, which is in a package of its own, and only with cgo.
func TestTypelib(t *testing.T) {
	t.Parallel()
	spec := compileSOM(t, idl.FilesOf{"my-pets.idl": "#include <somobj.idl>\ninterface Dog : SOMObject { void bark(); implementation { }; }; interface Cat : Dog { implementation { }; };"}, "my-pets.idl")
	files := mustEmit(t, spec, golang.Options{PackagePrefix: "example.com/gen", Classes: true, Typelib: true})
	want := []string{"cat/my_pets.go", "cat/object.go", "dog/my_pets.go", "dog/object.go", "mypetstypelib/mypetstypelib.c", "mypetstypelib/mypetstypelib.go", "mypetstypelib/mypetstypelib_nocgo.go"}
	if got := files.Paths(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, class := range []string{"cat", "dog"} {
		contains(t, files, class+"/my_pets.go", `"example.com/gen/mypetstypelib"`, "s.Typelib = mypetstypelib.Data")
	}
	contains(t, files, "mypetstypelib/mypetstypelib.go", "//go:build cgo\n", "// extern const unsigned char som_typelib_example_com_gen_mypetstypelib[];", "var Data unsafe.Pointer = C.data()")
	contains(t, files, "mypetstypelib/mypetstypelib_nocgo.go", "//go:build !cgo\n", "var Data unsafe.Pointer\n")
	contains(t, files, "mypetstypelib/mypetstypelib.c", "//go:build cgo\n", `section(".somt")`, "const unsigned char som_typelib_example_com_gen_mypetstypelib[")
	if files := mustEmit(t, spec, golang.Options{PackagePrefix: "example.com/gen", Classes: true, Native: true, Typelib: true}); files.Len() != 2 {
		t.Errorf("classes of another language's library have type information here: %v", files.Paths())
	}
	_, report := golang.Emit(spec, golang.Options{Classes: true, Typelib: true})
	if got := codes(report); !slices.Contains(got, golang.CodeNoPrefix) {
		t.Errorf("without a prefix: %v", report.All())
	}
}
