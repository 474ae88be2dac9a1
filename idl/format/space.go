package format

import (
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
)

// A spacer decides which tokens of a statement have a blank between them.
type spacer struct {
	open    []byte // '(' '@' (of an annotation) '[' '<' that are open
	assign  bool   // an = was there: what follows is an expression
	label   bool   // the statement is a label, or such in a SOM class: no blank before a colon
	unary   bool   // the token before is an operator with one operand
	at      bool   // an annotation's name is being read
	closing bool   // the token before is >> that closes two brackets
}

// labels reports whether a colon in a statement that begins with p ends a label rather than
// begins a list of bases.
func labels(ps []piece) bool {
	for i := range ps {
		if ps[i].isKeyword("case", "default") {
			return true
		}
		if ps[i].isKeyword("interface", "valuetype", "eventtype", "struct", "component", "home", "exception", "union", "enum", "bitset", "bitmask", "porttype", "connector") {
			return false
		}
	}
	return true
}

func (s *spacer) top() byte {
	if len(s.open) == 0 {
		return 0
	}
	return s.open[len(s.open)-1]
}

func (s *spacer) push(c byte) { s.open = append(s.open, c) }

func (s *spacer) pop(cs string) {
	if len(s.open) > 0 && strings.IndexByte(cs, s.top()) >= 0 {
		s.open = s.open[:len(s.open)-1]
	}
}

// space reports whether a blank stands between prev and cur; next is what follows cur. It is
// called for each piece of a statement in turn; prev is nil for the first.
func (s *spacer) space(prev, cur, next *piece) bool {
	want := prev != nil && s.decide(prev, cur, next)
	if prev != nil && !want && glued(prev, cur) {
		want = true
	}
	s.take(prev, cur)
	return want
}

func (s *spacer) decide(prev, cur, next *piece) bool {
	if prev.comment() {
		return cur.kind != syntax.Semicolon && cur.kind != syntax.Comma && cur.kind != syntax.RParen && cur.kind != syntax.RBracket
	}
	opened := prev.kind == syntax.LParen || prev.kind == syntax.LBracket || prev.kind == syntax.Less && s.top() == '<'
	if cur.comment() {
		return !opened
	}
	if prev.kind == syntax.Other || cur.kind == syntax.Other {
		return cur.spaced
	}
	switch cur.kind {
	case syntax.Semicolon, syntax.Comma, syntax.RParen, syntax.RBracket, syntax.LBracket, syntax.Less:
		return false
	case syntax.Greater:
		return false
	case syntax.LBrace, syntax.RBrace:
		return !(prev.kind == syntax.LBrace && cur.kind == syntax.RBrace)
	case syntax.Colon:
		return !s.label
	case syntax.Op:
		if cur.text == ">>" && s.top() == '<' {
			return false
		}
	case syntax.Equals:
		return s.top() != '@'
	}
	switch {
	case opened, prev.kind == syntax.At, prev.kind == syntax.Scope, s.unary:
		return false
	case prev.kind == syntax.Equals:
		return s.top() != '@'
	case cur.kind == syntax.Scope:
		return prev.kind == syntax.Keyword || prev.kind != syntax.Ident && prev.kind != syntax.Scope || cur.spaced && !next.spaced
	case cur.kind == syntax.LParen:
		if prev.kind == syntax.Keyword || prev.kind == syntax.Ident {
			return !s.at && prev.isKeyword("raises", "getraises", "setraises", "context", "switch")
		}
		return prev.kind != syntax.RParen
	}
	return true
}

// take notes what the piece changes.
func (s *spacer) take(prev, cur *piece) {
	unary, at := s.unary, s.at
	s.unary, s.closing = false, false
	switch cur.kind {
	case syntax.At:
		s.at = true
	case syntax.LParen:
		if at {
			s.push('@')
		} else {
			s.push('(')
		}
	case syntax.LBracket:
		s.push('[')
	case syntax.Less:
		s.push('<')
	case syntax.RParen:
		s.pop("(@")
	case syntax.RBracket:
		s.pop("[")
	case syntax.Greater:
		s.pop("<")
	case syntax.Equals:
		s.assign = true
	case syntax.Semicolon, syntax.LBrace, syntax.RBrace:
		s.open, s.assign = s.open[:0], false
	case syntax.Op:
		switch {
		case cur.text == ">>" && s.top() == '<':
			s.pop("<")
			s.pop("<")
			s.closing = true
		case cur.text == "~" || unary:
			s.unary = true
		case cur.text == "*":
			s.unary = s.pointer(prev)
		case cur.text == "+" || cur.text == "-":
			s.unary = !operand(prev)
		}
	}
	if cur.kind != syntax.At && at && cur.kind != syntax.Scope && (prev.kind != syntax.At && prev.kind != syntax.Scope) {
		s.at = false
	}
}

// pointer reports whether a * behind prev is that of a pointer (SOM IDL).
func (s *spacer) pointer(prev *piece) bool {
	if s.assign || s.top() == '[' || s.top() == '@' || prev == nil {
		return false
	}
	return prev.kind == syntax.Keyword || prev.kind == syntax.Ident || prev.kind == syntax.Greater || s.closing
}

// operand reports whether an operator behind prev joins it with what follows.
func operand(prev *piece) bool {
	if prev == nil {
		return false
	}
	switch prev.kind {
	case syntax.Ident, syntax.Number, syntax.Char, syntax.String, syntax.RParen:
		return true
	}
	return prev.verbatim || prev.isKeyword("TRUE", "FALSE")
}

// glued reports whether two tokens would be read as others without a blank between them.
func glued(prev, cur *piece) bool {
	if prev.slashed() {
		return true
	}
	if prev.comment() || cur.comment() || prev.text == "" || cur.text == "" {
		return false
	}
	a, b := prev.text[len(prev.text)-1], cur.text[0]
	switch {
	case word(a) && (word(b) || b == '.' || prev.kind == syntax.Number && (b == '+' || b == '-')):
		return true
	case a == '.' || b == '.', a == '#' || b == '#':
		return true
	case a == 'L' && (b == '"' || b == '\''):
		return true
	case a == '/' && (b == '/' || b == '*'):
		return true
	}
	return strings.IndexByte("<>:&|=!+-", a) >= 0 && (b == a || b == '=') && prev.text != "::" && prev.text != ">>"
}

func word(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
