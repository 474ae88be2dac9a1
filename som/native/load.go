//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// maxOctets is how many octets the elements of one sequence have that comes from C or goes there.
const maxOctets = 1 << 30

// fits holds a number of elements against the limits.
func (l *layout) fits(n, most uint64) error {
	if most = min(most, maxOctets/uint64(max(l.elem.size, l.elem.typ.Size(), 1))); n > most {
		return &som.Error{Code: som.CodeSize, Class: l.typ.String(), Text: fmt.Sprintf("a sequence of %d elements, at most %d are allowed: the limit MaxOctets is %d octets", n, most, maxOctets)}
	}
	return nil
}

// load reads the value at p into v, which can be set and is zero. Objects in it are references of Go's own.
func (l *layout) load(p unsafe.Pointer, v reflect.Value, depth int) error {
	if depth > maxNesting {
		return tooDeep(l)
	}
	switch l.kind {
	case numeric:
		v.Set(reflect.NewAt(l.typ, p).Elem())
	case boolean:
		v.SetBool(*(*byte)(p) != 0)
	case wideChar:
		v.SetInt(int64(*(*uint16)(p)))
	case text:
		v.SetString(C.GoString(*(**C.char)(p)))
	case wideText:
		s, err := goWideText(*(*unsafe.Pointer)(p))
		v.SetString(s)
		return err
	case object:
		return l.loadObject(p, v)
	case structure:
		for n, f := range l.fields {
			if err := f.load(unsafe.Add(p, l.offsets[n]), v.Field(n), depth+1); err != nil {
				return err
			}
		}
	case union:
		at := v.Addr().UnsafePointer()
		if err := l.fields[0].load(p, l.member(at, 0), depth+1); err != nil {
			return err
		}
		for _, n := range l.active(at)[1:] {
			if err := l.fields[n].load(unsafe.Add(p, l.offsets[n]), l.member(at, n), depth+1); err != nil {
				return err
			}
		}
	case array:
		return l.loadElements(p, v, depth)
	case sequence:
		s := (*cSequence)(p)
		if s.length == 0 {
			return nil
		}
		if s.buffer == nil {
			return &som.Error{Code: som.CodeType, Class: l.typ.String(), Text: fmt.Sprintf("a sequence of %d elements that are nowhere", s.length)}
		}
		if err := l.fits(uint64(s.length), maxOctets); err != nil {
			return err
		}
		v.Set(reflect.MakeSlice(l.typ, int(s.length), int(s.length)))
		return l.loadElements(s.buffer, v, depth)
	}
	return nil
}

func (l *layout) loadObject(p unsafe.Pointer, v reflect.Value) error {
	r, err := the.refOf(*(*uintptr)(p), false)
	if err != nil || r.IsNil() {
		if err == nil && l.typ == refType {
			v.Set(reflect.ValueOf(r))
		}
		return err
	}
	x, ok := som.NarrowTo(r, l.typ)
	if !ok {
		_ = r.Release()
		return &som.Error{Code: som.CodeType, Class: r.Class().Name(), Text: fmt.Sprintf("it is where a %v should be, and is none", l.typ)}
	}
	v.Set(x)
	return nil
}

func (l *layout) loadElements(p unsafe.Pointer, v reflect.Value, depth int) error {
	for n := range v.Len() {
		if err := l.elem.load(unsafe.Add(p, uintptr(n)*l.elem.size), v.Index(n), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// value returns the value at p. An object is a som.Ref, or nil.
func (l *layout) value(p unsafe.Pointer) (any, error) {
	if p == nil {
		return nil, &som.Error{Code: som.CodeType, Class: l.typ.String(), Text: "NULL is where a value should be"}
	}
	if l.kind == object && l.typ != refType {
		r, err := the.refOf(*(*uintptr)(p), false)
		if err != nil || r.IsNil() {
			return nil, err
		}
		return r, nil
	}
	v := reflect.New(l.typ).Elem()
	if err := l.load(p, v, 0); err != nil {
		l.release(v)
		return nil, err
	}
	return v.Interface(), nil
}

// release ends the references in a value of Go's.
func (l *layout) release(v reflect.Value) {
	l.each(v, func(r som.Ref) { _ = r.Release() })
}

// each calls f with each reference in a value of Go's.
func (l *layout) each(v reflect.Value, f func(som.Ref)) {
	if !l.owns {
		return
	}
	switch l.kind {
	case object:
		if o, ok := v.Interface().(som.Object); ok && !o.SOM().IsNil() {
			f(o.SOM())
		}
	case structure:
		for n, m := range l.fields {
			m.each(v.Field(n), f)
		}
	case union:
		at := addressed(v).Addr().UnsafePointer()
		for _, n := range l.active(at)[1:] {
			l.fields[n].each(l.member(at, n), f)
		}
	case array, sequence:
		for n := range v.Len() {
			l.elem.each(v.Index(n), f)
		}
	}
}
