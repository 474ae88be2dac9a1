package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// checkClass holds an interface against the rules of classes. item is nil where it has no
// implementation section.
func (c *checker) checkClass(i *interfaceItem, item *classItem) {
	if i.sym.inner == nil {
		return
	}
	c.redeclared(i)
	c.sharedNames(i, item)
	for _, s := range i.sym.inner.order {
		if s.kind == kindOperation && s.node != nil {
			c.checkMethod(item, s.name.Text, s, s.node, s.span())
		}
	}
	if item == nil {
		return
	}
	if len(i.syntax.Bases) == 0 && i.sym.qualified() != "SOMObject" && !c.metaclasses()[i.sym.name.Text] {
		c.add(diag.Diagnostic{
			Code: CodeParentless, Span: i.syntax.Name.Span, Message: "class " + quote(i.sym.name.Text) + " has no parent",
			Help: "all classes descend from SOMObject: interface " + i.sym.name.Text + " : SOMObject",
		})
	}
	for _, o := range item.model.Overrides {
		c.checkInherited(item, o)
	}
	for _, a := range item.model.Accessors {
		c.checkMethod(item, a.Name, nil, &a.Node, a.NameSpan)
	}
	c.checkMetaclass(item)
	c.checkAncestors(item, "directinitclasses", somAncestors(item.scope))
	c.checkAncestors(item, "abstractparents", item.scope.bases)
	c.checkReleaseOrder(item)
}

// metaclasses returns the names that modifiers metaclass have as values.
func (c *checker) metaclasses() map[string]bool {
	if c.metaNames == nil {
		c.metaNames = map[string]bool{}
		note := func(ts []*syntax.ModifierTerm) {
			for _, t := range ts {
				if t.Name == "metaclass" && t.Value != nil {
					c.metaNames[t.Value.Text] = true
				}
			}
		}
		for _, item := range c.classItems {
			for _, s := range item.statements {
				note(s.Left)
			}
		}
		for _, p := range c.modifiers {
			note(p.statement.Left)
			note(p.statement.Right)
		}
	}
	return c.metaNames
}

// redeclared reports methods of a name that is inherited. Only a method whose kind lets the
// interface decide which is meant can be introduced again.
func (c *checker) redeclared(i *interfaceItem) {
	if len(i.sym.inner.bases) == 0 {
		return
	}
	for _, s := range i.sym.inner.order {
		if s.kind != kindOperation && s.kind != kindAttribute {
			continue
		}
		names := []string{s.name.Text}
		if s.kind == kindAttribute {
			names = []string{"_get_" + s.name.Text}
		}
		for _, n := range names {
			old := inheritedCall(i.sym.inner, n)
			again := s.node != nil && s.node.HasModifier("reintroduce")
			switch {
			case old == nil && again:
				c.errorf(CodeReintroduce, s.span(), "%s is not inherited, so that it cannot be introduced again", s.describe())
			case old == nil:
			case !again:
				c.add(diag.Diagnostic{
					Code: CodeInherited, Span: s.span(), Message: s.describe() + " is inherited from " + quote(ownerName(old)) + " and cannot be declared again",
					Notes: note(old.span(), "declared here"), Help: "to implement the inherited method anew write " + s.name.Text + ": override; in the implementation section",
				})
			case old.node == nil || !old.node.HasModifier("nonstatic") && !old.node.HasModifier("procedure"):
				c.add(diag.Diagnostic{
					Code: CodeReintroduce, Span: s.span(), Message: s.describe() + " of " + quote(ownerName(old)) + " is a static method, which cannot be introduced again",
					Notes: note(old.span(), "declared here"), Help: "only nonstatic and procedure methods can; this one can be overridden",
				})
			}
		}
	}
}

