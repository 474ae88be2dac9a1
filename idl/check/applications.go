package check

import (
	"math/big"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// The uses of annotations (IDL 4.2, 7.4.15.4.2): their parameters found, resolved and evaluated.

// applyAll gives a node its annotations.
func (c *checker) applyAll(n *model.Node, as []*syntax.Annotation) {
	s := c.scopeOf[n]
	if s == nil {
		s = c.root
	}
	to := c.targets[n]
	first := map[string]*syntax.Annotation{}
	for _, a := range as {
		n.Annotations = append(n.Annotations, *c.apply(a, s, to.typ))
		name := c.isStandard(c.findAnnotation(a.Name, s))
		if name == "" || a.Comment {
			continue
		}
		c.checkPlace(name, to.kind, a)
		if old := first[name]; old != nil && name != "verbatim" {
			c.add(diag.Diagnostic{Code: CodeAnnotationPlace, Span: a.Span, Message: "@" + name + " stands here for the second time", Notes: note(old.Span, "the first is here")})
		}
		first[name] = a
	}
	c.checkTogether(first)
}

// apply makes an annotation and evaluates its parameters, once. t is the type of what it
// stands before, nil if that has none.
func (c *checker) apply(a *syntax.Annotation, s *scope, t *model.Type) *model.Annotation {
	if m := c.applications[a]; m != nil {
		return m
	}
	if a.Comment { // which is never wrong
		report := c.report
		c.report = new(diag.Report)
		defer func() { c.report = report }()
	}
	if c.applications == nil {
		c.applications = map[*syntax.Annotation]*model.Annotation{}
	}
	m := &model.Annotation{Name: a.Name.String(), Span: a.Span}
	c.applications[a] = m
	for _, p := range a.Params {
		mp := model.AnnotationParam{Text: syntax.ExprText(p.Value)}
		if p.Name != nil {
			mp.Name = p.Name.Text
		}
		m.Params = append(m.Params, mp)
	}
	item := c.findAnnotation(a.Name, s)
	if item == nil {
		for i, p := range a.Params {
			if c.paramNames(p.Value, nil, s, nil, true) {
				m.Params[i].Value = c.guess(p.Value)
			}
		}
		return m
	}
	m.Decl = item.model.Name
	if item.sym.scope != c.standard {
		m.Decl = item.sym.qualified()
	}
	c.annotationTypes(item)
	given := map[*annotationMember]bool{}
	for i, p := range a.Params {
		if am := c.parameter(a, item, p, given); am != nil {
			m.Params[i].Value = c.paramValue(a, p, am, item, s, t)
		}
	}
	for _, am := range item.members {
		if !given[am] && am.syntax.Default == nil && len(given) == len(a.Params) {
			c.add(diag.Diagnostic{
				Code: CodeAnnotationParam, Span: a.Span, Message: "@" + a.Name.String() + " needs its parameter " + quote(am.syntax.Name.Text),
				Notes: c.declaredHere(item),
			})
		}
	}
	return m
}

// declaredHere is the note about an annotation that the specification declares.
func (c *checker) declaredHere(item *annotationItem) []diag.Note {
	if item.sym.scope == c.standard {
		return nil
	}
	return note(item.sym.span(), "the annotation is declared here")
}

// parameter returns which parameter of the annotation is given, nil if that is wrong.
func (c *checker) parameter(a *syntax.Annotation, item *annotationItem, p syntax.AnnotationParam, given map[*annotationMember]bool) *annotationMember {
	d := diag.Diagnostic{Code: CodeAnnotationParam, Span: p.Value.ExprSpan(), Notes: c.declaredHere(item)}
	var am *annotationMember
	switch {
	case p.Name != nil:
		d.Span = p.Name.Span
		for _, m := range item.members {
			if m.syntax.Name.Text == p.Name.Text {
				am = m
			}
		}
		if am == nil {
			d.Message = "@" + a.Name.String() + " has no parameter " + quote(p.Name.Text)
			near := c.meant(p.Name.Text, func() (names []string) {
				for _, m := range item.members {
					names = append(names, m.syntax.Name.Text)
				}
				return names
			})
			if near != "" {
				d.Help = "did you mean " + quote(near) + "?"
			}
		}
	case len(item.members) == 0:
		d.Message = "@" + a.Name.String() + " has no parameters"
	case len(item.members) > 1 && len(a.Params) > 1:
		if len(given) > 0 || p.Value == a.Params[0].Value { // once is enough
			d.Message = "several parameters of @" + a.Name.String() + " are given by name"
			d.Help = "write " + item.members[0].syntax.Name.Text + "=… and so on"
			break
		}
		return nil
	default:
		am = item.members[0]
		for _, m := range item.members {
			if m.syntax.Name.Text == "value" {
				am = m
			}
		}
	}
	if am != nil && given[am] {
		d.Message = "parameter " + quote(am.syntax.Name.Text) + " is given twice"
	}
	if d.Message != "" {
		c.add(d)
		return nil
	}
	given[am] = true
	return am
}

// paramValue evaluates a parameter. One of type any has the type of what the annotation stands
// before, if that can have constants.
func (c *checker) paramValue(a *syntax.Annotation, p syntax.AnnotationParam, am *annotationMember, item *annotationItem, s *scope, t *model.Type) *model.Value {
	want := c.resolved(am.model.Type)
	if am.any {
		if want = c.resolved(t); want != nil && want.Kind == model.Array {
			want = c.resolved(want.Elem)
		}
		if want != nil && !canBeConst(want) {
			want = nil
		}
	}
	var enum *model.Enum
	if want != nil {
		enum, _ = want.Decl.(*model.Enum)
	}
	if !c.paramNames(p.Value, item, s, enum, a.Comment) {
		return nil
	}
	if want == nil || am.any && c.isStandard(item) == "" {
		return c.guess(p.Value)
	}
	if am.any && want.Kind.IsFloat() {
		// 0 is as good as 0.0 where the type is not that of a constant but of what is annotated.
		if v := c.guess(p.Value); v != nil && v.Kind == model.IntValue {
			return &model.Value{Kind: model.FloatValue, Float: new(big.Float).SetPrec(precision[want.Kind]).SetInt(v.Int)}
		}
	}
	v, ok := c.eval(p.Value, want, "parameter "+quote(am.syntax.Name.Text)+" of @"+a.Name.String())
	if !ok {
		return nil
	}
	if v.Kind == model.EnumValue && c.scopeOf[&c.enumOf[v.Enumerator].Node] == item.sym.inner {
		return &model.Value{Kind: model.StringValue, Text: v.Enumerator.Name}
	}
	return v
}

// paramNames resolves the names in a parameter: what the annotation declares itself, the
// enumerators of the type that is expected, and what is visible where it stands. quiet leaves
// out the report of one that is not found.
func (c *checker) paramNames(x syntax.Expr, item *annotationItem, s *scope, enum *model.Enum, quiet bool) bool {
	switch x := x.(type) {
	case *syntax.NameExpr:
		n := x.Name
		if len(n.Parts) == 1 && !n.Absolute {
			var places []*scope
			if item != nil {
				places = append(places, item.sym.inner)
			}
			if enum != nil {
				places = append(places, c.scopeOf[&enum.Node])
			}
			for _, in := range places {
				if sym := in.names[in.fold(n.Parts[0].Text)]; sym != nil && sym.name.Text == n.Parts[0].Text && sym.kind != kindMember {
					c.refs[n] = sym
					return true
				}
			}
		}
		if c.peek(s, n) != nil {
			return true
		}
		if !quiet {
			c.unresolved = append(c.unresolved, unresolved{name: n, scope: s})
			c.reportUnresolved()
		}
		return false
	case *syntax.Unary:
		return c.paramNames(x.X, item, s, enum, quiet)
	case *syntax.Paren:
		return c.paramNames(x.X, item, s, enum, quiet)
	case *syntax.Binary:
		return c.paramNames(x.X, item, s, enum, quiet) && c.paramNames(x.Y, item, s, enum, quiet)
	}
	return true
}

// guess evaluates what it can without knowing the type; nil if it is no constant expression.
// What is wrong there is not ours to report: the type is not known.
func (c *checker) guess(x syntax.Expr) *model.Value {
	if n, ok := unparen(x).(*syntax.NameExpr); ok {
		sym := c.refs[n.Name]
		if sym == nil {
			return nil
		}
		switch d := sym.decl.(type) {
		case *model.Enumerator:
			return &model.Value{Kind: model.EnumValue, Enumerator: d}
		case *model.Const:
			return d.Value
		}
	}
	report := c.report
	c.report = new(diag.Report)
	defer func() { c.report = report }()
	for _, k := range []model.Kind{model.LongLong, model.ULongLong, model.Double, model.Boolean, model.Char, model.WChar, model.String, model.WString} {
		if v, ok := c.eval(x, &model.Type{Kind: k}, "the value"); ok {
			return v
		}
	}
	return nil
}

// numberOf returns the number that a standardized annotation gives, and where.
func (c *checker) numberOf(as []*syntax.Annotation, name string, s *scope) (int64, diag.Span, bool) {
	for _, a := range as {
		if a.Name.Parts[len(a.Name.Parts)-1].Text != name || c.isStandard(c.findAnnotation(a.Name, s)) != name {
			continue
		}
		for i, p := range c.apply(a, s, &model.Type{Kind: model.LongLong}).Params {
			if p.Value != nil {
				if n, ok := p.Value.Int64(); ok {
					return n, a.Params[i].Value.ExprSpan(), true
				}
			}
		}
	}
	return 0, diag.Span{}, false
}
