//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"context"
	"reflect"
	"runtime"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// quick says that this machine's calls with arguments without fractions go by native_call4, see there.
const quick = unsafe.Sizeof(uintptr(0)) == 8

// signs32 says that this machine's ABI passes and returns unsigned numbers of 32 bits with their sign bit in all bits above, as no other does. Words of
// Go's have zeros there.
const signs32 = runtime.GOARCH == "riscv64" || runtime.GOARCH == "loong64" || runtime.GOARCH == "mips64" || runtime.GOARCH == "mips64le"

// inWords reports whether methods of a type, a func, may be called with words: others are called by their signatures.
func inWords(t reflect.Type) bool { return quick && !(signs32 && hasUnsigned32(t)) }

func hasUnsigned32(t reflect.Type) bool {
	for in := range t.Ins() {
		if in.Kind() == reflect.Uint32 {
			return true
		}
	}
	for out := range t.Outs() {
		if out.Kind() == reflect.Uint32 {
			return true
		}
	}
	return false
}

// implementation returns what a class of libsom's does for a method, as a func of the method's type, or nil where
// it is not known how the method is called.
func (im *image) implementation(t reflect.Type, p som.Packing, of owner, f C.som_found) any {
	words := f.token != 0 && inWords(t)
	if words && p.HasWords() {
		return p.Cross(som.Crossing{One: callOne, Four: callFour, At: unsafe.Pointer(im), Token: uintptr(f.token)})
	}
	if f.sig == nil {
		return nil
	}
	if t == dispatchType {
		return im.dispatcher(f)
	}
	s, err := signatureOf(t, p.Passing())
	if err != nil || !s.is(C.GoString(f.sig)) {
		return nil
	}
	s.owned(of)
	if words && p.HasTexts() && !s.takes {
		return p.CrossTexts(im.textCrossing(s, uintptr(f.token)))
	}
	if words && p.HasFrames() {
		if c := framedAs(s); c != nil {
			c.im, c.token = im, uintptr(f.token)
			return p.CrossFrames(som.FrameCrossing{Call: callFrame, At: unsafe.Pointer(c)})
		}
	}
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

// A crossed is a call as C makes it, see native_crossed, with as many arguments as A has.
type crossed[A [1]uint64 | [som.MaxWords]uint64] struct {
	proc, object uintptr
	value        uint64
	raised       *C.som_env
	args         A
}

// cgocall is what cgo's own functions for C's do with their arguments. They are one call and a copy of the arguments
// more, which is what makes the difference to a call without objects: see docs/performance.md.
//
//go:linkname cgocall runtime.cgocall
//go:noescape
func cgocall(fn, arg unsafe.Pointer) int32

// crossOne and crossFour are the functions of C that make calls.
var crossOne, crossFour = C.native_cross_one(), C.native_cross_four()

// callOne calls a method of a class's image, at, that takes a number without a fraction, or nothing.
func callOne(at unsafe.Pointer, token uintptr, self som.Self, a uint64) (uint64, error) {
	im := (*image)(at)
	o, alive := self.Other()
	if !alive {
		return 0, im.over()
	}
	x := crossed[[1]uint64]{proc: im.proc(o, token), object: uintptr(o), args: [...]uint64{a}}
	cgocall(crossOne, unsafe.Pointer(&x))
	if x.raised != nil {
		return 0, raised(x.raised)
	}
	return x.value, nil
}

// callFour calls one that takes up to four.
func callFour(at unsafe.Pointer, token uintptr, self som.Self, a, b, c, d uint64) (uint64, error) {
	im := (*image)(at)
	o, alive := self.Other()
	if !alive {
		return 0, im.over()
	}
	x := crossed[[som.MaxWords]uint64]{proc: im.proc(o, token), object: uintptr(o), args: [...]uint64{a, b, c, d}}
	cgocall(crossFour, unsafe.Pointer(&x))
	if x.raised != nil {
		return 0, raised(x.raised)
	}
	return x.value, nil
}

func (im *image) over() error {
	return &som.Error{Code: som.CodeFreed, Class: im.class.Name(), Text: "the object was used after its end"}
}

// valuesPool has arguments of calls by signature: what C sees of Go's memory, with addresses of C's own alone in it.
var valuesPool = sync.Pool{New: func() any { return new([maxArgs]C.som_value) }}

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
		values := valuesPool.Get().(*[maxArgs]C.som_value)
		clear(values[:len(s.args)])
		var frame frame
		defer func() {
			frame.end()
			valuesPool.Put(values)
		}()
		if err := frame.pass(s, values, args); err != nil {
			return nil, err
		}
		r := C.native_apply(C.uintptr_t(of(o)), sig, C.uintptr_t(uintptr(o)), &values[0])
		frame.passed(s, args)
		if r.raised != nil {
			return nil, raised(r.raised)
		}
		return frame.results(s, unsafe.Pointer(&r.value))
	}
}
