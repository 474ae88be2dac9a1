package somd

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// What a method returns that stays the object's is the proxy's, where the object is elsewhere: callers borrow it.

// maxLent is how many calls of one method a proxy keeps the objects of that it has lent, the last ones. A call that returns what another has returned counts once.
const maxLent = 16

// A lent is what a proxy has lent.
type lent struct {
	mu  sync.Mutex
	of  map[*som.Method][][]som.Ref // what calls returned, the last one last
	end bool                        // the proxy has ended
}

// find returns the proxy that was lent already for a reference, with a reference of the caller's own.
func (l *lent) find(m *som.Method, o *orb.Ref) (som.Ref, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := orb.Key(o)
	for _, refs := range l.of[m] {
		for _, r := range refs {
			if ref, ok := Reference(r); ok && orb.Key(ref) == key {
				return r, r.Retain() == nil
			}
		}
	}
	return som.Ref{}, false
}

// keep takes the references to what a call returned: proxies, and copies.
func (l *lent) keep(m *som.Method, set []som.Ref) {
	var over []som.Ref
	l.mu.Lock()
	all := l.of[m]
	like := slices.IndexFunc(all, func(o []som.Ref) bool { return slices.Equal(o, set) })
	switch {
	case len(set) == 0:
	case l.end:
		over = set
	default:
		if like >= 0 {
			over, all = append(over, all[like]...), slices.Delete(all, like, like+1)
		} else if len(all) == maxLent {
			over, all = append(over, all[0]...), slices.Delete(all, 0, 1)
		}
		if l.of == nil {
			l.of = map[*som.Method][][]som.Ref{}
		}
		l.of[m] = append(all, set)
	}
	l.mu.Unlock()
	for _, r := range over {
		_ = r.Release()
	}
}

// release gives all of it back, with the proxy's end.
func (l *lent) release() {
	l.mu.Lock()
	all := l.of
	l.of, l.end = nil, true
	l.mu.Unlock()
	var wg sync.WaitGroup
	for _, sets := range all {
		for _, refs := range sets {
			for _, r := range refs {
				if IsProxy(r) { // whose end waits for its target's
					wg.Go(func() { _ = r.Release() })
				} else {
					_ = r.Release()
				}
			}
		}
	}
	wg.Wait()
}

// putGiven writes an object that is the reader's from the call on: a reference to an object of this process is given to it. A proxy goes as an object of this process, so that
// what the reader has keeps the proxy, whoever has the target; unless the target is the reader's, who has it back.
func (v *values) putGiven(declared string, r som.Ref) (*orb.Ref, error) {
	if p, ok := som.FindState[proxy](r); ok && !p.changed(r) {
		if ref, err := p.partAs(declared).reference(); err != nil {
			return nil, err
		} else if v.to != nil && serverOf(v.to) != "" && serverOf(ref) == serverOf(v.to) {
			return ref, nil
		}
	}
	s, ref, err := v.d.exportHere(r, given)
	if err == nil {
		v.gave = append(v.gave, s)
	}
	return ref, err
}

// ungive takes back what was given with a request that has not been sent.
func (v *values) ungive() {
	for _, s := range v.gave {
		s.drop(given)
	}
	v.gave = nil
}

// unseen reports whether an error of a call says that nobody has seen the request: it was raised here, or there is no such object any more. What else a peer raises with
// COMPLETED_NO may be a method's, which has kept what it was given.
func unseen(ctx context.Context, ref *orb.Ref, err error) bool {
	var x *exc.SystemException
	switch {
	case !errors.As(err, &x) || x.Completed != exc.No:
		return false
	case !x.Remote:
		return true
	case x.Kind != exc.ObjectNotExist:
		return false
	}
	none, silence := ref.NonExistent(ctx) // else it is about another object, such as one that was passed
	return silence == nil && none
}
