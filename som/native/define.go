//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"slices"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typelib"
)

// An entry is a method of a class of Go that C calls.
type entry struct {
	class  *som.Class
	method *som.Method
	sig    *signature
	line   som.Line
	framed *framedCall // how its frame lies in a call of C's; nil: it has none
	root   rootCall    // how a method of SOMObject's is called; nil: it is none
}

// A block is memory of C's that ends together.
type block struct{ all []unsafe.Pointer }

func (b *block) text(s string) *C.char {
	p := C.CString(s)
	b.all = append(b.all, unsafe.Pointer(p))
	return p
}

func (b *block) take(n int, size uintptr) unsafe.Pointer {
	p := C.calloc(C.size_t(max(n, 1)), C.size_t(size))
	b.all = append(b.all, p)
	return p
}

func (b *block) end() {
	for _, p := range b.all {
		C.free(p)
	}
}

// Define makes a class of Go known to libsom.
func (h *host) Define(c *som.Class) error {
	im, there := &image{class: c}, false
	im.go_ = im
	for _, a := range c.Order()[1:] { // one handle for all classes of Go is enough to find the object
		if x, ok := h.byClass.Load(a); ok && x.(*image).go_ != nil && c.Concrete(a) {
			im.go_ = x.(*image).go_
		}
	}
	var b block
	defer b.end()
	d := (*C.som_class_desc)(b.take(1, uintptr(C.sizeof_som_class_desc)))
	d.name = b.text(c.Name())
	d.major, d.minor = C.uint32_t(c.Version().Major), C.uint32_t(c.Version().Minor)
	if c.Abstract() {
		d.flags |= C.SOM_ABSTRACT
	}
	if c.IsDetached() {
		d.flags |= C.SOM_DETACHED
	}
	if m := c.DeclaredMetaclass(); m != nil && h.has(m) {
		d.metaclass = b.text(m.Name())
	}
	if d.typelib = c.Typelib(); d.typelib == nil {
		d.typelib = h.copied(c.TypeInformation())
	}
	if d.typelib == nil {
		if t, err := description(c); err == nil { // else signatures are all there is
			d.typelib = C.CBytes(t)
			defer func() {
				if !there {
					C.free(unsafe.Pointer(d.typelib))
				}
			}()
		}
	}
	if err := h.parents(&b, d, c); err != nil {
		return err
	}
	selected(&b, d, c)
	defer func() {
		if !there {
			giveEntries(im.entries)
		}
	}()
	var err error
	if im.entries, err = h.methodsOf(&b, d, c); err != nil {
		return err
	}
	var ev C.som_env
	if C.native_define(d, C.uintptr_t(h.classes.put(im)), C.bool(c.DescendsFrom(som.SOMClass)), &ev) == nil {
		if there = h.stays(im); !there && im.cls != nil {
			h.drop(im)
		}
		if err := taken(&ev); err != nil {
			return err
		}
		return &som.Error{Code: som.CodeLibrary, Class: c.Name(), Text: "another library has it, in a folder of SOM_PATH before this one's"}
	}
	there = true
	return h.front(im)
}

// has reports whether libsom has a class that is none of the roots.
func (h *host) has(c *som.Class) bool {
	_, ok := h.byClass.Load(c)
	return ok && c != som.SOMObject && c != som.SOMClass && c != som.SOMClassMgr
}

// defining is held while metaclasses are made known.
var defining sync.Mutex

// defineMetaclass makes a metaclass of Go known to libsom, and its ancestors before it. Its instances are classes, which have no part of Go's behind their heads: what other languages call of
// it is called of the class as Go has it, and instances that they make of those classes are none of its business.
func (h *host) defineMetaclass(c *som.Class) error {
	defining.Lock()
	defer defining.Unlock()
	for _, a := range slices.Backward(c.Order()) {
		if a == som.SOMObject || a == som.SOMClass || h.has(a) {
			continue
		}
		if a.Derived() {
			return &som.Error{Code: som.CodeMetaclass, Class: c.Name(), Text: "it descends from " + a.Name() + ", which was made for want of one"}
		}
		if err := h.Define(a); err != nil {
			return err
		}
	}
	return nil
}

// A copied is type information that libsom's classes point to, for as long as the program. The original is kept, so that its place is no other's.
type copied struct {
	from []byte
	once sync.Once
	to   unsafe.Pointer // nil: it is damaged
}

