package syntax

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/diag"
)

var directiveNames = []string{
	"define", "undef", "include", "if", "ifdef", "ifndef", "elif", "else", "endif", "error", "warning", "line", "pragma", "ident",
}

// directive carries out the directive that begins with hash.
func (pp *Preprocessor) directive(f *frame, hash raw) {
	name := f.lexer.next(false)
	if name.kind == rawEOF {
		return // the null directive
	}
	live := pp.live(f)
	switch name.text {
	case "if", "ifdef", "ifndef":
		pp.beginCondition(f, name, live)
		return
	case "elif", "else", "endif":
		pp.branch(f, name)
		return
	}
	if !live {
		f.lexer.skipLine()
		return
	}
	if f.state == guardStart {
		f.state = guardNone
	}
	switch name.text {
	case "include", "import":
		pp.include(f, hash, name)
	case "define":
		pp.define(f, name)
	case "undef":
		if t := pp.macroName(f, name); t.kind == rawIdent {
			delete(pp.macros, t.text)
			pp.endDirective(f, name)
		}
	case "pragma":
		pp.pragma(f, hash)
	case "line":
		pp.line(f, name)
	case "error", "warning":
		text, span := f.lexer.rest()
		c := CodeErrorDirective
		if name.text == "warning" {
			c = CodeWarningDirective
		}
		pp.errorf(c, name.span.Join(span), "#%s %s", name.text, text)
	case "ident":
		f.lexer.skipLine()
	default:
		if name.kind == rawNumber {
			pp.lineMark(f, name)
			return
		}
		d := diag.Diagnostic{Code: CodeDirective, Span: name.span, Message: "unknown directive #" + name.text}
		if near := diag.Closest(name.text, directiveNames); near != "" {
			d.Help = "did you mean #" + near + "?"
		}
		pp.report(d)
		f.lexer.skipLine()
	}
}

func (pp *Preprocessor) live(f *frame) bool {
	return len(f.conds) == 0 || f.conds[len(f.conds)-1].live
}

// endDirective warns of what stands behind a directive that is complete.
func (pp *Preprocessor) endDirective(f *frame, name raw) {
	t := f.lexer.next(false)
	pp.pending = append(pp.pending, t.comments...)
	if t.kind != rawEOF {
		pp.errorf(CodeExtraTokens, t.span, "%s after #%s is ignored", quote(t.text), name.text)
		f.lexer.skipLine()
	}
}

// include enters the file that an #include names.
func (pp *Preprocessor) include(f *frame, hash, name raw) {
	header, angled, span, ok := f.lexer.headerName()
	if !ok {
		header, angled, ok = pp.macroHeader(f)
		span.End = f.lexer.pos()
	}
	if !ok {
		pp.errorf(CodeDirective, name.span, "#include needs a file name, in quotes or angle brackets")
		f.lexer.skipLine()
		return
	}
	pp.endDirective(f, name)
	found, tried, err := pp.sources.find(header, angled, f.file.Path)
	if err != nil {
		d := diag.Diagnostic{Code: CodeNoFile, Span: span, Message: fmt.Sprintf("cannot read %s: %s", quote(header), cause(err))}
		if len(tried) > 0 {
			d.Notes = append(d.Notes, diag.Note{Message: "tried " + strings.Join(tried[:min(len(tried), 8)], ", ")})
		}
		if pp.cfg.Report.Full() {
			// It is counted alone.
		} else if near := diag.Closest(header, pp.sources.paths()); near != "" {
			d.Help = "did you mean " + quote(near) + "?"
		} else if len(pp.cfg.Include) == 0 {
			d.Help = "directories to look in are given by the option -I; it was looked for beside the file as well"
		}
		pp.report(d)
		return
	}
	if !slices.Contains(f.file.Includes, found.Path) {
		f.file.Includes = append(f.file.Includes, found.Path)
	}
	written := `"` + header + `"`
	if angled {
		written = "<" + header + ">"
	}
	at := hash.span.Join(span)
	switch {
	case found.once, pp.macros[found.guard] != nil && found.guard != "",
		pp.braces == 0 && pp.done[found.Path]:
		pp.marks = append(pp.marks, Token{Kind: FileBegin, Text: written, Span: at, File: found, Comments: pp.takePending()},
			Token{Kind: FileEnd, Text: found.Path, Span: at, File: found})
		return
	case len(pp.frames) >= pp.limits.IncludeDepth:
		pp.abort(CodeLimit, span, exceeded("files include one another too deep", "idl-include-depth", pp.limits.IncludeDepth))
		return
	}
	if pp.included++; pp.included > pp.limits.Includes {
		pp.abort(CodeLimit, span, exceeded("too many files are included", "idl-includes", pp.limits.Includes))
		return
	}
	pp.enter(found, at, written)
}

