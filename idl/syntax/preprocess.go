package syntax

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// Config says what to read and how.
type Config struct {
	// Resolver opens the files; nil finds none.
	Resolver Resolver
	// Include lists the directories in which an #include is looked up, in order.
	Include []string
	// Standard opens what the compiler carries, last of all.
	Standard Resolver
	// Preinclude lists files that are read first, as if each main file included them.
	Preinclude []string
	// Define lists macros, "NAME" or "NAME=value", as the option -D of compilers has it.
	Define []string
	// Dialect is the dialect of the text; Auto finds out.
	Dialect Dialect
	// Private defines __PRIVATE__ in SOM IDL, as the option -p of IBM's compiler does.
	Private bool
	Limits  Limits
	// Report gets what there is to say.
	Report *diag.Report
}

// A Preprocessor reads files and makes the tokens that the parser reads: includes, conditions
// and macros done, comments attached, pragmas and the borders of files as tokens of their own.
type Preprocessor struct {
	ctx      context.Context
	cfg      Config
	limits   Limits
	sources  sources
	macros   map[string]*Macro
	frames   []*frame
	mains    []string // still to be read
	contexts []tokenList
	pushed   *raw // a token of the file that was looked at

	pending     []Comment // of tokens that did not survive
	marks       []Token   // borders and pragmas to deliver before the next token
	expanded    int       // tokens that macros made
	octets      int       // of these tokens
	listDepth   int
	inCondition bool // macros in an #if are expanded, but not behind defined
	included    int
	tokens      int // comments count as tokens
	polls       int
	braces      int             // open braces of what was delivered: 0 is outside of all declarations
	done        map[string]bool // files read outside of all declarations before this main file
	current     []string        // and those read since it began
	end         diag.Span       // of the last file
	stopped     bool
}

// A frame is a file that is being read.
type frame struct {
	file    *SourceFile
	lexer   *lexer
	conds   []condition
	braces  int      // when it began
	marker  string   // the file that the first "# line" mark named
	entered []string // the files that such marks began and did not leave

	// To find an include guard: an #ifndef that holds all of the file.
	guard   string
	state   guardState
	lastEnd diag.Position
}

type guardState uint8

const (
	guardStart  guardState = iota // nothing but comments so far
	guardInside                   // in the #ifndef that began the file
	guardAfter                    // behind its #endif
	guardNone
)

// condition is an #if with its branches.
type condition struct {
	span   diag.Span
	taken  bool // one branch was
	live   bool // this branch is read
	parent bool // what surrounds it is read
	final  bool // #else was there
	guard  bool
}

// NewPreprocessor returns a Preprocessor of the main files, which it reads as one text: a file
// that several of them include outside of all declarations is read for the first only.
func NewPreprocessor(ctx context.Context, cfg Config, files ...string) *Preprocessor {
	if cfg.Report == nil {
		cfg.Report = new(diag.Report)
	}
	lim := cfg.Limits.withDefaults()
	pp := &Preprocessor{
		ctx: ctx, cfg: cfg, limits: lim, macros: map[string]*Macro{}, mains: files, done: map[string]bool{},
		sources: sources{resolver: cfg.Resolver, include: cfg.Include, standard: cfg.Standard, max: lim.FileSize, byPath: map[string]*SourceFile{}, glanced: map[string]*SourceFile{}, spelling: map[string]string{}},
	}
	seen := map[string]bool{}
	for _, name := range files {
		pp.sources.ask(name)
		if dir := path.Dir(name); !seen[dir] {
			seen[dir] = true
			pp.sources.mains = append(pp.sources.mains, name)
		}
	}
	if pp.cfg.Dialect == Auto {
		pp.cfg.Dialect = pp.sources.dialect(files)
	}
	pp.predefine()
	return pp
}

// predefine defines the macros of the compiler and of the caller.
func (pp *Preprocessor) predefine() {
	pp.macros["__LINE__"] = &Macro{Name: "__LINE__", builtin: func(pp *Preprocessor, use raw) raw {
		return raw{kind: rawNumber, text: strconv.Itoa(use.span.Start.Line), span: use.span, space: use.space}
	}}
	pp.macros["__FILE__"] = &Macro{Name: "__FILE__", builtin: func(pp *Preprocessor, use raw) raw {
		return raw{kind: rawString, text: strconv.Quote(use.span.Start.File), span: use.span, space: use.space}
	}}
	// The same text gives the same result whenever it is compiled.
	for name, text := range map[string]string{"__DATE__": "Jan  1 1970", "__TIME__": "00:00:00"} {
		pp.macros[name] = &Macro{Name: name, builtin: func(_ *Preprocessor, use raw) raw {
			return raw{kind: rawString, text: strconv.Quote(text), span: use.span, space: use.space}
		}}
	}
	// The name that idlc, omniidl and others tell themselves by has no standard; the first is ours. The other is
	// omniidl's: its standard files ask for it to tell compilers that know all of CORBA from others.
	for _, def := range slices.Concat([]string{"__DSOM_IDL__=1", "__OMNIIDL__=1"}, pp.cfg.Dialect.macros(pp.cfg.Private), pp.cfg.Define) {
		name, value, ok := strings.Cut(def, "=")
		if !ok {
			value = "1"
		}
		lx := newLexer(&SourceFile{Path: "-D" + name, Text: strings.Join(strings.Fields(name+" "+value), " ")})
		t := lx.next(true)
		if t.kind != rawIdent || t.text != strings.TrimSpace(name) {
			pp.errorf(CodeDirective, diag.Span{}, "-D%s does not define a name", name)
			continue
		}
		m := &Macro{Name: t.text}
		for t := lx.next(true); t.kind != rawEOF; t = lx.next(true) {
			m.body = append(m.body, t)
		}
		pp.macros[m.Name] = m
	}
}

