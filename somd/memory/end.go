package memory

import (
	"unsafe"

	"github.com/opendsom/dsom/typecode"
)

// End ends what the value of a type at a place owns; the place itself stays, and is all zero.
func (a *Access) End(p unsafe.Pointer, t *typecode.TypeCode) {
	size, _, err := Layout(t)
	if p == nil || err != nil {
		return
	}
	a.end(p, t, 0)
	clear(unsafe.Slice((*byte)(p), size))
}

func (a *Access) end(p unsafe.Pointer, t *typecode.TypeCode, depth int) {
	if depth > MaxNesting {
		return // deeper than anything that was written
	}
	switch t = t.Unalias(); t.Kind() {
	case typecode.TkString, typecode.TkWString:
		a.Deallocate(*(*unsafe.Pointer)(p))
	case typecode.TkObjref:
		if at := *(*uintptr)(p); at != 0 {
			a.Release(at)
		}
	case typecode.TkTypeCode:
		if at := *(*uintptr)(p); at != 0 {
			a.Displace(at)
		}
	case typecode.TkAny:
		x := (*anyValue)(p)
		if x.tc == 0 {
			return
		}
		if of, err := a.Type(x.tc); err == nil && x.value != nil {
			a.end(x.value, of, depth+1)
		}
		a.Deallocate(x.value)
		a.Displace(x.tc)
	case typecode.TkSequence:
		s := (*sequence)(p)
		if s.buffer != nil {
			a.endElements(s.buffer, t.Content(), uintptr(s.length), depth)
			a.Deallocate(s.buffer)
		}
	case typecode.TkArray:
		a.endElements(p, t.Content(), uintptr(t.Length()), depth)
	case typecode.TkStruct, typecode.TkExcept:
		if at, err := members(t, depth); err == nil {
			for i := range at {
				a.end(unsafe.Add(p, at[i]), t.MemberType(i), depth+1)
			}
		}
	case typecode.TkUnion:
		at, err := armsAt(t, depth)
		if n := t.Arm(number(p, t.Discriminator())); err == nil && n >= 0 {
			a.end(unsafe.Add(p, at), t.MemberType(n), depth+1)
		}
	}
}

func (a *Access) endElements(p unsafe.Pointer, t *typecode.TypeCode, n uintptr, depth int) {
	switch t.Unalias().Kind() {
	case typecode.TkString, typecode.TkWString, typecode.TkObjref, typecode.TkTypeCode, typecode.TkAny, typecode.TkSequence, typecode.TkArray, typecode.TkStruct, typecode.TkUnion:
	default: // they own nothing
		return
	}
	size, _, err := layout(t, depth+1)
	for i := uintptr(0); err == nil && i < n; i++ {
		a.end(unsafe.Add(p, i*size), t, depth+1)
	}
}