// sharedNames warns of methods of one name that different ancestors introduce. SOM takes that
// of the leftmost path; to say so, or to choose, is what select is for.
func (c *checker) sharedNames(i *interfaceItem, item *classItem) {
	if len(i.sym.inner.bases) < 2 {
		return
	}
	first := map[string]*symbol{}
	for _, a := range somAncestors(i.sym.inner) {
		for _, n := range methodNames(a.inner) {
			s := call(a.inner, n)
			old := first[n]
			if old == nil {
				first[n] = s
				continue
			}
			if item != nil && item.overrides[n] != nil {
				continue
			}
			c.add(diag.Diagnostic{
				Code: CodeSharedName, Span: i.syntax.Name.Span,
				Message: quote(i.sym.name.Text) + " inherits two methods " + quote(n) + ", from " + quote(ownerName(old)) + " and " + quote(ownerName(s)) + ": the first is taken",
				Notes:   append(note(old.span(), "declared here"), note(s.span(), "and here")...),
				Help:    "say which with " + n + ": select = " + ownerName(old) + ";",
			})
		}
	}
}

// exclusive are modifiers of which a method has one at most.
var exclusive = [][]string{
	{"method", "nonstatic", "procedure"},
	{"offset", "namelookup"},
	{"caller_owns_result", "object_owns_result", "dual_owned_result"},
	{"pass_by_copy_result", "maybe_by_value_result"},
	{"override", "reintroduce"},
	{"init", "procedure"},
	{"init", "nonstatic"},
	{"procedure", "nooverride"},
}

// checkMethod holds the modifiers of a method against one another and its declaration, which
// is nil for a method of an attribute.
func (c *checker) checkMethod(item *classItem, name string, s *symbol, n *model.Node, at diag.Span) {
	for _, group := range exclusive {
		var has []string
		for _, m := range group {
			if n.HasModifier(m) {
				has = append(has, m)
			}
		}
		if len(has) > 1 {
			c.errorf(CodeContradiction, spanOf(n, has[1], at), "method %s cannot be both %s and %s", quote(name), has[0], has[1])
		}
	}
	for _, m := range []string{"noself", "noenv"} {
		if n.HasModifier(m) && !n.HasModifier("procedure") {
			c.errorf(CodeContradiction, spanOf(n, m, at), "method %s has modifier %s, which only a method with modifier procedure can have", quote(name), m)
		}
	}
	if s == nil {
		return
	}
	o := c.operationOf(s)
	if o == nil {
		return
	}
	c.parameterLists(name, n, o, at)
	if n.HasModifier("init") && item != nil && s.scope == item.scope {
		c.checkInit(name, n, o, at)
	}
}

// spanOf returns where a node's modifier stands.
func spanOf(n *model.Node, modifier string, otherwise diag.Span) diag.Span {
	for _, m := range n.Modifiers {
		if m.Name == modifier && m.Span.IsValid() {
			return m.Span
		}
	}
	return otherwise
}

// operationOf returns the operation of a symbol, or nil.
func (c *checker) operationOf(s *symbol) *operationItem {
	if c.operationsOf == nil {
		c.operationsOf = map[*symbol]*operationItem{}
		for _, o := range c.operations {
			c.operationsOf[o.sym] = o
		}
	}
	return c.operationsOf[s]
}

// parameterLists holds the names in caller_owns_parameters and its like against the parameters.
func (c *checker) parameterLists(name string, n *model.Node, o *operationItem, at diag.Span) {
	owner := map[string]string{}
	for _, m := range n.Modifiers {
		if !isParameterList(m.Name) {
			continue
		}
		for _, p := range m.List() {
			if !slices.ContainsFunc(o.params, func(q *model.Param) bool { return q.Name == p }) {
				d := diag.Diagnostic{Code: CodeParameterName, Span: m.Span, Message: quote(p) + " in modifier " + quote(m.Name) + " is no parameter of " + quote(name), Notes: note(o.sym.span(), "declared here")}
				near := c.meant(p, func() (names []string) {
					for _, q := range o.params[:min(len(o.params), maxCandidates)] {
						names = append(names, q.Name)
					}
					return names
				})
				if near != "" {
					d.Help = "did you mean " + quote(near) + "?"
				}
				c.add(d)
			}
			if strings.Contains(m.Name, "own") {
				if other := owner[p]; other != "" && other != m.Name {
					c.errorf(CodeContradiction, m.Span, "parameter %s of %s has modifiers %s and %s", quote(p), quote(name), other, m.Name)
				}
				owner[p] = m.Name
			}
		}
	}
}

