package poa

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/exc"
)

// rootManager is the id of the root adapter's manager.
const rootManager = "RootPOAManager"

// CreateManager returns a new manager that others find by its id (POAManagerFactory, part 1, clause 15.3.3): it
// holds requests. The error wraps ErrManagerAlreadyExists if one has the id that is not inactive, or has adapters. A
// Manager that is made without this has no id.
func (r *Root) CreateManager(id string) (*Manager, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.managers[id]; m != nil && !m.over() {
		return nil, refused(exc.MinorAlreadyActive, "there is a manager %.300q: %w", id, ErrManagerAlreadyExists)
	}
	m := &Manager{name: id}
	r.managers[id] = m
	return m, nil
}

// FindManager returns the manager that was created with an id, nil if there is none.
func (r *Root) FindManager(id string) *Manager {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if m := r.managers[id]; m != nil && !m.over() {
		return m
	}
	return nil
}

// Managers returns the managers that have ids, that of the root adapter among them, ordered by these.
func (r *Root) Managers() []*Manager {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]*Manager, 0, len(r.managers))
	for _, m := range r.managers {
		if !m.over() {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *Manager) int { return strings.Compare(a.name, b.name) })
	return all
}

// ID returns the id that the manager was created with, empty if it was made without one (get_id).
func (m *Manager) ID() string { return m.name }

// over reports whether m does nothing any more: it is inactive, and no adapter has it.
func (m *Manager) over() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.State() == Inactive && len(m.adapters) == 0
}
