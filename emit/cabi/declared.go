package cabi

import (
	"slices"
	"strings"
)

// A Name is an identifier that generated code declares.
type Name struct {
	Scope string // "" or "Zoo::Dog": namespaces, structures and classes, enumerations of C++, functions for their parameters
	Name  string
	At    int // the offset of what declares it

	kind  nameKind
	text  string // a function's parameters, or what an alias stands for
	guard string
	whole int  // where the declaration begins: a structure and what is declared with it have one
	body  int  // of parameters: where their function's declaration begins
	open  bool // in a union of C++: functions of one name that differ in their parameters are meant
}

type nameKind uint8

const (
	space     nameKind = iota // a namespace
	forward                   // struct X;
	structure                 // struct X {…}
	alias                     // typedef, using
	prototype
	function
	value // variables, members, enumerators, parameters
)

// Declared returns what a text declares that one of the generators of C and C++ made: what these use of the languages is understood,
// and no more than that. Bodies of functions are passed over. from is added to offsets, so that names of several texts may be compared.
func Declared(text string, from int) []Name {
	r := &reader{all: tokens(text)}
	for i := range r.all {
		r.all[i].at += from
	}
	for r.at < len(r.all) {
		r.declaration("", nil)
		if r.peek() == "}" {
			r.at++ // more than there are
		}
	}
	return r.names
}

// compare calls told with each of the names that a compiler would take for an earlier one, or for one of those that were before, which are
// not compared with each other.
func compare(before, names []Name, told func(first, second Name)) {
	type key struct {
		scope, name string
		body        int
	}
	have := map[key][]Name{}
	for _, n := range names {
		have[key{n.Scope, n.Name, n.body}] = nil
	}
	for _, n := range before {
		k := key{n.Scope, n.Name, n.body}
		if same, ok := have[k]; ok {
			have[k] = append(same, n)
		}
	}
	for _, n := range names {
		k := key{n.Scope, n.Name, n.body}
		for _, other := range have[k] {
			if !agree(other, n) {
				told(other, n)
				break
			}
		}
		have[k] = append(have[k], n)
	}
}

// agree reports whether two declarations of one name may stand in one scope. A function may be declared by other names for types than
// it is defined by.
func agree(a, b Name) bool {
	if a.kind > b.kind {
		a, b = b, a
	}
	switch {
	case a.whole == b.whole && a.kind != b.kind, a.guard != "" && a.guard == b.guard:
		return true
	case a.kind == space || a.kind == forward || a.kind == prototype:
		if a.kind == prototype && b.kind == function || a.kind == b.kind {
			return a.kind != prototype || b.kind == function || a.text == b.text || a.open
		}
		return a.kind == forward && (b.kind == structure || b.kind == alias && strings.HasSuffix(b.text, " "+b.Name))
	case a.kind == structure && b.kind == alias:
		return strings.HasSuffix(b.text, " "+b.Name)
	case a.kind == function && b.kind == function:
		return a.open && a.text != b.text
	}
	return false
}

// A reader goes through declarations.
type reader struct {
	all   []token
	at    int
	names []Name
	whole int
}

func (r *reader) peek() string {
	if r.at < len(r.all) {
		return r.all[r.at].text
	}
	return ""
}

func (r *reader) next() token {
	if r.at == len(r.all) {
		return token{}
	}
	r.at++
	return r.all[r.at-1]
}

var opens = map[string]string{"(": ")", "{": "}", "[": "]"}

// skip passes over what begins with a parenthesis, and returns what is between.
func (r *reader) skip() []token {
	from := r.at + 1
	depth := 0
	for r.at < len(r.all) {
		switch r.next().text {
		case "(", "{", "[":
			depth++
		case ")", "}", "]":
			if depth--; depth == 0 {
				return r.all[from : r.at-1]
			}
		}
	}
	return r.all[min(from, len(r.all)):]
}

// angles passes over <…>.
func (r *reader) angles() []token {
	from := r.at + 1
	depth := 0
	for r.at < len(r.all) {
		switch r.next().text {
		case "<":
			depth++
		case ">":
			if depth--; depth == 0 {
				return r.all[from : r.at-1]
			}
		}
	}
	return nil
}

