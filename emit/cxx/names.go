package cxx

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/opendsom/dsom/model"
)

// All rules by which IDL names become names in C++ are in this file. Modules are namespaces; what is declared in an
// interface stands beside it, as Dog_Colour, and is Dog::Colour as well.

// identifier returns an IDL name as one of C++.
func identifier(name string) string {
	if reserved[name] {
		return name + "_"
	}
	return name
}

// namespaces returns those around a declaration.
func namespaces(d model.Decl) []string {
	var all []string
	for s := d.About().Scope(); s != nil; s = s.About().Scope() {
		if m, ok := s.(*model.Module); ok {
			all = append([]string{identifier(m.Name)}, all...)
		}
	}
	return all
}

// plainName returns the name of what is declared, in its namespace.
func plainName(d model.Decl) string {
	name := d.About().Name
	for s := d.About().Scope(); s != nil; s = s.About().Scope() {
		switch s.(type) {
		case *model.Module:
			return identifier(name)
		case *model.Enum:
			continue
		}
		name = s.About().Name + "_" + name
	}
	return identifier(name)
}

// qualified returns the name of what is declared with all its namespaces.
func qualified(d model.Decl) string {
	if i, ok := d.(*model.Interface); ok {
		if root := rootHandle(i); root != "" {
			return root
		}
	}
	return "::" + strings.Join(append(namespaces(d), plainName(d)), "::")
}

// rootHandle returns the handle that som.hpp has of one of SOM's own root classes, or "".
func rootHandle(i *model.Interface) string {
	if f := i.File(); f == nil || !f.Standard {
		return ""
	}
	switch i.Name {
	case "SOMObject", "SOMClassMgr":
		return "som::object"
	case "SOMClass":
		return "som::class_object"
	}
	return ""
}

// description returns the name of what describes a class to som.hpp.
func description(i *model.Interface) string {
	switch rootHandle(i) {
	case "som::object":
		return "som::object_class"
	case "som::class_object":
		return "som::metaclass_class"
	}
	return qualified(i) + "_class"
}

// methodName returns the name of a method in C++: get_breed for _get_breed, unless the class has a method of that name too.
func methodName(i *model.Interface, method string) string {
	name := method
	if plain, ok := strings.CutPrefix(method, "_"); ok && !introduces(i, plain) {
		name = plain
	}
	return identifier(name)
}

func introduces(i *model.Interface, method string) bool {
	for _, m := range i.Introduced() {
		if m.Name == method {
			return true
		}
	}
	return false
}

// local returns the name of a parameter, which nothing else in its function has.
func local(name string) string {
	if ownLocals[name] {
		return name + "_"
	}
	return identifier(name)
}

// word replaces what cannot stand in an identifier.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, s)
}

// oneLine returns s fit for a comment that ends with its line.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	s = strings.ReplaceAll(strings.ReplaceAll(s, "*/", "* /"), "/*", "/ *")
	return strings.TrimRight(s, ` \`) // a comment is not to go on in the next line
}

// docLines returns what the IDL says of a declaration, a line each.
func docLines(n *model.Node) []string {
	var lines []string
	for _, cs := range []model.Comments{n.Doc, n.Trailing} {
		if text := cs.Text(); text != "" {
			for l := range strings.SplitSeq(text, "\n") {
				lines = append(lines, oneLine(l))
			}
		}
	}
	return lines
}

// doc prints what the IDL says of a declaration as a comment.
func (u *unit) doc(indent string, n *model.Node) {
	for _, l := range docLines(n) {
		u.L(strings.TrimRight(indent+"// "+l, " "))
	}
}

// quoted returns a string literal.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c < ' ' || c > '~' || c == '?': // octal escapes end after three digits
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// The tables below are never changed.
var (
	// reserved are the keywords of C++ up to C++23, the namespaces that generated code names, and macros of common headers.
	reserved = set(`alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class compl concept
		const const_cast consteval constexpr constinit continue co_await co_return co_yield decltype default delete do double
		dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new
		noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return short
		signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid
		typename union unsigned using virtual void volatile wchar_t while xor xor_eq std som NULL EOF errno assert linux unix
		stdin stdout stderr INT_MIN INT_MAX`)

	// ownLocals are what generated functions use besides an operation's parameters.
	ownLocals = set(`std som`)

	// handleNames are what all handles have: methods of these names hide them, which is said where it has to be.
	handleNames = set(`create narrow bind unbind class_pointer get handle object named of get_class info instances`)
)
