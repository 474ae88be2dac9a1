package memory

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// Write writes a value at a place. Where the place has a value already, which ends with it, replace says so; it stays if the new one cannot be written. What is written is the program's.
func (a *Access) Write(p unsafe.Pointer, v dyn.Any, replace bool) error {
	made, err := a.New(v)
	if err != nil || made == nil {
		return err
	}
	size, _, _ := Layout(v.Type())
	if replace {
		a.End(p, v.Type())
	}
	copy(unsafe.Slice((*byte)(p), size), unsafe.Slice((*byte)(made), size))
	a.Deallocate(made)
	return nil
}

// New returns the place of a copy of a value, in memory of its own; nil for the value of null.
func (a *Access) New(v dyn.Any) (unsafe.Pointer, error) {
	if v.IsNull() {
		return nil, nil
	}
	plain, err := v.Unpack()
	if err != nil {
		return nil, err
	}
	return a.made(v.Type(), plain, 0)
}

func (a *Access) made(t *typecode.TypeCode, plain any, depth int) (unsafe.Pointer, error) {
	size, _, err := layout(t, depth)
	if err != nil {
		return nil, err
	}
	p, err := a.allocate(size)
	if err != nil {
		return nil, err
	}
	if err := a.write(p, t, plain, depth); err != nil {
		a.end(p, t, 0)
		a.Deallocate(p)
		return nil, err
	}
	return p, nil
}

func (a *Access) allocate(n uintptr) (unsafe.Pointer, error) {
	if p := a.Allocate(n); p != nil {
		return p, nil
	}
	return nil, exc.New(exc.NoMemory, exc.MinorLimit, exc.No, "no memory for a value of %d octets", n)
}

// write writes a value, as dyn.Any.Value has it, at a place that is all zero. What is there at an error can be ended.
func (a *Access) write(p unsafe.Pointer, t *typecode.TypeCode, v any, depth int) error {
	if depth > MaxNesting {
		return tooDeep()
	}
	switch t = t.Unalias(); t.Kind() {
	case typecode.TkFloat:
		*(*float32)(p), _ = v.(float32)
	case typecode.TkDouble:
		*(*float64)(p), _ = v.(float64)
	case typecode.TkString:
		s, _ := v.(string)
		return a.writeText(p, s)
	case typecode.TkWString:
		s, _ := v.(string)
		return a.writeWideText(p, s)
	case typecode.TkObjref:
		if v == nil {
			return nil
		}
		at, err := a.Object(v)
		*(*uintptr)(p) = at
		return err
	case typecode.TkTypeCode:
		tc, _ := v.(*typecode.TypeCode)
		at, err := a.Place(tc)
		*(*uintptr)(p) = at
		return err
	case typecode.TkAny:
		return a.writeAny(p, v, depth)
	case typecode.TkSequence:
		n := lengthOf(v)
		size, _, err := layout(t.Content(), depth+1)
		if err != nil || n == 0 {
			return err
		}
		if n > MaxOctets/size {
			return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "a sequence of %d elements of %d octets is more than %d octets (MaxOctets)", n, size, MaxOctets)
		}
		buffer, err := a.allocate(n * size)
		if err != nil {
			return err
		}
		*(*sequence)(p) = sequence{uint32(n), uint32(n), buffer}
		return a.writeElements(buffer, t.Content(), size, v, depth)
	case typecode.TkArray:
		size, _, err := layout(t.Content(), depth+1)
		if err != nil {
			return err
		}
		return a.writeElements(p, t.Content(), size, v, depth)
	case typecode.TkStruct, typecode.TkExcept:
		all, _ := v.(dyn.Struct)
		if x, is := v.(dyn.Exception); is {
			all = x.Members
		}
		at, err := members(t, depth)
		if err != nil {
			return err
		}
		for i := range min(len(at), len(all)) {
			if err := a.write(unsafe.Add(p, at[i]), t.MemberType(i), all[i].Value, depth+1); err != nil {
				return err
			}
		}
	case typecode.TkUnion:
		u, _ := v.(dyn.Union)
		at, err := armsAt(t, depth)
		if err != nil {
			return err
		}
		label, err := whole(t.Discriminator(), u.Label)
		if err != nil {
			return err
		}
		setNumber(p, t.Discriminator(), label)
		if n := t.Arm(label); n >= 0 {
			return a.write(unsafe.Add(p, at), t.MemberType(n), u.Value, depth+1)
		}
	default:
		if _, _, err := layout(t, depth); err != nil {
			return err
		}
		n, err := whole(t, v)
		if err != nil {
			return err
		}
		setNumber(p, t, n)
	}
	return nil
}