func (r *reader) add(scope string, n token, kind nameKind, text string) {
	r.names = append(r.names, Name{Scope: scope, Name: n.text, At: n.at, kind: kind, text: text, guard: n.guard, whole: r.whole})
}

// within reads declarations up to the brace that ends them.
func (r *reader) within(scope string, templates []token) {
	for r.at < len(r.all) && r.peek() != "}" {
		r.declaration(scope, templates)
	}
	r.at++
}

// declaration reads one, in a scope with some parameters of templates around it.
func (r *reader) declaration(scope string, templates []token) {
	if r.at < len(r.all) {
		r.whole = r.all[r.at].at
	}
	var mine []token
	for r.peek() == "template" {
		r.at++
		for _, p := range split(r.angles()) {
			if n := last(p); n.text != "" {
				mine = append(mine, n)
			}
		}
	}
	templates = slices.Concat(templates, mine)
	switch r.peek() {
	case "namespace":
		r.at++
		n := r.next()
		r.add(scope, n, space, "")
		r.at++
		r.within(inside(scope, n.text), templates)
		return
	case "extern":
		if r.at+2 < len(r.all) && r.all[r.at+1].text == `"C"` && r.all[r.at+2].text == "{" {
			r.at += 3
			r.within(scope, templates)
			return
		}
	case "public", "private", "protected":
		r.at += 2
		return
	case "friend", "static_assert":
		r.statement(false, func(string) {})
		return
	}
	r.declarators(scope, templates)
}

// statement reads up to a semicolon, or the end of a function's body, and calls see in front of each token; called says whether the
// function's parameters have been read.
func (r *reader) statement(called bool, see func(next string)) {
	for r.at < len(r.all) {
		t := r.peek()
		see(t)
		switch {
		case t == ";":
			r.at++
			return
		case t == "}":
			return
		case t == "{":
			r.skip()
			if called && r.peek() != "," && r.peek() != "{" {
				return
			}
		case t == "(":
			called = true
			r.skip()
		case opens[t] != "":
			r.skip()
		default:
			r.at++
		}
	}
}

// declarators reads a declaration that is none of the special ones.
func (r *reader) declarators(scope string, templates []token) {
	from := r.at
	first := r.peek()
	var words []token // outside of parentheses and initial values
	var keyword string
	flush := func(kind nameKind) {
		n := last(words)
		if n.text == "" {
			return
		}
		if kind == value && first == "typedef" {
			kind = alias
		}
		text := ""
		if kind == alias && keyword != "" && len(words) > 1 {
			text = words[len(words)-2].text + " " + n.text
		}
		r.add(scope, n, kind, text)
	}
	for r.at < len(r.all) {
		switch t := r.peek(); {
		case t == "}":
			return
		case t == ";":
			r.at++
			if first == "using" || keyword != "" && len(words) == 2 && first != "typedef" {
				if keyword != "" && first != "using" {
					r.add(scope, words[1], forward, "")
				}
				return
			}
			flush(value)
			return
		case t == "," && len(words) > 0:
			r.at++
			flush(value)
			words = words[:len(words)-1]
		case t == "=":
			if first == "using" && from+1 < r.at {
				r.add(scope, r.all[from+1], alias, "")
			}
			for r.at < len(r.all) && r.peek() != ";" && (r.peek() != "," || first == "using") {
				r.step()
			}
		case t == "struct" || t == "class" || t == "union" || t == "enum":
			keyword = t
			words = append(words, r.next())
			if t == "enum" && r.peek() == "class" {
				keyword = "enum class"
				r.at++
			}
		case t == ":" && keyword != "": // bases, or an enumeration's type
			for r.at < len(r.all) && r.peek() != "{" {
				r.step()
			}
		case t == "{" && keyword != "":
			r.body(scope, keyword, last(words), templates)
			words, keyword = nil, ""
		case t == "{":
			r.skip() // an initial value
		case t == "[":
			r.skip()
		case t == "<":
			r.angles()
		case t == "(":
			if n := last(words); strings.HasPrefix(n.text, "__attribute") || n.text == "SOM_FORMAT" || n.text == "SOM_OF_RELEASE" {
				r.skip()
				words = words[:len(words)-1]
				continue
			}
			in := r.skip()
			if len(in) > 1 && in[0].text == "*" { // a pointer to a function
				words = append(words, in[len(in)-1])
				if r.peek() == "(" {
					r.skip()
				}
				continue
			}
			r.function(scope, words, in, templates)
			return
		case t == "operator":
			r.statement(false, func(string) {})
			return
		default:
			n := r.next()
			if n.isWord() || n.text == "::" || n.text == "*" || n.text == "&" {
				words = append(words, n)
			}
		}
	}
}

