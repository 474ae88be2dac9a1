package check

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// pragmaModifiers carries out a #pragma modifier: of a type, of a class, or of what a class declares or inherits. In each it
// does what the modifier does in an implementation section, before what stands in that.
func (c *checker) pragmaModifiers(p *modifierPragma) {
	for _, left := range p.statement.Left {
		_, known := modifierRules[left.Name]
		_, named := c.pragmaSubject(p.scope, left.Name)
		reversed := known && named.node == nil
		for _, right := range p.statement.Right {
			to, m := left, right
			if reversed {
				to, m = right, left
			}
			if !c.pragmaModifier(p, to, m) {
				return
			}
		}
	}
}

// pragmaModifier gives one modifier. It returns false where there are too many.
func (c *checker) pragmaModifier(p *modifierPragma, to, m *syntax.ModifierTerm) bool {
	item, x := c.pragmaSubject(p.scope, to.Name)
	switch {
	case x.node == nil:
		c.errorf(CodeUnknownTarget, to.Span, "%s is not declared: modifier %s is given to nothing", quote(to.Name), quote(m.Name))
		return true
	case x.place != onClass && item != nil:
		last, at := to.Name, to.Span
		if n := strings.LastIndex(last, "::") + len("::"); n >= len("::") {
			if to.Macro == nil {
				at.Start.Offset += n
				at.Start.Column += n
			}
			last = last[n:]
		}
		return c.attach(item, x, last, at, m)
	case x.place != onClass:
		return c.attach(nil, x, to.Name, to.Span, m)
	}
	rule, known := modifierRules[m.Name]
	if item == nil && known && rule.places&onClass != 0 {
		item = c.sectionFor(x.sym, m)
	}
	if item == nil || known && rule.places&onClass == 0 && rule.places&onType != 0 {
		x.place = onType // what C declares, or a user's modifier of what has no section
		return c.attach(nil, x, to.Name, to.Span, m)
	}
	if c.modified++; c.modified > maxModifiers {
		return c.attach(item, x, to.Name, to.Span, m) // which says so
	}
	c.refer(to.Name, to.Span, to.Macro, x.sym)
	c.classModifier(item, m)
	return true
}

// pragmaSubject finds what a #pragma modifier names: C::m is what m is in the implementation section of C, and so is m where
// the pragma stands in C. Of an interface the place is onClass; item is nil if it has no section.
func (c *checker) pragmaSubject(s *scope, name string) (item *classItem, x subject) {
	if at := strings.LastIndex(name, "::"); at > 0 {
		if of := c.interfaceBehind(c.typeNamed(s, name[:at]).sym); of != nil && c.classOf[of] != nil {
			item = c.classOf[of]
			if x = c.memberOf(item, name[at+2:]); x.node != nil {
				return item, x
			}
		}
	} else if s != nil && s.owner != nil && c.classOf[s.owner] != nil {
		item = c.classOf[s.owner]
		if x = c.memberOf(item, name); x.node != nil {
			return item, x
		}
	}
	x = c.typeNamed(s, name)
	if x.sym != nil && x.sym.kind == kindInterface {
		x.place = onClass
		return c.classOf[x.sym], x
	}
	return nil, x
}

// memberOf finds what a name denotes in an implementation section, if the class itself declares or inherits it.
func (c *checker) memberOf(item *classItem, name string) subject {
	x := c.subject(item, name)
	if x.place == onType && (x.sym == nil || x.sym.scope != item.scope) {
		return subject{}
	}
	return x
}

// sectionFor opens the implementation section of an interface that has none but a modifier of classes; nil if the interface
// is only declared.
func (c *checker) sectionFor(sym *symbol, m *syntax.ModifierTerm) *classItem {
	n := slices.IndexFunc(c.ifaces, func(i *interfaceItem) bool { return i.sym == sym })
	if n < 0 || sym.inner == nil {
		return nil
	}
	item := newClassItem(sym, sym.inner, &model.Implementation{Span: m.Span})
	item.iface = c.ifaces[n]
	item.vars = sym.inner.open(&symbol{name: syntax.Name{Text: "implementation", Span: m.Span}, kind: "implementation section", scope: sym.inner})
	c.classItems = append(c.classItems, item)
	c.classOf[sym] = item
	item.iface.model.Implementation = item.model
	return item
}