// Dialect returns the dialect of the text, Auto decided.
func (pp *Preprocessor) Dialect() Dialect { return pp.cfg.Dialect }

// Files returns the files that were read, in the order in which they were opened.
func (pp *Preprocessor) Files() []*SourceFile { return pp.sources.order }

// Source returns the text of a file that was read, for the display of diagnostics.
func (pp *Preprocessor) Source(path string) ([]byte, bool) {
	f, ok := pp.sources.byPath[path]
	if !ok {
		return nil, false
	}
	return []byte(f.Text), true
}

// Macros returns the names of the macros defined, sorted.
func (pp *Preprocessor) Macros() []string { return slices.Sorted(maps.Keys(pp.macros)) }

func (pp *Preprocessor) report(d diag.Diagnostic) {
	if !pp.stopped {
		pp.cfg.Report.Add(d)
	}
}

func (pp *Preprocessor) errorf(c diag.Code, at diag.Span, format string, args ...any) {
	pp.report(diag.Diagnostic{Code: c, Severity: severityOf(c), Span: at, Message: sprintf(format, args...)})
}

// abort reports an error that ends the reading.
func (pp *Preprocessor) abort(c diag.Code, at diag.Span, message string) {
	pp.report(diag.Diagnostic{Code: c, Span: at, Message: message})
	pp.stop()
}

// stop ends the reading: from here on there is nothing but the end.
func (pp *Preprocessor) stop() {
	pp.stopped = true
	pp.frames, pp.mains, pp.pushed = nil, nil, nil
	for i := range pp.contexts {
		pp.contexts[i].tokens = nil
	}
}

// pollEvery is how many tokens are read between two looks at the context.
const pollEvery = 1024

// poll ends the reading when the compilation is cancelled.
func (pp *Preprocessor) poll() {
	if pp.polls++; pp.polls%pollEvery == 0 && !pp.stopped && pp.ctx.Err() != nil {
		at := pp.end
		if n := len(pp.frames); n > 0 {
			at.Start = pp.frames[n-1].lexer.pos()
			at.End = at.Start
		}
		pp.abort(CodeCancelled, at, "the compilation was cancelled")
	}
}

// Next returns the next token; after the last it returns tokens of kind EOF for ever.
func (pp *Preprocessor) Next() Token {
	for {
		if len(pp.marks) > 0 {
			t := pp.marks[0]
			pp.marks = pp.marks[1:]
			return t
		}
		t := pp.pull()
		if t.kind != rawMark {
			pp.tokens += 1 + len(t.comments)
		}
		if pp.tokens > pp.limits.Tokens && !pp.stopped {
			pp.abort(CodeLimit, t.span, exceeded("too many tokens", "idl-tokens", pp.limits.Tokens))
			continue
		}
		if t.kind == rawMark {
			continue
		}
		pp.pending = append(pp.pending, t.comments...)
		t.comments = nil
		if t.kind == rawIdent && (pp.expand(t) || t.text == "_Pragma" && pp.pragmaOperator(t)) {
			continue
		}
		if t.kind == rawBad && !pp.bad(&t) {
			continue
		}
		tok := scan(t)
		tok.Unterminated = t.bad != ""
		tok.Comments, pp.pending = pp.pending, nil
		switch tok.Kind {
		case LBrace:
			pp.braces++
		case RBrace:
			pp.braces--
		}
		return tok
	}
}

// bad reports what is no token. It returns true if t was made one that stands for it.
func (pp *Preprocessor) bad(t *raw) bool {
	d := diag.Diagnostic{Code: CodeCharacter, Span: t.span, Message: "unexpected " + quote(t.text) + ": " + t.bad, Notes: t.macro.note()}
	literal := strings.TrimPrefix(t.text, "L")[:1]
	switch literal {
	case `"`:
		t.kind = rawString
	case "'":
		t.kind = rawChar
	default:
		pp.report(d)
		return false
	}
	t.text = t.text[:strings.Index(t.text, literal)] + literal + "x" + literal
	d.Code, d.Message = CodeUnterminated, t.bad
	d.Help = "a string or character literal ends on the line on which it begins"
	pp.report(d)
	return true
}