// checkInit holds an initializer against what SOM calls: it returns nothing, and its first
// parameter is inout somInitCtrl, or in SOM's own files a pointer to one.
func (c *checker) checkInit(name string, n *model.Node, o *operationItem, at diag.Span) {
	span := spanOf(n, "init", at)
	switch {
	case o.model.Result != nil && !o.model.Result.IsVoid():
		c.errorf(CodeInit, span, "initializer %s returns void, not %s", quote(name), o.model.Result)
	case len(o.params) == 0 || o.params[0].Type == nil || !isInitCtrl(o.params[0].Type):
		c.add(diag.Diagnostic{Code: CodeInit, Span: span, Message: "the first parameter of initializer " + quote(name) + " is no somInitCtrl", Notes: note(o.sym.span(), "declared here"), Help: "declare it as void " + name + "(inout somInitCtrl ctrl, …)"})
	case o.params[0].Direction != model.InOut && o.params[0].Type.Kind != model.Pointer:
		c.add(diag.Diagnostic{Code: CodeInit, Span: span, Message: "the first parameter of initializer " + quote(name) + " is inout, not " + o.params[0].Direction.String(), Notes: note(o.sym.span(), "declared here")})
	}
}

func isInitCtrl(t *model.Type) bool {
	for t.Kind == model.Pointer {
		t = t.Elem
	}
	name := t.Name[strings.LastIndex(t.Name, ":")+1:]
	return name == "somInitCtrl" || name == "som3InitCtrl"
}

// checkInherited holds the modifiers of an inherited method against what is inherited.
func (c *checker) checkInherited(item *classItem, o *model.Override) {
	s := inheritedCall(item.scope, o.Name)
	c.checkMethod(item, o.Name, s, &o.Node, o.NameSpan)
	if s == nil {
		return
	}
	if o.HasModifier("override") {
		c.checkOverride(item, o, s)
	}
	if v, ok := model.ModifierOf(o.Modifiers, "migrate"); ok {
		a := ancestorNamed(item, v)
		switch {
		case a == nil || a == item.sym:
			c.errorf(CodeMigrate, spanOf(&o.Node, "migrate", o.NameSpan), "%s cannot migrate to %s, which is no ancestor of %s", quote(o.Name), quote(v), quote(item.sym.name.Text))
		case call(a.inner, o.Name) == nil:
			c.add(diag.Diagnostic{
				Code: CodeMigrate, Span: spanOf(&o.Node, "migrate", o.NameSpan), Message: quote(o.Name) + " is not introduced by " + quote(v) + ", but by " + quote(ownerName(s)),
				Notes: note(s.span(), "declared here"),
			})
		}
	}
	if v, ok := model.ModifierOf(o.Modifiers, "select"); ok {
		a := ancestorNamed(item, v)
		at := spanOf(&o.Node, "select", o.NameSpan)
		switch {
		case a == nil || !slices.Contains(item.scope.bases, a):
			c.errorf(CodeSelect, at, "%s selects %s, which is no parent of %s", quote(o.Name), quote(v), quote(item.sym.name.Text))
		case call(a.inner, o.Name) == nil && inheritedCall(a.inner, o.Name) == nil:
			c.errorf(CodeSelect, at, "parent %s has no method %s", quote(v), quote(o.Name))
		}
	}
}

