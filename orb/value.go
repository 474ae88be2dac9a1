package orb

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
)

// A Value is an object of a valuetype: what Go programs hold where the IDL says ValueBase. The
// pointers to generated state structs are values, and so is what embeds one.
type Value = cdr.Value

// values are the valuetypes for which a program has registered factories. The zero values
// has none.
type values struct {
	mu    sync.Mutex // of writers
	types atomic.Pointer[map[string]*cdr.ValueType]
}

// ValueType returns what is registered for a repository id, or nil.
func (v *values) ValueType(id string) *cdr.ValueType {
	if m := v.types.Load(); m != nil {
		return (*m)[id]
	}
	return nil
}

// RegisterValue makes t the type of values that are received with its repository id, instead of
// what was registered or generated for it. Programs use Register of a valuetype's generated
// descriptor, which knows the Go type. t must not be changed afterwards.
func (o *ORB) RegisterValue(t *cdr.ValueType) {
	o.values.mu.Lock()
	defer o.values.mu.Unlock()
	m := map[string]*cdr.ValueType{}
	if old := o.values.types.Load(); old != nil {
		m = maps.Clone(*old)
	}
	m[t.ID] = t
	o.values.types.Store(&m)
}
