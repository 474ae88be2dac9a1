package cabi

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/opendsom/dsom/model"
)

// Keywords are those of C++17, among them those of C11 that are spelt alike, and what compilers define besides: names in
// generated headers, which both languages include, are none of them.
const Keywords = `alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t class compl const const_cast
	constexpr continue decltype default delete do double dynamic_cast else enum explicit export extern false float for friend goto
	if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
	reinterpret_cast return short signed sizeof static static_assert static_cast struct switch template this thread_local throw
	true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq NULL linux unix`

// Macros are what common headers of C define in small letters or as codes of errors: names of them have an underscore behind in both
// languages, so that it does not matter what a program includes.
const Macros = `EOF errno assert
		stdin stdout stderr INT_MIN INT_MAX BUFSIZ FILENAME_MAX FOPEN_MAX TMP_MAX SEEK_SET SEEK_CUR SEEK_END RAND_MAX EXIT_SUCCESS EXIT_FAILURE
		BIG_ENDIAN LITTLE_ENDIAN BYTE_ORDER SIZE_MAX WEOF E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBADMSG
		EBUSY ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EEXIST EFAULT EFBIG EHOSTUNREACH EIDRM EILSEQ
		EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR ELOOP EMFILE EMLINK EMSGSIZE ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS
		ENODATA ENODEV ENOENT ENOEXEC ENOLCK ENOLINK ENOMEM ENOMSG ENOPROTOOPT ENOSPC ENOSR ENOSTR ENOSYS ENOTCONN ENOTDIR ENOTEMPTY
		ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENXIO EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE
		EROFS ESPIPE ESRCH ETIME ETIMEDOUT ETXTBSY EWOULDBLOCK EXDEV`

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
