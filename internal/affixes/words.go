package affixes

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Words returns SOM IDL in which whatever has a name is called by one of the words of a generator's own: a module with types and two
// classes, of which one has types, initializers, methods, attributes and data, and overrides what the other has. What is declared in one
// scope has different words.
func Words(r *rand.Rand, module string, words []string) string {
	var scopes [][]string
	word := func() string {
		for {
			w := words[r.IntN(len(words))]
			if !slices.ContainsFunc(slices.Concat(scopes...), func(o string) bool { return strings.EqualFold(o, w) }) {
				scopes[len(scopes)-1] = append(scopes[len(scopes)-1], w)
				return w
			}
		}
	}
	open := func() { scopes = append(scopes, nil) }
	shut := func() { scopes = scopes[:len(scopes)-1] }
	within := func(n int) []any { // names of a scope in this one
		open()
		defer shut()
		var all []any
		for range n {
			all = append(all, word())
		}
		return all
	}
	var b strings.Builder
	p := func(format string, a ...any) { fmt.Fprintf(&b, format, a...) }
	open()
	p("#include <somobj.idl>\nmodule %s {\n", module)
	if r.IntN(2) == 0 {
		p("const long %s = 1;\n", word())
		p("struct %s { string %s; long %s; };\n", append([]any{word()}, within(2)...)...)
		p("exception %s { string %s; long %s; };\n", append([]any{word()}, within(2)...)...)
	}
	open()
	above, got := word(), word()
	p("interface A_%s : SOMObject {\n\tlong %s(in long %s, in string %s);\n\tattribute long %s;\n", module, above, within(2)[0], within(1)[0], got)
	p("\timplementation { releaseorder: %s, _get_%s, _set_%s; };\n};\n", above, got, got)
	p("interface B_%s : A_%s {\n", module, module)
	c, s, e, x, u, t := word(), word(), word(), word(), word(), word()
	p("\tconst long %s = 2;\n", c)
	p("\tstruct %s { string %s; long %s; };\n", append([]any{s}, within(2)...)...)
	p("\tenum %s { %s, %s };\n", e, word(), word())
	p("\texception %s { string %s; %s %s; };\n", append([]any{x, within(1)[0], e}, within(1)...)...)
	p("\tunion %s switch (long) { case 0: long %s; case 1: string %s; default: %s %s; };\n", append(append([]any{u}, within(2)...), s, within(1)[0])...)
	p("\ttypedef sequence<%s> %s;\n", s, t)
	made, one, two, attr := word(), word(), word(), word()
	p("\tvoid %s(inout somInitCtrl %s, in long %s);\n", append([]any{made}, within(2)...)...)
	ps := within(4)
	p("\t%s %s(in %s %s, inout %s %s, out string %s, in Object %s) raises (%s);\n", t, one, s, ps[0], u, ps[1], ps[2], ps[3], x)
	p("\tvoid %s();\n\tattribute string %s;\n", two, attr)
	data, static := word(), word()
	p("\timplementation {\n\t\treleaseorder: %s, %s, %s, _get_%s, _set_%s, %s;\n\t\t%s: init;\n", made, one, two, attr, attr, static, made)
	p("\t\t%s: override;\n\t\t_get_%s: override;\n", above, got)
	for _, life := range []string{"somDefaultInit: override, init", "somDestruct: override", "somDefaultCopyInit: override, init", "somDefaultAssign: override"} {
		if r.IntN(2) == 0 {
			p("\t\t%s;\n", life)
		}
	}
	p("\t\tlong %s;\n\t\t%s: staticdata;\n\t\tlong %s;\n\t};\n};\n};\n", static, static, data)
	return b.String()
}
