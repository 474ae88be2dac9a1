package naming

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// The operations of ExtendedNaming on properties. Where a name leads into another service they are
// done there, if that has them.

// change does an operation that changes names: here, or there with the rest of the name.
func (c *namingContext) change(ctx context.Context, operation string, list []extendednaming.PropertyStruct,
	here func([]tree.Property) error, there func(extendednaming.ExtendedNamingContext, cosnaming.Name) error) error {
	if err := c.write(ctx, operation); err != nil {
		return err
	}
	props, err := c.s.fromProperties(list)
	if err != nil {
		return err
	}
	return c.s.onward(ctx, here(props), true, func(nc cosnaming.NamingContext, rest cosnaming.Name) error {
		return there(extended(nc), rest)
	})
}

func (c *namingContext) BindWithProperties(ctx context.Context, n cosnaming.Name, obj orb.Object, props extendednaming.PropertyList) error {
	return c.change(ctx, "bind_with_properties", props, func(p []tree.Property) error {
		return c.s.tree.BindWith(ctx, c.id, fromName(n), c.s.objectTarget(obj), p)
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.BindWithProperties(ctx, rest, obj, props)
	})
}

func (c *namingContext) RebindWithProperties(ctx context.Context, n cosnaming.Name, obj orb.Object, props extendednaming.PropertyList) error {
	return c.change(ctx, "rebind_with_properties", props, func(p []tree.Property) error {
		return c.s.tree.RebindWith(ctx, c.id, fromName(n), c.s.objectTarget(obj), p)
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.RebindWithProperties(ctx, rest, obj, props)
	})
}

func (c *namingContext) BindContextWithProperties(ctx context.Context, n cosnaming.Name, nc extendednaming.ExtendedNamingContext, props extendednaming.PropertyList) error {
	return c.change(ctx, "bind_context_with_properties", props, func(p []tree.Property) error {
		to, err := c.s.contextTarget(nc)
		if err != nil {
			return err
		}
		return c.s.tree.BindWith(ctx, c.id, fromName(n), to, p)
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.BindContextWithProperties(ctx, rest, nc, props)
	})
}

func (c *namingContext) RebindContextWithProperties(ctx context.Context, n cosnaming.Name, nc extendednaming.ExtendedNamingContext, props extendednaming.PropertyList) error {
	return c.change(ctx, "rebind_context_with_properties", props, func(p []tree.Property) error {
		to, err := c.s.contextTarget(nc)
		if err != nil {
			return err
		}
		return c.s.tree.RebindWith(ctx, c.id, fromName(n), to, p)
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.RebindContextWithProperties(ctx, rest, nc, props)
	})
}

func (c *namingContext) AddProperty(ctx context.Context, n cosnaming.Name, prop extendednaming.Property) error {
	list := []extendednaming.PropertyStruct{prop}
	return c.change(ctx, "add_property", list, func(p []tree.Property) error {
		return c.s.tree.SetProperties(ctx, c.id, fromName(n), p)
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.AddProperty(ctx, rest, prop)
	})
}

func (c *namingContext) AddProperties(ctx context.Context, n cosnaming.Name, props extendednaming.PropertyList) error {
	return c.change(ctx, "add_properties", props, func(p []tree.Property) error {
		return c.s.tree.SetProperties(ctx, c.id, fromName(n), p)
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.AddProperties(ctx, rest, props)
	})
}

func (c *namingContext) RemoveProperty(ctx context.Context, n cosnaming.Name, prop cosnaming.Istring) error {
	return c.change(ctx, "remove_property", nil, func([]tree.Property) error {
		return c.s.tree.RemoveProperties(ctx, c.id, fromName(n), []string{prop})
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.RemoveProperty(ctx, rest, prop)
	})
}

func (c *namingContext) RemoveProperties(ctx context.Context, n cosnaming.Name, names extendednaming.IList) error {
	return c.change(ctx, "remove_properties", nil, func([]tree.Property) error {
		return c.s.tree.RemoveProperties(ctx, c.id, fromName(n), append([]string{}, names...)) // none, not all, where it is empty
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.RemoveProperties(ctx, rest, names)
	})
}

func (c *namingContext) RemoveAllProperties(ctx context.Context, n cosnaming.Name) error {
	return c.change(ctx, "remove_all_properties", nil, func([]tree.Property) error {
		return c.s.tree.RemoveProperties(ctx, c.id, fromName(n), nil)
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) error {
		return there.RemoveAllProperties(ctx, rest)
	})
}

// look finds the binding of a name and has its properties used, those named or with nil all; there is for a
// name that leads into another service.
func (c *namingContext) look(ctx context.Context, n cosnaming.Name, names []string, use func(tree.Binding, []tree.Property) error,
	there func(extendednaming.ExtendedNamingContext, cosnaming.Name) error) error {
	b, err := c.s.tree.Lookup(c.id, fromName(n))
	if err != nil {
		return c.s.onward(ctx, err, false, func(nc cosnaming.NamingContext, rest cosnaming.Name) error {
			return there(extended(nc), rest)
		})
	}
	list := b.Properties
	if names != nil {
		if list, err = b.Select(names); err != nil {
			return c.s.raise(err)
		}
	}
	return use(b, list)
}

