package syntax

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens. Operators of which the grammar has several are Op; the others have a
// kind of their own.
const (
	EOF Kind = iota
	Ident
	Keyword
	Number // integer, floating-point or fixed
	Char   // also wide
	String // also wide
	LBrace
	RBrace
	LParen
	RParen
	LBracket
	RBracket
	Less
	Greater
	Semicolon
	Comma
	Colon
	Scope // ::
	Equals
	At
	Op         // | ^ & << >> + - * / % ~
	Other      // an operator of C that IDL does not have
	PragmaLine // a #pragma
	FileBegin  // the begin of a file
	FileEnd    // the end of a file
)

// A Token is what the parser reads.
type Token struct {
	Kind Kind
	// Text is the token as written; of a pragma what follows #pragma; of FileBegin how the
	// #include names the file, "" for a main file.
	Text string
	Span diag.Span
	// Comments are those between the token before and this one.
	Comments []Comment
	// Macro is the macro that made the token, nil for one that stands in the text.
	Macro *Macro
	// File is the file that begins or ends.
	File *SourceFile
	// Parts are the tokens of a pragma.
	Parts []Token
	// First says that it is the first of its line.
	First bool
	// Unterminated says that it stands for a literal without its end, which was reported.
	Unterminated bool
}

var punctKinds = map[string]Kind{
	"{": LBrace, "}": RBrace, "(": LParen, ")": RParen, "[": LBracket, "]": RBracket, "<": Less, ">": Greater,
	";": Semicolon, ",": Comma, ":": Colon, "::": Scope, "=": Equals, "@": At,
	"|": Op, "^": Op, "&": Op, "<<": Op, ">>": Op, "+": Op, "-": Op, "*": Op, "/": Op, "%": Op, "~": Op,
}

// scan makes a token of a preprocessing token.
func scan(t raw) Token {
	tok := Token{Text: t.text, Span: t.span, Macro: t.macro, First: t.first}
	switch t.kind {
	case rawEOF:
		tok.Kind = EOF
	case rawIdent:
		tok.Kind = Ident
		if _, ok := keywords[t.text]; ok {
			tok.Kind = Keyword
		}
	case rawNumber:
		tok.Kind = Number
	case rawChar:
		tok.Kind = Char
	case rawString:
		tok.Kind = String
	case rawPunct:
		tok.Kind = Other
		if k, ok := punctKinds[t.text]; ok {
			tok.Kind = k
		}
	default:
		tok.Kind = Other
	}
	return tok
}

// describe names a token in a message.
func (t Token) describe() string {
	switch t.Kind {
	case EOF:
		return "the end of the text"
	case FileEnd:
		return "the end of the file"
	case FileBegin:
		return "the begin of a file"
	case PragmaLine:
		return "a pragma"
	case Keyword:
		return "keyword " + quote(t.Text)
	case String, Number, Char:
		return strings.ToLower(literalName(t.Kind)) + " " + clip(t.Text)
	}
	return quote(t.Text)
}

func literalName(k Kind) string {
	switch k {
	case Char:
		return "character"
	case String:
		return "string"
	}
	return "number"
}

// maxQuoted bounds how much of the text a message quotes, in octets.
const maxQuoted = 60

func clip(s string) string {
	if len(s) > maxQuoted {
		return strings.ToValidUTF8(s[:maxQuoted], "") + "…"
	}
	return s
}

func quote(s string) string { return strconv.Quote(clip(s)) }

func sprintf(format string, args ...any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// age says since when a keyword is one. Specifications that are older use it as a name.
type age uint8

const (
	always  age = iota // CORBA 2.2 and before
	since23            // with values and local interfaces
	since3             // with components
)

// keywords are those of CORBA 3.0, table 3-6.
var keywords = map[string]age{
	"abstract": since23, "any": always, "attribute": always, "boolean": always, "case": always, "char": always,
	"const": always, "context": always, "custom": since23, "default": always, "double": always, "enum": always,
	"exception": always, "factory": since23, "FALSE": always, "fixed": always, "float": always, "in": always,
	"inout": always, "interface": always, "local": since23, "long": always, "module": always, "native": since23,
	"Object": always, "octet": always, "oneway": always, "out": always, "private": since23, "public": since23,
	"raises": always, "readonly": always, "sequence": always, "short": always, "string": always, "struct": always,
	"supports": since23, "switch": always, "TRUE": always, "truncatable": since23, "typedef": always,
	"unsigned": always, "union": always, "ValueBase": since23, "valuetype": since23, "void": always,
	"wchar": always, "wstring": always,
	"component": since3, "consumes": since3, "emits": since3, "eventtype": since3, "finder": since3,
	"getraises": since3, "home": since3, "import": since3, "multiple": since3, "primarykey": since3,
	"provides": since3, "publishes": since3, "setraises": since3, "typeid": since3, "typeprefix": since3, "uses": since3,
}

// folded finds a keyword whatever the case of its letters.
var folded = func() map[string]string {
	m := make(map[string]string, len(keywords))
	for k := range keywords {
		m[strings.ToLower(k)] = k
	}
	return m
}()

// releases say since when a newer keyword is one, for messages.
var releases = map[age]string{since23: "CORBA 2.3", since3: "CORBA 3"}

// Keywords returns the keywords.
func Keywords() []string {
	var ks []string
	for _, k := range folded {
		ks = append(ks, k)
	}
	return ks
}
