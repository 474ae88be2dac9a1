package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// The codes of what this emitter has to say.
const (
	CodeNoPackage     diag.Code = "GO1001"
	CodeNoPrefix      diag.Code = "GO1002"
	CodeBadPath       diag.Code = "GO1003"
	CodeBadName       diag.Code = "GO1004"
	CodeInherited     diag.Code = "GO1005"
	CodeNotSupported  diag.Code = "GO1006"
	CodeUndefined     diag.Code = "GO1007"
	CodeMerged        diag.Code = "GO1008"
	CodeTwice         diag.Code = "GO1009"
	CodeManifest      diag.Code = "GO1010"
	CodeEntangled     diag.Code = "GO1011"
	CodeInternal      diag.Code = "GO1012"
	CodeClassCircle   diag.Code = "GO1017"
	CodePragmaIgnored diag.Code = "GO1013"
	CodeComponents    diag.Code = "GO1014"
	CodeEquivalent    diag.Code = "GO1015"
	CodeAsynchronous  diag.Code = "GO1016"
	CodeTemplate      diag.Code = "GO1018"
	CodeByHand        diag.Code = "GO1019"
	CodeGone          diag.Code = "GO1020"
	CodeNoCrossing    diag.Code = "GO1021"
	CodeGoAlone       diag.Code = "GO1022"
	CodeOnePackage    diag.Code = "GO1023"
	CodeGiving        diag.Code = "GO1024"
)

// entangled are nine structures that each hold sequences of all nine.
var entangled = func() string {
	var names, all []string
	for i := range 9 {
		names = append(names, fmt.Sprintf("sequence<S%d> m%d;", i, i))
		all = append(all, fmt.Sprintf("struct S%d;", i))
	}
	for i := range 9 {
		all = append(all, fmt.Sprintf("struct S%d { %s };", i, strings.Join(names, " ")))
	}
	return "module A {\n" + strings.Join(all, "\n") + "\n};"
}()

