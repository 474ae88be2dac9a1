package poa

import (
	"context"
	"slices"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// maxName is how long an adapter's name may be, in octets.
const maxName = 255

// separator joins the names of a path. Names cannot hold it, so that the key of an adapter just below the
// root has its name as it is.
const separator = "\x00"

// Path returns the names of the adapter and those above it, from below the root down, joined by
// slashes: for people, since names may have slashes.
func (p *POA) Path() string { return strings.ReplaceAll(p.path, separator, "/") }

// Children returns the adapters below this one, by name.
func (p *POA) Children() []*POA {
	p.root.mu.RLock()
	defer p.root.mu.RUnlock()
	all := make([]*POA, 0, len(p.children))
	for _, c := range p.children {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *POA) int { return strings.Compare(a.name, b.name) })
	return all
}

// Create makes an adapter below this one (create_POA). Its name becomes part of the object keys:
// letters, digits and whatever else, but no zero octet, and 255 octets at most. The errors are
// InvalidPolicy, those of who establishes adapters ([orb.Config].Adapters), or wrap ErrAdapterAlreadyExists: there is no
// adapter then.
func (p *POA) Create(name string, opt Options) (*POA, error) {
	if name == "" || strings.Contains(name, separator) || len(name) > maxName {
		return nil, failed(exc.BadParam, exc.MinorBadValue, "%.300q is no name for an adapter: it must have 1 to %d octets, none of them zero", name, maxName)
	}
	if err := opt.check(); err != nil {
		return nil, err
	}
	if err := opt.checkManagers(); err != nil {
		return nil, err
	}
	if opt.Manager == nil {
		opt.Manager = p.manager
	}
	path := join(p.path, name)
	if n, l := strings.Count(path, separator)+1, p.orb.Limits(); n > l.Int(limits.AdapterDepth) {
		return nil, failed(exc.ImpLimit, exc.MinorLimit, "adapter %q: %w", name, l.Exceeded(limits.AdapterDepth, int64(n)))
	}
	if !p.orb.EstablishesAdapters() {
		return p.place(name, path, opt, nil)
	}
	established := make(chan struct{})
	c, err := p.place(name, path, opt, established)
	if err != nil {
		return nil, err
	}
	if err := c.establish(established); err != nil {
		return nil, err
	}
	return c, nil
}

// place makes the adapter name below p. Requests for it wait until established is closed, if that is not nil; and, if an
// adapter activator is making it, for that.
func (p *POA) place(name, path string, opt Options, established <-chan struct{}) (*POA, error) {
	r := p.root
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.stage.Load() == stageClosed {
		select {
		case <-p.finished:
			return nil, p.gone()
		default:
			return nil, failed(exc.BadInvOrder, exc.MinorAdapterEnding, "adapter %q is being destroyed: no other can be made below it", p.Path())
		}
	}
	if p.children[name] != nil {
		return nil, refused(exc.MinorAlreadyActive, "there is an adapter %q: %w", join(p.Path(), name), ErrAdapterAlreadyExists)
	}
	c := newPOA(r, p, name, path, opt)
	c.after = r.finishing[path]
	c.opened = established
	p.mu.RLock()
	if a := p.activating[name]; a != nil {
		c.opened, c.maker = a.done, a
		a.born = a.born || established == nil
	}
	p.mu.RUnlock()
	if c.opened != nil {
		c.stage.Store(stageOpening)
	}
	p.children[name], r.adapters[path] = c, c
	return c, nil
}

// establish asks who establishes adapters about p, which was added for that, and takes it away again if one of them fails or
// panics: nobody is told that it has been, and its path is free.
func (p *POA) establish(established chan struct{}) (err error) {
	well := false
	defer func() {
		var all []*POA
		r := p.root
		r.mu.Lock()
		if well {
			p.parent.mu.RLock()
			if a := p.parent.activating[p.name]; a != nil {
				a.born = true
			}
			p.parent.mu.RUnlock()
		}
		switch {
		case p.stage.Load() == stageClosed: // meanwhile
		case !well:
			all = p.closing()
		case p.opened == established:
			p.stage.Store(stageOpen)
		}
		close(established)
		r.mu.Unlock()
		if n := len(all) - 1; n >= 0 {
			if n > 0 { // some were made below it
				tellGone(all[:n])
			}
			giveUp(all, true)
		}
	}()
	err = p.orb.EstablishAdapter(p.path, p.opt.Lifespan == Persistent)
	well = err == nil
	return err
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + separator + name
}

// FindPOA returns the adapter of a name just below this one. With activate the adapter activator is
// asked for one that is not there. The error wraps ErrAdapterNonExistent if there is none, nor can be before the adapter activator returns
// that ctx belongs to.
func (p *POA) FindPOA(ctx context.Context, name string, activate bool) (*POA, error) {
	c, err := p.child(ctx, name, activate)
	if c == nil && (err == nil || err == errCircle) {
		err = refused(exc.MinorNotActive, "adapter %q has none of the name %.300q below it: %w", p.Path(), name, ErrAdapterNonExistent)
	}
	return c, exc.OfCall(err) // to a request it is the answer as it is
}

// child returns the adapter of a name below p, nil if there is none. One that was made and is not there any more, since it has been
// destroyed, is made again: an adapter that comes and goes has its objects all the time. Not for ever, though: after maxMade times it is
// TRANSIENT.
func (p *POA) child(ctx context.Context, name string, activate bool) (*POA, error) {
	for made := 0; ; made++ {
		c, err := p.existing(name)
		if c != nil || err != nil || !activate {
			return c, err
		}
		if err := p.root.mayMake(ctx, made); err != nil {
			return nil, err
		}
		if made, err := p.activate(ctx, name); !made || err != nil {
			return nil, err
		}
	}
}

// maxMade is how often an adapter is made for one request, where each is destroyed before the request reaches it.
const maxMade = 8

// mayMake returns nil if an adapter is to be made that has been made so often for a request.
func (r *Root) mayMake(ctx context.Context, often int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-r.draining:
		return exc.New(exc.Transient, exc.MinorAdapterDestroyed, exc.No, "the server stops")
	default:
	}
	if often >= maxMade {
		return exc.New(exc.Transient, exc.MinorAdapterDestroyed, exc.No, "the object's adapter, or one above it, was destroyed %d times as soon as it was made", often)
	}
	return nil
}

// existing returns the adapter of a name below p that is there, or nil.
func (p *POA) existing(name string) (*POA, error) {
	p.root.mu.RLock()
	defer p.root.mu.RUnlock()
	if p.stage.Load() == stageClosed {
		return nil, p.gone()
	}
	return p.children[name], nil
}
