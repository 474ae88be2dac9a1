//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// objects are libsom's objects that Go refers to, each as one object of Go, which has one reference there.
type objects struct {
	mu sync.Mutex
	of map[uintptr]som.Ref
}

// A twin is an object that is in both kernels.
type twin struct {
	ref    som.Ref
	object uintptr
	handle uint64
	parts  int                // classes of Go whose parts have begun; the making and ending thread's
	mu     sync.Mutex         // guards lent
	lent   map[lending][]cell // what C was given that stays the object's
}

// pointer is an address of C's memory as a pointer, which the collector leaves alone.
func pointer(o uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&o)) }

// refOf returns the object of Go that stands for one of libsom's, with a reference of the caller's own. An owned one is
// the caller's reference to the object, which it gives away.
func (h *host) refOf(o uintptr, owned bool) (som.Ref, error) {
	if o == 0 {
		return som.Ref{}, nil
	}
	cls := **(***C.som_class)(pointer(o))
	im, err := h.imageOf(cls, nil)
	if err != nil {
		return som.Ref{}, err
	}
	if im.class.DescendsFrom(som.SOMClass) {
		return h.classRef(o, owned)
	}
	if im.class.Shares() {
		r := handles.get(uint64(*C.native_handle(C.uintptr_t(o), im.go_.data)))
		if r.IsNil() {
			return som.Ref{}, im.over()
		}
		if !owned {
			C.call_retain(C.uintptr_t(o))
		}
		return r, nil
	}
	if err := h.front(im); err != nil {
		return som.Ref{}, err
	}
	return h.objects.get(o, owned, im), nil
}

// classRef is refOf of a class, which Go has as a class, and holds for good.
func (h *host) classRef(o uintptr, owned bool) (som.Ref, error) {
	im, err := h.imageOf((*C.som_class)(pointer(o)), nil)
	if err != nil {
		return som.Ref{}, err
	}
	if owned {
		C.call_release(C.uintptr_t(o))
	}
	r := im.class.SOM()
	return r, r.Retain()
}

func (os *objects) get(o uintptr, owned bool, im *image) som.Ref {
	os.mu.Lock()
	defer os.mu.Unlock()
	if r, ok := os.of[o]; ok && r.Retain() == nil {
		if owned {
			C.call_release(C.uintptr_t(o)) // not the last: Go's own is there
		}
		return r
	}
	if !owned {
		C.call_retain(C.uintptr_t(o))
	}
	r := im.class.Adopt(pointer(o))
	if os.of == nil {
		os.of = map[uintptr]som.Ref{}
	}
	os.of[o] = r
	return r
}

// End gives back the reference that Go as a whole had.
func (h *host) End(r som.Ref) {
	o := uintptr(r.Other())
	h.objects.mu.Lock()
	if h.objects.of[o] == r {
		delete(h.objects.of, o)
	}
	h.objects.mu.Unlock()
	C.call_release(C.uintptr_t(o))
}

// New makes an instance: libsom does, and asks Go to begin its parts.
func (h *host) New(c *som.Class) (som.Ref, error) {
	im, err := h.known(c)
	if err != nil {
		return som.Ref{}, err
	}
	var ev C.som_env
	o := C.call_new(im.cls, &ev)
	if o == 0 {
		return som.Ref{}, taken(&ev)
	}
	return h.refOf(uintptr(o), true)
}

// Copy makes a copy.
func (h *host) Copy(r som.Ref) (som.Ref, error) {
	var ev C.som_env
	o := C.call_copy(C.uintptr_t(uintptr(r.Other())), &ev)
	if o == 0 {
		return som.Ref{}, taken(&ev)
	}
	return h.refOf(uintptr(o), true)
}

// Assign assigns.
func (h *host) Assign(to, from som.Ref) error {
	var ev C.som_env
	C.call_assign(C.uintptr_t(uintptr(to.Other())), C.uintptr_t(uintptr(from.Other())), &ev)
	return taken(&ev)
}

// Retain adds a reference to an object that is in both kernels.
func (h *host) Retain(r som.Ref) error {
	C.call_retain(C.uintptr_t(uintptr(r.Other())))
	return nil
}

// Release gives one back.
func (h *host) Release(r som.Ref) error {
	C.call_release(C.uintptr_t(uintptr(r.Other())))
	return nil
}

// Refs reads the count, which stands behind the word of the row.
func (h *host) Refs(r som.Ref) int {
	return int(atomic.LoadUint32((*uint32)(unsafe.Add(r.Other(), unsafe.Sizeof(uintptr(0))))))
}

// A weak is libsom's weak reference.
type weak struct{ w *C.som_weak }

// Weak returns a function that answers an object of libsom's with a reference of the caller's own, or that it has ended. It holds no reference itself. Of
// an object that libsom does not have it answers as [som.Weak] does.
func Weak(r som.Ref) func() (som.Ref, bool) {
	if r.Other() == nil {
		return r.Weak().Get
	}
	w := C.call_weak_new(C.uintptr_t(uintptr(r.Other())))
	if w == nil { // it has ended, or there is no memory
		return func() (som.Ref, bool) { return som.Ref{}, false }
	}
	mine := &weak{w}
	runtime.AddCleanup(mine, func(p *C.som_weak) { C.call_weak_free(p) }, w)
	return func() (som.Ref, bool) {
		o := C.call_weak_get(mine.w)
		runtime.KeepAlive(mine)
		if o == 0 {
			return som.Ref{}, false
		}
		r, err := the.refOf(uintptr(o), true)
		return r, err == nil
	}
}

// Watch makes a weak reference of libsom's for an object.
func (h *host) Watch(r som.Ref) {
	if _, ok := h.watched.Load(r); ok {
		return
	}
	if w := C.call_weak_new(C.uintptr_t(uintptr(r.Other()))); w != nil {
		mine := &weak{w}
		runtime.AddCleanup(mine, func(p *C.som_weak) { C.call_weak_free(p) }, w)
		h.watched.LoadOrStore(r, mine)
	}
}

// Revive adds a reference, which libsom alone can, since it alone knows whether the object's end has begun.
func (h *host) Revive(r som.Ref) bool {
	w, ok := h.watched.Load(r)
	got := ok && C.call_weak_get(w.(*weak).w) != 0
	runtime.KeepAlive(w)
	return got
}
