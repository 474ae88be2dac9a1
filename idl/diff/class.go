package diff

import (
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/model"
)

// isClass reports whether an interface is declared as a SOM class: it has an implementation
// section, or inherits from SOMObject.
func isClass(i *model.Interface) bool {
	return i.Implementation != nil || i.ScopedName() == "SOMObject" || inherits(i, "SOMObject")
}

// listed returns the names of the releaseorder statement, nil if there is none.
func listed(i *model.Interface) []string {
	if i.Implementation == nil {
		return nil
	}
	v, ok := model.ModifierOf(i.Implementation.Modifiers, "releaseorder")
	if !ok {
		return nil
	}
	return words(v)
}

// words returns the names of a list that is separated by commas.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
}

// introduced returns the names that a class introduces into its release order, as declared.
func introduced(i *model.Interface) []string {
	var out []string
	for _, d := range i.Members() {
		switch d := d.(type) {
		case *model.Operation:
			out = append(out, d.Name)
		case *model.Attribute:
			out = append(out, "_get_"+d.Name)
			if !d.Readonly {
				out = append(out, "_set_"+d.Name)
			}
		}
	}
	for _, m := range data(i) {
		if isStatic(m) {
			out = append(out, m.Name)
		}
	}
	return out
}

// releaseOrder returns the whole release order: what is listed, then the rest as declared.
func releaseOrder(i *model.Interface) []string {
	order := slices.Clone(listed(i))
	for _, n := range introduced(i) {
		if !slices.Contains(order, n) {
			order = append(order, n)
		}
	}
	return order
}

// class compares two releases of an interface as a class.
func (c *comparer) class(s subject, old, new *model.Interface) {
	c.releaseOrders(s, old, new)
	c.data(s, old, new)
	c.overrides(s, old, new)
	c.metaclass(s, old, new)
	c.versions(s, old, new)
	c.conflicts(s, old, new)
	c.classModifiers(s, old, new)
	for _, d := range new.Members() { // those of both releases, and what they say as methods
		if o := member(old, d.About().Name); o != nil {
			c.methodModifiers(c.about(o, d), o.About().Modifiers, d.About().Modifiers)
		}
	}
}

func member(i *model.Interface, name string) model.Decl {
	for _, d := range i.Members() {
		if d.About().Name == name {
			return d
		}
	}
	return nil
}

// releaseOrders holds that the old order is the beginning of the new one.
func (c *comparer) releaseOrders(s subject, old, new *model.Interface) {
	a, b := releaseOrder(old), releaseOrder(new)
	declared, now := introduced(old), introduced(new)
	for _, n := range slices.Clone(a) {
		unlisted := slices.Contains(listed(old), n) && listed(new) != nil && !slices.Contains(listed(new), n)
		switch {
		case unlisted && slices.Contains(now, n), unlisted && !slices.Contains(declared, n):
			c.add("release-order-removed", s, "%s removed from the release order", n)
			a = slices.DeleteFunc(a, func(x string) bool { return x == n })
		}
	}
	x, y := common(a, b)
	if !slices.Equal(x, y) {
		c.add("release-order-changed", s, "the release order is %s now, and was %s", strings.Join(y, ", "), strings.Join(x, ", "))
		return
	}
	var inserted []string
	for i, n := range b {
		if !slices.Contains(a, n) && slices.ContainsFunc(b[i:], func(m string) bool { return slices.Contains(a, m) }) {
			inserted = append(inserted, n)
		}
	}
	if len(inserted) > 0 {
		c.add("release-order-inserted", s, "%s stands before what was there in the release order", strings.Join(inserted, ", "))
	}
}

// versions compares the numbers of the releases.
func (c *comparer) versions(s subject, old, new *model.Interface) {
	number := func(i *model.Interface, name string) int {
		v, _ := classModifier(i, name)
		n, _ := strconv.Atoi(v)
		return n
	}
	if a, b := number(old, "majorversion"), number(new, "majorversion"); a != b {
		c.add("major-version-changed", s, "the major version is %d now, and was %d", b, a)
		return // the minor one begins anew
	}
	switch a, b := number(old, "minorversion"), number(new, "minorversion"); {
	case b > a:
		c.add("minor-version-raised", s, "the minor version is %d now, and was %d", b, a)
	case b < a:
		c.add("minor-version-lowered", s, "the minor version is %d now, and was %d", b, a)
	}
}

