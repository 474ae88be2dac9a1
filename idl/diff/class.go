package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// listed returns the names of the release order that are written down.
func listed(i *model.Interface) []string {
	var out []string
	for _, r := range i.ReleaseOrder() {
		if r.Listed {
			out = append(out, r.Name)
		}
	}
	return out
}

// introduced returns the names that a class has places for in the order of their declaration.
func introduced(i *model.Interface) []string {
	var out []string
	for _, m := range i.Introduced() {
		out = append(out, m.Name)
	}
	return append(out, memberNames(i.StaticData())...)
}

// releaseOrder returns the whole release order; of an interface that is taken for a class
// without being declared as one, what it would be.
func releaseOrder(i *model.Interface) []string {
	if !i.IsClass() {
		return introduced(i)
	}
	var out []string
	for _, r := range i.ReleaseOrder() {
		out = append(out, r.Name)
	}
	return out
}

// class compares two releases of an interface as a class.
func (c *comparer) class(s subject, old, new *model.Interface) {
	c.releaseOrders(s, old, new)
	c.data(s, old, new)
	c.overrides(s, old, new)
	c.metaclass(s, old, new)
	c.versions(s, old, new)
	c.conflicts(s, old, new)
	c.lost(s, old, new)
	c.hollow(s, old, new)
	c.selections(s, old, new)
	c.classModifiers(s, old, new)
	c.methods(old, new)
	c.kinds(s, old, new)
}

// methods compares the modifiers of methods and attributes that both releases declare, and
// those that accessors of attributes and inherited methods are given by name.
func (c *comparer) methods(old, new *model.Interface) {
	for _, d := range new.Members() {
		if o := member(old, d.About().Name); o != nil {
			c.methodModifiers(c.about(o, d), o.About().Modifiers, d.About().Modifiers)
		}
	}
	s := c.about(old, new)
	a, b := byName(old), byName(new)
	for _, name := range merge(a.names, b.names) {
		x, y := a.nodes[name], b.nodes[name]
		c.methodModifiers(s.part("method", name, x, y), modifiers(x), modifiers(y))
	}
}

// named are the nodes of an implementation section that give modifiers by name.
type named struct {
	names []string
	nodes map[string]*model.Node
}

func byName(i *model.Interface) named {
	n := named{nodes: map[string]*model.Node{}}
	add := func(x *model.Node) {
		if n.nodes[x.Name] == nil {
			n.names = append(n.names, x.Name)
			n.nodes[x.Name] = x
		}
	}
	if i.Implementation != nil {
		for _, o := range i.Implementation.Overrides {
			add(&o.Node)
		}
		for _, a := range i.Implementation.Accessors {
			add(&a.Node)
		}
	}
	return n
}

func modifiers(n *model.Node) []model.Modifier {
	if n == nil {
		return nil
	}
	return n.Modifiers
}

