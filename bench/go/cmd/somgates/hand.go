package main

/*
#include <stdlib.h>
#include "calls.h"
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// What somebody writes who calls between Go and C by hand.

func handSpeak(n int64) int64 { return int64(C.c_speak(C.int64_t(n))) }

func handCalled(by string) string {
	text := C.CString(by)
	defer C.free(unsafe.Pointer(text))
	result := C.c_called(text)
	defer C.free(unsafe.Pointer(result))
	return C.GoString(result)
}

// A speaker is what C has a handle of.
type speaker interface{ speak(n int64) (int64, error) }

type handPup struct{ spoke int64 }

func (p *handPup) speak(n int64) (int64, error) {
	p.spoke++
	return n, nil
}

var handed = cgo.NewHandle(speaker(&handPup{}))

//export goMethod
func goMethod(object C.uintptr_t, failed *C.int, n C.int64_t) C.int64_t {
	r, err := cgo.Handle(object).Value().(speaker).speak(int64(n))
	if err != nil {
		*failed = 1
	}
	return C.int64_t(r)
}

//export goSpeak
func goSpeak(n C.int64_t) C.int64_t { return n + 1 }

//export goCalled
func goCalled(by *C.char) *C.char { return C.CString(C.GoString(by)) }

// What C does so many times.

func handBackSpeak(n int)  { C.hand_speak(C.int64_t(n)) }
func handBackMethod(n int) { C.hand_method(C.uintptr_t(handed), C.int64_t(n)) }
func handBackCalled(n int) { C.hand_called(someText, C.int64_t(n)) }

func backSpeak(o unsafe.Pointer, n int) { C.back_speak(C.uintptr_t(uintptr(o)), C.int64_t(n)) }
func backCalled(o unsafe.Pointer, n int) {
	C.back_called(C.uintptr_t(uintptr(o)), someText, C.int64_t(n))
}

var someText = C.CString(text)

// cxxRows are the rows that are C's and C++'s own.
func cxxRows() (all []*row) {
	for i := range C.cxx_begin() {
		var per C.int
		name := C.GoString(C.cxx_row(i, &per))
		all = append(all, &row{name: name, per: int(per), run: func(n int) { C.cxx_run(i, C.int(n)) }})
	}
	return all
}

// cxxClass is what making a class costs, and unloading it, where so many live.
func cxxClass(live int) (made, unloaded float64) {
	var m, u C.double
	C.cxx_class(C.int(live), &m, &u)
	return float64(m), float64(u)
}

func bindBack() bool { return C.back_begin() == 0 }
