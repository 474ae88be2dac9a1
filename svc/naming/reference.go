package naming

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// context returns the reference of a context of the tree, which need not exist any more.
func (s *service) context(id tree.ID) (*orb.Ref, error) {
	if id == tree.Root {
		return s.root, nil
	}
	return s.contexts.Reference(string(id), cosnaming.NamingContextExtClass.Interface())
}

// stub returns the stub for a context of the tree.
func (s *service) stub(id tree.ID) (cosnaming.NamingContext, error) {
	ref, err := s.context(id)
	if err != nil {
		return nil, err
	}
	return cosnaming.NamingContextClass.Unchecked(ref), nil
}

// own returns the context of the tree that ref refers to, if it is one.
func (s *service) own(ref *orb.Ref) (tree.ID, bool) {
	if orb.Same(ref, s.root) {
		return tree.Root, true
	}
	k, ok := ior.ParseKey([]byte(ref.ObjectKey()))
	if !ok || k.Server != s.orb.ServerID() || k.Incarnation != 0 || string(k.Adapter) != contextsAdapter {
		return "", false
	}
	id := tree.ID(k.ID)
	return id, s.tree.Exists(id)
}

// objectTarget returns what an object is bound as. A nil reference may be bound, as in
// omniNames; the specification does not say. A context bound in this way is an object like any other.
func (s *service) objectTarget(o orb.Object) tree.Target {
	return tree.Target{Kind: tree.Object, Ref: s.encode(orb.RefOf(o))}
}

// contextTarget returns what a context is bound as. Nil is BAD_PARAM.
func (s *service) contextTarget(nc any) (tree.Target, error) {
	o, err := orb.ObjectOf(s.orb, nc)
	if err != nil {
		return tree.Target{}, err
	}
	ref := orb.RefOf(o)
	if ref == nil {
		return tree.Target{}, public(exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "a nil reference cannot be bound as a context"))
	}
	if id, ok := s.own(ref); ok {
		return tree.Target{Kind: tree.Context, Context: id}, nil
	}
	return tree.Target{Kind: tree.Context, Ref: s.encode(ref)}, nil
}

// encode returns a reference as the tree keeps it: an encapsulation.
func (s *service) encode(ref *orb.Ref) []byte {
	e := cdr.NewEncoder(nil, false, s.orb.Env())
	e.Boolean(false) // big-endian
	if ref == nil {
		ior.Put(e, nil)
	} else {
		ior.Put(e, ref.IOR())
	}
	return e.Bytes()
}

// decode returns the reference that the tree keeps; nil for a nil reference.
func (s *service) decode(b []byte) (*orb.Ref, error) {
	d := cdr.NewDecoder(b, false, s.orb.Env())
	little := d.Boolean()
	if d.Err() == nil {
		d.Reset(b, 1, little, s.orb.Env())
	}
	i := ior.Get(d)
	if err := d.Done(); err != nil {
		return nil, &store.Error{Kind: store.ErrCorrupt, Detail: "what the name is bound to is not a reference", Err: err}
	}
	return s.orb.NewRef(i), nil
}

// object returns what a name is bound to as the result of resolve.
func (s *service) object(t tree.Target) (orb.Object, error) {
	var ref *orb.Ref
	var err error
	if t.Context != "" {
		ref, err = s.context(t.Context)
	} else {
		ref, err = s.decode(t.Ref)
	}
	if err != nil || ref == nil { // a nil *Ref is not a nil Object
		return nil, err
	}
	return ref, nil
}
