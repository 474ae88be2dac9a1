package syntax

import (
	"cmp"
	"context"
	"slices"

	"github.com/opendsom/dsom/diag"
)

// Parse reads files and what they include and parses them. What is wrong goes to cfg.Report;
// the tree holds all that could be read.
func Parse(ctx context.Context, cfg Config, files ...string) *Tree {
	pp := NewPreprocessor(ctx, cfg, files...)
	return ParseTokens(pp)
}

// ParseTokens parses what a Preprocessor reads.
func ParseTokens(pp *Preprocessor) *Tree {
	p := &parser{pp: pp, dialect: pp.Dialect()}
	p.advance()
	t := &Tree{Dialect: p.dialect, Names: pp.limits.Names}
	for {
		t.Decls = append(t.Decls, p.decls(inModule)...)
		if p.tok.Kind == EOF {
			break
		}
		p.errorf(CodeSyntax, p.tok.Span, "unexpected %s: no scope is open here", p.tok.describe())
		p.next()
		p.accept(Semicolon)
	}
	t.Files = pp.Files()
	t.Broken = p.broken
	return t
}

// parser is a recursive-descent parser. A parse function that fails has reported why and
// returns nil (or false); the nearest list of declarations, members or cases then skips to
// where it can go on.
type parser struct {
	pp      *Preprocessor
	dialect Dialect
	tok     Token
	last    diag.Span // of the token before
	before  string    // the identifier that was taken last, "" if that was no identifier
	open    bool      // the token before is a literal without its end, which took the rest of the line

	queue    []Token // tokens behind tok that were looked at
	comment  bool    // the text is a comment: what is wrong in it is not said
	marks    []Token // borders of files and pragmas right before tok
	deferred []Token // those inside a declaration, to be listed behind it
	stray    []Comment
	steps    int // tokens taken: progress
	depth    int
	angles   int // open angle brackets around an expression
	broken   bool
	failedAt diag.Position // of the last error, to say only one thing about a token
}

// advance reads the next token. Marks are set aside.
func (p *parser) advance() {
	for {
		var t Token
		if len(p.queue) > 0 {
			t, p.queue = p.queue[0], p.queue[1:]
		} else {
			t = p.read()
		}
		if !isMark(t.Kind) {
			p.tok = t
			return
		}
		p.marks = append(p.marks, t)
	}
}

// next takes the token. Comments that nobody claimed belong to the declaration around them.
func (p *parser) next() Token {
	t := p.tok
	p.steps++
	p.stray = append(p.stray, t.Comments...)
	p.deferred = append(p.deferred, p.marks...)
	p.marks = nil
	p.last, p.open, p.before = t.Span, t.Unterminated, ""
	if t.Kind == Ident {
		p.before = t.Text
	}
	p.advance()
	return t
}

func (p *parser) accept(k Kind) bool {
	if p.tok.Kind == k {
		p.next()
		return true
	}
	return false
}

// word reports whether the token is the keyword.
func (p *parser) word(keyword string) bool {
	return p.tok.Kind == Keyword && p.tok.Text == keyword
}

func (p *parser) acceptWord(keyword string) bool {
	if p.word(keyword) {
		p.next()
		return true
	}
	return false
}

func (p *parser) op(op string) bool { return p.tok.Kind == Op && p.tok.Text == op }

// errorf reports an error, but only one for each place.
func (p *parser) errorf(c diag.Code, at diag.Span, format string, args ...any) {
	p.report(diag.Diagnostic{Code: c, Severity: severityOf(c), Span: at, Message: sprintf(format, args...)})
}

func (p *parser) report(d diag.Diagnostic) {
	if p.comment {
		p.broken = true
		return
	}
	if d.Severity == diag.Error {
		p.broken = true
		if d.Span.Start == p.failedAt && d.Span.IsValid() {
			return
		}
		p.failedAt = d.Span.Start
	}
	if d.Span.Start == p.tok.Span.Start {
		d.Notes = append(d.Notes, p.tok.Macro.note()...)
	}
	p.pp.report(d)
}

// expected reports that something else stands here.
func (p *parser) expected(what string) {
	p.errorf(CodeSyntax, p.tok.Span, "expected %s, found %s", what, p.tok.describe())
}

