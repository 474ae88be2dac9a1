// Package meta is the library of metaclasses: properties that a class has by naming one for its
// metaclass, and that compose when a class needs several. Where classes with different properties
// meet, the kernel joins their metaclasses; [Of] does so beforehand. n classes that each have some of p
// properties so cost n + p classes to write, and not a class for each combination.
//
// A property is written as a class whose state embeds [Base], one for each class that has the
// property:
//
//	type counted struct {
//		meta.Base
//		calls atomic.Int64
//	}
//
//	func (c *counted) SommBeforeMethod(ctx context.Context, call *meta.Call) (bool, error) {
//		c.calls.Add(1)
//		return true, nil
//	}
//
//	var Counted = som.MustClass[counted]("Counted", som.Parents(meta.BeforeAfter))
//
// One that overrides SomNew or SomClassReady calls the next: c.Next().SomNew().
package meta
