package poa

import (
	"fmt"

	"github.com/opendsom/dsom/orb"
)

// Options describe an adapter: its policies, and what they call for. The zero value has the
// policies that the specification's create_POA has by default.
type Options struct {
	Threads            Threads
	Lifespan           Lifespan
	IDUniqueness       IDUniqueness
	IDAssignment       IDAssignment
	ImplicitActivation ImplicitActivation
	ServantRetention   ServantRetention
	RequestProcessing  RequestProcessing

	// Bidirectional lets servers call the adapter's objects over this ORB's connections to them.
	Bidirectional Bidirectional

	// Manager controls the flow of requests to the adapter; nil is that of its parent. A new
	// Manager holds requests until it is activated.
	Manager *Manager

	// AdapterActivator makes adapters below this one when requests for them come.
	AdapterActivator AdapterActivator

	// DefaultServant serves the objects that are not in the map, with UseDefaultServant.
	DefaultServant orb.Servant

	// ServantActivator makes the servants of objects that are not in the map, with
	// UseServantManager and Retain.
	ServantActivator ServantActivator

	// ServantLocator finds a servant for each request, with UseServantManager and NonRetain.
	ServantLocator ServantLocator
}

// String returns the policies.
func (o *Options) String() string {
	return fmt.Sprintf("%v, %v, %v, %v, %v, %v, %v", o.Threads, o.Lifespan, o.IDUniqueness, o.IDAssignment,
		o.ImplicitActivation, o.ServantRetention, o.RequestProcessing)
}

// retains, byDefault, activates and locates tell what the policies call for.
func (o *Options) retains() bool   { return o.ServantRetention == Retain }
func (o *Options) byDefault() bool { return o.RequestProcessing == UseDefaultServant }
func (o *Options) activates() bool { return o.RequestProcessing == UseServantManager && o.retains() }
func (o *Options) locates() bool   { return o.RequestProcessing == UseServantManager && !o.retains() }
