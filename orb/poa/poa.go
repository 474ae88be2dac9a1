// Package poa is the portable object adapter (CORBA 3.3 part 1, clause 15): it makes
// objects of implementations and finds them again when requests come.
//
// An ORB has a root adapter ([New]) and adapters below it, each with policies of its own
// ([Options]). In the names of the specification:
//
//	create_POA, find_POA                [POA.Create], [POA.FindPOA]
//	destroy                             [POA.Destroy]
//	activate_object, …_with_id          [POA.Activate], [POA.ActivateWithID]
//	deactivate_object                   [POA.Deactivate], [POA.DeactivateObject], [POA.Reactivate]
//	create_reference, …_with_id         [POA.NewReference], [POA.Reference]
//	servant_to_id, …_to_reference       [POA.ServantToID], [POA.ServantToReference]
//	reference_to_servant, …_to_id       [POA.ReferenceToServant], [POA.ReferenceToID]
//	id_to_servant, …_to_reference       [POA.IDToServant], [POA.IDToReference]
//	set_servant, get_servant            [POA.SetServant], [POA.Servant]
//	set_servant_manager, get_…          [POA.SetServantActivator], [POA.ServantActivator], [POA.SetServantLocator], [POA.ServantLocator]
//	the_activator                       [POA.SetAdapterActivator], [POA.AdapterActivator]
//	the_name, the_parent, the_children  [POA.Name], [POA.Parent], [POA.Children]
//	the_POAManager, id                  [POA.Manager], [POA.ID]
//	POAManager, Current                 [Manager], [CurrentOf]
//	POAManagerFactory                   [Root.CreateManager], [Root.Managers], [Root.FindManager]
//
// The root adapter has the policies of the specification's: TRANSIENT, UNIQUE_ID, SYSTEM_ID, RETAIN,
// USE_ACTIVE_OBJECT_MAP_ONLY, IMPLICIT_ACTIVATION. Two things differ. Its manager is active from
// the start (what keeps clients out until objects are there is [orb.Config].Hold), and adapters
// that are made without a manager share their parent's. The servant of the specification is the
// implementation: adapters take an [orb.Servant], which joins it to its skeleton, and two of
// those are one where their implementation is one pointer.
//
// No method of the program is called under a lock, with two exceptions that are policies: one at a
// time with SINGLE_THREAD_MODEL and MAIN_THREAD_MODEL. Locks are taken in the order: root, known
// identities, adapter, manager.
package poa

import (
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// A POA is an object adapter. It is safe for concurrent use.
type POA struct {
	root    *Root
	orb     *orb.ORB
	parent  *POA // nil: the root
	name    string
	path    string // names from below the root down, joined by zero octets: what keys say
	opt     Options
	life    uint64 // what keys say of a transient adapter; 0: persistent
	manager *Manager
	thread  *thread // nil: ORB_CTRL_MODEL

	stage    atomic.Uint32
	opened   <-chan struct{} // closed when it is no more opening
	maker    *activation     // that makes it, or has made it; nil: none
	closed   chan struct{}   // closed when it is destroyed
	finished chan struct{}   // closed when nothing of it is under way after that
	after    <-chan struct{} // closed when the adapter that had the path before has ended; nil: none

	serving flight // requests
	ending  flight // etherealizations

	children map[string]*POA // guarded by the root's lock

	mu          sync.RWMutex
	objects     map[string]*object // the active object map, by id
	leaving     map[string]*object // those that were deactivated and have not ended
	incarnating map[string]*incarnation
	servants    map[any]uses  // by implementation
	last        uint64        // the latest id that was chosen here
	fallback    *defaultScope // of the default servant; nil: there is none
	activator   ServantActivator
	locator     ServantLocator

	unknown    AdapterActivator
	activating map[string]*activation
}

// uses tells of what objects of an adapter an implementation is the servant.
type uses struct {
	first  string // the first of them
	n      int
	ending int // those that it was and whose etherealization has not begun
}

// ORB returns the adapter's ORB.
func (p *POA) ORB() *orb.ORB { return p.orb }

// Name returns the adapter's name, empty for the root.
func (p *POA) Name() string { return p.name }

// ID returns what tells the adapter from all others of the process (the attribute id), those of its path too that
// there were before it, if it is transient: octets in a string.
func (p *POA) ID() string {
	return string(ior.AppendKey(nil, ior.Key{Server: p.orb.ServerID(), Incarnation: p.life, Adapter: p.path}))
}

// Parent returns the adapter above this one, nil for the root.
func (p *POA) Parent() *POA { return p.parent }

// Manager returns what controls the flow of requests to the adapter.
func (p *POA) Manager() *Manager { return p.manager }

// Policies returns the adapter's policies. What else is in Options is not set.
func (p *POA) Policies() Options {
	o := p.opt
	o.Manager, o.AdapterActivator, o.DefaultServant, o.ServantActivator, o.ServantLocator = nil, nil, nil, nil, nil
	return o
}

// newPOA returns an adapter with policies that were checked.
func newPOA(r *Root, parent *POA, name, path string, opt Options) *POA {
	p := &POA{
		root: r, orb: r.orb, parent: parent, name: name, path: path, opt: opt, manager: opt.Manager,
		closed: make(chan struct{}), finished: make(chan struct{}), children: map[string]*POA{}, servants: map[any]uses{},
		activator: opt.ServantActivator, locator: opt.ServantLocator, unknown: opt.AdapterActivator,
	}
	p.byDefault(opt.DefaultServant)
	if opt.retains() {
		p.objects = map[string]*object{}
	}
	if opt.Lifespan == Transient {
		p.life = r.orb.Incarnation() + r.generation%orb.IncarnationSpan
	}
	p.thread = r.threadFor(opt.Threads)
	p.manager.add(p)
	return p
}

var _ orb.Adapter = (*POA)(nil)
