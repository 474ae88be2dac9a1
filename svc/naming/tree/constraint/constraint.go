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
// Three words have a meaning of their own where texts are compared, as in DSOM: _ANY is equal to every
// text, on either side, _LOCAL to every text that names this machine, and _NULL to the empty text and to what is missing.
// What is equal is neither less nor greater.
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
	// Property returns the value of a property, false if there is none of that name. Unknown is that of one that may have any value, or
	// be missing.
	Property func(name string) (Value, bool)
	// Local reports whether a text names this machine; nil: none does.
	Local func(text string) bool

	// Steps is how much work Match has done so far: one for each property that was looked at and each comparison, and one more for every 64
	// octets of the texts that it compared.
	Steps int
}

// stepOctets is how many octets of text are a step.
const stepOctets = 64

// Match reports whether the constraint holds for s, whatever those of its properties are that are unknown.
func (e *Expr) Match(s *Subject) bool { return e.root.holds(s) == yes }

// Possible reports whether the constraint may hold for s, where it has unknown properties. It looks at each property by itself: that
// a and not a cannot both hold escapes it.
func (e *Expr) Possible(s *Subject) bool { return e.root.holds(s) != no }

// A verdict is what is known of whether a constraint holds. They are in an order: and is the least of its parts, or the greatest.
type verdict int8

const (
	no verdict = iota
	perhaps
	yes
)

func verdictOf(is bool) verdict {
	if is {
		return yes
	}
	return no
}

// A node is a part of an expression that is true or false.
type node interface{ holds(s *Subject) verdict }

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

func (n allOf) holds(s *Subject) verdict {
	least := yes
	for _, x := range n {
		if least = min(least, x.holds(s)); least == no {
			break
		}
	}
	return least
}

func (n anyOf) holds(s *Subject) verdict {
	greatest := no
	for _, x := range n {
		if greatest = max(greatest, x.holds(s)); greatest == yes {
			break
		}
	}
	return greatest
}

func (n isNot) holds(s *Subject) verdict { return yes - n.not.holds(s) }

func (n exists) holds(s *Subject) verdict {
	v, ok := operand{name: n.name}.value(s)
	if v.kind == unknown {
		return perhaps
	}
	return verdictOf(ok)
}

func (n truth) holds(s *Subject) verdict {
	v, ok := n.of.value(s)
	if v.kind == unknown {
		return perhaps
	}
	return verdictOf(ok && v.kind == Boolean && v.integer != 0)
}

func (n compared) holds(s *Subject) verdict {
	l, has := n.left.value(s)
	r, alsoHas := n.right.value(s)
	if l.kind == unknown || r.kind == unknown {
		return perhaps
	}
	if !has || !alsoHas {
		return verdictOf(n.op == tokenEqual && (has && l.null() || alsoHas && r.null()))
	}
	s.Steps += 1 + (l.Octets()+r.Octets())/stepOctets
	switch n.op {
	case tokenEqual:
		return verdictOf(equal(l, r, s))
	case tokenUnequal:
		return verdictOf(!equal(l, r, s))
	case tokenContains:
		return verdictOf(l.kind == Text && r.kind == Text && strings.Contains(l.text, r.text))
	}
	c, ok := l.compare(r)
	if !ok {
		return no
	}
	if equal(l, r, s) { // also by a word with a meaning of its own
		c = 0
	}
	switch n.op {
	case tokenLess:
		return verdictOf(c < 0)
	case tokenAtMost:
		return verdictOf(c <= 0)
	case tokenMore:
		return verdictOf(c > 0)
	}
	return verdictOf(c >= 0)
}

// The words with a meaning of their own.
const (
	Any   = "_ANY"   // equal to every text
	Local = "_LOCAL" // equal to every text that names this machine
	Null  = "_NULL"  // equal to the empty text, and to what is missing
)

// equal is ==.
func equal(l, r Value, s *Subject) bool {
	if l.kind == Text && r.kind == Text {
		return l.text == r.text || l.text == Any || r.text == Any || l.null() && r.text == "" || r.null() && l.text == "" || local(l.text, r.text, s) || local(r.text, l.text, s)
	}
	return l.Equal(r)
}

func (v Value) null() bool { return v.kind == Text && v.text == Null }

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
