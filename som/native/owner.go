//go:build cgo && unix

package native

// #include "calls.h"
// #include <string.h>
import "C"

import (
	"slices"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// An owner tells who owns what of a method's values: a *som.Method, or a *som.MethodSpec of one that is being made.
type owner interface {
	LendsResult() bool
	Lends(param int) bool
	Takes(param int) bool
}

// owned notes who owns what.
func (s *signature) owned(of owner) {
	s.borrowed = of.LendsResult()
	for i := range s.args {
		a := &s.args[i]
		if a.how == 'r' || !a.owns() {
			continue
		}
		a.given = a.goesIn() && of.Takes(i)
		a.lent = a.goesOut() && of.Lends(i)
		s.takes = s.takes || a.given
	}
}

// lends reports whether a result, as Go has them, stays the object's.
func (s *signature) lends(result int) bool {
	for i := range s.args {
		if a := &s.args[i]; a.goesOut() && a.how != 'r' && a.res == result {
			return a.lent
		}
	}
	return s.borrowed
}

// layout is that of the value itself, or of what the argument points to; nil where it is a number.
func (s *slot) layout() *layout {
	l := s.at
	if l == nil {
		l = s.by
	}
	if l == nil {
		l, _ = layoutOf(s.typ, false)
	}
	return l
}

// owns reports whether values hold memory or references.
func (s *slot) owns() bool {
	l := s.layout()
	return l != nil && l.owns
}

// hand puts an argument at p that is the object's from the call on: in memory of libsom's, with references of its own. Until then it is the frame's.
func (f *frame) hand(p unsafe.Pointer, a *slot, v any) error {
	l := a.layout()
	c := newCell(l)
	c.ends = true
	f.given = append(f.given, c)
	if err := l.put(c.p, v); err != nil {
		return err
	}
	if a.at != nil {
		*(*unsafe.Pointer)(p) = c.p // what it points to alone is the caller's
		return nil
	}
	C.memcpy(p, c.p, C.size_t(l.size))
	return nil
}

// passed is told that the call has been made: what was given is the object's, and so are the references that Go had for it.
func (f *frame) passed(s *signature, args []any) {
	if !s.takes {
		return
	}
	for i := range f.given {
		f.given[i].ends = false
	}
	n := 0
	for i := range s.args {
		a := &s.args[i]
		if a.given {
			letGo(args[a.in])
		}
		if a.at != nil && (!a.given || a.how == 'x') {
			f.cells[n].ends = f.cells[n].ends && !a.given
			n++
		}
	}
}

// took ends what C gave with a call. Go has copies of it, and references of its own.
func (s *signature) took(values []C.som_value) {
	if !s.takes {
		return
	}
	for i := range s.args {
		switch a, p := &s.args[i], unsafe.Pointer(&values[i]); {
		case !a.given || a.how != 'i': // an inout's ends when what comes out takes its place
		case a.at == nil:
			a.layout().end(p)
		case *(*unsafe.Pointer)(p) != nil:
			a.at.end(*(*unsafe.Pointer)(p))
		}
	}
}

// maxLent is how many values an object has at most for C of those that a method lends in one place of its results, the last ones. Each counts
// once: a value like one that is there is where that is, so that what an attribute returns stays where it is until the attribute has another.
const maxLent = 16

// lendObject gives C an object that it borrows, of which Go has returned a reference. That goes back where the object has others, as it has
// where whoever lends it keeps one: or those that refer to each other by what they lend, one of them weakly, would keep each other alive. The only one there is is r's from here on; where r has ended it goes back.
func (e *entry) lendObject(r, out som.Ref, p unsafe.Pointer) error {
	o := uintptr(out.Other())
	if !out.Class().Shares() { // Go as a whole has one
		C.call_retain(C.uintptr_t(o))
		if err := out.Release(); err != nil {
			C.call_release(C.uintptr_t(o))
			return err
		}
	}
	if C.call_yield(C.uintptr_t(o)) {
		*(*uintptr)(p) = o
		return nil
	}
	c := newCell(objectLayout)
	c.ends = true
	*(*uintptr)(c.p) = o
	if !the.lend(r, lending{e, -1}, c, p) {
		c.end()
		return e.over()
	}
	return nil
}

var objectLayout = &layout{typ: refType, kind: object, size: unsafe.Sizeof(uintptr(0)), align: unsafe.Sizeof(uintptr(0)), owns: true}

// A lending is a place of a method's results of which the values stay the object's.
type lending struct {
	by   *entry
	slot int // the number of the argument, or -1 for what the function returns
}

// lend makes what a cell owns the object's, and copies it to where C finds it, or what the object has like it. It takes the cell, unless the object has ended.
func (h *host) lend(r som.Ref, of lending, c cell, to unsafe.Pointer) bool {
	x, ok := h.twins.Load(uintptr(r.Other()))
	if !ok {
		if _, class := r.AsClass(); !class {
			return false
		}
		x, _ = h.lenders.LoadOrStore(uintptr(r.Other()), &twin{}) // for good: Go holds the class
	}
	c.ends = true
	t := x.(*twin)
	t.mu.Lock()
	if t.lent == nil {
		t.lent = map[lending][]cell{}
	}
	all, old := t.lent[of], cell{}
	like := slices.IndexFunc(all, func(o cell) bool { return c.at.same(o.p, c.p) })
	switch {
	case like >= 0:
		c, old = all[like], c
		all = slices.Delete(all, like, like+1)
	case len(all) == maxLent:
		old = all[0]
		all = slices.Delete(all, 0, 1)
	}
	t.lent[of] = append(all, c)
	C.memcpy(to, c.p, C.size_t(c.at.size))
	t.mu.Unlock()
	if old.p != nil { // with the last references to objects, perhaps, whose destructors may ask for the attribute
		old.end()
	}
	return true
}
