package poa

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// A ServantActivator makes the servants of objects when they are called, and hears when they are objects
// no more (part 1, clause 15.3.6). For one object its methods are called one after the other.
type ServantActivator interface {
	// Incarnate returns the servant of the object id of adapter. An error is the request's answer:
	// OBJECT_NOT_EXIST if there is no such object, an *orb.ForwardRequest if it is elsewhere. ids come from
	// the network. It must not activate the object itself, nor call it: other requests for the object, and that call is one, wait until Incarnate returns, or their ctx
	// ends. It is not seen whether what it waits for waits for it, such as an adapter activator that calls this object: both go on when a ctx ends, which each call's has, by call-timeout at the latest.
	Incarnate(ctx context.Context, id string, adapter *POA) (orb.Servant, error)

	// Etherealize is called when an object was deactivated and its requests are done, for those too
	// that Incarnate did not make. ctx ends when the ORB is not to be waited for any more. To wait for adapters, managers
	// or the ORB in it is BAD_INV_ORDER, as in an upcall.
	Etherealize(ctx context.Context, e Etherealization)
}

// An Etherealization is the end of an object.
type Etherealization struct {
	ID      string
	Adapter *POA
	Servant orb.Servant
	// CleanupInProgress says that all the adapter's objects end.
	CleanupInProgress bool
	// RemainingActivations says that the servant is still other objects of the adapter, those among them that are to be etherealized as well: it is
	// false for the last one. Of an implementation that is no pointer this is not known, and it is false.
	RemainingActivations bool
}

