package naming

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/dsomnaming"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// A namingContext is the servant of a context, made for each call.
type namingContext struct {
	s  *service
	id tree.ID
}

var _ dsomnaming.NamingContext = (*namingContext)(nil)

// write refuses an operation that changes names to those who may not.
func (c *namingContext) write(ctx context.Context, operation string) error {
	why := c.s.mayWrite(ctx)
	if why == nil {
		return nil
	}
	peer := orb.Peer(ctx)
	c.s.log.Warn("naming: write denied", "operation", operation, "peer", peer, "reason", why)
	return public(exc.New(exc.NoPermission, exc.MinorWriteDenied, exc.No, "%s is refused to %v: %w; who else may change names is said by dsom daemon --allow-write", operation, peer, why))
}

func (c *namingContext) Bind(ctx context.Context, n cosnaming.Name, obj orb.Object) error {
	if err := c.write(ctx, "bind"); err != nil {
		return err
	}
	err := c.s.tree.Bind(ctx, c.id, fromName(n), c.s.objectTarget(obj))
	return c.s.onward(ctx, err, true, func(there cosnaming.NamingContext, rest cosnaming.Name) error {
		return there.Bind(ctx, rest, obj)
	})
}

func (c *namingContext) Rebind(ctx context.Context, n cosnaming.Name, obj orb.Object) error {
	if err := c.write(ctx, "rebind"); err != nil {
		return err
	}
	err := c.s.tree.Rebind(ctx, c.id, fromName(n), c.s.objectTarget(obj))
	return c.s.onward(ctx, err, true, func(there cosnaming.NamingContext, rest cosnaming.Name) error {
		return there.Rebind(ctx, rest, obj)
	})
}

func (c *namingContext) BindContext(ctx context.Context, n cosnaming.Name, nc cosnaming.NamingContext) error {
	if err := c.write(ctx, "bind_context"); err != nil {
		return err
	}
	to, err := c.s.contextTarget(nc)
	if err != nil {
		return err
	}
	err = c.s.tree.Bind(ctx, c.id, fromName(n), to)
	return c.s.onward(ctx, err, true, func(there cosnaming.NamingContext, rest cosnaming.Name) error {
		return there.BindContext(ctx, rest, nc)
	})
}

func (c *namingContext) RebindContext(ctx context.Context, n cosnaming.Name, nc cosnaming.NamingContext) error {
	if err := c.write(ctx, "rebind_context"); err != nil {
		return err
	}
	to, err := c.s.contextTarget(nc)
	if err != nil {
		return err
	}
	err = c.s.tree.Rebind(ctx, c.id, fromName(n), to)
	return c.s.onward(ctx, err, true, func(there cosnaming.NamingContext, rest cosnaming.Name) error {
		return there.RebindContext(ctx, rest, nc)
	})
}

func (c *namingContext) Resolve(ctx context.Context, n cosnaming.Name) (orb.Object, error) {
	return c.resolve(ctx, fromName(n))
}

func (c *namingContext) resolve(ctx context.Context, n ior.Name) (found orb.Object, err error) {
	to, err := c.s.tree.Resolve(c.id, n)
	if err == nil {
		if found, err = c.s.object(to); err == nil {
			return found, nil
		}
	}
	err = c.s.onward(ctx, err, false, func(there cosnaming.NamingContext, rest cosnaming.Name) (err error) {
		found, err = there.Resolve(ctx, rest)
		return err
	})
	return found, err
}

func (c *namingContext) Unbind(ctx context.Context, n cosnaming.Name) error {
	if err := c.write(ctx, "unbind"); err != nil {
		return err
	}
	err := c.s.tree.Unbind(ctx, c.id, fromName(n))
	return c.s.onward(ctx, err, true, func(there cosnaming.NamingContext, rest cosnaming.Name) error {
		return there.Unbind(ctx, rest)
	})
}

func (c *namingContext) NewContext(ctx context.Context) (cosnaming.NamingContext, error) {
	if err := c.write(ctx, "new_context"); err != nil {
		return nil, err
	}
	id, err := c.s.tree.NewContext(ctx)
	if err != nil {
		return nil, c.s.raise(err)
	}
	return c.s.stub(id)
}

func (c *namingContext) BindNewContext(ctx context.Context, n cosnaming.Name) (made cosnaming.NamingContext, err error) {
	if err := c.write(ctx, "bind_new_context"); err != nil {
		return nil, err
	}
	id, err := c.s.tree.BindNewContext(ctx, c.id, fromName(n))
	if err == nil {
		return c.s.stub(id)
	}
	err = c.s.onward(ctx, err, true, func(there cosnaming.NamingContext, rest cosnaming.Name) (err error) {
		made, err = there.BindNewContext(ctx, rest)
		return err
	})
	return made, err
}

func (c *namingContext) Destroy(ctx context.Context) error {
	if err := c.write(ctx, "destroy"); err != nil {
		return err
	}
	return c.s.raise(c.s.tree.Destroy(ctx, c.id))
}

func (c *namingContext) List(ctx context.Context, howMany uint32) (cosnaming.BindingList, cosnaming.BindingIterator, error) {
	page, more, err := c.s.tree.List(c.id, nil, int(min(howMany, tree.MaxPage)))
	if err != nil || !more {
		return bindings(page), nil, c.s.raise(err)
	}
	it := &iterator{in: c.id}
	it.passed(page)
	ref, err := c.s.iterators.add(ctx, cosnaming.BindingIteratorClass.Servant(it), &it.place, 0)
	if err != nil {
		return nil, nil, err
	}
	return bindings(page), cosnaming.BindingIteratorClass.Unchecked(ref), nil
}