func (c *namingContext) ListProperties(ctx context.Context, n cosnaming.Name, howMany uint32) (list extendednaming.PropertyBindingList, more extendednaming.PropertyBindingIterator, err error) {
	err = c.look(ctx, n, nil, func(_ tree.Binding, have []tree.Property) error {
		all := make([]extendednaming.PropertyBindingStruct, len(have))
		octets := 0
		for i, p := range have {
			all[i] = toPropertyBinding(p)
			octets += 2 * len(p.Name)
		}
		now, later := page(all, howMany)
		list = now
		if len(later) == 0 {
			return nil
		}
		it := &propertyBindingRest{rest[extendednaming.PropertyBindingStruct]{left: later}}
		ref, err := c.s.iterators.add(ctx, extendednaming.PropertyBindingIteratorClass.Servant(it), &it.place, octets)
		if err == nil {
			more = extendednaming.PropertyBindingIteratorClass.Unchecked(ref)
		}
		return err
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) (err error) {
		list, more, err = there.ListProperties(ctx, rest, howMany)
		return err
	})
	return list, more, err
}

func (c *namingContext) GetProperty(ctx context.Context, n cosnaming.Name, name cosnaming.Istring) (prop extendednaming.Property, err error) {
	err = c.look(ctx, n, []string{name}, func(_ tree.Binding, have []tree.Property) (err error) {
		prop, err = c.s.toProperty(have[0])
		return err
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) (err error) {
		prop, err = there.GetProperty(ctx, rest, name)
		return err
	})
	return prop, err
}

func (c *namingContext) GetProperties(ctx context.Context, n cosnaming.Name, howMany uint32, names extendednaming.IList) (list extendednaming.PropertyList, more extendednaming.PropertyIterator, err error) {
	err = c.look(ctx, n, append([]string{}, names...), func(_ tree.Binding, have []tree.Property) (err error) {
		list, more, err = c.s.properties(ctx, have, howMany)
		return err
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) (err error) {
		list, more, err = there.GetProperties(ctx, rest, howMany, names)
		return err
	})
	return list, more, err
}

func (c *namingContext) GetAllProperties(ctx context.Context, n cosnaming.Name, howMany uint32) (list extendednaming.PropertyList, more extendednaming.PropertyIterator, err error) {
	err = c.look(ctx, n, nil, func(_ tree.Binding, have []tree.Property) (err error) {
		list, more, err = c.s.properties(ctx, have, howMany)
		return err
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) (err error) {
		list, more, err = there.GetAllProperties(ctx, rest, howMany)
		return err
	})
	return list, more, err
}

func (c *namingContext) ResolveWithProperty(ctx context.Context, n cosnaming.Name, name cosnaming.Istring) (found orb.Object, v dyn.Any, err error) {
	err = c.look(ctx, n, []string{name}, func(b tree.Binding, have []tree.Property) error {
		p, err := c.s.toProperty(have[0])
		if err != nil {
			return err
		}
		v = p.Value
		found, err = c.s.object(b.Target)
		return err
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) (err error) {
		found, v, err = there.ResolveWithProperty(ctx, rest, name)
		return err
	})
	return found, v, err
}

func (c *namingContext) ResolveWithProperties(ctx context.Context, n cosnaming.Name, howMany uint32, names extendednaming.IList) (orb.Object, extendednaming.PropertyList, extendednaming.PropertyIterator, error) {
	return c.resolveWith(ctx, n, howMany, append([]string{}, names...), func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) (orb.Object, extendednaming.PropertyList, extendednaming.PropertyIterator, error) {
		return there.ResolveWithProperties(ctx, rest, howMany, names)
	})
}

func (c *namingContext) ResolveWithAllProperties(ctx context.Context, n cosnaming.Name, howMany uint32) (orb.Object, extendednaming.PropertyList, extendednaming.PropertyIterator, error) {
	return c.resolveWith(ctx, n, howMany, nil, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) (orb.Object, extendednaming.PropertyList, extendednaming.PropertyIterator, error) {
		return there.ResolveWithAllProperties(ctx, rest, howMany)
	})
}

func (c *namingContext) resolveWith(ctx context.Context, n cosnaming.Name, howMany uint32, names []string,
	onward func(extendednaming.ExtendedNamingContext, cosnaming.Name) (orb.Object, extendednaming.PropertyList, extendednaming.PropertyIterator, error),
) (found orb.Object, list extendednaming.PropertyList, more extendednaming.PropertyIterator, err error) {
	err = c.look(ctx, n, names, func(b tree.Binding, have []tree.Property) (err error) {
		if found, err = c.s.object(b.Target); err == nil {
			list, more, err = c.s.properties(ctx, have, howMany)
		}
		return err
	}, func(there extendednaming.ExtendedNamingContext, rest cosnaming.Name) (err error) {
		found, list, more, err = onward(there, rest)
		return err
	})
	return found, list, more, err
}
