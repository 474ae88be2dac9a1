package poa

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// A chain knows which adapter activators at work wait for which others: one that waits for itself would do so until its ctx ends.
type chain struct {
	mu sync.Mutex // guards the waits of all activations; nothing is locked below it
}

// errCircle says that what is to be waited for waits for who asks.
var errCircle = errors.New("the adapter is being made by whom it would wait for")

// circle is errCircle to a request.
func circle(path string) error {
	return exc.New(exc.ObjAdapter, exc.MinorAdapterActivator, exc.No, "adapter %.64q is not made yet, and its activator would wait for the call, which it has to do with",
		strings.ReplaceAll(path, separator, "/"))
}

type chainKey struct{ orb.ForUpcall }

// within returns ctx for the activator that is asked for a.
func within(ctx context.Context, a *activation) context.Context {
	return context.WithValue(ctx, chainKey{}, &link{a, activatorOf(ctx)})
}

// A link is an activation, and that whose activator asks for it.
type link struct {
	*activation
	outer *link
}

// activatorOf returns the activation that ctx belongs to, nil if there is none.
func activatorOf(ctx context.Context) *link {
	l, _ := ctx.Value(chainKey{}).(*link)
	return l
}

// isWithin reports whether ctx belongs to a, or to what its activator has asked for.
func isWithin(ctx context.Context, a *activation) bool {
	for l := activatorOf(ctx); l != nil; l = l.outer {
		if l.activation == a {
			return true
		}
	}
	return false
}

// wait notes that whoever has ctx waits for a, until goOn is called. The error is errCircle: a waits for him, or is that which he belongs to.
func (c *chain) wait(ctx context.Context, a *activation) (goOn func(), err error) {
	l := activatorOf(ctx)
	if l == nil || a == nil {
		return func() {}, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-a.done:
		return func() {}, nil
	default:
	}
	if a.leadsTo(l.activation, map[*activation]bool{}) {
		return nil, errCircle
	}
	of := l.activation
	of.waits = append(of.waits, a)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(of.waits, a)
		of.waits = slices.Delete(of.waits, i, i+1)
	}, nil
}

// leadsTo reports whether a waits for b, or for what does. seen are those that have been asked; the number of all is that of
// activators at work.
func (a *activation) leadsTo(b *activation, seen map[*activation]bool) bool {
	if a == b {
		return true
	}
	if seen[a] {
		return false
	}
	seen[a] = true
	return slices.ContainsFunc(a.waits, func(w *activation) bool { return w.leadsTo(b, seen) })
}