// macroHeader reads the file name of an #include whose name is made by macros.
func (pp *Preprocessor) macroHeader(f *frame) (name string, angled, ok bool) {
	toks := pp.lineTokens(f, true)
	if len(toks) == 1 && toks[0].kind == rawString && toks[0].text[0] == '"' {
		name = toks[0].text[1 : len(toks[0].text)-1]
		return name, false, name != ""
	}
	if len(toks) > 2 && toks[0].is("<") && toks[len(toks)-1].is(">") {
		for _, t := range toks[1 : len(toks)-1] {
			name += t.text
		}
		return name, true, true
	}
	return "", false, false
}

// lineTokens returns the rest of the directive, with macros expanded if expand is set.
func (pp *Preprocessor) lineTokens(f *frame, expand bool) []raw {
	var toks []raw
	for t := f.lexer.next(false); ; t = f.lexer.next(false) {
		pp.pending = append(pp.pending, t.comments...)
		t.comments = nil
		if t.kind == rawEOF {
			break
		}
		if len(toks) == pp.limits.Expansion {
			pp.abort(CodeLimit, t.span, exceeded("a directive has too many tokens", "idl-expansion", pp.limits.Expansion))
			return nil
		}
		toks = append(toks, t)
	}
	if expand && len(toks) > 0 {
		return pp.expandList(toks, toks[0].span)
	}
	return toks
}

// macroName reads the name that a directive is about.
func (pp *Preprocessor) macroName(f *frame, directive raw) raw {
	t := f.lexer.next(false)
	pp.pending = append(pp.pending, t.comments...)
	switch {
	case t.kind != rawIdent:
		pp.errorf(CodeDirective, directive.span, "#%s needs the name of a macro", directive.text)
		f.lexer.skipLine()
	case t.text == "defined" || t.text == varArgs || t.text == hasInclude || pp.macros[t.text] != nil && pp.macros[t.text].builtin != nil:
		pp.errorf(CodeDirective, t.span, "%s is not a name that #%s may change", quote(t.text), directive.text)
		f.lexer.skipLine()
		t.kind = rawBad
	}
	return t
}

func (pp *Preprocessor) define(f *frame, directive raw) {
	name := pp.macroName(f, directive)
	if name.kind != rawIdent {
		return
	}
	m := &Macro{Name: name.text, Span: name.span}
	if f.lexer.peek() == '(' {
		f.lexer.next(false)
		if !pp.parameters(f, m) {
			f.lexer.skipLine()
			return
		}
	}
	m.body = pp.lineTokens(f, false)
	if n := len(m.body); n > 0 {
		m.body[0].space = false
		if m.body[0].is("##") || m.body[n-1].is("##") {
			pp.errorf(CodeDirective, name.span, "## in the definition of %s has nothing to join", quote(m.Name))
			return
		}
		if !pp.checkBody(m) {
			return
		}
	}
	if old := pp.macros[m.Name]; old != nil && !old.same(m) {
		pp.report(diag.Diagnostic{
			Code: CodeRedefined, Severity: diag.Warning, Span: name.span,
			Message: "macro " + quote(m.Name) + " is defined again and differently", Notes: old.note(),
		})
	}
	pp.macros[m.Name] = m
}

