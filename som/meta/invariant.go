package meta

import (
	"context"

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
var InvariantChecked = som.MustClass[checked]("SOMMInvariantChecked", som.Parents(BeforeAfter))

type checked struct{ Base }

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

// check runs the implementation itself, so that asking is not asked about.
func (k *checked) check(c *Call) error {
	if c.Method == invariantToken.Method() || !c.Object.IsA(HasInvariant) {
		return nil
	}
	fn, self := invariantToken.In(c.Class, c.Object)
	return fn(self)
}
