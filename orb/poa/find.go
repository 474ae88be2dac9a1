package poa

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// find returns the target of a request that has entered.
func (p *POA) find(ctx context.Context, q orb.Query, id []byte) (orb.Target, error) {
	if p.opt.retains() {
		p.mu.RLock()
		o := p.objects[string(id)]
		if o != nil {
			o.requests.Add(1)
		}
		p.mu.RUnlock()
		if o != nil {
			return p.target(ctx, o.servant, o), nil
		}
	}
	return p.absent(ctx, q, id)
}

// absent returns the target of a request for an object that is not in the map (part 1, clause 15.3.8.7).
func (p *POA) absent(ctx context.Context, q orb.Query, id []byte) (t orb.Target, err error) {
	defer func() {
		if t.Scope == nil { // also after a panic
			p.serving.leave()
		}
	}()
	switch {
	case p.opt.byDefault():
		d := p.defaultScope()
		if d == nil {
			return orb.Target{}, exc.New(exc.ObjAdapter, exc.MinorNoDefaultServant, exc.No, "adapter %q has no default servant: set one", p.Path())
		}
		return p.target(ctx, d.servant, d), nil
	case p.opt.activates():
		return p.found(p.incarnated(ctx, string(id)))
	case p.opt.locates():
		return p.found(p.located(ctx, q, string(id)))
	}
	return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "adapter %.64q has no object %.64q", p.Path(), id)
}

// found makes of the error by which a servant manager forwards a request a target.
func (p *POA) found(t orb.Target, err error) (orb.Target, error) {
	f := orb.ForwardOf(err)
	if f == nil {
		return t, err
	}
	if f.To == nil {
		return orb.Target{}, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "the servant manager of adapter %q forwards to a nil reference", p.Path())
	}
	return orb.Target{Forward: f.To.IOR(), Permanent: f.ForGood}, nil
}

// target returns the target of a request, in the adapter's thread if it has one.
func (p *POA) target(ctx context.Context, s orb.Servant, scope orb.Scope) orb.Target {
	if p.thread != nil {
		s = &threaded{s, p.thread, p.thread.place(ctx)}
	}
	return orb.Target{Servant: s, Scope: scope, Bidirectional: p.opt.Bidirectional == Both}
}

// A defaultScope is the scope of requests for a default servant, which may be replaced while they run.
type defaultScope struct {
	poa     *POA
	servant orb.Servant
}

func (d *defaultScope) adapter() *POA { return d.poa }

// Release is the end of a request.
func (d *defaultScope) Release() error {
	d.poa.serving.leave()
	return nil
}

// SetServant makes s the default servant (set_servant): it needs USE_DEFAULT_SERVANT.
func (p *POA) SetServant(s orb.Servant) error {
	if !p.opt.byDefault() {
		return p.wrongPolicy("set_servant", "USE_DEFAULT_SERVANT")
	}
	p.byDefault(s)
	return nil
}

// byDefault is SetServant whatever the policies are.
func (p *POA) byDefault(s orb.Servant) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fallback = nil
	if s != nil {
		p.fallback = &defaultScope{p, s}
	}
}

// isDefault reports whether the implementation of s is the default servant.
func (p *POA) isDefault(s orb.Servant) bool {
	d := p.defaultScope()
	return d != nil && same(s, d.servant)
}

// Servant returns the default servant (get_servant). The error wraps ErrNoServant or ErrWrongPolicy.
func (p *POA) Servant() (orb.Servant, error) {
	if !p.opt.byDefault() {
		return nil, p.wrongPolicy("get_servant", "USE_DEFAULT_SERVANT")
	}
	if d := p.defaultScope(); d != nil {
		return d.servant, nil
	}
	return nil, refused(exc.MinorNoServant, "adapter %q has no default servant: %w", p.Path(), ErrNoServant)
}

// defaultScope returns the scope of the default servant that there is now, nil if there is none.
func (p *POA) defaultScope() *defaultScope {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.fallback
}
