package template

import (
	"slices"
	"strings"
)

// A head is what stands in front of a body, or of the semicolon that ends a declaration.
type head struct {
	words []word
	names []declarator // what can be the function's name
	plain bool         // no preprocessor line stands within
	old   bool         // the types of the parameters stand behind the parentheses
}

// A declarator is a name with parentheses behind it.
type declarator struct {
	name        string // with what it is qualified by, without blanks
	first, last int    // the words of the name
	open, close int    // the parentheses of the parameters
	wrapped     bool   // parentheses stand around the name
}

func newHead(words []word, plain bool) head {
	return head{words: words, names: declarators(words), plain: plain}
}

// headOf reads a head that is generated.
func headOf(text string) head {
	r := &reader{src: []byte(text)}
	var ws []word
	for {
		w, ok, err := r.next()
		if !ok || err != nil {
			return newHead(ws, true)
		}
		if w.kind != remark {
			ws = append(ws, w)
		}
	}
}

// keywords stand in front of parentheses, or last in a type, and are no names.
var keywords = set(`__attribute__ __attribute __declspec alignas _Alignas decltype typeof __typeof__ noexcept throw requires asm __asm__ __asm
	if while for switch return sizeof alignof catch static_assert _Static_assert _Pragma __pragma
	void bool char short int long float double signed unsigned auto const volatile restrict wchar_t char8_t char16_t char32_t _Bool
	struct class union enum typename operator new delete
	static inline extern virtual explicit constexpr consteval constinit friend register mutable typedef template _Noreturn __inline __inline__`)

// specifiers are those of keywords that may stand before a type and are no part of it.
var specifiers = set(`static inline extern virtual explicit constexpr consteval constinit friend register _Noreturn __inline __inline__ _Thread_local thread_local SOM_Scope SOMLINK`)

