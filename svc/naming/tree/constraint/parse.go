package constraint

import (
	"fmt"
	"strings"
)

// Limits of a constraint; errors name them as in the comments.
const (
	MaxText  = 4096 // constraint-octets: octets of its text
	MaxDepth = 64   // constraint-depth: parentheses and nots inside one another
)

// A SyntaxError says what is wrong with a constraint, and where.
type SyntaxError struct {
	Text    string // the constraint; "" if it is longer than MaxText
	At      int    // the octet, from 0; -1: nowhere
	Problem string
}

// Error shows the place.
func (e *SyntaxError) Error() string {
	if e.At < 0 {
		return "the constraint cannot be read: " + e.Problem
	}
	return fmt.Sprintf("the constraint cannot be read at character %d, %q: %s", e.At+1, e.near(), e.Problem)
}

// near is a piece of the text from the place on.
func (e *SyntaxError) near() string {
	const most = 20
	rest := e.Text[e.At:]
	if len(rest) > most {
		rest = rest[:most] + "…"
	}
	return strings.ToValidUTF8(rest, "?")
}

// New parses a constraint. Its error is a *SyntaxError.
func New(text string) (*Expr, error) {
	if len(text) > MaxText {
		return nil, &SyntaxError{At: -1, Problem: fmt.Sprintf("limit constraint-octets of %d exceeded: got %d", MaxText, len(text))}
	}
	p := &parser{lexer: lexer{text: text}}
	if err := p.next(); err != nil {
		return nil, err
	}
	root, err := p.or()
	if err == nil && p.is != tokenEnd {
		err = p.wrong("this is not expected here: join conditions by and, or")
	}
	if err != nil {
		return nil, err
	}
	return &Expr{text, root}, nil
}

type parser struct {
	lexer
	depth int
}

func (p *parser) or() (node, error) {
	first, err := p.and()
	if err != nil || p.is != tokenOr {
		return first, err
	}
	all := anyOf{first}
	for p.is == tokenOr {
		if err := p.next(); err != nil {
			return nil, err
		}
		n, err := p.and()
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

func (p *parser) and() (node, error) {
	first, err := p.not()
	if err != nil || p.is != tokenAnd {
		return first, err
	}
	all := allOf{first}
	for p.is == tokenAnd {
		if err := p.next(); err != nil {
			return nil, err
		}
		n, err := p.not()
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

func (p *parser) not() (node, error) {
	if p.is != tokenNot && p.is != tokenOpen {
		return p.condition()
	}
	if p.depth++; p.depth > MaxDepth {
		return nil, p.wrong("limit constraint-depth of %d exceeded: got %d", MaxDepth, p.depth)
	}
	defer func() { p.depth-- }()
	word := p.is
	if err := p.next(); err != nil {
		return nil, err
	}
	if word == tokenNot {
		n, err := p.not()
		return isNot{n}, err
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.is != tokenClose {
		return nil, p.wrong("a ) is missing")
	}
	return n, p.next()
}

// condition is what is true or false without and, or, not.
func (p *parser) condition() (node, error) {
	if p.is == tokenExist {
		if err := p.next(); err != nil {
			return nil, err
		}
		if p.is != tokenName {
			return nil, p.wrong("behind exist belongs the name of a property")
		}
		n := exists{p.name}
		return n, p.next()
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	if p.is < tokenEqual {
		if left.name == "" && left.fixed.kind != Boolean {
			return nil, p.wrong("a comparison is missing behind the constant")
		}
		return truth{left}, nil
	}
	op := p.is
	if err := p.next(); err != nil {
		return nil, err
	}
	right, err := p.operand()
	return compared{op, left, right}, err
}

// operand is a property or a constant.
func (p *parser) operand() (o operand, err error) {
	switch p.is {
	case tokenName:
		o.name = p.name
	case tokenText, tokenNumber:
		o.fixed = p.value
	case tokenTrue, tokenFalse:
		o.fixed = BooleanOf(p.is == tokenTrue)
	case tokenEnd:
		return o, p.wrong("the constraint ends where a property or a constant belongs")
	default:
		return o, p.wrong("here belongs a property or a constant")
	}
	return o, p.next()
}
