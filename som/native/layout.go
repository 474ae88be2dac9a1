//go:build cgo && unix

package native

// #include "calls.h"
// #include <string.h>
import "C"

import (
	"fmt"
	"math"
	"reflect"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// maxNesting is how deep sequences and structures are in one another in a value that crosses.
const maxNesting = 256

// A layout is how a value of a Go type lies in C's memory. Values there own what they hold: texts and the elements of
// sequences are memory of libsom's, objects are references.
type layout struct {
	typ         reflect.Type
	kind        layoutKind
	size, align uintptr
	owns        bool      // memory or references
	fields      []*layout // of a structure
	offsets     []uintptr
	elem        *layout // of an array or a sequence
}

type layoutKind uint8

const (
	numeric layoutKind = iota // lies in C as in Go
	boolean
	text
	object
	structure
	array
	sequence
)

var layouts sync.Map // reflect.Type to *layout, those that are whole

// layoutOf returns the layout of a type, or why there is none.
func layoutOf(t reflect.Type) (*layout, error) {
	if l, ok := layouts.Load(t); ok {
		return l.(*layout), nil
	}
	l, err := laying{}.of(t)
	if err != nil {
		return nil, err
	}
	if l.kind == object && t != refType {
		return l, nil
	}
	layouts.Store(t, l)
	return l, nil
}

// laying has the layouts that are begun: one leads back to itself through a sequence, whose own size does not need it.
type laying map[reflect.Type]*layout

func (ls laying) of(t reflect.Type) (*layout, error) {
	if l, ok := ls[t]; ok {
		return l, nil
	}
	l := &layout{typ: t}
	ls[t] = l
	word := unsafe.Sizeof(uintptr(0))
	switch k := t.Kind(); k {
	case reflect.Bool:
		l.kind, l.size = boolean, 1
	case reflect.Int8, reflect.Uint8, reflect.Int16, reflect.Uint16, reflect.Int32, reflect.Uint32, reflect.Float32, reflect.Int64, reflect.Uint64, reflect.Float64:
		l.size = t.Size()
	case reflect.String:
		l.kind, l.size, l.owns = text, word, true
	case reflect.Struct:
		if t != refType {
			return l, ls.structure(l)
		}
		l.kind, l.size, l.owns = object, word, true
	case reflect.Interface:
		if s, ok := letter(t); !ok || s != "o" {
			return nil, fmt.Errorf("a %v does not cross", t)
		}
		l.kind, l.size, l.owns = object, word, true
	case reflect.Array:
		elem, err := ls.within(t.Elem())
		if err != nil {
			return nil, err
		}
		l.kind, l.elem, l.owns, l.align = array, elem, elem.owns, elem.align
		l.size = elem.size * uintptr(t.Len())
		return l, nil
	case reflect.Slice:
		l.kind, l.size, l.align, l.owns = sequence, 8+word, word, true
		elem, err := ls.within(t.Elem())
		l.elem = elem
		return l, err
	default:
		return nil, fmt.Errorf("a %v does not cross", t)
	}
	l.align = l.size
	if l.size == 8 {
		l.align = C.NATIVE_ALIGN_EIGHT
	}
	if l.owns {
		l.align = word
	}
	return l, nil
}

// within is of what lies in something else, where an object can only be what every object is.
func (ls laying) within(t reflect.Type) (*layout, error) {
	l, err := ls.of(t)
	if err == nil && l.kind == object && !refType.AssignableTo(t) {
		return nil, fmt.Errorf("a %v crosses as a parameter or result, and not within others", t)
	}
	return l, err
}

func (ls laying) structure(l *layout) error {
	t := l.typ
	l.kind, l.align = structure, 1
	if t.NumField() == 0 {
		return fmt.Errorf("a %v has no members, and C has no such structures", t)
	}
	for n := range t.NumField() {
		f := t.Field(n)
		if !f.IsExported() || f.Anonymous {
			return fmt.Errorf("a %v does not cross: %s is no member of a structure", t, f.Name)
		}
		m, err := ls.within(f.Type)
		if err != nil {
			return fmt.Errorf("%v.%s: %w", t, f.Name, err)
		}
		l.size = up(l.size, m.align)
		l.fields, l.offsets = append(l.fields, m), append(l.offsets, l.size)
		l.size += m.size
		l.align = max(l.align, m.align)
		l.owns = l.owns || m.owns
	}
	l.size = up(l.size, l.align)
	return nil
}

func up(n, align uintptr) uintptr { return (n + align - 1) / align * align }

// A cSequence is a sequence as C has it.
type cSequence struct {
	maximum, length uint32
	buffer          unsafe.Pointer
}

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
	case text:
		s := v.String()
		t := C.call_allocate(C.size_t(len(s) + 1))
		if t == nil {
			return noMemory()
		}
		copy(unsafe.Slice((*byte)(unsafe.Pointer(t)), len(s)), s)
		*(*unsafe.Pointer)(p) = unsafe.Pointer(t)
	case object:
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
	case structure:
		for n, f := range l.fields {
			if err := f.store(unsafe.Add(p, l.offsets[n]), v.Field(n), depth+1); err != nil {
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
		if uint64(n) > math.MaxUint32 {
			return &som.Error{Code: som.CodeType, Class: l.typ.String(), Text: fmt.Sprintf("a sequence of %d elements: the limit is %d", n, uint32(math.MaxUint32))}
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

func (l *layout) elements(p unsafe.Pointer, v reflect.Value, depth int) error {
	for n := range v.Len() {
		if err := l.elem.store(unsafe.Add(p, uintptr(n)*l.elem.size), v.Index(n), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// load reads the value at p into v, which can be set. Objects in it are references of Go's own.
func (l *layout) load(p unsafe.Pointer, v reflect.Value, depth int) error {
	if depth > maxNesting {
		return tooDeep(l)
	}
	switch l.kind {
	case numeric:
		v.Set(reflect.NewAt(l.typ, p).Elem())
	case boolean:
		v.SetBool(*(*byte)(p) != 0)
	case text:
		v.SetString(C.GoString(*(**C.char)(p)))
	case object:
		r, err := the.refOf(*(*uintptr)(p), false)
		if err == nil && (!r.IsNil() || l.typ == refType) {
			v.Set(reflect.ValueOf(r))
		}
		return err
	case structure:
		for n, f := range l.fields {
			if err := f.load(unsafe.Add(p, l.offsets[n]), v.Field(n), depth+1); err != nil {
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
		v.Set(reflect.MakeSlice(l.typ, int(s.length), int(s.length)))
		return l.loadElements(s.buffer, v, depth)
	}
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

// put writes a value of Go's of any type that fits at p.
func (l *layout) put(p unsafe.Pointer, v any) error {
	x := reflect.ValueOf(v)
	switch {
	case l.kind == object:
		if v == nil {
			return nil
		}
	case !x.IsValid() || !x.CanConvert(l.typ) || (x.Kind() == reflect.String) != (l.kind == text):
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
	case text:
		C.call_deallocate(*(*unsafe.Pointer)(p))
	case object:
		if o := *(*uintptr)(p); o != 0 {
			C.call_release(C.uintptr_t(o))
		}
	case structure:
		for n, f := range l.fields {
			f.end(unsafe.Add(p, l.offsets[n]))
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

// release ends the references in a value of Go's.
func (l *layout) release(v reflect.Value) {
	if !l.owns {
		return
	}
	switch l.kind {
	case object:
		if o, ok := v.Interface().(som.Object); ok && !o.SOM().IsNil() {
			_ = o.SOM().Release()
		}
	case structure:
		for n, f := range l.fields {
			f.release(v.Field(n))
		}
	case array, sequence:
		for n := range v.Len() {
			l.elem.release(v.Index(n))
		}
	}
}

func tooDeep(l *layout) error {
	return &som.Error{Code: som.CodeDepth, Class: l.typ.String(), Text: fmt.Sprintf("values that are more than %d deep in one another: the limit is MaxNesting", maxNesting)}
}

func noMemory() error {
	return &som.Error{Code: "memory", Class: "libsom", Text: "no memory for what crosses"}
}
