// Package naming is the naming service: CosNaming::NamingContextExt and BindingIterator (OMG
// Naming Service 1.3, clause 2) on a store.
//
// The root context has the object key NameService, so that corbaloc::host:3053/NameService
// is all that a client must know. The other contexts are persistent objects of the daemon,
// whose ids are those of package tree; they are looked up when they are called, none is kept
// in memory as a servant. Anybody may resolve and list names; who may change them is decided
// by [Config].MayWrite.
//
// A name may lead on into another naming service: its contexts can be bound here, and are
// called with the rest of the name.
package naming

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/dsomnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// The names of the service's adapters, which are part of the keys of its objects.
const (
	contextsAdapter  = "naming"
	iteratorsAdapter = "naming-iterators"
)

// A Config says where the service keeps its names, and who may change them.
type Config struct {
	Store store.Store
	Root  *poa.Root

	// MayWrite returns why the client whose request ctx belongs to may not change names, nil if it may. A nil MayWrite lets calls within the process
	// do so, and clients on a loopback address.
	MayWrite func(ctx context.Context) error

	// Local tells whether a text names this machine, which constraints ask with _LOCAL. A nil Local
	// knows localhost, loopback addresses and the host name.
	Local func(text string) bool

	Limits    tree.Limits
	Iterators IteratorLimits
	Log       *slog.Logger // nil: nothing is logged
}

// A Service is the naming service of an ORB. It is safe for concurrent use.
type Service struct{ s *service }

// Root returns its root context.
func (x *Service) Root() *orb.Ref { return x.s.root }

// Holds reports whether a name is bound here. Unlike a call of resolve it asks no other naming service: what lies beyond a context of another's is not held here.
func (x *Service) Holds(n ior.Name) bool {
	_, err := x.s.tree.Resolve(tree.Root, n)
	return err == nil
}

// HoldsKind reports whether any object is bound here by a name of a kind, which is not empty, in a context. It costs as little whatever is bound, and asks nobody.
func (x *Service) HoldsKind(in ior.Name, kind string) bool {
	at, err := x.s.tree.Resolve(tree.Root, in)
	return err == nil && at.Context != "" && x.s.tree.HasKind(at.Context, kind)
}

// RenameAll gives the bindings of a context here whose names have the id from, of whatever kind, the id to, and sets properties of them: one by one, each in one commit with
// what while says, whose error ends it and is returned as it is. From when on there is a binding with the id to, and no kind, that has the properties said, and was not renamed, those from are removed instead: whoever they are of has said anew what there is
// to be. The one without a kind is the last to be renamed. It asks nobody whether names may be changed. A context that is not there has no bindings.
func (x *Service) RenameAll(ctx context.Context, in ior.Name, from, to string, properties, said extendednaming.PropertyList, while store.Guard) error {
	set, err := x.s.fromProperties(properties)
	if err != nil {
		return err
	}
	anew, err := x.s.fromProperties(said)
	if err != nil {
		return err
	}
	return x.each(in, from, func(at tree.ID, c ior.NameComponent) error {
		return x.s.tree.RenameWhile(ctx, at, ior.Name{c}, ior.NameComponent{ID: to, Kind: c.Kind}, slices.Clone(set), anew, while)
	})
}

// UnbindAll removes the bindings of a context here whose names have an id, as RenameAll renames them.
func (x *Service) UnbindAll(ctx context.Context, in ior.Name, id string, while store.Guard) error {
	return x.each(in, id, func(at tree.ID, c ior.NameComponent) error {
		return x.s.tree.UnbindWhile(ctx, at, ior.Name{c}, while)
	})
}

// each calls f with the names of a context that have an id, last with the one without a kind. One that has gone meanwhile is no error.
func (x *Service) each(in ior.Name, id string, f func(at tree.ID, c ior.NameComponent) error) error {
	missing := new(tree.NotFoundError)
	to, err := x.s.tree.Resolve(tree.Root, in)
	if errors.As(err, &missing) || err == nil && to.Context == "" {
		return nil
	}
	if err != nil {
		return err
	}
	plain := ior.NameComponent{ID: id} // which is the first of an id
	for c, last := plain, false; !last; {
		page, _, err := x.s.tree.List(to.Context, &c, 1)
		switch {
		case errors.Is(err, tree.ErrNoContext):
			return nil
		case err != nil:
			return err
		case len(page) == 0 || page[0].Name.ID != id:
			c, last = plain, true
		default:
			c = page[0].Name
		}
		if err := f(to.Context, c); errors.Is(err, tree.ErrNoContext) {
			return nil
		} else if err != nil && !errors.As(err, &missing) {
			return err
		}
	}
	return nil
}

// A service is what the servants have in common.
type service struct {
	tree      *tree.Tree
	orb       *orb.ORB
	contexts  *poa.POA
	iterators *iterators
	root      *orb.Ref
	mayWrite  func(context.Context) error
	local     func(string) bool // nil: thisMachine
	searches  chan struct{}     // holds a token for each search under way
	log       *slog.Logger
}

// New makes the service. It fails where the store's entries
// cannot be read (store.ErrCorrupt), and where the ORB has a naming service already.
func New(ctx context.Context, c Config) (*Service, error) {
	s := &service{orb: c.Root.ORB(), mayWrite: c.MayWrite, local: c.Local, searches: make(chan struct{}, MaxSearches), log: c.Log}
	if s.mayWrite == nil {
		s.mayWrite = local
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.tree, err = tree.Open(ctx, c.Store, c.Limits); err != nil {
		return nil, err
	}
	if s.contexts, err = c.Root.Create(contextsAdapter, poa.Options{
		Lifespan: poa.Persistent, IDAssignment: poa.UserID, ServantRetention: poa.NonRetain,
		RequestProcessing: poa.UseServantManager, ServantLocator: poa.LocatorFunc(s.servant),
	}); err != nil {
		return nil, err
	}
	if s.iterators, err = newIterators(c.Root, s.tree, c.Iterators); err != nil {
		return nil, err
	}
	if _, err = c.Root.ActivateKey(ior.DefaultKey, dsomnaming.NamingContextClass.Servant(&namingContext{s: s, id: tree.Root})); err != nil {
		return nil, err
	}
	// References say that a context is what every client knows. It says itself that it has properties, too.
	if s.root, err = s.orb.Reference(cosnaming.NamingContextExtClass.Interface(), []byte(ior.DefaultKey), false); err != nil {
		return nil, err
	}
	return &Service{s}, nil
}

// servant returns the servant of a context.
func (s *service) servant(_ context.Context, id string) (orb.Servant, error) {
	if !s.tree.Exists(tree.ID(id)) {
		return nil, nil
	}
	return dsomnaming.NamingContextClass.Servant(&namingContext{s: s, id: tree.ID(id)}), nil
}

// local lets clients of this process and of loopback addresses write.
func local(ctx context.Context) error {
	peer := orb.Peer(ctx)
	if peer == nil {
		return nil
	}
	at, err := netip.ParseAddrPort(peer.String())
	if err == nil && !at.Addr().Unmap().IsLoopback() {
		err = errors.New("it is on another machine")
	}
	return err
}
