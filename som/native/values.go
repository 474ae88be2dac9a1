//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
	selfType    = reflect.TypeFor[som.Self]()
	refType     = reflect.TypeFor[som.Ref]()
	objectType  = reflect.TypeFor[som.Object]()
)

// letter returns the letter of a Go type.
func letter(t reflect.Type) (string, bool) {
	switch t.Kind() {
	case reflect.Bool, reflect.Uint8, reflect.Int8:
		return "b", true
	case reflect.Int16:
		return "h", true
	case reflect.Uint16:
		return "H", true
	case reflect.Int32:
		return "i", true
	case reflect.Uint32:
		return "I", true
	case reflect.Int64, reflect.Int:
		return "l", true
	case reflect.Uint64, reflect.Uint:
		return "L", true
	case reflect.Float32:
		return "f", true
	case reflect.Float64:
		return "d", true
	case reflect.String:
		return "s", true
	case reflect.Uintptr: // an address of C's memory
		return "p", true
	}
	if t == refType || t.Kind() == reflect.Interface && t.Implements(objectType) || t.Kind() == reflect.Interface && (t.NumMethod() > 0 || som.IsNarrow(t)) && t != errorType && t != contextType {
		return "o", true // an object: interfaces of classes are all that a method takes of interfaces
	}
	return "", false
}

var letterTypes = map[byte]reflect.Type{
	'b': reflect.TypeFor[uint8](), 'h': reflect.TypeFor[int16](), 'H': reflect.TypeFor[uint16](), 'i': reflect.TypeFor[int32](),
	'I': reflect.TypeFor[uint32](), 'l': reflect.TypeFor[int64](), 'L': reflect.TypeFor[uint64](), 'f': reflect.TypeFor[float32](),
	'd': reflect.TypeFor[float64](), 's': reflect.TypeFor[string](), 'o': refType,
}

// typesOf returns the Go type of a method of a signature, and how it passes what has no letter of its own, as far as the signature's letters or
// types tell; nil where they do not.
func typesOf(sig string) (reflect.Type, som.Packing) {
	signed, err := som.ParseSignature(sig)
	if err == nil {
		signed.Learn()
	}
	if t := typeOf(sig); t != nil || err != nil {
		return t, som.Packing{}
	}
	t, p, err := signed.MethodType()
	if err != nil {
		return nil, som.Packing{}
	}
	return t, p
}

// typeOf returns the Go type of a method of a signature, or nil where it has pointers, of which Go knows nothing, or more parameters than som.MaxParams.
func typeOf(sig string) reflect.Type {
	in, out := []reflect.Type{selfType, contextType}, []reflect.Type{}
	sig, _, _ = strings.Cut(sig, "/")
	if sig == "" { // no method of an object
		return nil
	}
	for i := range len(sig) {
		t := letterTypes[sig[i]]
		switch {
		case i == 0 && sig[i] == 'v', i == 1:
		case t == nil:
			return nil
		case i == 0:
			out = append(out, t)
		default:
			in = append(in, t)
		}
	}
	if len(in)-2+len(out) > som.MaxParams {
		return nil
	}
	return reflect.FuncOf(in, append(out, errorType), false)
}

// put makes the value at p of a Go value, for a parameter of type t. Texts end with the frame, and objects are
// borrowed.
func (f *frame) put(p unsafe.Pointer, t reflect.Type, v reflect.Value) error {
	if !v.IsValid() {
		if t.Kind() == reflect.Interface || t == refType {
			return nil // no object
		}
		return fmt.Errorf("nil is no %v", t)
	}
	if t.Kind() == reflect.Interface || t == refType {
		o, err := native(v.Interface())
		*(*uintptr)(p) = o
		return err
	}
	if !v.CanConvert(t) || (v.Kind() == reflect.String) != (t.Kind() == reflect.String) {
		return fmt.Errorf("%v, a %v, is no %v", v, v.Type(), t)
	}
	v = v.Convert(t)
	if t.Kind() == reflect.String {
		if err := checkText(v.String()); err != nil {
			return err
		}
		text := unsafe.Pointer(C.CString(v.String()))
		f.texts = append(f.texts, text)
		*(*unsafe.Pointer)(p) = text
		return nil
	}
	number(p, v)
	return nil
}

// number writes a number or boolean as its type lies in memory.
func number(p unsafe.Pointer, v reflect.Value) { reflect.NewAt(v.Type(), p).Elem().Set(v) }

// native returns the object that libsom has for what Go passes as one, or 0.
func native(v any) (uintptr, error) {
	o, ok := v.(som.Object)
	if !ok {
		return 0, &som.Error{Code: som.CodeType, Class: fmt.Sprintf("%T", v), Text: "it is no object of this process"}
	}
	return nativeRef(o.SOM())
}

// nativeRef is native of a reference.
func nativeRef(r som.Ref) (uintptr, error) {
	if r.IsNil() {
		return 0, nil
	}
	if r.Refs() == 0 {
		return 0, &som.Error{Code: som.CodeFreed, Class: r.Class().Name(), Text: "the object was passed after its end"}
	}
	if r.Other() == nil {
		return 0, &som.Error{Code: som.CodeType, Class: r.Class().Name(), Text: "libsom does not know the object: Export its class before there are instances"}
	}
	return uintptr(r.Other()), nil
}

// take returns the value at p of a slot.
func (s *slot) take(p unsafe.Pointer, owned bool) (reflect.Value, error) {
	if s.by == nil {
		return take(p, s.typ, owned)
	}
	v := reflect.New(s.typ).Elem()
	err := s.by.load(p, v, 0)
	if owned {
		s.by.end(p)
	}
	return v, err
}

// take returns the value at p as a Go value of type t. If it is owned, a text's memory ends and an object's
// reference is the caller's.
func take(p unsafe.Pointer, t reflect.Type, owned bool) (reflect.Value, error) {
	switch {
	case t.Kind() == reflect.String:
		text := *(*unsafe.Pointer)(p)
		s := C.GoString((*C.char)(text))
		if owned {
			C.call_deallocate(text)
		}
		return reflect.ValueOf(s).Convert(t), nil
	case t.Kind() == reflect.Interface || t == refType:
		r, err := the.refOf(*(*uintptr)(p), owned)
		if err != nil {
			return reflect.Value{}, err
		}
		return reflect.ValueOf(r), nil
	}
	return reflect.NewAt(t, p).Elem(), nil
}
