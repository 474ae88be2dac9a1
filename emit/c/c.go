// Package c generates C from SOM IDL: for each file a header for those who use its classes, one for those who implement
// them, an implementation to be filled in, and the entry of a class library. docs/som-c.md says what is in them, and
// docs/som.md how the functions in method tables are called, which is what classes in other languages rely on.
//
// Generated code includes som_c.h (bind/c) and som.h (libsom/include), is C11 and C++17, and is the same octets from run to run.
package c

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// Parts say which files are made.
type Parts uint8

// The parts.
const (
	Usage          Parts = 1 << iota // dog.h
	Implementation                   // dog.ih.h, dog.ih with Compat
	Template                         // dog.c
	Classes                          // dog.xh and dog.xih: IBM's C++, with Compat
	CxxTemplate                      // dog.cpp, with Compat
)

// Options say what to generate. With the zero Options it is the headers of the main files.
type Options struct {
	// Parts are the files to be made; 0 is Usage and Implementation.
	Parts Parts
	// Library is the name of a class library of all classes of the main files: its entry is in the file of that name with
	// "_library.c" behind it. Empty: none.
	Library string
	// Typelib has the classes' descriptions point to their type information, which is in the C source that package
	// typelib makes of the same file: it is then to be linked into the library.
	Typelib bool
	// Compat has IBM's names as well: DogNew(), _bark(…), SOM_Resolve, dog.ih and so on.
	Compat bool
	// Pointers has a class's name be a type of pointers to objects in IBM's names, Dog, as somcorba made them, and not of objects, Dog *. Templates
	// are written so, and the headers say SOM_STRICT_IDL. With Compat alone a program that says it has the same of these headers.
	Pointers bool
	// Existing is the output folder as it is, from which a template that is there is read; nil if there is nothing.
	Existing fs.FS
}

// Emit generates C. There are no files if the report has errors.
func Emit(spec *model.Spec, opt Options) (*emit.Files, *diag.Report) {
	opt.Compat = opt.Compat || opt.Pointers || opt.Parts&(Classes|CxxTemplate) != 0
	if opt.Parts == 0 {
		opt.Parts = Usage | Implementation
	}
	g := &generator{spec: spec, opt: opt, report: new(diag.Report), files: new(emit.Files), names: map[string]model.Decl{}}
	g.check()
	if !g.report.HasErrors() {
		g.clashes()
	}
	if !g.report.HasErrors() {
		g.generate()
	}
	if g.report.HasErrors() {
		return new(emit.Files), g.report
	}
	return g.files, g.report
}

// A generator is one run.
type generator struct {
	spec   *model.Spec
	opt    Options
	report *diag.Report
	files  *emit.Files
	names  map[string]model.Decl // global identifiers, and whose they are

	sight   cabi.Sight
	members map[string]bool    // see memberNames
	macros  map[string]bool    // see macroNames
	taken   map[string][]taken // see takenNames
	classes []string           // what the names of their functions begin with; see behind
	behinds []string           // how those end that end with an underscore, of methods
	bare    bool               // what the IDL hands to the files as it is is left out
}

func (g *generator) generate() {
	for _, declared := range cabi.Units(g.spec) {
		u := &unit{generator: g, Unit: declared}
		given := cabi.IsGivenFile(u.File)
		if given {
			u.Decls = nil // bind/c has them
		}
		if g.opt.Parts&Usage != 0 {
			g.add(u.Stem+".h", u.usage())
		}
		if g.opt.Parts&Classes != 0 && !given {
			g.add(u.Stem+".xh", u.classesXH())
			if len(u.Classes) > 0 {
				g.add(u.Stem+".xih", u.implementationXH())
			}
		}
		if given {
			continue // somebody else implements them
		}
		if g.opt.Parts&Implementation != 0 && len(u.Classes) > 0 {
			g.add(u.Stem+u.implementationSuffix(), u.implementation())
		}
		if g.opt.Parts&Template != 0 && len(u.Classes) > 0 {
			g.add(u.Stem+".c", u.template(""))
		}
		if g.opt.Parts&CxxTemplate != 0 && len(u.Classes) > 0 {
			g.add(u.Stem+".cpp", u.template("xih"))
		}
	}
	if g.opt.Library != "" {
		g.add(g.opt.Library+"_library.c", g.library())
	}
}

func (g *generator) add(name string, data []byte) {
	if why := cabi.HeaderProblem(name); why != "" {
		g.problem(CodeFile, diag.Span{}, "give the IDL file another name, or its first class the modifier filestem", "%s", why)
		return
	}
	if err := g.files.Add(name, data); err != nil {
		g.problem(CodeFile, diag.Span{}, "give one of the files another name, or a class the modifier filestem", "%v", err)
	}
}

// A unit is what is made of one IDL file.
type unit struct {
	*generator
	emit.Printer
	cabi.Unit
	helped []*model.Type // sequences that the header has defined, for their helpers
	owners cabi.Owners   // whose is what was printed
}

// implementationSuffix returns how the name of the header for implementers ends; IBM's was dog.ih.
func (u *unit) implementationSuffix() string {
	if u.opt.Compat {
		return ".ih"
	}
	return ".ih.h"
}

// head prints what a generated file begins with.
func (u *unit) head(what string) {
	u.F("// Code generated by dsom from %s. Changes will be lost.", cabi.OneLine(path.Base(u.File.Path)))
	u.Blank()
	u.F("/* %s */", what)
}

// guard prints the begin of a header, and returns what prints its end.
func (u *unit) guard(name string) (end func()) {
	u.F("#ifndef %s", cabi.Guard(name))
	u.F("#define %s", cabi.Guard(name))
	u.Blank()
	return func() {
		u.Blank()
		u.F("#endif")
	}
}

// includes returns the stems of the files whose headers a file's header includes.
func (u *unit) includes() []string {
	return u.Includes(u.spec, func(f *model.File) bool { return !f.Standard || cabi.HasHeader(f) })
}

// library returns the source of a class library's entry.
func (g *generator) library() []byte {
	var p emit.Printer
	p.F("// Code generated by dsom. Changes will be lost.")
	p.Blank()
	p.F("/* The entry of the class library %s, which defines its classes, ancestors and metaclasses first. */", g.opt.Library)
	p.F("#include <som_c.h>")
	p.Blank()
	var names []string
	for _, i := range cabi.Defined(g.spec) {
		if !isGiven(i) {
			p.F("%s;", prototype("som_class *", g.own(i, "_define"), "som_env *ev"))
			names = append(names, g.own(i, "_define"))
		}
	}
	p.Blank()
	p.F("SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);")
	p.F("int som_library_entry(uint32_t abi, som_env *ev) {")
	p.F("\tstatic som_class *(*const define[])(som_env *) = {%s};", strings.Join(names, ", "))
	p.F("\treturn som_define_library(abi, define, %d, ev);", len(names))
	p.F("}")
	return p.Bytes()
}

// prototype returns a function's head.
func prototype(result, name, params string) string {
	return fmt.Sprintf("%s%s(%s)", cabi.Spaced(result), name, params)
}
