// Package hostile writes random SOM IDL that is right, and whose names are hard to keep in a target language: its keywords, names of its
// library, of macros, of what generators make, of scopes around, names that differ in case or underscores alone. Tests of generators
// compile what is made of it.
package hostile

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// names are those that a target may have a meaning for. Keywords of IDL are left out as they come.
var names = strings.Fields(`
	auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short
	signed sizeof static struct switch typedef union unsigned void volatile while _Bool alignas asm bool catch class constexpr decltype delete
	explicit export false friend mutable namespace new noexcept nullptr operator private protected public requires template this thread_local
	throw true try typeid typename using virtual wchar_t and or not xor concept co_await
	chan defer fallthrough func go import interface map package range select type var nil append cap close complex copy len make panic print
	recover string error any iota int8 int32 byte rune uintptr init main ctx err context fmt som
	False None True as assert async await def del elif except finally from global in is lambda nonlocal pass raise with yield self object
	EOF NULL errno stdin stdout assert EINTR INFINITY NAN M_PI HUGE_VAL isnan signbit putc getc BUFSIZ linux unix I complex bool
	sin cos floor round log gamma y0 j1 abs index time printf malloc free memcpy memset size_t int32_t uint8_t FILE std exit remove rename div
	som_ref som_env som_retain som_class SOM_API SOM_OK som_make som_abi som_via SOMClass
	D F T Via Self Base Arms arms a b v d value value_ d_ self ev result token making own env cls given nothing shallow from to proc lent
	what id raise minor completed code clear handle get set bind unbind create narrow named of info instances impl part data base object
	Base Class New Narrow Impl Error Unwrap Discriminator String Is As Data Init Spec Stub Equal Format
	seq_long named_long longlong name ulong sequence release size count length buffer _length x y z w h n i p q r e f t o A B
`)

// suffixes are what generators put behind names.
var suffixes = []string{"_", "_class", "_new", "_data", "_is", "_copy", "_clear", "_raise", "_value", "_methods", "_all", "_part", "_impl", "_get_x", "_t", "Class", "_first", "_binding"}

var keywords = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`abstract alias any attribute bitfield bitmask bitset boolean case char component connector const consumes context
		custom default double emits enum eventtype exception factory false finder fixed float getraises getter home implementation import in inout int8
		int16 int32 int64 interface local long manages map mirrorport module multiple native object octet oneway out port porttype primarykey private
		provides public publishes raises readonly sequence setraises setter short string struct supports switch true truncatable typedef typeid
		typename typeprefix uint8 uint16 uint32 uint64 union unsigned uses valuebase valuetype void wchar wstring somtoken somid environment typecode
		principal contained metaclass data_types callstyle override passthru releaseorder`) {
		m[w] = true
	}
	return m
}()

// A scope is one that names are declared in.
type scope struct {
	path  string // ::Zoo, or empty
	name  string
	taken map[string]bool // in lower case
	class bool
}

type class struct {
	path    string
	taken   map[string]bool // its methods and attributes, inherited ones too, in lower case
	methods []string        // that can be overridden
}

type writer struct {
	*rand.Rand
	strings.Builder
	scopes     []*scope
	used       []string
	types      []string // that any place can have
	arrays     []string // that parameters, results and members can have
	exceptions []string
	sizes      []string // constants
	enums      map[string][]string
	enumNames  []string
	classes    []*class
}

// IDL returns a file of about n declarations, that declares classes.
func IDL(r *rand.Rand, n int) string {
	w := &writer{Rand: r, enums: map[string][]string{}, scopes: []*scope{{taken: map[string]bool{"somobject": true, "somclass": true, "somclassmgr": true, "size_t": true, "file": true, "int": true}}}}
	w.types = []string{"boolean", "octet", "char", "wchar", "short", "unsigned short", "long", "unsigned long", "long long", "unsigned long long", "float", "double", "string",
		"wstring", "string<7>", "somId", "SOMObject"}
	w.WriteString("#include <somobj.idl>\n")
	w.declarations(n, 0)
	w.class(0)
	return w.String()
}

func (w *writer) scope() *scope { return w.scopes[len(w.scopes)-1] }

func (w *writer) one(of []string) string { return of[w.IntN(len(of))] }