// withParentheses are those of keywords whose parentheses belong to them and not to a type.
var withParentheses = set(`__attribute__ __attribute __declspec alignas _Alignas noexcept throw requires asm __asm__ __asm _Pragma __pragma`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

func (w word) is(text string) bool { return w.kind == sign && w.text == text }

func (w word) names() bool { return w.kind == name && !keywords[w.text] }

// closing returns where the bracket at i closes, or -1. Angles are not looked at.
func closing(ws []word, i int) int {
	depth := 0
	for ; i < len(ws); i++ {
		if ws[i].kind != sign {
			continue
		}
		switch ws[i].text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// closingAngle returns where the angle at i closes, or -1.
func closingAngle(ws []word, i int) int {
	depth := 0
	for ; i < len(ws); i++ {
		switch {
		case ws[i].is("("), ws[i].is("["):
			if i = closing(ws, i); i < 0 {
				return -1
			}
		case ws[i].is("<"):
			depth++
		case ws[i].is(">"):
			if depth--; depth == 0 {
				return i
			}
		case ws[i].is(";"):
			return -1
		}
	}
	return -1
}

// declarators returns what can be a function's name in a head: names with parentheses behind them, up to an initialiser, the
// list of a constructor, or a type that stands behind.
func declarators(ws []word) []declarator {
	var all []declarator
	for i := 0; i < len(ws); i++ {
		switch w := ws[i]; {
		case w.text == "template" && i+1 < len(ws) && ws[i+1].is("<"):
			if i = closingAngle(ws, i+1); i < 0 {
				return all
			}
		case w.is("=") && (i == 0 || ws[i-1].text != "operator"), w.is(":"), w.is("->"):
			return all
		case w.is("["):
			if i = closing(ws, i); i < 0 {
				return all
			}
		case w.is("("):
			to := closing(ws, i)
			if to < 0 {
				return all
			}
			if d, ok := declaratorAt(ws, i, to); ok {
				all = append(all, d)
			} else if i+1 < to && (ws[i+1].is("*") || ws[i+1].is("&")) { // returns a pointer to a function
				for _, inner := range declarators(ws[i+1 : to]) {
					inner.first, inner.last, inner.open, inner.close, inner.wrapped = inner.first+i+1, inner.last+i+1, inner.open+i+1, inner.close+i+1, true
					all = append(all, inner)
				}
			}
			i = to
		}
	}
	return all
}

// declaratorAt returns the name in front of the parentheses at open.
func declaratorAt(ws []word, open, to int) (declarator, bool) {
	d := declarator{last: open - 1, open: open, close: to}
	if open > 1 && ws[open-1].is(")") { // (name)(…)
		d.last, d.wrapped = open-2, true
	}
	if d.last < 0 || !ws[d.last].names() {
		return d, false
	}
	d.name, d.first = ws[d.last].text, d.last
	if d.first > 0 && ws[d.first-1].is("~") {
		d.first--
		d.name = "~" + d.name
	}
	for d.first > 1 && ws[d.first-1].is("::") {
		before := d.first - 2
		if ws[before].is(">") { // of a template
			depth := 0
			for ; before >= 0; before-- {
				if ws[before].is(">") {
					depth++
				} else if ws[before].is("<") {
					if depth--; depth == 0 {
						break
					}
				}
			}
			before--
		}
		if before < 0 || !ws[before].names() {
			break
		}
		d.first = before
		d.name = ws[before].text + "::" + d.name
	}
	if d.first > 0 && ws[d.first-1].is("::") {
		d.first--
	}
	if d.wrapped && (d.first == 0 || !ws[d.first-1].is("(")) {
		return d, false
	}
	return d, true
}

// statements are words of which no declaration has one behind its parameters.
var statements = set("return if for while do switch goto")

// isStatement reports whether what seems to be a declaration has the begin of a body behind it, whose brace a macro makes.
func (f *function) isStatement() bool {
	d := f.main()
	return slices.ContainsFunc(f.words[d.close+1:], func(w word) bool { return statements[w.text] })
}

func texts(ws []word, at []int) string {
	var all []string
	for _, i := range at {
		all = append(all, ws[i].text)
	}
	return strings.Join(all, " ")
}

// parameters returns the parameters of a declarator.
func (h *head) parameters(d *declarator) []parameter {
	ws := h.words[d.open : d.close+1]
	var all []parameter
	begin, angles := 1, 0
	for i := 1; i < len(ws); i++ {
		switch w := ws[i]; {
		case w.is("("), w.is("["), w.is("{"):
			if to := closing(ws, i); to > 0 {
				i = to
				continue
			}
		case w.is("<"):
			if closingAngle(ws[:len(ws)-1], i) > 0 {
				angles++
			}
			continue
		case w.is(">"):
			angles = max(0, angles-1)
			continue
		}
		last := i == len(ws)-1
		if !last && !(ws[i].is(",") && angles == 0) {
			continue
		}
		p := parameterOf(ws[begin:i])
		if begin == i { // nothing stands between two commas
			p.from, p.to = ws[i].from, ws[i].from
		}
		if !last || len(all) > 0 || p.typ != "" && p.typ != "void" {
			all = append(all, p)
		}
		begin = i + 1
	}
	return all
}

func parameterOf(ws []word) parameter {
	var p parameter
	if len(ws) > 0 {
		p.from, p.to = ws[0].from, ws[len(ws)-1].to
	}
	if i := slices.IndexFunc(ws, func(w word) bool { return w.is("=") }); i >= 0 {
		p.value, ws = true, ws[:i]
	}
	var typ []word
	named := -1
	for i := 0; i < len(ws); i++ {
		w := ws[i]
		switch {
		case withParentheses[w.text] && i+1 < len(ws) && ws[i+1].is("("), w.is("[") && i+1 < len(ws) && ws[i+1].is("["):
			open := i
			if withParentheses[w.text] {
				open++
			}
			if to := closing(ws, open); to > 0 {
				i = to
				continue
			}
		case w.text == "register":
			continue
		}
		typ = append(typ, w)
	}
	typ = withoutMacros(typ)
	if n := len(typ); n > 4 && typ[n-1].is(")") && typ[n-2].kind == name && typ[n-3].is("(") && typ[n-4].names() { // UNUSED(self)
		p.after = typ[n-1].to
		typ = append(slices.Clone(typ[:n-4]), typ[n-2])
	}
	for i, w := range typ {
		if !w.names() || i == 0 || typ[i-1].is("::") || i+1 < len(typ) && !typ[i+1].is("[") && !typ[i+1].is(")") {
			continue
		}
		if before := typ[i-1].text; before == "struct" || before == "class" || before == "union" || before == "enum" || before == "typename" {
			continue
		}
		if before := typ[i-1]; before.is("(") || before.is(",") || before.is("<") {
			continue
		}
		if i > 0 && onlyQualifiers(typ[:i]) {
			continue
		}
		named = i
		break
	}
	p.before = typ
	if named >= 0 {
		p.name, p.before, p.behind = typ[named], typ[:named], typ[named+1:]
		p.after = max(p.after, p.name.to)
		for n := len(p.before); n > 1 && p.before[n-1].isMacro() && isWholeType(p.before[:n-1]); n-- { // som_env *UNUSED ev
			p.before = p.before[:n-1]
		}
		typ = slices.Concat(p.before, p.behind)
		if n := len(p.behind); n > 1 && p.behind[0].is("[") && closing(p.behind, 0) == n-1 { // an array is a pointer here
			typ = append(slices.Clone(p.before), word{kind: sign, text: "*"})
		}
	}
	var all []string
	for _, w := range unqualified(typ) {
		all = append(all, w.text)
	}
	p.typ = strings.Join(all, " ")
	return p
}

// isWholeType reports whether words are a type, so that a name behind them is none.
func isWholeType(ws []word) bool {
	switch last := ws[len(ws)-1]; {
	case last.is("::"), last.text == "struct", last.text == "class", last.text == "union", last.text == "enum", last.text == "typename":
		return false
	}
	return slices.ContainsFunc(ws, func(w word) bool { return w.names() || basic[w.text] })
}

// unqualified returns the words of a parameter's type without qualifiers of the parameter itself, which are no part of a function's type.
func unqualified(typ []word) []word {
	qualifies := func(w word) bool {
		return w.text == "const" || w.text == "volatile" || w.text == "restrict" || w.text == "__restrict" || w.text == "__restrict__"
	}
	if slices.ContainsFunc(typ, func(w word) bool { return w.is("(") || w.is("[") || w.is("<") || w.is("&") }) {
		return typ
	}
	if last := slices.IndexFunc(typ, func(w word) bool { return w.is("*") }); last < 0 {
		return slices.DeleteFunc(slices.Clone(typ), qualifies)
	}
	for len(typ) > 0 && qualifies(typ[len(typ)-1]) {
		typ = typ[:len(typ)-1]
	}
	return typ
}

// withoutMacros returns the words of a parameter without macros around its type and name.
func withoutMacros(ws []word) []word {
	for n := len(ws); n > 2 && ws[n-1].isMacro() && (ws[n-2].names() || ws[n-2].is("]")) && !ws[n-3].is("::"); n-- {
		ws = ws[:n-1]
	}
	for len(ws) > 2 && ws[0].isMacro() {
		next := 1
		if ws[1].is("(") {
			next = closing(ws, 1) + 1
		}
		if next == 0 || next+1 >= len(ws) || ws[next].kind != name || next == 1 && (ws[1].text == "const" || ws[1].text == "volatile") {
			break
		}
		ws = ws[next:]
	}
	return ws
}

// onlyQualifiers reports whether words say nothing but const and the like, so that what follows is the type.
func onlyQualifiers(ws []word) bool {
	return !slices.ContainsFunc(ws, func(w word) bool { return w.text != "const" && w.text != "volatile" })
}

// types returns the types of the parameters.
func types(ps []parameter) []string {
	var all []string
	for _, p := range ps {
		all = append(all, p.typ)
	}
	return all
}

// says reports whether words have all of those of others, in their order.
func says(have []word, want []string) bool {
	for _, w := range have {
		if len(want) > 0 && w.text == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
}
