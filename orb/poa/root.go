package poa

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// A Root is an ORB's map from object keys to objects, and the adapter named "" (RootPOA). It is an
// [orb.Handler] and an [orb.Adapter]. It is safe for concurrent use.
type Root struct {
	*POA
	known identities
	main  *thread // that Main serves

	life     context.Context // of etherealizations, which others wait for; ends when nobody waits for them any more
	stop     context.CancelFunc
	draining chan struct{} // closed when the ORB takes no more requests
	drain    sync.Once
	chain    chain        // of the adapter activators at work
	held     atomic.Int64 // requests that wait for a manager or an adapter activator

	mu         sync.RWMutex
	adapters   map[string]*POA // by path
	plain      map[string]*object
	managers   map[string]*Manager // that have ids
	next       orb.Handler
	finishing  map[string]<-chan struct{} // by path: the end of the latest adapter that was destroyed
	generation uint64                     // how many transient adapters have been destroyed
}

// New returns the root adapter of o and makes it the one that answers o's requests.
func New(o *orb.ORB) *Root {
	r := &Root{
		draining: make(chan struct{}), adapters: map[string]*POA{}, plain: map[string]*object{}, finishing: map[string]<-chan struct{}{},
	}
	m := &Manager{name: rootManager}
	m.state.Store(uint32(Active))
	r.managers = map[string]*Manager{rootManager: m}
	r.life, r.stop = context.WithCancel(o.AsUpcall(context.Background()))
	r.main = newMainThread(r.draining)
	r.POA = &POA{root: r, orb: o}
	r.POA = newPOA(r, nil, "", "", Options{ImplicitActivation: WithImplicitActivation, Manager: m})
	r.adapters[""] = r.POA
	o.SetAdapter(r.POA)
	if err := o.EstablishAdapter("", false); err != nil {
		r.log(slog.LevelError, "the root adapter cannot be established: it makes no references", "error", err)
	}
	o.SetHandler(r)
	o.Attach(r)
	return r
}

// ActivateKey makes s the object whose whole key is key, such as NameService: what
// corbaloc URLs and other ORBs' configurations name.
func (r *Root) ActivateKey(key string, s orb.Servant) (*orb.Ref, error) {
	ref, err := r.orb.Reference(s.Interface(), []byte(key), false)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stage.Load() == stageClosed {
		return nil, r.ended()
	}
	if r.plain[key] != nil {
		return nil, refused(exc.MinorAlreadyActive, "there is an object with the key %q: %w", key, ErrObjectAlreadyActive)
	}
	r.plain[key] = &object{poa: r.POA, id: key, servant: s, plain: true}
	return ref, nil
}

// DeactivateKey takes the object whose whole key is key away again. Requests that have found it are carried out. The error is ErrObjectNotActive's where
// there is none.
func (r *Root) DeactivateKey(key string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.plain[key] == nil {
		return refused(exc.MinorNotActive, "there is no object with the key %q: %w", key, ErrObjectNotActive)
	}
	delete(r.plain, key)
	return nil
}

// SetNext gives the requests that no adapter here knows to h.
func (r *Root) SetNext(h orb.Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = h
}

// Find returns the servant of the object with a key. The cost does not grow with the number of adapters
// or objects, nor with the depth of the adapter.
func (r *Root) Find(ctx context.Context, q orb.Query) (orb.Target, error) {
	k, ours := ior.ParseKey(q.Key)
	switch {
	case !ours:
		return r.findPlain(ctx, q)
	case k.Server != r.orb.ServerID():
		return r.elsewhere(ctx, q)
	case k.Incarnation != 0 && k.Incarnation&^(orb.IncarnationSpan-1) != r.orb.Incarnation():
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the object was transient, and its process has ended")
	}
	for lost := 0; ; {
		if r.stage.Load() == stageClosed {
			return orb.Target{}, r.ended()
		}
		r.mu.RLock()
		p := r.adapters[string(k.Adapter)]
		r.mu.RUnlock()
		if p == nil && k.Incarnation == 0 { // a transient one that is not there will not come again
			var err error
			if p, err = r.resolve(ctx, string(k.Adapter)); err == errGone {
				lost++
				if err := r.mayMake(ctx, lost); err != nil {
					return orb.Target{}, err
				}
				continue
			} else if err == errCircle {
				return orb.Target{}, circle(string(k.Adapter))
			} else if err != nil {
				return orb.Target{}, err
			}
		}
		switch {
		case p == nil:
			return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "this server has no adapter %.64q", k.Adapter)
		case p.life != k.Incarnation:
			return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the object was of another adapter %.64q, which has been destroyed", k.Adapter)
		case p.enter():
			return p.find(ctx, q, k.ID)
		}
		if err := p.admit(ctx); err == errCircle {
			return orb.Target{}, circle(string(k.Adapter))
		} else if err != nil {
			return orb.Target{}, err
		}
	}
}

// ended says why there is no adapter at all.
func (r *Root) ended() error {
	select {
	case <-r.draining:
		return failed(exc.BadInvOrder, exc.MinorORBShutDown, "the ORB has been shut down")
	default:
		return r.gone()
	}
}

// errGone says that an adapter on the way was destroyed meanwhile: there may be another of its name by now.
var errGone = errors.New("an adapter on the way was destroyed")

// resolve returns the adapter of a path, having those on the way made that are not there. nil is none. Its error may be errGone.
func (r *Root) resolve(ctx context.Context, path string) (*POA, error) {
	l := r.orb.Limits()
	if n := strings.Count(path, separator) + 1; n > l.Int(limits.AdapterDepth) {
		l.Exceeded(limits.AdapterDepth, int64(n))
		return nil, nil // none of ours
	}
	p := r.POA
	for name := range strings.SplitSeq(path, separator) {
		if name == "" || len(name) > maxName {
			return nil, nil
		}
		c, err := p.child(ctx, name, true)
		switch {
		case c == nil && p != r.POA && p.stage.Load() == stageClosed && ctx.Err() == nil: // whatever its activator said
			return nil, errGone
		case c == nil:
			return nil, err
		}
		p = c
	}
	return p, nil
}

// findPlain is Find for keys that are not of an adapter.
func (r *Root) findPlain(ctx context.Context, q orb.Query) (orb.Target, error) {
	for {
		r.mu.RLock()
		o := r.plain[string(q.Key)]
		r.mu.RUnlock()
		if o == nil {
			return r.elsewhere(ctx, q)
		}
		if r.enter() {
			o.requests.Add(1)
			return orb.Target{Servant: o.servant, Scope: o}, nil
		}
		if r.stage.Load() == stageClosed {
			return orb.Target{}, r.ended()
		}
		if err := r.admit(ctx); err != nil {
			return orb.Target{}, err
		}
	}
}

func (r *Root) elsewhere(ctx context.Context, q orb.Query) (orb.Target, error) {
	r.mu.RLock()
	next := r.next
	r.mu.RUnlock()
	if next == nil {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the object key %.64q is not of this server", q.Key)
	}
	return next.Find(ctx, q)
}

// log says what the program's own code did.
func (r *Root) log(level slog.Level, msg string, attrs ...any) {
	r.orb.Complain(level, msg, attrs...)
}

var (
	_ orb.Handler = (*Root)(nil)
	_ orb.Part    = (*Root)(nil)
)
