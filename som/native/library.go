//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import "debug/elf"

// A class library in Go is a program of build mode c-shared that imports the packages of its classes: they are
// defined when these are initialised, which the Go runtime does before the first call of what is exported.

//export som_library_entry
func som_library_entry(abi C.uint32_t, _ *C.som_env) C.int {
	if abi != C.SOM_ABI {
		return C.SOM_E_VERSION
	}
	return C.SOM_OK
}

//export som_library_ready
func som_library_ready() {}

//export som_go_runtime
func som_go_runtime() {}

// somNativeHasRuntime reports whether a file is a class library in Go, which exports som_go_runtime.
//
//export somNativeHasRuntime
func somNativeHasRuntime(file *C.char) C.int {
	f, err := elf.Open(C.GoString(file))
	if err != nil {
		return 0 // the system's loader says what is wrong with it
	}
	defer f.Close()
	symbols, _ := f.DynamicSymbols()
	for _, s := range symbols {
		if s.Name == "som_go_runtime" && s.Section != elf.SHN_UNDEF {
			return 1
		}
	}
	return 0
}
