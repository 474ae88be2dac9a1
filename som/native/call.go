//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"context"
	"reflect"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// quick says that this machine's calls with arguments without fractions go by native_call4, see there.
const quick = unsafe.Sizeof(uintptr(0)) == 8

// implementation returns what a class of libsom's does for a method, as a func of the method's type, or nil where
// it is not known how the method is called.
func (im *image) implementation(t reflect.Type, p som.Packing, name string, f C.som_found) any {
	if quick && p.HasWords() && f.token != 0 {
		return p.Cross(im.crossing(uintptr(f.token), t.NumIn()-2)) // besides self and ctx
	}
	if f.sig == nil {
		return nil
	}
	s, err := signatureOf(t, p.Passing())
	if err != nil || !s.is(C.GoString(f.sig)) {
		return nil
	}
	s.borrowed = strings.HasPrefix(name, "_get_")
	return p.Pack(t, im.packed(s, func(o unsafe.Pointer) uintptr {
		if f.token == 0 {
			return uintptr(unsafe.Pointer(f.proc))
		}
		return im.proc(o, uintptr(f.token))
	}))
}

// proc returns the procedure that the class itself has for a method, behind what a metaclass put in front, for an
// instance. Without subclasses that are known here, an object can only be an instance of the class itself.
func (im *image) proc(o unsafe.Pointer, token uintptr) uintptr {
	row := im.row.Load()
	if row == 0 {
		row = *(*uintptr)(o)
	}
	return *(*uintptr)(pointer(row + token))
}

// crossing makes calls of a method that takes n numbers without a fraction.
func (im *image) crossing(token uintptr, n int) som.Crossing {
	if n <= 1 {
		return func(self som.Self, _ context.Context, a, _, _, _ uint64) (uint64, error) {
			o, alive := self.Other()
			if !alive {
				return 0, im.over()
			}
			r := C.native_call1(C.uintptr_t(im.proc(o, token)), C.uintptr_t(uintptr(o)), C.uint64_t(a))
			if r.raised != nil {
				return 0, raised(r.raised)
			}
			return uint64(r.value), nil
		}
	}
	return func(self som.Self, _ context.Context, a, b, c, d uint64) (uint64, error) {
		o, alive := self.Other()
		if !alive {
			return 0, im.over()
		}
		r := C.native_call4(C.uintptr_t(im.proc(o, token)), C.uintptr_t(uintptr(o)), C.uint64_t(a), C.uint64_t(b), C.uint64_t(c), C.uint64_t(d))
		if r.raised != nil {
			return 0, raised(r.raised)
		}
		return uint64(r.value), nil
	}
}

func (im *image) over() error {
	return &som.Error{Code: som.CodeFreed, Class: im.class.Name(), Text: "the object was used after its end"}
}

// packed makes calls of a method of any signature, of the procedure that of finds for an object.
func (im *image) packed(s *signature, of func(unsafe.Pointer) uintptr) som.Packed {
	sig := C.CString(s.text) // for the life of the process, as the class
	return func(self som.Self, _ context.Context, args []any) ([]any, error) {
		o, alive := self.Other()
		if !alive {
			return nil, im.over()
		}
		if len(args) != s.ins {
			return nil, &som.Error{Code: som.CodeMethod, Class: im.class.Name(), Text: "wrong number of arguments"}
		}
		values := (*[maxArgs]C.som_value)(C.calloc(C.size_t(len(s.args)+1), C.sizeof_som_value))
		var frame frame
		defer func() {
			frame.end()
			C.free(unsafe.Pointer(values))
		}()
		if err := frame.pass(s, values, args); err != nil {
			return nil, err
		}
		r := C.native_apply(C.uintptr_t(of(o)), sig, C.uintptr_t(uintptr(o)), &values[0])
		if r.raised != nil {
			return nil, raised(r.raised)
		}
		return frame.results(s, unsafe.Pointer(&r.value))
	}
}
