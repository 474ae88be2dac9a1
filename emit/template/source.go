package template

import (
	"fmt"
	"slices"
	"strings"
)

// A function is one that a file has, or a declaration of one.
type function struct {
	head
	scope    string // the names of the namespaces and classes around it
	in       *class // right around it, or nil
	arms     []arm  // of the conditionals around it
	declared bool   // it has no body here
	indent   string
	from     int // its first octet, without the comment
	body     int // from the brace
	end      int // to behind the last

	key                 string // what the comment in front of it says that it implements, or empty
	comment, commentEnd int
}

// An arm is one of those between #if and #endif.
type arm struct{ conditional, nth int }

// exclude reports whether two things are in different arms of one conditional.
func exclude(a, b []arm) bool {
	return slices.ContainsFunc(a, func(x arm) bool {
		return slices.ContainsFunc(b, func(y arm) bool { return x.conditional == y.conditional && x.nth != y.nth })
	})
}

// A class is one in whose braces functions may stand.
type class struct {
	name   string // with the scopes around it
	at     int    // where its brace opens
	ends   []int  // where it closes: in each arm of a conditional that closes it
	hidden bool   // what stands at its end is not public
	indent string
	arms   []arm
}

// A source is what was found in a file.
type source struct {
	functions []*function
	classes   []*class
	macros    []word            // the directives that define them
	aliases   map[string]string // names that it gives types, and these
}

// What a file may have at most; more is an [Error] that names it.
const (
	maxBraces       = 1024 // one in the other
	maxConditionals = 256  // likewise
	maxHead         = 2048 // words in front of a brace; more are no function's head
)

// A state is where a scanner is: what a preprocessor's #else goes back to.
type state struct {
	open  []brace
	paren int
	head  []word // since the last item ended
	plain bool   // no preprocessor line since head began
	note  word   // the comment in front of head, the one with a key if there are several

	older     []word // the head in front of declarations of parameters, in the old style
	olderNote word
}

type braceKind uint8

const (
	other   braceKind = iota // what is none of the following
	within                   // a value in a head, or a list in the initialiser of a member
	through                  // a namespace, or extern "C"
	classBody
	functionBody
)

// A brace is one that is open.
type brace struct {
	kind  braceKind
	name  string // of a namespace
	at    int
	f     *function
	class *class
}

func (s state) clone() state {
	s.open, s.head, s.older = slices.Clone(s.open), slices.Clone(s.head), slices.Clone(s.older)
	return s
}

type wordScanner struct {
	state
	r     *reader
	src   *source
	saved []state // at each open #if
	arms  []arm   // likewise
	count int     // of conditionals
	off   int     // how deep the #if 0 is that the scanner is in; 0: in none
}

// scan finds the functions of a file.
func scan(text []byte) (*source, error) {
	s := &wordScanner{r: &reader{src: text, lineEmpty: true}, src: new(source)}
	s.plain = true
	var words []word
	for {
		w, ok, err := s.r.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if s.off == 0 && w.kind != remark && w.kind != directive {
			words = append(words, w)
		}
		switch {
		case w.kind == directive:
			err = s.directive(w)
		case s.off > 0:
		case w.kind == remark:
			if s.outside() && len(s.head) == 0 && (keyOf(s.note.text) == "" || keyOf(w.text) != "") {
				s.note = w
			}
		default:
			err = s.word(w)
		}
		if err != nil {
			return nil, err
		}
	}
	if n := len(s.open); n > 0 {
		return nil, &Error{Line: s.r.line(s.open[n-1].at), What: "a brace is not closed"}
	}
	if s.paren > 0 {
		return nil, &Error{Line: s.r.line(s.head[0].from), What: "a parenthesis is not closed"}
	}
	if len(s.saved) > 0 {
		return nil, &Error{Line: s.r.line(len(text)), What: "an #if has no #endif"}
	}
	slices.SortStableFunc(s.src.functions, func(a, b *function) int { return a.from - b.from })
	s.src.aliases = aliases(words)
	return s.src, nil
}

// outside reports whether the scanner is where functions are defined.
func (s *wordScanner) outside() bool {
	return len(s.open) == 0 || s.open[len(s.open)-1].kind == through || s.open[len(s.open)-1].kind == classBody
}