// SetServantActivator makes a the adapter's servant manager (set_servant_manager): it needs
// USE_SERVANT_MANAGER and RETAIN, and can be done once.
func (p *POA) SetServantActivator(a ServantActivator) error {
	if !p.opt.activates() {
		return p.wrongPolicy("set_servant_manager with a ServantActivator", "USE_SERVANT_MANAGER and RETAIN")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.mayManage(a != nil, p.activator != nil); err != nil {
		return err
	}
	p.activator = a
	return nil
}

// ServantActivator returns the adapter's servant manager (get_servant_manager), nil if none is set. The error wraps
// ErrWrongPolicy where there can be none, as in a ServantLocator's case.
func (p *POA) ServantActivator() (ServantActivator, error) {
	if !p.opt.activates() {
		return nil, p.wrongPolicy("get_servant_manager as a ServantActivator", "USE_SERVANT_MANAGER and RETAIN")
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.activator, nil
}

// mayManage says why a servant manager cannot be set, if so.
func (p *POA) mayManage(some, set bool) error {
	switch {
	case !some:
		return failed(exc.ObjAdapter, exc.MinorNoServantManager, "a nil servant manager for adapter %q", p.Path())
	case set:
		return failed(exc.BadInvOrder, exc.MinorManagerSet, "adapter %q has a servant manager already", p.Path())
	}
	return nil
}

// checkManagers says which of the managers do not fit the policies, if so.
func (o *Options) checkManagers() error {
	switch {
	case o.DefaultServant != nil && !o.byDefault():
		return &InvalidPolicy{"RequestProcessingPolicy", o.RequestProcessing.String(), "a DefaultServant needs USE_DEFAULT_SERVANT"}
	case o.ServantActivator != nil && !o.activates():
		return &InvalidPolicy{"RequestProcessingPolicy", o.RequestProcessing.String(), "a ServantActivator needs USE_SERVANT_MANAGER, and RETAIN"}
	case o.ServantLocator != nil && !o.locates():
		return &InvalidPolicy{"RequestProcessingPolicy", o.RequestProcessing.String(), "a ServantLocator needs USE_SERVANT_MANAGER, and NON_RETAIN"}
	}
	return nil
}

// incarnated returns the target of a request for an object that was not active: it is made so, unless
// another request has done it, and after the one before it has been etherealized.
func (p *POA) incarnated(ctx context.Context, id string) (t orb.Target, err error) {
	at := p.thread.place(ctx)
	for {
		wait := p.busy(id)
		if wait == nil {
			var again bool
			waited := p.thread.do(ctx, at, func() { t, again, err = p.incarnate(ctx, id) })
			if waited != nil {
				return orb.Target{}, waited
			}
			if !again {
				return t, err
			}
			continue
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return orb.Target{}, ctx.Err()
		}
	}
}

// An incarnation is an object that its activator is asked for.
type incarnation struct {
	done   chan struct{} // closed when it has answered
	leaves bool          // it was deactivated meanwhile; guarded by the adapter
	outer  *incarnation  // that whose activator asks for it; nil: none
}

// incarnationKey leads from the ctx of Incarnate to the incarnation.
type incarnationKey struct{ orb.ForUpcall }

func incarnationOf(ctx context.Context) *incarnation {
	i, _ := ctx.Value(incarnationKey{}).(*incarnation)
	return i
}

// waitsFor reports whether i waits for what ctx belongs to.
func (i *incarnation) waitsFor(ctx context.Context) bool {
	for of := incarnationOf(ctx); of != nil; of = of.outer {
		if of == i {
			return true
		}
	}
	return false
}

// busy returns what is to be waited for before the object id is incarnated, nil if nothing.
func (p *POA) busy(id string) <-chan struct{} {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.busyWith(id)
}

// busyWith is busy for who holds the lock.
func (p *POA) busyWith(id string) <-chan struct{} {
	if p.objects[id] != nil {
		return nil
	}
	if i := p.incarnating[id]; i != nil {
		return i.done
	}
	if o := p.leaving[id]; o != nil {
		return o.done
	}
	if p.after != nil {
		select {
		case <-p.after:
		default:
			return p.after
		}
	}
	return nil
}

// incarnate asks the activator for the servant of id. again says that somebody else was before.
func (p *POA) incarnate(ctx context.Context, id string) (t orb.Target, again bool, err error) {
	p.mu.Lock()
	if o := p.objects[id]; o != nil {
		o.requests.Add(1)
		p.mu.Unlock()
		return p.target(ctx, o.servant, o), false, nil
	}
	a := p.activator
	switch {
	case a == nil:
		p.mu.Unlock()
		return orb.Target{}, false, exc.New(exc.ObjAdapter, exc.MinorNoServantManager, exc.No, "adapter %q has no servant activator: set one", p.Path())
	case p.busyWith(id) != nil:
		p.mu.Unlock()
		return orb.Target{}, true, nil
	}
	if p.incarnating == nil {
		p.incarnating = map[string]*incarnation{}
	}
	i := &incarnation{done: make(chan struct{}), outer: incarnationOf(ctx)}
	p.incarnating[id] = i
	p.mu.Unlock()
	defer func() { // also after a panic
		p.mu.Lock()
		if p.incarnating[id] == i {
			delete(p.incarnating, id)
		}
		p.mu.Unlock()
		close(i.done)
	}()
	in, over := p.thread.turn(ctx)
	defer over()
	s, err := a.Incarnate(context.WithValue(in, incarnationKey{}, i), id, p)
	if err != nil {
		return orb.Target{}, false, err
	}
	if s == nil {
		return orb.Target{}, false, exc.New(exc.ObjAdapter, exc.MinorNullServant, exc.No, "the servant activator of adapter %q returned neither a servant nor an error for %.64q", p.Path(), id)
	}
	o, err := p.adopt(id, s, i)
	if err != nil {
		return orb.Target{}, false, err
	}
	return p.target(ctx, s, o), false, nil
}

// adopt makes s the object id, with a request: the last, if it was deactivated while it was incarnated.
func (p *POA) adopt(id string, s orb.Servant, i *incarnation) (*object, error) {
	k := &p.root.known
	k.mu.Lock()
	defer k.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	o, err := p.add(id, s)
	if err != nil {
		return nil, exc.New(exc.ObjAdapter, exc.MinorIncarnatePolicy, exc.No, "what incarnate returned cannot be the object: %w", err)
	}
	delete(p.incarnating, id) // from here on it is the object that is deactivated
	o.requests.Add(1)
	if i.leaves {
		p.take(o)
		p.leave(o)
		o.requests.Add(finishing)
	}
	return o, nil
}

// etherealize tells the activator of the end of o.
func (p *POA) etherealize(o *object, cleanup bool) {
	defer p.left(o)
	defer func() {
		if x := recover(); x != nil {
			p.root.log(slog.LevelError, "etherealize panicked", "adapter", p.Path(), "object", fmt.Sprintf("%.64q", o.id), "panic", x, "stack", string(debug.Stack()))
		}
	}()
	_ = p.thread.do(context.Background(), place{}, func() { // Background: it is never given up
		in, over := p.thread.turn(context.WithValue(p.orb.AsUpcall(p.root.life), endKey{}, o))
		defer over()
		p.mu.Lock()
		a, left := p.activator, p.use(o, func(u *uses) { u.ending-- })
		p.mu.Unlock()
		a.Etherealize(in, Etherealization{o.id, p, o.servant, cleanup, left.n+left.ending > 0})
	})
}