// copied copies type information to where libsom may have it, once; nil for none and for what is damaged.
func (h *host) copied(b []byte) unsafe.Pointer {
	if len(b) == 0 {
		return nil
	}
	x, _ := h.informed.LoadOrStore(unsafe.SliceData(b), &copied{from: b})
	y := x.(*copied)
	y.once.Do(func() {
		if _, err := typelib.Parse(b); err == nil {
			y.to = C.CBytes(b)
		}
	})
	return y.to
}

// learn is told of a class of Go that libsom has just made, whose metaclass may make instances next.
func (h *host) learn(im *image, cls *C.som_class, data C.som_tok) error {
	im.cls, im.data = cls, data
	for _, n := range im.entries {
		C.native_entry_at(C.uint32_t(n), data)
	}
	for n, p := range im.class.Parents() {
		if row := C.call_parent_row(cls, C.uint32_t(n)); row != 0 {
			x, _ := h.known(p)
			x.row.CompareAndSwap(0, uintptr(row))
		}
	}
	h.add(im)
	_, err := h.imageOf(C.call_class_of(cls), nil) // as an object it is an instance of that
	return err
}

// stays reports whether libsom has a class that it has refused, because something uses it already.
func (h *host) stays(im *image) bool {
	if im.cls == nil {
		return false
	}
	name := C.CString(im.class.Name())
	defer C.free(unsafe.Pointer(name))
	cls := C.call_registered(name, nil)
	if cls != nil {
		C.call_release(C.uintptr_t(uintptr(unsafe.Pointer(cls))))
	}
	return cls == im.cls
}

func (h *host) parents(b *block, d *C.som_class_desc, c *som.Class) error {
	ps := c.Parents()
	names := unsafe.Slice((**C.char)(b.take(len(ps), unsafe.Sizeof(uintptr(0)))), len(ps))
	abstract := unsafe.Slice((**C.char)(b.take(len(ps), unsafe.Sizeof(uintptr(0)))), len(ps))
	n := 0
	for i, p := range ps {
		if _, err := h.known(p); err != nil {
			return err
		}
		names[i] = b.text(p.Name())
		if c.AbstractParent(i) {
			abstract[n] = names[i]
			n++
		}
	}
	d.parents, d.nparents = unsafe.SliceData(names), C.uint32_t(len(ps))
	if n > 0 {
		d.abstract_parents, d.nabstract_parents = unsafe.SliceData(abstract), C.uint32_t(n)
	}
	if is := c.InitClasses(); is != nil {
		names := unsafe.Slice((**C.char)(b.take(len(is), unsafe.Sizeof(uintptr(0)))), len(is))
		for i, a := range is {
			names[i] = b.text(a.Name())
		}
		d.init_classes, d.ninit_classes = unsafe.SliceData(names), C.uint32_t(len(is))
	}
	return nil
}

// selected describes which parents give which methods.
func selected(b *block, d *C.som_class_desc, c *som.Class) {
	all := c.Selections()
	selects := unsafe.Slice((*C.som_select)(b.take(len(all), uintptr(C.sizeof_som_select))), len(all))
	n := 0
	for m, p := range all {
		selects[n].method, selects[n].parent = b.text(m.String()), b.text(p.Name())
		n++
	}
	d.selects, d.nselects = unsafe.SliceData(selects), C.uint32_t(n)
}

