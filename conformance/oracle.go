package conformance

import (
	"slices"
	"strings"
)

// An oracle says what docs/som.md wants of random cases. It is as naive as can be: sets are
// found by walking, nothing is indexed, and whatever is asked for is worked out anew.
type oracle struct {
	classes map[string]*known
	objects map[string]*thing
}

// known is a class that was defined.
type known struct {
	Class
	order     []string
	metaclass string
	derived   bool
	own       map[string]string // method: name of the implementation
	table     map[string]stands
	dynamics  []string
	by        string // its substitute
}

// stands is what is in a table: an implementation's name, and whose it is.
type stands struct{ name, class string }

// thing is an object.
type thing struct {
	class string
	refs  int
	cast  string // the ancestor that calls by offset behave as
}

func newOracle() *oracle {
	o := &oracle{classes: map[string]*known{}, objects: map[string]*thing{}}
	o.classes["SOMObject"] = &known{Class: Class{Name: "SOMObject"}, order: []string{"SOMObject"}, metaclass: "SOMClass"}
	o.classes["SOMClass"] = &known{Class: Class{Name: "SOMClass", Parents: []string{"SOMObject"}}, order: []string{"SOMClass", "SOMObject"}, metaclass: "SOMClass"}
	return o
}

// parents are those of a class, also where it says nothing.
func (c *Class) parents() []string {
	if c.Parents == nil && c.Name != "SOMObject" {
		return []string{"SOMObject"}
	}
	return c.Parents
}

func (o *oracle) descends(c, a string) bool {
	return c == a || slices.ContainsFunc(o.classes[c].parents(), func(p string) bool { return o.descends(p, a) })
}

// concrete reports whether a path without an abstract parent leads from c to a.
func (o *oracle) concrete(c *Class, a string) bool {
	if c.Name == a || a == "SOMObject" {
		return true
	}
	for _, p := range c.parents() {
		if !slices.Contains(c.AbstractParents, p) && o.concrete(&o.classes[p].Class, a) {
			return true
		}
	}
	return false
}

// linearise merges as the text says, or answers false.
func (o *oracle) linearise(c *Class) ([]string, bool) {
	var lists [][]string
	for _, p := range c.parents() {
		lists = append(lists, slices.Clone(o.classes[p].order))
	}
	var listed []string
	for i, p := range c.parents() {
		if !slices.ContainsFunc(c.parents()[i+1:], func(later string) bool { return o.descends(later, p) }) {
			listed = append(listed, p)
		}
	}
	lists = append(lists, listed)
	order := []string{c.Name}
	for {
		lists = slices.DeleteFunc(lists, func(l []string) bool { return len(l) == 0 })
		if len(lists) == 0 {
			return order, true
		}
		best := o.pick(c, lists, func(l []string) []string { return l[:1] })
		if best == "" {
			best = o.pick(c, lists, func(l []string) []string { return l })
		}
		if best == "" {
			return nil, false
		}
		order = append(order, best)
		for i := range lists {
			lists[i] = slices.DeleteFunc(lists[i], func(x string) bool { return x == best })
		}
	}
}

// pick is the class of those in parts of the lists that nothing serious is against, and the fewest lists; "" if there is none.
func (o *oracle) pick(c *Class, lists [][]string, part func([]string) []string) string {
	best, fewest := "", len(lists)+1
	for _, l := range lists {
		for _, x := range part(l) {
			against, serious := 0, false
			for _, other := range lists {
				if i := slices.Index(other, x); i > 0 {
					against++
					for _, before := range other[:i] {
						serious = serious || o.serious(c, before, x)
					}
				}
			}
			if !serious && against < fewest {
				best, fewest = x, against
			}
		}
	}
	return best
}