func classModifier(i *model.Interface, name string) (string, bool) {
	if i.Implementation == nil {
		return "", false
	}
	return model.ModifierOf(i.Implementation.Modifiers, name)
}

// addedMethod tells of a new method whose name a subclass has introduced in the old release.
func (c *comparer) addedMethod(d model.Decl) {
	o, ok := d.(*model.Operation)
	if !ok {
		return
	}
	up, ok := o.Scope().(*model.Interface)
	if !ok || !c.binary(up) {
		return
	}
	for _, name := range c.old.order {
		sub, ok := c.old.decls[name].(*model.Interface)
		if !ok || !inherits(sub, up.ScopedName()) || member(sub, o.Name) == nil {
			continue
		}
		c.add("method-collides", c.about(member(sub, o.Name), d), "%s introduces a %s of its own", sub.ScopedName(), o.Name)
	}
}

// movedUp returns the declaration of the same name that a base has now, of an operation or
// attribute that is gone from its interface.
func (c *comparer) movedUp(d model.Decl) model.Decl { return inherited(c.new, d) }

// cameDown returns the declaration that an operation had in a base of its interface before.
func (c *comparer) cameDown(d model.Decl) model.Decl {
	if up := inherited(c.old, d); up != nil && c.new.decls[up.About().ScopedName()] == nil {
		return up
	}
	return nil
}

func inherited(in *side, d model.Decl) model.Decl {
	switch d.(type) {
	case *model.Operation, *model.Attribute:
	default:
		return nil
	}
	here, ok := d.About().Scope().(*model.Interface)
	if !ok {
		return nil
	}
	there, ok := in.decls[here.ScopedName()].(*model.Interface)
	if !ok {
		return nil
	}
	for _, a := range there.Ancestors() {
		if m := member(a, d.About().Name); m != nil && m.Kind() == d.Kind() {
			return m
		}
	}
	return nil
}

// migrated tells that an operation is declared by a base now.
func (c *comparer) migrated(old, up model.Decl) {
	s := c.about(old, up)
	s.name, s.group = old.About().ScopedName(), groupOf(old)
	code := "method-moved-up"
	if i, ok := c.new.decls[groupOf(old)].(*model.Interface); ok && s.binary && c.keepsPlaces(old, i) != nil {
		code = "method-moved-up-unlisted"
	}
	c.add(code, s, "%s is declared by %s now", title(old), groupOf(up))
	c.changedOnTheWay(old, up)
}

// changedOnTheWay compares what an operation or attribute said in one interface with what it
// says in another.
func (c *comparer) changedOnTheWay(old, new model.Decl) {
	switch o := old.(type) {
	case *model.Operation:
		c.operations(o, new.(*model.Operation))
	case *model.Attribute:
		c.attributes(o, new.(*model.Attribute))
	}
}

// keepsPlaces returns the names of a declaration that a release order does not list.
func (c *comparer) keepsPlaces(d model.Decl, i *model.Interface) []string {
	need := []string{d.About().Name}
	if a, ok := d.(*model.Attribute); ok {
		need = []string{"_get_" + a.Name}
		if !a.Readonly {
			need = append(need, "_set_"+a.Name)
		}
	}
	return slices.DeleteFunc(need, func(n string) bool { return slices.Contains(listed(i), n) })
}

// slotKept returns the code for a method that is gone while its place in the release order is kept.
func (c *comparer) slotKept(d model.Decl) string {
	switch d.(type) {
	case *model.Operation, *model.Attribute:
	default:
		return ""
	}
	i, ok := c.new.decls[groupOf(d)].(*model.Interface)
	if !ok || !c.binary(d) || len(c.keepsPlaces(d, i)) > 0 {
		return ""
	}
	return "method-removed-slot-kept"
}

// addedCode returns the code for a declaration that is new.
func (c *comparer) addedCode(d model.Decl) string {
	o, isOperation := d.(*model.Operation)
	if isOperation && c.binary(d) {
		if i, ok := c.old.decls[groupOf(d)].(*model.Interface); ok && slices.Contains(listed(i), o.Name) {
			return "method-published"
		}
		if _, ok := model.ModifierOf(o.Modifiers, "init"); ok {
			return "initializer-added"
		}
	}
	return suffixed(d, "-added")
}
