//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"debug/elf"
	"errors"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/opendsom/dsom/som"
)

// A class library in Go is a program of build mode c-shared that imports the packages of its classes: they are
// defined when these are initialised, which the Go runtime does before the first call of what is exported. What could not be
// defined is missing, which the library's entry tells: who loads it gets the reasons, and the process goes on.

// OnLoad has f called whenever libsom loads the library that the program is, with the file's name as it was looked for: several names may lead to one
// library. It is called before the library's entry, with no lock held, and defines what whoever loads the library wants; its error is
// told them, but for [ErrNothing]. It is for a library of mode c-shared, which sets it when it is initialised.
func OnLoad(f func(file string) error) { onLoad = f }

var (
	onLoad   func(file string) error
	onLoaded sync.Map // errors of OnLoad's, by the thread whose entry call is next
)

func init() { C.native_begin() }

// somNativeInitialised returns when all packages are initialised: before that Go takes no calls.
//
//export somNativeInitialised
func somNativeInitialised() {}

//export somNativeEntry
func somNativeEntry(ev *C.som_env) C.int {
	if Open("") != nil { // so that there is nothing to raise by
		return C.SOM_E_LIBRARY
	}
	if x, ok := onLoaded.LoadAndDelete(uintptr(C.native_thread())); ok {
		err := x.(error)
		if errors.Is(err, ErrNothing) {
			return C.SOM_E_UNKNOWN
		}
		raise(ev, err)
		return C.int(codes[codeOf(err)].number)
	}
	if err := the.missed.err(); err != nil {
		raise(ev, err)
		return C.int(codes[codeOf(err)].number)
	}
	return C.SOM_OK
}

//export somNativeReady
func somNativeReady(file *C.char) {
	_ = Open("") // which asks libsom for its lock, so that it is done when the entry runs, which has the lock
	if onLoad == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			onLoaded.Store(uintptr(C.native_thread()), error(&Panic{Value: p, Stack: debug.Stack()}))
		}
	}()
	if err := onLoad(C.GoString(file)); err != nil {
		onLoaded.Store(uintptr(C.native_thread()), err)
	}
}

// Thread returns what tells this thread from all others of the process that there are at the same time. A goroutine that is to go by it is locked to its thread, as those are that C
// has called. Without cgo it is 0.
func Thread() uintptr { return uintptr(C.native_thread()) }

//export som_go_runtime
func som_go_runtime() {}

// somNativeHasRuntime reports whether a file is a class library in Go, which exports som_go_runtime.
//
//export somNativeHasRuntime
func somNativeHasRuntime(file *C.char) C.int {
	if InGo(C.GoString(file)) {
		return 1
	}
	return 0
}

// InGo reports whether a file is a class library in Go, which no process loads that has a Go runtime already.
func InGo(file string) bool {
	f, err := elf.Open(file)
	if err != nil {
		return false // the system's loader says what is wrong with it
	}
	defer f.Close()
	symbols, _ := f.DynamicSymbols()
	for _, s := range symbols {
		if s.Name == "som_go_runtime" && s.Section != elf.SHN_UNDEF {
			return true
		}
	}
	return false
}

// missed are the classes that should have been there or been made.
type missed struct {
	sync.Mutex
	all []*som.Class
}

// Missed notes that a class of libsom's, or a descendant of one, is missing.
func (h *host) Missed(c *som.Class) {
	h.missed.Lock()
	defer h.missed.Unlock()
	h.missed.all = append(h.missed.all, c)
}

// err tells why classes are missing, or is nil where none is. Of one whose parent is missing the error tells why the parent is.
func (m *missed) err() error {
	m.Lock()
	defer m.Unlock()
	var names, whys []string
	var last error
	for _, c := range m.all {
		if !m.isTold(c) {
			last = c.Err()
			names, whys = append(names, c.Name()), append(whys, strings.TrimPrefix(last.Error(), "som: "))
		}
	}
	if len(whys) < 2 {
		return last
	}
	return &som.Error{Code: codeOf(last), Class: strings.Join(names, ", "), Text: "they are missing: " + strings.Join(whys, "; ")}
}

// isTold reports whether the error of another class has that of c for its cause.
func (m *missed) isTold(c *som.Class) bool {
	for _, d := range m.all {
		if d.Err() != c.Err() && errors.Is(d.Err(), c.Err()) {
			return true
		}
	}
	return false
}

// codeOf is the code of an error of either kernel's.
func codeOf(err error) som.Code {
	var e *som.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return som.CodeRaised
}
