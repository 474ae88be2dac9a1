package cxx

import "github.com/opendsom/dsom/diag"

// The codes of what this emitter has to say.
const (
	CodeNotSupported diag.Code = "CXX1001"
	CodeNoClass      diag.Code = "CXX1002"
	CodeName         diag.Code = "CXX1003"
	CodeFile         diag.Code = "CXX1004"
	CodeTemplate     diag.Code = "CXX1005"
	CodeByHand       diag.Code = "CXX1006"
	CodeGone         diag.Code = "CXX1007"
)

// Codes describes the codes of this emitter.
var Codes = diag.Table{
	{Code: CodeNotSupported, Title: "cannot be said in C++ yet",
		Explanation: "Types without a fixed width in C (long double, fixed), any, TypeCodes, native types, valuetypes, components and what IDL 4 added have no form in the C++ binding of SOM, nor have contexts, indirect attributes, procedures without receiver or environment, a class's own memory (somallocate) and classinit.",
		Example:     "#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in any how); implementation { releaseorder: bark; }; };"},
	{Code: CodeNoClass, Title: "no SOM class",
		Explanation: "The C++ binding of SOM is for classes: interfaces with an implementation section, or that inherit from such a one.",
		Example:     "interface Dog { void bark(); };"},
	{Code: CodeName, Title: "two things of one name in C++",
		Explanation: "What is declared in an interface stands beside it in C++, with the interface's name in front: Dog::Colour is Dog_Colour, too. And each class has things of its own: Dog_class, Dog_methods, Dog_all, Dog_part, Dog_impl, Dog_define. These give way to what the class's file or one that it includes declares (som_own_Dog_class beside Dog::class or another Dog_class), and not to what other files do; what tells of a union's arm gives way to an arm (is_x_ beside is_x). Two things of the IDL's own do not give way to each other.",
		Example:     "#include <somobj.idl>\ntypedef long Dog_Colour;\ninterface Dog : SOMObject { enum Colour { black }; implementation { releaseorder:; }; };"},
	{Code: CodeFile, Title: "a file that cannot be made",
		Explanation: "Each IDL file becomes headers of its name, or of the one that the modifier filestem gives.",
		Scene:       "$ dsom idl build --cxx --out gen a/dog.idl b/dog.idl\n-- a/dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { implementation { releaseorder:; }; };\n-- b/dog.idl --\n#include <somobj.idl>\ninterface Wolf : SOMObject { implementation { releaseorder:; }; };"},
	{Code: CodeTemplate, Title: "an implementation that cannot be read",
		Explanation: "A template that is there already is updated, for which its functions have to be found: braces, comments and strings must be closed.",
		Scene:       "$ dsom idl build --cxx=hpp,ih,cpp --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(); implementation { releaseorder: bark; }; };\n-- gen/dog.cpp --\nclass Dog_impl {"},
	{Code: CodeByHand, Severity: diag.Warning, Title: "a function to be changed by hand",
		Explanation: "A function has other parameters or another result in the IDL now, or is missing, and it is not plain how its author would write that: a macro makes its head, its parameters or its braces, preprocessor lines stand within it, it is written in the old style, or the comment is gone that tells its parameters, and its names are the author's own, so that nothing tells which of several of one type each is.",
		Scene:       "$ dsom idl build --cxx=hpp,ih,cpp --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in long volume); implementation { releaseorder: bark; }; };\n-- gen/dog.cpp --\n#define METHOD(name) void name()\nclass Dog_impl : public Dog_part<Dog_impl> {\npublic:\n\tMETHOD(bark) {}\n};"},
	{Code: CodeGone, Severity: diag.Warning, Title: "a function that implements nothing any more",
		Explanation: "What implemented a method that the IDL does not have any more is kept, and the comment in front of it says so.",
		Scene:       "$ dsom idl build --cxx=hpp,ih,cpp --out gen dog.idl\n-- dog.idl --\n#include <somobj.idl>\ninterface Dog : SOMObject { void bark(in long volume); implementation { releaseorder: bark; }; };\n-- gen/dog.cpp --\nclass Dog_impl : public Dog_part<Dog_impl> {\npublic:\n\t/* Dog::sit */\n\tvoid sit() {}\n};"},
}

// problem adds a diagnostic with the severity that the table gives its code.
func (g *generator) problem(code diag.Code, at diag.Span, help, format string, args ...any) {
	g.report.Add(Codes.New(code, at, help, format, args...))
}
