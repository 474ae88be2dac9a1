package poa

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// Deactivate ends the object id (deactivate_object), and does not wait: requests to it are answered with
// OBJECT_NOT_EXIST from now on; those that run go on, and until they are done neither the id nor, with UNIQUE_ID, the
// servant can be activated. Where there is a ServantActivator the object is etherealized then, until when the id stays
// taken, and requests that come before wait for that and have it incarnated again: so is one that is being incarnated, once the request that it is incarnated for is done. The error wraps ErrObjectNotActive or
// ErrWrongPolicy.
func (p *POA) Deactivate(id string) error {
	if !p.opt.retains() {
		return p.wrongPolicy("deactivate_object", "RETAIN")
	}
	o, soon := p.withdraw(id)
	if soon {
		return nil
	}
	if o == nil {
		return refused(exc.MinorNotActive, "adapter %q has no active object %.64q: %w", p.Path(), id, ErrObjectNotActive)
	}
	if o.requests.Add(finishing) == finishing {
		p.vacate(o)
	}
	return nil
}

// DeactivateObject ends the object that o refers to: see [POA.Deactivate]. The error wraps ErrWrongAdapter
// if it is not of this adapter.
func (p *POA) DeactivateObject(o orb.Object) error {
	id, err := p.ReferenceToID(o)
	if err != nil {
		return err
	}
	return p.Deactivate(id)
}

// withdraw takes the object id out of the map, among those that leave. soon says that it is being incarnated, and leaves then.
func (p *POA) withdraw(id string) (_ *object, soon bool) {
	k := &p.root.known
	k.mu.Lock()
	defer k.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.objects[id]
	if o == nil {
		if i := p.incarnating[id]; i != nil && !i.leaves {
			i.leaves, soon = true, true
		}
		return nil, soon
	}
	p.take(o)
	p.leave(o)
	return o, false
}

// leave notes an object that was taken out of the map. The lock is held.
func (p *POA) leave(o *object) {
	if o.etherealized = p.activator != nil; o.etherealized {
		p.ending.enter()
	}
	o.done = make(chan struct{})
	if p.leaving == nil {
		p.leaving = map[string]*object{}
	}
	p.leaving[o.id] = o
}

// vacate is the end of the requests of an object that leaves: its servant is free, and it is etherealized if it is
// to be.
func (p *POA) vacate(o *object) {
	p.mu.Lock()
	p.free(o)
	p.mu.Unlock()
	if o.etherealized {
		go p.etherealize(o, false)
	} else {
		p.left(o)
	}
}

// left is the end of an object that was leaving.
func (p *POA) left(o *object) {
	p.mu.Lock()
	delete(p.leaving, o.id)
	p.mu.Unlock()
	close(o.done)
	if o.etherealized {
		p.ending.leave()
	}
}

// Reactivate is [POA.ActivateWithID], but it waits until ctx ends for an object that had the id and was
// deactivated: for its incarnation, if it is being incarnated, its requests, and its etherealization. From inside one of these, for which it would wait, the
// error is BAD_INV_ORDER.
func (p *POA) Reactivate(ctx context.Context, id string, s orb.Servant) (*orb.Ref, error) {
	for {
		ref, err := p.ActivateWithID(id, s)
		if err == nil || !errors.Is(err, ErrObjectAlreadyActive) {
			return ref, err
		}
		i, o, taken := p.leaver(id)
		var done <-chan struct{}
		switch {
		case taken:
			return nil, err
		case i == nil && o == nil:
			continue // it has ended since
		case i != nil && (i.waitsFor(ctx) || p.thread.within(ctx)), o != nil && o.waitsFor(ctx):
			return nil, failed(exc.BadInvOrder, exc.MinorShutdownInUpcall, "object %.64q of adapter %q is activated anew by what it would wait for: do it in another goroutine with another context", id, p.Path())
		case i != nil:
			done = i.done
		default:
			done = o.done
		}
		select {
		case <-done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// leaver returns the object id that was deactivated and has not ended, nil if there is none, or its incarnation if it is being incarnated. taken says that there is
// one that was not deactivated.
func (p *POA) leaver(id string) (i *incarnation, o *object, taken bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	i, o = p.incarnating[id], p.leaving[id]
	return i, o, p.objects[id] != nil || i != nil && !i.leaves
}

// endKey leads from the ctx of Etherealize to the object.
type endKey struct{ orb.ForUpcall }

// waitsFor reports whether the end of o, which was deactivated, waits for what ctx belongs to.
func (o *object) waitsFor(ctx context.Context) bool {
	for u := orb.UpcallOf(ctx); u != nil; u = u.Outer() {
		if u.Scope == orb.Scope(o) {
			return true
		}
	}
	return o.etherealized && (ctx.Value(endKey{}) == o || o.poa.thread.within(ctx))
}