// expectedName is expected for the place of a name, with help for those who know C better than IDL.
func (p *parser) expectedName(what string) {
	d := diag.Diagnostic{Code: CodeSyntax, Span: p.tok.Span, Message: "expected " + what + ", found " + p.tok.describe()}
	switch {
	case p.op("*"):
		d.Help = "IDL has no pointers: an interface's name already is a reference, and sequence<T> holds any number of T"
	case p.op("&"):
		d.Help = "IDL has no references: what goes back to the caller is an out or inout parameter"
	default:
		d.Help = p.misspelt()
	}
	p.report(d)
}

// require takes a token of the kind or reports that it is missing.
func (p *parser) require(k Kind, what string) bool {
	if p.accept(k) {
		return true
	}
	p.expected(what)
	return false
}

// semicolon takes the semicolon that ends a declaration. If it is only that which is missing
// the declaration stands.
func (p *parser) semicolon(after string) bool {
	if p.accept(Semicolon) {
		return true
	}
	if p.open {
		p.broken = true
		return true
	}
	if p.tok.First || p.tok.Kind == RBrace || p.tok.Kind == EOF {
		at := diag.Span{Start: p.last.End, End: p.last.End}
		p.errorf(CodeSemicolon, at, "a semicolon is missing after %s", after)
		return true
	}
	p.expected("a semicolon after " + after)
	return false
}

// enter counts nesting. It returns false where it goes too deep.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > p.pp.limits.Nesting {
		p.broken = true
		if p.comment {
			p.queue, p.tok = nil, p.read()
			return false
		}
		p.pp.abort(CodeLimit, p.tok.Span, exceeded("nested too deep", "idl-nesting", p.pp.limits.Nesting))
		p.marks, p.deferred, p.queue = nil, nil, nil
		p.tok = p.read()
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// skip moves to where another declaration may begin: behind a semicolon or a block, before
// the end of the block around it, or before a line that begins with a declaration's keyword.
func (p *parser) skip() {
	blocks, from := 0, p.steps
	for p.tok.Kind != EOF {
		switch p.tok.Kind {
		case Semicolon:
			if blocks == 0 {
				p.next()
				return
			}
		case LBrace:
			blocks++
		case RBrace:
			if blocks == 0 {
				return
			}
			if blocks--; blocks == 0 {
				p.next()
				p.accept(Semicolon)
				return
			}
		case Keyword:
			if blocks == 0 && p.tok.First && p.steps > from && slices.Contains(leaders, p.tok.Text) {
				return
			}
		}
		p.next()
	}
}

// leaders begin declarations and nothing else.
var leaders = []string{
	"module", "interface", "abstract", "local", "exception", "typedef", "const", "native", "attribute",
	"readonly", "oneway", "valuetype", "custom", "struct", "union", "enum", "private", "public", "factory", "eventtype",
	"component", "home", "finder", "provides", "uses", "emits", "publishes", "consumes",
}

// item parses one element of a list and skips what is wrong with it. It always makes progress.
func (p *parser) item(parse func() bool) {
	from := p.steps
	if !parse() {
		p.skip()
	}
	if p.steps == from && p.tok.Kind != EOF && p.tok.Kind != RBrace {
		p.next()
	}
}

// block parses items between braces.
func (p *parser) block(of string, parse func() bool) bool {
	open := p.tok.Span
	if !p.require(LBrace, "{ and "+of) {
		return false
	}
	if !p.enter() {
		return false
	}
	defer p.leave()
	for p.tok.Kind != RBrace && p.tok.Kind != EOF {
		p.item(parse)
	}
	return p.close(open)
}

// close takes the brace that closes a block.
func (p *parser) close(open diag.Span) bool {
	if p.accept(RBrace) {
		return true
	}
	p.report(diag.Diagnostic{
		Code: CodeUnclosed, Span: diag.Span{Start: p.last.End, End: p.last.End}, Message: "a closing brace is missing",
		Notes: []diag.Note{{Span: open, Message: "the block begins here"}},
	})
	return false
}

// afterNames are the tokens that follow the name in a declaration.
var afterNames = []Kind{Semicolon, Comma, LBrace, LParen, RParen, LBracket, Colon, Equals}

