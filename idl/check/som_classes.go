package check

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// classes gives modifiers to what they name, and holds implementation sections against SOM's
// rules. Classes are taken in the order of the text, so that what a class inherits is known.
func (c *checker) classes() {
	if !c.som {
		return
	}
	for _, p := range c.modifiers {
		c.pragmaModifiers(p)
	}
	for _, i := range c.ifaces {
		item := c.classOf[i.sym]
		if item != nil {
			c.dataTypes(item)
			for _, s := range item.statements {
				c.statement(item, s)
			}
		}
		c.checkClass(i, item)
	}
}

func (c *checker) dataTypes(item *classItem) {
	for _, v := range item.variables {
		v.model.Type = c.array(c.typ(v.member.Type), v.declarator)
	}
}

// subject is what a modifier is given to.
type subject struct {
	place place
	node  *model.Node
	sym   *symbol // what a method or type is declared as; of an accessor the attribute
}

// accessorOf returns the attribute's name in "_get_x" or "_set_x".
func accessorOf(name string) (attribute string, ok bool) {
	attribute, ok = strings.CutPrefix(name, "_get_")
	if !ok {
		attribute, ok = strings.CutPrefix(name, "_set_")
	}
	return attribute, ok
}

// call returns the operation or attribute that a name of SOM's denotes in an interface itself.
func call(in *scope, name string) *symbol {
	if in == nil {
		return nil
	}
	if s := in.names[in.fold(name)]; s != nil && (s.kind == kindOperation || s.kind == kindAttribute) {
		return s
	}
	if a, ok := accessorOf(name); ok {
		if s := in.names[in.fold(a)]; s != nil && s.kind == kindAttribute {
			return s
		}
	}
	return nil
}

// inheritedCall returns the operation or attribute that a name denotes in the ancestors: that
// of the leftmost path.
func inheritedCall(in *scope, name string) *symbol {
	seen := map[*scope]bool{}
	var visit func(*scope) *symbol
	visit = func(s *scope) *symbol {
		for _, b := range s.bases {
			if b.inner == nil || seen[b.inner] {
				continue
			}
			seen[b.inner] = true
			if found := call(b.inner, name); found != nil {
				return found
			}
			if found := visit(b.inner); found != nil {
				return found
			}
		}
		return nil
	}
	return visit(in)
}

// subject finds what a name in an implementation section denotes.
func (c *checker) subject(item *classItem, name string) subject {
	if s := call(item.scope, name); s != nil {
		switch {
		case s.kind == kindOperation:
			return subject{onMethod, s.node, s}
		case s.name.Text == name:
			return subject{onAttribute, s.node, s}
		}
		return subject{onMethod, &item.accessor(name).Node, s}
	}
	if s := item.vars.names[item.vars.fold(name)]; s != nil {
		return subject{onVariable, s.node, s}
	}
	if s := inheritedCall(item.scope, name); s != nil {
		return subject{onInherited, &item.override(name, s).Node, s}
	}
	if t := c.typeNamed(item.scope, name); t.sym != nil {
		return t
	}
	if esc, ok := strings.CutPrefix(name, "_"); ok && esc != "" {
		if s := call(item.scope, esc); s != nil && s.name.Escaped {
			return subject{onMethod, s.node, s}
		}
	}
	return subject{}
}

// typeNamed finds a type, constant or other declaration, from a scope outwards.
func (c *checker) typeNamed(s *scope, name string) subject {
	n := &syntax.ScopedName{Absolute: strings.HasPrefix(name, "::")}
	for _, part := range strings.Split(strings.TrimPrefix(name, "::"), "::") {
		n.Parts = append(n.Parts, syntax.Name{Text: part})
	}
	for at := s; at != nil; at = at.parent {
		in := at
		if n.Absolute {
			in = c.root
		}
		var sym *symbol
		for _, part := range n.Parts {
			if sym = nil; in == nil {
				break
			}
			found := in.find(part.Text)
			if len(found) == 0 {
				break
			}
			sym = found[0]
			in = sym.inner
		}
		if sym != nil && sym.node != nil && sym.kind != kindParam {
			return subject{onType, sym.node, sym}
		}
	}
	return subject{}
}

// override returns the entry of an inherited method in the model.
func (item *classItem) override(name string, of *symbol) *model.Override {
	o := item.overrides[name]
	if o == nil {
		o = &model.Override{}
		if of != nil {
			o.Of = "::" + of.qualified()
		}
		o.Name = name
		item.overrides[name] = o
	}
	return o
}

// accessor returns the entry of an accessor in the model.
func (item *classItem) accessor(name string) *model.Accessor {
	a := item.accessors[name]
	if a == nil {
		a = &model.Accessor{}
		a.Name = name
		item.accessors[name] = a
	}
	return a
}

