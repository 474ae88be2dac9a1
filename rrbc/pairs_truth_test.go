package rrbc_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
)

// A built is a library whose classes are in the kernel in Go, as far as they can be made; what their methods do does not matter.
type built struct {
	spec *model.Spec
	all  []*model.Interface
	m    som.Manager
	err  error

	agree  bool    // see agreed: of the class that was made last
	joined []joint // see joinable
}

// build makes the classes of a release; with state each of them has data that it begins and ends, as in C++.
func build(spec *model.Spec, state bool) *built {
	b := &built{spec: spec}
	zoo, _ := spec.Lookup("Zoo").(*model.Module)
	for _, d := range zoo.Decls {
		if i, ok := d.(*model.Interface); ok {
			b.all = append(b.all, i)
		}
	}
	for _, i := range b.all {
		if b.err == nil {
			b.err = b.need(i, state)
		}
	}
	return b
}

// need makes a class, if it is not there, and what it is made of before: a metaclass may stand behind its classes in the text.
func (b *built) need(i *model.Interface, state bool) error {
	if b.class(i) != nil {
		return nil
	}
	if m := i.Metaclass(); m != nil {
		if err := b.need(m, state); err != nil {
			return err
		}
	}
	for _, p := range i.Parents() {
		if err := b.need(p, state); err != nil {
			return err
		}
	}
	return b.define(i, state)
}

var nothing voidFunc = func(som.Self) error { return nil }

func (b *built) class(i *model.Interface) *som.Class {
	w := reference{}
	switch c := w.root(i); {
	case c != nil:
		return c
	default:
		c, _ := b.m.Registered(name(i))
		return c
	}
}

func (w *reference) root(i *model.Interface) *som.Class {
	return map[string]*som.Class{"SOMObject": som.SOMObject, "SOMClass": som.SOMClass}[i.Name]
}

func (b *built) classes(is []*model.Interface) (all []*som.Class) {
	for _, i := range is {
		all = append(all, b.class(i))
	}
	return all
}

func (b *built) define(i *model.Interface, state bool) error {
	major, minor := i.ClassVersion()
	s := som.Spec{Name: name(i), Parents: b.classes(i.Parents()), Version: som.Version{Major: major, Minor: minor}, Select: map[string]*som.Class{}, AbstractParents: b.classes(i.AbstractParents())}
	if hasData(i) || len(i.AttributeData()) > 0 || state {
		s.Data = som.Data{Size: 8, Align: 8}
	}
	if state || cabi.KeepsState(i) {
		s.Fini = func(som.Ref) {}
	}
	_, s.Abstract = i.ClassModifier("abstract")
	if m := i.Metaclass(); m != nil {
		s.Metaclass = b.class(m)
	}
	for _, e := range i.ReleaseOrder() {
		x := som.MethodSpec{Name: e.Name}
		switch {
		case e.Data != nil:
			x.Impl, x.Kind, x.Signature = nothing, som.Procedure, cabi.DataSignature(e.Data)
		case e.IsPlaceholder():
			x.Type = typeOf(nothing)
		case e.Migrated != nil:
			x.Migrated = b.class(e.Migrated)
		default:
			x.Impl, x.Signature = nothing, cabi.Signature(e.Method)
			x.Kind = map[model.MethodKind]som.Kind{model.StaticMethod: som.Static, model.NonstaticMethod: som.NonStatic, model.ProcedureMethod: som.Procedure}[e.Method.Kind()]
		}
		s.Introduces = append(s.Introduces, x)
	}
	for _, o := range implemented(i) {
		m := i.FindMethod(o.Name)
		s.Overrides = append(s.Overrides, override(m))
	}
	for _, o := range i.Implementation.Overrides {
		if v, ok := model.ModifierOf(o.Modifiers, "select"); ok {
			s.Select[name(i.FindMethod(o.Name).Class)+"::"+o.Name] = b.class(i.AncestorNamed(v))
		}
	}
	_, err := b.m.NewClass(s)
	return err
}

