package poa

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// The stages of an adapter's life.
const (
	stageOpen    uint32 = iota
	stageOpening        // it is being established, or the adapter activator that makes it has not returned
	stageClosed         // it was destroyed
)

// enter counts a request in, if the adapter serves it now. Who stops the adapter changes its state
// first and looks at the count then; a request counts first and looks at the state then. So nobody
// who waits for requests misses one that is served.
func (p *POA) enter() bool {
	p.serving.enter()
	if p.stage.Load() == stageOpen && p.manager.State() == Active {
		return true
	}
	p.serving.leave()
	return false
}

// enterOwn is enter for the activator that makes p, to whom it is open: for adapters below it.
func (p *POA) enterOwn(ctx context.Context) bool {
	if p.maker == nil || !isWithin(ctx, p.maker) {
		return false
	}
	p.serving.enter()
	if p.stage.Load() != stageClosed && p.manager.State() == Active {
		return true
	}
	p.serving.leave()
	return false
}

// admit waits until it is worth to ask enter again, having found the adapter anew, or says why
// not to.
func (p *POA) admit(ctx context.Context) error {
	switch p.stage.Load() {
	case stageOpening:
		goOn, err := p.root.chain.wait(ctx, p.maker)
		if err != nil {
			return err
		}
		defer goOn()
		return p.hold(ctx, p.opened)
	case stageClosed:
		return nil
	}
	state, changed := p.manager.now()
	switch state {
	case Holding:
		return p.hold(ctx, changed)
	case Discarding:
		return exc.New(exc.Transient, exc.MinorServerHolding, exc.No, "adapter %.64q discards requests at present", p.Path())
	case Inactive:
		return exc.New(exc.ObjAdapter, exc.MinorAdapterInactive, exc.No, "adapter %.64q takes no requests any more: %w", p.Path(), ErrAdapterInactive)
	}
	return nil
}

// hold keeps a request until until is closed, or the adapter ends.
func (p *POA) hold(ctx context.Context, until <-chan struct{}) error {
	r := p.root
	l := r.orb.Limits()
	defer r.held.Add(-1)
	if n := r.held.Add(1); n > l.Get(limits.HeldRequests) {
		return exc.New(exc.Transient, exc.MinorServerHolding, exc.No, "adapter %.64q: %w", p.Path(), l.Exceeded(limits.HeldRequests, n))
	}
	select {
	case <-until:
		return nil
	case <-p.closed:
		return nil
	case <-r.draining:
		return exc.New(exc.Transient, exc.MinorAdapterDestroyed, exc.No, "the server stops")
	case <-ctx.Done():
		return ctx.Err()
	}
}
