package syntax

import (
	"strings"

	"github.com/opendsom/dsom/diag"
)

// annotations parses the annotations that stand before something. false means that one of
// them is wrong; those before it are returned all the same.
func (p *parser) annotations() ([]*Annotation, bool) {
	var as []*Annotation
	for p.tok.Kind == At {
		a := p.annotation()
		if a == nil {
			return as, false
		}
		if len(as) == p.pp.limits.Nesting {
			p.broken = true
			p.pp.abort(CodeLimit, a.Span, exceeded("a declaration has too many annotations", "idl-nesting", p.pp.limits.Nesting))
			p.queue = nil
			return as, false
		}
		as = append(as, a)
	}
	return as, true
}

// more parses annotations that stand inside a declaration but belong to all of it.
func (p *parser) more(h *Head) bool {
	as, ok := p.annotations()
	h.Annotations = append(h.Annotations, as...)
	return ok
}

// annotation parses @name or @name(…), IDL 4.2, 7.4.15. It returns nil if it is wrong.
func (p *parser) annotation() *Annotation {
	a := &Annotation{Span: p.tok.Span}
	p.next()
	if p.tok.Kind == Keyword { // @default and @oneway are standard
		n := Name{Text: p.tok.Text, Span: p.tok.Span}
		p.next()
		a.Name = &ScopedName{Parts: []Name{n}, Span: n.Span}
	} else if a.Name = p.scopedName("the name of an annotation"); a.Name == nil {
		return nil
	}
	if p.tok.Kind == LParen && !p.annotationParams(a) {
		return nil
	}
	a.Span.End = p.last.End
	return a
}

func (p *parser) annotationParams(a *Annotation) bool {
	p.next()
	angles := p.angles
	p.angles = 0
	defer func() { p.angles = angles }()
	for p.tok.Kind != RParen {
		if !p.annotationParam(a) {
			return false
		}
		if !p.accept(Comma) {
			break
		}
	}
	return p.require(RParen, ") after the parameters of an annotation")
}

func (p *parser) annotationParam(a *Annotation) bool {
	x := p.expr()
	if x == nil {
		return false
	}
	param := AnnotationParam{Value: x}
	if n, ok := x.(*NameExpr); ok && p.tok.Kind == Equals && len(n.Name.Parts) == 1 && !n.Name.Absolute {
		p.next()
		param.Name = &n.Name.Parts[0]
		if param.Value = p.expr(); param.Value == nil {
			return false
		}
	}
	a.Params = append(a.Params, param)
	return true
}

// annotationDecl parses the rest of @annotation Name { … } (7.4.15.4.1).
func (p *parser) annotationDecl() Decl {
	a := &AnnotationDecl{}
	if p.word("default") || p.word("oneway") {
		t := p.next()
		a.Name = Name{Text: t.Text, Span: t.Span}
	} else {
		var ok bool
		if a.Name, ok = p.name("the name of an annotation"); !ok {
			return nil
		}
	}
	open := p.tok.Span
	if !p.require(LBrace, "{ and the parameters of the annotation") || !p.enter() {
		return nil
	}
	defer p.leave()
	a.Inner = p.trailing()
	for {
		a.Decls = p.flush(a.Decls)
		if p.tok.Kind == RBrace || p.tok.Kind == EOF {
			break
		}
		p.item(func() bool {
			d := p.annotationItem()
			if d != nil {
				a.Decls = append(a.Decls, d)
			}
			return d != nil
		})
	}
	if !p.close(open) {
		return nil
	}
	return a
}

// annotationItem parses a parameter, or an enumeration, bitmask, constant or typedef.
func (p *parser) annotationItem() Decl {
	h, outer := p.begin()
	var d Decl
	what := "the declaration"
	switch {
	case p.word("enum"):
		d = p.enum()
	case p.word("const"):
		d = p.constant()
	case p.word("typedef"):
		d = p.typedef()
	case p.defines("bitmask"):
		d = p.bitmask()
	default:
		d, what = p.annotationMember(), "the parameter"
	}
	if d == nil {
		p.stray = append(outer, p.stray...)
		return nil
	}
	if !p.semicolon(what) {
		p.skip()
	}
	p.finish(d, h, outer)
	return d
}

