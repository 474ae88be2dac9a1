//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"reflect"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// A thrown exception is one of Go's whose members C has.
type thrown struct {
	err error
	at  cell
}

// throwns are those that are not ended yet, by the address of their members.
var throwns sync.Map // uintptr to *thrown

// userException returns the exception of an id and its members as generated code has it, or nil where none is known or its
// members are not to be read. What Go raised itself comes back as it was.
func userException(id string, value unsafe.Pointer) error {
	if t, ok := throwns.Load(uintptr(value)); ok {
		return t.(*thrown).err
	}
	t := som.ExceptionType(id)
	if t == nil {
		return nil
	}
	x := reflect.New(t)
	if t.NumField() > 0 {
		l, err := layoutOf(t, false)
		if err != nil || value == nil {
			return nil
		}
		if err := l.load(value, x.Elem(), 0); err != nil {
			l.release(x.Elem())
			return err
		}
	}
	err, _ := x.Interface().(error)
	return err
}

// raiseValue raises an error that is, or wraps, an exception with members that cross, and reports whether it is one.
func raiseValue(ev *C.som_env, err error, text *C.char) bool {
	for x := err; x != nil; x = errors.Unwrap(x) {
		v := reflect.ValueOf(x)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			continue
		}
		name, ok := som.ExceptionID(v.Type().Elem())
		if !ok {
			continue
		}
		id := C.CString(name)
		defer C.free(unsafe.Pointer(id))
		if v.Elem().NumField() == 0 {
			C.native_raise_value(ev, id, throw(err, newCell(&layout{size: 1})), text)
			return true
		}
		l, wrong := layoutOf(v.Type().Elem(), false)
		if wrong != nil {
			return false
		}
		c := newCell(l)
		c.ends = true
		if wrong := l.store(c.p, v.Elem(), 0); wrong != nil {
			c.end()
			return false
		}
		C.native_raise_value(ev, id, throw(err, c), text)
		return true
	}
	return false
}

func throw(err error, c cell) unsafe.Pointer {
	throwns.Store(uintptr(c.p), &thrown{err, c})
	return c.p
}

//export somNativeDropValue
func somNativeDropValue(value C.uintptr_t) {
	if t, ok := throwns.LoadAndDelete(uintptr(value)); ok {
		t.(*thrown).at.end()
	}
}
