package lint

import (
	"slices"
	"strings"
	"unicode"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// nameRules returns the rules about names.
func nameRules() []Rule {
	return []Rule{
		{
			Name: "name-type", Code: "LINT1001", Severity: diag.Info, Title: "type not in UpperCamel",
			Explanation: "Modules, interfaces, types and exceptions are named like BankAccount: generated classes and packages then look at home in most languages.",
			Bad:         "module Bank { struct money_value { long cents; }; };\n", Good: "module Bank { struct MoneyValue { long cents; }; };\n",
			check: func(l *linter) {
				l.style(typeKinds, upperCamel, "begins with a capital and has no underscores")
			},
		},
		{
			Name: "name-operation", Code: "LINT1002", Severity: diag.Info, Title: "operation or attribute with a capital",
			Explanation: "Operations, attributes and parameters begin with a small letter, as get_owner or getOwner, so that they cannot clash with types.",
			Bad:         "module Bank { interface Account { void Close(); }; };\n", Good: "module Bank { interface Account { void close(); }; };\n",
			check: func(l *linter) {
				l.style([]string{"operation", "attribute", "parameter", "factory", "state"}, beginsSmall, "begins with a small letter")
			},
		},
		{
			Name: "name-constant", Code: "LINT1003", Severity: diag.Info, Off: true, Title: "constant not in UPPER_CASE",
			Explanation: "Constants and enumerators are named like MAX_SIZE.",
			Bad:         "module Bank { const long MaxSize = 3; };\n", Good: "module Bank { const long MAX_SIZE = 3; };\n",
			check: func(l *linter) {
				l.style([]string{"const", "enumerator"}, upperSnake, "is in capitals")
			},
		},
		{
			Name: "name-member", Code: "LINT1004", Severity: diag.Info, Off: true, Title: "member with a capital",
			Explanation: "Members of structures, unions and exceptions begin with a small letter.",
			Bad:         "module Bank { struct Money { long Cents; }; };\n", Good: "module Bank { struct Money { long cents; }; };\n",
			check: func(l *linter) { l.style([]string{"member"}, beginsSmall, "begins with a small letter") },
		},
		{
			Name: "enumerator-prefix", Code: "LINT1005", Severity: diag.Info, Off: true, Title: "enumerator without its enumeration's name",
			Explanation: "Enumerators are names of the scope around their enumeration: NONE of one enumeration keeps every other one from having a NONE. Begin them with the name of the enumeration.",
			Bad:         "module Bank { enum Color { RED, NONE }; };\n", Good: "module Bank { enum Color { COLOR_RED, COLOR_NONE }; };\n",
			check: func(l *linter) { l.enumeratorPrefix() },
		},
		{
			Name: "keyword-cpp", Code: "LINT1006", Severity: diag.Info, Title: "keyword of C++",
			Explanation: "The name is a keyword of C++. The mapping calls it _cxx_name there, which nobody likes to read.",
			Bad:         "module Bank { struct Money { long register; }; };\n", Good: "module Bank { struct Money { long registered; }; };\n",
			check: func(l *linter) { l.keywords("C++", cppKeywords) },
		},
		{
			Name: "keyword-java", Code: "LINT1007", Severity: diag.Info, Title: "keyword of Java",
			Explanation: "The name is a keyword of Java, or a method that all of its objects have. The mapping puts an underscore before it there.",
			Bad:         "module Bank { interface Account { void notify(); }; };\n", Good: "module Bank { interface Account { void inform(); }; };\n",
			check: func(l *linter) { l.keywords("Java", javaKeywords) },
		},
		{
			Name: "keyword-python", Code: "LINT1008", Severity: diag.Info, Title: "keyword of Python",
			Explanation: "The name is a keyword of Python. The mapping puts an underscore before it there.",
			Bad:         "module Bank { struct Transfer { long from; }; };\n", Good: "module Bank { struct Transfer { long source; }; };\n",
			check: func(l *linter) { l.keywords("Python", pythonKeywords) },
		},
		{
			Name: "keyword-go", Code: "LINT1009", Severity: diag.Info, Off: true, Title: "keyword of Go",
			Explanation: "The name is a keyword of Go. Most names begin with a capital there and do not clash; parameters do.",
			Bad:         "module Bank { interface Account { void list(in long range); }; };\n", Good: "module Bank { interface Account { void list(in long span); }; };\n",
			check: func(l *linter) { l.keywords("Go", goKeywords) },
		},
		{
			Name: "keyword-idl4", Code: "LINT1010", Severity: diag.Warning, Title: "keyword of later IDL",
			Explanation: "The name, or one that differs in case only, is a keyword of CORBA 3 or IDL 4. Compilers of these refuse it, or need it escaped with an underscore.",
			Bad:         "module Bank { struct Page { long _map; }; };\n", Good: "module Bank { struct Page { long chart; }; };\n",
			check: func(l *linter) { l.laterKeywords() },
		},
	}
}

// typeKinds are the kinds that name types and scopes.
var typeKinds = []string{
	"module", "interface", "struct", "union", "enum", "exception", "typedef", "valuetype", "valuebox", "native", "component", "home",
	"porttype", "bitset", "bitmask",
}

func upperCamel(s string) bool { return unicode.IsUpper(rune(s[0])) && !strings.Contains(s, "_") }

// A leading underscore cannot stand in a name; a name with two is that of a SOM accessor.
func beginsSmall(s string) bool { return !unicode.IsUpper(rune(s[0])) }

func upperSnake(s string) bool { return s == strings.ToUpper(s) }

// style holds names of some kinds against a style.
func (l *linter) style(kinds []string, ok func(string) bool, rule string) {
	for kind, n := range l.names() {
		if n.Name != "" && slices.Contains(kinds, kind) && !ok(n.Name) {
			l.finding(n.NameSpan, "", "%s %s: a name of its kind %s", kind, n.Name, rule)
		}
	}
}

func (l *linter) enumeratorPrefix() {
	squeeze := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	for d := range l.decls() {
		e, ok := d.(*model.Enum)
		if !ok {
			continue
		}
		for _, v := range e.Enumerators {
			if !strings.HasPrefix(squeeze(v.Name), squeeze(e.Name)) {
				l.finding(v.NameSpan, "", "enumerator %s is a name of the scope around enum %s, and does not begin with that", v.Name, e.Name)
			}
		}
	}
}

// keywords finds names that are keywords of a language, written as they are.
func (l *linter) keywords(language, words string) {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	for kind, n := range l.names() {
		if all[n.Name] {
			l.finding(n.NameSpan, "", "%s %s is a keyword of %s", kind, n.Name, language)
		}
	}
}

func (l *linter) laterKeywords() {
	all := map[string]bool{}
	for _, w := range strings.Fields(laterIDL) {
		all[w] = true
	}
	for kind, n := range l.names() {
		if all[strings.ToLower(n.Name)] {
			l.finding(n.NameSpan, "choose another name; while it must stay, write _"+n.Name+", which means the same", "%s %s is a keyword of later IDL", kind, n.Name)
		}
	}
}

// The keywords of the languages, without those that IDL has itself.
const (
	cppKeywords = `alignas alignof and and_eq asm auto bitand bitor bool break catch class co_await co_return co_yield compl concept
		const_cast consteval constexpr constinit continue decltype delete do dynamic_cast else explicit export extern false final for
		friend goto if inline int mutable namespace new noexcept not not_eq nullptr operator or or_eq override protected register
		reinterpret_cast requires return signed sizeof static static_assert static_cast template this thread_local throw true try
		typeid typename using virtual volatile while xor xor_eq`
	javaKeywords = `assert break byte catch class continue do else extends final finally for goto if implements import instanceof int
		new package protected return static strictfp super synchronized this throw throws transient try volatile while true false null
		clone equals finalize getClass hashCode notify notifyAll toString wait`
	pythonKeywords = `and as assert async await break class continue def del elif else except exec finally for from global if import is
		lambda nonlocal not or pass print raise return try while with yield None True False`
	goKeywords = `break chan continue defer else fallthrough for func go goto if import map package range return select type var`
	laterIDL   = `abstract custom factory local native private public supports truncatable valuebase valuetype
		component consumes emits eventtype finder getraises home import multiple primarykey provides publishes setraises typeid
		typeprefix uses bitfield bitmask bitset connector int8 int16 int32 int64 manages map mirrorport port porttype uint8 uint16
		uint32 uint64`
)
