package syntax

import (
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// A Macro is a #define.
type Macro struct {
	Name string
	// Span is where it was defined; invalid for one that the caller or the compiler defines.
	Span diag.Span

	function bool
	variadic bool
	params   []string
	body     []raw
	builtin  func(pp *Preprocessor, use raw) raw // __LINE__, __FILE__, __DATE__ and __TIME__
	busy     bool                                // it is being expanded
}

// same reports whether a second definition says the same (C99 6.10.3).
func (m *Macro) same(n *Macro) bool {
	return m.function == n.function && m.variadic == n.variadic && slices.Equal(m.params, n.params) &&
		slices.EqualFunc(m.body, n.body, func(a, b raw) bool { return a.text == b.text && a.space == b.space })
}

// a tokenList is a list of tokens that stand before those of the file: a macro's replacement.
type tokenList struct {
	tokens []raw
	macro  *Macro
	floor  bool // the end of a list that is expanded by itself: nothing below is read
}

// push puts tokens before what is read next. It returns false when macros make too many.
func (pp *Preprocessor) push(tokens []raw, m *Macro, at diag.Span) bool {
	pp.expanded += len(tokens) + 1
	if pp.expanded > pp.limits.Expansion {
		pp.abort(CodeLimit, at, exceeded("macros make too many tokens", "idl-expansion", pp.limits.Expansion))
		return false
	}
	size := 0
	for _, t := range tokens {
		size += len(t.text)
	}
	if !pp.spend(size, at) {
		return false
	}
	if m != nil {
		m.busy = true
	}
	pp.contexts = append(pp.contexts, tokenList{tokens: tokens, macro: m})
	return true
}

// spend counts octets that macros are about to make. It returns false when they are too many.
func (pp *Preprocessor) spend(octets int, at diag.Span) bool {
	if pp.octets += octets; pp.octets > pp.limits.Expanded {
		pp.abort(CodeLimit, at, exceeded("macros make too many octets", "idl-expansion-size", pp.limits.Expanded))
		return false
	}
	return true
}

// pull returns the next token before macro expansion.
func (pp *Preprocessor) pull() raw {
	pp.poll()
	for len(pp.contexts) > 0 {
		c := &pp.contexts[len(pp.contexts)-1]
		if len(c.tokens) > 0 {
			t := c.tokens[0]
			c.tokens = c.tokens[1:]
			return t
		}
		if c.floor {
			return raw{kind: rawEOF}
		}
		if c.macro != nil {
			c.macro.busy = false
		}
		pp.contexts = pp.contexts[:len(pp.contexts)-1]
	}
	return pp.fileToken()
}

// nextIsParen reports whether the next token opens a parenthesis, without taking it.
func (pp *Preprocessor) nextIsParen() bool {
	for i := len(pp.contexts) - 1; i >= 0; i-- {
		c := &pp.contexts[i]
		if len(c.tokens) > 0 {
			return c.tokens[0].is("(")
		}
		if c.floor {
			return false
		}
	}
	return pp.fileIsParen()
}

// expand is called with an identifier at hand. If it is the use of a macro it puts the
// replacement before what is read next and returns true; also where a limit ended the reading,
// so that a name of which nothing became is not taken for an undeclared one.
func (pp *Preprocessor) expand(t raw) bool {
	return pp.replace(t) || pp.stopped
}

func (pp *Preprocessor) replace(t raw) bool {
	m := pp.macros[t.text]
	if m == nil || t.painted || m.busy {
		return false
	}
	if m.builtin != nil {
		return pp.push([]raw{m.builtin(pp, t)}, nil, t.span)
	}
	if !m.function {
		return pp.push(pp.substitute(m, nil, t), m, t.span)
	}
	if !pp.nextIsParen() {
		return false
	}
	args, ok := pp.arguments(m, t)
	if !ok {
		return true // reported; the use vanishes
	}
	return pp.push(pp.substitute(m, args, t), m, t.span)
}

// arguments reads the arguments of a function-like macro. Directives between them are carried
// out, as other preprocessors do.
func (pp *Preprocessor) arguments(m *Macro, use raw) (args [][]raw, ok bool) {
	pp.takeParen()
	depth, count := 0, 0
	args = [][]raw{nil}
	for {
		t := pp.pull()
		last := &args[len(args)-1]
		switch {
		case t.kind == rawMark:
			continue
		case t.kind == rawEOF:
			pp.report(diag.Diagnostic{Code: CodeMacroCall, Span: use.span, Message: "the arguments of macro " + strconv.Quote(m.Name) + " have no closing parenthesis", Notes: m.note()})
			return nil, false
		case t.is("("):
			depth++
		case t.is(")"):
			if depth == 0 {
				return pp.checkArguments(m, args, use)
			}
			depth--
		case t.is(",") && depth == 0 && (!m.variadic || len(args) < len(m.params)):
			args = append(args, nil)
			continue
		}
		if count++; count > pp.limits.Expansion {
			pp.abort(CodeLimit, use.span, exceeded("a macro has too many arguments", "idl-expansion", pp.limits.Expansion))
			return nil, false
		}
		pp.pending = append(pp.pending, t.comments...)
		t.comments = nil
		*last = append(*last, t)
	}
}

func (pp *Preprocessor) checkArguments(m *Macro, args [][]raw, use raw) ([][]raw, bool) {
	if len(m.params) == 0 && len(args) == 1 && len(args[0]) == 0 {
		return nil, true
	}
	if m.variadic && len(args) == len(m.params)-1 {
		args = append(args, nil)
	}
	if len(args) != len(m.params) {
		pp.report(diag.Diagnostic{
			Code: CodeMacroCall, Span: use.span, Notes: m.note(),
			Message: "macro " + strconv.Quote(m.Name) + " takes " + plural(len(m.params), "argument") + ", not " + strconv.Itoa(len(args)),
		})
		return nil, false
	}
	return args, true
}

func (m *Macro) note() []diag.Note {
	if m == nil || !m.Span.IsValid() {
		return nil
	}
	return []diag.Note{{Span: m.Span, Message: "macro " + strconv.Quote(m.Name) + " is defined here"}}
}

// substitute returns the replacement of a macro's use: the body with the arguments in it. All
// tokens take the place of the use, which is where a reader of the source finds them.
func (pp *Preprocessor) substitute(m *Macro, args [][]raw, use raw) []raw {
	var out []raw
	expanded := make([][]raw, len(args))
	done := make([]bool, len(args))
	for i := 0; i < len(m.body); i++ {
		t := m.body[i]
		pasted := i > 0 && m.body[i-1].is("##")
		before := i+1 < len(m.body) && m.body[i+1].is("##")
		switch p := m.param(t); {
		case t.is("#") && m.function && i+1 < len(m.body) && m.param(m.body[i+1]) >= 0:
			i++
			arg := args[m.param(m.body[i])]
			if !pp.spend(stringSize(arg), use.span) {
				return nil
			}
			out = append(out, stringify(arg))
		case t.is("##") && i > 0 && i+1 < len(m.body):
			// The next token is joined to the last one below.
		case p < 0 && !pasted:
			out = append(out, t)
		case p < 0:
			out = pp.paste(out, []raw{t}, use.span)
		case pasted && m.variadic && p == len(m.params)-1 && out[len(out)-1].is(","):
			// A comma before ## goes with the arguments that it is there for, as GNU has it.
			if len(args[p]) == 0 {
				out = out[:len(out)-1]
			}
			out = append(out, args[p]...)
		case pasted:
			out = pp.paste(out, args[p], use.span)
		case before:
			out = append(out, args[p]...)
			if len(args[p]) == 0 {
				out = append(out, raw{kind: rawEOF}) // a placeholder to paste to
			}
		default:
			if !done[p] {
				expanded[p], done[p] = pp.expandList(args[p], use.span), true
			}
			out = append(out, expanded[p]...)
		}
		if pp.stopped || len(out) > pp.limits.Expansion {
			break // push will say so
		}
	}
	out = slices.DeleteFunc(out, func(t raw) bool { return t.kind == rawEOF })
	outer := m
	if use.macro != nil {
		outer = use.macro
	}
	for i := range out {
		out[i].span, out[i].macro = use.span, outer
		out[i].first, out[i].comments = false, nil
	}
	return out
}

// param returns which parameter t names, or -1.
func (m *Macro) param(t raw) int {
	if t.kind != rawIdent || !m.function {
		return -1
	}
	return slices.Index(m.params, t.text)
}

// expandList expands the macros of an argument by itself, before it is put in the body.
func (pp *Preprocessor) expandList(tokens []raw, at diag.Span) []raw {
	if len(tokens) == 0 {
		return nil
	}
	if pp.listDepth >= pp.limits.Nesting {
		pp.abort(CodeLimit, at, exceeded("macro calls are nested too deep", "idl-nesting", pp.limits.Nesting))
		return nil
	}
	pp.listDepth++
	defer func() { pp.listDepth-- }()
	depth := len(pp.contexts)
	pp.contexts = append(pp.contexts, tokenList{floor: true})
	if !pp.push(slices.Clone(tokens), nil, at) {
		pp.contexts = pp.contexts[:depth]
		return nil
	}
	var out []raw
	for {
		t := pp.pull()
		if t.kind == rawEOF {
			break
		}
		if pp.inCondition && t.kind == rawIdent && (t.text == "defined" || t.text == hasInclude) {
			out = pp.unexpanded(append(out, t))
			continue
		}
		if t.kind == rawIdent {
			if pp.expand(t) {
				continue
			}
			t.painted = t.painted || pp.isBusy(t.text)
		}
		out = append(out, t)
		if pp.expanded++; pp.expanded > pp.limits.Expansion {
			pp.abort(CodeLimit, at, exceeded("macros make too many tokens", "idl-expansion", pp.limits.Expansion))
			break
		}
	}
	for _, c := range pp.contexts[depth:] {
		if c.macro != nil {
			c.macro.busy = false
		}
	}
	pp.contexts = pp.contexts[:depth]
	return out
}

// unexpanded takes what defined or __has_include is about: a name, or what stands in parentheses.
func (pp *Preprocessor) unexpanded(out []raw) []raw {
	t := pp.pull()
	if t.is("(") {
		for t.kind != rawEOF && !t.is(")") {
			out = append(out, t)
			t = pp.pull()
		}
	}
	if t.kind == rawEOF {
		return out // pull says so again
	}
	return append(out, t)
}

func (pp *Preprocessor) isBusy(name string) bool {
	m := pp.macros[name]
	return m != nil && m.busy
}

// stringSize bounds the octets of what stringify makes.
func stringSize(tokens []raw) int {
	n := 2
	for _, t := range tokens {
		n += 1 + len(t.text)
		if t.kind == rawString || t.kind == rawChar {
			n += strings.Count(t.text, `\`) + strings.Count(t.text, `"`)
		}
	}
	return n
}

// stringify is the operator #.
func stringify(tokens []raw) raw {
	var b strings.Builder
	b.WriteByte('"')
	for i, t := range tokens {
		if i > 0 && (t.space || t.first) {
			b.WriteByte(' ')
		}
		if t.kind == rawString || t.kind == rawChar {
			b.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t.text))
		} else {
			b.WriteString(t.text)
		}
	}
	b.WriteByte('"')
	return raw{kind: rawString, text: b.String(), space: true}
}

// paste is the operator ##: the first of right is joined to the last of left. What comes out
// is scanned again; if it is not one token it stays two.
func (pp *Preprocessor) paste(left, right []raw, at diag.Span) []raw {
	if len(right) == 0 {
		return left
	}
	if len(left) == 0 {
		return append(left, right...)
	}
	last := left[len(left)-1]
	if !pp.spend(len(last.text)+len(right[0].text), at) {
		return left
	}
	lx := newLexer(&SourceFile{Text: last.text + right[0].text})
	joined := lx.next(true)
	if lx.next(true).kind != rawEOF {
		return append(left, right...)
	}
	joined.space = last.space
	left[len(left)-1] = joined
	return append(left, right[1:]...)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
