//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// An image is a class that both kernels have: one of libsom's as Go sees it, or one of Go's as libsom does.
type image struct {
	class   *som.Class
	cls     *C.som_class
	row     atomic.Uintptr // of cls, known from its first subclass on; before that there are only instances of cls itself
	data    C.som_tok      // where instances have the handle of a class of Go
	go_     *image         // the first class of Go in the order, which may be this one; nil: objects are libsom's alone
	entries []uint32       // of a class of Go: the numbers of its quick entries

	fronts sync.Once // finds what stands in front of its methods, before the first instance is known here …
	odd    error     // … or why that is impossible
}

// the is what there is to know of libsom.
var the = &host{}

// A host joins the kernels.
type host struct {
	mirroring sync.Mutex // one image is made at a time. Under it no method, no metaclass and nothing of libsom's that takes a lock there runs
	byClass   sync.Map   // *som.Class to *image
	byNative  sync.Map   // *C.som_class to *image
	last      library    // the one whose class was looked at last
	informed  sync.Map   // *byte to *copied: type information that is Go's, by where it begins

	objects objects
	watched sync.Map // som.Ref to *weak, of objects in both kernels that Go has weak references to
	twins   sync.Map // uintptr of the object to *twin
	lenders sync.Map // uintptr of a class, as an object that lends, to *twin
	lasting sync.Map // uintptr of an object that has ended in Go to what it has lent, until the last destructor has run
	methods table[*entry]
	classes table[*image]
	missed  missed
	sent    sync.Map // sent to *entry
}

// What calls from C need is by itself, so that its place is no further thing to look up.
var (
	handles table[som.Ref] // of twins
	entries [C.NATIVE_ENTRIES]entry
)

// freeEntries are the numbers of quick entries that no class has.
var freeEntries struct {
	sync.Mutex
	next uint32   // the first that none ever had
	all  []uint32 // given back
}

// begin makes the roots known to each other.
func (h *host) begin() {
	for n, c := range []*som.Class{som.SOMObject, som.SOMClass, som.SOMClassMgr} {
		h.add(&image{class: c, cls: C.call_root(C.int(n))})
	}
}

func (h *host) add(im *image) {
	im.class.Represent(unsafe.Pointer(im.cls))
	h.byClass.Store(im.class, im)
	h.byNative.Store(im.cls, im)
}

func (h *host) drop(im *image) {
	h.byClass.Delete(im.class)
	h.byNative.Delete(im.cls)
}

// known returns the image of a class that libsom has.
func (h *host) known(c *som.Class) (*image, error) {
	if im, ok := h.byClass.Load(c); ok {
		return im.(*image), nil
	}
	return nil, &som.Error{Code: som.CodeUnknown, Class: c.Name(), Text: "libsom does not know it: Export it first"}
}

