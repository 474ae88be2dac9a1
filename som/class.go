package som

import (
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// family guards how classes stand to each other: which are defined on which, which derived
// metaclasses there are, which numbers methods have. No code of users runs under it.
var family sync.Mutex

// A Class is an object at run time and an instance of its metaclass. It never changes, but for
// implementations that are replaced and dynamic methods.
type Class struct {
	spec      Spec
	parents   []*Class
	abstracts []bool          // by parent: only its interface
	order     []*Class        // the linearisation, from the class itself
	concrete  map[*Class]bool // ancestors of which more than the interface is had, and itself
	depth     int
	metaclass *Class
	derived   bool          // made by the kernel for want of one
	endHeld   func(Ref)     // ends what the State's Helds own; nil: it has none
	missing   error         // why there is no such class, see Missing
	goType    reflect.Type  // a pointer to the type whose methods are the class's, or nil
	compiled  []knownMethod // what generated code knows of a class of another kernel; nil: there is no such code; under family

	methods    []*Method             // introduced and in the table, in release order
	procedures []*Method             // introduced and not in the table
	names      map[string]*Method    // both, and migrated ones
	base       uint32                // token of the class itself; its methods' follow
	table      *table                // of implementations: what subclasses inherit and parent calls run
	front      atomic.Pointer[table] // what objects are dispatched by, table unless it is redispatched
	size       int
	align      int
	layout     []Placed
	visits     []*Class           // whose initializers run, in order
	stateful   []*Class           // concrete ancestors with a State, in the reversed linearisation
	memory     reflect.Type       // an instance and its States behind it
	states     map[*Class]uintptr // where in memory each State is
	bases      []uintptr          // offsets of Base within the class's own State

	object *instance // the class as an object

	host   Host // the other kernel that has instances of the class as well, or nil
	shares bool // and has parts of them that are implemented here, so that it counts their references

	own        atomic.Pointer[map[*Method]*impl]
	dynamics   atomic.Pointer[map[string]*Method]
	changing   sync.Mutex        // of own, dynamics, casts
	casts      map[*Class]*table // of instances that are cast to an ancestor
	worn       []worn            // of descendants' instances that are cast to this class
	dead       atomic.Pointer[table]
	older      atomic.Bool // somInit and somUninit are looked for among visits, see whole
	instances  atomic.Int64
	substitute atomic.Pointer[Class]

	subclasses int               // under family, as is what follows
	standsFor  []*Class          // those that it is the substitute of
	joints     map[string]*Class // derived metaclasses whose first parent this is
	held       int               // loads that go on and have found it
	ended      bool              // unloaded
	gone       atomic.Bool       // likewise, for those who do not hold family; or it is being tried
}

// Placed is where the data of a class is in an instance.
type Placed struct {
	Class  *Class
	Offset int // octets from the beginning of the instance's data
}

// Name returns the name, which is String as well.
func (c *Class) Name() string { return c.spec.Name }

func (c *Class) String() string {
	if c == nil {
		return "no class"
	}
	return c.spec.Name
}

// Version returns the version that the class was defined with.
func (c *Class) Version() Version { return c.spec.Version }

// CheckVersion is an error if the class does not do for a client of the version.
func (c *Class) CheckVersion(asked Version) error {
	if c.missing != nil {
		return c.missing
	}
	if !c.spec.Version.Serves(asked) {
		return fail(CodeVersion, c.Name(), "version %s was asked for, and this is %s: the major must be the same, the minor not lower", asked, c.spec.Version)
	}
	return nil
}

// Parents returns the parents in order.
func (c *Class) Parents() []*Class { return slices.Clone(c.parents) }

// AbstractParent reports whether of parent n only the interface is inherited.
func (c *Class) AbstractParent(n int) bool { return n >= 0 && n < len(c.abstracts) && c.abstracts[n] }

// IsDetached reports whether the class is detached from all of its abstract parents, of which it has some, see [Spec].Detached.
func (c *Class) IsDetached() bool {
	return len(c.spec.AbstractParents) > 0 && !slices.ContainsFunc(c.spec.AbstractParents, func(p *Class) bool { return !slices.Contains(c.spec.Detached, p) })
}

// Concrete reports whether a is the class, or an ancestor of which it has more than the interface.
func (c *Class) Concrete(a *Class) bool { return c.concrete[a] }

// Order returns the linearisation: the class, its ancestors, SOMObject last.
func (c *Class) Order() []*Class { return slices.Clone(c.order) }

// Metaclass returns the class of the class.
func (c *Class) Metaclass() *Class { return c.metaclass }

// DeclaredMetaclass returns the metaclass that the class's own Spec names, or nil.
func (c *Class) DeclaredMetaclass() *Class { return c.spec.Metaclass }

// Derived reports whether the class is a metaclass that was made for want of one.
func (c *Class) Derived() bool { return c.derived }

// Abstract reports whether the class has no instances.
func (c *Class) Abstract() bool { return c.spec.Abstract }

// DescendsFrom reports whether a is the class or an ancestor of it.
func (c *Class) DescendsFrom(a *Class) bool { return c.table != nil && c.table.has(a) }

// Methods returns the methods in the table: those of ancestors in the reversed linearisation,
// each in its release order.
func (c *Class) Methods() []*Method {
	var all []*Method
	for _, a := range slices.Backward(c.order) {
		all = append(all, a.methods...)
	}
	return all
}

// Introduced returns the methods of the table that the class itself introduces, in release order.
func (c *Class) Introduced() []*Method { return slices.Clone(c.methods) }

// Procedures returns the class's own procedures.
func (c *Class) Procedures() []*Method { return slices.Clone(c.procedures) }

// Dynamics returns the methods that were added to the class, by name.
func (c *Class) Dynamics() []*Method {
	var all []*Method
	if d := c.dynamics.Load(); d != nil {
		for _, m := range *d {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *Method) int { return compare(a.name, b.name) })
	return all
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// InitClasses returns the ancestors that the class's Spec says are initialised, or nil where it leaves that to the parents.
func (c *Class) InitClasses() []*Class { return slices.Clone(c.spec.InitClasses) }

// Selections returns which parent gives which method, where the class's Spec says so.
func (c *Class) Selections() map[*Method]*Class {
	all := make(map[*Method]*Class, len(c.spec.Select))
	for name, p := range c.spec.Select {
		if m, err := c.inherited(name); err == nil { // it was made with it
			all[m] = p
		}
	}
	return all
}

// BaseProxy returns the name of the class that what stands for the class's objects elsewhere descends from, or "".
func (c *Class) BaseProxy() string { return c.spec.BaseProxy }

// Factory returns the name of the class whose objects make those of this one, or "".
func (c *Class) Factory() string { return c.spec.Factory }

// Typelib returns the type information that the class's Spec points to, or nil.
func (c *Class) Typelib() unsafe.Pointer { return c.spec.Typelib }

// TypeInformation returns what the class's Spec has, which is not to be changed, or nil.
func (c *Class) TypeInformation() []byte { return c.spec.TypeInformation }

// Layout returns where the data of the class and its ancestors is, by offset.
func (c *Class) Layout() []Placed { return slices.Clone(c.layout) }

// Size returns the octets of an instance's data.
func (c *Class) Size() int { return c.size }

// InitOrder returns the classes whose initializers run for a new instance, in order.
func (c *Class) InitOrder() []*Class { return slices.Clone(c.visits) }

// Instances returns how many instances of exactly this class live. One that was dropped without
// its last Release still counts.
func (c *Class) Instances() int { return int(c.instances.Load()) }

// Implements returns the class's own implementation of m, or nil.
func (c *Class) Implements(m *Method) any {
	if i := (*c.own.Load())[m]; i != nil {
		return i.fn.Interface()
	}
	return nil
}

// SOM returns the class as an object.
func (c *Class) SOM() Ref { return Ref{c.object} }

// Substitute makes by, a descendant, take the place of the class for all later creations, and in what a Manager
// finds. The last substitution counts; nil gives the class its place again.
func (c *Class) Substitute(by *Class) error {
	if by != nil && (by == c || !by.DescendsFrom(c)) {
		return fail(CodeType, c.Name(), "%s cannot take its place, which only a subclass can", by)
	}
	family.Lock()
	defer family.Unlock()
	if c.ended || by != nil && by.ended {
		return fail(CodeUnknown, c.Name(), "it was unloaded, or what is to take its place")
	}
	c.leaveSubstitute()
	c.substitute.Store(by)
	c.enrollSubstitute()
	return nil
}

// enrollSubstitute and leaveSubstitute keep who stands for the class from being unloaded without it, or no longer. family is held.
func (c *Class) enrollSubstitute() {
	if by := c.substitute.Load(); by != nil {
		by.standsFor = append(by.standsFor, c)
	}
}

func (c *Class) leaveSubstitute() {
	if by := c.substitute.Load(); by != nil {
		by.standsFor = slices.DeleteFunc(by.standsFor, func(x *Class) bool { return x == c })
	}
}

// Current returns what instances are made of when the class is asked for one: itself, or its
// substitute.
func (c *Class) Current() *Class {
	for {
		by := c.substitute.Load()
		if by == nil {
			return c
		}
		c = by
	}
}

// sharesMethod returns a method that both classes implement, or nil.
func (c *Class) sharesMethod(other *Class) *Method {
	mine, theirs := *c.own.Load(), *other.own.Load()
	if len(theirs) < len(mine) {
		mine, theirs = theirs, mine
	}
	var shared *Method
	for m := range mine {
		if theirs[m] != nil && m.kind != Procedure && (shared == nil || m.token < shared.token) {
			shared = m
		}
	}
	return shared
}

// keepsState reports whether the order of the class and another with state matters.
func (c *Class) keepsState() bool {
	return (c.spec.Data.Size > 0 || c.spec.State != nil) && (c.spec.Init != nil || c.spec.Fini != nil)
}

// offsetOf returns where the data of a is in an instance, if it has any there.
func (c *Class) offsetOf(a *Class) (int, bool) {
	for _, p := range c.layout {
		if p.Class == a {
			return p.Offset, true
		}
	}
	return 0, false
}
