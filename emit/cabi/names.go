package cabi

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"

	"github.com/opendsom/dsom/model"
)

// Keywords are those of C up to C23 and of C++ up to C++23, and what compilers define besides: names in generated headers, which all of
// these languages include, are none of them.
const Keywords = `alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class co_await
	co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do double dynamic_cast
	else enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr
	operator or or_eq private protected public register reinterpret_cast requires restrict return short signed sizeof static static_assert
	static_cast struct switch template this thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using
	virtual void volatile wchar_t while xor xor_eq NULL linux unix`

// Macros are what headers of C and POSIX define, but for functions that only C has as macros: names have an underscore behind in both
// languages, so that it does not matter what a program includes.
//
//go:embed macros.txt
var Macros string

// FunctionMacros are macros with parameters that only C has, such as those of <tgmath.h> and <ctype.h>: functions of such names have an
// underscore behind in C. Other names of them mean nothing to a compiler.
//
//go:embed cmacros.txt
var FunctionMacros string

// Globals are what the headers of C declare that generated headers include, or that those of C++ include which they include, and the
// functions of <math.h> and <complex.h>, which compilers know without: outside of all modules, where nothing is in front of a name, what is declared has an underscore behind instead of being the same thing.
//
//go:embed globals.txt
var Globals string

// compat are the names that som_compat.h and what it includes declare or define without som_ or SOM_ in front.
//
//go:embed compat.txt
var compat string

var compatNames = Set(compat)

// IsCompat reports whether what is declared outside of all modules and classes has a name of som_compat.h in C and C++, SOMFree: it has an
// underscore behind, so that a program in IBM's names includes it. SOM's own declarations of these are what they are.
func IsCompat(d model.Decl, name string) bool {
	return compatNames[name] && !IsSystem(d) && !isDSOMs(d.About().File())
}

// IsOwn reports whether a name begins as all do that the headers of the kernel and of the bindings have, som_retain and SOM_API:
// others that begin so, and som itself, whose functions would, have an underscore behind.
func IsOwn(name string) bool {
	return strings.HasPrefix(name+"_", "som_") || strings.HasPrefix(name+"_", "SOM_")
}

// Set returns the words of texts as a set.
func Set(texts ...string) map[string]bool {
	m := map[string]bool{}
	for _, words := range texts {
		for w := range strings.FieldsSeq(words) {
			m[w] = true
		}
	}
	return m
}

// Word replaces what cannot stand in an identifier.
func Word(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, s)
}

// Spaced returns a type with what has to stand between it and a name.
func Spaced(typ string) string {
	if strings.HasSuffix(typ, "*") {
		return typ
	}
	return typ + " "
}

// List joins what there is to say of each.
func List[T any](all []T, each func(T) string) string {
	words := make([]string, len(all))
	for i, x := range all {
		words[i] = each(x)
	}
	return strings.Join(words, ", ")
}

// Quoted returns a string literal, of printable ASCII whatever the octets of s are.
func Quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c < ' ' || c > '~' || c == '?' && i > 0 && s[i-1] == '?': // octal escapes end after three digits; no trigraphs
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}

// OneLine returns s fit for a comment of either kind: it ends none, begins none, and does not go on in the next line.
func OneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	s = strings.ReplaceAll(strings.ReplaceAll(s, "*/", "* /"), "/*", "/ *")
	for strings.Contains(s, "??") { // or what follows may make a trigraph of it
		s = strings.ReplaceAll(s, "??", "? ?")
	}
	return strings.TrimRight(s, ` \`)
}

// DocLines returns what the IDL says of a declaration, a line each.
func DocLines(n *model.Node) []string {
	var lines []string
	for _, cs := range []model.Comments{n.Doc, n.Trailing} {
		if text := cs.Text(); text != "" {
			for l := range strings.SplitSeq(text, "\n") {
				lines = append(lines, OneLine(l))
			}
		}
	}
	return lines
}
