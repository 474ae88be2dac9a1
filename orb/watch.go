package orb

import "sync"

// An AdapterState is what an object adapter does with requests (part 1, clauses 15.3.2 and 16.5.4).
type AdapterState uint8

// The states.
const (
	AdapterHolding     AdapterState = iota // they wait
	AdapterActive                          // they are served
	AdapterDiscarding                      // they are answered with TRANSIENT
	AdapterInactive                        // they are refused
	AdapterNonExistent                     // it has been destroyed
)

// An AdapterChange says that object adapters do something else with requests from now on: those of a manager, or
// some by themselves.
type AdapterChange struct {
	Manager  uint32   // the manager's number in this process; 0: Adapters says which
	Adapters []string // as object keys name them: the names from below the root down, joined by zero octets
	State    AdapterState
}

// watchers are told of adapters.
type watchers struct {
	mu  sync.RWMutex
	all []func(AdapterChange)
}

// WatchAdapters has f told of each change of adapters of this ORB: by whoever brings the change about, under no lock, those of
// a manager one at a time and in order. Package orb/pi uses it.
func (o *ORB) WatchAdapters(f func(AdapterChange)) {
	o.watchers.mu.Lock()
	defer o.watchers.mu.Unlock()
	o.watchers.all = append(o.watchers.all, f)
}

// AdaptersWatched reports whether somebody is to be told.
func (o *ORB) AdaptersWatched() bool {
	o.watchers.mu.RLock()
	defer o.watchers.mu.RUnlock()
	return len(o.watchers.all) > 0
}

// TellAdapters tells those who watch. Object adapters call it.
func (o *ORB) TellAdapters(c AdapterChange) {
	o.watchers.mu.RLock()
	all := o.watchers.all
	o.watchers.mu.RUnlock()
	for _, f := range all {
		f(c)
	}
}

// A ManagedAdapter is an [Adapter] whose manager can be asked for, and those of the adapters below it.
type ManagedAdapter interface {
	// Managed returns the number of the manager of the adapter with a path, as object keys have it, and what the adapter does with requests; false
	// if there is no such adapter.
	Managed(path string) (manager uint32, s AdapterState, ok bool)
}
