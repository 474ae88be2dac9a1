package som

import (
	"sync"
	"sync/atomic"
)

// makings are the objects whose initialisation differs from the plain one, while it runs.
var makings struct {
	n  atomic.Int64 // how many, so that whoever makes plain ones need not look
	by sync.Map     // *instance to *making
}

// A making says what initialises the part of one class.
type making struct {
	class *Class
	init  func(Ref) error
}

// NewBy makes an instance whose part of class a, which is c or a concrete ancestor, is initialised by a function
// of the caller's in place of a's initializer. All other classes' initializers run as for New, each at its
// time. If the function fails, what has run is undone. The class's metaclass is asked by somNewNoInit.
func (c *Class) NewBy(a *Class, init func(Ref) error) (Ref, error) {
	c = c.Current()
	if c.missing != nil {
		return Ref{}, c.missing
	}
	if !c.concrete[a] {
		return Ref{}, fail(CodeInit, c.Name(), "%s is no concrete ancestor, whose part could be initialised", a)
	}
	if c.host != nil {
		return Ref{}, fail(CodeInit, c.Name(), "its instances are made by another kernel, where initializers with arguments are not known")
	}
	fn, self := somNewNoInit.Of(c.SOM())
	r, err := fn(self)
	if err != nil {
		return Ref{}, err
	}
	makings.by.Store(r.i, &making{a, init})
	makings.n.Add(1)
	defer func() {
		makings.n.Add(-1)
		makings.by.Delete(r.i)
	}()
	return r.initialise()
}

// initOf returns what initialises r's part of class a, or nil; and whether that is an initializer with arguments.
func (a *Class) initOf(r Ref) (init func(Ref) error, own bool) {
	if makings.n.Load() > 0 {
		if m, ok := makings.by.Load(r.i); ok && m.(*making).class == a {
			return m.(*making).init, true
		}
	}
	return a.spec.Init, false
}
