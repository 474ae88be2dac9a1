package poa

import (
	"context"
)

// Destroy ends the adapter and those below it (destroy), at once: they are not found any more, their names
// can be used again, and requests that were held are treated as new ones. Those that run go on. When they are
// done the objects are given up, the lowest adapters first; with etherealize they are etherealized where there is
// a ServantActivator. With wait Destroy returns when all that is finished, or ctx ends, while the rest goes on; from
// inside an upcall, or a method of a servant manager or adapter activator, that is BAD_INV_ORDER, and nothing is
// destroyed.
func (p *POA) Destroy(ctx context.Context, etherealize, wait bool) error {
	if wait {
		if err := p.mayWait(ctx); err != nil {
			return err
		}
	}
	all := p.close()
	if all == nil {
		return p.gone()
	}
	finish(all, etherealize)
	if !wait {
		return nil
	}
	for _, c := range all {
		select {
		case <-c.finished:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// close makes that p and the adapters below it are not found any more. It returns them, the lowest
// first; nil if p was closed.
func (p *POA) close() []*POA {
	p.root.mu.Lock()
	defer p.root.mu.Unlock()
	if p.stage.Load() == stageClosed {
		return nil
	}
	return p.closing()
}

// closing is close for one that is not closed. The root's lock is held.
func (p *POA) closing() []*POA {
	r, all := p.root, p.below(nil)
	for _, c := range all {
		c.stage.Store(stageClosed)
		close(c.closed)
		clear(c.children)
		delete(r.adapters, c.path)
		r.finishing[c.path] = c.finished
		if c.opt.Lifespan == Transient {
			r.generation++
		}
	}
	if p.parent == nil {
		clear(r.plain)
	} else {
		delete(p.parent.children, p.name)
	}
	return all
}

// below appends the adapters below p, and then p. The root's lock is held.
func (p *POA) below(all []*POA) []*POA {
	for _, c := range p.children {
		all = c.below(all)
	}
	return append(all, p)
}

// finish tells of closed adapters, and gives them up.
func finish(all []*POA, etherealize bool) {
	if len(all) == 0 {
		return
	}
	tellGone(all)
	giveUp(all, etherealize)
}

// giveUp gives the objects of closed adapters up when their requests are done, in the background.
func giveUp(all []*POA, etherealize bool) {
	go func() {
		for _, p := range all {
			p.clear(etherealize)
			p.finish()
		}
	}()
}

// finish is the end of an adapter, when the one that had its path before has ended.
func (p *POA) finish() {
	r := p.root
	if p.after != nil {
		<-p.after
	}
	r.mu.Lock()
	if r.finishing[p.path] == p.finished {
		delete(r.finishing, p.path)
	}
	close(p.finished)
	r.mu.Unlock()
	p.manager.remove(p)
}

// clear gives up all objects when no request is served any more, or the ORB is not to be waited for, and
// etherealizes them if it is to. Those whose requests have not ended then are left alone.
func (p *POA) clear(etherealize bool) {
	_ = p.serving.wait(p.root.life, nil)
	for _, o := range p.takeAll(etherealize) {
		p.etherealize(o, true)
	}
	_ = p.ending.wait(p.root.life, nil) // those that were deactivated before
}

// takeAll empties the map. It returns the objects that are to be etherealized.
func (p *POA) takeAll(etherealize bool) (all []*object) {
	k := &p.root.known
	k.mu.Lock()
	defer k.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.objects {
		p.take(o)
		if etherealize && p.activator != nil && o.requests.Load() == 0 {
			p.leave(o)
			all = append(all, o)
		}
		p.free(o)
	}
	return all
}

// Drain sends requests away that wait for a manager: the ORB takes no new ones.
func (r *Root) Drain() { r.drain.Do(func() { close(r.draining) }) }

// End destroys all adapters and etherealizes their objects, until ctx ends.
func (r *Root) End(ctx context.Context) error {
	finish(r.close(), true)
	defer r.stop()
	for _, done := range r.unfinished() {
		select {
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// unfinished returns what is closed when the adapters have ended that were destroyed.
func (r *Root) unfinished() (all []<-chan struct{}) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, done := range r.finishing {
		all = append(all, done)
	}
	return all
}
