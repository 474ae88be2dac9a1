package golang_test

import (
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
)

// circles are classes whose types, in the classes' own packages, would have packages import each other.
const circles = `#include <somcls.idl>
module Zoo {
	interface Dog;
	enum Colour { black, brown };
	typedef sequence<Dog> Pack;
	interface Dog : SOMObject {
		const long Most = 7;
		enum Size { small, large };
		struct Tag { Colour of; Size size; Pack with; Dog owner; long marks[Most]; };
		union Found switch (Size) { case small: Tag tag; default: Dog dog; };
		typedef sequence<Tag> Tags;
		exception Lost { Tag last; };
		attribute Tag tag;
		Tags find(in Found what, inout Size size, out Colour of) raises (Lost);
		implementation { releaseorder: _get_tag, _set_tag, find; };
	};
	struct Kennel { Dog::Tags tags; Dog::Size size; Dog top; long rooms[Dog::Most]; };
	interface Puppy : Dog {
		void keep(in Kennel k) raises (Dog::Lost);
		implementation { releaseorder: keep; find: override; _get_tag: override; };
	};
	interface Keeper;
	interface Cat : SOMObject { struct Paw { long claws; }; Paw paw(); implementation { releaseorder: paw; metaclass = Keeper; }; };
	interface Keeper : SOMClass { void count(in Cat::Paw p); implementation { releaseorder: count; }; };
	interface Fish : SOMObject { struct Fin { long n; }; void swim(in Fin f); implementation { releaseorder: swim; }; };
};
`

// TestClassCircles compiles classes whose types stand in their module's package since packages cannot import each other, and one whose types
// need not. It is the same whether a file is generated or what includes it.
func TestClassCircles(t *testing.T) {
	t.Parallel()
	const more = "#include <zoo.idl>\nmodule Zoo { struct Yard { Dog::Tag tag; Cat::Paw paw; }; };\nmodule Farm { interface Hound : Zoo::Puppy { void run(in Zoo::Yard y, in Zoo::Dog::Found f, in Zoo::Fish::Fin fin); implementation { releaseorder: run; }; }; };\n"
	sources := idl.FilesOf{"zoo.idl": circles, "more.idl": more}
	dir := t.TempDir()
	for _, name := range []string{"zoo.idl", "more.idl"} {
		files := mustEmit(t, compileSOM(t, sources, name), golang.Options{PackagePrefix: "example.com/gen", Classes: true})
		if name == "zoo.idl" {
			contains(t, files, "zoo/zoo.go", "type Dog_Tag struct {", "type Cat_Paw struct {", "type Kennel struct {")
			contains(t, files, "zoo/fish/zoo.go", "type Fish_Fin struct {")
		}
		write(t, dir, files)
	}
	if testing.Short() {
		t.Skip("compiles")
	}
	put(t, dir, "use/use.go", `package use

import (
	"example.com/gen/zoo"
	"example.com/gen/zoo/dog"
	"example.com/gen/zoo/puppy"
)

var _ dog.Dog = puppy.Ref{}

func Kennel(d dog.Dog) zoo.Kennel {
	return zoo.Kennel{Tags: zoo.Dog_Tags{{Of: zoo.Colour_Brown, Size: zoo.Dog_Size_Large}}, Rooms: [zoo.Dog_Most]int32{1}}
}
`)
	asModule(t, dir, "example.com/gen")
	if out, err := goTool(t, dir, "vet", "./..."); err != nil {
		t.Errorf("%v\n%.6000s", err, out)
	}
}

// TestClassCircleOfFiles has a circle that only who includes a class's file can see: what was generated of that has the types in its package.
func TestClassCircleOfFiles(t *testing.T) {
	t.Parallel()
	sources := idl.FilesOf{
		"zoo.idl":  "#include <somobj.idl>\nmodule Zoo { enum Colour { black }; interface Dog : SOMObject { struct Tag { Colour c; }; void keep(in Tag t); implementation { releaseorder: keep; }; }; };\n",
		"more.idl": "#include <zoo.idl>\nmodule Zoo { struct Yard { Dog::Tag tag; }; };\n",
	}
	for _, names := range [][]string{{"more.idl"}, {"zoo.idl", "more.idl"}} {
		_, report := golang.Emit(compileSOM(t, sources, names...), golang.Options{PackagePrefix: "example.com/gen", Classes: true})
		if got := codes(report); len(got) != 1 || got[0] != golang.CodeClassCircle {
			t.Errorf("%v: got %v", names, report.Err())
		}
	}
	files := mustEmit(t, compileSOM(t, sources, "zoo.idl"), golang.Options{PackagePrefix: "example.com/gen", Classes: true})
	contains(t, files, "zoo/dog/zoo.go", "type Dog_Tag struct {")
}