// serious reports whether an order must not be given up by taking a class before another that
// stands before it.
func (o *oracle) serious(c *Class, before, taken string) bool {
	if o.descends(before, taken) {
		return true
	}
	if !o.concrete(c, before) || !o.concrete(c, taken) {
		return false
	}
	b, t := o.classes[before], o.classes[taken]
	for m := range b.own {
		if _, both := t.own[m]; both {
			return true
		}
	}
	state := func(k *known) bool { return k.Data[0] > 0 && (k.Init || k.Fini) }
	return state(b) && state(t)
}

// method is what a qualified name means for a class: the name at the class that introduces it now.
func (o *oracle) method(name string) string {
	class, bare, _ := cut(name)
	for _, m := range o.classes[class].Introduces {
		if m.Name == bare && m.Migrated != "" {
			return o.method(m.Migrated + "::" + bare)
		}
	}
	return name
}

// kind is that of a method, "dynamic" too.
func (o *oracle) kind(name string) string {
	class, bare, _ := cut(name)
	for _, m := range o.classes[class].Introduces {
		if m.Name == bare {
			return m.Kind
		}
	}
	return "dynamic"
}

func cut(name string) (class, bare string, qualified bool) {
	i := strings.LastIndex(name, "::")
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+2:], true
}

// define answers the code of an error, or "".
func (o *oracle) define(c Class) string {
	order, ok := o.linearise(&c)
	if !ok {
		return "order"
	}
	var kept []string
	if c.Metaclass != "" {
		kept = []string{c.Metaclass}
	}
	for _, p := range c.parents() {
		kept = o.keep(kept, o.classes[p].metaclass)
	}
	metaclass, ok := o.join(kept)
	if !ok {
		return "metaclass"
	}
	k := &known{Class: c, order: order, metaclass: metaclass, own: map[string]string{}, table: map[string]stands{}}
	o.classes[c.Name] = k
	for _, m := range c.Introduces {
		if m.Migrated == "" {
			k.own[c.Name+"::"+m.Name] = c.Name
		}
	}
	for _, m := range c.Overrides {
		k.own[o.method(m)] = c.Name
	}
	for _, a := range order {
		for _, m := range o.classes[a].introduced() {
			k.table[m] = o.inherit(k, m)
		}
	}
	return ""
}

// introduced are the methods that a class introduces and that are in the table.
func (k *known) introduced() []string {
	var all []string
	for _, m := range k.Introduces {
		if m.Migrated == "" && m.Kind != "procedure" {
			all = append(all, k.Name+"::"+m.Name)
		}
	}
	return all
}

func (o *oracle) inherit(k *known, m string) stands {
	if name, own := k.own[m]; own {
		return stands{name, k.Name}
	}
	for s, p := range k.Select {
		if o.method(s) == m {
			return o.classes[p].table[m]
		}
	}
	for _, p := range k.parents() {
		if !slices.Contains(k.AbstractParents, p) {
			if s := o.classes[p].table[m]; s.class != "" {
				return s
			}
		}
	}
	return stands{}
}

func (o *oracle) keep(kept []string, m string) []string {
	for _, k := range kept {
		if o.descends(k, m) {
			return kept
		}
	}
	var all []string
	placed := false
	for _, k := range kept {
		if !o.descends(m, k) {
			all = append(all, k)
		} else if !placed {
			all, placed = append(all, m), true
		}
	}
	if !placed {
		all = append(all, m)
	}
	return all
}

func (o *oracle) join(kept []string) (string, bool) {
	if len(kept) == 1 {
		return kept[0], true
	}
	name := "SOMDerived(" + strings.Join(kept, ",") + ")"
	if o.classes[name] != nil {
		return name, true
	}
	if len(name) > 4095 || o.define(Class{Name: name, Parents: kept}) != "" {
		return "", false
	}
	k := o.classes[name]
	k.derived = true
	for m := range k.table {
		for _, a := range k.order {
			if impl, own := o.classes[a].own[m]; own {
				k.table[m] = stands{impl, a}
				break
			}
		}
	}
	return name, true
}

