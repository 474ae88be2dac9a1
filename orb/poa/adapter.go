package poa

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"

	"github.com/opendsom/dsom/exc"
)

// An AdapterActivator makes adapters when they are asked for (part 1, clause 15.3.4): by a request
// whose key names one that is not there, or by [POA.FindPOA].
type AdapterActivator interface {
	// UnknownAdapter makes the adapter name below parent, by parent.Create, and activates in it
	// what is to be there: requests for it wait until UnknownAdapter returns. It reports whether it
	// has; if not, the object does not exist. Names come from the network. It is not called
	// for a name while it runs for that name: to FindPOA with its ctx, or one made of that, there is no such adapter before it is made, nor is there
	// another whose activator waits for this one to end; and a call to an object in one of them, by such a ctx and within the process, is
	// OBJ_ADAPTER. Who waits for the thread of a single-threaded adapter is not seen so: two activators that want each other's wait until a ctx ends. ctx is that of the first who asked; when it ends, the others who wait have
	// the activator called again. An error is answered with OBJ_ADAPTER, and the adapter is destroyed if it was made.
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

// AdapterActivator returns the one that is asked for adapters below p (the_activator), nil if nobody is.
func (p *POA) AdapterActivator() AdapterActivator {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.unknown
}

// An activation is an adapter activator at work.
type activation struct {
	ask   AdapterActivator
	begun atomic.Bool   // the activator is being asked
	waits []*activation // which those wait for who have the activator's ctx; guarded by the root's chain
	done  chan struct{} // closed when it is
	made  bool          // what the activator said, if an adapter of the name has been there since
	born  bool          // one has; under the root's lock
	err   error         // why it failed
	hasty bool          // it did not make it, and who had asked waits no more
}

// activate asks p's activator for the adapter name, and reports whether it is there. Others that ask for the
// same name meanwhile wait for the answer, and ask again where it may be but the first one's haste.
func (p *POA) activate(ctx context.Context, name string) (made bool, err error) {
	for !p.enter() { // an adapter whose parent is stopped is not made
		if p.enterOwn(ctx) {
			break
		}
		if err := p.admit(ctx); err != nil {
			return false, err
		}
		if p.stage.Load() == stageClosed {
			return false, p.gone()
		}
	}
	defer p.serving.leave()
	for {
		a, isNew, there := p.activation(name)
		if a == nil {
			return there, nil
		}
		made, again, err := p.await(ctx, name, a, isNew)
		if !again {
			return made, err
		}
	}
}

// await returns what comes of an activation, which it runs itself if it is new, or if it waits for the thread in which ctx is. again says that its
// activator is to be asked anew.
func (p *POA) await(ctx context.Context, name string, a *activation, isNew bool) (made, again bool, err error) {
	goOn, err := p.root.chain.wait(ctx, a)
	if err != nil {
		return false, false, err
	}
	defer goOn()
	if (isNew || p.thread.within(ctx)) && p.run(ctx, name, a) {
		return a.made, false, a.err
	}
	select {
	case <-a.done:
		return a.made, a.hasty, a.err
	case <-ctx.Done():
		return false, false, ctx.Err()
	}
}

// activation returns the activation of the adapter name that is under way, or a new one.
// None is returned if the adapter is there, and if there is nobody to ask.
func (p *POA) activation(name string) (a *activation, isNew, there bool) {
	p.root.mu.RLock()
	defer p.root.mu.RUnlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if a = p.activating[name]; a != nil {
		return a, false, false
	}
	if p.children[name] != nil || p.unknown == nil {
		return nil, false, p.children[name] != nil
	}
	if p.activating == nil {
		p.activating = map[string]*activation{}
	}
	a = &activation{ask: p.unknown, done: make(chan struct{})}
	p.activating[name] = a
	return a, true, false
}

// run asks the adapter activator when it is its turn, unless it is being asked already. It reports whether it has.
func (p *POA) run(ctx context.Context, name string, a *activation) (has bool) {
	defer func() { // also if the activator ends its goroutine
		if has {
			a.hasty = ctx.Err() != nil && (a.err != nil || !a.made)
			p.activated(name, a)
		}
	}()
	waited := p.thread.do(ctx, p.thread.place(ctx), func() {
		if has = a.begun.CompareAndSwap(false, true); has {
			a.err = errExit // unless it returns
			a.made, a.err = p.ask(ctx, a, name)
		}
	})
	if waited != nil {
		if has = a.begun.CompareAndSwap(false, true); has {
			a.err = waited
		}
	}
	return has
}

var errExit = exc.New(exc.ObjAdapter, exc.MinorAdapterActivator, exc.No, "the adapter activator ended its goroutine")

// ask calls the adapter activator.
func (p *POA) ask(ctx context.Context, a *activation, name string) (made bool, err error) {
	defer func() {
		if x := recover(); x != nil {
			p.root.log(slog.LevelError, "adapter activator panicked", "adapter", p.Path(), "name", fmt.Sprintf("%.64q", name), "panic", x, "stack", string(debug.Stack()))
			made, err = false, exc.New(exc.ObjAdapter, exc.MinorAdapterActivator, exc.No, "the adapter activator panicked")
		}
	}()
	if !p.orb.InUpcall(ctx) { // FindPOA of the program: others wait for it all the same
		ctx = p.orb.AsUpcall(ctx)
	}
	in, over := p.thread.turn(within(ctx, a))
	defer over()
	made, err = a.ask.UnknownAdapter(in, p, name)
	if err != nil {
		err = exc.New(exc.ObjAdapter, exc.MinorAdapterActivator, exc.No, "the activator of adapter %q failed at %.64q: %w", p.Path(), name, err)
	}
	return made, err
}

// activated is the end of an activation: requests for the adapter that it made are let in. One that it has made but in
// part is destroyed.
func (p *POA) activated(name string, a *activation) {
	finish(p.settle(name, a), true)
}

// settle is activated, and returns the adapters that were destroyed.
func (p *POA) settle(name string, a *activation) (partial []*POA) {
	p.root.mu.Lock()
	defer p.root.mu.Unlock()
	a.made = a.made && a.born
	if c := p.children[name]; c != nil && c.stage.Load() == stageOpening {
		if a.err == nil {
			c.stage.Store(stageOpen)
		} else {
			partial = c.closing()
		}
	}
	p.mu.Lock()
	delete(p.activating, name)
	p.mu.Unlock()
	close(a.done)
	return partial
}