// annotationMember parses type name default value.
func (p *parser) annotationMember() Decl {
	m := &AnnotationMember{}
	if m.Type = p.typeSpec(inParam, "the type of an annotation's parameter"); m.Type == nil {
		return nil
	}
	var ok bool
	if m.Name, ok = p.name("the name of an annotation's parameter"); !ok {
		return nil
	}
	if p.acceptWord("default") {
		if m.Default = p.expr(); m.Default == nil {
			return nil
		}
	}
	return m
}

// inComments are the annotations that specifications from before IDL 4 write in comments
// behind a declaration (DDS-XTypes 7.3.1.2.4 and its first implementations), lower case, and
// what they are now. Other words behind //@ are what any comment may say.
var inComments = map[string]string{
	"key": "key", "id": "id", "optional": "optional", "must_understand": "must_understand", "mustunderstand": "must_understand",
	"external": "external", "shared": "external", "nested": "nested", "extensibility": "extensibility", "autoid": "autoid",
	"default": "default", "value": "value", "bit_bound": "bit_bound", "bitbound": "bit_bound", "hashid": "hashid", "unit": "unit",
	"min": "min", "max": "max", "range": "range", "position": "position", "final": "final", "appendable": "appendable",
	"mutable": "mutable", "topic": "topic", "default_literal": "default_literal", "try_construct": "try_construct",
}

// kinds are the older names of the values of @extensibility.
var kinds = map[string]string{
	"FINAL_EXTENSIBILITY": "FINAL", "EXTENSIBLE_EXTENSIBILITY": "APPENDABLE", "MUTABLE_EXTENSIBILITY": "MUTABLE", "EXTENSIBLE": "APPENDABLE",
}

// commentAnnotations returns the annotations in a comment: //@key, //@ID 3, //@Range(min=1, max=5).
// What is none of the known ones, or malformed, is a comment and nothing else.
func (p *parser) commentAnnotations(c Comment) []*Annotation {
	if !strings.HasPrefix(c.Text, "//@") {
		return nil
	}
	var as []*Annotation
	at := 0
	for _, piece := range strings.SplitAfter(c.Text, "//@")[1:] {
		at += len("//@")
		if a := p.commentAnnotation(strings.TrimSuffix(piece, "//@"), c.Span.Start, at); a != nil {
			as = append(as, a)
		}
		at += len(strings.TrimSuffix(piece, "//@"))
	}
	return as[:min(len(as), p.pp.limits.Nesting)]
}

// commentAnnotation parses what stands behind //@, n octets from the begin of the comment.
func (p *parser) commentAnnotation(text string, start diag.Position, n int) *Annotation {
	lx := &lexer{text: text, file: start.File, line: start.Line, begin: 1 - start.Column - n}
	q := &parser{pp: p.pp, comment: true}
	for {
		t := lx.next(false)
		if t.kind == rawEOF {
			break
		}
		t.span.Start.Offset += start.Offset + n
		t.span.End.Offset += start.Offset + n
		if t.kind == rawBad {
			return nil
		}
		q.queue = append(q.queue, scan(t))
	}
	q.advance()
	if q.tok.Kind != Ident && q.tok.Kind != Keyword {
		return nil
	}
	name, ok := inComments[lower(q.tok.Text)]
	if !ok {
		return nil
	}
	word := q.next()
	a := &Annotation{Name: &ScopedName{Parts: []Name{{Text: name, Span: word.Span}}, Span: word.Span}, Comment: true}
	switch {
	case q.tok.Kind == EOF:
	case q.tok.Kind == LParen:
		if !q.annotationParams(a) {
			return nil
		}
	case q.tok.Kind == Equals:
		return nil
	default:
		x := q.expr()
		if x == nil {
			return nil
		}
		a.Params = []AnnotationParam{{Value: x}}
	}
	if q.tok.Kind != EOF || q.broken {
		return nil
	}
	for i := range a.Params {
		if x, ok := a.Params[i].Value.(*NameExpr); ok && name == "extensibility" {
			if k, ok := kinds[x.Name.String()]; ok {
				x.Name.Parts = []Name{{Text: k, Span: x.Name.Span}}
			}
		}
	}
	a.Span = diag.Span{Start: word.Span.Start, End: q.last.End}
	return a
}