// checkOverride holds an override against the method that is overridden.
func (c *checker) checkOverride(item *classItem, o *model.Override, s *symbol) {
	n := s.node
	if a, ok := accessorOf(o.Name); ok && s.name.Text == a {
		if owner := c.classOf[s.scope.owner]; owner != nil && owner.accessors[o.Name] != nil {
			n = &owner.accessors[o.Name].Node
		}
		if m, ok := s.decl.(*model.Attribute); ok && m.Readonly && strings.HasPrefix(o.Name, "_set_") {
			c.errorf(CodeOverride, o.NameSpan, "attribute %s is readonly: there is no method %s", quote(a), quote(o.Name))
			return
		}
	} else if s.kind == kindAttribute {
		c.errorf(CodeOverride, o.NameSpan, "%s is an attribute: its methods are _get_%s and _set_%s", quote(o.Name), o.Name, o.Name)
		return
	}
	why := ""
	switch {
	case n.HasModifier("nooverride"):
		why = "has the modifier nooverride"
	case n.HasModifier("nonstatic"):
		why = "is a nonstatic method"
	case n.HasModifier("procedure"):
		why = "is a procedure"
	case n.HasModifier("init") && !strings.HasPrefix(o.Name, "somDefault"):
		why = "is an initializer, and each class has its own"
	default:
		for _, a := range somAncestors(item.scope) { // an override between may end the chain
			if m := c.classOf[a]; m != nil && m.overrides[o.Name] != nil && m.overrides[o.Name].HasModifier("nooverride") {
				why = "has the modifier nooverride in " + a.name.Text
			}
		}
	}
	if why != "" {
		c.add(diag.Diagnostic{Code: CodeNoOverride, Span: o.NameSpan, Message: quote(o.Name) + " cannot be overridden: it " + why, Notes: note(s.span(), "declared here")})
	}
}

// ancestorNamed returns the class or ancestor of a name: simple, scoped, or SOM's M_I.
func ancestorNamed(item *classItem, name string) *symbol {
	name = strings.TrimPrefix(name, "::")
	all := append([]*symbol{item.sym}, somAncestors(item.scope)...)
	for _, spelled := range []func(*symbol) string{
		(*symbol).qualified,
		cScoped,
		func(s *symbol) string { return s.name.Text },
	} {
		for _, a := range all {
			if spelled(a) == name {
				return a
			}
		}
	}
	return nil
}

func cScoped(s *symbol) string { return strings.ReplaceAll(s.qualified(), "::", "_") }

// checkAncestors holds the list of a class modifier against the classes it can name.
func (c *checker) checkAncestors(item *classItem, modifier string, can []*symbol) {
	t := item.given[modifier]
	if t == nil {
		return
	}
	c.referList(t, func(n string) *symbol { return ancestorNamed(item, n) })
	seen := map[*symbol]bool{}
	for _, n := range modifierOf(t).List() {
		a := ancestorNamed(item, n)
		switch {
		case !slices.Contains(can, a):
			what := "ancestor"
			if modifier == "abstractparents" {
				what = "parent"
			}
			c.errorf(CodeAncestorName, t.Span, "%s in modifier %s is no %s of %s", quote(n), quote(modifier), what, quote(item.sym.name.Text))
		case seen[a]:
			c.errorf(CodeAncestorName, t.Span, "%s is in modifier %s twice", quote(n), quote(modifier))
		}
		seen[a] = true
	}
}

// checkMetaclass resolves the metaclass.
func (c *checker) checkMetaclass(item *classItem) {
	t := item.given["metaclass"]
	if t == nil || t.Value == nil {
		return
	}
	name := t.Value.Text
	sym := c.typeNamed(item.scope, name).sym
	if sym == nil {
		sym = c.cNamed(name)
	}
	if sym == nil {
		c.errorf(CodeUndeclaredClass, t.Value.Span, "metaclass %s is not declared", quote(name))
		return
	}
	c.referList(t, func(string) *symbol { return sym })
	meta := c.interfaceBehind(sym)
	switch {
	case meta == nil:
		c.add(diag.Diagnostic{Code: CodeMetaclass, Span: t.Value.Span, Message: "metaclass " + quote(name) + " is no interface, but " + article(string(sym.kind)), Notes: note(sym.span(), "declared here")})
		return
	case meta == item.sym && meta.qualified() != "SOMClass":
		c.errorf(CodeMetaclass, t.Value.Span, "%s cannot be its own metaclass", quote(name))
		return
	}
	item.model.Metaclass = &model.Type{Kind: model.Named, Decl: meta.decl, Name: name, Span: t.Value.Span}
	above := somAncestors(innerOf(meta))
	root := func(s *symbol) bool { return s.qualified() == "SOMObject" }
	isClass := func(s *symbol) bool { return s.qualified() == "SOMClass" }
	if !isClass(meta) && slices.ContainsFunc(above, root) && !slices.ContainsFunc(above, isClass) {
		c.add(diag.Diagnostic{
			Code: CodeMetaclass, Span: t.Value.Span, Message: quote(name) + " is no metaclass: it does not descend from SOMClass", Notes: note(meta.span(), "declared here"),
		})
	}
}