func override(m *model.Method) som.Override {
	return som.Override{Method: name(m.Class) + "::" + m.Name, Impl: nothing, Signature: cabi.Signature(m)}
}

// A fate is what becomes of the programs of the old release.
type fate struct {
	refused   []string // they are told that the release is another, or that there is not what they look for
	lost      []string // a call that worked has no implementation
	exchanged []string // they go on, and a name that both releases have means another thing
	other     []string // they go on, and something means another thing, or may
	contrary  []string // a subclass that may exist, of two or more classes of the library, is refused
	memory    []string // they go on, and something is to be freed that was not, or the other way round
	metas     []string // its metaclass is derived from another of the library's, too
}

// fateOf finds it: every class is bound, every method called and overridden, every pair of classes joined.
func fateOf(old, new *built) (f fate) {
	say := func(list *[]string, format string, args ...any) { *list = append(*list, fmt.Sprintf(format, args...)) }
	if new.err != nil {
		say(&f.refused, "%v", new.err)
		return f
	}
	for _, i := range old.all {
		was, is := old.class(i), new.class(i)
		if err := bindsTo(new, i); err != nil {
			say(&f.refused, "bind %s: %v", name(i), err)
		} else if n := new.interfaceOf(name(i)); n != nil {
			f.meanings(i, n)
		}
		if is == nil {
			continue
		}
		if isMeta(i) && old.try(som.Spec{Name: "Home::Sub", Metaclass: was}) == nil {
			if err := new.try(som.Spec{Name: "Home::Sub", Metaclass: is}); err != nil {
				say(&f.refused, "metaclass %s: %v", name(i), err)
			}
		}
		if _, err := was.New(); err == nil {
			if _, err := is.New(); err != nil {
				say(&f.refused, "new %s: %v", name(i), err)
			}
		}
		for _, a := range inherited(i) {
			for _, m := range a.Introduced() {
				q := name(a) + "::" + m.Name
				if m.Kind() == model.ProcedureMethod {
					if _, err := is.LookupAs(q, cabi.Signature(&m)); err != nil {
						say(&f.refused, "procedure %s: %v", q, err)
					}
				} else if runs(was, q) && !runs(is, q) && !new.emptied(name(a), m.Name) {
					say(&f.lost, "%s of %s", q, name(i))
				}
			}
			for _, d := range a.StaticData() {
				if _, err := is.LookupAs(name(a)+"::"+d.Name, cabi.DataSignature(d)); err != nil {
					say(&f.refused, "data %s::%s: %v", name(a), d.Name, err)
				}
			}
			if m := a.Metaclass(); m != nil && (new.class(m) == nil || !is.Metaclass().DescendsFrom(new.class(m))) {
				say(&f.exchanged, "class of %s is no %s", name(i), name(m))
			}
		}
		for _, m := range is.Metaclass().Order() {
			if n := new.interfaceOf(m.Name()); n != nil && !slices.ContainsFunc(was.Metaclass().Order(), func(c *som.Class) bool { return c.Name() == m.Name() }) && new.chosen(n, i) {
				say(&f.metas, "class of %s is a %s now", name(i), m.Name())
			}
		}
		if err := old.subclass(i, i); err == nil {
			if err := new.subclass(i, i); err != nil {
				say(&f.refused, "subclass of %s: %v", name(i), err)
			}
		}
	}
	if old.joints() != new.joints() {
		f.joins(old, new)
	}
	return f
}

func (b *built) interfaceOf(class string) *model.Interface {
	for _, i := range b.all {
		if name(i) == class {
			return i
		}
	}
	return nil
}

// chosen reports whether a metaclass is one that a class or an ancestor of it names.
func (b *built) chosen(m, class *model.Interface) bool {
	i := b.interfaceOf(name(class))
	return i != nil && slices.ContainsFunc(inherited(i), func(a *model.Interface) bool { return a.Metaclass() == m })
}

// emptied reports whether of a method only the place is left, and the method is nowhere else: that is what its author wanted.
func (b *built) emptied(class, method string) bool {
	i := b.interfaceOf(class)
	return i != nil && i.FindMethod(method) == nil
}

