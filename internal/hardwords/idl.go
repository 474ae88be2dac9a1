package hardwords

import (
	"fmt"
	"slices"
	"strings"
)

// methodsOfClass is how many words one interface has for names of methods, so that no compiler takes long for one.
const methodsOfClass = 40

// IDL returns declarations that have each of words for a name: of members of structures and exceptions, of enumerators, and of
// parameters; and each of methods, which are some of words, for a method, an attribute, an interface and a module.
func IDL(words, methods []string) string {
	var b strings.Builder
	b.WriteString("#include <somobj.idl>\nstruct Sky { string blue; };\n")
	for n, group := range apart(words) {
		fmt.Fprintf(&b, "module Words%d {\n  enum Kind { none_of_%d", n, n)
		for _, w := range group {
			b.WriteString(", _" + w)
		}
		b.WriteString(" };\n")
		for _, what := range []string{"struct Members", "exception Lost"} {
			b.WriteString("  " + what + " {")
			for i, w := range group {
				fmt.Fprintf(&b, " %s _%s;", types[i%len(types)], w)
			}
			b.WriteString(" };\n")
		}
		b.WriteString("};\n")
	}
	class := 0
	for part := range slices.Chunk(words, methodsOfClass) {
		fmt.Fprintf(&b, "interface Takes%d : SOMObject {\n", class)
		for i, group := range apart(part) {
			fmt.Fprintf(&b, "  void take%d(", i)
			for j, w := range group {
				if j > 0 {
					b.WriteString(", ")
				}
				fmt.Fprintf(&b, "%s %s _%s", directions[j%len(directions)], types[j%len(types)], w)
			}
			b.WriteString(");\n")
		}
		b.WriteString("  implementation { };\n};\n")
		class++
	}
	for _, group := range apart(methods) {
		for part := range slices.Chunk(group, methodsOfClass) {
			fmt.Fprintf(&b, "interface Does%d : SOMObject {\n", class)
			for i, w := range part {
				fmt.Fprintf(&b, "  %s _%s(%s %s _%[2]s);\n", types[i%len(types)], w, directions[i%len(directions)], types[(i+1)%len(types)])
			}
			fmt.Fprintf(&b, "  implementation { };\n};\ninterface Has%d : SOMObject {\n", class)
			for i, w := range part {
				fmt.Fprintf(&b, "  attribute %s _%s;\n", types[i%len(types)], w)
			}
			b.WriteString("  implementation { };\n};\n")
			class++
		}
	}
	for n, group := range apart(methods) {
		fmt.Fprintf(&b, "module Classes%d {\n", n)
		for _, w := range group {
			fmt.Fprintf(&b, "  interface _%s : SOMObject { attribute long n; void f(in long n); implementation { }; };\n", w)
		}
		b.WriteString("};\n")
		for _, w := range group {
			fmt.Fprintf(&b, "module _%s { interface In%d : SOMObject { attribute Sky n; implementation { }; }; };\n", w, n)
		}
	}
	return b.String()
}

var (
	types      = []string{"long", "string", "Sky", "sequence<Sky>", "double"} // one that is a name, and some that own memory
	directions = []string{"in", "inout", "out"}
)

// apart returns words in groups, in each of which IDL takes no two for one.
func apart(words []string) [][]string {
	var groups [][]string
	of := map[string]int{}
	for _, w := range words {
		low := strings.ToLower(w)
		n := of[low]
		if of[low]++; n == len(groups) {
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], w)
	}
	return groups
}
