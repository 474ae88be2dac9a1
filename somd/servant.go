package somd

import (
	"fmt"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

// Operations that every exported object has, beside the methods of its class.
const (
	opDescribe  = "_som_class"      // what its class is: octets that ReadDescription reads
	opPrint     = "_som_print"      // what somDumpSelf says of it
	opRelease   = "_som_release"    // a reference that was given to a client comes back
	opFree      = "somFree"         // the same, as IBM's clients have it
	opClassName = "somGetClassName" // the name of its class
)

// A hold says why the domain keeps an object that is exported.
type hold uint8

const (
	passed hold = iota // it does not: the object was passed as an argument, and is whoever's who passed it
	given              // it was returned, and the reference is the client's
	shown              // the program exported it
	asked              // it does not: it is a class that somdGetClassObj returns, which stays as long as the process
)

// A servant is an object of this process as others call it.
type servant struct {
	d     *Domain
	class *som.Class
	weak  func() (som.Ref, bool) // the object with a reference more, or that it is no more
	iface orb.Interface
	id    any // its key among the domain's objects

	loads []*loaded // the references that it was loaded for; under the domain's lock

	mu    sync.Mutex
	at    *poa.POA // where it is active as ref
	given int      // references that clients have
	shown bool     // the program exported it
	kept  som.Ref  // the domain's reference, while there is a reason for it

	ready chan struct{} // closed when ref and err are there
	ref   *orb.Ref
	err   error
	key   string // under the domain's lock
}

func newServant(d *Domain, r som.Ref, at *poa.POA) *servant {
	class := r.Class()
	if p, ok := som.FindState[proxy](r); ok && !p.changed(r) { // of a target that others reach by way of this process
		if target := p.SomGetClass(); target != nil {
			class = target
		}
	}
	s := &servant{d: d, class: class, at: at, id: identity(r), ready: make(chan struct{}), iface: orb.Interface{ID: RepositoryID(class.Name())}}
	if _, is := r.AsClass(); is { // it stays as long as the process
		s.weak = func() (som.Ref, bool) { return r, r.Retain() == nil }
	} else if d.Weak != nil && r.Other() != nil {
		s.weak = d.Weak(r)
	} else {
		s.weak = r.Weak().Get
	}
	for _, a := range class.Order()[1:] {
		s.iface.Bases = append(s.iface.Bases, RepositoryID(a.Name()))
	}
	return s
}

// identity is what tells an object from others: its place in the other kernel, if it is there, for Go may have several Refs to it one after the other.
func identity(r som.Ref) any {
	if o := r.Other(); o != nil {
		return o
	}
	return r
}

// over reports whether the object has ended.
func (s *servant) over() bool {
	r, alive := s.weak()
	if alive {
		_ = r.Release()
	}
	return !alive
}

func (s *servant) activated(ref *orb.Ref, err error) {
	s.ref, s.err = ref, err
	close(s.ready)
}

// made waits until the object is active, which another goroutine is at.
func (s *servant) made() (*orb.Ref, error) {
	<-s.ready
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ref, s.err
}

// keep notes a reason to keep the object, of which the caller has a reference.
func (s *servant) keep(r som.Ref, why hold) error {
	if why == passed || why == asked {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.given == 0 && !s.shown {
		if err := r.Retain(); err != nil {
			return exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "%w", err)
		}
		s.kept = r
	}
	if why == given {
		if s.given++; s.given == 1 {
			s.d.given.Add(1)
		}
	} else {
		s.shown = true
	}
	return nil
}

// drop takes a reason back, and gives back the domain's reference with the last. It reports whether there was such a reason.
func (s *servant) drop(why hold) bool {
	s.mu.Lock()
	had := why == given && s.given > 0 || why == shown && s.shown
	if had && why == given {
		if s.given--; s.given == 0 {
			s.d.given.Add(-1)
		}
	} else if had {
		s.shown = false
	}
	var last som.Ref
	if had && s.given == 0 && !s.shown {
		last, s.kept = s.kept, som.Ref{}
	}
	s.mu.Unlock()
	if !last.IsNil() {
		_ = last.Release()
		s.forgetEnded()
	}
	return had
}

// Oneway reports whether a method is oneway; see [orb.OnewayTeller].
func (s *servant) Oneway(operation string) bool {
	m, err := s.class.Lookup(operation)
	return err == nil && m.Oneway()
}

// forgetEnded makes references to the object void if it has ended.
func (s *servant) forgetEnded() {
	if r, alive := s.weak(); alive {
		_ = r.Release()
	} else {
		s.d.forget(s)
	}
}

func (s *servant) Interface() *orb.Interface { return &s.iface }
func (s *servant) Implementation() any       { return s }

// Dispatch carries out a request: a method of the object's class, found by its name, or one of the operations that all have.
func (s *servant) Dispatch(r *orb.ServerRequest) bool {
	object, ok := s.weak() // so that it lasts while it is called
	if !ok {
		s.d.forget(s)
		r.Returned(exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the object of class %s has ended", s.class))
		return true
	}
	released := false
	defer func() {
		s.d.called()
		_ = object.Release()
		if released {
			s.forgetEnded()
		}
	}()
	switch op := r.Operation(); op {
	case opDescribe:
		s.describe(r)
	case opPrint:
		s.print(r, object)
	case opRelease, opFree:
		released = true
		s.released(r)
	case opClassName:
		if r.Decoded() && r.Returned(nil) {
			r.Out.String(s.class.Name())
		}
	default:
		m, err := s.class.Lookup(op)
		if err != nil || isRoot(m.Class()) || s.isClass() && som.OfRuntime(m.Class()) {
			return false
		}
		methodOf(m).serve(s.d, r, object)
	}
	return true
}

// isClass reports whether the object is a class.
func (s *servant) isClass() bool { return s.class.DescendsFrom(som.SOMClass) }

func (s *servant) print(r *orb.ServerRequest, object som.Ref) {
	level := r.In.Long()
	if !r.Decoded() {
		return
	}
	var b strings.Builder
	_, err := object.Invoke(r.Context(), "somDumpSelf", &b, int(max(0, min(level, 16))))
	if r.Returned(err) {
		r.Out.String(b.String())
	}
}

func (s *servant) released(r *orb.ServerRequest) {
	if !r.Decoded() {
		return
	}
	if !s.drop(given) {
		r.Returned(exc.New(exc.NoPermission, exc.MinorWriteDenied, exc.No, "no client has a reference of its own to the object of class %s, which is its own process's to end", s.class))
		return
	}
	r.Returned(nil)
}

func (s *servant) String() string { return fmt.Sprintf("a %s, exported", s.class) }
