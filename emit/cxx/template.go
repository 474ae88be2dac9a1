package cxx

import (
	"strings"

	"github.com/opendsom/dsom/model"
)

// template returns the implementation of a file's classes to be filled in: dog.cpp.
func (u *unit) template() []byte {
	u.F("// The implementation of %s. It is yours: dsom idl build adds what is missing, and leaves bodies alone.", list(u.classes, scoped))
	u.F("#include %s", quoted(u.stem+".ih.hpp"))
	u.Blank()
	for _, i := range u.classes {
		u.within(i)
		name := plainName(i)
		u.F("class %s_impl : public %s_part<%s_impl> {", name, name, name)
		u.L("public:")
		if len(initializers(i)) > 0 {
			u.F("\t%s_impl() = default;", name)
		}
		for _, s := range u.stubs(i) {
			u.Blank()
			u.F("\t/* %s%s */", s.key, strings.ReplaceAll(firstLine(s.doc), "*/", "* /"))
			u.F("\t%s", s.head)
			u.L("\t{")
			for _, l := range s.body {
				u.F("\t\t%s", l)
			}
			u.L("\t}")
		}
		u.L("};")
		u.Blank()
		u.F("som::class_object %s_define() { return %s_impl::som_define(); }", name, name)
		u.Blank()
	}
	u.within(nil)
	return []byte(u.Cut(0))
}

func scoped(i *model.Interface) string { return i.ScopedName() }

// firstLine returns the first line of a comment behind a colon.
func firstLine(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return ": " + lines[0]
}
