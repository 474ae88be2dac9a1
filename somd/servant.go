package somd

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

// Operations that every exported object has, beside the methods of its class.
const (
	opDescribe  = "_som_class"      // what its class is, see description
	opPrint     = "_som_print"      // what somDumpSelf says of it
	opFree      = "somFree"         // the end of an object that was made for a client
	opClassName = "somGetClassName" // the name of its class
)

// A servant is an object of this process as others call it.
type servant struct {
	d      *Domain
	object som.Ref // a reference of the domain's own
	client bool    // it was made for a client, who may free it
	iface  orb.Interface
	at     *poa.POA // where it is active

	ready chan struct{} // closed when ref and err are there
	ref   *orb.Ref
	err   error
	key   string // under the domain's lock
}

func newServant(d *Domain, r som.Ref, at *poa.POA, client bool) *servant {
	s := &servant{d: d, object: r, client: client, at: at, ready: make(chan struct{}), iface: orb.Interface{ID: RepositoryID(r.Class().Name())}}
	for _, a := range r.Class().Order()[1:] {
		s.iface.Bases = append(s.iface.Bases, RepositoryID(a.Name()))
	}
	return s
}

func (s *servant) activated(ref *orb.Ref, err error) {
	s.ref, s.err = ref, err
	close(s.ready)
}

// made waits until the object is active, which another goroutine is at.
func (s *servant) made() (*orb.Ref, error) {
	<-s.ready
	return s.ref, s.err
}

func (s *servant) Interface() *orb.Interface { return &s.iface }
func (s *servant) Implementation() any       { return s }

// Dispatch carries out a request: a method of the object's class, found by its name, or one of the operations that all have.
func (s *servant) Dispatch(r *orb.ServerRequest) bool {
	if err := s.object.Retain(); err != nil { // so that it lasts while it is called
		r.Returned(exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "%w", err))
		return true
	}
	defer func() { _ = s.object.Release() }()
	switch op := r.Operation(); op {
	case opDescribe:
		s.describe(r)
	case opPrint:
		s.print(r)
	case opFree:
		s.free(r)
	case opClassName:
		if r.Decoded() && r.Returned(nil) {
			r.Out.String(s.object.Class().Name())
		}
	default:
		m, err := s.object.Class().Lookup(op)
		if err != nil || isRoot(m.Class()) {
			return false
		}
		methodOf(m).serve(s.d, r, s.object)
	}
	return true
}

func (s *servant) print(r *orb.ServerRequest) {
	level := r.In.Long()
	if !r.Decoded() {
		return
	}
	var b strings.Builder
	_, err := s.object.Invoke(r.Context(), "somDumpSelf", &b, int(max(0, min(level, 16))))
	if r.Returned(err) {
		r.Out.String(b.String())
	}
}

func (s *servant) free(r *orb.ServerRequest) {
	if !r.Decoded() {
		return
	}
	if !s.client {
		r.Returned(exc.New(exc.NoPermission, exc.MinorWriteDenied, exc.No, "%s was not made for a client, and is its own process's to end", s.object))
		return
	}
	r.Returned(s.d.Withdraw(s.object))
}

func (s *servant) String() string { return fmt.Sprintf("%s, exported", s.object) }