// cNamed returns the interface that SOM's C bindings know by a name, M_I, or nil.
func (c *checker) cNamed(name string) *symbol {
	if c.byCName == nil {
		c.byCName = map[string]*symbol{}
		for _, i := range c.ifaces {
			c.byCName[cScoped(i.sym)] = i.sym
		}
	}
	return c.byCName[name]
}

func innerOf(s *symbol) *scope {
	if s.inner == nil {
		return &scope{}
	}
	return s.inner
}

// isProcedure reports whether a method of the class is called directly, and so needs no place.
func (item *classItem) isProcedure(name string) bool {
	if a := item.accessors[name]; a != nil && a.HasModifier("procedure") {
		return true
	}
	s := call(item.scope, name)
	return s != nil && s.node != nil && s.node.HasModifier("procedure")
}

// maxNamed bounds how many names a message lists.
const maxNamed = 5

// checkReleaseOrder holds the release order against what the class introduces.
func (c *checker) checkReleaseOrder(item *classItem) {
	given := item.given["releaseorder"]
	if given == nil {
		return
	}
	introduced := item.methodNames()
	for _, v := range item.variables {
		if v.model.HasModifier("staticdata") {
			introduced = append(introduced, v.model.Name)
		}
	}
	var missing []string
	known := map[string]bool{}
	for _, n := range introduced {
		known[n] = true
		if item.order[n] == nil && !item.isProcedure(n) {
			missing = append(missing, n)
		}
	}
	for _, o := range item.model.Overrides {
		if o.HasModifier("migrate") && item.order[o.Name] == nil {
			missing = append(missing, o.Name) // it would lose its place
		}
	}
	for _, t := range item.listed {
		o := item.overrides[t.Name]
		switch {
		case known[t.Name] || o != nil && o.HasModifier("migrate"):
		case inheritedCall(item.scope, t.Name) != nil:
			c.add(diag.Diagnostic{
				Code: CodeDoubtfulOrder, Span: t.Span, Message: quote(t.Name) + " is in the release order, but is inherited from " + quote(ownerName(inheritedCall(item.scope, t.Name))),
				Help: "a method that moved up keeps its place with " + t.Name + ": migrate = " + ownerName(inheritedCall(item.scope, t.Name)) + ";",
			})
		default:
			if near := c.meant(t.Name, func() []string { return missing }); near != "" {
				c.add(diag.Diagnostic{Code: CodeDoubtfulOrder, Span: t.Span, Message: quote(t.Name) + " in the release order is not declared, and taken for something private", Help: "did you mean " + quote(near) + "?"})
			}
		}
	}
	if len(missing) > 0 {
		names := strings.Join(missing[:min(len(missing), maxNamed)], ", ")
		if more := len(missing) - maxNamed; more > 0 {
			names += " and " + strconv.Itoa(more) + " more"
		}
		c.add(diag.Diagnostic{
			Code: CodeUnlisted, Span: given.Span, Message: "not in the release order of " + quote(item.sym.name.Text) + ": " + names,
			Help: "add what is new at its end; what is not listed comes behind it, in the order of the text, which must not change then",
		})
	}
}