// lookup answers a method's full name, or the code of an error.
func (o *oracle) lookup(c, name string) (method, code string) {
	class, bare, qualified := cut(name)
	for _, a := range o.classes[c].order {
		k := o.classes[a]
		has := slices.ContainsFunc(k.Introduces, func(m Method) bool {
			return m.Name == bare && (qualified || m.Migrated == "")
		})
		switch {
		case qualified && a != class:
		case has && qualified:
			return o.method(name), ""
		case has:
			if o.again(c, a, bare) {
				return "", "ambiguous"
			}
			return a + "::" + bare, ""
		case slices.Contains(k.dynamics, bare):
			return a + "::" + bare, ""
		}
	}
	return "", "unknown"
}

// again reports whether an ancestor other than a introduces the name.
func (o *oracle) again(c, a, bare string) bool {
	return slices.ContainsFunc(o.classes[c].order, func(x string) bool {
		return x != a && slices.ContainsFunc(o.classes[x].Introduces, func(m Method) bool { return m.Name == bare && m.Migrated == "" })
	})
}

func (o *oracle) next(c, m string) []string {
	k := o.classes[c]
	s := k.table[m]
	chain := []string{s.name}
	behind := false
	for _, a := range k.order {
		if name, own := o.classes[a].own[m]; behind && own && o.concrete(&k.Class, a) {
			chain = append(chain, name)
		}
		behind = behind || a == s.class
	}
	return chain
}

func (o *oracle) parentcall(c, m string, n int) (string, string) {
	k := o.classes[c]
	if n >= len(k.parents()) {
		return "", "parents"
	}
	p := k.parents()[n]
	class, _, _ := cut(m)
	switch {
	case !o.descends(p, class):
		return "", "unknown"
	case slices.Contains(k.AbstractParents, p) || o.classes[p].table[m].class == "":
		return "", "abstract"
	}
	return o.classes[p].table[m].name, ""
}

// layout answers the classes with data and their offsets, and the size.
func (o *oracle) layout(c string) (all [][]any, size int) {
	k := o.classes[c]
	align := 1
	for _, a := range slices.Backward(k.order) {
		d := o.classes[a].Data
		if d[0] == 0 || !o.concrete(&k.Class, a) {
			continue
		}
		for size%d[1] != 0 {
			size++
		}
		all = append(all, []any{a, size})
		size += d[0]
		align = max(align, d[1])
	}
	for size%align != 0 {
		size++
	}
	return all, size
}

// visits are the classes that initialisation visits.
func (o *oracle) visits(c string) []string {
	var all []string
	var visit func(c string)
	visit = func(c string) {
		k := o.classes[c]
		first := k.InitClasses
		if first == nil {
			for _, p := range k.parents() {
				if !slices.Contains(k.AbstractParents, p) {
					first = append(first, p)
				}
			}
		}
		for _, a := range first {
			visit(a)
		}
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	visit(c)
	return all
}

// trace is what visits note.
func (o *oracle) trace(c, sign string) []string {
	all := []string{}
	for _, a := range o.visits(c) {
		k := o.classes[a]
		if sign == "~" && k.Fini {
			all = append([]string{"~" + a}, all...)
		}
		if sign != "~" && k.Init {
			all = append(all, sign+a)
		}
	}
	return all
}

// busy reports whether something needs a class.
func (o *oracle) busy(c string) bool {
	for name, k := range o.classes {
		if name != c && (k.metaclass == c || k.by == c || slices.Contains(k.parents(), c)) {
			return true
		}
	}
	for _, t := range o.objects {
		if t.class == c && t.refs > 0 {
			return true
		}
	}
	return false
}

// unload ends a class, and derived metaclasses that are left over.
func (o *oracle) unload(c string) {
	delete(o.classes, c)
	for again := true; again; {
		again = false
		for name, k := range o.classes {
			if k.derived && !o.busy(name) {
				delete(o.classes, name)
				again = true
			}
		}
	}
}
