package pi

import (
	"slices"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// An IORInterceptor adds components to the references that an ORB makes of its own objects (clause 16.5): once for each object
// adapter, when it is made: [poa.POA.Create] returns after that, and [poa.New] for the root adapter. Embed [IORBase] for methods that are not needed.
type IORInterceptor interface {
	Interceptor
	// EstablishComponents adds what the adapter's references are to say. An error is logged, and keeps nothing from
	// happening. It must not make references of the same adapter: that would wait for itself.
	EstablishComponents(i *IORInfo) error
	// ComponentsEstablished is called when all interceptors have added theirs. An error keeps the adapter from being made: OBJ_ADAPTER with
	// minor code 6. The root adapter, and one that is none of package orb/poa, are there, but make no references: the same error.
	ComponentsEstablished(i *IORInfo) error
	// AdapterManagerStateChanged tells that the adapters of a manager, which [IORInfo.ManagerID] has named, do something else with
	// requests from now on. Those of one manager are called one at a time.
	AdapterManagerStateChanged(manager uint32, state AdapterState)
	// AdapterStateChanged is the same for adapters whose manager is not told of: those that are gone, by their names from the root on, the
	// lowest first.
	AdapterStateChanged(adapters [][]string, state AdapterState)
}

// An AdapterState is what an adapter does with requests (clause 16.5.4).
type AdapterState int16

// The states.
const (
	Holding AdapterState = iota
	Active
	Discarding
	Inactive
	NonExistent
)

var stateNames = [...]string{"HOLDING", "ACTIVE", "DISCARDING", "INACTIVE", "NON_EXISTENT"}

// String returns the state's name in IDL.
func (s AdapterState) String() string { return stateNames[s] }

// IORBase adds nothing to references. Embed it.
type IORBase struct{ Base }

// EstablishComponents does nothing.
func (IORBase) EstablishComponents(*IORInfo) error { return nil }

// ComponentsEstablished does nothing.
func (IORBase) ComponentsEstablished(*IORInfo) error { return nil }

// AdapterManagerStateChanged does nothing.
func (IORBase) AdapterManagerStateChanged(uint32, AdapterState) {}

// AdapterStateChanged does nothing.
func (IORBase) AdapterStateChanged([][]string, AdapterState) {}

var _ IORInterceptor = IORBase{}

// IORInfo describes an object adapter that is being made. It is gone when the method that was given it returns.
type IORInfo struct {
	setup      *Setup
	orb        *orb.ORB
	path       string
	persistent bool
	made       *components
	over       bool // nothing can be added any more
}

// AdapterName returns the names from the root adapter to this one.
func (i *IORInfo) AdapterName() []string { return adapterName(i.path) }

// Persistent reports whether the references are to outlive the process.
func (i *IORInfo) Persistent() bool { return i.persistent }

// ManagerID returns the number of the adapter's manager; 0 where the adapter is none of package orb/poa.
func (i *IORInfo) ManagerID() uint32 {
	manager, _ := i.managed()
	return manager
}

// State returns what the adapter does with requests.
func (i *IORInfo) State() AdapterState {
	_, state := i.managed()
	return state
}

func (i *IORInfo) managed() (uint32, AdapterState) {
	if a, ok := i.orb.Adapter().(orb.ManagedAdapter); ok {
		if manager, s, ok := a.Managed(i.path); ok {
			return manager, AdapterState(s)
		}
	}
	return 0, Active
}

// GetEffectivePolicy returns the policy of a registered type that [Setup.SetAdapterPolicies] has given the adapter; nil if it has given none.
// A type without a factory is INV_POLICY with minor code 2.
func (i *IORInfo) GetEffectivePolicy(t PolicyType) (Policy, error) {
	return i.setup.adapterPolicy(i.path, t)
}

// AddIORComponent adds a component to all profiles of the adapter's references that can have some.
func (i *IORInfo) AddIORComponent(c ior.Component) error {
	return i.AddIORComponentToProfile(c, ior.TagInternetIOP)
}

// AddIORComponentToProfile adds a component to the profiles of a tag. Those that references have are ior.TagInternetIOP
// and, for such components alone, ior.TagMultipleComponents: another is BAD_PARAM with minor code 29.
func (i *IORInfo) AddIORComponentToProfile(c ior.Component, profile uint32) error {
	switch {
	case i.over:
		return exc.New(exc.BadInvOrder, exc.MinorPIPoint, exc.No, "components can be added in EstablishComponents alone")
	case profile == ior.TagInternetIOP:
		i.made.iiop = append(i.made.iiop, c)
	case profile == ior.TagMultipleComponents:
		i.made.multiple = append(i.made.multiple, c)
	default:
		return exc.New(exc.BadParam, exc.MinorNoProfile, exc.No, "references have no profile of tag %d: there are IIOP (0) and multiple components (1)", profile)
	}
	return nil
}

// components is what interceptors have added for an adapter.
type components struct {
	once           sync.Once
	iiop, multiple []ior.Component
	err            error
}

type adapterKey struct {
	path       string
	persistent bool
}

// adapter establishes the components of an adapter that is being made. One that is not to be is forgotten; the root is.
func (s *Setup) adapter(a orb.NewAdapter) error {
	if len(s.iors) == 0 {
		return nil
	}
	if err := s.meet(a.ORB); err != nil {
		return err
	}
	at := adapterKey{a.Path, a.Persistent}
	made := s.components(at)
	defer func() { // also after a panic
		if made.err != nil && a.Path != "" {
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.established, at)
		}
	}()
	return s.establish(a.ORB, at, made)
}