// keep enters an override or accessor that has modifiers into the model.
func (item *classItem) keep(t subject, name string, at diag.Span) {
	if len(t.node.Modifiers) > 0 {
		return
	}
	switch {
	case t.place == onInherited || t.place == onNothing:
		o := item.overrides[name]
		o.Span, o.NameSpan = at, at
		item.model.Overrides = append(item.model.Overrides, o)
	case t.place == onMethod && item.accessors[name] != nil && t.node == &item.accessors[name].Node:
		a := item.accessors[name]
		a.Span, a.NameSpan = at, at
		item.model.Accessors = append(item.model.Accessors, a)
	}
}

// statement carries out a modifier statement.
func (c *checker) statement(item *classItem, s *syntax.ModifierStmt) {
	if !s.Colon {
		for _, t := range s.Left {
			c.classModifier(item, t)
		}
		return
	}
	right := c.rightSide(item, s.Right)
	for _, left := range s.Left {
		if c.isQualified(item, left, right) {
			for _, m := range s.Right {
				if !c.give(item, left, m) {
					return
				}
			}
		} else if !c.listModifier(item, left, s.Right) {
			return
		}
	}
}

// rightSide is what stands behind the colon of a statement.
type rightSide struct {
	known   bool // one is a modifier of SOM's
	further bool // one is a modifier of SOM's that is not for classes or types alone, and names nothing
}

func (c *checker) rightSide(item *classItem, ts []*syntax.ModifierTerm) rightSide {
	var r rightSide
	for _, t := range ts {
		rule, ok := modifierRules[t.Name]
		r.known = r.known || ok
		r.further = r.further || ok && rule.places&^(onClass|onType) != 0 && c.subject(item, t.Name).node == nil
	}
	return r
}

// isQualified tells "q : m, n" from "m : a, b". A modifier may have the name of a method, and
// a method that of a modifier: what is declared is told from what is known.
func (c *checker) isQualified(item *classItem, left *syntax.ModifierTerm, right rightSide) bool {
	_, known := modifierRules[left.Name]
	declared := c.subject(item, left.Name).node != nil
	if !known {
		if left.Value != nil {
			return false // a modifier with its value
		}
		if declared {
			return true
		}
		// Neither: a modifier of a private method, or a user's modifier with its list.
		return right.further
	}
	return declared && left.Value == nil && right.known
}

// classModifier records a modifier of the class.
func (c *checker) classModifier(item *classItem, t *syntax.ModifierTerm) {
	c.checkValue(t)
	c.checkModifierPlace(t, onClass, "class "+quote(item.sym.name.Text))
	if first := item.given[t.Name]; first != nil && valueOf(first) != valueOf(t) && modifierRules[t.Name].value != listOfNames {
		c.repeated(t, first)
	}
	item.given[t.Name] = t
	item.model.Modifiers = append(item.model.Modifiers, modifierOf(t))
	if t.Value != nil && t.Name == "releaseorder" {
		for _, n := range modifierOf(t).List() {
			c.released(item, &syntax.ModifierTerm{Name: n, Span: t.Value.Span})
		}
	}
}

// listModifier records "m : a, b;". A modifier of methods, attributes and so on is given to
// each; one of the class, or a user's, is the class's with the list as its value. It returns
// false where there are too many.
func (c *checker) listModifier(item *classItem, m *syntax.ModifierTerm, list []*syntax.ModifierTerm) bool {
	rule, known := modifierRules[m.Name]
	if known && rule.places&^onClass != 0 {
		for _, t := range list {
			given := *m
			given.Span = t.Span
			if !c.give(item, t, &given) {
				return false
			}
		}
		return true
	}
	whole := *m
	if m.Value == nil {
		var names []string
		for _, t := range list {
			names = append(names, withValue(t))
		}
		whole.Value = &syntax.ModifierValue{Text: strings.Join(names, ","), Span: m.Span}
	}
	if len(list) > 0 || rule.value != listOfNames {
		c.checkValue(&whole)
	}
	item.given[m.Name] = &whole
	item.model.Modifiers = append(item.model.Modifiers, modifierOf(&whole))
	for _, t := range list {
		if m.Name == "releaseorder" {
			c.released(item, t)
		} else if x := c.subject(item, t.Name); !known && x.node != nil && !c.attach(item, x, t.Name, t.Span, m) {
			return false
		}
	}
	return true
}

