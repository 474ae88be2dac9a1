package som

import (
	"fmt"
	"slices"
	"strings"
)

// NewClass makes a class. Nobody finds it by name until a [Manager] is told of it.
func NewClass(s Spec) (*Class, error) {
	if err := checkName(s.Name); err != nil {
		return nil, err
	}
	c := &Class{spec: s}
	if s.State != nil {
		c.bases = basesIn(s.State, 0, nil)
	}
	return c.define()
}

// define makes all of a class but what its spec says.
func (c *Class) define() (*Class, error) {
	if err := c.spec.lacks(); err != nil {
		return nil, err
	}
	c.hold()
	return build(func(made *[]*Class) (*Class, error) { return c, c.build(made) })
}

// build makes classes under the lock, and then lets their metaclasses have a look at them.
func build(f func(made *[]*Class) (*Class, error)) (*Class, error) {
	var made []*Class
	c, err := func() (*Class, error) {
		family.Lock()
		defer family.Unlock()
		c, err := f(&made)
		if err != nil {
			disown(made)
		}
		return c, err
	}()
	if err != nil {
		return nil, err
	}
	at := 0
	defer func() {
		if at < len(made) { // refused, or a metaclass panicked
			refuse(made, at)
		}
	}()
	if c.spec.Known != nil {
		c.spec.Known(c)
	}
	for ; at < len(made); at++ {
		if err := made[at].ready(); err != nil {
			return nil, fmt.Errorf("class %s is refused: %w", c, err)
		}
	}
	return c, nil
}

// refuse takes back classes of which number i was not let be, and metaclasses that were derived for it and
// that nobody else needs by now.
func refuse(made []*Class, i int) {
	family.Lock()
	defer family.Unlock()
	disown(made[i:])
	for _, m := range slices.Backward(made[:i]) {
		if m.needed() == "" {
			disown([]*Class{m})
		}
	}
}

// build makes a class in passes, each of which may rely on those before; metaclasses that had to be
// made on the way come before it in made. family is held.
func (c *Class) build(made *[]*Class) error {
	for _, pass := range []func() error{
		c.findParents, c.findOrder, c.declare, func() error { return c.findMetaclass(made) },
		c.introduce, c.implement, c.findVisits, c.layOut,
	} {
		if err := pass(); err != nil {
			return err
		}
	}
	selected, err := c.selections()
	if err != nil {
		return err
	}
	if err := place(c); err != nil {
		return err
	}
	fill(c, selected)
	if SOMClass.table != nil { // SOMObject becomes an object when SOMClass is there
		c.object = form(c.metaclass)
		c.object.meta = c
	}
	c.enroll()
	*made = append(*made, c)
	return nil
}

// enroll counts the class where it keeps others from being unloaded.
func (c *Class) enroll() {
	for _, p := range c.parents {
		p.subclasses++
	}
	c.metaclass.instances.Add(1)
	c.enrollSubstitute()
	if c.derived {
		first := c.parents[0]
		if first.joints == nil {
			first.joints = map[string]*Class{}
		}
		first.joints[c.Name()] = c
	}
}

// ready initialises the class as an object and lets its metaclass and its spec have a look at it.
func (c *Class) ready() error {
	if _, err := c.SOM().initialise(); err != nil {
		return err
	}
	fn, self := somClassReady.Of(c.SOM())
	if err := fn(self); err != nil {
		return err
	}
	if c.spec.Ready != nil {
		if err := c.spec.Ready(c); err != nil {
			return err
		}
	}
	if c.host != nil && c.spec.Mirror == nil {
		return c.host.Define(c)
	}
	return nil
}

// findParents checks the parents and their number.
func (c *Class) findParents() error {
	s := &c.spec
	c.parents = slices.Clone(s.Parents)
	if s.Parents == nil && c != SOMObject {
		c.parents = []*Class{SOMObject}
	}
	switch n := len(c.parents); {
	case n == 0 && c != SOMObject:
		return fail(CodeParents, s.Name, "a class has at least one parent; leave parents out for SOMObject")
	case n > MaxParents:
		return fail(CodeParents, s.Name, "it has %d parents, and at most %d are allowed (MaxParents)", n, MaxParents)
	}
	c.abstracts = make([]bool, len(c.parents))
	c.concrete = map[*Class]bool{c: true, SOMObject: true}
	c.host = s.Mirror
	if m := s.Metaclass; m != nil && m.spec.Mirror != nil {
		c.host = m.host // where it does what it does
	}
	isMeta := false
	for i, p := range c.parents {
		if p == nil {
			return fail(CodeUnknown, s.Name, "parent %d is nil", i)
		}
		if slices.Index(c.parents, p) != i {
			return fail(CodeParents, s.Name, "%s is among its parents twice", p)
		}
		if p.ended {
			return fail(CodeUnknown, s.Name, "parent %s was unloaded", p)
		}
		if p.host != nil {
			c.host = p.host
			c.shares = c.shares || p.shares
		}
		isMeta = isMeta || p.DescendsFrom(SOMClass)
		c.abstracts[i] = slices.Contains(s.AbstractParents, p)
		c.depth = max(c.depth, p.depth+1)
		if !c.abstracts[i] {
			for a := range p.concrete {
				c.concrete[a] = true
			}
		}
	}
	for _, a := range s.AbstractParents {
		if !slices.Contains(c.parents, a) {
			return fail(CodeParents, s.Name, "its abstract parent %s is not among its parents", a)
		}
	}
	c.shares = c.shares || c.host != nil && s.Mirror == nil
	if isMeta && s.Mirror == nil { // what is made here of another kernel's metaclasses is not known there
		c.host, c.shares = nil, false
	}
	if c.depth > MaxDepth {
		return fail(CodeDepth, s.Name, "it would be %d classes below SOMObject, and at most %d are allowed (MaxDepth)", c.depth, MaxDepth)
	}
	return nil
}

// findOrder linearises, once it is known what the class itself implements: nothing of that
// matters, since it always comes first.
func (c *Class) findOrder() error {
	rest, err := linearise(c.Name(), c.parents, c.concrete)
	if err != nil {
		return err
	}
	c.order = append([]*Class{c}, rest...)
	type known struct {
		name      string
		elsewhere bool // each kernel has metaclasses of its own, and a class may have both kernels'
	}
	names := make(map[known]bool, len(c.order))
	for _, a := range c.order {
		k := known{a.Name(), a.spec.Mirror != nil}
		if names[k] {
			return fail(CodeName, c.Name(), "two of it and its ancestors are called %s", a.Name())
		}
		names[k] = true
	}
	return nil
}

// disown takes back what enroll did, of classes that are refused.
func disown(made []*Class) {
	for _, c := range slices.Backward(made) {
		c.ended = true
		c.gone.Store(true)
		c.leave()
	}
}

// leave undoes enroll.
func (c *Class) leave() {
	for _, p := range c.parents {
		p.subclasses--
	}
	c.metaclass.instances.Add(-1)
	c.leaveSubstitute()
	if c.derived {
		delete(c.parents[0].joints, c.Name())
	}
}

// derivedName is the name of the metaclass that joins parents.
func derivedName(parents []*Class) string {
	names := make([]string, len(parents))
	for i, p := range parents {
		names[i] = p.Name()
	}
	return "SOMDerived(" + strings.Join(names, ",") + ")"
}
