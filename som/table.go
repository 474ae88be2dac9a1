package som

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// A table is what objects of a class are dispatched by. Each class owns a range of numbers, its
// tokens: one for itself, then one for each of its methods. The entry of token n is in slot n modulo
// the number of slots, which is chosen so that no two of the class's ancestors meet: finding
// an entry takes no search, whatever the inheritance.
type table struct{ slots []slot } // a power of two

type slot = atomic.Pointer[entry]

// An entry says how a method is called, or of an ancestor where an object has its State.
type entry struct {
	fn     unsafe.Pointer // the func value
	at     uintptr        // what the func takes: the octet of the object's memory where a State begins; 0 is the object
	token  uintptr        // of the method, scaled
	method *Method        // nil for an ancestor
	impl   *impl          // where it came from; nil for an ancestor
	class  *Class         // the ancestor; nil for a method
	hollow bool           // of the ancestor only the interface is inherited
}

// scale is what a token counts for where it is added to an address.
const scale = unsafe.Sizeof(slot{})

// entry returns the entry of a token that the object's class has. This is all there is to a call
// by offset: the table's address and the mask are side by side in the object.
func (i *instance) entry(token uintptr) *entry {
	return (*slot)(unsafe.Add(unsafe.Pointer(i.first.Load()), token&i.mask)).Load()
}

// dispatchBy makes t the object's table. All tables of a class's objects have one size.
func (i *instance) dispatchBy(t *table) { i.first.Store(&t.slots[0]) }

func (t *table) slot(token uint32) *slot { return &t.slots[token&uint32(len(t.slots)-1)] }

// at returns the entry of a token that the table has.
func (t *table) at(token uint32) *entry { return t.slot(token).Load() }

// has reports whether a is an ancestor of the table's class, or the class.
func (t *table) has(a *Class) bool {
	e := t.at(a.base)
	return e != nil && e.class == a
}

// hasConcrete reports the same of one of which more than the interface is inherited.
func (t *table) hasConcrete(a *Class) bool {
	e := t.at(a.base)
	return e != nil && e.class == a && !e.hollow
}

// fill makes the entries of a class's table: its own implementation, else what select names, else
// the leftmost parent's that has one.
func fill(c *Class, selected map[*Method]*Class) {
	own := *c.own.Load()
	for _, a := range c.order {
		c.table.slot(a.base).Store(&entry{class: a, at: c.states[a], hollow: !c.concrete[a]})
		for _, m := range a.methods {
			c.table.slot(m.token).Store(c.whole(m, c.inherit(m, own[m], selected[m])))
		}
	}
}

// inherit returns the entry of a method in the table of a class that is being made.
func (c *Class) inherit(m *Method, own *impl, selected *Class) *entry {
	if own != nil {
		return c.entryOf(m, own)
	}
	if selected != nil {
		return c.adopt(selected.table.at(m.token))
	}
	if c.derived { // it joins what its parents do: none that merely inherits hides another's
		for _, a := range c.order {
			if i := (*a.own.Load())[m]; i != nil {
				return c.entryOf(m, i)
			}
		}
	}
	for i, p := range c.parents {
		if !c.abstracts[i] && p.DescendsFrom(m.class) {
			if e := p.table.at(m.token); e.impl.class != nil {
				return c.adopt(e)
			}
		}
	}
	if m.class == SOMObject && c != SOMObject { // what every object can do, whatever its parents are
		return SOMObject.table.at(m.token)
	}
	return c.entryOf(m, m.missing())
}

// entryOf makes the entry by which instances of c, or of what inherits from it, run an implementation.
func (c *Class) entryOf(m *Method, i *impl) *entry {
	e := &entry{fn: i.word, token: uintptr(m.token) * scale, method: m, impl: i}
	if i.state {
		e.at = c.states[i.class]
	}
	return e
}

