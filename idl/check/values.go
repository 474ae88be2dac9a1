package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// Valuetypes and event types (3.9, 3.17.5): first how names declares them, then the pass.

func (c *checker) valueDecl(d *syntax.ValueType, s *scope) {
	k := kindValue
	if d.Event {
		k = kindEvent
	}
	sym := c.declareForwarded(s, d.Name, k)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: k, scope: s}
	}
	m := &model.ValueType{Abstract: d.Abstract, Custom: d.Custom, Event: d.Event, Truncatable: d.Truncatable}
	c.values = append(c.values, &valueItem{sym: sym, syntax: d, model: m})
	c.checkForward(sym, d.Abstract, false, d.Name)
	for _, b := range d.Bases {
		c.base(sym, b, s, kindValue, kindEvent)
	}
	for _, b := range d.Supports {
		c.base(sym, b, s, kindInterface)
	}
	inner := s.open(sym)
	c.define(sym, d, m, &m.Info, &d.Head)
	c.inheritScopes(inner, append(d.Bases[:len(d.Bases):len(d.Bases)], d.Supports...))
	c.decls(d.Decls, inner)
	sym.complete = true
}

func (c *checker) stateMember(d *syntax.StateMember, s *scope) {
	c.typeExpr(d.Type, s, inRecord)
	for _, dec := range d.Declarators {
		c.dimensions(dec, s)
		sym := c.declare(s, dec.Name, kindState, false)
		if sym == nil {
			sym = &symbol{name: dec.Name, kind: kindState, scope: s}
		}
		m := &model.StateMember{Public: d.Public}
		c.define(sym, dec, m, &m.Info, &d.Head)
		c.states = append(c.states, &stateItem{sym: sym, syntax: d, declarator: dec, model: m})
	}
}

func (c *checker) factory(d *syntax.Factory, s *scope) {
	k := kindFactory
	if d.Finder {
		k = kindFinder
	}
	sym := c.declare(s, d.Name, k, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: k, scope: s}
	}
	m := &model.Factory{Finder: d.Finder}
	c.define(sym, d, m, &m.Info, &d.Head)
	c.factories = append(c.factories, &factoryItem{sym: sym, syntax: d, model: m, params: c.params(s.open(sym), d.Params, d.Raises)})
}

// valueBox declares a boxed value. Its name is known behind it only, so that it cannot hold itself.
func (c *checker) valueBox(d *syntax.ValueBox, s *scope) {
	c.typeExpr(d.Type, s, inCall)
	sym := c.declare(s, d.Name, kindBox, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindBox, scope: s}
	}
	m := &model.ValueBox{}
	c.define(sym, d, m, &m.Info, &d.Head)
	sym.complete = true
	c.boxes = append(c.boxes, &boxItem{sym: sym, syntax: d, model: m})
}

// valueTypes checks inheritance of valuetypes and makes the types of what is in them.
func (c *checker) valueTypes() {
	c.supports = map[*symbol]*symbol{}
	for _, v := range c.values {
		if c.ended() {
			return
		}
		c.valueBases(v)
		c.truncatable(v)
		c.supported(v)
		c.inherited(v.sym, v.syntax.Name)
		c.stateless(v)
	}
	for _, m := range c.states {
		if c.ended() {
			return
		}
		m.model.Type = c.array(c.typ(m.syntax.Type), m.declarator)
		c.localState(m.model.Type, m.sym, m.syntax.Type.TypeSpan())
	}
	for _, f := range c.factories {
		if c.ended() {
			return
		}
		for i, p := range f.syntax.Params {
			f.params[i].Type = c.typ(p.Type)
			if t := f.params[i].Type; t != nil {
				c.checkLocal(f.sym, t, "parameter "+quote(p.Name.Text), p.Type.TypeSpan())
			}
		}
		f.model.Params = f.params
		f.model.Raises = c.raises(f.sym, f.syntax.Raises)
	}
	for _, b := range c.boxes {
		c.boxType(b)
	}
}

// valueBases holds the bases against 3.9.5: an abstract valuetype has abstract ones, another
// one at most that is not and that is first; what inherits from a custom one is custom.
func (c *checker) valueBases(v *valueItem) {
	d := v.syntax
	v.model.Bases = c.direct(d.Bases, func(n *syntax.ScopedName, base *symbol) {
		b, ok := base.syntax.(*syntax.ValueType)
		if !ok {
			return
		}
		switch {
		case d.Abstract && !b.Abstract:
			c.errorf(CodeBase, n.Span, "abstract %s inherits from %s, which is not abstract", v.sym.describe(), quote(n.String()))
		case !b.Abstract && n != d.Bases[0]:
			c.errorf(CodeBase, n.Span, "%s inherits from %s, which is not abstract and must be first for that, and the only such", v.sym.describe(), quote(n.String()))
		case b.Custom && !d.Custom:
			c.errorf(CodeBase, n.Span, "%s inherits from %s, which is custom, and must be custom too", v.sym.describe(), quote(n.String()))
		case b.Event && !d.Event:
			c.errorf(CodeBase, n.Span, "%s inherits from %s, which is an event type, and must be one too", v.sym.describe(), quote(n.String()))
		}
	})
}

