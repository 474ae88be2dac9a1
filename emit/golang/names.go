package golang

import (
	"go/token"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// All rules by which an IDL name becomes a Go name are in this file. What is done when two
// names clash is in scope.go.

// Style says how much of an identifier is changed.
type Style uint8

// The styles.
const (
	// Camel raises the first letter and joins words: new_context becomes NewContext. An
	// underscore before anything but a small letter stays, as in MAX_SIZE.
	Camel Style = iota
	// Verbatim raises the first letter only: New_context.
	Verbatim
)

// Exported returns the exported Go identifier for an IDL identifier.
func (s Style) Exported(name string) string {
	out := s.words(name)
	first, n := utf8.DecodeRuneInString(out)
	out = string(unicode.ToUpper(first)) + out[n:]
	if !token.IsExported(out) { // a letter without a capital, or an underscore
		out = "X" + out
	}
	return out
}

// words joins the words of a name where the style says so.
func (s Style) words(name string) string {
	if s == Verbatim {
		return name
	}
	var b strings.Builder
	rs := []rune(name)
	raise := false
	for i, r := range rs {
		if r == '_' && i > 0 && i+1 < len(rs) && unicode.IsLower(rs[i+1]) {
			raise = true
			continue
		}
		if raise {
			r, raise = unicode.ToUpper(r), false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Local returns the Go identifier for a parameter: like Exported, but small letters first,
// as many as belong to the first word: URLString becomes urlString. Verbatim changes nothing.
// A name that a stub has use for gets an underscore behind it.
func (s Style) Local(name string) string {
	out := s.words(name)
	if s == Camel {
		out = lowerWord(out)
	}
	if token.IsKeyword(out) || predeclared[out] || ownLocals[out] {
		out += "_"
	}
	return out
}

// lowerWord makes the capitals with which s begins small, but the last one if it begins a
// word of its own.
func lowerWord(s string) string {
	rs := []rune(s)
	n := 0
	for n < len(rs) && unicode.IsUpper(rs[n]) {
		n++
	}
	if n > 1 && n < len(rs) && unicode.IsLower(rs[n]) {
		n--
	}
	for i := range n {
		rs[i] = unicode.ToLower(rs[i])
	}
	return string(rs)
}

// lowerFirst returns an exported identifier as the beginning of one that is not.
func lowerFirst(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[n:]
}

// Member returns the Go name of a member of a structure or exception: Exported, with an
// underscore behind a name that generated types need for themselves.
func (s Style) Member(name string) string {
	out := s.Exported(name)
	if reservedMembers[out] {
		out += "_"
	}
	return out
}

// Method returns the Go name of an operation, an attribute or an arm of a union, which is
// like a member's, but must also not be a method of which go vet knows another signature.
func (s Style) Method(name string) string {
	out := s.Member(name)
	if vettedMethods[out] {
		out += "_"
	}
	return out
}

// valueMember returns the Go name of a member of a valuetype's state: Member, with an
// underscore behind the names of methods that values have.
func (s Style) valueMember(name string) string {
	out := s.Member(name)
	if slices.Contains(valueMethods, out) {
		out += "_"
	}
	return out
}

// armField returns the name of the private field that holds an arm of a union.
func (s Style) armField(name string) string {
	out := lowerFirst(s.words(name))
	if token.IsKeyword(out) || unionFields[out] {
		out += "_"
	}
	return out
}

// PackageName returns the name of the package with an import path, or for a module.
func PackageName(importPath string) string {
	last := path.Base(importPath)
	if isVersion(last) && path.Dir(importPath) != "." {
		last = path.Base(path.Dir(importPath)) // a/b/v2 is package b
	}
	var b strings.Builder
	for _, r := range strings.ToLower(last) {
		if unicode.IsLetter(r) || b.Len() > 0 && unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	name := b.String()
	if name == "" {
		name = "x"
	}
	if token.IsKeyword(name) || predeclared[name] || reservedPackages[name] {
		name += "idl"
	}
	return name
}

func isVersion(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// FileName returns the name of the Go file for an IDL file. The go command ignores files, or
// takes them for tests, by the ends of their names; such ends are covered.
func FileName(idl string) string {
	stem := strings.TrimSuffix(path.Base(strings.ReplaceAll(idl, `\`, "/")), ".idl")
	var b strings.Builder
	for _, r := range strings.ToLower(stem) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0:
			b.WriteByte('_')
		}
	}
	stem = b.String()
	if stem == "" {
		stem = "x"
	}
	if i := strings.LastIndexByte(stem, '_'); i >= 0 && buildSuffixes[stem[i+1:]] {
		stem += "_idl"
	}
	return stem + ".go"
}

// isIdentifier reports whether a pragma may give s as a Go name.
func isIdentifier(s string) bool { return token.IsIdentifier(s) && token.IsExported(s) }

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// The tables below are never changed.
var (
	// predeclared are Go's predeclared identifiers. A package or parameter of such a name
	// would hide it.
	predeclared = set(`any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64
		rune string uint uint8 uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex copy
		delete imag len make max min new panic print println real recover`)

	// ownLocals are what every method has besides its parameters. An operation that returns
	// nothing keeps the name result free all the same: a name must not depend on that.
	ownLocals = set(`ctx err result`)

	// reservedMembers are names that generated types have methods of, or that Go gives a meaning.
	reservedMembers = set(`Error Unwrap Is As String Discriminator MarshalCDR UnmarshalCDR IDLClass StubRef`)

	// vettedMethods are those whose signature go vet prescribes whatever the other methods are.
	vettedMethods = set(`ReadByte WriteByte UnreadByte ReadRune UnreadRune
		GobEncode GobDecode MarshalJSON UnmarshalJSON MarshalXML UnmarshalXML`)

	// valueMethods are the methods that every value has, and that of custom ones.
	valueMethods = []string{"IDLValue", "MarshalState", "UnmarshalState", "MarshalCustom", "UnmarshalCustom"}

	// unionFields are the fields and private methods of a union that are no arms.
	unionFields = set(`d bad armOf`)

	// reservedPackages are names that a package cannot have, or that the go command takes
	// for something else when a folder has them.
	reservedPackages = set(`main internal vendor testdata init all std cmd test`)

	// runtimeImports are the packages that generated code may import, by their names.
	runtimeImports = map[string]string{
		"cdr":      runtimeModule + "/cdr",
		"context":  "context",
		"dyn":      runtimeModule + "/dyn",
		"fmt":      "fmt",
		"orb":      runtimeModule + "/orb",
		"stub":     runtimeModule + "/orb/stub",
		"typecode": runtimeModule + "/typecode",
	}

	// classImports are the packages that generated classes may import, by their names.
	classImports = map[string]string{
		"cdr":      runtimeModule + "/cdr",
		"context":  "context",
		"dyn":      runtimeModule + "/dyn",
		"fmt":      "fmt",
		"io":       "io",
		"meta":     runtimeModule + "/som/meta",
		"native":   runtimeModule + "/som/native",
		"reflect":  "reflect",
		"som":      runtimeModule + "/som",
		"typecode": runtimeModule + "/typecode",
	}

	// classNames are what the package of a class has whatever its IDL says, and classMembers what the types in it
	// have besides the methods of the IDL.
	classNames   = set(`Class Ref Base Next New Narrow`)
	classMembers = set(`SOM Self Next Class Base Ref Made`)

	// buildSuffixes are the ends of file names that mean something to the go command: test,
	// and every operating system and architecture it has known.
	buildSuffixes = set(`test aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9
		solaris wasip1 windows zos 386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le
		mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm`)
)

// runtimeModule is the module that generated code calls.
const runtimeModule = "github.com/opendsom/dsom"