func runs(c *som.Class, method string) bool {
	m, err := find(c, method)
	if err != nil {
		return true // who knows it is refused
	}
	_, _, err = c.Entry(m)
	return err == nil
}

// bindsTo is what a program gets that was compiled with the class i when it first uses that.
func bindsTo(b *built, i *model.Interface) error {
	c := b.class(i)
	if c == nil {
		return errors.New("there is none")
	}
	for _, a := range inherited(i) {
		up := b.class(a)
		if up == nil || !c.DescendsFrom(up) {
			return fmt.Errorf("it does not descend from %s", name(a))
		}
		major, minor := a.ClassVersion()
		if err := up.CheckVersion(som.Version{Major: major, Minor: minor}); err != nil {
			return err
		}
	}
	for _, x := range bound(i) {
		m, err := find(c, x.name)
		if err != nil {
			return err
		}
		if m.Kind() == som.Procedure {
			return fmt.Errorf("%s is a procedure", x.name)
		}
		if err := c.CheckSignature(m.String(), cabi.Signature(&x.method)); err != nil {
			return err
		}
	}
	return nil
}

// subclass makes a class of a parent that overrides all that one may override as the interface has it, and takes it away again.
func (b *built) subclass(parent, as *model.Interface) error {
	s := som.Spec{Name: "Home::Sub", Parents: []*som.Class{b.class(parent)}}
	for _, a := range inherited(as) {
		for _, m := range a.Introduced() {
			if m.Kind() == model.StaticMethod && a.Migrations()[m.Name] == nil {
				s.Overrides = append(s.Overrides, override(&m))
			}
		}
	}
	return b.try(s)
}

func (b *built) try(specs ...som.Spec) error {
	var made []*som.Class
	defer func() {
		for _, c := range slices.Backward(made) {
			_ = b.m.Unload(c)
		}
	}()
	for _, s := range specs {
		c, err := b.m.NewClass(s)
		if err != nil {
			return err
		}
		made = append(made, c)
		b.agree = agreed(c)
	}
	return nil
}

// agreed reports whether the order of a class keeps those of its parents, and theirs those of theirs: where it does not, the class lives
// by that nobody minds, which the next release of any of them may change.
func agreed(c *som.Class) bool {
	for _, p := range c.Parents() {
		at := 0
		for _, a := range c.Order() {
			if order := p.Order(); at < len(order) && order[at] == a {
				at++
			}
		}
		if at < len(p.Order()) || !agreed(p) {
			return false
		}
	}
	return true
}

// joints is all that decides whether classes can be joined: what each has for parents and metaclass, and implements.
func (b *built) joints() string {
	var all strings.Builder
	for _, i := range b.all {
		fmt.Fprintf(&all, "%s %v %v %v %v %v:", name(i), cabi.KeepsState(i), b.class(i).Parents(), b.classes(i.AbstractParents()), b.class(i).Metaclass(), len(i.Migrations()))
		for _, m := range i.Introduced() {
			all.WriteString(" " + m.Name)
		}
		for _, o := range i.Overridden() {
			all.WriteString(" " + o.Name)
		}
	}
	return all.String()
}

// A joint is three classes: a subclass of the first two, and if the third is not the second a subclass of that and the third.
type joint [3]*model.Interface

// joinable returns the joints that can be made, and in which the order of a class keeps those of its parents.
func (b *built) joinable() []joint {
	if b.joined != nil {
		return b.joined
	}
	b.joined = []joint{}
	for _, x := range b.all {
		for _, y := range b.all {
			if x == y {
				continue
			}
			both, err := b.both(x, y)
			if err != nil {
				continue
			}
			for _, z := range b.all {
				switch {
				case z == x:
				case z == y:
					if agreed(both) {
						b.joined = append(b.joined, joint{x, y, z})
					}
				case b.try(som.Spec{Name: "Home::Sub", Parents: []*som.Class{both, b.class(z)}}) == nil && b.agree:
					b.joined = append(b.joined, joint{x, y, z})
				}
			}
			_ = b.m.Unload(both)
		}
	}
	return b.joined
}

