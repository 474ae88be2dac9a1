package poa

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/exc"
)

// A State is what a Manager does with requests (part 1, clause 15.3.2).
type State uint8

// The states.
const (
	Holding    State = iota // they wait, up to the limit held-requests
	Active                  // they are served
	Discarding              // they are answered with TRANSIENT
	Inactive                // they are refused, for good
)

func (s State) String() string {
	return nameOf(uint8(s), "HOLDING", "ACTIVE", "DISCARDING", "INACTIVE")
}

// A Manager controls the flow of requests to the adapters that were made with it (POAManager). The
// zero value is a manager that holds, as the specification has it of new ones. It is safe for
// concurrent use, and must not be copied.
type Manager struct {
	name  string // its id in the specification; empty: none
	state atomic.Uint32

	mu       sync.Mutex
	number   uint32 // from when it has an adapter on
	untold   []State
	telling  bool
	changed  chan struct{} // closed at the next change of state; nil: nobody waits for one
	adapters map[*POA]struct{}
}

// State returns what the manager does now.
func (m *Manager) State() State { return State(m.state.Load()) }

// change goes to state s and returns the manager's adapters and what is closed when the state is
// changed again.
func (m *Manager) change(s State) ([]*POA, <-chan struct{}, error) {
	defer m.tell() // when the lock has been let go
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.State() == Inactive {
		return nil, nil, refused(exc.MinorAdapterInactive, "the manager has been deactivated, it cannot become %v: %w", s, ErrAdapterInactive)
	}
	if m.State() != s {
		m.state.Store(uint32(s))
		m.untold = append(m.untold, s)
		if m.changed != nil {
			close(m.changed)
			m.changed = nil
		}
	}
	return m.all(), m.next(), nil
}

// all returns the adapters. The lock is held, here and below.
func (m *Manager) all() []*POA {
	all := make([]*POA, 0, len(m.adapters))
	for p := range m.adapters {
		all = append(all, p)
	}
	return all
}

// next returns what is closed at the next change of state.
func (m *Manager) next() <-chan struct{} {
	if m.changed == nil {
		m.changed = make(chan struct{})
	}
	return m.changed
}

// now returns the state and what is closed when it changes.
func (m *Manager) now() (State, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.State(), m.next()
}

// add and remove keep the set of adapters.
func (m *Manager) add(p *POA) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.adapters == nil {
		m.adapters, m.number = map[*POA]struct{}{}, managers.Add(1)
	}
	m.adapters[p] = struct{}{}
}

func (m *Manager) remove(p *POA) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.adapters, p)
}

// Activate lets requests be served, those too that were held.
func (m *Manager) Activate() error {
	_, _, err := m.change(Active)
	return err
}

// HoldRequests keeps new requests waiting. With wait it returns when none is being served any more, the
// state is changed again, or ctx ends; from inside an upcall, for which it would wait, that is BAD_INV_ORDER,
// and the state stays.
func (m *Manager) HoldRequests(ctx context.Context, wait bool) error {
	return m.stop(ctx, Holding, wait)
}

// DiscardRequests has new requests, and those that are held, answered with TRANSIENT. With wait it is as
// HoldRequests.
func (m *Manager) DiscardRequests(ctx context.Context, wait bool) error {
	return m.stop(ctx, Discarding, wait)
}

func (m *Manager) stop(ctx context.Context, s State, wait bool) error {
	if wait {
		if err := m.mayWait(ctx); err != nil {
			return err
		}
	}
	all, changed, err := m.change(s)
	if err != nil || !wait {
		return err
	}
	for _, p := range all {
		if err := p.serving.wait(ctx, changed); err != nil {
			return err
		}
	}
	return nil
}

// Deactivate has requests refused from now on, which is final. With etherealize the objects of adapters
// with a ServantActivator are etherealized when their requests are done, and are objects no more; those of other adapters stay what they are (part 1, clause 15.3.2.6). With wait it returns when all that
// is finished, or ctx ends, while the rest goes on; from inside an upcall that is BAD_INV_ORDER, and the
// state stays.
func (m *Manager) Deactivate(ctx context.Context, etherealize, wait bool) error {
	if wait {
		if err := m.mayWait(ctx); err != nil {
			return err
		}
	}
	all, _, err := m.change(Inactive)
	if err != nil {
		return err
	}
	var clearing sync.WaitGroup
	if etherealize {
		for _, p := range all {
			if a, err := p.ServantActivator(); a != nil && err == nil {
				clearing.Go(func() { p.clear(true) })
			}
		}
	}
	if !wait {
		return nil
	}
	done := make(chan struct{})
	go func() {
		clearing.Wait()
		close(done)
	}()
	for _, p := range all {
		if err := p.serving.wait(ctx, nil); err != nil {
			return err
		}
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mayWait refuses to wait for upcalls in one of them.
func (m *Manager) mayWait(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for p := range m.adapters {
		if err := p.mayWait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// mayWait refuses to wait for upcalls in one of them, and in other methods that are waited for.
func (p *POA) mayWait(ctx context.Context) error {
	if p.orb.InUpcall(ctx) {
		return failed(exc.BadInvOrder, exc.MinorShutdownInUpcall, "waiting for the requests of adapter %q in one of them would never end: do not wait, or do it in another goroutine with another context", p.Path())
	}
	return nil
}
