//go:build cgo && unix

package native

// #include "calls.h"
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