// draw returns a name that may be of use.
func (w *writer) draw() string {
	name := w.one(names)
	switch n := w.IntN(12); {
	case n == 0 && len(w.used) > 0:
		name = w.one(w.used)
	case n == 1 && len(w.used) > 0:
		name = w.one(w.used) + w.one(suffixes)
	case n == 2:
		name += w.one(suffixes)
	case n == 3:
		name = strings.ToUpper(name[:1]) + name[1:]
	case n == 4:
		name = strings.ToUpper(name)
	case n == 5 && len(w.scopes) > 2:
		name = w.scopes[1+w.IntN(len(w.scopes)-2)].name
	case n == 6:
		name += "_" + w.one(names)
	}
	return strings.TrimLeft(name, "_")
}

// name returns one that no set has, and that is not the name of what it is declared in.
func (w *writer) name(around string, sets ...map[string]bool) string {
	for {
		name := w.draw()
		low := strings.ToLower(name)
		if name == "" || keywords[low] || low == strings.ToLower(around) || slices.ContainsFunc(sets, func(s map[string]bool) bool { return s[low] }) {
			continue
		}
		w.used = append(w.used, name)
		for _, s := range sets {
			s[low] = true
		}
		return name
	}
}

// declared returns a new name in the scope, and what it is called everywhere.
func (w *writer) declared() (name, path string) {
	s := w.scope()
	name = w.name(s.name, s.taken)
	return name, s.path + "::" + name
}

func (w *writer) indent() string { return strings.Repeat("\t", len(w.scopes)-1) }

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(w, w.indent()+format+"\n", args...)
}

func (w *writer) declarations(n, depth int) {
	for range n {
		switch w.IntN(10) {
		case 0:
			if depth < 3 {
				w.module(n/2, depth)
			}
		case 1, 2, 3:
			w.class(depth)
		default:
			w.value()
		}
	}
}

func (w *writer) module(n, depth int) {
	name, path := w.declared()
	w.line("module %s {", name)
	w.scopes = append(w.scopes, &scope{path: path, name: name, taken: map[string]bool{}})
	w.declarations(n, depth+1)
	w.value()
	w.scopes = w.scopes[:len(w.scopes)-1]
	w.line("};")
}

// typ returns a type for a member, parameter or element.
func (w *writer) typ() string {
	t := w.one(w.types)
	switch w.IntN(6) {
	case 0:
		return "sequence<" + t + " >"
	case 1:
		return "sequence<sequence<" + t + " >, 3>"
	}
	return t
}

func (w *writer) dimensions() string {
	switch w.IntN(6) {
	case 0:
		return "[2]"
	case 1:
		if len(w.sizes) > 0 {
			return "[" + w.one(w.sizes) + "][2]"
		}
	}
	return ""
}

func (w *writer) members(around string, least int) string {
	var b strings.Builder
	taken := map[string]bool{}
	for range least + w.IntN(3) {
		fmt.Fprintf(&b, " %s %s%s;", w.typ(), w.name(around, taken), w.dimensions())
	}
	return b.String()
}

// value declares a type, a constant or an exception.
func (w *writer) value() {
	switch w.IntN(9) {
	case 0:
		name, path := w.declared()
		switch w.IntN(5) {
		case 0:
			w.line("const string %s = \"%s\\n??/\";", name, name)
		case 1:
			w.line("const double %s = 1.5;", name)
		case 2:
			w.line("const %s %s = %s;", "boolean", name, w.one([]string{"TRUE", "FALSE"}))
		default:
			w.line("const long %s = %d;", name, 2+w.IntN(3))
			w.sizes = append(w.sizes, path)
		}
	case 1, 2:
		name, path := w.declared()
		var all []string
		for range 1 + w.IntN(3) {
			all = append(all, w.name(w.scope().name, w.scope().taken))
		}
		w.line("enum %s { %s };", name, strings.Join(all, ", "))
		w.enums[path], w.enumNames = nil, append(w.enumNames, path)
		for _, e := range all {
			w.enums[path] = append(w.enums[path], w.scope().path+"::"+e)
		}
		w.types = append(w.types, path)
	case 3:
		name, path := w.declared()
		w.union(name)
		w.types = append(w.types, path)
	case 4:
		name, path := w.declared()
		w.line("exception %s {%s };", name, w.members(name, 0))
		w.exceptions = append(w.exceptions, path)
	case 5:
		name, path := w.declared()
		if d := w.dimensions(); d != "" {
			w.line("typedef %s %s%s;", w.typ(), name, d)
			w.arrays = append(w.arrays, path)
			return
		}
		w.line("typedef %s %s;", w.typ(), name)
		w.types = append(w.types, path)
	default:
		name, path := w.declared()
		w.line("struct %s {%s };", name, w.members(name, 1))
		w.types = append(w.types, path)
	}
}

