package som

import (
	"reflect"
	"slices"
	"unsafe"
)

// New makes an instance with one reference. It asks the class as an object, whose metaclass may
// override somNew: an instance may be shared, or refused.
func (c *Class) New() (Ref, error) {
	fn, self := somNew.Of(c.Current().SOM())
	return fn(self)
}

// make is what SOMClass does for somNew.
func (c *Class) make() (Ref, error) {
	if c.missing != nil {
		return Ref{}, c.missing
	}
	if c.host != nil {
		return c.host.New(c)
	}
	r, err := c.allocate()
	if err != nil {
		return Ref{}, err
	}
	return r.initialise()
}

// initialise asks the object to initialise itself.
func (r Ref) initialise() (Ref, error) {
	fn, self := somDefaultInit.Of(r)
	return r.begin(func() error { return fn(self) })
}

// begin ends the object again if what initialises it fails or panics.
func (r Ref) begin(init func() error) (Ref, error) {
	born := false
	defer func() {
		if !born {
			r.stillborn()
		}
	}()
	if err := init(); err != nil {
		return Ref{}, err
	}
	born = true
	return r, nil
}

// Copy makes an object of the same class with the same data, with one reference.
func (r Ref) Copy() (Ref, error) {
	if r.i.refs.Load() <= 0 {
		return Ref{}, r.over()
	}
	if h := r.i.class.host; h != nil && r.i.meta == nil {
		return h.Copy(r)
	}
	to, err := r.i.class.allocate()
	if err != nil {
		return Ref{}, err
	}
	fn, self := somDefaultConstCopyInit.Of(to)
	return to.begin(func() error { return fn(self, r) })
}

// stillborn ends an object that could not be initialised.
func (r Ref) stillborn() {
	r.i.refs.Store(0)
	r.i.bury()
}

// Assign gives the object the data of another, which is of its class or of a descendant.
func (r Ref) Assign(from Ref) error {
	if r.i.refs.Load() <= 0 {
		return r.over()
	}
	if from.i.refs.Load() <= 0 {
		return from.over()
	}
	if !from.i.class.DescendsFrom(r.i.class) {
		return fail(CodeType, r.i.class.Name(), "%s cannot be assigned to it", from)
	}
	if r == from {
		return nil
	}
	if h := r.i.class.host; h != nil && r.i.meta == nil {
		return h.Assign(r, from)
	}
	fn, self := somDefaultConstAssign.Of(r)
	return fn(self, from)
}

// copyData copies what no function of its class copies. A State is copied as Go assigns it.
func (c *Class) copyData(to, from Ref, hasFunc func(*Class) bool) {
	for _, a := range c.order {
		if !c.concrete[a] || hasFunc(a) {
			continue
		}
		copy(to.Bytes(a), from.Bytes(a))
		if a.spec.State != nil {
			t, f := to.i.state(a), from.i.state(a)
			reflect.NewAt(a.spec.State, t).Elem().Set(reflect.NewAt(a.spec.State, f).Elem())
			a.tie(t, to.i)
		}
	}
}

// state returns the instance's State of a, which it has.
func (i *instance) state(a *Class) unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(i), i.class.table.at(a.base).at)
}

// allocate makes an instance that no initializer has seen.
func (c *Class) allocate() (Ref, error) {
	switch {
	case c.spec.Abstract:
		return Ref{}, fail(CodeAbstract, c.Name(), "an abstract class has no instances: make one of a subclass")
	case c.DescendsFrom(SOMClass):
		return Ref{}, fail(CodeMetaclass, c.Name(), "instances of a metaclass are classes, which are made by defining them")
	}
	if c.instances.Add(1); c.gone.Load() { // unloading looks at the instances after it has said so
		c.instances.Add(-1)
		if !c.countSlowly() {
			return Ref{}, fail(CodeUnknown, c.Name(), "it was unloaded")
		}
	}
	return Ref{form(c)}, nil
}

// countSlowly counts an instance of a class that is being unloaded, unless it ends.
func (c *Class) countSlowly() bool {
	family.Lock()
	defer family.Unlock()
	if !c.ended {
		c.instances.Add(1)
	}
	return !c.ended
}

