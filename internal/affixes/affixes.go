// Package affixes makes SOM IDL whose names are like those that generators make of names, for the tests of these.
package affixes

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Rounds are how many texts are enough to have met most pairs.
const Rounds = 160

// IDL returns a text, in a module unless that has no name, with a structure, a union, an exception, types and two classes, one of which overrides the other's methods. Its
// names are a few, with what is in front of or behind names of the generator's around them, and some words.
func IDL(r *rand.Rand, module string, front, behind []string, words string) string {
	stems := []string{"item", "X"}
	locals := append(strings.Fields(words), stems...)
	any := func(of []string) string { return of[r.IntN(len(of))] }
	name := func() string {
		n := any(stems)
		if r.IntN(2) == 0 {
			n = any(front) + n
		}
		if r.IntN(3) == 0 {
			n += any(behind)
		}
		return strings.TrimLeft(n, "_")
	}
	local := func() string {
		n := any(locals)
		if r.IntN(2) == 0 {
			n += any(append([]string{"_"}, behind...))
		}
		return n
	}
	distinct := func(n int, one func() string) []string {
		var all []string
		for len(all) < n {
			s := one()
			if !slices.ContainsFunc(all, func(o string) bool { return strings.EqualFold(o, s) }) {
				all = append(all, s)
			}
		}
		return all
	}
	var b strings.Builder
	b.WriteString("#include <somobj.idl>\n")
	if module != "" {
		fmt.Fprintf(&b, "module %s {\n", module)
	}
	top := distinct(5, func() string { return "X" + any(append([]string{"", "_item", "_next_item"}, behind...)) })
	ms := distinct(3, local)
	fmt.Fprintf(&b, "struct %s { string %s; long %s; };\n", top[0], ms[0], ms[1])
	fmt.Fprintf(&b, "exception %s { string %s; long %s; };\n", top[1], ms[1], ms[2])
	fmt.Fprintf(&b, "union %s switch (long) { case 0: long %s; case 1: string %s; default: long %s; };\n", top[2], ms[0], ms[1], ms[2])
	fmt.Fprintf(&b, "enum %s { %s };\n", top[3], strings.Join(distinct(2, func() string { return "Z" + name() }), ", "))
	fmt.Fprintf(&b, "typedef sequence<%s> %s;\n", top[0], top[4])
	above := distinct(2, name)
	fmt.Fprintf(&b, "interface A : SOMObject { long %s(in long %s, in string %s); attribute long %s; implementation { releaseorder: %s, _get_%s, _set_%s; }; };\n",
		above[0], ms[0], ms[2], above[1], above[0], above[1], above[1])
	own := distinct(4, name)
	over := above[0]
	if r.IntN(2) == 0 {
		over = "_get_" + above[1]
	}
	fmt.Fprintf(&b, `interface B : A {
	void %s(in %s %s, out %s %s) raises (%s);
	attribute string %s;
	long %s(in long %s, in long %s);
	implementation { releaseorder: %s, _get_%s, _set_%s, %s, %s; %s: override; long %s; %s: staticdata; long %s; };
};
`, own[0], top[0], ms[0], top[2], ms[1], top[1], own[1], own[2], ms[1], ms[2], own[0], own[1], own[1], own[2], own[3], over, own[3], own[3], local())
	if module != "" {
		b.WriteString("};\n")
	}
	return b.String()
}
