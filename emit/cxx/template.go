package cxx

import (
	"io/fs"
	"regexp"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/emit/template"
	"github.com/opendsom/dsom/model"
)

// template returns the implementation of a file's classes to be filled in, dog.cpp: a new one, or the one that is there with
// what it lacks.
func (u *unit) template() []byte {
	name := u.Stem + ".cpp"
	var old []byte
	if u.opt.Existing != nil {
		if data, err := fs.ReadFile(u.opt.Existing, name); err == nil {
			old = append([]byte{}, data...)
		}
	}
	var all []*model.Interface // whose classes the file does not have
	for _, i := range u.Classes {
		if !regexp.MustCompile(`\bclass\s+` + plainName(i) + `_impl\b`).Match(old) {
			all = append(all, i)
		}
	}
	head := u.templateHead(name, all, old == nil)
	if old != nil {
		old = append(old, head...)
	}
	f := template.File{
		Head: head,
		Mine: u.Mine,
	}
	for _, i := range u.Classes {
		class := plainName(i) + "_impl"
		for _, s := range u.stubs(i) {
			f.Functions = append(f.Functions, template.Function{
				Name: class + "::" + s.name, Key: s.key, Comment: s.doc, Head: s.head, Body: s.body, In: class, Indent: "\t",
			})
		}
	}
	data, _, err := template.Update(old, f)
	if err != nil {
		u.problem(CodeTemplate, diag.Span{Start: diag.Position{File: name}}, "close what is open there", "%s: %v", name, err)
	}
	return data
}

// templateHead returns classes without their methods, and before them what a new file begins with.
func (u *unit) templateHead(name string, classes []*model.Interface, begin bool) string {
	if begin {
		u.F("// %s: this file is yours: dsom idl build adds methods that are new and keeps heads up to date; bodies it never touches.", name)
		u.F("#include %s", cabi.Quoted(u.Stem+".ih.hpp"))
	}
	if len(classes) > 0 {
		u.Blank()
	}
	for n, i := range classes {
		if n > 0 {
			u.Blank()
		}
		u.within(i)
		class := plainName(i) + "_impl"
		u.F("class %s : public %s_part<%s> {", class, plainName(i), class)
		u.L("public:")
		if len(initializers(i)) > 0 {
			u.F("\t%s() = default;", class)
		}
		u.L("};")
		u.F("som::class_object %s_define() { return %s::som_define(); }", plainName(i), class)
	}
	u.within(nil)
	return u.Cut(0)
}