// merge returns the names of a, and those of b that are not among them.
func merge(a, b []string) []string {
	out := slices.Clone(a)
	for _, n := range b {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
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
		unlisted := slices.Contains(listed(old), n) && len(listed(new)) > 0 && !slices.Contains(listed(new), n)
		switch {
		case unlisted && slices.Contains(now, n):
			c.add("release-order-removed", s, "%s removed from the release order", n)
		case unlisted && !slices.Contains(declared, n):
			if i := slices.Index(a, n); i == len(a)-1 && len(b) <= i {
				c.add("release-order-shortened", s, "%s, which named nothing, removed from the end of the release order", n)
			} else {
				c.add("place-removed", s, "%s, which named nothing any more, removed from the release order", n)
			}
		default:
			continue
		}
		a = slices.DeleteFunc(a, func(x string) bool { return x == n })
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
	oldMajor, oldMinor := old.ClassVersion()
	major, minor := new.ClassVersion()
	switch {
	case major != oldMajor:
		c.add("major-version-changed", s, "the major version is %d now, and was %d", major, oldMajor)
	case minor > oldMinor:
		c.add("minor-version-raised", s, "the minor version is %d now, and was %d", minor, oldMinor)
	case minor < oldMinor:
		c.add("minor-version-lowered", s, "the minor version is %d now, and was %d", minor, oldMinor)
	}
}

// movedUp returns the declaration of the same name that a base has now, of an operation or
// attribute that is gone from its interface.
func (c *comparer) movedUp(d model.Decl) model.Decl { return inherited(c.old, c.new, d) }

// cameDown returns the declaration that an operation had in a base of its interface before.
func (c *comparer) cameDown(d model.Decl) model.Decl {
	if up := inherited(c.new, c.old, d); up != nil && c.new.decls[c.old.there(up)] == nil {
		return up
	}
	return nil
}

// inherited returns the declaration in one release of the name of an operation or attribute of
// the other, where it is inherited.
func inherited(of, in *side, d model.Decl) model.Decl {
	switch d.(type) {
	case *model.Operation, *model.Attribute:
	default:
		return nil
	}
	here, ok := d.About().Scope().(*model.Interface)
	if !ok {
		return nil
	}
	there, ok := in.decls[of.there(here)].(*model.Interface)
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
	s.name, s.group = old.About().ScopedName(), c.old.groupThere(old)
	code := "method-moved-up"
	forgotten := false
	if i, ok := c.new.decls[c.old.groupThere(old)].(*model.Interface); ok && s.binary {
		moved := func(n string) bool { return i.Migrations()[n] != nil }
		names := placesOf(old)
		unlisted := slices.ContainsFunc(c.keepsPlaces(old, i), func(n string) bool { return !moved(n) })
		if unlisted {
			code = "method-moved-up-unlisted"
		}
		if forgotten = !unlisted && !slices.ContainsFunc(names, moved); forgotten && !sameLibrary(i, classOf(up)) {
			return // who has it as it was has both: they collide, which is told there
		}
		for _, n := range names {
			if slices.Contains(listed(i), n) && !moved(n) { // a place in which nothing is any more
				c.add("implementation-lost", s.part("method", n, &old.About().Node, &i.Node), "the place of %s in %s is kept, and not for that of %s: it has not migrated", n, i.ScopedName(), groupOf(up))
			}
		}
	}
	if forgotten {
		return // nothing of it has moved: there is a method of its name above, and its own place is empty
	}
	c.add(code, s, "%s is declared by %s now", title(old), groupOf(up))
	if last := &c.changes[len(c.changes)-1]; code == "method-moved-up-unlisted" && !anyMethod(old, func(m *model.Method) bool { return m.Kind() == model.StaticMethod }) {
		last.Binary = Caution // what is not overridden is called as ever; only its place is gone
	}
	if a, b := classOf(old), classOf(up); a != nil && b != nil && a.OIDL() != b.OIDL() {
		c.add("callstyle-changed", s, "%s is called as a method of %s is now, which has another call style", title(old), groupOf(up))
	}
	if s.binary {
		c.movedWays(s, old, up)
	}
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

func classOf(d model.Decl) *model.Interface {
	i, _ := d.About().Scope().(*model.Interface)
	return i
}

// placesOf returns the names that an operation or attribute has in a release order.
func placesOf(d model.Decl) []string {
	a, ok := d.(*model.Attribute)
	switch {
	case !ok:
		return []string{d.About().Name}
	case a.Readonly:
		return []string{"_get_" + a.Name}
	}
	return []string{"_get_" + a.Name, "_set_" + a.Name}
}

// keepsPlaces returns the names of a declaration that a release order does not list.
func (c *comparer) keepsPlaces(d model.Decl, i *model.Interface) []string {
	return slices.DeleteFunc(placesOf(d), func(n string) bool { return slices.Contains(listed(i), n) })
}

// slotKept returns the code for a method that is gone while its place in the release order is kept: a call of what is there instead is an
// exception. A procedure without environment is not called then, as if there was no place.
func (c *comparer) slotKept(d model.Decl) string {
	switch d.(type) {
	case *model.Operation, *model.Attribute:
	default:
		return ""
	}
	i, ok := c.new.decls[c.old.groupThere(d)].(*model.Interface)
	if !ok || !c.binary(d) || len(c.keepsPlaces(d, i)) > 0 || anyMethod(d, isBare) {
		return ""
	}
	return "method-removed-slot-kept"
}

// anyMethod reports whether an operation is a method, or one of those of an attribute, of which that is so.
func anyMethod(d model.Decl, is func(*model.Method) bool) bool {
	i := classOf(d)
	return i != nil && slices.ContainsFunc(i.Introduced(), func(m model.Method) bool {
		return (model.Decl(m.Operation) == d || model.Decl(m.Attribute) == d) && is(&m)
	})
}

// isBare reports whether a method is called without an environment, as a procedure. Its signature has no letters then.
func isBare(m *model.Method) bool {
	return m.Kind() == model.ProcedureMethod && strings.HasPrefix(cabi.Signature(m), "/")
}

// addedCode returns the code for a declaration that is new.
func (c *comparer) addedCode(d model.Decl) string {
	o, isOperation := d.(*model.Operation)
	if isOperation && c.binary(d) {
		if i, ok := c.old.decls[c.new.groupThere(d)].(*model.Interface); ok && slices.Contains(listed(i), o.Name) {
			return "method-published"
		}
		if o.HasModifier("init") {
			return "initializer-added"
		}
	}
	return suffixed(d, "-added")
}
