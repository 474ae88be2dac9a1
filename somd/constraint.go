package somd

import (
	"strings"

	"github.com/opendsom/dsom/exc"
)

// Limits of constraints.
const (
	MaxConstraint      = 4096 // octets
	MaxConstraintDepth = 64   // parentheses and nots in one another
)

// A Constraint is a condition on the properties of a server of a class, as IBM's somdCreate and factory service have it:
//
//	class=='Car' and (alias=='east' or not alias=='west')
//
// Properties are compared with texts by == and !=. A property that there is not is the empty text.
type Constraint struct {
	text string
	root func(property func(string) string) bool
}

// ParseConstraint reads a constraint. The name of a class alone stands for class=='…'.
func ParseConstraint(text string) (Constraint, error) {
	if len(text) > MaxConstraint {
		return Constraint{}, exc.New(exc.BadParam, exc.MinorLimit, exc.No, "a constraint of %d octets, and at most %d are allowed (MaxConstraint)", len(text), MaxConstraint)
	}
	p := &constraintParser{text: text, rest: text}
	if name := strings.TrimSpace(text); name != "" && strings.Trim(name, letters+digits+"_:") == "" && strings.Trim(name[:1], digits+":") != "" {
		return Constraint{text, func(property func(string) string) bool { return property("class") == name }}, nil
	}
	root, err := p.or()
	if err == nil && p.word() != "" {
		err = p.wrong("the end, and or or")
	}
	return Constraint{text, root}, err
}

func (c Constraint) String() string { return c.text }

// Holds reports whether the constraint holds for what has these properties.
func (c Constraint) Holds(property func(name string) string) bool { return c.root(property) }

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

type constraintParser struct {
	text, rest string
	depth      int
}

type condition = func(func(string) string) bool

func (p *constraintParser) wrong(want string) error {
	return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "constraint %.200q, octet %d: want %s, such as class=='Car' and alias=='east'", p.text, len(p.text)-len(p.rest)+1, want)
}

// word returns the next word or sign, without taking it.
func (p *constraintParser) word() string {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	n := len(p.rest) - len(strings.TrimLeft(p.rest, letters+digits+"_"))
	switch {
	case n > 0:
	case strings.HasPrefix(p.rest, "==") || strings.HasPrefix(p.rest, "!="):
		n = 2
	case p.rest != "":
		n = 1
	}
	return p.rest[:n]
}

func (p *constraintParser) take(word string) bool {
	if w := p.word(); w == word || strings.EqualFold(w, word) {
		p.rest = p.rest[len(w):]
		return true
	}
	return false
}

func (p *constraintParser) or() (condition, error) {
	a, err := p.and()
	for err == nil && p.take("or") {
		var b condition
		left := a
		b, err = p.and()
		a = func(x func(string) string) bool { return left(x) || b(x) }
	}
	return a, err
}

func (p *constraintParser) and() (condition, error) {
	a, err := p.not()
	for err == nil && p.take("and") {
		var b condition
		left := a
		b, err = p.not()
		a = func(x func(string) string) bool { return left(x) && b(x) }
	}
	return a, err
}

func (p *constraintParser) not() (condition, error) {
	if p.depth++; p.depth > MaxConstraintDepth {
		return nil, exc.New(exc.BadParam, exc.MinorLimit, exc.No, "constraint %.100q: more than %d parentheses and nots in one another (MaxConstraintDepth)", p.text, MaxConstraintDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.take("not"):
		a, err := p.not()
		return func(x func(string) string) bool { return !a(x) }, err
	case p.take("("):
		a, err := p.or()
		if err == nil && !p.take(")") {
			err = p.wrong("a )")
		}
		return a, err
	}
	name := p.word()
	if name == "" || strings.Trim(name[:1], letters+"_") != "" {
		return nil, p.wrong("a property's name")
	}
	p.rest = p.rest[len(name):]
	equal := p.take("==")
	if !equal && !p.take("!=") {
		return nil, p.wrong("== or !=")
	}
	quote := p.word()
	if quote != "'" && quote != `"` {
		return nil, p.wrong("a text in quotes")
	}
	value, rest, closed := strings.Cut(p.rest[1:], quote)
	if !closed {
		return nil, p.wrong("a text in quotes, whose end is missing")
	}
	p.rest = rest
	return func(x func(string) string) bool { return (x(name) == value) == equal }, nil
}