func (w *writer) union(name string) {
	of, labels := "long", []string{"1", "-7", "1000"}
	switch w.IntN(5) {
	case 0:
		of, labels = "boolean", []string{"TRUE"}
	case 1:
		of, labels = "char", []string{"'a'", "'\\n'"}
	case 2:
		of, labels = "unsigned long long", []string{"0", "18446744073709551615"}
	case 3:
		if len(w.enumNames) > 0 {
			of = w.one(w.enumNames)
			labels = w.enums[of]
		}
	}
	var b strings.Builder
	taken := map[string]bool{}
	for _, l := range labels {
		fmt.Fprintf(&b, " case %s: %s %s%s;", l, w.typ(), w.name(name, taken), w.dimensions())
	}
	if of == "long" && w.IntN(2) == 0 {
		fmt.Fprintf(&b, " default: %s %s;", w.typ(), w.name(name, taken))
	}
	w.line("union %s switch (%s) {%s };", name, of, b.String())
}

// passed returns a type of a parameter or a result.
func (w *writer) passed() string {
	if len(w.arrays) > 0 && w.IntN(6) == 0 {
		return w.one(w.arrays)
	}
	return w.typ()
}

func (w *writer) raises() string {
	if len(w.exceptions) == 0 || w.IntN(2) == 0 {
		return ""
	}
	return " raises (" + w.one(w.exceptions) + ")"
}

func (w *writer) class(int) {
	name, path := w.declared()
	c := &class{path: path, taken: map[string]bool{}}
	var parents []*class
	names := []string{"SOMObject"}
	if len(w.classes) > 0 && w.IntN(2) == 0 {
		p := w.classes[w.IntN(len(w.classes))]
		parents, names = append(parents, p), []string{p.path}
		for n := range p.taken {
			c.taken[n] = true
		}
	}
	w.line("interface %s : %s {", name, strings.Join(names, ", "))
	s := &scope{path: path, name: name, taken: c.taken, class: true}
	w.scopes = append(w.scopes, s)
	for range w.IntN(3) {
		w.value()
	}
	var order, modifiers []string
	for range 1 + w.IntN(3) {
		m := w.name(name, c.taken)
		var ps []string
		taken := map[string]bool{}
		for range w.IntN(4) {
			ps = append(ps, fmt.Sprintf("%s %s %s", w.one([]string{"in", "out", "inout"}), w.passed(), w.name("", taken)))
		}
		w.line("%s %s(%s)%s;", w.one([]string{"void", w.passed()}), m, strings.Join(ps, ", "), w.raises())
		order = append(order, m)
		switch w.IntN(8) {
		case 0:
			modifiers = append(modifiers, m+": procedure;")
		case 1:
			modifiers = append(modifiers, m+": nonstatic;")
		default:
			c.methods = append(c.methods, m)
		}
	}
	for range w.IntN(3) {
		a := w.name(name, c.taken)
		if w.IntN(3) == 0 {
			w.line("readonly attribute %s %s;", w.typ(), a)
			order = append(order, "_get_"+a)
		} else {
			w.line("attribute %s %s;", w.typ(), a)
			order = append(order, "_get_"+a, "_set_"+a)
		}
	}
	if w.IntN(3) == 0 {
		m := w.name(name, c.taken)
		w.line("void %s(inout somInitCtrl ctrl, in %s %s);", m, w.typ(), w.name("ctrl", map[string]bool{"ctrl": true}))
		order, modifiers = append(order, m), append(modifiers, m+": init;")
	}
	for _, p := range parents {
		for _, m := range p.methods {
			if w.IntN(3) == 0 {
				modifiers = append(modifiers, m+": override;")
			}
		}
	}
	if w.IntN(3) == 0 {
		d := w.name(name, c.taken)
		order, modifiers = append(order, d), append(modifiers, "long "+d+";", d+": staticdata;")
	}
	for range w.IntN(2) {
		modifiers = append(modifiers, w.typ()+" "+w.name(name, c.taken)+";")
	}
	w.line("implementation { releaseorder: %s; majorversion = 1; minorversion = 2; %s };", strings.Join(order, ", "), strings.Join(modifiers, " "))
	w.scopes = w.scopes[:len(w.scopes)-1]
	w.line("};")
	w.classes = append(w.classes, c)
	w.types = append(w.types, path)
}