// checkBody holds the replacement of a macro against C17 6.10.3.
func (pp *Preprocessor) checkBody(m *Macro) bool {
	for i, t := range m.body {
		switch {
		case t.is("#") && m.function && (i+1 == len(m.body) || m.param(m.body[i+1]) < 0):
			pp.errorf(CodeDirective, t.span, "# in the definition of %s is not followed by one of its parameters", quote(m.Name))
		case t.kind == rawIdent && t.text == varArgs && m.param(t) < 0:
			pp.errorf(CodeDirective, t.span, "%s stands in macros with ... alone", varArgs)
		default:
			continue
		}
		return false
	}
	return true
}

// varArgs is what a macro calls the arguments for its "...".
const varArgs = "__VA_ARGS__"

// parameters reads the parameters of a function-like macro, behind the parenthesis.
func (pp *Preprocessor) parameters(f *frame, m *Macro) bool {
	m.function = true
	fail := func(t raw) bool {
		at := t.span
		if t.kind == rawEOF {
			at = m.Span
		}
		pp.errorf(CodeDirective, at, "the parameters of macro %s are names with commas between them", quote(m.Name))
		return false
	}
	t := f.lexer.next(false)
	if t.is(")") {
		return true
	}
	for {
		switch {
		case t.is("..."):
			m.variadic = true
			m.params = append(m.params, varArgs)
		case t.kind != rawIdent || t.text == varArgs || slices.Contains(m.params, t.text):
			return fail(t)
		default:
			m.params = append(m.params, t.text)
		}
		t = f.lexer.next(false)
		if t.is("...") && !m.variadic { // name..., as GNU has it
			m.variadic = true
			t = f.lexer.next(false)
		}
		if t.is(")") {
			return true
		}
		if !t.is(",") || m.variadic {
			return fail(t)
		}
		t = f.lexer.next(false)
	}
}

// pragma passes a #pragma on as a token. once is carried out here.
func (pp *Preprocessor) pragma(f *frame, hash raw) {
	save := *f.lexer
	name := f.lexer.next(false)
	if name.kind == rawIdent && name.text == "once" {
		f.file.once = true
		pp.endDirective(f, name)
		return
	}
	*f.lexer = save
	text, span := f.lexer.rest()
	*f.lexer = save
	if text == "" {
		f.lexer.skipLine()
		return
	}
	tok := Token{Kind: PragmaLine, Text: text, Span: hash.span.Join(span)}
	words := pp.lineTokens(f, false)
	tok.Parts = make([]Token, 0, len(words))
	for _, t := range words {
		tok.Parts = append(tok.Parts, scan(t))
	}
	tok.Comments = pp.takePending()
	pp.tokens += 2 * len(tok.Parts)
	pp.marks = append(pp.marks, tok)
}

// pragmaOperator carries out _Pragma("text") (C17 6.10.9): it is #pragma text, and macros can
// make it. It returns false if what follows is none, so that the word is a name.
func (pp *Preprocessor) pragmaOperator(use raw) bool {
	if !pp.nextIsParen() {
		return false
	}
	pp.takeParen()
	text, end := pp.pull(), pp.pull()
	if text.kind != rawString || !end.is(")") {
		pp.errorf(CodeDirective, use.span, "_Pragma is followed by a string in parentheses")
		return true
	}
	body := strings.TrimPrefix(text.text, "L")
	body = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(body[1 : len(body)-1])
	tok := Token{Kind: PragmaLine, Text: strings.TrimSpace(body), Span: use.span, Macro: use.macro, Comments: pp.takePending()}
	if tok.Text == "once" {
		if n := len(pp.frames); n > 0 {
			pp.frames[n-1].file.once = true
		}
		return true
	}
	lx := newLexer(&SourceFile{Text: body})
	for t := lx.next(true); t.kind != rawEOF; t = lx.next(true) {
		t.span, t.macro = use.span, use.macro
		tok.Parts = append(tok.Parts, scan(t))
	}
	if tok.Text != "" {
		pp.tokens += 2 * len(tok.Parts)
		pp.marks = append(pp.marks, tok)
	}
	return true
}

