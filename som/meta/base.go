package meta

import (
	"context"

	"github.com/opendsom/dsom/som"
)

var (
	rawToken   = som.MustBind[func(som.Self) (som.Ref, error)](som.SOMClass, "somNewNoInit")
	newToken   = som.MustBind[func(som.Self) (som.Ref, error)](som.SOMClass, "somNew")
	readyToken = som.MustBind[func(som.Self) error](som.SOMClass, "somClassReady")

	// BeforeAfter's own methods use these, so that no initializer can set them.
	beforeToken som.Token[beforeFunc]
	afterToken  som.Token[afterFunc]
	aroundToken som.Token[aroundFunc]
)

func init() {
	beforeToken = som.MustBind[beforeFunc](BeforeAfter, "sommBeforeMethod")
	afterToken = som.MustBind[afterFunc](BeforeAfter, "sommAfterMethod")
	aroundToken = som.MustBind[aroundFunc](BeforeAfter, "sommAroundMethod")
}

// A Base is what the state of a metaclass embeds. Its instances are classes.
type Base struct{ som.Base }

// Made returns the class that the state belongs to.
func (b Base) Made() *som.Class {
	c, _ := b.SOM().AsClass()
	return c
}

// Next has what the metaclasses behind this one do, in the order of the class's metaclass.
func (b Base) Next() Next { return Next{b.Base} }

// Next is what follows a metaclass.
type Next struct{ b som.Base }

// SomNew makes an instance.
func (n Next) SomNew() (som.Ref, error) {
	fn, self, ok := newToken.Next(n.b.Class(), n.b.SOM())
	if !ok {
		return som.Ref{}, som.ErrNoNext
	}
	return fn(self)
}

// SomNewNoInit makes an instance that an initializer with arguments begins, see [som.Class.NewBy].
func (n Next) SomNewNoInit() (som.Ref, error) {
	fn, self, ok := rawToken.Next(n.b.Class(), n.b.SOM())
	if !ok {
		return som.Ref{}, som.ErrNoNext
	}
	return fn(self)
}

// SomClassReady is called when the class has been made.
func (n Next) SomClassReady() error {
	fn, self, ok := readyToken.Next(n.b.Class(), n.b.SOM())
	if !ok {
		return som.ErrNoNext
	}
	return fn(self)
}

// Of returns the metaclass that has all of the properties, the first outermost.
func Of(properties ...*som.Class) (*som.Class, error) { return som.Join(properties...) }

// has reports whether c has a property, by its own metaclass or by inheritance.
func has(c, property *som.Class) bool { return c.Metaclass().DescendsFrom(property) }

// declares reports whether c's own definition names a property, rather than a parent's.
func declares(c, property *som.Class) bool {
	m := c.DeclaredMetaclass()
	return m != nil && m.DescendsFrom(property)
}

// classOf is the class with which an implementation of a metaclass's method was called.
func classOf(self som.Self) *som.Class {
	c, _ := self.Ref().AsClass()
	return c
}

// A Call is one call of a method of an instance, as a property sees it.
type Call struct {
	Class   *som.Class // whose instances have the property, and of which the object is one
	Object  som.Ref
	Method  *som.Method
	Args    []any // may be changed before
	Results []any // may be changed after
	Err     error // of the call; may be changed after

	self   som.Self
	behind som.Packed // what all properties stand in front of
	begun  bool       // the object, by it
}

// Begins reports whether the object is being initialised or copied by the call: before it, there
// is no state to look at.
func (c *Call) Begins() bool {
	switch c.Method {
	case initMethod, copyMethod:
		return true
	}
	return false
}

// Ends reports whether the object is being destroyed by the call: after it, there is none.
func (c *Call) Ends() bool { return c.Method == destructMethod }

var (
	initMethod     = root("somDefaultInit")
	copyMethod     = root("somDefaultConstCopyInit")
	destructMethod = root("somDestruct")

	destructToken = som.MustBind[func(som.Self)](som.SOMObject, "somDestruct")
)

func root(name string) *som.Method {
	m, err := som.SOMObject.Lookup(name)
	if err != nil {
		panic(err) // it is there in every release
	}
	return m
}

type (
	beforeFunc = func(som.Self, context.Context, *Call) (bool, error)
	afterFunc  = func(som.Self, context.Context, *Call)
	aroundFunc = func(som.Self, context.Context, *Call, func(context.Context))
)
