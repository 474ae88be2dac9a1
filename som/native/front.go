//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// front makes calls from Go run what a metaclass of libsom's has put in front of a class's methods, which that does while the class has
// no instances.
func (h *host) front(im *image) error {
	im.fronts.Do(func() { im.odd = h.redispatch(im) })
	return im.odd
}

// redispatch finds what stands in front of a class's methods. Only calls of
// instances run it: what the class implements, which parent and next calls run, stays.
func (h *host) redispatch(im *image) error {
	fronts := map[*som.Method]som.Packed{}
	for _, m := range im.class.Methods() {
		if m.Class().Host() == nil {
			continue // the roots' methods are each kernel's own
		}
		f, ok := h.lookup(im.cls, m.String())
		if !ok || f.token == 0 || f.sig == nil || uintptr(unsafe.Pointer(f.proc)) == uintptr(C.call_class_proc(im.cls, f.token)) {
			continue
		}
		if s, err := signatureOf(m.Type(), m.Packing().Passing()); err == nil && s.is(C.GoString(f.sig)) {
			s.owned(m)
			fronts[m] = im.fronted(s, f)
		}
	}
	if len(fronts) == 0 {
		return nil
	}
	return im.class.Redispatch(func(m *som.Method, _ som.Packed) som.Packed { return fronts[m] })
}

// fronted makes calls of a method by the object's own row, in which is what stands in front.
func (im *image) fronted(s *signature, f C.som_found) som.Packed {
	return im.packed(s, func(o unsafe.Pointer) uintptr {
		return *(*uintptr)(pointer(*(*uintptr)(o) + uintptr(f.token)))
	})
}
