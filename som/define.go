package som

import (
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
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
	for i, m := range made {
		if err := m.ready(); err != nil {
			family.Lock()
			disown(made[i:])
			family.Unlock()
			return nil, fmt.Errorf("class %s is refused: %w", c, err)
		}
	}
	return c, nil
}

// build makes a class in passes, each of which may rely on those before; metaclasses that had to be
// made on the way come before it in made. family is held.
func (c *Class) build(made *[]*Class) error {
	for _, pass := range []func() error{
		c.findParents, c.findOrder, func() error { return c.findMetaclass(made) },
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
	place(c)
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
	if by := c.substitute.Load(); by != nil {
		by.subclasses++
	}
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
		return c.spec.Ready(c)
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
	names := make(map[string]bool, len(c.order))
	for _, a := range c.order {
		if names[a.Name()] {
			return fail(CodeName, c.Name(), "two of it and its ancestors are called %s", a.Name())
		}
		names[a.Name()] = true
	}
	return nil
}

// introduce makes the methods that the spec introduces.
func (c *Class) introduce() error {
	s := &c.spec
	if len(s.Introduces) > MaxMethods {
		return fail(CodeMethods, s.Name, "it introduces %d methods, and at most %d are allowed (MaxMethods)", len(s.Introduces), MaxMethods)
	}
	c.names = make(map[string]*Method, len(s.Introduces))
	own := make(map[*Method]*impl, len(s.Introduces))
	c.own.Store(&own)
	for _, ms := range s.Introduces {
		if c.names[ms.Name] != nil {
			return fail(CodeMethod, s.Name, "method %s is introduced twice", ms.Name)
		}
		m, err := c.method(ms)
		if err != nil {
			return err
		}
		c.names[ms.Name] = m
		switch {
		case m.class != c: // migrated
		case m.kind == Procedure:
			c.procedures = append(c.procedures, m)
		default:
			c.methods = append(c.methods, m)
			if ms.Impl != nil {
				own[m] = newImpl(c, reflect.ValueOf(ms.Impl), false)
			} else if ms.state.IsValid() {
				own[m] = newImpl(c, ms.state, true)
			}
		}
	}
	return nil
}

// method is what an entry of the release order means: a new method, or one that has migrated.
func (c *Class) method(ms MethodSpec) (*Method, error) {
	to := ms.Migrated
	if to == nil {
		if ms.Kind == Dynamic {
			return nil, fail(CodeMethod, c.Name(), "method %s is dynamic: such are added to a class that is there, by AddMethod", ms.Name)
		}
		return newMethod(c, ms)
	}
	if len(ms.Name) > MaxName || !isIdentifier(ms.Name) {
		return nil, fail(CodeName, c.Name(), "%.20q is no name of a method", ms.Name)
	}
	if to == c || !slices.Contains(c.order, to) {
		return nil, fail(CodeMethod, c.Name(), "method %s has migrated to %s, which is no ancestor", ms.Name, to)
	}
	m := to.names[ms.Name]
	if m == nil {
		return nil, fail(CodeMethod, c.Name(), "method %s has migrated to %s, which introduces no such method", ms.Name, to)
	}
	return m, nil
}

// implement finds what the spec overrides.
func (c *Class) implement() error {
	own := *c.own.Load()
	seen := map[*Method]bool{}
	for _, o := range c.spec.Overrides {
		m, err := c.inherited(o.Method)
		if err != nil {
			return err
		}
		if m.kind != Static {
			return fail(CodeMethod, c.Name(), "%s is a %s method, which cannot be overridden", m, m.kind)
		}
		if seen[m] || own[m] != nil {
			return fail(CodeMethod, c.Name(), "%s is overridden twice", m)
		}
		seen[m] = true
		i, isImpl := o.Impl.(*impl) // of a Go type
		if !isImpl {
			v, err := checkImpl(c, m, o.Impl)
			if err != nil {
				return err
			}
			i = newImpl(c, v, false)
		}
		if !c.spec.takeOver(m, o.Impl) {
			own[m] = i
		}
	}
	return nil
}

// inherited finds a method that is to be overridden or selected.
func (c *Class) inherited(name string) (*Method, error) {
	class, bare, qualified := split(name)
	if qualified {
		for _, a := range c.order {
			if a.Name() != class {
				continue
			}
			if m := a.names[bare]; m != nil && m.class != c {
				return m, nil
			}
		}
		return nil, fail(CodeMethod, c.Name(), "no ancestor introduces %.300q", name)
	}
	var found *Method
	for _, a := range c.order[1:] {
		m := a.names[bare]
		switch {
		case m == nil || m.class != a:
		case found == nil:
			found = m
		default:
			return nil, fail(CodeAmbiguous, c.Name(), "%s is %s or %s: name the class too", bare, found, m)
		}
	}
	if found == nil {
		return nil, fail(CodeMethod, c.Name(), "no ancestor introduces %.300q", name)
	}
	return found, nil
}

// selections finds which parent gives a method.
func (c *Class) selections() (map[*Method]*Class, error) {
	all := map[*Method]*Class{}
	for name, p := range c.spec.Select {
		m, err := c.inherited(name)
		if err != nil {
			return nil, err
		}
		n := slices.Index(c.parents, p)
		switch {
		case n < 0:
			return nil, fail(CodeMethod, c.Name(), "%s is selected for %s, and is no parent", p, m)
		case c.abstracts[n]:
			return nil, fail(CodeMethod, c.Name(), "%s is selected for %s, and only its interface is inherited", p, m)
		case m.kind == Procedure || !p.DescendsFrom(m.class):
			return nil, fail(CodeMethod, c.Name(), "%s is selected for %s, which it has not", p, m)
		case all[m] != nil && all[m] != p:
			return nil, fail(CodeMethod, c.Name(), "two parents are selected for %s", m)
		}
		all[m] = p
	}
	return all, nil
}

// findVisits lists the classes whose initializers run: depth first, each after those that it
// initialises, each once.
func (c *Class) findVisits() error {
	first := c.spec.InitClasses
	if first == nil {
		for i, p := range c.parents {
			if !c.abstracts[i] {
				first = append(first, p)
			}
		}
	}
	seen := map[*Class]bool{}
	for i, a := range first {
		if a == c || !c.concrete[a] {
			return fail(CodeInit, c.Name(), "it is to initialise %s, which is no ancestor of which it has more than the interface", a)
		}
		if slices.Index(first, a) != i {
			return fail(CodeInit, c.Name(), "it is to initialise %s twice", a)
		}
		for _, v := range a.visits {
			if !seen[v] {
				seen[v] = true
				c.visits = append(c.visits, v)
			}
		}
	}
	c.visits = append(c.visits, c)
	return nil
}

// layOut places the data of the class and its concrete ancestors, the root first.
func (c *Class) layOut() error {
	d := c.spec.Data
	if d.Size < 0 || d.Size > MaxSize {
		return fail(CodeSize, c.Name(), "its data has %d octets, and 0 to %d are allowed (MaxSize)", d.Size, MaxSize)
	}
	if d.Size > 0 && (d.Align < 1 || d.Align > MaxAlign || bits.OnesCount(uint(d.Align)) != 1) {
		return fail(CodeSize, c.Name(), "its data is aligned to %d, which must be a power of two up to %d (MaxAlign)", d.Align, MaxAlign)
	}
	at := 0
	c.align = 1
	for _, a := range slices.Backward(c.order) {
		if !c.concrete[a] {
			continue
		}
		if a.spec.State != nil {
			c.stateful = append(c.stateful, a)
		}
		if d := a.spec.Data; d.Size > 0 {
			at = roundUp(at, d.Align)
			c.layout = append(c.layout, Placed{a, at})
			at += d.Size
			c.align = max(c.align, d.Align)
		}
		if at > MaxSize {
			break
		}
	}
	c.findMemory()
	if c.size = roundUp(at, c.align); c.size > MaxSize {
		return fail(CodeSize, c.Name(), "an instance would have more than %d octets of data (MaxSize)", MaxSize)
	}
	return nil
}

// findMemory makes the type of an instance with its States behind it.
func (c *Class) findMemory() {
	c.memory = reflect.TypeFor[instance]()
	if len(c.stateful) == 0 {
		return
	}
	fields := []reflect.StructField{{Name: "Instance", Type: c.memory}}
	for i, a := range c.stateful {
		fields = append(fields, reflect.StructField{Name: "S" + strconv.Itoa(i), Type: a.spec.State})
	}
	c.memory = reflect.StructOf(fields)
	c.states = make(map[*Class]uintptr, len(c.stateful))
	for i, a := range c.stateful {
		c.states[a] = c.memory.Field(i + 1).Offset
	}
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }

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
	if by := c.substitute.Load(); by != nil {
		by.subclasses--
	}
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