func (s *wordScanner) directive(w word) error {
	text := strings.TrimPrefix(strings.TrimPrefix(w.text, "#"), "%:")
	fields := strings.Fields(text)
	verb := ""
	if len(fields) > 0 {
		verb = fields[0]
	}
	if len(s.head) > 0 {
		s.plain = false
	} else {
		s.note = word{}
	}
	switch {
	case strings.HasPrefix(verb, "if"):
		if len(s.saved) == maxConditionals {
			return &Error{Line: s.r.line(w.from), What: fmt.Sprintf("more than %d #if in one another", maxConditionals)}
		}
		s.saved = append(s.saved, s.state.clone())
		s.count++
		s.arms = append(s.arms, arm{s.count, 0})
		if s.off == 0 && verb == "if" && len(fields) > 1 && fields[1] == "0" {
			s.off = len(s.saved)
		}
	case strings.HasPrefix(verb, "el"): // else, elif, elifdef
		if len(s.saved) == 0 {
			return &Error{Line: s.r.line(w.from), What: "#" + verb + " without #if"}
		}
		s.arms[len(s.arms)-1].nth++
		if s.off == len(s.saved) {
			s.off = 0
		}
		if s.off == 0 {
			s.state = s.saved[len(s.saved)-1].clone()
		}
	case verb == "endif":
		if len(s.saved) == 0 {
			return &Error{Line: s.r.line(w.from), What: "#endif without #if"}
		}
		if s.off == len(s.saved) {
			s.off = 0
			s.state = s.saved[len(s.saved)-1].clone()
		}
		s.saved, s.arms = s.saved[:len(s.saved)-1], s.arms[:len(s.arms)-1]
	case verb == "define" && s.off == 0:
		s.src.macros = append(s.src.macros, w)
	}
	return nil
}

func (s *wordScanner) word(w word) error {
	if w.kind == sign {
		switch w.text {
		case "{":
			if len(s.open) == maxBraces {
				return &Error{Line: s.r.line(w.from), What: fmt.Sprintf("more than %d braces in one another", maxBraces)}
			}
			s.openBrace(w)
			return nil
		case "}":
			return s.closeBrace(w)
		}
	}
	if !s.outside() {
		return nil
	}
	if w.kind == sign {
		switch w.text {
		case "(":
			s.paren++
		case ")":
			s.paren = max(0, s.paren-1)
		case ";":
			if s.paren == 0 {
				s.statement(w)
				return nil
			}
		case ":":
			if c := s.class(); c != nil && s.isLabel() {
				c.hidden = s.head[0].text != "public"
				s.reset()
				return nil
			}
		}
	}
	if len(s.head) == 0 {
		s.plain = true
	}
	if s.head = append(s.head, w); len(s.head) > maxHead {
		s.head = s.head[1:]
	}
	return nil
}

// class returns the class in whose braces the scanner is, or nil.
func (s *wordScanner) class() *class {
	if n := len(s.open); n > 0 {
		return s.open[n-1].class
	}
	return nil
}

// isLabel reports whether the head says who may use what follows.
func (s *wordScanner) isLabel() bool {
	return len(s.head) > 0 && len(s.head) < 3 && (s.head[0].text == "public" || s.head[0].text == "private" || s.head[0].text == "protected")
}

// reset begins a new item.
func (s *wordScanner) reset() {
	s.head, s.older, s.paren, s.plain, s.note = nil, nil, 0, true, word{}
}

// statement ends what has no body. It may be the begin of a head in the old style: f(a) long a; {
func (s *wordScanner) statement(w word) {
	if len(s.older) > 0 && len(s.older) < maxHead && len(s.head) > 1 && len(declarators(s.head)) == 0 {
		s.older, s.head, s.note = append(s.older, append(s.head, w)...), nil, word{}
		return
	}
	h := newHead(slices.Clone(s.head), s.plain)
	note := s.note
	older := isOld(&h)
	if len(h.names) > 0 && len(h.words) < maxHead {
		f := s.function(h, w.from)
		f.declared = true
		s.src.functions = append(s.src.functions, f)
	}
	s.reset()
	if older {
		s.older, s.olderNote = append(h.words, w), note
	}
}

// isOld reports whether what ends in a semicolon may be a head in the old style up to its first declaration: behind parentheses
// with nothing but names in them stand at least two words.
func isOld(h *head) bool {
	if len(h.names) != 1 {
		return false
	}
	d := h.names[0]
	for _, w := range h.words[d.open+1 : d.close] {
		if w.kind != name && !w.is(",") {
			return false
		}
	}
	return d.close > d.open+1 && len(h.words) > d.close+2 && h.words[d.close+1].kind == name
}

