package rrbc_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// inHandwritten is a subclass in C++ that somebody has written without IDL, above the headers of release 1: signatures are deduced, and overrides say the
// bare names of methods.
var inHandwritten = &language{name: "C++, by hand", cc: "byhand", layout: layoutCxx, bindsAncestors: true, keepsState: true}

// handwritten is a row's subclass so.
func (r *release) handwritten() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	i := r.class("Puppy")
	parents, entries := "", ""
	for _, p := range i.Parents() {
		parents += ", ::" + name(p)
	}
	major, minor := i.ClassVersion()
	line("namespace by_hand_%s {\nclass %s_impl : public som::impl<%[2]s_impl%s> {", r.row.id, i.Name, parents)
	for _, m := range members(i) {
		array := ""
		if m.array > 0 {
			array = fmt.Sprintf("[%d]", m.array)
		}
		line("\t%s %s%s;", m.ctype, m.name, array)
	}
	line("public:\n%s", r.insideCxx(i))
	method := func(entry, name string) {
		line("\tstd::int32_t %s(std::int32_t n) {\n%s\t}", name, r.bodyCxx(i, name))
		entries += fmt.Sprintf(", som::%s<&%s_impl::%s>(%[3]q)", entry, i.Name, name)
	}
	for _, e := range i.ReleaseOrder() {
		method("method", e.Name)
	}
	for _, o := range implemented(i) {
		method("overrides", o.Name)
	}
	line("};\n}")
	line("extern \"C\" SOM_API int entry_%s(uint32_t abi, som_env *ev);\nextern \"C\" SOM_API int entry_%[1]s(uint32_t abi, som_env *ev) {", r.row.id)
	line("\treturn som::library(abi, ev, [] {\n\t\tusing by_hand_%s::%s_impl;\n\t\tsom::define<%[2]s_impl>(%q, som::version{%d, %d}%s);\n\t});\n}", r.row.id, i.Name, name(i), major, minor, entries)
	return b.String()
}

// writtenByHand reports whether a row has such a subclass: where what a name means changes, and the methods are those of numbers.
func (p *pair) writtenByHand() bool {
	i := p.one.class("Puppy")
	if p.predict != nil || p.outOfGo != "" || p.outOfCxx != "" || len(p.above) < 2 {
		return false
	}
	return !slices.ContainsFunc(i.Introduced(), func(m model.Method) bool { return !takesNumber(&m) || m.Kind() == model.ProcedureMethod })
}

// subclassesByHand compiles those of all rows.
func (w *workshop) subclassesByHand(pairs []*pair) error {
	var b strings.Builder
	fmt.Fprintf(&b, "#include \"%s\"\n", headOf(inCxx))
	for _, p := range pairs {
		if !p.writtenByHand() {
			continue
		}
		if err := w.generate("sub-byhand", inCxx, p.one, p.one.zoo, ""); err != nil {
			return err
		}
		fmt.Fprintf(&b, "#include \"%s%s\"\n%s", p.one.stem("zoo"), inCxx.header, p.one.handwritten())
	}
	return w.object(inCxx, "sub-byhand", b.String())
}