// name takes an identifier.
func (p *parser) name(what string) (Name, bool) {
	t := p.tok
	switch {
	case t.Kind == Ident:
	case t.Kind == Keyword && (keywords[t.Text] != always && t.Text != "ValueBase" || p.som() && laterWord(t.Text)): // ValueBase is a type
	case t.Kind == Keyword:
		p.report(diag.Diagnostic{
			Code: CodeKeyword, Span: t.Span, Message: "expected " + what + ", found " + t.describe(),
			Help: cmp.Or(p.misspelt(), "to use a keyword as a name write _"+t.Text),
		})
		if t.First {
			return Name{}, false
		}
		p.next() // taken for a name, if what follows a name follows it
		return Name{Text: t.Text, Span: t.Span, Macro: t.Macro}, slices.Contains(afterNames, p.tok.Kind)
	default:
		p.expectedName(what)
		return Name{}, false
	}
	p.next()
	return p.identifier(t, true), true
}

// reference takes an identifier that was declared elsewhere, where there was a warning already.
func (p *parser) reference(what string) (Name, bool) {
	t := p.tok
	if t.Kind == Ident || t.Kind == Keyword && keywords[t.Text] == since3 {
		p.next()
		return p.identifier(t, false), true
	}
	return p.name(what)
}

// identifier makes a name of a token (CORBA 3.0, 3.2.3). declared says that the name is declared here.
func (p *parser) identifier(t Token, declared bool) Name {
	n := Name{Text: t.Text, Span: t.Span, Macro: t.Macro}
	if t.Text[0] == '_' {
		n.Escaped, n.Text = true, t.Text[1:]
		if n.Text == "" || n.Text[0] == '_' {
			p.errorf(CodeIdentifier, t.Span, "an identifier begins with a letter; one underscore before it is taken away")
			n.Text = "x" + n.Text
		}
		return n
	}
	keyword, clash := folded[lower(t.Text)]
	if !clash || p.som() {
		return n
	}
	d := diag.Diagnostic{
		Code: CodeKeyword, Span: t.Span, Message: "identifier " + quote(t.Text) + " differs from keyword " + quote(keyword) + " only in case",
		Help: "write _" + t.Text,
	}
	if keyword == "TRUE" || keyword == "FALSE" {
		d.Help = "write " + keyword
	}
	if release, ok := releases[keywords[keyword]]; ok {
		if !declared {
			return n
		}
		d.Code, d.Severity = CodeNewKeyword, diag.Warning
		d.Message = quote(t.Text) + " as an identifier: " + quote(keyword) + " is a keyword since " + release
	}
	p.report(d)
	return n
}

// IsKeyword reports whether a name is a keyword, whatever the case of its letters.
func IsKeyword(name string) bool {
	_, ok := folded[lower(name)]
	return ok
}

func lower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// scopedName takes a name with scopes.
func (p *parser) scopedName(what string) *ScopedName {
	n := &ScopedName{Span: p.tok.Span}
	n.Absolute = p.accept(Scope)
	for {
		if len(n.Parts) >= p.pp.limits.Nesting {
			p.errorf(CodeLimit, p.tok.Span, "%s", exceeded("a name has too many scopes", "idl-nesting", p.pp.limits.Nesting))
			return nil
		}
		if (p.word("Object") || p.word("ValueBase")) && (n.Absolute || len(n.Parts) > 0) {
			p.report(diag.Diagnostic{
				Code: CodeKeyword, Span: p.tok.Span, Message: quote(p.tok.Text) + " is a keyword and in no scope",
				Help: "write " + p.tok.Text + " alone",
			})
			return nil
		}
		part, ok := p.reference(what)
		if !ok {
			return nil
		}
		n.Parts = append(n.Parts, part)
		n.Span.End = part.Span.End
		if !p.accept(Scope) {
			return n
		}
		what = "a name after ::"
	}
}

// scopedNames takes names with commas between them.
func (p *parser) scopedNames(what string) []*ScopedName {
	var ns []*ScopedName
	for {
		n := p.scopedName(what)
		if n == nil {
			return nil
		}
		ns = append(ns, n)
		if !p.accept(Comma) {
			return ns
		}
	}
}