// form makes an object of class c.
func form(c *Class) *instance {
	var i *instance
	if len(c.stateful) == 0 {
		i = new(instance)
	} else {
		i = (*instance)(reflect.New(c.memory).UnsafePointer())
	}
	i.class = c
	i.mask = uintptr(len(c.table.slots)-1) * scale
	for _, a := range c.stateful {
		a.tie(i.state(a), i)
	}
	if c.size > 0 {
		i.data = unsafe.Pointer(unsafe.SliceData(make([]byte, c.size)))
	}
	i.refs.Store(1)
	i.dispatchBy(c.front.Load())
	return i
}

// tie tells the Bases in a State which object and class they are of.
func (c *Class) tie(state unsafe.Pointer, i *instance) {
	for _, at := range c.bases {
		*(*Base)(unsafe.Add(state, at)) = Base{i, c}
	}
}

// visit runs initializers in the order of visits. If one fails or panics, those that have run are undone.
func (r Ref) visit(init func(*Class) error) error {
	visits := r.i.class.visits
	done := 0
	defer func() {
		if done == len(visits) {
			return
		}
		for _, b := range slices.Backward(visits[:done]) {
			r.endPart(b)
		}
	}()
	for _, a := range visits {
		if err := init(a); err != nil {
			return &Error{Code: CodeRaised, Class: r.i.class.Name(), Text: "the initializer of " + a.Name() + " failed", Err: err}
		}
		done++
	}
	return nil
}

// visitInit is what SOMObject does for somDefaultInit.
func (r Ref) visitInit() error {
	older := r.i.class.older.Load()
	return r.visit(func(a *Class) error { return r.beginPart(a, older) })
}

// beginPart begins one class's part: by its initializer, and then by its somInit, if there may be one.
func (r Ref) beginPart(a *Class, older bool) error {
	begun := false
	if a.endHeld != nil {
		defer func() {
			if !begun { // it has failed, or panics: nobody else ends the part
				a.endHeld(r)
			}
		}()
	}
	init, own := a.initOf(r)
	if init != nil {
		if err := init(r); err != nil {
			return err
		}
	}
	if older {
		r.beginOlder(a, own)
	}
	begun = true
	return nil
}

// visitCopy is what SOMObject does for somDefaultConstCopyInit.
func (r Ref) visitCopy(from Ref) error {
	r.i.class.copyData(r, from, func(a *Class) bool { return a.spec.Copy != nil })
	return r.visit(func(a *Class) error {
		if a.spec.Copy == nil {
			return nil
		}
		return a.spec.Copy(r, from)
	})
}

// visitAssign is what SOMObject does for somDefaultConstAssign. One that fails leaves the rest
// undone.
func (r Ref) visitAssign(from Ref) error {
	r.i.class.copyData(r, from, func(a *Class) bool { return a.spec.Assign != nil })
	for _, a := range r.i.class.visits {
		if a.spec.Assign != nil {
			if err := a.spec.Assign(r, from); err != nil {
				return err
			}
		}
	}
	return nil
}

// visitFini is what SOMObject does for somDestruct: each class's end, in the reverse of the initializers' order.
func (r Ref) visitFini() {
	for _, a := range slices.Backward(r.i.class.visits) {
		r.endPart(a)
	}
}

// endPart ends one class's part: by its somUninit, and then by its destructor.
func (r Ref) endPart(a *Class) {
	if a.spec.Fini != nil {
		defer a.spec.Fini(r) // also if the somUninit panics
	}
	if r.i.older.Load() {
		r.i.runOlder(a, somUninit.m)
	}
}

// end destroys the object, whose last reference is gone.
func (i *instance) end() {
	i.destruct()
	if i.other != nil && i.meta == nil {
		i.class.host.End(Ref{i})
	}
}

// destruct lets the object's methods end it. It has ended even if one of them panics.
func (i *instance) destruct() {
	defer i.bury()
	i.dispatchBy(i.class.front.Load()) // whatever it was cast to
	fn, self := somDestruct.Of(Ref{i})
	fn(self)
}

// bury makes each further call an error.
func (i *instance) bury() {
	i.dispatchBy(i.class.afterlife())
	i.class.instances.Add(-1)
}