// Codes describes the codes of this emitter.
var Codes = diag.Table{
	{Code: CodeNoPackage, Title: "no package for declarations outside modules",
		Explanation: "A module becomes a Go package of its name. What is declared outside all modules has no such name: say with --go-package, or with #pragma go_package at the head of the file, which package it goes to.",
		Example:     "struct Point { long x, y; };"},
	{Code: CodeNoPrefix, Title: "a package cannot be imported by its name alone",
		Explanation: "The file needs another generated package, and an import path must tell where that is: give --go-package-prefix, or -M with the path of the module.",
		Example:     "module A { struct P { long x; }; }; module B { struct Q { A::P p; }; };"},
	{Code: CodeBadPath, Title: "not an import path",
		Explanation: "An import path consists of letters, digits and -._~ in parts that are separated by slashes.",
		Example:     "module A {\n#pragma go_package \"../up\"\nstruct P { long x; };\n};"},
	{Code: CodeBadName, Title: "not a Go name",
		Explanation: "#pragma go_name and #pragma go_value give one name: an exported Go identifier, which begins with a capital letter.",
		Example:     "module A { struct P { long x; };\n#pragma go_name P point\n};"},
	{Code: CodeInherited, Title: "two inherited operations have the same Go name",
		Explanation: "The names differ in IDL but not in Go, and the interface would have two methods of one name. #pragma go_name gives one of them another.",
		Example:     "module A { interface X { void new_one(); }; interface Y { void newOne(); }; interface Z : X, Y {}; };"},
	{Code: CodeNotSupported, Title: "cannot be said in Go, or not in a call",
		Explanation: "The keys of a map must be of a type that Go can compare: no sequences, maps, unions, values, references and any, nor structures that hold them. Pointers of SOM IDL mean something within one process only. A class in Go cannot implement a method that takes no object (noself), nor one that takes a somInitCtrl and is no initializer: who uses such a class, or derives one from it, does without the method, as a comment in the generated file says. Its metaclass must be declared, or one of SOM's own. Nor can it override a method of SOM's own classes that has but a place in the release order there, such as somRenew, or two that are one in Go, as those that copy an object are. Structures and unions cannot hold themselves by @external members: Go needs a sequence between.",
		Example:     "module A { typedef map<sequence<long>, string> M; };"},
	{Code: CodeUndefined, Title: "declared but not defined",
		Explanation: "The definition of what is declared forward must be in the file or in one that it includes, since its Go package and name are taken from there.",
		Example:     "module A { valuetype V; interface I { void f(in V x); }; };"},
	{Code: CodeMerged, Severity: diag.Warning, Title: "modules in one package",
		Explanation: "Go packages cannot import each other in a circle as IDL modules can. The modules of the circle go into one package, where the names of all but one begin with their module's.",
		Example:     "module A { interface X {}; }; module B { interface Y { void f(in A::X x); }; }; module A { interface Z : B::Y {}; };"},
	{Code: CodeTwice, Title: "generated from another file already",
		Explanation: "The manifest of the package says that this declaration has been generated from another IDL file. Two files that declare the same cannot go into one package.",
		Scene:       "$ dsom idl build --go-package-prefix example.com/gen --out gen a.idl\n$ dsom idl build --go-package-prefix example.com/gen --out gen b.idl\n-- a.idl --\nmodule A { struct P { long x; }; };\n-- b.idl --\nmodule A { struct P { long x; }; };"},
	{Code: CodeManifest, Title: "unreadable manifest",
		Explanation: "The package's manifest, which says what earlier runs generated, could not be read. Remove it, and generate the package's files again.",
		Scene:       "$ dsom idl build --go-package-prefix example.com/gen --out gen a.idl\n-- a.idl --\nmodule A { struct P { long x; }; };\n-- gen/a/dsom-manifest.json --\n{"},
	{Code: CodeEntangled, Title: "types too entangled",
		Explanation: "The TypeCode of a recursive type writes out the types through which it recurs; here that is more than a program should start with.",
		Example:     entangled},
	{Code: CodeInternal, Title: "error in the emitter",
		Explanation: "The emitter made a file that is no Go. That is a defect of this program.",
		Scene:       "A model that no checker has made names a declaration \"a b\", which is no identifier."},
	{Code: CodeComponents, Title: "components without the module Components",
		Explanation: "A component becomes the interface by which clients know it, which inherits from Components::CCMObject, and a home likewise: the file must include Components.idl, which the compiler carries.",
		Example:     "module A { component X {}; };"},
	{Code: CodeEquivalent, Title: "names clash in equivalent IDL",
		Explanation: "Clients know a component by an interface in which a port p becomes operations such as provide_p and connect_p, an event type E by an interface EConsumer, a home H by HExplicit and HImplicit with the operation create (CORBA 3.3 part 3, clause 6). Where such a name is there already, inherited too, as provide_facet is from Components::Navigation, requests on the wire could mean either: rename the port, the operation or the declaration in IDL. A #pragma go_name does not help.",
		Example:     "#include <Components.idl>\nmodule A { interface F {}; component X { provides F facet; }; };"},
	{Code: CodeAsynchronous, Title: "asynchronous calls lack something",
		Explanation: "Reply handlers inherit from Messaging::ReplyHandler: with the option AMI a program that calls this emitter must compile with Messaging.idl, as dsom idl build --ami does. And the bases of an interface must have been generated with the option too, since results of their calls are structures in their packages.",
		Scene:       "A program generates with Options.AMI what it has compiled without Messaging.idl."},
	{Code: CodeClassCircle, Title: "packages of classes in a circle",
		Explanation: "A class has a package to itself, with the types that it declares. Where packages would import each other for that, the class's types stand in its module's package, if the class's own file shows it or one that it includes. Another file that includes the class's cannot change what was generated of it: types that lead back to the class's types stand in that file, or the class's types outside of the class.",
		Scene:       "$ dsom idl build --go --go-package-prefix example.com/gen --out gen more.idl\n-- dog.idl --\n#include <somobj.idl>\nmodule Zoo { enum Colour { black }; interface Dog : SOMObject { struct Tag { Colour c; }; implementation { }; }; };\n-- more.idl --\n#include <dog.idl>\nmodule Zoo { struct Yard { Dog::Tag tag; }; };"},
	{Code: CodeTemplate, Title: "an implementation that cannot be read",
		Explanation: "The file object.go of a class is kept up to date, for which it and the other files of its package that people write are read: they must be Go.",
		Scene:       "$ dsom idl build --go --go-package-prefix example.com/gen --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in long volume); implementation { releaseorder: bark; }; };\n-- gen/dog/object.go --\npackage dog\nfunc {"},
	{Code: CodeByHand, Severity: diag.Warning, Title: "a method to be changed by hand",
		Explanation: "A method has other parameters or results in the IDL now, or the type lacks a parent's base, and it is not plain how its author would write that: it stands in another file than object.go, comments stand between what would change, its return statements have values in an order that is another now, or its names are the author's own and no comment, such as Bark implements Dog::bark(in long volume), tells which of several parameters or results of one type each is. The comment is left as it was too, so that the warning stays until the author has seen to both.",
		Scene:       "$ dsom idl build --go --go-package-prefix example.com/gen --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in long volume); implementation { releaseorder: bark; }; };\n-- gen/dog/bark.go --\npackage dog\nfunc (o *object) Bark() error { return nil }"},
	{Code: CodeGone, Severity: diag.Warning, Title: "a method that implements nothing any more",
		Explanation: "What implemented a method that the IDL does not have any more is kept, and its comment says so. An exported method of a class's type that overrides nothing is introduced by the class itself, so delete it when you do not need it.",
		Scene:       "$ dsom idl build --go --go-package-prefix example.com/gen --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in long volume); implementation { releaseorder: bark; }; };\n-- gen/dog/object.go --\npackage dog\nimport \"github.com/opendsom/dsom/som\"\ntype object struct { som.Base }\n// Sit implements Dog::sit.\nfunc (o *object) Sit() error { return nil }"},
	{Code: CodeNoCrossing, Title: "what does not cross between languages",
		Explanation: "A class that is implemented in another language is called by its methods' C functions (docs/som.md), and a type without a form there has no way to Go: any, fixed, long double, TypeCodes, valuetypes, maps and what IDL 4 added, structures that inherit from others or have no members, sequences of arrays.",
		Scene:       "$ dsom idl build --go --native --go-package-prefix example.com/gen --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in any how); implementation { }; };"},
	{Code: CodeGoAlone, Severity: diag.Warning, Title: "a method for Go alone",
		Explanation: "A type of the method does not cross between languages, as GO1021 says. Go can call and override the method; other languages see that it is there.",
		Scene:       "$ dsom idl build --go --go-package-prefix example.com/gen --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in any how); implementation { }; };"},
	{Code: CodeOnePackage, Title: "two classes in one package",
		Explanation: "A class has a package to itself, of its name in lower case and without underscores: two whose names differ in nothing else need a package that is said.",
		Scene:       "$ dsom idl build --go --go-package-prefix example.com/gen --out gen zoo.idl\n-- zoo.idl --\n#include <somobj.idl>\nmodule Zoo { interface Dog : SOMObject { implementation { }; }; interface D_og : SOMObject { implementation { }; }; };"},
	{Code: CodeGiving, Severity: diag.Warning, Title: "a reference that is given away without being there",
		Explanation: "What a method in Go returns is the caller's, who gives its references back. One that returns what a plain field holds gives away the field's only reference, so that the object ends while the field still refers to it: retain it for the caller, or let the field be a som.Held, which does.",
		Scene:       "$ dsom idl build --go --go-package-prefix example.com/gen --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { attribute Dog mate; implementation { releaseorder: _get_mate, _set_mate; mate: noget, nodata; }; };\n-- gen/dog/object.go --\npackage dog\nimport (\n\t\"context\"\n\t\"github.com/opendsom/dsom/som\"\n)\ntype object struct {\n\tsom.Base\n\tmate Dog\n}\nfunc (o *object) Mate(ctx context.Context) (Dog, error) { return o.mate, nil }"},
	{Code: CodePragmaIgnored, Severity: diag.Warning, Title: "pragma without effect",
		Explanation: "#pragma go_package stands outside of all modules, or directly in a top-level one: these are what becomes a package. #pragma go_value names what makes the values of a valuetype, which an abstract one has none of.",
		Example:     "module A { module B {\n#pragma go_package \"x/y\"\nstruct P { long x; }; }; };"},
}

// problem adds a diagnostic with the severity that the table gives its code.
func (g *generator) problem(code diag.Code, at diag.Span, help, format string, args ...any) {
	g.report.Add(Codes.New(code, at, help, format, args...))
}
