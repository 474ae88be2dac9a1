//go:build cgo && unix

package bare

// #cgo CFLAGS: -I${SRCDIR}/../../../../libsom/include
// #include "som.h"
//
// typedef uint64_t method(som_ref o, som_env *ev, uint64_t n);
// typedef struct { uint64_t value; uint32_t raised; } result;
// static inline result call(uintptr_t m, uintptr_t o, uint64_t n) {
//     som_env ev = {0};
//     uint64_t value = (*(method *)m)((som_ref)o, &ev, n);
//     return (result){value, ev.major};
// }
// static inline uint64_t empty(uint64_t n) { return n; }
//
// extern uint64_t bareBack(uintptr_t object, som_env *ev, uint64_t n);
// static uint64_t back(uintptr_t object, uint64_t n, uint64_t times) {
//     som_env ev = {0};
//     uint64_t r = 0;
//     while (times-- && !ev.major) r += bareBack(object, &ev, n);
//     return r;
// }
import "C"

import (
	"errors"
	"runtime/cgo"
)

var errRaised = errors.New("it raised")

// Call calls a method in C by its address, and looks whether it raised.
func Call(method, o uintptr, n uint64) (uint64, error) {
	r := C.call(C.uintptr_t(method), C.uintptr_t(o), C.uint64_t(n))
	if r.raised != 0 {
		return 0, errRaised
	}
	return uint64(r.value), nil
}

// Empty calls C for nothing.
func Empty(n uint64) uint64 { return uint64(C.empty(C.uint64_t(n))) }

// An Object is what C has a handle of.
type Object interface {
	Method(n uint64) (uint64, error)
}

// Back has C call a method of an object in Go so many times.
func Back(o Object, n, times uint64) uint64 {
	h := cgo.NewHandle(o)
	defer h.Delete()
	return uint64(C.back(C.uintptr_t(h), C.uint64_t(n), C.uint64_t(times)))
}

//export bareBack
func bareBack(object C.uintptr_t, ev *C.som_env, n C.uint64_t) C.uint64_t {
	r, err := cgo.Handle(object).Value().(Object).Method(uint64(n))
	if err != nil {
		ev.major = C.SOM_USER_EXCEPTION
	}
	return C.uint64_t(r)
}
