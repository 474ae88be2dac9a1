package poa

import (
	"sync/atomic"

	"github.com/opendsom/dsom/orb"
)

// managers numbers the managers of the process, which may be of adapters of several ORBs.
var managers atomic.Uint32

// tell tells those who watch the ORBs of the manager's adapters of the states that it has gone to: in order, one at a
// time, and under no lock. If somebody is at it already, in this goroutine perhaps, that goes on with the latest.
func (m *Manager) tell() {
	for first := true; m.tellNext(first); first = false {
	}
}

// tellNext tells of one state, and reports whether it has. A panic of who is told leaves the rest to the next change.
func (m *Manager) tellNext(first bool) bool {
	m.mu.Lock()
	if first && m.telling || len(m.untold) == 0 {
		m.telling = m.telling && first
		m.mu.Unlock()
		return false
	}
	c := orb.AdapterChange{Manager: m.number, State: orb.AdapterState(m.untold[0])}
	m.untold = m.untold[1:]
	m.telling = true
	told := map[*orb.ORB]bool{}
	for p := range m.adapters {
		told[p.orb] = true
	}
	m.mu.Unlock()

	well := false
	defer func() {
		if !well {
			m.mu.Lock()
			m.telling = false
			m.mu.Unlock()
		}
	}()
	for o := range told {
		o.TellAdapters(c)
	}
	well = true
	return true
}

// tellGone tells those who watch that adapters have been destroyed.
func tellGone(all []*POA) {
	o := all[0].orb
	if !o.AdaptersWatched() {
		return
	}
	c := orb.AdapterChange{State: orb.AdapterNonExistent}
	for _, p := range all {
		c.Adapters = append(c.Adapters, p.path)
	}
	o.TellAdapters(c)
}

// Managed returns the number of the manager of the adapter with a path, as object keys have it, and what the adapter does
// with requests.
func (p *POA) Managed(path string) (manager uint32, s orb.AdapterState, ok bool) {
	p.root.mu.RLock()
	at := p.root.adapters[path]
	p.root.mu.RUnlock()
	if at == nil {
		return 0, orb.AdapterNonExistent, false
	}
	return at.manager.number, orb.AdapterState(at.manager.State()), true
}

var _ orb.ManagedAdapter = (*POA)(nil)
