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
// InvalidPolicy, or wrap ErrAdapterAlreadyExists.
func (p *POA) Create(name string, opt Options) (*POA, error) {
	if name == "" || strings.Contains(name, separator) || len(name) > maxName {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%.300q is no name for an adapter: it must have 1 to %d octets, none of them zero", name, maxName)
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
	r := p.root
	path := join(p.path, name)
	if n, l := strings.Count(path, separator)+1, r.orb.Limits(); n > l.Int(limits.AdapterDepth) {
		return nil, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "adapter %q: %w", name, l.Exceeded(limits.AdapterDepth, int64(n)))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.stage.Load() == stageClosed {
		select {
		case <-p.finished:
			return nil, p.gone()
		default:
			return nil, exc.New(exc.BadInvOrder, exc.MinorAdapterEnding, exc.No, "adapter %q is being destroyed: no other can be made below it", p.Path())
		}
	}
	if p.children[name] != nil {
		return nil, refused(exc.MinorAlreadyActive, "there is an adapter %q: %w", join(p.Path(), name), ErrAdapterAlreadyExists)
	}
	c := newPOA(r, p, name, path, opt)
	c.after = r.finishing[path]
	p.mu.RLock()
	if a := p.activating[name]; a != nil {
		c.opened = a.done
		c.stage.Store(stageOpening)
	}
	p.mu.RUnlock()
	p.children[name], r.adapters[path] = c, c
	return c, nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + separator + name
}

// FindPOA returns the adapter of a name just below this one. With activate the adapter activator is
// asked for one that is not there. The error wraps ErrAdapterNonExistent if there is none.
func (p *POA) FindPOA(ctx context.Context, name string, activate bool) (*POA, error) {
	c, err := p.child(ctx, name, activate)
	if c == nil && err == nil {
		err = refused(exc.MinorNotActive, "adapter %q has none of the name %.300q below it: %w", p.Path(), name, ErrAdapterNonExistent)
	}
	return c, err
}

// child returns the adapter of a name below p, nil if there is none.
func (p *POA) child(ctx context.Context, name string, activate bool) (*POA, error) {
	c, err := p.existing(name)
	if c != nil || err != nil || !activate {
		return c, err
	}
	if made, err := p.activate(ctx, name); !made || err != nil {
		return nil, err
	}
	return p.existing(name)
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