// give gives a modifier to what a name denotes. It returns false where there are too many.
func (c *checker) give(item *classItem, to, m *syntax.ModifierTerm) bool {
	x := c.subject(item, to.Name)
	if x.node != nil {
		return c.attach(item, x, to.Name, to.Span, m)
	}
	if !c.attach(item, subject{onNothing, &item.override(to.Name, nil).Node, nil}, to.Name, to.Span, m) {
		return false
	}
	near := c.meant(to.Name, item.methodNames)
	d := diag.Diagnostic{Code: CodeUnknownTarget, Span: to.Span, Message: quote(to.Name) + " is no method, attribute, variable or type that is declared here: modifier " + quote(m.Name) + " is given to nothing"}
	switch m.Name {
	case "override", "migrate", "select":
		if c.derivesLater(item) {
			return true
		}
		d.Code = CodeOverride
		d.Message = quote(to.Name) + " is no method that " + quote(item.sym.name.Text) + " inherits"
		near = c.meant(to.Name, item.inheritedNames)
		if slices.Contains(retired, to.Name) {
			d.Code, near = CodeUnknownTarget, ""
			d.Message = quote(to.Name) + " is a method of an older release of SOM, which SOM 3.0 does not have"
		}
	}
	if near != "" {
		d.Help = "did you mean " + quote(near) + "?"
	}
	c.add(d)
	return true
}

// retired are methods of SOMObject and SOMClass whose places in the release order SOM 3.0 keeps, but
// not their names.
var retired = []string{
	"somDispatchV", "somDispatchL", "somDispatchA", "somDispatchD", "somInitClass", "somGetParent", "somGetInstanceOffset",
	"somGetMethodOffset", "somSetMethodDescriptor", "somGetPClsMtabs",
}

// derivesLater reports whether the class, or an ancestor, leaves its parent to be derived when
// the program runs, as a metaclass can: what it inherits is not known.
func (c *checker) derivesLater(item *classItem) bool {
	if len(item.scope.bases) == 0 {
		return true
	}
	for _, a := range somAncestors(item.scope) {
		if len(a.inner.bases) == 0 && c.metaclasses()[a.name.Text] {
			return true
		}
	}
	return false
}

// maxGuesses bounds how often a misspelled name is compared with all that could be meant, and
// maxCandidates with how many.
const maxGuesses, maxCandidates = 100, 1_000

// meant returns what a misspelled name may have meant, or "". Of messages that will not be kept
// it is not asked.
func (c *checker) meant(name string, candidates func() []string) string {
	if c.report.Full() {
		return ""
	}
	if c.guesses++; c.guesses > maxGuesses {
		return ""
	}
	all := candidates()
	return diag.Closest(name, all[:min(len(all), maxCandidates)])
}

// maxModifiers bounds the modifiers that statements give to declarations (limit
// idl-modifiers): "a, b : m, n" gives four.
const maxModifiers = 1 << 18

// attach enters a modifier into the model, and checks what can be told of it alone. It
// returns false where there are too many.
func (c *checker) attach(item *classItem, x subject, name string, at diag.Span, m *syntax.ModifierTerm) bool {
	if c.modified++; c.modified > maxModifiers {
		if c.modified == maxModifiers+1 {
			c.errorf(CodeModifierValue, m.Span, "too many modifiers: more than %d (limit idl-modifiers)", maxModifiers)
		}
		return false
	}
	c.checkValue(m)
	switch {
	case m.Name == "override" && x.place == onMethod:
		c.add(diag.Diagnostic{
			Code: CodeOverride, Span: at, Message: quote(name) + " is introduced by " + quote(item.sym.name.Text) + " itself, which so cannot override it",
			Notes: note(x.sym.span(), "declared here"),
		})
	case x.place != onNothing:
		c.checkModifierPlace(m, x.place, x.place.one()+" "+quote(name))
	}
	c.refer(name, at, m.Macro, x.sym)
	if item != nil {
		item.keep(x, name, at)
		switch {
		case m.Name == "migrate" || m.Name == "select":
			c.referList(m, func(n string) *symbol { return ancestorNamed(item, n) })
		case isParameterList(m.Name):
			method := x.sym
			if method == nil {
				method = inheritedCall(item.scope, name)
			}
			c.referList(m, func(n string) *symbol { return paramNamed(method, n) })
		}
	}
	before := c.modifiedBy[x.node]
	if before == nil {
		before = map[string]string{}
		c.modifiedBy[x.node] = before
	}
	if v, twice := before[m.Name]; twice && v != valueOf(m) && modifierRules[m.Name].value != listOfNames {
		c.add(diag.Diagnostic{Code: CodeRepeated, Span: m.Span, Message: "modifier " + quote(m.Name) + " is given to " + quote(name) + " twice, with different values; the last counts"})
	}
	before[m.Name] = valueOf(m)
	x.node.Modifiers = append(x.node.Modifiers, modifierOf(m))
	return true
}

