//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// Allocate returns n octets of libsom's memory, all zero, or nil if there are none. libsom has to be open.
func Allocate(n uintptr) unsafe.Pointer { return unsafe.Pointer(C.call_allocate(C.size_t(n))) }

// Deallocate gives memory of libsom's back; nil is none.
func Deallocate(p unsafe.Pointer) { C.call_deallocate(p) }

// ObjectAt returns the object of libsom's at an address, with a reference of the caller's own; a nil Ref for 0.
func ObjectAt(at uintptr) (som.Ref, error) { return the.refOf(at, false) }

// AddressOf returns the address that libsom has an object at, with a reference of the caller's own in libsom, which ReleaseAt gives back; 0 for a nil Ref. The error says why libsom
// has no such object.
func AddressOf(o som.Object) (uintptr, error) {
	at, err := native(o)
	if err == nil && at != 0 {
		C.call_retain(C.uintptr_t(at))
	}
	return at, err
}

// ReleaseAt gives a reference of libsom's back.
func ReleaseAt(at uintptr) { C.call_release(C.uintptr_t(at)) }
