//go:build cgo && unix

// Package bare is what calls between Go and C cost without an object model, for tests to compare with.
package bare

// #include <stdint.h>
// typedef uint64_t method(void *o, void *env, uint64_t n);
// static inline uint64_t call(uintptr_t m, uintptr_t o, uint64_t n) { return (*(method *)m)((void *)o, 0, n); }
// extern uint64_t bareBack(uint64_t n);
// static uint64_t back(uint64_t n, uint64_t times) { uint64_t r = 0; while (times--) r += bareBack(n); return r; }
import "C"

// Call calls a function of C by its address.
func Call(method, o uintptr, n uint64) uint64 {
	return uint64(C.call(C.uintptr_t(method), C.uintptr_t(o), C.uint64_t(n)))
}

// Back has C call Go so many times.
func Back(n, times uint64) uint64 { return uint64(C.back(C.uint64_t(n), C.uint64_t(times))) }

//export bareBack
func bareBack(n C.uint64_t) C.uint64_t { return n + 1 }
