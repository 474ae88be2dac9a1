package check

import (
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// interfaces checks inheritance (3.8.5, 3.8.6), operations (3.13) and attributes (3.14), and makes their types.
func (c *checker) interfaces() {
	c.findLocals()
	for _, i := range c.ifaces {
		if c.ended() {
			return
		}
		c.bases(i)
		c.inherited(i.sym, i.syntax.Name)
	}
	for _, o := range c.operations {
		if c.ended() {
			return
		}
		c.operationType(o)
	}
	for _, a := range c.attributes {
		if c.ended() {
			return
		}
		a.model.Type = c.typ(a.syntax.Type)
		a.model.GetRaises = c.raises(a.sym, a.syntax.GetRaises)
		a.model.SetRaises = c.raises(a.sym, a.syntax.SetRaises)
		if a.model.Type != nil {
			c.checkLocal(a.sym, a.model.Type, "attribute "+quote(a.sym.name.Text), a.syntax.Type.TypeSpan())
		}
	}
}

func (c *checker) bases(i *interfaceItem) {
	i.model.Bases = c.direct(i.syntax.Bases, func(n *syntax.ScopedName, base *symbol) {
		b, ok := base.syntax.(*syntax.Interface)
		switch {
		case !ok:
		case i.syntax.Abstract && !b.Abstract:
			c.errorf(CodeBase, n.Span, "abstract interface %s inherits from %s, which is not abstract", quote(i.sym.name.Text), quote(n.String()))
		case b.Local && !i.syntax.Local:
			c.errorf(CodeBase, n.Span, "interface %s inherits from %s, which is local, and must be local too", quote(i.sym.name.Text), quote(n.String()))
		}
	})
}

// direct makes the types of the names of an inheritance list, without those that are there
// twice, and has each judged.
func (c *checker) direct(names []*syntax.ScopedName, judge func(n *syntax.ScopedName, base *symbol)) []*model.Type {
	var ts []*model.Type
	seen := map[*symbol]*syntax.ScopedName{}
	for _, n := range names {
		base := c.behind(c.refs[n])
		if base == nil {
			continue
		}
		if first, dup := seen[base]; dup {
			c.add(diag.Diagnostic{Code: CodeBase, Span: n.Span, Message: quote(n.String()) + " is a direct base twice", Notes: note(first.Span, "the first is here")})
			continue
		}
		seen[base] = n
		if t := c.named(n); t != nil {
			ts = append(ts, t)
			judge(n, base)
		}
	}
	return ts
}

// inherited reports names that collide through inheritance: operations, attributes, state
// members and ports cannot be redefined, and two of one name cannot both be inherited (3.8.5).
func (c *checker) inherited(of *symbol, name syntax.Name) {
	if of.inner == nil || len(of.inner.bases) == 0 || c.som { // SOM has rules of its own: see classes
		return
	}
	calls := map[string]*symbol{}
	seen := map[*symbol]bool{of: true}
	var visit func(*symbol)
	visit = func(base *symbol) {
		if seen[base] || base.inner == nil {
			return
		}
		seen[base] = true
		for _, b := range base.inner.bases {
			visit(b)
		}
		for _, s := range base.inner.order {
			if !s.isInherited() {
				continue
			}
			other := calls[fold(s.name.Text)]
			if other == nil {
				calls[fold(s.name.Text)] = s
				continue
			}
			c.add(diag.Diagnostic{
				Code: CodeInherited, Span: name.Span,
				Message: of.describe() + " inherits " + quote(other.name.Text) + " twice, from " + quote(ownerName(other)) + " and " + quote(ownerName(s)),
				Notes:   append(note(other.span(), "%s is declared here", other.describe()), note(s.span(), "and %s here", s.describe())...),
			})
		}
	}
	for _, b := range of.inner.bases {
		visit(b)
	}
	for _, s := range of.inner.order {
		if !s.isInherited() && s.kind != kindFactory {
			continue
		}
		if other := calls[fold(s.name.Text)]; other != nil {
			c.add(diag.Diagnostic{
				Code: CodeInherited, Span: s.span(), Message: s.describe() + " is inherited from " + quote(ownerName(other)) + " and cannot be declared again",
				Notes: note(other.span(), "declared here"),
			})
		}
	}
}

func ownerName(s *symbol) string { return s.scope.owner.name.Text }

func (c *checker) operationType(o *operationItem) {
	m := o.model
	m.Result = c.typ(o.syntax.Result)
	for k, p := range o.syntax.Params {
		q := o.params[k]
		q.Direction = map[string]model.Direction{"in": model.In, "out": model.Out, "inout": model.InOut}[p.Direction]
		q.Type = c.typ(p.Type)
		m.Params = append(m.Params, q)
		if q.Type != nil {
			c.checkLocal(o.sym, q.Type, "parameter "+quote(p.Name.Text), p.Type.TypeSpan())
		}
		if o.syntax.Oneway && q.Direction != model.In {
			c.errorf(CodeOneway, p.Name.Span, "parameter %s of oneway operation %s is %s: nothing comes back from a oneway operation", quote(p.Name.Text), quote(o.sym.name.Text), p.Direction)
		}
	}
	m.Raises = c.raises(o.sym, o.syntax.Raises)
	if m.Result != nil && o.syntax.Result != nil {
		c.checkLocal(o.sym, m.Result, "the result of "+quote(o.sym.name.Text), o.syntax.Result.TypeSpan())
	}
	if o.syntax.Oneway {
		if o.syntax.Result != nil {
			c.errorf(CodeOneway, o.syntax.Result.TypeSpan(), "oneway operation %s returns void only", quote(o.sym.name.Text))
		}
		if len(o.syntax.Raises) > 0 {
			c.errorf(CodeOneway, o.syntax.Raises[0].Span, "oneway operation %s cannot raise exceptions", quote(o.sym.name.Text))
		}
	}
	for _, s := range o.syntax.Context {
		if !isContextName(s.Text) {
			c.errorf(CodeContext, s.Span, "%s is no name of a context property", quote(s.Text))
		}
		m.Context = append(m.Context, s.Text)
	}
}

// isContextName holds a context property's name against 3.13.4: letters, digits, periods,
// underscores and asterisks, with a letter first; an asterisk only at the end.
func isContextName(s string) bool {
	body := strings.TrimSuffix(s, "*")
	for i := range len(body) {
		ch := body[i]
		letter := ch|0x20 >= 'a' && ch|0x20 <= 'z'
		if !letter && (i == 0 || (ch < '0' || ch > '9') && ch != '.' && ch != '_') {
			return false
		}
	}
	return body != ""
}

// raises resolves the exceptions of a raises clause of a member.
func (c *checker) raises(of *symbol, ns []*syntax.ScopedName) []*model.Exception {
	var es []*model.Exception
	seen := map[*symbol]*syntax.ScopedName{}
	for _, n := range ns {
		sym := c.refs[n]
		if sym == nil {
			continue
		}
		e, ok := sym.decl.(*model.Exception)
		if !ok {
			c.add(diag.Diagnostic{
				Code: CodeRaises, Span: n.Span, Message: quote(n.String()) + " is no exception, but " + article(string(sym.kind)),
				Notes: note(sym.span(), "declared here"),
			})
			continue
		}
		if first, dup := seen[sym]; dup {
			c.add(diag.Diagnostic{Code: CodeRaisesTwice, Span: n.Span, Message: "exception " + quote(n.String()) + " is listed twice", Notes: note(first.Span, "the first is here")})
			continue
		}
		seen[sym] = n
		es = append(es, e)
		if local := c.locals[e]; local != nil && isRemote(of.scope.owner) {
			c.add(diag.Diagnostic{
				Code: CodeLocal, Span: n.Span, Message: of.describe() + " of " + of.scope.owner.describe() + " raises " + quote(n.String()) + ", which holds " + quote(local.About().Name) + ", which is local",
				Notes: note(local.About().NameSpan, "declared here"),
			})
		}
	}
	return es
}

// checkLocal reports the use of a local type in what other processes may call (3.8.6.2).
func (c *checker) checkLocal(member *symbol, t *model.Type, what string, at diag.Span) {
	owner := member.scope.owner
	if !isRemote(owner) {
		return
	}
	local := c.localIn(t)
	if local == nil {
		return
	}
	c.add(diag.Diagnostic{
		Code: CodeLocal, Span: at, Message: what + " of " + owner.describe() + " holds " + quote(local.About().Name) + ", which is local",
		Notes: note(local.About().NameSpan, "declared here"),
		Help:  "what is local never leaves its process; declare the interface local too",
	})
}

// isRemote reports whether others may call what the symbol's declaration has: it is no local
// interface, and no valuetype, whose operations run where it is.
func isRemote(s *symbol) bool {
	switch d := s.syntax.(type) {
	case *syntax.Interface:
		return !d.Local
	case *syntax.Component, *syntax.Home:
		return true
	}
	return false
}

// localIn returns the local interface that values of a type hold, or nil.
func (c *checker) localIn(t *model.Type) model.Decl {
	for t.Elem != nil {
		t = t.Elem
	}
	if t.Decl == nil {
		return nil
	}
	return c.locals[t.Decl]
}

// findLocals finds the types that hold local interfaces: from these to whoever mentions them.
func (c *checker) findLocals() {
	c.locals = map[model.Decl]model.Decl{}
	holders := map[model.Decl][]model.Decl{}
	var work []model.Decl
	for _, s := range c.symbols {
		switch d := s.decl.(type) {
		case *model.Interface:
			if d.Local {
				c.locals[d] = d
				work = append(work, d)
			}
		case *model.Forward:
			if d.Local {
				c.locals[d] = d
				work = append(work, d)
			}
		case *model.Typedef:
			hold(holders, d, d.Type)
		case *model.Struct:
			for _, m := range d.Members {
				hold(holders, d, m.Type)
			}
		case *model.Exception:
			for _, m := range d.Members {
				hold(holders, d, m.Type)
			}
		case *model.Union:
			for _, m := range d.Cases {
				hold(holders, d, m.Type)
			}
		}
	}
	for len(work) > 0 {
		d := work[len(work)-1]
		work = work[:len(work)-1]
		for _, h := range holders[d] {
			if c.locals[h] == nil {
				c.locals[h] = c.locals[d]
				work = append(work, h)
			}
		}
	}
}

func hold(holders map[model.Decl][]model.Decl, d model.Decl, t *model.Type) {
	for t != nil && t.Elem != nil {
		t = t.Elem
	}
	if t != nil && t.Decl != nil {
		holders[t.Decl] = append(holders[t.Decl], d)
	}
}
