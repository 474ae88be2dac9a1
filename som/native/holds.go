//go:build cgo && unix

package native

// #include "calls.h"
// #include <string.h>
import "C"

import (
	"bytes"
	"reflect"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// holds reports whether the value at p is what load made v of, octet by octet where it is a number.
func (l *layout) holds(p unsafe.Pointer, v reflect.Value) bool {
	switch l.kind {
	case numeric:
		at := addressed(v).Addr().UnsafePointer()
		return bytes.Equal(unsafe.Slice((*byte)(p), l.size), unsafe.Slice((*byte)(at), l.size))
	case boolean:
		return (*(*byte)(p) != 0) == v.Bool()
	case wideChar:
		return int64(*(*uint16)(p)) == v.Int()
	case text:
		return C.GoString(*(**C.char)(p)) == v.String()
	case wideText:
		s, err := goWideText(*(*unsafe.Pointer)(p))
		return err == nil && s == v.String()
	case object:
		return *(*uintptr)(p) == objectIn(v)
	case structure:
		for n, f := range l.fields {
			if !f.holds(unsafe.Add(p, l.offsets[n]), v.Field(n)) {
				return false
			}
		}
	case union:
		at := addressed(v).Addr().UnsafePointer()
		for _, n := range l.active(at) {
			if !l.fields[n].holds(unsafe.Add(p, l.offsets[n]), l.member(at, n)) {
				return false
			}
		}
	case array:
		return l.holdsElements(p, v)
	case sequence:
		s := (*cSequence)(p)
		return int(s.length) == v.Len() && l.holdsElements(s.buffer, v)
	}
	return true
}

func (l *layout) holdsElements(p unsafe.Pointer, v reflect.Value) bool {
	for n := range v.Len() {
		if !l.elem.holds(unsafe.Add(p, uintptr(n)*l.elem.size), v.Index(n)) {
			return false
		}
	}
	return true
}

// objectIn is the object that libsom has for one of Go's, or 0.
func objectIn(v reflect.Value) uintptr {
	o, ok := v.Interface().(som.Object)
	if !ok || o.SOM().IsNil() {
		return 0
	}
	return uintptr(o.SOM().Other())
}

// same reports whether the values at two places in C's memory are the same, objects by their identity.
func (l *layout) same(p, q unsafe.Pointer) bool {
	switch l.kind {
	case text:
		a, b := *(**C.char)(p), *(**C.char)(q)
		return a == b || a != nil && b != nil && C.strcmp(a, b) == 0
	case wideText:
		return sameUnits(*(*unsafe.Pointer)(p), *(*unsafe.Pointer)(q))
	case object:
		return *(*uintptr)(p) == *(*uintptr)(q)
	case structure:
		for n, f := range l.fields {
			if !f.same(unsafe.Add(p, l.offsets[n]), unsafe.Add(q, l.offsets[n])) {
				return false
			}
		}
	case union:
		if !l.fields[0].same(p, q) {
			return false
		}
		u := reflect.New(l.typ)
		if l.fields[0].load(p, l.member(u.UnsafePointer(), 0), 0) != nil {
			return false
		}
		for _, n := range l.active(u.UnsafePointer())[1:] {
			if !l.fields[n].same(unsafe.Add(p, l.offsets[n]), unsafe.Add(q, l.offsets[n])) {
				return false
			}
		}
	case array:
		return l.sameElements(p, q, l.typ.Len())
	case sequence:
		a, b := (*cSequence)(p), (*cSequence)(q)
		return a.length == b.length && l.sameElements(a.buffer, b.buffer, int(a.length))
	default:
		return bytes.Equal(unsafe.Slice((*byte)(p), l.size), unsafe.Slice((*byte)(q), l.size))
	}
	return true
}

func (l *layout) sameElements(p, q unsafe.Pointer, n int) bool {
	if n > 0 && !l.elem.owns && l.elem.kind == numeric {
		return bytes.Equal(unsafe.Slice((*byte)(p), n*int(l.elem.size)), unsafe.Slice((*byte)(q), n*int(l.elem.size)))
	}
	for i := range n {
		if at := uintptr(i) * l.elem.size; !l.elem.same(unsafe.Add(p, at), unsafe.Add(q, at)) {
			return false
		}
	}
	return true
}

// sameUnits is strcmp of wide texts.
func sameUnits(p, q unsafe.Pointer) bool {
	if p == nil || q == nil {
		return p == q
	}
	for n := 0; ; n += 2 {
		a, b := *(*uint16)(unsafe.Add(p, n)), *(*uint16)(unsafe.Add(q, n))
		if a != b || a == 0 {
			return a == b
		}
	}
}
