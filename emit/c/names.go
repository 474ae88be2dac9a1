package c

import (
	"strings"
	"unicode"

	"github.com/opendsom/dsom/model"
)

// All rules by which IDL names become names in C are in this file.

// cname returns the name of what is declared: its scopes and its name with underscores between.
func cname(d model.Decl) string {
	name := model.CScoped(d)
	if reserved[name] {
		name += "_"
	}
	return name
}

// memberName returns the name of a member.
func memberName(name string) string {
	if reserved[name] {
		return name + "_"
	}
	return name
}

// local returns the name of a parameter.
func local(name string) string {
	if reserved[name] || ownLocals[name] {
		return name + "_"
	}
	return name
}

// usageName returns the name of the function that calls a method.
func usageName(i *model.Interface, method string) string {
	name := shortName(i, method)
	if ownSuffixes[name] {
		name += "_"
	}
	return cname(i) + "_" + name
}

// shortName returns a method's name within those of its class: get_name for _get_name, unless the class has a method of that
// name too.
func shortName(i *model.Interface, method string) string {
	if plain, ok := strings.CutPrefix(method, "_"); ok && i.FindMethod(plain) == nil {
		return plain
	}
	return method
}

// implementingName returns the name of the function that implements a method: the modifier functionprefix begins it.
func (g *generator) implementingName(i *model.Interface, method string) string {
	if p, ok := i.ClassModifier("functionprefix"); ok && word(p) == p {
		return p + method
	}
	if g.opt.Compat {
		return method
	}
	return cname(i) + "_do_" + shortName(i, method)
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

// spaced returns a type with what has to stand between it and a name.
func spaced(typ string) string {
	if strings.HasSuffix(typ, "*") {
		return typ
	}
	return typ + " "
}

// oneLine returns s fit for a comment.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	return strings.ReplaceAll(strings.ReplaceAll(s, "*/", "* /"), "/*", "/ *")
}

// docLines returns what the IDL says of a declaration, a line each.
func docLines(n *model.Node) []string {
	var lines []string
	for _, cs := range []model.Comments{n.Doc, n.Trailing} {
		if text := cs.Text(); text != "" {
			for l := range strings.SplitSeq(text, "\n") {
				lines = append(lines, strings.TrimRight(oneLine(l), " \\"))
			}
		}
	}
	return lines
}

// comment prints lines as one comment.
func (u *unit) comment(lines ...string) {
	for i, l := range lines {
		begin, end := " * ", ""
		if i == 0 {
			begin = "/* "
		}
		if i == len(lines)-1 {
			end = " */"
		}
		u.L(strings.TrimRight(begin+l+end, " "))
	}
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
	// reserved are the keywords of C11 and C++17, and what <stdint.h> and <stddef.h> declare.
	reserved = set(`auto break case char const continue default do double else enum extern float for goto if inline int long
		register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
		alignas alignof and and_eq asm bitand bitor bool catch char16_t char32_t class compl constexpr const_cast decltype
		delete dynamic_cast explicit export false friend mutable namespace new noexcept not not_eq nullptr operator or or_eq
		private protected public reinterpret_cast static_assert static_cast template this thread_local throw true try typeid
		typename using virtual wchar_t xor xor_eq linux unix NULL offsetof size_t ptrdiff_t int8_t uint8_t int16_t uint16_t
		int32_t uint32_t int64_t uint64_t intptr_t uintptr_t`)

	// ownLocals are what generated functions have besides an operation's parameters.
	ownLocals = set(`self ev result making token proc value shallow own env cls old copy`)

	// ownSuffixes are the functions that each class has.
	ownSuffixes = set(`new is cast class bind unbind token major minor instance data define own parents`)
)
