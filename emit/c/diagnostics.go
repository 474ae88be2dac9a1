package c

import "github.com/opendsom/dsom/diag"

// The codes of what this emitter has to say.
const (
	CodeNotSupported diag.Code = "C1001"
	CodeNoClass      diag.Code = "C1002"
	CodeName         diag.Code = "C1003"
	CodeLife         diag.Code = "C1004"
	CodeFile         diag.Code = "C1005"
	CodeTemplate     diag.Code = "C1006"
	CodeByHand       diag.Code = "C1007"
	CodeGone         diag.Code = "C1008"
)

// Codes describes the codes of this emitter.
var Codes = diag.Table{
	{Code: CodeNotSupported, Title: "cannot be said in C yet",
		Explanation: "Types without a fixed width in C (long double, fixed), any, TypeCodes, valuetypes, components and what IDL 4 added have no form in the C binding, nor have contexts, indirect attributes and a class's own memory (somallocate).",
		Example:     "#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in any how); implementation { releaseorder: bark; }; };"},
	{Code: CodeNoClass, Title: "no SOM class",
		Explanation: "The C binding is for classes: interfaces with an implementation section, or that inherit from such a one.",
		Example:     "interface Dog { void bark(); };"},
	{Code: CodeName, Title: "two things of one name in C",
		Explanation: "C has no scopes: A::B_c and A_B::c are both A_B_c, and each class has functions of its own, such as Dog_new.",
		Example:     "#include <somobj.idl>\nmodule A { typedef long B_c; };\nmodule A_B { typedef long c; };\ninterface Dog : SOMObject { implementation { releaseorder:; }; };"},
	{Code: CodeLife, Title: "two overrides that are one in C",
		Explanation: "SOM has four methods for making an object a copy of another, and four for assigning one, as C++ tells apart what is const and volatile; the kernel has one of each.",
		Example:     "#include <somobj.idl>\ninterface Dog : SOMObject { implementation { somDefaultCopyInit: override; somDefaultConstCopyInit: override; }; };"},
	{Code: CodeFile, Title: "a file that cannot be made",
		Explanation: "Each IDL file becomes headers of its name, or of the one that the modifier filestem gives.",
		Scene:       "$ dsom idl build --c --out gen a/dog.idl b/dog.idl\n-- a/dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { implementation { releaseorder:; }; };\n-- b/dog.idl --\n#include <somobj.idl>\ninterface Wolf : SOMObject { implementation { releaseorder:; }; };"},
	{Code: CodeTemplate, Title: "an implementation that cannot be read",
		Explanation: "A template that is there already is updated, for which its functions have to be found: braces, comments and strings must be closed. Of IBM's two styles of C, classes with a star and classes that are pointers, one that is there keeps its own.",
		Scene:       "$ dsom idl build --c=c --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(); implementation { releaseorder: bark; }; };\n-- gen/dog.c --\nvoid f(void) {"},
	{Code: CodeByHand, Severity: diag.Warning, Title: "a function to be changed by hand",
		Explanation: "A function has other parameters or another result in the IDL now, or is missing, and it is not plain how its author would write that: a macro makes its head, its parameters or its braces, preprocessor lines stand within it, it is written in the old style, or the comment is gone that tells its parameters, and its names are the author's own, so that nothing tells which of several of one type each is.",
		Scene:       "$ dsom idl build --c=c --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in long volume); implementation { releaseorder: bark; }; };\n-- gen/dog.c --\n#define METHOD(name) static void Dog_do_##name(som_ref self, som_env *ev, int32_t volume)\nMETHOD(bark)\n{\n}"},
	{Code: CodeGone, Severity: diag.Warning, Title: "a function that implements nothing any more",
		Explanation: "What implemented a method that the IDL does not have any more is kept, and the comment in front of it says so.",
		Scene:       "$ dsom idl build --c=c --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in long volume); implementation { releaseorder: bark; }; };\n-- gen/dog.c --\n/* Dog::sit: void sit() */\nstatic void Dog_do_sit(som_ref self, som_env *ev) {}"},
}

// problem adds a diagnostic with the severity that the table gives its code.
func (g *generator) problem(code diag.Code, at diag.Span, help, format string, args ...any) {
	g.report.Add(Codes.New(code, at, help, format, args...))
}