// fileToken returns the next token of the file being read, with directives carried out.
func (pp *Preprocessor) fileToken() raw {
	if t := pp.pushed; t != nil {
		pp.pushed = nil
		return *t
	}
	for {
		pp.poll()
		if len(pp.frames) == 0 {
			if !pp.nextMain() {
				return raw{kind: rawEOF, span: pp.end}
			}
			return raw{kind: rawMark}
		}
		f := pp.frames[len(pp.frames)-1]
		if n := len(f.conds); n > 0 && !f.conds[n-1].live {
			found := f.lexer.skipToDirective()
			pp.checkComment(f)
			if !found {
				return pp.endOfFile(f)
			}
		}
		t := f.lexer.next(true)
		pp.checkComment(f)
		switch {
		case t.kind == rawEOF:
			pp.pending = append(pp.pending, t.comments...)
			return pp.endOfFile(f)
		case t.first && t.is("#"):
			pp.pending = append(pp.pending, t.comments...)
			if f.state == guardAfter {
				f.state = guardNone
			}
			pp.directive(f, t)
		default:
			if f.state != guardInside {
				f.state = guardNone
			}
			if t.kind != rawBad && t.kind != rawEOF {
				f.lastEnd = t.span.End
			}
			return t
		}
		if len(pp.marks) > 0 {
			return raw{kind: rawMark}
		}
	}
}

// checkComment reports a comment without an end.
func (pp *Preprocessor) checkComment(f *frame) {
	if c := f.lexer.unterminated; c != nil {
		f.lexer.unterminated = nil
		open := *c
		open.End = open.Start
		open.End.Column += 2
		open.End.Offset += 2
		pp.report(diag.Diagnostic{Code: CodeUnterminated, Span: open, Message: "a comment without its closing */", Help: "the rest of the file is taken for a comment"})
	}
}

// endOfFile leaves the file.
func (pp *Preprocessor) endOfFile(f *frame) raw {
	for _, c := range f.conds {
		pp.errorf(CodeConditional, c.span, "this conditional has no #endif")
	}
	if f.state == guardAfter {
		f.file.guard = f.guard
	}
	at := f.lexer.pos()
	pp.frames = pp.frames[:len(pp.frames)-1]
	pp.marks = append(pp.marks, Token{Kind: FileEnd, Text: f.file.Path, Span: diag.Span{Start: at, End: at}, File: f.file, Comments: pp.takePending()})
	pp.end = diag.Span{Start: at, End: at}
	return raw{kind: rawMark}
}

func (pp *Preprocessor) takePending() []Comment {
	cs := pp.pending
	pp.pending = nil
	return cs
}

// nextMain begins the next file that is to be included first, or the next main file that was not read yet.
func (pp *Preprocessor) nextMain() bool {
	for len(pp.cfg.Preinclude) > 0 {
		name := pp.cfg.Preinclude[0]
		pp.cfg.Preinclude = pp.cfg.Preinclude[1:]
		f, _, err := pp.sources.find(name, true, "")
		if err == nil {
			pp.enter(f, diag.Span{}, "<"+name+">")
			return true
		}
		pp.errorf(CodeNoFile, diag.Span{Start: diag.Position{File: name}}, "cannot read %s: %s", name, cause(err))
	}
	for len(pp.mains) > 0 {
		name := pp.mains[0]
		pp.mains = pp.mains[1:]
		for _, p := range pp.current {
			pp.done[p] = true
		}
		pp.current = nil
		f, err := pp.sources.open(name, false)
		if err != nil {
			pp.errorf(CodeNoFile, diag.Span{Start: diag.Position{File: name}}, "cannot read %s: %s", name, cause(err))
			continue
		}
		again := f.Main || pp.done[f.Path]
		f.Main = true
		if !again {
			pp.enter(f, diag.Span{}, "")
			return true
		}
	}
	return false
}

// enter begins a file.
func (pp *Preprocessor) enter(f *SourceFile, at diag.Span, written string) {
	if pp.braces == 0 {
		pp.current = append(pp.current, f.Path)
	}
	pp.marks = append(pp.marks, Token{Kind: FileBegin, Text: written, Span: at, File: f, Comments: pp.takePending()})
	pp.frames = append(pp.frames, &frame{file: f, lexer: newLexer(f), braces: pp.braces})
}

// unread puts a token of the file back.
func (pp *Preprocessor) unread(t raw) { pp.pushed = &t }

// fileIsParen looks at the next token of the file.
func (pp *Preprocessor) fileIsParen() bool {
	if pp.pushed == nil {
		if len(pp.frames) == 0 {
			return false
		}
		f := pp.frames[len(pp.frames)-1]
		save := *f.lexer
		t := f.lexer.next(true)
		if !t.is("(") {
			*f.lexer = save // a directive, the end of the file: nothing has happened yet
			return false
		}
		pp.checkComment(f)
		pp.unread(t)
	}
	return pp.pushed.is("(")
}

// takeParen takes the parenthesis that nextIsParen saw.
func (pp *Preprocessor) takeParen() {
	for t := pp.pull(); !t.is("(") && !pp.stopped; t = pp.pull() {
	}
}

// cause says why a file cannot be read, without the path that the message names already.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file"
	}
	return err.Error()
}
