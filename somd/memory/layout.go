// Package memory reads and writes values in the memory of programs in C, by their TypeCodes: what an any, and the arguments of a request, point to there. Values lie as
// generated C has them (docs/som-c.md), and own what they hold: texts and the elements of sequences are memory of libsom's, objects are references, an any is a TypeCode and
// the place of a value.
package memory

import (
	"unsafe"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// Limits of values.
const (
	MaxNesting = 256     // how deep values are in one another
	MaxOctets  = 1 << 30 // octets of the elements of one sequence, and of a value without what it points to
)

const word = unsafe.Sizeof(uintptr(0))

// eight is how numbers of eight octets are aligned.
const eight = unsafe.Alignof(struct{ x int64 }{}.x)

// A sequence is a sequence as C has it.
type sequence struct {
	maximum, length uint32
	buffer          unsafe.Pointer
}

// An anyValue is an any as C has it.
type anyValue struct {
	tc    uintptr // an object, as libsom has it
	value unsafe.Pointer
}

// Layout returns how many octets a value of a type has in C, and to how many it is aligned. The error is NO_IMPLEMENT for a type that has no form in C, and IMP_LIMIT for
// one of more than MaxOctets.
func Layout(t *typecode.TypeCode) (size, align uintptr, err error) { return layout(t, 0) }

func layout(t *typecode.TypeCode, depth int) (size, align uintptr, err error) {
	if depth > MaxNesting {
		return 0, 0, tooDeep()
	}
	switch t = t.Unalias(); t.Kind() {
	case typecode.TkBoolean, typecode.TkChar, typecode.TkOctet:
		return 1, 1, nil
	case typecode.TkShort, typecode.TkUShort, typecode.TkWChar:
		return 2, 2, nil
	case typecode.TkLong, typecode.TkULong, typecode.TkFloat, typecode.TkEnum:
		return 4, 4, nil
	case typecode.TkLongLong, typecode.TkULongLong, typecode.TkDouble:
		return 8, eight, nil
	case typecode.TkString, typecode.TkWString, typecode.TkObjref, typecode.TkTypeCode:
		return word, word, nil
	case typecode.TkAny:
		return unsafe.Sizeof(anyValue{}), word, nil
	case typecode.TkSequence: // of what does not matter, and may lead back to a type around it
		return unsafe.Sizeof(sequence{}), word, nil
	case typecode.TkArray:
		size, align, err := layout(t.Content(), depth+1)
		if n := uintptr(t.Length()); err == nil && n > MaxOctets/size {
			err = exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "an array of %d elements of %d octets is more than %d octets (MaxOctets)", n, size, MaxOctets)
		} else {
			size *= n
		}
		return size, align, err
	case typecode.TkStruct, typecode.TkExcept:
		_, size, align, err := members(t, depth)
		return size, align, err
	case typecode.TkUnion:
		_, size, align, err := armsAt(t, depth)
		return size, align, err
	}
	return 0, 0, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "a %.200s has no form in C", t)
}

// members returns where the members of a structure or exception are.
func members(t *typecode.TypeCode, depth int) (at []uintptr, size, align uintptr, err error) {
	if t.Len() == 0 {
		return nil, 0, 0, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "%.200s has no members, and C has no such structures", t)
	}
	align = 1
	for i := range t.Len() {
		s, a, err := layout(t.MemberType(i), depth+1)
		if err != nil {
			return nil, 0, 0, err
		}
		size, align = up(size, a), max(align, a)
		at = append(at, size)
		if size += s; size > MaxOctets {
			return nil, 0, 0, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "a structure of more than %d octets (MaxOctets)", MaxOctets)
		}
	}
	return at, up(size, align), align, nil
}

// armsAt returns where the arms of a union are, behind the discriminator.
func armsAt(t *typecode.TypeCode, depth int) (at, size, align uintptr, err error) {
	first, align, err := layout(t.Discriminator(), depth+1)
	if err != nil {
		return 0, 0, 0, err
	}
	largest, inner := uintptr(0), uintptr(1)
	for i := range t.Len() {
		s, a, err := layout(t.MemberType(i), depth+1)
		if err != nil {
			return 0, 0, 0, err
		}
		largest, inner = max(largest, s), max(inner, a)
	}
	align = max(align, inner)
	at = up(first, inner)
	return at, up(at+up(largest, inner), align), align, nil
}

func up(n, align uintptr) uintptr { return (n + align - 1) / align * align }

func tooDeep() error {
	return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "values are more than %d deep in one another (MaxNesting)", MaxNesting)
}