// checkModifierPlace warns of a modifier where it means nothing, and of one that is probably misspelled.
func (c *checker) checkModifierPlace(m *syntax.ModifierTerm, at place, what string) {
	rule, known := modifierRules[m.Name]
	switch {
	case known && rule.places&at == 0:
		c.errorf(CodeMisplaced, m.Span, "modifier %s means nothing for %s; it is for %s", quote(m.Name), what, rule.places)
	case !known:
		near, seen := c.nearModifier[m.Name]
		if !seen && len(m.Name) > 3 {
			near = c.meant(m.Name, func() []string { return modifierNames })
			c.nearModifier[m.Name] = near
		}
		if near != "" {
			c.add(diag.Diagnostic{Code: CodeUnknownModifier, Span: m.Span, Message: quote(m.Name) + " is no modifier of SOM, and taken for a user's", Help: "did you mean " + quote(near) + "?"})
		}
	}
}

func (c *checker) repeated(m, first *syntax.ModifierTerm) {
	c.add(diag.Diagnostic{
		Code: CodeRepeated, Span: m.Span, Message: "modifier " + quote(m.Name) + " is given again, with another value; the last counts",
		Notes: note(first.Span, "the first is here"),
	})
}

// released enters a name into the release order.
func (c *checker) released(item *classItem, t *syntax.ModifierTerm) {
	if first := item.order[t.Name]; first != nil {
		c.add(diag.Diagnostic{Code: CodeReleaseOrder, Span: t.Span, Message: quote(t.Name) + " is in the release order twice", Notes: note(first.Span, "the first is here")})
		return
	}
	item.order[t.Name] = t
	item.listed = append(item.listed, t)
	s := call(item.scope, t.Name)
	if s == nil {
		s = item.vars.names[item.vars.fold(t.Name)]
	}
	if s == nil {
		s = inheritedCall(item.scope, t.Name)
	}
	c.refer(t.Name, t.Span, t.Macro, s)
}

// refer tells tools what a name in an implementation section denotes; s is nil where that is
// not known. Of _get_x and of a name with scopes the place is that of the declared name in it.
func (c *checker) refer(name string, at diag.Span, macro *syntax.Macro, s *symbol) {
	if s == nil || c.indexer == nil || at.End.Offset-at.Start.Offset != len(name) && macro == nil {
		return
	}
	before, ok := strings.CutSuffix(name, s.name.Text)
	if !ok || before != "" && before != "_get_" && before != "_set_" && !strings.HasSuffix(before, "::") {
		return // SOM's M_I
	}
	if macro == nil {
		at.Start.Offset += len(before)
		at.Start.Column += len(before)
	}
	c.indexer.use(syntax.Name{Text: s.name.Text, Span: at, Macro: macro}, s)
}

func valueOf(t *syntax.ModifierTerm) string {
	if t.Value == nil {
		return ""
	}
	return t.Value.Text
}

func withValue(t *syntax.ModifierTerm) string {
	if t.Value == nil {
		return t.Name
	}
	return t.Name + "=" + t.Value.Text
}

func modifierOf(t *syntax.ModifierTerm) model.Modifier {
	return model.Modifier{Name: t.Name, Value: valueOf(t), Span: t.Span}
}

// methodNames returns the names of the methods that the class introduces, in source order.
func (item *classItem) methodNames() []string { return methodNames(item.scope) }

func methodNames(in *scope) []string {
	var names []string
	for _, s := range in.order {
		switch s.kind {
		case kindOperation:
			names = append(names, s.name.Text)
		case kindAttribute:
			names = append(names, "_get_"+s.name.Text)
			if a, ok := s.decl.(*model.Attribute); ok && !a.Readonly {
				names = append(names, "_set_"+s.name.Text)
			}
		}
	}
	return names
}

// inheritedNames returns the names of the methods that the class inherits, for suggestions.
func (item *classItem) inheritedNames() []string {
	var names []string
	for _, a := range somAncestors(item.scope) {
		names = append(names, methodNames(a.inner)...)
	}
	return names
}

// somAncestors returns the interfaces that a scope inherits from, each once, the leftmost path first.
func somAncestors(in *scope) []*symbol {
	var all []*symbol
	seen := map[*symbol]bool{}
	var visit func(*scope)
	visit = func(s *scope) {
		for _, b := range s.bases {
			if !seen[b] && b.inner != nil {
				seen[b] = true
				all = append(all, b)
				visit(b.inner)
			}
		}
	}
	visit(in)
	return all
}
