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

// quick says that this machine's calls with arguments without fractions go by native_call, see there.
const quick = unsafe.Sizeof(uintptr(0)) == 8

// implementation returns what a class of libsom's does for a method, as a func of the method's type, or nil where
// it is not known how the method is called.
func (im *image) implementation(t reflect.Type, p som.Packing, name string, f C.som_found) any {
	if quick && p.HasWords() && f.token != 0 {
		return p.Cross(im.crossing(f.token))
	}
	if f.sig == nil {
		return nil
	}
	s, err := signatureOf(t)
	if err != nil || s.text != C.GoString(f.sig) {
		return nil
	}
	s.borrowed = strings.HasPrefix(name, "_get_")
	return p.Pack(t, im.packed(s, f))
}

// place returns where the words of the class's methods are, for an instance.
func (im *image) place(o unsafe.Pointer) uintptr {
	if row := im.row.Load(); row != 0 {
		return row
	}
	return *(*uintptr)(o) // without subclasses that are known here, it can only be an instance
}

// crossing makes calls of a method of arguments without fractions.
func (im *image) crossing(token C.som_tok) som.Crossing {
	return func(self som.Self, _ context.Context, w som.Words) (uint64, error) {
		o, alive := self.Other()
		if !alive {
			return 0, im.over()
		}
		r := C.native_call(C.uintptr_t(im.place(o)), C.intptr_t(token), C.uintptr_t(uintptr(o)), C.uint64_t(w[0]), C.uint64_t(w[1]), C.uint64_t(w[2]), C.uint64_t(w[3]))
		if r.raised != nil {
			return 0, raised(r.raised)
		}
		return uint64(r.value), nil
	}
}

func (im *image) over() error {
	return &som.Error{Code: som.CodeFreed, Class: im.class.Name(), Text: "the object was used after its end"}
}

// packed makes calls of a method of any signature.
func (im *image) packed(s *signature, f C.som_found) som.Packed {
	sig := C.CString(s.text) // for the life of the process, as the class
	return func(self som.Self, _ context.Context, args []any) ([]any, error) {
		o, alive := self.Other()
		if !alive {
			return nil, im.over()
		}
		if len(args) != len(s.in) {
			return nil, &som.Error{Code: som.CodeMethod, Class: im.class.Name(), Text: "wrong number of arguments"}
		}
		values := (*[maxArgs]C.som_value)(C.calloc(C.size_t(len(args)+1), C.sizeof_som_value))
		var frame frame
		defer func() {
			frame.end()
			C.free(unsafe.Pointer(values))
		}()
		for i, a := range args {
			if err := frame.put(unsafe.Pointer(&values[i]), s.in[i], reflect.ValueOf(a)); err != nil {
				return nil, err
			}
		}
		proc := uintptr(unsafe.Pointer(f.proc))
		if f.token != 0 {
			proc = *(*uintptr)(pointer(im.place(o) + uintptr(f.token)))
		}
		r := C.native_apply(C.uintptr_t(proc), sig, C.uintptr_t(uintptr(o)), &values[0])
		if r.raised != nil {
			return nil, raised(r.raised)
		}
		if s.out == nil {
			return nil, nil
		}
		v, err := take(unsafe.Pointer(&r.value), s.out, !s.borrowed)
		if err != nil {
			return nil, err
		}
		return []any{v.Interface()}, nil
	}
}