func (r *reader) step() {
	if opens[r.peek()] != "" {
		r.skip()
		return
	}
	r.at++
}

// body reads that of a structure, a union or an enumeration.
func (r *reader) body(scope, keyword string, tag token, templates []token) {
	if tag.text == "struct" || tag.text == "class" || tag.text == "union" || tag.text == "enum" {
		tag = token{text: "", at: tag.at}
	}
	whole := r.whole
	in := inside(scope, tag.text)
	if tag.text != "" {
		r.add(scope, tag, structure, "")
	} else {
		in = inside(scope, "union "+r.all[r.at].text+string(rune('a'+r.at%26)))
	}
	if strings.HasPrefix(keyword, "enum") {
		if keyword == "enum" {
			in = scope
		}
		for _, e := range split(r.skip()) {
			if len(e) > 0 {
				r.add(in, e[0], value, "")
			}
		}
		return
	}
	r.at++
	if tag.text != "" && keyword != "union" && scope != "" || keyword == "class" {
		r.names = append(r.names, Name{Scope: in, Name: tag.text, At: tag.at, kind: structure, whole: -1})
	}
	for _, t := range templates {
		r.names = append(r.names, Name{Scope: in, Name: t.text, At: t.at, kind: value, whole: -1})
	}
	begin := len(r.names)
	r.within(in, templates)
	if slices.ContainsFunc(r.names[begin:], func(n Name) bool { return n.Scope == in && n.Name == "som_union" }) {
		for i := range r.names[begin:] {
			r.names[begin+i].open = true
		}
	}
	r.whole = whole // of what is declared behind it
}

// function reads what follows a function's parameters.
func (r *reader) function(scope string, words, params, templates []token) {
	name := last(words)
	text := joined(params)
	kind := prototype
	r.statement(true, func(next string) {
		if next == "{" {
			kind = function
		}
	})
	if len(words) > 1 && words[len(words)-2].text == "::" {
		return // of a class: it has been declared there
	}
	if scope != "" && (scope == name.text || strings.HasSuffix(scope, "::"+name.text)) {
		kind, text = function, "constructor "+text
	} else {
		r.add(scope, name, kind, text)
	}
	in := inside(scope, name.text+"("+text+")")
	begin, body := len(r.names), r.whole
	for _, t := range templates {
		r.whole = t.at
		r.add(in, t, value, "")
	}
	for _, p := range split(params) {
		if n := last(p); len(p) > 1 && kind == function {
			r.whole = n.at
			r.add(in, n, value, "")
		}
	}
	for i := range r.names[begin:] {
		r.names[begin+i].body = body
	}
}

// split splits at commas that are in no parentheses of any kind.
func split(ts []token) [][]token {
	var all [][]token
	depth, from := 0, 0
	for n, t := range ts {
		switch t.text {
		case "(", "[", "{", "<":
			depth++
		case ")", "]", "}", ">":
			depth--
		case ",":
			if depth == 0 {
				all, from = append(all, ts[from:n]), n+1
			}
		}
	}
	if from < len(ts) {
		all = append(all, ts[from:])
	}
	return all
}

// last returns the last identifier of a declarator, arrays' dimensions and what a pointer to a function takes left out.
func last(ts []token) token {
	depth := 0
	for n := len(ts) - 1; n >= 0; n-- {
		switch t := ts[n]; {
		case t.text == "]":
			depth++
		case t.text == "[":
			depth--
		case depth == 0 && t.isWord():
			return t
		case depth == 0 && (t.text == "*" || t.text == "&"):
			return token{}
		}
	}
	return token{}
}

func joined(ts []token) string {
	var words []string
	for _, t := range ts {
		words = append(words, t.text)
	}
	return strings.Join(words, " ")
}

func inside(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "::" + name
}
