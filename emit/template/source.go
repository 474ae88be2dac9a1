package template

import (
	"fmt"
	"slices"
	"strings"
)

// A function is one that a file has.
type function struct {
	name          string // with the class around it
	head, headEnd int    // from its first word to behind its parameters
	words         []word
	plainHead     bool // no preprocessor line stands within it
	body, end     int  // from the brace to behind the last
	indent        string

	key                 string // what the comment in front of it says that it implements, or empty
	comment, commentEnd int
}

// A class is one in whose braces functions may stand.
type class struct {
	name string
	end  int // where its brace closes
}

// A source is what was found in a file.
type source struct {
	functions []*function
	classes   []class
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
	note  word   // the comment right in front of head
}

type braceKind uint8

const (
	other braceKind = iota // what is none of the following
	through
	classBody
	functionBody
)

// A brace is one that is open.
type brace struct {
	kind braceKind
	name string
	at   int
	f    *function
}

func (s state) clone() state {
	s.open, s.head = slices.Clone(s.open), slices.Clone(s.head)
	return s
}

type scanner struct {
	state
	r     *reader
	src   *source
	saved []state // at each open #if
	off   int     // how deep the #if 0 is that the scanner is in; 0: in none
}

// scan finds the functions of a file.
func scan(text []byte) (*source, error) {
	s := &scanner{r: &reader{src: text, lineEmpty: true}, src: new(source)}
	s.plain = true
	for {
		w, ok, err := s.r.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		switch {
		case w.kind == directive:
			err = s.directive(w)
		case s.off > 0:
		case w.kind == remark:
			if s.outside() && len(s.head) == 0 {
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
		return nil, &Error{s.r.line(s.open[n-1].at), "a brace is not closed"}
	}
	if s.paren > 0 {
		return nil, &Error{s.r.line(s.head[0].from), "a parenthesis is not closed"}
	}
	if len(s.saved) > 0 {
		return nil, &Error{s.r.line(len(text)), "an #if has no #endif"}
	}
	slices.SortFunc(s.src.functions, func(a, b *function) int { return a.head - b.head })
	return s.src, nil
}

// outside reports whether the scanner is where functions are defined.
func (s *scanner) outside() bool {
	return len(s.open) == 0 || s.open[len(s.open)-1].kind == through || s.open[len(s.open)-1].kind == classBody
}

func (s *scanner) directive(w word) error {
	fields := strings.Fields(strings.TrimLeft(strings.TrimPrefix(w.text, "#"), " \t"))
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
			return &Error{s.r.line(w.from), fmt.Sprintf("more than %d #if in one another", maxConditionals)}
		}
		s.saved = append(s.saved, s.state.clone())
		if s.off == 0 && verb == "if" && len(fields) > 1 && fields[1] == "0" {
			s.off = len(s.saved)
		}
	case strings.HasPrefix(verb, "el"): // else, elif, elifdef
		if len(s.saved) == 0 {
			return &Error{s.r.line(w.from), "#" + verb + " without #if"}
		}
		if s.off == len(s.saved) {
			s.off = 0
		}
		if s.off == 0 {
			s.state = s.saved[len(s.saved)-1].clone()
		}
	case verb == "endif":
		if len(s.saved) == 0 {
			return &Error{s.r.line(w.from), "#endif without #if"}
		}
		if s.off == len(s.saved) {
			s.off = 0
			s.state = s.saved[len(s.saved)-1].clone()
		}
		s.saved = s.saved[:len(s.saved)-1]
	}
	return nil
}

func (s *scanner) word(w word) error {
	if w.kind == sign {
		switch w.text {
		case "{":
			if len(s.open) == maxBraces {
				return &Error{s.r.line(w.from), fmt.Sprintf("more than %d braces in one another", maxBraces)}
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
				s.reset()
				return nil
			}
		case ":":
			if n := len(s.head); n == 1 && slices.Contains([]string{"public", "private", "protected"}, s.head[0].text) {
				s.reset()
				return nil
			}
		}
	}
	if s.head = append(s.head, w); len(s.head) > maxHead {
		s.head = s.head[1:]
	}
	return nil
}

// reset begins a new item.
func (s *scanner) reset() { s.head, s.paren, s.plain, s.note = nil, 0, true, word{} }

func (s *scanner) openBrace(w word) {
	b := brace{at: w.from}
	if !s.outside() || s.paren > 0 {
		s.open = append(s.open, b)
		return
	}
	open, isFunction := parameters(s.head)
	switch {
	case isFunction:
		b.kind = functionBody
		b.f = s.function(open, w.from)
	case len(s.head) == 2 && s.head[0].text == "extern" && s.head[1].kind == literal, len(s.head) > 0 && (s.head[0].text == "namespace" || s.head[0].text == "inline"):
		b.kind = through
	default:
		if name := className(s.head); name != "" {
			b.kind, b.name = classBody, name
		}
	}
	s.open = append(s.open, b)
	s.reset()
}

// className returns the name of the class whose head this is, or "".
func className(head []word) string {
	for i, w := range head {
		if w.text == "enum" || w.text == "=" {
			return ""
		}
		if w.text != "class" && w.text != "struct" {
			continue
		}
		at := ""
		for _, x := range head[i+1:] {
			if x.kind != name && x.text != "::" {
				break
			}
			if x.kind == name && x.text != "final" {
				at = x.text
			}
		}
		if !slices.ContainsFunc(head[:i], func(x word) bool { return x.text == "<" }) || slices.ContainsFunc(head[:i], func(x word) bool { return x.text == ">" }) {
			return at
		}
	}
	return ""
}

func (s *scanner) function(open, brace int) *function {
	head := slices.Clone(s.head)
	f := &function{head: head[0].from, words: head, plainHead: s.plain, body: brace, name: head[open-1].text}
	for i := open - 2; i > 0 && head[i].text == "::"; i -= 2 {
		f.name = head[i-1].text + "::" + f.name
	}
	for _, b := range s.open {
		if b.kind == classBody {
			f.name = b.name + "::" + f.name
		}
	}
	f.headEnd = parametersEnd(head)
	if f.headEnd == 0 {
		f.plainHead = false
	}
	for i := f.head - 1; i >= 0 && (s.r.src[i] == ' ' || s.r.src[i] == '\t'); i-- {
		f.indent = string(s.r.src[i:i+1]) + f.indent
	}
	if key := keyOf(s.note.text); key != "" {
		f.key, f.comment, f.commentEnd = key, s.note.from, s.note.to
	}
	return f
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

func (s *scanner) closeBrace(w word) error {
	n := len(s.open)
	if n == 0 {
		return &Error{s.r.line(w.from), "a brace closes what is not open"}
	}
	b := s.open[n-1]
	s.open = s.open[:n-1]
	switch b.kind {
	case functionBody:
		b.f.end = w.to
		s.src.functions = append(s.src.functions, b.f)
		s.reset()
	case classBody:
		s.src.classes = append(s.src.classes, class{b.name, w.from})
		s.reset()
	case through:
		s.reset()
	}
	return nil
}