// both makes a subclass of two classes, or says why there is none; nil if one of the classes is gone, which is refused in any case.
func (b *built) both(x, y *model.Interface) (*som.Class, error) {
	parents := []*som.Class{b.class(x), b.class(y)}
	if slices.Contains(parents, nil) {
		return nil, nil
	}
	return b.m.NewClass(som.Spec{Name: "Home::Both", Parents: parents})
}

// joins makes subclasses of two classes, in either order, and of such a class and a third one.
func (f *fate) joins(old, new *built) {
	var both *som.Class
	var err error
	unload := func() {
		if both != nil && err == nil {
			_ = new.m.Unload(both)
		}
	}
	var last joint
	for _, j := range old.joinable() {
		if last[0] != j[0] || last[1] != j[1] {
			unload()
			both, err = new.both(j[0], j[1])
		}
		last = j
		why := err
		if z := new.class(j[2]); why == nil && both != nil && z != nil && j[1] != j[2] {
			why = new.try(som.Spec{Name: "Home::Sub", Parents: []*som.Class{both, z}})
		}
		if why != nil {
			f.contrary = append(f.contrary, fmt.Sprintf("%s, %s; %s: %v", name(j[0]), name(j[1]), name(j[2]), why))
			break
		}
	}
	unload()
}

// ---- What things mean ----

// meanings compares what the methods of a class take and give that programs of the old release go on to use.
func (f *fate) meanings(old, new *model.Interface) {
	for _, m := range old.Introduced() {
		n := new.FindMethod(m.Name)
		if n == nil || !som.SameSignature(cabi.Signature(&m), cabi.Signature(n)) {
			continue
		}
		x := meaning{f: f, where: name(old) + "::" + m.Name, seen: map[[2]model.Decl]bool{}}
		a, b := returns(&m), returns(n)
		x.types(a, b, true)
		if m.Operation != nil && n.Operation != nil {
			x.names("parameters", paramsOf(m.Operation), paramsOf(n.Operation))
			for k, p := range m.Operation.Params {
				x.types(p.Type, n.Operation.Params[k].Type, p.Direction != model.In)
			}
			for _, e := range m.Operation.Raises {
				for _, g := range n.Operation.Raises {
					if e.ID == g.ID {
						x.members("exception", e.Members, g.Members)
					}
				}
			}
		}
		if m.Owns() != n.Owns() {
			f.memory = append(f.memory, x.where)
		}
	}
	for _, d := range old.StaticData() {
		for _, e := range new.StaticData() {
			if d.Name == e.Name && cabi.DataSignature(d) == cabi.DataSignature(e) {
				x := meaning{f: f, where: name(old) + "::" + d.Name, seen: map[[2]model.Decl]bool{}}
				x.types(d.Type, e.Type, false)
			}
		}
	}
}

func returns(m *model.Method) *model.Type {
	switch {
	case m.Operation != nil:
		return m.Operation.Result
	case m.Set:
		return nil
	}
	return m.Attribute.Type
}

func paramsOf(o *model.Operation) (all []string) {
	for _, p := range o.Params {
		all = append(all, p.Name)
	}
	return all
}

// A meaning compares two types of one signature.
type meaning struct {
	f     *fate
	where string
	seen  map[[2]model.Decl]bool
}

// names holds that what both lists have stands in one place in both.
func (x *meaning) names(what string, old, new []string) {
	for k, n := range old {
		switch at := slices.Index(new, n); {
		case at >= 0 && at != k:
			x.f.exchanged = append(x.f.exchanged, fmt.Sprintf("%s: %s: %s stands elsewhere", x.where, what, n))
		case at < 0:
			x.f.other = append(x.f.other, fmt.Sprintf("%s: %s: %s is gone", x.where, what, n))
		}
	}
}

