// Package constraint is the language in which one says what properties a name is to have:
//
//	class=='Car' and alias=='east'
//	(speed >= 100 or not exist speed) and colour != "red" and title ~ 'main'
//
// An expression is made of comparisons (== != < <= > >=, and ~ for "contains"), exist and the
// name of a property, and properties, TRUE and FALSE standing alone, joined by and, or, not and
// parentheses; not binds strongest, or weakest. Strings stand between ' or ", with \ before an
// octet that is meant literally. Texts are compared by their octets, numbers by what they are, and
// truth only for being the same. A comparison with a property that is missing is false, also with !=; of
// values of two kinds != is true and all others are false.
//
// Two words have a meaning of their own where == or != compares texts, as in DSOM: _ANY is equal to every
// text, on either side, and _LOCAL to every text that names this machine.
package constraint

import "strings"

// An Expr is a parsed constraint. It is immutable.
type Expr struct {
	text string
	root node
}

// String returns the constraint as it was written.
func (e *Expr) String() string { return e.text }

// Subject is what a constraint is held against.
type Subject struct {
	// Property returns the value of a property, false if there is none of that name.
	Property func(name string) (Value, bool)
	// Local reports whether a text names this machine; nil: none does.
	Local func(text string) bool

	// Steps is how much work Match has done so far: one for each property that was looked at and each comparison, and one more for every 64
	// octets of the texts that it compared.
	Steps int
}

// stepOctets is how many octets of text are a step.
const stepOctets = 64

// Match reports whether the constraint holds for s.
func (e *Expr) Match(s *Subject) bool { return e.root.holds(s) }

// A node is a part of an expression that is true or false.
type node interface{ holds(s *Subject) bool }

type (
	allOf  []node // joined by and
	anyOf  []node // joined by or
	isNot  struct{ not node }
	exists struct{ name string }
	truth  struct{ of operand } // a property or constant that stands alone
	// compared is left op right.
	compared struct {
		op          token
		left, right operand
	}
)

func (n allOf) holds(s *Subject) bool {
	for _, x := range n {
		if !x.holds(s) {
			return false
		}
	}
	return true
}

func (n anyOf) holds(s *Subject) bool {
	for _, x := range n {
		if x.holds(s) {
			return true
		}
	}
	return false
}

func (n isNot) holds(s *Subject) bool { return !n.not.holds(s) }

func (n exists) holds(s *Subject) bool {
	_, ok := operand{name: n.name}.value(s)
	return ok
}

func (n truth) holds(s *Subject) bool {
	v, ok := n.of.value(s)
	return ok && v.kind == Boolean && v.integer != 0
}

func (n compared) holds(s *Subject) bool {
	l, ok := n.left.value(s)
	if !ok {
		return false
	}
	r, ok := n.right.value(s)
	if !ok {
		return false
	}
	s.Steps += 1 + (len(l.text)+len(r.text))/stepOctets
	switch n.op {
	case tokenEqual:
		return equal(l, r, s)
	case tokenUnequal:
		return !equal(l, r, s)
	case tokenContains:
		return l.kind == Text && r.kind == Text && strings.Contains(l.text, r.text)
	}
	c, ok := l.compare(r)
	if !ok {
		return false
	}
	switch n.op {
	case tokenLess:
		return c < 0
	case tokenAtMost:
		return c <= 0
	case tokenMore:
		return c > 0
	}
	return c >= 0
}

// The words with a meaning of their own.
const (
	Any   = "_ANY"   // equal to every text
	Local = "_LOCAL" // equal to every text that names this machine
)

// equal is ==.
func equal(l, r Value, s *Subject) bool {
	if l.kind == Text && r.kind == Text {
		return l.text == r.text || l.text == Any || r.text == Any || local(l.text, r.text, s) || local(r.text, l.text, s)
	}
	return l.Equal(r)
}

func local(word, text string, s *Subject) bool {
	return word == Local && s.Local != nil && s.Local(text)
}

// An operand is a property or a constant.
type operand struct {
	name  string // of the property; "": constant
	fixed Value
}

func (o operand) value(s *Subject) (Value, bool) {
	if o.name == "" {
		return o.fixed, true
	}
	s.Steps++
	return s.Property(o.name)
}