// adopt is an entry of another class's table as c needs it: the same, unless the State that the
// implementation takes is elsewhere in c's instances.
func (c *Class) adopt(e *entry) *entry {
	if e.impl.state && c.states[e.impl.class] != e.at {
		return c.entryOf(e.method, e.impl)
	}
	return e
}

// Replace makes fn the implementation of a method in the table of this class: calls of it take fn
// from now on, and so do subclasses that are made later; those made before keep what they have. It
// returns what stood there, which fn may call.
func (c *Class) Replace(m *Method, fn any) (any, error) {
	if c.isRoot() {
		return nil, fail(CodeMethod, c.Name(), "all of the program shares it: replace methods of a subclass")
	}
	if err := c.takes(m); err != nil {
		return nil, err
	}
	v, err := checkImpl(c, m, fn)
	if err != nil {
		return nil, err
	}
	return c.replace(m, newImpl(c, v, false)), nil
}

func (c *Class) replace(m *Method, by *impl) any {
	c.changing.Lock()
	defer c.changing.Unlock()
	old := c.table.at(m.token)
	was := old.function(m)
	own := map[*Method]*impl{}
	if chained(m) { // what fn may call, as others make parent calls, is what the class did
		was = SOMObject.table.at(m.token).function(m)
		if i := (*c.own.Load())[m]; i != nil {
			was = (&entry{impl: i}).function(m)
		}
	}
	for k, v := range *c.own.Load() {
		own[k] = v
	}
	own[m] = by
	c.own.Store(&own)
	e := c.whole(m, c.entryOf(m, by))
	c.table.slot(m.token).Store(e)
	if c.front.Load().at(m.token) == old || c.front.Load() == c.table {
		c.putFront(m, e)
	}
	for _, w := range c.worn {
		w.table.slot(m.token).Store(w.class.adopt(e))
	}
	return was
}

// putFront makes e what calls of c's instances run, of those too that are cast to what lacks the method. changing is held.
func (c *Class) putFront(m *Method, e *entry) {
	c.front.Load().slot(m.token).Store(e)
	for a, t := range c.casts {
		if !a.DescendsFrom(m.class) {
			t.slot(m.token).Store(e)
		}
	}
}

// worn is the table of a class's instances that are cast to another.
type worn struct {
	class *Class
	table *table
}

// cast returns the table of instances of c that behave as an ancestor's, and go on to when its
// methods are replaced. Of two classes' locks the descendant's is taken first.
func (c *Class) cast(a *Class) *table {
	c.changing.Lock()
	defer c.changing.Unlock()
	if t := c.casts[a]; t != nil {
		return t
	}
	t := &table{make([]slot, len(c.table.slots))}
	for i := range t.slots {
		t.slots[i].Store(c.front.Load().slots[i].Load())
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	for _, m := range a.Methods() {
		t.slot(m.token).Store(c.adopt(a.table.at(m.token)))
	}
	a.worn = append(a.worn, worn{c, t})
	if c.casts == nil {
		c.casts = map[*Class]*table{}
	}
	c.casts[a] = t
	return t
}

// takeOff makes ancestors forget the casts of a class's instances, of which there are none any more.
func (c *Class) takeOff() {
	c.changing.Lock()
	defer c.changing.Unlock()
	for a := range c.casts {
		a.changing.Lock()
		a.worn = slices.DeleteFunc(a.worn, func(w worn) bool { return w.class == c })
		a.changing.Unlock()
	}
	c.casts = nil
}

// afterlife returns the table of instances whose end has come: each call fails.
func (c *Class) afterlife() *table {
	if t := c.dead.Load(); t != nil {
		return t
	}
	t := &table{make([]slot, len(c.table.slots))}
	for _, a := range c.order {
		t.slot(a.base).Store(c.table.at(a.base))
		for _, m := range a.methods {
			t.slot(m.token).Store(c.entryOf(m, m.freed()))
		}
	}
	c.dead.CompareAndSwap(nil, t)
	return c.dead.Load()
}
