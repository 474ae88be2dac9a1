package meta

import (
	"context"

	"github.com/opendsom/dsom/som"
)

// ParentMethodCallPreventionEnabled is for properties: what one does before, after or around calls is done by BeforeAfter, once, and
// descendants of the property that do more cannot do it again by a parent or next call, which is [som.CodeAbstract].
// It is the metaclass of the property.
var ParentMethodCallPreventionEnabled = som.MustClass[prevention]("SOMMParentMethodCallPreventionEnabled", som.Parents(som.SOMClass))

type prevention struct {
	Base
	hooks map[*som.Method]any // what stood where calls are refused now
}

func (p *prevention) SomClassReady() error {
	if err := p.Next().SomClassReady(); err != nil {
		return err
	}
	property := p.Made()
	p.hooks = map[*som.Method]any{}
	for m, refusal := range map[*som.Method]any{
		beforeToken.Method(): func(self som.Self, _ context.Context, c *Call) (bool, error) { return false, refused(c) },
		afterToken.Method():  func(_ som.Self, _ context.Context, c *Call) { c.Err = refused(c) },
		aroundToken.Method(): func(_ som.Self, _ context.Context, c *Call, _ func(context.Context)) { c.Err = refused(c) },
	} {
		if !property.DescendsFrom(m.Class()) || !overrides(property, m) {
			continue
		}
		kept, err := property.Replace(m, refusal)
		if err != nil {
			return err
		}
		p.hooks[m] = kept
	}
	return nil
}

func refused(c *Call) error {
	return &som.Error{Code: som.CodeAbstract, Class: c.Class.Name(), Text: "a property of it calls a hook of its parent's, which SOMMBeforeAfter calls by itself"}
}

// hook is what a property has for one of BeforeAfter's methods, whatever has been put into its table to keep others from it.
func hook[F any](t som.Token[F], property *som.Class, class som.Ref) (F, som.Self) {
	fn, self := t.In(property, class)
	if p, ok := som.State[prevention](property.SOM(), ParentMethodCallPreventionEnabled); ok {
		if kept, ok := p.hooks[t.Method()].(F); ok {
			fn = kept // which takes what the refusal takes
		}
	}
	return fn, self
}
