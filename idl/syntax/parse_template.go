package syntax

import (
	"slices"

	"github.com/opendsom/dsom/diag"
)

// templateModule parses what follows module Name <: a template module if the brackets hold
// formal parameters (IDL 4.2, 7.4.12.4.1), else an instantiation (7.4.12.4.2).
func (p *parser) templateModule(n *ScopedName) Decl {
	if !p.formal() {
		return p.instance(n, false)
	}
	m := &TemplateModule{Name: n.Parts[0]}
	if len(n.Parts) > 1 || n.Absolute {
		p.errorf(CodeSyntax, n.Span, "a template module is declared with a plain name")
		m.Name = n.Parts[len(n.Parts)-1]
	}
	p.next()
	for {
		f := p.formalParam()
		if f == nil {
			return nil
		}
		m.Params = append(m.Params, f)
		if !p.accept(Comma) {
			break
		}
	}
	if !p.closeAngle() {
		return nil
	}
	var ok bool
	if m.Decls, ok = p.scopeBody(&m.Head, "the declarations of the template module", inModule); !ok {
		return nil
	}
	return m
}

// formalWords are the keywords by which a formal parameter begins; typename is none.
var formalWords = []string{"interface", "valuetype", "eventtype", "struct", "union", "exception", "enum", "const"}

// formal reports whether the bracket at hand opens formal parameters. sequence begins both: a
// formal one has its name behind it.
func (p *parser) formal() bool {
	t := p.peek(1)
	switch {
	case t.Kind == Keyword && t.Text == "sequence":
		return p.peek(2).Kind != Less || p.namedSequence()
	case t.Kind == Keyword:
		return slices.Contains(formalWords, t.Text)
	}
	return t.Kind == Ident && t.Text == "typename" && p.peek(2).Kind == Ident
}

// namedSequence reports whether a name follows the sequence<…> behind the bracket at hand.
func (p *parser) namedSequence() bool {
	depth := 0
	for n := 2; n < p.pp.limits.Nesting; n++ {
		switch t := p.peek(n); {
		case t.Kind == Less:
			depth++
		case t.Kind == Greater:
			depth--
		case t.Kind == Op && t.Text == ">>":
			depth -= 2
		case t.Kind == EOF:
			return false
		}
		if depth <= 0 {
			return depth == 0 && p.peek(n+1).Kind == Ident
		}
	}
	return false
}

func (p *parser) formalParam() *FormalParam {
	f := &FormalParam{Of: p.tok.Text, Span: p.tok.Span}
	switch {
	case p.soft("typename", Ident, Keyword):
		p.next()
	case p.word("const"):
		p.next()
		if f.Type = p.typeSpec(inConst, "the type of a constant"); f.Type == nil {
			return nil
		}
	case p.word("sequence"):
		if p.peek(1).Kind != Less {
			p.next()
		} else if f.Type = p.typeSpec(inElement, "a sequence"); f.Type == nil {
			return nil
		}
	case p.tok.Kind == Keyword && slices.Contains(formalWords, p.tok.Text):
		p.next()
	default:
		p.report(diag.Diagnostic{
			Code: CodeSyntax, Span: p.tok.Span, Message: "expected a formal parameter, found " + p.tok.describe(),
			Help: "it begins with typename, interface, valuetype, eventtype, struct, union, exception, enum, sequence or const",
		})
		return nil
	}
	var ok bool
	if f.Name, ok = p.name("the name of a formal parameter"); !ok {
		return nil
	}
	f.Span.End = p.last.End
	return f
}

// instance parses the rest of an instantiation, from the bracket on.
func (p *parser) instance(n *ScopedName, alias bool) Decl {
	i := &TemplateInst{Template: n, Alias: alias}
	if !p.require(Less, "< and the parameters of the template module") {
		return nil
	}
	for {
		a, ok := p.templateArg()
		if !ok {
			return nil
		}
		i.Args = append(i.Args, a)
		if !p.accept(Comma) {
			break
		}
	}
	if !p.closeAngle() {
		return nil
	}
	var ok bool
	if i.Name, ok = p.name("the name of the module that is made"); !ok {
		return nil
	}
	return i
}

// templateArg parses a type or a value. A name may begin either.
func (p *parser) templateArg() (TemplateArg, bool) {
	k := p.tok.Kind
	named := k == Ident || k == Scope
	if k == Keyword && p.tok.Text != "TRUE" && p.tok.Text != "FALSE" || named && p.tok.Text == "map" && p.peek(1).Kind == Less {
		t := p.typeSpec(inElement, "a type or a value")
		return TemplateArg{Type: t}, t != nil
	}
	x := p.bound()
	if n, ok := x.(*NameExpr); ok {
		return TemplateArg{Type: &NamedType{n.Name}}, true
	}
	return TemplateArg{Value: x}, x != nil
}

// alias parses alias Template<Names> Name, which stands in template modules only.
func (p *parser) alias() Decl {
	p.next()
	n := p.scopedName("the name of a template module")
	if n == nil {
		return nil
	}
	return p.instance(n, true)
}
