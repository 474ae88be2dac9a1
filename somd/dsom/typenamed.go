package dsom

import (
	"context"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typecode"
)

// namedTypes are the TypeCodes of types with a name in IDL that programs in C have as TC_long and so on: one of each in a process, whichever of its libraries asks. They stay: the table's reference
// is never given back, and what copies and ends TypeCodes counts none of theirs (somdii.h; [memory.Access]'s Displace).
var namedTypes struct {
	sync.Mutex
	of map[typecode.Kind]som.Ref
}

// Named returns the process's TypeCode of a kind, with a reference of the caller's. BAD_TYPECODE says that no type of the kind has a name.
func (c *typeCode) Named(_ context.Context, kind uint32) (som.Object, error) {
	k := typecode.Kind(kind)
	t := named(k)
	if t == nil {
		return nil, exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "no type of kind %d has a name in IDL", kind)
	}
	namedTypes.Lock()
	defer namedTypes.Unlock()
	r, there := namedTypes.of[k]
	if !there {
		var err error
		if r, err = NewTypeCode(t); err != nil {
			return nil, err
		}
		if x, ok := som.FindState[typeCode](r); ok {
			x.stays.Store(true)
		}
		if namedTypes.of == nil {
			namedTypes.of = map[typecode.Kind]som.Ref{}
		}
		namedTypes.of[k] = r
	}
	return given(r, r.Retain())
}

func named(k typecode.Kind) *typecode.TypeCode {
	switch k {
	case typecode.TkString:
		return typecode.String
	case typecode.TkWString:
		return typecode.WString
	case typecode.TkObjref:
		return typecode.Object
	}
	return basic(k)
}

// Stays reports whether it is one of the named ones.
func (c *typeCode) Stays(context.Context) (bool, error) { return c.stays.Load(), nil }

// staysAt is that of a TypeCode at a place in C.
func staysAt(m ForeignMemory, at uintptr) bool {
	r, err := m.ObjectAt(at)
	if err != nil || r.IsNil() {
		return false
	}
	defer func() { _ = r.Release() }()
	c, ok := som.FindState[typeCode](r)
	return ok && c.stays.Load()
}