// methodsOf describes what the class introduces and overrides, and returns the numbers of its quick entries.
func (h *host) methodsOf(b *block, d *C.som_class_desc, c *som.Class) (numbers []uint32, err error) {
	own := c.Introduced()
	intro := unsafe.Slice((*C.som_method)(b.take(len(own), uintptr(C.sizeof_som_method))), len(own))
	for i, m := range own {
		intro[i].name = b.text(m.Name())
		intro[i].kind = C.uint32_t(m.Kind())
		if m.Type() == dispatchType {
			intro[i].sig = b.text(dispatchSig)
			if intro[i].proc, err = h.enterDispatch(c, m); err != nil {
				return numbers, err
			}
			continue
		}
		if letters := refusing(m); letters != "" && c.Implements(m) != nil {
			intro[i].sig = b.text(m.Signature())
			if intro[i].proc, err = h.enterRefusal(c, m, letters); err != nil {
				return numbers, err
			}
			continue
		}
		s, err := signatureOf(m.Type(), m.Packing().Passing())
		if err != nil {
			continue // other languages see that it is there, and cannot call it
		}
		if c.Implements(m) == nil && m.Signature() != "" { // Go's type may not tell how others call it
			intro[i].sig = b.text(m.Signature())
			continue
		}
		intro[i].sig = b.text(s.told(m))
		if c.Implements(m) != nil {
			if intro[i].proc, err = h.enter(c, m, s, &numbers); err != nil {
				return numbers, err
			}
		}
	}
	var over []*som.Method
	for _, m := range c.Methods() {
		if m.Class() != c && h.has(m.Class()) && c.Implements(m) != nil {
			over = append(over, m)
		}
	}
	roots := rootsOf(c)
	overrides := unsafe.Slice((*C.som_override)(b.take(len(over)+len(roots), uintptr(C.sizeof_som_override))), len(over)+len(roots))
	for i, m := range over {
		if m.Type() == dispatchType {
			overrides[i].method, overrides[i].sig = b.text(m.String()), b.text(dispatchSig)
			if overrides[i].proc, err = h.enterDispatch(c, m); err != nil {
				return numbers, err
			}
			continue
		}
		if letters := refusing(m); letters != "" {
			overrides[i].method, overrides[i].sig = b.text(m.String()), b.text(m.Signature())
			if overrides[i].proc, err = h.enterRefusal(c, m, letters); err != nil {
				return numbers, err
			}
			continue
		}
		s, err := signatureOf(m.Type(), m.Packing().Passing())
		if err != nil {
			return numbers, &som.Error{Code: som.CodeMethod, Class: c.Name(), Text: "it overrides " + m.String() + ", which C cannot call", Err: err}
		}
		overrides[i].method, overrides[i].sig = b.text(m.String()), b.text(s.told(m))
		if overrides[i].proc, err = h.enter(c, m, s, &numbers); err != nil {
			return numbers, err
		}
	}
	for i, m := range roots {
		to := &overrides[len(over)+i]
		to.method, to.sig = b.text(m.String()), b.text(rootCalls[m.Name()].sig)
		if to.proc, err = h.enterRoot(c, m); err != nil {
			return numbers, err
		}
	}
	d.introduces, d.nintroduces = unsafe.SliceData(intro), C.uint32_t(len(own))
	d.overrides, d.noverrides = unsafe.SliceData(overrides), C.uint32_t(len(overrides))
	return numbers, nil
}

// enter returns the procedure by which C calls a method of a class of Go.
func (h *host) enter(c *som.Class, m *som.Method, s *signature, numbers *[]uint32) (*C.som_proc, error) {
	e := &entry{class: c, method: m, sig: s, line: c.Line(m)}
	s.owned(m)
	texts := m.Packing().HasTexts() && !s.borrowed && !s.takes
	if m.Packing().HasFrames() && !s.borrowed {
		e.framed = framedAs(s)
	}
	if inWords(m.Type()) && !c.DescendsFrom(som.SOMClass) && (m.Packing().HasWords() || texts || e.framed != nil) {
		if n, ok := takeEntry(); ok {
			entries[n] = *e
			switch {
			case e.framed != nil && e.framed.result.real:
				C.native_entry_takes(C.uint32_t(n), C.NATIVE_REAL)
			case e.framed != nil:
				C.native_entry_takes(C.uint32_t(n), C.NATIVE_FRAME)
			case texts:
				C.native_entry_takes(C.uint32_t(n), C.NATIVE_TEXTS)
			case len(s.args) > 1:
				C.native_entry_takes(C.uint32_t(n), C.NATIVE_FOUR)
			default:
				C.native_entry_takes(C.uint32_t(n), C.NATIVE_ONE)
			}
			*numbers = append(*numbers, n)
			return C.native_entry(C.uint32_t(n)), nil
		}
	}
	return h.closure(e, s.text)
}

// takeEntry returns the number of an entry that nobody has.
func takeEntry() (uint32, bool) {
	freeEntries.Lock()
	defer freeEntries.Unlock()
	if last := len(freeEntries.all) - 1; last >= 0 {
		n := freeEntries.all[last]
		freeEntries.all = freeEntries.all[:last]
		return n, true
	}
	if freeEntries.next == C.NATIVE_ENTRIES {
		return 0, false
	}
	freeEntries.next++
	return freeEntries.next - 1, true
}

// giveEntries gives those of a class back that libsom does not have.
func giveEntries(numbers []uint32) {
	freeEntries.Lock()
	defer freeEntries.Unlock()
	for _, n := range numbers {
		entries[n] = entry{}
	}
	freeEntries.all = append(freeEntries.all, numbers...)
}

// closure makes a procedure of a signature that calls an entry.
func (h *host) closure(e *entry, signature string) (*C.som_proc, error) {
	sig := C.CString(signature)
	defer C.free(unsafe.Pointer(sig))
	var ev C.som_env
	p := C.native_closure(sig, C.uintptr_t(h.methods.put(e)), &ev)
	if p == nil {
		return nil, taken(&ev)
	}
	return p, nil
}
