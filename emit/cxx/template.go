package cxx

import (
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/emit/template"
	"github.com/opendsom/dsom/model"
)

// template returns the implementation of a file's classes to be filled in, dog.cpp: a new one, or the one that is there with
// what it lacks.
func (u *unit) template() []byte {
	name := u.Stem + ".cpp"
	u.F("// %s: this file is yours: dsom idl build adds methods that are new and keeps heads up to date; bodies it never touches.", name)
	u.F("#include %s", cabi.Include(u.Stem+".ih.hpp"))
	f := template.File{Head: u.Cut(0), Mine: u.Mine}
	for _, i := range u.Classes {
		class := u.implName(i)
		f.Classes = append(f.Classes, template.Class{Name: class, Text: u.templateClass(i)})
		for _, s := range u.stubs(i) {
			f.Functions = append(f.Functions, template.Function{
				Name: class + "::" + s.name, Key: s.key, Comment: s.doc, Head: s.head, Kept: s.kept, Body: s.body, In: class, Indent: "\t",
			})
		}
	}
	return template.Reporter{Table: Codes, Report: u.report, Unreadable: CodeTemplate, ByHand: CodeByHand, Gone: CodeGone}.Update(u.opt.Existing, name, f)
}

// implName returns the name of the class that is written by hand, with its namespaces.
func (g *generator) implName(i *model.Interface) string {
	return strings.Join(append(namespaces(i), g.own(i, "_impl")), "::")
}

// templateClass returns a class without its methods.
func (u *unit) templateClass(i *model.Interface) string {
	u.Blank()
	u.within(i)
	class := u.own(i, "_impl")
	u.F("class %s : public %s<%s> {", class, u.own(i, "_part"), class)
	u.L("public:")
	if len(initializers(i)) > 0 {
		u.F("\t%s() = default;", class)
	}
	u.L("};")
	u.F("som::class_object %s() { return %s::som_define(); }", u.own(i, "_define"), class)
	u.within(nil)
	return strings.TrimRight(u.Cut(0), "\n") + "\n"
}