func lengthOf(v any) uintptr {
	switch v := v.(type) {
	case []byte:
		return uintptr(len(v))
	case []any:
		return uintptr(len(v))
	}
	return 0
}

func (a *Access) writeElements(p unsafe.Pointer, t *typecode.TypeCode, size uintptr, v any, depth int) error {
	switch v := v.(type) {
	case []byte:
		copy(unsafe.Slice((*byte)(p), len(v)), v)
	case []any:
		for i, x := range v {
			if err := a.write(unsafe.Add(p, uintptr(i)*size), t, x, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *Access) writeAny(p unsafe.Pointer, v any, depth int) error {
	of, _ := v.(dyn.Any)
	x := (*anyValue)(p)
	var err error
	if x.tc, err = a.Place(of.Type()); err != nil || of.IsNull() {
		return err
	}
	plain, err := of.Unpack()
	if err != nil {
		return err
	}
	x.value, err = a.made(of.Type(), plain, depth+1)
	return err
}

// whole returns a whole number, or what is one in C.
func whole(t *typecode.TypeCode, v any) (int64, error) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case byte:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case uint16:
		return int64(v), nil
	case rune: // and int32
		if t.Unalias().Kind() == typecode.TkWChar && v > 0xffff {
			return 0, exc.New(exc.DataConversion, exc.MinorBadValue, exc.No, "the wide character U+%X takes more than one unit of UTF-16, and C has one", v)
		}
		return int64(v), nil
	case uint32:
		return int64(v), nil
	case int64:
		return v, nil
	case uint64:
		return int64(v), nil
	case string: // an enumerator
		if n := t.Unalias().MemberIndex(v); n >= 0 {
			return int64(n), nil
		}
	}
	return 0, bad("%v, a %T, is no %.200s", v, v, t)
}

func setNumber(p unsafe.Pointer, t *typecode.TypeCode, n int64) {
	switch t.Unalias().Kind() {
	case typecode.TkBoolean, typecode.TkChar, typecode.TkOctet:
		*(*byte)(p) = byte(n)
	case typecode.TkShort, typecode.TkUShort, typecode.TkWChar:
		*(*uint16)(p) = uint16(n)
	case typecode.TkLong, typecode.TkULong, typecode.TkEnum:
		*(*uint32)(p) = uint32(n)
	default:
		*(*int64)(p) = n
	}
}

// Texts end in C with a zero: one that has a zero within does not go there.

func zeroWithin(s string) error {
	if at := strings.IndexByte(s, 0); at >= 0 {
		return exc.New(exc.DataConversion, exc.MinorBadValue, exc.No, "octet %d of a text of %d is zero, where texts end in C", at, len(s))
	}
	return nil
}

func (a *Access) writeText(p unsafe.Pointer, s string) error {
	if err := zeroWithin(s); err != nil {
		return err
	}
	to, err := a.allocate(uintptr(len(s)) + 1)
	if err != nil {
		return err
	}
	copy(unsafe.Slice((*byte)(to), len(s)), s)
	*(*unsafe.Pointer)(p) = to
	return nil
}

func (a *Access) writeWideText(p unsafe.Pointer, s string) error {
	if err := zeroWithin(s); err != nil {
		return err
	}
	if !utf8.ValidString(s) {
		return exc.New(exc.DataConversion, exc.MinorBadValue, exc.No, "a wide text is no UTF-8")
	}
	units := utf16.Encode([]rune(s))
	to, err := a.allocate(2 * uintptr(len(units)+1))
	if err != nil {
		return err
	}
	copy(unsafe.Slice((*uint16)(to), len(units)), units)
	*(*unsafe.Pointer)(p) = to
	return nil
}
