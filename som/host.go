package som

import "unsafe"

// A Host is another object kernel that has classes and objects of this one's as well, such as libsom by
// som/native. A class of the host's has an image here, whose Spec names the Host as Mirror; a class that descends
// from one is made known to the host, and so is one that is exported. An object that has a part which is
// implemented here is shared: it is there twice, and the host counts its references.
//
// Methods are called by many goroutines at once, and never under a lock of this package.
type Host interface {
	// Define makes a class known, whose ancestors are known. If it fails the class is refused.
	Define(c *Class) error
	// New makes an instance of a class, with one reference.
	New(c *Class) (Ref, error)
	// Copy makes a copy of an object, with one reference.
	Copy(r Ref) (Ref, error)
	// Assign gives an object the data of another.
	Assign(to, from Ref) error
	// Retain, Release and Refs count the references to a shared object.
	Retain(r Ref) error
	Release(r Ref) error
	Refs(r Ref) int
	// Watch says that there are weak references to a shared object, and Revive adds a reference to one that
	// is watched, unless its end has begun.
	Watch(r Ref)
	Revive(r Ref) bool
	// End says that an object which is not shared has no references from here any more.
	End(r Ref)
	// Missed says that a class which should have been the host's or a descendant of one is missing, see Class.Err.
	Missed(c *Class)
}

// isShared reports whether the object's references are counted elsewhere.
func (i *instance) isShared() bool { return i.other != nil && i.class.shares }

// SetHost makes the class known to a host, whose ancestors are known to it already or the roots. It must have no
// instances, and none may be made meanwhile; subclasses that are there already are not made known by it.
func (c *Class) SetHost(h Host) error {
	switch {
	case c.missing != nil:
		return c.missing
	case c.host == h:
		return nil
	case c.host != nil:
		return fail(CodeBusy, c.Name(), "another kernel has it already")
	case c.isRoot() || c.DescendsFrom(SOMClass):
		return fail(CodeMetaclass, c.Name(), "each kernel has its own roots and metaclasses")
	case c.Instances() > 0:
		return fail(CodeBusy, c.Name(), "it has %d instances: make it known before the first", c.Instances())
	}
	c.host, c.shares = h, true
	if err := h.Define(c); err != nil {
		c.host, c.shares = nil, false
		return err
	}
	return nil
}

// Host returns the other kernel that knows the class, or nil.
func (c *Class) Host() Host { return c.host }

// IsMirror reports whether the class is the image of one of another kernel.
func (c *Class) IsMirror() bool { return c.spec.Mirror != nil }

// Shares reports whether instances of the class are shared with its Host.
func (c *Class) Shares() bool { return c.shares }

// What follows is for hosts.

// Represent says which object of the host's kernel the class is there. The methods of a metaclass of the host's are called of that.
func (c *Class) Represent(other unsafe.Pointer) { c.object.other = other }

// Adopt makes what stands here for an object of a host's, with one reference. No initializer runs.
func (c *Class) Adopt(other unsafe.Pointer) Ref {
	c.instances.Add(1)
	i := form(c)
	i.other = other
	return Ref{i}
}

// Other returns the object in the host's kernel; nil where there is none.
func (r Ref) Other() unsafe.Pointer { return r.i.other }

// Other returns the object in the host's kernel, for an implementation that is no method of a State, and
// whether the object has not ended.
func (s Self) Other() (unsafe.Pointer, bool) {
	i := (*instance)(s.p)
	return i.other, i.refs.Load() > 0
}

// Ended says that a shared object has ended: each further call of it is an error.
func (r Ref) Ended() {
	if r.i.refs.CompareAndSwap(1, 0) {
		r.i.bury()
	}
}

// A Part is what a class itself does at the beginning and the end of an object.
type Part int

// The parts of an object's life.
const (
	PartInit   Part = iota // from nothing
	PartCopy               // from another
	PartAssign             // to the data of another
	PartFini
)

// Do does the class's own part. Without a function for it, data and State are copied by PartCopy and PartAssign.
func (c *Class) Do(p Part, r, from Ref) error {
	s := &c.spec
	switch {
	case p == PartInit:
		return r.beginPart(c, r.i.class.older.Load())
	case p == PartFini:
		r.endPart(c)
	case p == PartCopy && s.Copy != nil:
		return s.Copy(r, from)
	case p == PartAssign && s.Assign != nil:
		return s.Assign(r, from)
	case p == PartCopy || p == PartAssign:
		c.copyData(r, from, func(a *Class) bool { return a != c })
	}
	return nil
}
