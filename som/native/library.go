//go:build cgo && unix

package native

// #include "calls.h"
import "C"

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