// reference adds what interceptors have established to a reference that is being made. Only an adapter of a program's own is met
// here for the first time.
func (s *Setup) reference(r *orb.NewReference) error {
	if len(s.iors) == 0 {
		return nil
	}
	k, _ := ior.ParseKey(r.Key())
	at := adapterKey{string(k.Adapter), r.Persistent()}
	made := s.components(at)
	if err := s.establish(r.ORB(), at, made); err != nil {
		return err
	}
	for _, c := range made.iiop {
		r.AddComponent(c)
	}
	for _, c := range made.multiple {
		if err := r.AddComponentTo(ior.TagMultipleComponents, c); err != nil {
			return err
		}
	}
	return nil
}

// components returns what is established for an adapter, once it is.
func (s *Setup) components(at adapterKey) *components {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := s.established[at]
	if made == nil {
		made = new(components)
		s.established[at] = made
	}
	return made
}

// establish calls the IOR interceptors for an adapter, unless they have been called. It returns why there is to be no adapter.
func (s *Setup) establish(o *orb.ORB, at adapterKey, made *components) error {
	made.once.Do(func() {
		made.err = exc.New(exc.ObjAdapter, exc.MinorComponentsFailed, exc.No, "an IOR interceptor panicked for adapter %q", adapterName(at.path))
		made.err = s.callAll(&IORInfo{setup: s, orb: o, path: at.path, persistent: at.persistent, made: made})
	})
	return made.err
}

// callAll calls the IOR interceptors.
func (s *Setup) callAll(i *IORInfo) error {
	for _, x := range s.iors {
		if err := x.EstablishComponents(i); err != nil {
			s.log.Warn("an IOR interceptor failed: the references do without its components", "interceptor", x.Name(), "adapter", i.AdapterName(), "error", err)
		}
	}
	i.over = true
	for _, x := range s.iors {
		if err := x.ComponentsEstablished(i); err != nil {
			return exc.New(exc.ObjAdapter, exc.MinorComponentsFailed, exc.No, "IOR interceptor %q will not have adapter %q: %w", x.Name(), i.AdapterName(), err)
		}
	}
	return nil
}

// isEstablished reports whether the components of an adapter have been established. The lock is held.
func (s *Setup) isEstablished(path string) bool {
	return s.established[adapterKey{path, false}] != nil || s.established[adapterKey{path, true}] != nil
}

// adaptersChanged tells the IOR interceptors, in the order of their registration.
func (s *Setup) adaptersChanged(c orb.AdapterChange) {
	if c.Manager != 0 {
		s.AdapterManagerStateChanged(c.Manager, AdapterState(c.State))
		return
	}
	names := make([][]string, len(c.Adapters))
	for i, p := range c.Adapters {
		names[i] = adapterName(p)
	}
	s.AdapterStateChanged(AdapterState(c.State), names...)
}

// AdapterManagerStateChanged tells the IOR interceptors of a change, in the order of their registration. Adapters of package orb/poa
// have it called; a program calls it for adapters of its own.
func (s *Setup) AdapterManagerStateChanged(manager uint32, state AdapterState) {
	for _, x := range s.iors {
		x.AdapterManagerStateChanged(manager, state)
	}
}

// AdapterStateChanged does the same for adapters, by their names from the root on. One that is NonExistent is forgotten: should it be made again, its components
// are established anew.
func (s *Setup) AdapterStateChanged(state AdapterState, adapters ...[]string) {
	if state == NonExistent {
		s.mu.Lock()
		for _, name := range adapters {
			p := pathOf(name)
			delete(s.established, adapterKey{p, false})
			delete(s.established, adapterKey{p, true})
			delete(s.policies, p)
		}
		s.mu.Unlock()
	}
	for _, x := range s.iors {
		x.AdapterStateChanged(adapters, state)
	}
}

// adaptersEnd tells that all adapters which have been established, and have not been told of, are gone with the ORB.
func (s *Setup) adaptersEnd() {
	s.mu.Lock()
	var paths []string
	for at := range s.established {
		paths = append(paths, at.path)
	}
	s.mu.Unlock()
	if len(paths) == 0 {
		return
	}
	slices.Sort(paths)
	var names [][]string
	for _, p := range slices.Compact(paths) {
		names = append(names, adapterName(p))
	}
	s.AdapterStateChanged(NonExistent, names...)
}
