//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// store writes a value at p, which is all zero before. What is written at a failure can be ended.
func (l *layout) store(p unsafe.Pointer, v reflect.Value, depth int) error {
	if depth > maxNesting {
		return tooDeep(l)
	}
	switch l.kind {
	case numeric:
		number(p, v)
	case boolean:
		*(*byte)(p) = byte(som.Bool(v.Bool()))
	case wideChar:
		return putWideChar(p, rune(v.Int()))
	case text:
		return putText(p, v.String())
	case wideText:
		return putWideText(p, v.String())
	case object:
		return l.storeObject(p, v)
	case structure:
		for n, f := range l.fields {
			if err := f.store(unsafe.Add(p, l.offsets[n]), v.Field(n), depth+1); err != nil {
				return err
			}
		}
	case union:
		at := addressed(v).Addr().UnsafePointer()
		if l.bad != 0 && *(*bool)(unsafe.Add(at, l.bad)) {
			return &som.Error{Code: som.CodeType, Class: l.typ.String(), Text: "its discriminator selects another arm than the one it was made with"}
		}
		for _, n := range l.active(at) {
			if err := l.fields[n].store(unsafe.Add(p, l.offsets[n]), l.member(at, n), depth+1); err != nil {
				return err
			}
		}
	case array:
		return l.elements(p, v, depth)
	case sequence:
		n := v.Len()
		if n == 0 {
			return nil
		}
		if err := l.fits(uint64(n), math.MaxUint32); err != nil {
			return err
		}
		buffer := C.call_allocate(C.size_t(n) * C.size_t(l.elem.size))
		if buffer == nil {
			return noMemory()
		}
		*(*cSequence)(p) = cSequence{uint32(n), uint32(n), unsafe.Pointer(buffer)}
		return l.elements(unsafe.Pointer(buffer), v, depth)
	}
	return nil
}

func (l *layout) storeObject(p unsafe.Pointer, v reflect.Value) error {
	if v.Kind() == reflect.Interface && v.IsNil() {
		return nil
	}
	o, err := native(v.Interface())
	if err != nil {
		return err
	}
	if o != 0 {
		C.call_retain(C.uintptr_t(o))
	}
	*(*uintptr)(p) = o
	return nil
}

func (l *layout) elements(p unsafe.Pointer, v reflect.Value, depth int) error {
	for n := range v.Len() {
		if err := l.elem.store(unsafe.Add(p, uintptr(n)*l.elem.size), v.Index(n), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// put writes a value of Go's of any type that fits at p.
func (l *layout) put(p unsafe.Pointer, v any) error {
	x := reflect.ValueOf(v)
	switch {
	case l.kind == object:
		if v == nil {
			return nil
		}
	case !x.IsValid() || !x.CanConvert(l.typ) || (x.Kind() == reflect.String) != (l.kind == text || l.kind == wideText):
		return fmt.Errorf("%v, a %T, is no %v", v, v, l.typ)
	default:
		x = x.Convert(l.typ)
	}
	return l.store(p, x, 0)
}

// end ends what the value at p owns.
func (l *layout) end(p unsafe.Pointer) {
	if !l.owns {
		return
	}
	switch l.kind {
	case text, wideText:
		C.call_deallocate(*(*unsafe.Pointer)(p))
	case object:
		if o := *(*uintptr)(p); o != 0 {
			C.call_release(C.uintptr_t(o))
		}
	case structure:
		for n, f := range l.fields {
			f.end(unsafe.Add(p, l.offsets[n]))
		}
	case union:
		u := reflect.New(l.typ)
		if err := l.fields[0].load(p, l.member(u.UnsafePointer(), 0), 0); err == nil {
			for _, n := range l.active(u.UnsafePointer())[1:] {
				l.fields[n].end(unsafe.Add(p, l.offsets[n]))
			}
		}
	case array:
		for n := range l.typ.Len() {
			l.elem.end(unsafe.Add(p, uintptr(n)*l.elem.size))
		}
	case sequence:
		s := (*cSequence)(p)
		if s.buffer == nil {
			return
		}
		for n := range s.length {
			l.elem.end(unsafe.Add(s.buffer, uintptr(n)*l.elem.size))
		}
		C.call_deallocate(s.buffer)
	}
}

// Texts end in C with a zero. Go's may have one within, which would be cut off there: they do not cross. Octets that are no UTF-8 cross as they are,
// since neither language looks at them; what is to be UTF-16 has to be UTF-8 in Go.

func checkText(s string) error {
	if at := strings.IndexByte(s, 0); at >= 0 {
		return &som.Error{Code: som.CodeType, Class: "a text", Text: fmt.Sprintf("octet %d of %d is zero, where texts end in other languages", at, len(s))}
	}
	return nil
}

// putText writes a text in memory of libsom's.
func putText(p unsafe.Pointer, s string) error {
	if err := checkText(s); err != nil {
		return err
	}
	t := C.call_allocate(C.size_t(len(s) + 1)) // zeroed
	if t == nil {
		return noMemory()
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(t)), len(s)), s)
	*(*unsafe.Pointer)(p) = unsafe.Pointer(t)
	return nil
}
