package dsom

import (
	"context"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd/memory"
	"github.com/opendsom/dsom/typecode"
)

// ForeignMemory is how a process that has programs in C reads and makes values of theirs.
type ForeignMemory struct {
	Allocate   func(n uintptr) unsafe.Pointer      // native.Allocate
	Deallocate func(unsafe.Pointer)                // native.Deallocate
	ObjectAt   func(at uintptr) (som.Ref, error)   // native.ObjectAt
	AddressOf  func(o som.Object) (uintptr, error) // native.AddressOf
	ReleaseAt  func(at uintptr)                    // native.ReleaseAt
}

var foreign struct {
	sync.Mutex
	of *memory.Access
}

// ProvideMemory says how values in C are reached, which lists, requests and TypeCodes of programs in C are of. It is called before there are any, once.
func ProvideMemory(m ForeignMemory) {
	foreign.Lock()
	defer foreign.Unlock()
	foreign.of = &memory.Access{
		Allocate: m.Allocate, Deallocate: m.Deallocate, Release: m.ReleaseAt,
		Type: func(at uintptr) (*typecode.TypeCode, error) {
			r, err := m.ObjectAt(at)
			if err != nil {
				return nil, err
			}
			defer func() {
				if !r.IsNil() {
					_ = r.Release()
				}
			}()
			return typeOf(r)
		},
		Place: func(t *typecode.TypeCode) (uintptr, error) {
			r, err := NewTypeCode(t)
			if err != nil {
				return 0, err
			}
			defer func() { _ = r.Release() }()
			return m.AddressOf(r)
		},
		Displace: func(at uintptr) {
			if !staysAt(m, at) {
				m.ReleaseAt(at)
			}
		},
		Reference: func(at uintptr) (dyn.Ref, error) {
			g, err := current()
			if err != nil {
				return nil, err
			}
			r, err := m.ObjectAt(at)
			if err != nil {
				return nil, err
			}
			defer func() { _ = r.Release() }()
			return g.d.Target(r)
		},
		Object: func(ref any) (uintptr, error) {
			g, err := current()
			if err != nil {
				return 0, err
			}
			o, err := g.objectOf(ref)
			if err != nil || o.IsNil() {
				return 0, err
			}
			defer func() { _ = o.Release() }()
			return m.AddressOf(o)
		},
	}
}

// foreignMemory returns how values in C are reached.
func foreignMemory() (*memory.Access, error) {
	foreign.Lock()
	defer foreign.Unlock()
	if foreign.of == nil {
		return nil, exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "the process has no programs in C")
	}
	return foreign.of, nil
}

func layoutOf(t *typecode.TypeCode) (size, align uintptr, err error) {
	if k := t.Unalias().Kind(); k == typecode.TkNull || k == typecode.TkVoid {
		return 0, 1, nil
	}
	return memory.Layout(t)
}

// objectOf returns the object that a reference in an any names, with a reference of the caller's own.
func (g *Globals) objectOf(ref any) (som.Ref, error) {
	switch x := ref.(type) {
	case *ior.IOR:
		if x == nil {
			return som.Ref{}, nil
		}
		return g.d.ImportOrRefer(context.Background(), g.d.ORB().NewRef(x))
	case orb.Object:
		return g.d.ImportOrRefer(context.Background(), x)
	}
	return som.Ref{}, exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "a %T is no reference", ref)
}
