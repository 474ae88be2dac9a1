package hardwords

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
)

// methodsOfClass is how many words one interface has for names of methods, so that no compiler takes long for one.
const methodsOfClass = 40

// Everything returns IDL with all words that languages, headers and generated code have.
func Everything() string {
	const own = "self ev result som_ref som_env som_resolve som_class som_object memset memcpy free malloc offsetof value token proc data " +
		"int32_t size_t type func range map chan go package import interface defer string len any error nil " +
		"typeof typeof_unqual restrict asm alignas alignof static_assert thread_local requires concept co_await co_return co_yield consteval " +
		"constinit constexpr char8_t char16_t decltype noexcept nullptr operator template export explicit catch throw delete errno stdin"
	var words, methods []string
	for w := range cabi.Set(cabi.Keywords, cabi.Macros, cabi.FunctionMacros, own) {
		words = append(words, w)
		if len(w) < 2 || strings.ToLower(w) == w && !strings.Contains(w, "64") && !strings.HasPrefix(w, "atomic") {
			methods = append(methods, w)
		}
	}
	slices.Sort(words)
	slices.Sort(methods)
	return IDL(words, methods, strings.Fields("typeof restrict requires class register string errno I linux sa_handler"))
}

// IDL returns declarations that have each of words for a name: of members of structures and exceptions, of enumerators, and of
// parameters; each of methods for a method and an attribute; and each of classes for an interface and a module.
func IDL(words, methods, classes []string) string {
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
			fmt.Fprintf(&b, "  void take%d_%d(", class, i)
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
	for i, w := range classes {
		fmt.Fprintf(&b, "module Around%d {\n  interface _%s : SOMObject { attribute long n%[1]d; void f%[1]d(in long n); implementation { }; };\n};\n", i, w)
		fmt.Fprintf(&b, "module Above%d { module _%s { interface Inner%[1]d : SOMObject { void g%[1]d(in Sky n); implementation { }; }; }; };\n", i, w)
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
