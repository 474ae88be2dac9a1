package meta

import (
	"context"
	"sync"

	"github.com/opendsom/dsom/som"
)

// HasInvariant is the class of objects that can say whether they are as they should be. It is
// abstract: a subclass overrides sommInvariant.
var HasInvariant = mustMake(som.Spec{
	Name: "SOMMHasInvariant", Abstract: true,
	Introduces: []som.MethodSpec{{Name: "sommInvariant", Impl: func(som.Self) error { return nil }}},
})

var invariantToken = som.MustBind[func(som.Self) error](HasInvariant, "sommInvariant")

// InvariantChecked asks an instance that descends from HasInvariant before and after each method whether
// it is as it should be. What it says is wrong is the error of the call, and before the call a veto.
//
// While an instance is asked, calls of its methods are not asked about, so that its invariant may make them; nor are those
// which other goroutines make meanwhile, since nothing tells them apart. What such a call does wrong, the next one is told.
var InvariantChecked = som.MustClass[checked]("SOMMInvariantChecked", som.Parents(BeforeAfter))

type checked struct {
	Base
	asking sync.Map // of the class's instances, which are som.Ref, those whose invariants run
}

func (k *checked) SommBeforeMethod(_ context.Context, c *Call) (bool, error) {
	if c.Begins() || c.Ends() {
		return true, nil
	}
	err := k.check(c)
	return err == nil, err
}

func (k *checked) SommAfterMethod(_ context.Context, c *Call) {
	if c.Ends() || c.Begins() && c.Err != nil {
		return
	}
	if err := k.check(c); err != nil && c.Err == nil {
		c.Err = err
	}
}

// check runs the implementation itself, so that asking is not asked about, unless the object is being asked.
func (k *checked) check(c *Call) error {
	if c.Method == invariantToken.Method() || !c.Object.IsA(HasInvariant) {
		return nil
	}
	if _, asked := k.asking.LoadOrStore(c.Object, true); asked {
		return nil
	}
	defer k.asking.Delete(c.Object)
	fn, self := invariantToken.In(c.Class, c.Object)
	return fn(self)
}