func (x *meaning) members(what string, old, new []*model.Member) {
	var a, b []string
	for _, m := range old {
		a = append(a, m.Name)
	}
	for _, m := range new {
		b = append(b, m.Name)
	}
	x.names(what, a, b)
	for k := range min(len(old), len(new)) {
		x.types(old[k].Type, new[k].Type, true)
	}
}

// types compares types; given says that who gets such a value has to end it.
func (x *meaning) types(old, new *model.Type, given bool) {
	if old.IsVoid() || new.IsVoid() {
		return
	}
	if given && cabi.FormOf(old) == cabi.Text && cabi.FormOf(new) == cabi.Text && cabi.Owns(old) != cabi.Owns(new) {
		x.f.memory = append(x.f.memory, x.where)
	}
	old, new = old.Resolve(), new.Resolve()
	if old.Elem != nil && new.Elem != nil {
		x.types(old.Elem, new.Elem, given)
	}
	if old.Kind != model.Named || new.Kind != model.Named || x.seen[[2]model.Decl{old.Decl, new.Decl}] {
		return
	}
	x.seen[[2]model.Decl{old.Decl, new.Decl}] = true
	switch a := old.Decl.(type) {
	case *model.Enum:
		b, ok := new.Decl.(*model.Enum)
		if !ok {
			return
		}
		is := map[string]int64{}
		for _, e := range b.Enumerators {
			is[e.Name] = e.Number()
		}
		if len(b.Enumerators) > len(a.Enumerators) {
			x.f.other = append(x.f.other, fmt.Sprintf("%s: %s has more", x.where, b.Name))
		}
		for _, e := range a.Enumerators {
			switch n, ok := is[e.Name]; {
			case !ok:
				x.f.other = append(x.f.other, fmt.Sprintf("%s: %s is gone", x.where, e.Name))
			case n != e.Number():
				x.f.exchanged = append(x.f.exchanged, fmt.Sprintf("%s: %s is another number", x.where, e.Name))
			}
		}
	case *model.Struct:
		if b, ok := new.Decl.(*model.Struct); ok {
			x.members(a.Name, a.AllMembers(), b.AllMembers())
		}
	case *model.Union:
		if b, ok := new.Decl.(*model.Union); ok {
			x.types(a.Discriminator, b.Discriminator, false)
			x.arms(a, b, given)
		}
	}
}

// arms compares which arm each label of the old release stands for.
func (x *meaning) arms(old, new *model.Union, given bool) {
	has := func(u *model.Union, name string) bool {
		return slices.ContainsFunc(u.Cases, func(c *model.Case) bool { return c.Name == name })
	}
	of := func(u *model.Union, label string) *model.Case {
		var rest *model.Case
		for _, c := range u.Cases {
			for _, l := range c.Labels {
				switch {
				case l.Default:
					rest = c
				case labelNumber(l) == label:
					return c
				}
			}
		}
		return rest
	}
	for _, u := range []*model.Union{old, new} {
		for _, c := range u.Cases {
			for _, l := range c.Labels {
				if l.Default && (old.UnusedLabel() == nil || new.UnusedLabel() == nil) {
					continue // one of them has no such values
				}
				a, b := of(old, labelNumber(l)), of(new, labelNumber(l))
				if a == nil || b == nil {
					continue
				}
				x.types(a.Type, b.Type, given)
				switch {
				case a.Name == b.Name:
				case has(old, b.Name) && has(new, a.Name):
					x.f.exchanged = append(x.f.exchanged, fmt.Sprintf("%s: %s is another arm", x.where, labelNumber(l)))
				default:
					x.f.other = append(x.f.other, fmt.Sprintf("%s: %s is another arm", x.where, labelNumber(l)))
				}
			}
		}
	}
}

// labelNumber is a label as it is in memory; "default" of that.
func labelNumber(l model.Label) string {
	if l.Default {
		return "default"
	}
	if l.Value.Enumerator != nil {
		return fmt.Sprint(l.Value.Enumerator.Number())
	}
	return strings.TrimSpace(l.Value.String())
}
