package memory

import (
	"fmt"
	"unicode/utf16"
	"unsafe"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// Access is what values in C are made of. It may be used concurrently if its functions may.
type Access struct {
	Allocate   func(n uintptr) unsafe.Pointer // zeroed memory, nil if there is none
	Deallocate func(unsafe.Pointer)
	Release    func(at uintptr) // gives a reference to an object back

	// Reference returns the reference of the object at a place.
	Reference func(at uintptr) (dyn.Ref, error)
	// Object returns the place of the object of a reference, with a reference that is the program's.
	Object func(ref any) (uintptr, error)
	// Type returns the TypeCode at a place, and Place that of a TypeCode, with a reference that is the program's.
	Type  func(at uintptr) (*typecode.TypeCode, error)
	Place func(*typecode.TypeCode) (uintptr, error)
	// Displace gives a reference to a TypeCode back: of one that stays, which is the process's, there is none.
	Displace func(at uintptr)
}

// Read returns the value of a type at a place, which stays as it is. The error is BAD_PARAM where it is no value of the type, as a sequence of elements that are nowhere.
func (a *Access) Read(p unsafe.Pointer, t *typecode.TypeCode) (dyn.Any, error) {
	if k := t.Unalias().Kind(); p == nil && k != typecode.TkNull && k != typecode.TkVoid {
		return dyn.Any{}, bad("NULL is where a %.200s should be", t)
	}
	v, err := a.read(p, t, 0)
	if err != nil {
		return dyn.Any{}, err
	}
	return dyn.Of(t, v)
}

func bad(format string, args ...any) error {
	return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, format, args...)
}

// read returns a value as dyn.Of takes it.
func (a *Access) read(p unsafe.Pointer, t *typecode.TypeCode, depth int) (any, error) {
	if depth > MaxNesting {
		return nil, tooDeep()
	}
	switch t = t.Unalias(); t.Kind() {
	case typecode.TkNull, typecode.TkVoid:
		return nil, nil
	case typecode.TkBoolean, typecode.TkChar, typecode.TkOctet, typecode.TkShort, typecode.TkUShort, typecode.TkWChar, typecode.TkLong, typecode.TkULong, typecode.TkEnum, typecode.TkLongLong, typecode.TkULongLong:
		n := number(p, t)
		if t.Kind() == typecode.TkEnum && n >= int64(t.Len()) {
			return nil, bad("%d is no place of an enumerator of %.200s", n, t)
		}
		return dyn.LabelValue(t, n), nil
	case typecode.TkFloat:
		return *(*float32)(p), nil
	case typecode.TkDouble:
		return *(*float64)(p), nil
	case typecode.TkString:
		return text(*(*unsafe.Pointer)(p)), nil
	case typecode.TkWString:
		return wideText(*(*unsafe.Pointer)(p)), nil
	case typecode.TkObjref:
		if at := *(*uintptr)(p); at != 0 {
			return a.Reference(at)
		}
		return nil, nil
	case typecode.TkTypeCode:
		return a.Type(*(*uintptr)(p))
	case typecode.TkAny:
		return a.readAny(p, depth)
	case typecode.TkSequence:
		s := (*sequence)(p)
		if s.length > 0 && s.buffer == nil {
			return nil, bad("a sequence of %d elements that are nowhere", s.length)
		}
		return a.readElements(s.buffer, t.Content(), uintptr(s.length), depth)
	case typecode.TkArray:
		return a.readElements(p, t.Content(), uintptr(t.Length()), depth)
	case typecode.TkStruct, typecode.TkExcept:
		at, err := members(t, depth)
		if err != nil {
			return nil, err
		}
		all := make(dyn.Struct, len(at))
		for i := range at {
			v, err := a.read(unsafe.Add(p, at[i]), t.MemberType(i), depth+1)
			if err != nil {
				return nil, fmt.Errorf("member %.100s: %w", t.MemberName(i), err)
			}
			all[i] = dyn.Field{Name: t.MemberName(i), Value: v}
		}
		if t.Kind() == typecode.TkExcept {
			return dyn.Exception{ID: t.ID(), Members: all}, nil
		}
		return all, nil
	case typecode.TkUnion:
		at, err := armsAt(t, depth)
		if err != nil {
			return nil, err
		}
		label := number(p, t.Discriminator())
		u := dyn.Union{Label: dyn.LabelValue(t.Discriminator(), label)}
		if n := t.Arm(label); n >= 0 {
			u.Name = t.MemberName(n)
			u.Value, err = a.read(unsafe.Add(p, at), t.MemberType(n), depth+1)
		}
		return u, err
	}
	_, _, err := layout(t, depth)
	return nil, err
}

func (a *Access) readElements(p unsafe.Pointer, t *typecode.TypeCode, n uintptr, depth int) (any, error) {
	size, _, err := layout(t, depth+1)
	if err != nil {
		return nil, err
	}
	if n > MaxOctets/size {
		return nil, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%d elements of %d octets are more than %d octets (MaxOctets)", n, size, MaxOctets)
	}
	if t.Unalias().Kind() == typecode.TkOctet {
		return append([]byte{}, unsafe.Slice((*byte)(p), n)...), nil
	}
	all := make([]any, n)
	for i := range all {
		if all[i], err = a.read(unsafe.Add(p, uintptr(i)*size), t, depth+1); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return all, nil
}

func (a *Access) readAny(p unsafe.Pointer, depth int) (any, error) {
	x := (*anyValue)(p)
	if x.tc == 0 {
		return dyn.Any{}, nil
	}
	t, err := a.Type(x.tc)
	if err != nil {
		return nil, err
	}
	if k := t.Unalias().Kind(); x.value == nil && k != typecode.TkNull && k != typecode.TkVoid {
		return nil, bad("an any has no value, and its type is %.200s", t)
	}
	v, err := a.read(x.value, t, depth+1)
	if err != nil {
		return nil, err
	}
	return dyn.Of(t, v)
}

// number reads a whole number, or what is one in C.
func number(p unsafe.Pointer, t *typecode.TypeCode) int64 {
	switch t.Unalias().Kind() {
	case typecode.TkBoolean:
		if *(*byte)(p) != 0 {
			return 1
		}
		return 0
	case typecode.TkChar, typecode.TkOctet:
		return int64(*(*byte)(p))
	case typecode.TkShort:
		return int64(*(*int16)(p))
	case typecode.TkUShort, typecode.TkWChar:
		return int64(*(*uint16)(p))
	case typecode.TkLong:
		return int64(*(*int32)(p))
	case typecode.TkULong, typecode.TkEnum:
		return int64(*(*uint32)(p))
	}
	return *(*int64)(p)
}

// text reads a text up to its zero; NULL is empty.
func text(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}

func wideText(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*uint16)(unsafe.Add(p, 2*n)) != 0 {
		n++
	}
	return string(utf16.Decode(unsafe.Slice((*uint16)(p), n)))
}