// imageOf returns the image of a class of libsom's, and makes it where there is none, with those of all that the class is made of before.
func (h *host) imageOf(cls *C.som_class, hints map[string]*som.MethodSpec) (*image, error) {
	if im, ok := h.byNative.Load(cls); ok {
		return im.(*image), nil
	}
	meta, err := h.imageOf(C.call_class_of(cls), nil)
	if err != nil {
		return nil, err
	}
	info := C.call_describe(cls)
	parents := make([]*image, 0, info.nparents)
	for _, p := range unsafe.Slice(info.parents, info.nparents) {
		parent, err := h.imageOf((*C.som_class)(unsafe.Pointer(p)), hints)
		if err != nil {
			return nil, err
		}
		parents = append(parents, parent)
	}
	for _, m := range unsafe.Slice(info.introduces, info.nintroduces) {
		if m.migrated == nil {
			continue
		}
		if _, err := h.imageOf((*C.som_class)(unsafe.Pointer(m.migrated)), hints); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(C.GoString(info.name), derived) {
		return h.joined(cls, parents)
	}
	return h.mirror(cls, meta, parents, hints)
}

// mirror makes the image of a class, unless another goroutine has. The image is there before metaclasses in Go see it, which may do
// whatever they like.
func (h *host) mirror(cls *C.som_class, meta *image, parents []*image, hints map[string]*som.MethodSpec) (*image, error) {
	h.mirroring.Lock()
	unlock := sync.OnceFunc(h.mirroring.Unlock)
	defer unlock()
	if im, ok := h.byNative.Load(cls); ok {
		return im.(*image), nil
	}
	info := C.call_describe(cls)
	im := &image{cls: cls}
	s := som.Spec{
		Name: C.GoString(info.name), Version: som.Version{Major: int(info.major), Minor: int(info.minor)},
		Abstract: info.flags&C.SOM_ABSTRACT != 0, Mirror: h, Typelib: unsafe.Pointer(info.typelib),
	}
	if meta.class != som.SOMClass {
		s.Metaclass = meta.class
	}
	for n, parent := range parents {
		s.Parents = append(s.Parents, parent.class)
		if row := C.call_parent_row(cls, C.uint32_t(n)); row != 0 {
			parent.row.CompareAndSwap(0, uintptr(row))
		} else if parent.class != som.SOMObject {
			s.AbstractParents = append(s.AbstractParents, parent.class)
		}
	}
	if info.flags&C.SOM_DETACHED != 0 {
		s.Detached = s.AbstractParents
	}
	order := unsafe.Slice(info.order, info.norder)
	for _, a := range order[1:] {
		if x, ok := h.byNative.Load((*C.som_class)(unsafe.Pointer(a))); ok && im.go_ == nil && concrete(info, a) {
			im.go_ = x.(*image).go_
		}
	}
	h.declared(info, hints, &s)
	says, err := h.last.says(s.Typelib, s.Name)
	if err != nil {
		return nil, err
	}
	complete(&s, says)
	h.introduced(im, &s)
	for _, a := range order[1:] {
		h.overridden(im, (*C.som_class)(unsafe.Pointer(a)), &s)
	}
	s.Known = func(c *som.Class) {
		im.class = c
		if c.DescendsFrom(som.SOMClass) { // its instances are classes, which nobody adopts
			_ = h.front(im)
		}
		h.hold(im)
		unlock()
	}
	_, err = som.NewClass(s)
	if err == nil {
		err = im.odd
	}
	if err != nil && im.class == nil { // nobody holds the class
		h.last.forget()
	}
	if err != nil && im.class != nil { // a metaclass in Go does not want it; who has it by now keeps it
		h.drop(im)
	}
	return im, err
}

// hold makes an image known, and keeps its class: another could get its place otherwise, when it is unloaded, and be taken for it.
func (h *host) hold(im *image) {
	C.call_retain(C.uintptr_t(uintptr(unsafe.Pointer(im.cls))))
	h.add(im)
}

// concrete reports whether instances of a class have the data of an ancestor: of abstract parents they have not.
func concrete(info *C.som_class_info, a *C.som_class) bool {
	for _, p := range unsafe.Slice(info.layout, info.nlayout) {
		if p.cls == a {
			return true
		}
	}
	return false
}

// derived is what names of metaclasses begin with that a kernel made for want of one.
const derived = "SOMDerived("

// joined makes the image of a metaclass that libsom derived: what Go derives of the same parents.
func (h *host) joined(cls *C.som_class, parents []*image) (*image, error) {
	classes := make([]*som.Class, 0, len(parents))
	for _, p := range parents {
		classes = append(classes, p.class)
	}
	c, err := som.Join(classes...)
	if err != nil {
		return nil, err
	}
	h.mirroring.Lock()
	defer h.mirroring.Unlock()
	if im, ok := h.byNative.Load(cls); ok {
		return im.(*image), nil
	}
	im := &image{class: c, cls: cls}
	h.hold(im)
	return im, nil
}

// calls reports whether what generated code knows of a method calls it by the letters of a signature, or not at all, as
// a procedure without receiver or environment.
func calls(hint *som.MethodSpec, sig string) bool {
	s, err := signatureOf(hint.Type, hint.Packing.Passing())
	letters, _, _ := strings.Cut(sig, "/")
	return err != nil || letters == "" || s.text == letters
}

// declared adds the methods that a class introduces, as libsom and generated code know them.
func (h *host) declared(info *C.som_class_info, hints map[string]*som.MethodSpec, s *som.Spec) {
	for _, m := range unsafe.Slice(info.introduces, info.nintroduces) {
		ms := som.MethodSpec{Name: C.GoString(m.name), Kind: som.Kind(m.kind)}
		if m.migrated != nil {
			to, _ := h.byNative.Load((*C.som_class)(unsafe.Pointer(m.migrated)))
			ms.Migrated = to.(*image).class
		} else {
			if m.sig != nil {
				ms.Signature = C.GoString(m.sig)
			}
			if hint := hints[ms.Name]; hint != nil && (m.sig == nil || calls(hint, ms.Signature)) {
				ms.Type, ms.Packing, ms.GoName = hint.Type, hint.Packing, hint.GoName
				ms.Copies, ms.Owns, ms.Oneway, ms.Whole = hint.Copies, hint.Owns, hint.Oneway, hint.Whole
			}
		}
		s.Introduces = append(s.Introduces, ms)
	}
}

// introduced finds how they are called, and what the class does for them.
func (h *host) introduced(im *image, s *som.Spec) {
	for n := range s.Introduces {
		ms := &s.Introduces[n]
		if ms.Migrated != nil {
			continue
		}
		if ms.Type == nil && ms.Signature != "" {
			sig := ms.Signature
			if ms.Whole != "" {
				sig = ms.Whole
			}
			ms.Type, ms.Packing = typesOf(sig)
		}
		if ms.Type == nil { // not known how it is called
			ms.Type, ms.Oneway = reflect.TypeFor[func(som.Self) error](), false
			continue
		}
		if f, ok := h.lookup(im.cls, s.Name+"::"+ms.Name); ok && (unsafe.Pointer(f.owner) == unsafe.Pointer(im.cls) || ms.Kind == som.Procedure) {
			ms.Impl = im.implementation(ms.Type, ms.Packing, ms, f)
		}
	}
}

// overridden adds the methods of an ancestor that a class implements anew.
func (h *host) overridden(im *image, ancestor *C.som_class, s *som.Spec) {
	x, ok := h.byNative.Load(ancestor)
	if !ok || x.(*image).class.Host() == nil {
		return // the roots' methods are each kernel's own
	}
	for _, m := range x.(*image).class.Introduced() {
		if f, ok := h.lookup(im.cls, m.String()); ok && unsafe.Pointer(f.owner) == unsafe.Pointer(im.cls) {
			if impl := im.implementation(m.Type(), m.Packing(), m, f); impl != nil {
				s.Overrides = append(s.Overrides, som.Override{Method: m.String(), Impl: impl})
			}
		}
	}
}

// agrees is an error if a method that a class introduces, or has introduced, has another signature than a client was compiled with.
func (h *host) agrees(cls *C.som_class, name string, client map[string]*som.MethodSpec) error {
	for _, ms := range client {
		f, ok := h.lookup(cls, name+"::"+ms.Name)
		if !ok || f.sig == nil || ms.Signature == "" || som.SameSignature(ms.Signature, C.GoString(f.sig)) {
			continue
		}
		return &som.Error{Code: som.CodeMethod, Class: name, Text: fmt.Sprintf("%s has the signature %s, and a client calls it as %s, of another release",
			ms.Name, C.GoString(f.sig), ms.Signature)}
	}
	return nil
}

func (h *host) lookup(cls *C.som_class, method string) (f C.som_found, ok bool) {
	name := C.CString(method)
	defer C.free(unsafe.Pointer(name))
	ok = C.call_lookup(cls, name, &f, nil) == C.SOM_OK
	return f, ok
}
