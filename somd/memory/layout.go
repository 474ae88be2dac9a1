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
	x, err := layouts{}.of(t, depth)
	return x.size, x.align, err
}

// layouts are those of the structures and unions that were met on a walk: one that is a member many times, of others that are so themselves, is looked through once.
type layouts map[*typecode.TypeCode]laid

// A laid is how a type lies in memory, and how many types are in one another in it.
type laid struct {
	size, align uintptr
	levels      int
}

func (ls layouts) of(t *typecode.TypeCode, depth int) (x laid, err error) {
	t = t.Unalias()
	x, known := ls[t]
	if depth+x.levels > MaxNesting {
		return laid{}, tooDeep()
	}
	if known {
		return x, nil
	}
	switch t.Kind() {
	case typecode.TkBoolean, typecode.TkChar, typecode.TkOctet:
		return laid{1, 1, 0}, nil
	case typecode.TkShort, typecode.TkUShort, typecode.TkWChar:
		return laid{2, 2, 0}, nil
	case typecode.TkLong, typecode.TkULong, typecode.TkFloat, typecode.TkEnum:
		return laid{4, 4, 0}, nil
	case typecode.TkLongLong, typecode.TkULongLong, typecode.TkDouble:
		return laid{8, eight, 0}, nil
	case typecode.TkString, typecode.TkWString, typecode.TkObjref, typecode.TkTypeCode:
		return laid{word, word, 0}, nil
	case typecode.TkAny:
		return laid{unsafe.Sizeof(anyValue{}), word, 0}, nil
	case typecode.TkSequence: // of what does not matter, and may lead back to a type around it
		return laid{unsafe.Sizeof(sequence{}), word, 0}, nil
	case typecode.TkArray:
		if x, err = ls.of(t.Content(), depth+1); err != nil {
			return laid{}, err
		}
		if n := uintptr(t.Length()); n > MaxOctets/x.size {
			return laid{}, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "an array of %d elements of %d octets is more than %d octets (MaxOctets)", n, x.size, MaxOctets)
		}
		x.size *= uintptr(t.Length())
		x.levels++
	case typecode.TkStruct, typecode.TkExcept:
		_, x, err = ls.members(t, depth)
	case typecode.TkUnion:
		_, x, err = ls.armsAt(t, depth)
	default:
		err = exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "a %.200s has no form in C", t)
	}
	if err != nil {
		return laid{}, err
	}
	ls[t] = x
	return x, nil
}

// members returns where the members of a structure or exception are.
func members(t *typecode.TypeCode, depth int) ([]uintptr, error) {
	at, _, err := layouts{}.members(t, depth)
	return at, err
}

func (ls layouts) members(t *typecode.TypeCode, depth int) (at []uintptr, x laid, err error) {
	if t.Len() == 0 {
		return nil, x, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "%.200s has no members, and C has no such structures", t)
	}
	x.align = 1
	for i := range t.Len() {
		m, err := ls.of(t.MemberType(i), depth+1)
		if err != nil {
			return nil, laid{}, err
		}
		x.size = up(x.size, m.align)
		at = append(at, x.size)
		x = laid{x.size + m.size, max(x.align, m.align), max(x.levels, m.levels+1)}
		if x.size > MaxOctets {
			return nil, laid{}, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "a structure of more than %d octets (MaxOctets)", MaxOctets)
		}
	}
	x.size = up(x.size, x.align)
	return at, x, nil
}

// armsAt returns where the arms of a union are, behind the discriminator.
func armsAt(t *typecode.TypeCode, depth int) (uintptr, error) {
	at, _, err := layouts{}.armsAt(t, depth)
	return at, err
}

func (ls layouts) armsAt(t *typecode.TypeCode, depth int) (at uintptr, x laid, err error) {
	first, err := ls.of(t.Discriminator(), depth+1)
	if err != nil {
		return 0, laid{}, err
	}
	inner := laid{align: 1}
	for i := range t.Len() {
		m, err := ls.of(t.MemberType(i), depth+1)
		if err != nil {
			return 0, laid{}, err
		}
		inner = laid{max(inner.size, m.size), max(inner.align, m.align), max(inner.levels, m.levels)}
	}
	align := max(first.align, inner.align)
	at = up(first.size, inner.align)
	return at, laid{up(at+up(inner.size, inner.align), align), align, inner.levels + 1}, nil
}

func up(n, align uintptr) uintptr { return (n + align - 1) / align * align }

func tooDeep() error {
	return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "values are more than %d deep in one another (MaxNesting)", MaxNesting)
}