func (s *wordScanner) openBrace(w word) {
	b := brace{at: w.from}
	if !s.outside() || s.paren > 0 {
		b.kind = within
		s.open = append(s.open, b)
		return
	}
	if len(s.head) == 0 && len(s.older) > 0 { // behind the declarations of parameters
		h := newHead(s.older, false)
		h.old = true
		s.note = s.olderNote
		s.dropDeclaration(h.words[0].from)
		b.kind, b.f = functionBody, s.function(h, w.from)
		s.open = append(s.open, b)
		s.reset()
		return
	}
	h := newHead(slices.Clone(s.head), s.plain)
	className, isClass := classOf(s.head)
	switch {
	case len(s.head) == 2 && s.head[0].text == "extern" && s.head[1].kind == literal:
		b.kind = through
	case isNamespace(s.head):
		b.kind, b.name = through, namespaceOf(s.head)
	case isClass:
		if className != "" {
			b.kind = classBody
			b.class = &class{name: join(s.scope(), className), at: w.from, arms: slices.Clone(s.arms), indent: s.indentOf(s.head[0].from),
				hidden: slices.ContainsFunc(s.head, func(w word) bool { return w.text == "class" })}
			s.src.classes = append(s.src.classes, b.class)
		}
	case len(h.names) > 0 && len(h.words) < maxHead:
		if initialises(&h) {
			b.kind = within
			s.open = append(s.open, b)
			return
		}
		b.kind, b.f = functionBody, s.function(h, w.from)
	}
	s.open = append(s.open, b)
	s.reset()
}

// dropDeclaration takes back what seemed to be a declaration.
func (s *wordScanner) dropDeclaration(from int) {
	s.src.functions = slices.DeleteFunc(s.src.functions, func(f *function) bool { return f.declared && f.from == from })
}

// initialises reports whether a brace behind a head is the value of a member in the list of a constructor.
func initialises(h *head) bool {
	d := h.names[len(h.names)-1]
	if n := len(h.words); n < d.close+3 || !slices.ContainsFunc(h.words[d.close+1:], func(w word) bool { return w.is(":") }) {
		return false
	}
	last := h.words[len(h.words)-1]
	return last.names() || last.is(">")
}

func (s *wordScanner) function(h head, body int) *function {
	f := &function{head: h, scope: s.scope(), in: s.class(), arms: slices.Clone(s.arms), body: body, end: body, from: h.words[0].from}
	f.indent = s.indentOf(f.from)
	if key := keyOf(s.note.text); key != "" {
		f.key, f.comment, f.commentEnd = key, s.note.from, s.note.to
	}
	return f
}

// indentOf returns the blanks in front of a place.
func (s *wordScanner) indentOf(at int) string {
	from := at
	for from > 0 && (s.r.src[from-1] == ' ' || s.r.src[from-1] == '\t') {
		from--
	}
	return string(s.r.src[from:at])
}

// keyOf returns the key with which a generated comment begins, or "".
func keyOf(text string) string {
	rest, ok := strings.CutPrefix(text, "/* ")
	if !ok {
		return ""
	}
	key, _, _ := strings.Cut(strings.TrimSuffix(rest, " */"), ": ")
	if at := strings.LastIndex(key, "::"); at <= 0 || at+2 == len(key) {
		return ""
	}
	for _, c := range []byte(key) {
		if !isLetter(c) && !isDigit(c) && c != ':' {
			return ""
		}
	}
	return key
}

func (s *wordScanner) closeBrace(w word) error {
	n := len(s.open)
	if n == 0 {
		return &Error{Line: s.r.line(w.from), What: "a brace closes what is not open"}
	}
	b := s.open[n-1]
	s.open = s.open[:n-1]
	switch b.kind {
	case functionBody:
		if b.f.end == b.f.body { // not closed yet in another arm of an #if
			s.src.functions = append(s.src.functions, b.f)
		}
		b.f.end = w.to
		s.reset()
	case classBody:
		b.class.ends = append(b.class.ends, w.from)
		s.reset()
	case through:
		s.reset()
	case within:
		if s.outside() && s.paren == 0 && len(s.head) > 0 {
			s.head = append(s.head, word{kind: sign, from: w.from, to: w.to, text: "}"})
		}
	}
	return nil
}
