package poa

import (
	"context"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// A ServantLocator finds a servant for each request (part 1, clause 15.3.7).
type ServantLocator interface {
	// Preinvoke returns the servant of a request, and what Postinvoke is to be given. An error is the
	// request's answer: OBJECT_NOT_EXIST if there is no such object, an *orb.ForwardRequest if it is elsewhere; there is
	// no Postinvoke then. Ids come from the network.
	Preinvoke(ctx context.Context, i Invocation) (s orb.Servant, cookie any, err error)

	// Postinvoke is called when the request's operation has run, however it ended, in the same
	// goroutine. An error is answered instead of what the operation returned.
	Postinvoke(ctx context.Context, i Invocation, cookie any, s orb.Servant) error
}

// An Invocation is what a ServantLocator finds a servant for.
type Invocation struct {
	ID      string
	Adapter *POA
	// Operation is the operation's name as in GIOP; _non_existent also where the client asks only
	// where the object is (LocateRequest), and nothing is called.
	Operation string
}

// A LocatorFunc is a ServantLocator in small: a function that returns the servant of an object, nil if there
// is none.
type LocatorFunc func(ctx context.Context, id string) (orb.Servant, error)

// Preinvoke calls f.
func (f LocatorFunc) Preinvoke(ctx context.Context, i Invocation) (orb.Servant, any, error) {
	s, err := f(ctx, i.ID)
	if s == nil && err == nil {
		err = exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "adapter %.64q has no object %.64q", i.Adapter.Path(), i.ID)
	}
	return s, nil, err
}

// Postinvoke does nothing.
func (f LocatorFunc) Postinvoke(context.Context, Invocation, any, orb.Servant) error { return nil }

// SetServantLocator makes l the adapter's servant manager (set_servant_manager): it needs
// USE_SERVANT_MANAGER and NON_RETAIN, and can be done once.
func (p *POA) SetServantLocator(l ServantLocator) error {
	if !p.opt.locates() {
		return p.wrongPolicy("set_servant_manager with a ServantLocator", "USE_SERVANT_MANAGER and NON_RETAIN")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.mayManage(l != nil, p.locator != nil); err != nil {
		return err
	}
	p.locator = l
	return nil
}

// ServantLocator returns the adapter's servant manager (get_servant_manager), nil if none is set. The error wraps
// ErrWrongPolicy where there can be none, as in a ServantActivator's case.
func (p *POA) ServantLocator() (ServantLocator, error) {
	if !p.opt.locates() {
		return nil, p.wrongPolicy("get_servant_manager as a ServantLocator", "USE_SERVANT_MANAGER and NON_RETAIN")
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.locator, nil
}

// An invocation is the scope of a request whose servant was located.
type invocation struct {
	Invocation
	locator ServantLocator
	servant orb.Servant
	cookie  any
	ctx     context.Context
	at      place
}

func (i *invocation) adapter() *POA { return i.Adapter }

// located asks the locator for a request's servant.
func (p *POA) located(ctx context.Context, q orb.Query, id string) (orb.Target, error) {
	p.mu.RLock()
	l := p.locator
	p.mu.RUnlock()
	if l == nil {
		return orb.Target{}, exc.New(exc.ObjAdapter, exc.MinorNoServantManager, exc.No, "adapter %q has no servant locator: set one", p.Path())
	}
	operation := "_non_existent"
	if q.Operation != "" {
		operation = strings.Clone(q.Operation)
	}
	i := &invocation{Invocation: Invocation{id, p, operation}, locator: l, ctx: orb.Whole(ctx), at: p.thread.place(ctx)}
	var err error
	if waited := p.thread.do(ctx, i.at, func() {
		in, over := p.thread.turn(i.ctx)
		defer over()
		i.servant, i.cookie, err = l.Preinvoke(in, i.Invocation)
	}); waited != nil {
		return orb.Target{}, waited
	}
	switch {
	case err != nil:
		return orb.Target{}, err
	case i.servant == nil:
		return orb.Target{}, exc.New(exc.ObjAdapter, exc.MinorNullServant, exc.No, "the servant locator of adapter %q returned neither a servant nor an error for %.64q", p.Path(), id)
	}
	return p.target(ctx, i.servant, i), nil
}

// Release is the end of a request.
func (i *invocation) Release() (err error) {
	defer i.Adapter.serving.leave()
	_ = i.Adapter.thread.do(context.WithoutCancel(i.ctx), i.at, func() { // what was begun is ended, whoever waits
		in, over := i.Adapter.thread.turn(i.ctx)
		defer over()
		err = i.locator.Postinvoke(in, i.Invocation, i.cookie, i.servant)
	})
	return err
}