// line is #line NUMBER ["file"].
func (pp *Preprocessor) line(f *frame, name raw) {
	toks := pp.lineTokens(f, true)
	if len(toks) > 0 && toks[0].kind == rawNumber {
		if n, err := strconv.ParseUint(toks[0].text, 10, 31); err == nil && n > 0 {
			switch {
			case len(toks) == 1:
				pp.setLine(f, int(n), "")
				return
			case len(toks) == 2 && toks[1].kind == rawString && toks[1].text[0] == '"':
				pp.setLine(f, int(n), fileName(toks[1].text))
				return
			}
		}
	}
	pp.errorf(CodeDirective, name.span, "#line needs a number and may have a file name in quotes")
}

// lineMark is the form in which preprocessors tell where a line came from: # NUMBER "file"
// flags, 1 for the begin of a file and 2 for the return to one.
func (pp *Preprocessor) lineMark(f *frame, number raw) {
	toks := pp.lineTokens(f, false)
	n, err := strconv.ParseUint(number.text, 10, 31)
	if err == nil && len(toks) == 0 {
		pp.setLine(f, int(n), "")
		return
	}
	if err != nil || toks[0].kind != rawString || toks[0].text[0] != '"' {
		pp.errorf(CodeDirective, number.span, "# with a number is followed by a file name in quotes")
		return
	}
	file := fileName(toks[0].text)
	if strings.HasPrefix(file, "<") { // <built-in> and <command-line> hold nothing
		return
	}
	at := diag.Span{Start: f.lexer.pos(), End: f.lexer.pos()}
	switch flag := flagOf(toks[1:]); {
	case f.marker == "": // the first one names the main file itself
		f.marker = file
	case flag == "1":
		pp.marks = append(pp.marks, Token{Kind: FileBegin, Text: `"` + file + `"`, Span: at, File: pp.presumed(f, file), Comments: pp.takePending()})
		f.entered = append(f.entered, file)
	case flag == "2" && len(f.entered) > 0:
		left := f.entered[len(f.entered)-1]
		f.entered = f.entered[:len(f.entered)-1]
		pp.marks = append(pp.marks, Token{Kind: FileEnd, Text: left, Span: at, File: pp.presumed(f, left), Comments: pp.takePending()})
	}
	pp.setLine(f, int(n), file)
}

func flagOf(toks []raw) string {
	if len(toks) == 0 {
		return ""
	}
	return toks[0].text
}

func fileName(literal string) string {
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(literal[1 : len(literal)-1])
}

// setLine makes the next line count as line n of a file.
func (pp *Preprocessor) setLine(f *frame, n int, file string) {
	f.lexer.line = n - 1 // the end of the directive's own line is still to come
	if file != "" {
		f.lexer.file = file
		pp.presumed(f, file)
	}
}

// presumed returns the file that a #line names. It is not read: what stands in f is taken to
// come from it, and it is a main file if it is the first that f, a main file, names.
func (pp *Preprocessor) presumed(f *frame, file string) *SourceFile {
	if s, ok := pp.sources.byPath[file]; ok {
		return s
	}
	s := &SourceFile{Path: file, Main: f.file.Main && (f.marker == "" || f.marker == file)}
	pp.sources.add(s)
	return s
}

// paths returns the names of the files that were read, for suggestions.
func (s *sources) paths() []string {
	var ps []string
	for _, f := range s.order {
		ps = append(ps, f.Path, f.Path[strings.LastIndexByte(f.Path, '/')+1:])
	}
	return ps
}
