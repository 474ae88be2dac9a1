package poa

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/opendsom/dsom/exc"
)

// An AdapterActivator makes adapters when they are asked for (part 1, clause 15.3.3): by a request
// whose key names one that is not there, or by [POA.FindPOA].
type AdapterActivator interface {
	// UnknownAdapter makes the adapter name below parent, by parent.Create, and activates in it
	// what is to be there: requests for it wait until UnknownAdapter returns. It reports whether it
	// has; if not, the object does not exist. Names come from the network. It is not called
	// for a name while it runs for that name. An error is answered with OBJ_ADAPTER and logged.
	UnknownAdapter(ctx context.Context, parent *POA, name string) (bool, error)
}

// An AdapterActivatorFunc is a function as an AdapterActivator.
type AdapterActivatorFunc func(ctx context.Context, parent *POA, name string) (bool, error)

// UnknownAdapter calls f.
func (f AdapterActivatorFunc) UnknownAdapter(ctx context.Context, parent *POA, name string) (bool, error) {
	return f(ctx, parent, name)
}

// SetAdapterActivator makes a the one that is asked for adapters below p; nil is nobody.
func (p *POA) SetAdapterActivator(a AdapterActivator) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unknown = a
}

// An activation is an adapter activator at work.
type activation struct {
	done chan struct{} // closed when it is
	made bool          // what the activator said
	err  error         // why it failed
}

// activate asks p's activator for the adapter name, and reports whether it has made it. Others that ask
// for the same name meanwhile wait for the answer.
func (p *POA) activate(ctx context.Context, name string) (made bool, err error) {
	for !p.enter() { // an adapter whose parent is stopped is not made
		if err := p.admit(ctx); err != nil {
			return false, err
		}
		if p.stage.Load() == stageClosed {
			return false, p.gone()
		}
	}
	defer p.serving.leave()
	p.mu.Lock()
	a, running := p.activating[name]
	ask := p.unknown
	if !running && ask != nil {
		a = &activation{done: make(chan struct{})}
		if p.activating == nil {
			p.activating = map[string]*activation{}
		}
		p.activating[name] = a
	}
	p.mu.Unlock()
	switch {
	case running:
		select {
		case <-a.done:
			return a.made, a.err
		case <-ctx.Done():
			return false, ctx.Err()
		}
	case ask == nil:
		return false, nil
	}
	a.err = errExit // unless it returns
	defer p.activated(name, a)
	waited := p.thread.do(ctx, p.thread.within(ctx), func() { made, err = p.ask(ctx, ask, name) })
	if waited != nil {
		err = waited
	}
	a.made, a.err = made, err
	return made, err
}

var errExit = exc.New(exc.ObjAdapter, exc.MinorAdapterActivator, exc.No, "the adapter activator ended its goroutine")

// ask calls the adapter activator.
func (p *POA) ask(ctx context.Context, a AdapterActivator, name string) (made bool, err error) {
	defer func() {
		if x := recover(); x != nil {
			p.root.log(slog.LevelError, "adapter activator panicked", "adapter", p.Path(), "name", fmt.Sprintf("%.64q", name), "panic", x, "stack", string(debug.Stack()))
			made, err = false, exc.New(exc.ObjAdapter, exc.MinorAdapterActivator, exc.No, "the adapter activator panicked")
		}
	}()
	made, err = a.UnknownAdapter(ctx, p, name)
	if err != nil {
		err = exc.New(exc.ObjAdapter, exc.MinorAdapterActivator, exc.No, "the activator of adapter %q failed at %.64q: %w", p.Path(), name, err)
	}
	return made, err
}

// activated is the end of an activation: requests for the adapter that it made are let in.
func (p *POA) activated(name string, a *activation) {
	p.root.mu.Lock()
	defer p.root.mu.Unlock()
	p.mu.Lock()
	delete(p.activating, name)
	p.mu.Unlock()
	if c := p.children[name]; c != nil {
		c.stage.CompareAndSwap(stageOpening, stageOpen)
	}
	close(a.done)
}