// truncatable holds the word against 3.9.1.5: a custom valuetype cannot be cut down to its
// base, and where a valuetype or its base is abstract there is nothing to cut.
func (c *checker) truncatable(v *valueItem) {
	d := v.syntax
	if !d.Truncatable {
		return
	}
	at := d.Bases[0].Span
	if d.Custom {
		c.errorf(CodeTruncatable, at, "%s is custom and cannot be truncatable", v.sym.describe())
		return
	}
	abstract := v.sym
	if !d.Abstract {
		abstract = c.behind(c.refs[d.Bases[0]])
	}
	if abstract == nil {
		return
	}
	if b, ok := abstract.syntax.(*syntax.ValueType); ok && b.Abstract {
		c.add(diag.Diagnostic{
			Code: CodeTruncatableAbstract, Span: at, Message: "truncatable has no effect: " + abstract.describe() + " is abstract, and nothing of it is sent",
			Help: "leave out truncatable",
		})
	}
}

// supported holds what a valuetype supports against 3.9.5: one interface at most that is not
// abstract, which inherits from those that the bases support.
func (c *checker) supported(v *valueItem) {
	var concrete *symbol
	v.model.Supports = c.direct(v.syntax.Supports, func(n *syntax.ScopedName, base *symbol) {
		i, ok := base.syntax.(*syntax.Interface)
		if !ok || i.Abstract {
			return
		}
		if concrete != nil {
			c.errorf(CodeSupports, n.Span, "%s supports %s and %s: only one of them can be not abstract", v.sym.describe(), quote(concrete.name.Text), quote(n.String()))
			return
		}
		concrete = base
	})
	// What a base supports is known: it stands before.
	all := concrete
	for _, n := range v.syntax.Bases {
		theirs := c.supports[c.behind(c.refs[n])]
		switch {
		case theirs == nil:
		case all == nil || concrete == nil && inherits(theirs, all):
			all = theirs
		case !inherits(all, theirs):
			c.add(diag.Diagnostic{
				Code: CodeSupports, Span: n.Span, Message: v.sym.describe() + " supports " + quote(all.name.Text) + ", which does not inherit from " + quote(theirs.name.Text) + ", which its base " + quote(n.String()) + " supports",
				Notes: note(theirs.span(), "declared here"),
			})
		}
	}
	if all != nil {
		c.supports[v.sym] = all
	}
}

// inherits reports whether a symbol is base or inherits from it.
func inherits(s, base *symbol) bool {
	seen := map[*symbol]bool{}
	var visit func(*symbol) bool
	visit = func(s *symbol) bool {
		if s == base {
			return true
		}
		if seen[s] || s.inner == nil {
			return false
		}
		seen[s] = true
		for _, b := range s.inner.bases {
			if visit(b) {
				return true
			}
		}
		return false
	}
	return visit(s)
}

// stateless reports state and initializers of an abstract valuetype (3.9.1.4).
func (c *checker) stateless(v *valueItem) {
	if !v.syntax.Abstract {
		return
	}
	for _, s := range v.sym.inner.order {
		if s.kind == kindState || s.kind == kindFactory {
			c.errorf(CodeState, s.span(), "abstract %s has %s: only one that is not abstract has state and initializers", v.sym.describe(), s.describe())
		}
	}
}

// localState reports a local type in the state of a value, which is sent (3.8.6.2).
func (c *checker) localState(t *model.Type, of *symbol, at diag.Span) {
	if t == nil {
		return
	}
	local := c.localIn(t)
	if local == nil {
		return
	}
	c.add(diag.Diagnostic{
		Code: CodeLocal, Span: at, Message: of.describe() + " holds " + quote(local.About().Name) + ", which is local, and values are sent",
		Notes: note(local.About().NameSpan, "declared here"),
	})
}

// boxType makes the type in a boxed value, which is any but a valuetype (3.9.2).
func (c *checker) boxType(b *boxItem) {
	t := c.typ(b.syntax.Type)
	b.model.Type = t
	if t == nil {
		return
	}
	at := b.syntax.Type.TypeSpan()
	if r := c.resolved(t); r != nil {
		inner := ""
		switch d := r.Decl.(type) {
		case *model.ValueType, *model.ValueBox:
			inner = d.Kind()
		case *model.Forward:
			if d.Of == "valuetype" {
				inner = d.Of
			}
		}
		if r.Kind == model.ValueBase {
			inner = "valuetype"
		}
		if inner != "" {
			c.errorf(CodeBox, at, "%s boxes %s, which is a value already", b.sym.describe(), quote(t.String()))
			return
		}
	}
	c.localState(t, b.sym, at)
}
