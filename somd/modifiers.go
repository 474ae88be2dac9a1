package somd

import (
	"sync"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typelib"
)

// modifiers are what a class's IDL says of its objects elsewhere: SOM's baseproxyclass and factory, and of methods pass_by_copy and
// maybe_by_value. Classes in Go have it from generated code; those of class libraries carry it in their type information.
type modifiers struct {
	baseProxy, factory string
	copies             map[string]string // som.MethodSpec's, by method
}

var modified sync.Map // *som.Class to *modifiers

func modifiersOf(c *som.Class) *modifiers {
	if x, ok := modified.Load(c); ok {
		return x.(*modifiers)
	}
	x := &modifiers{baseProxy: c.BaseProxy(), factory: c.Factory(), copies: map[string]string{}}
	for _, m := range c.Introduced() {
		if s := m.Copies(); s != "" {
			x.copies[m.Name()] = s
		}
	}
	if c.IsMirror() && c.Typelib() != nil {
		if spec, err := typelib.At(c.Typelib()); err == nil { // else there is nothing that it says
			if d, ok := spec.Lookup(c.Name()).(*model.Interface); ok {
				x.take(d)
			}
		}
	}
	modified.Store(c, x)
	return x
}

// take reads the modifiers of a class in type information.
func (x *modifiers) take(d *model.Interface) {
	x.baseProxy, x.factory = d.ClassNamed("baseproxyclass"), d.ClassNamed("factory")
	for _, m := range d.Introduced() {
		if s := m.Copies(); s != "" {
			x.copies[m.Name] = s
		}
	}
}

// baseProxyOf returns the name of the class from which proxies for objects of a class descend: the modifier of the nearest class of its
// linearisation that has one, so that a tree of classes can have it from its root. Empty: SOMDClientProxy.
func baseProxyOf(c *som.Class) string {
	for _, a := range c.Order() {
		if name := modifiersOf(a).baseProxy; name != "" {
			return name
		}
	}
	return ""
}
