//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"context"
	"reflect"
	"runtime/debug"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// What C calls. Nothing that Go raises or panics goes through C's frames.

// background is the ctx of all calls from C, which have none.
var background = context.Background()

//export somNativeEnterOne
func somNativeEnterOne(n C.uint32_t, handle C.uint64_t, ev *C.som_env, a C.uint64_t) C.uint64_t {
	done := false
	defer func() {
		if !done { // asked first, since recover costs what a call costs
			recovered(ev, recover())
		}
	}()
	e, r := &entries[n], handles.get(uint64(handle))
	if r.IsNil() {
		raise(ev, e.over())
		return 0
	}
	fn, self, ok := e.line.Of(r)
	if !ok {
		fn, self = e.line.OfDescendant(r)
	}
	v, err := e.line.Words(fn, self, background, uint64(a), 0, 0, 0)
	done = true
	if err != nil {
		raise(ev, err)
	}
	return C.uint64_t(v)
}

//export somNativeEnterFour
func somNativeEnterFour(n C.uint32_t, handle C.uint64_t, ev *C.som_env, a, b, c, d C.uint64_t) C.uint64_t {
	done := false
	defer func() {
		if !done {
			recovered(ev, recover())
		}
	}()
	e, r := &entries[n], handles.get(uint64(handle))
	if r.IsNil() {
		raise(ev, e.over())
		return 0
	}
	fn, self, ok := e.line.Of(r)
	if !ok {
		fn, self = e.line.OfDescendant(r)
	}
	v, err := e.line.Words(fn, self, background, uint64(a), uint64(b), uint64(c), uint64(d))
	done = true
	if err != nil {
		raise(ev, err)
	}
	return C.uint64_t(v)
}

func (e *entry) over() error {
	return &som.Error{Code: som.CodeFreed, Class: e.class.Name(), Text: "method " + e.method.Name() + " was called of an object after its end"}
}

//export somNativeHandle
func somNativeHandle(method, self C.uintptr_t, ev *C.som_env, args, result *C.som_value) {
	defer func() { recovered(ev, recover()) }()
	e := the.methods.get(uint64(method))
	call := e.call
	if e.root != nil {
		call = func(self uintptr, args, result *C.som_value) error { return e.root(e, self, args, result) }
	}
	if err := call(uintptr(self), args, result); err != nil {
		raise(ev, err)
	}
}

// call calls a method of any signature from C.
func (e *entry) call(self uintptr, from, result *C.som_value) error {
	r, err := the.refOf(self, false)
	if err != nil {
		return err
	}
	defer func() { _ = r.Release() }()
	return e.callBy(r, from, result, func(args []any) ([]any, error) { return e.class.Call(background, e.method, r, args) })
}

// callBy has do called with what C passes, and gives C what that returns.
func (e *entry) callBy(r som.Ref, from, result *C.som_value, do func(args []any) ([]any, error)) (err error) {
	values := unsafe.Slice(from, len(e.sig.args))
	args, mine := make([]any, e.sig.ins), make([]bool, e.sig.ins)
	defer func() {
		for i, a := range args { // objects were borrowed
			if !mine[i] {
				letGo(a)
			}
		}
		e.sig.took(values)
	}()
	for i := range values {
		a := &e.sig.args[i]
		if !a.goesIn() {
			continue
		}
		if args[a.in], err = a.argument(unsafe.Pointer(&values[i])); err != nil {
			return err
		}
	}
	for i := range e.sig.args {
		if a := &e.sig.args[i]; a.given { // the method has the reference from here on
			mine[a.in] = true
		}
	}
	outs, err := do(args)
	if err != nil || e.sig.outs == 0 {
		return err
	}
	var made staged
	defer made.end()
	defer func() { // they were this call's: C has others, which are its own or the object's
		for _, out := range outs {
			letGo(out)
		}
	}()
	if err := made.stage(e, values, outs); err != nil {
		return err
	}
	if e.sig.out != nil {
		out := outs[0]
		outs[0] = nil // answer sees to its references
		if err := e.answer(r, out, result); err != nil {
			return err
		}
	}
	made.give(e, r)
	return nil
}

// argument returns what C passes at p.
func (a *slot) argument(p unsafe.Pointer) (any, error) {
	if a.at != nil {
		return a.at.value(*(*unsafe.Pointer)(p))
	}
	v, err := a.take(p, false)
	if err != nil {
		return nil, err
	}
	if o, ok := v.Interface().(som.Ref); ok && o.IsNil() && a.typ != refType {
		return nil, nil
	}
	return v.Interface(), nil
}

// answer gives C a result, which is the caller's, or the object's if it is an attribute's. Of an object it takes the reference, also where it fails.
func (e *entry) answer(r som.Ref, out any, result *C.som_value) error {
	p, t := unsafe.Pointer(result), e.sig.out.typ
	switch by := e.sig.out.by; {
	case by != nil && by.kind == wideChar:
		return by.put(p, out)
	case t.Kind() == reflect.String:
		if e.sig.borrowed {
			c := newCell(e.sig.out.layout())
			c.ends = true
			if err := c.at.put(c.p, out); err != nil {
				c.end()
				return err
			}
			if !the.lend(r, lending{e, -1}, c, p) {
				c.end()
				return e.over()
			}
			return nil
		}
		put := putText
		if by != nil {
			put = putWideText
		}
		return put(p, reflect.ValueOf(out).String())
	case t.Kind() == reflect.Interface || t == refType:
		if out == nil {
			return nil
		}
		o, err := native(out)
		if err != nil || o == 0 {
			letGo(out)
			return err
		}
		ref := out.(som.Object).SOM()
		if e.sig.borrowed {
			return e.lendObject(r, ref, p)
		}
		C.call_retain(C.uintptr_t(o)) // Go's reference becomes the caller's
		if err := ref.Release(); err != nil {
			C.call_release(C.uintptr_t(o))
			return err
		}
		*(*uintptr)(p) = o
		return nil
	}
	number(p, reflect.ValueOf(out))
	return nil
}

var textLayout = &layout{typ: reflect.TypeFor[string](), kind: text, size: unsafe.Sizeof(uintptr(0)), owns: true}

//export somNativeKnown
func somNativeKnown(class C.uintptr_t, cls *C.som_class, data C.som_tok, ev *C.som_env) {
	defer func() { recovered(ev, recover()) }()
	if err := the.learn(the.classes.get(uint64(class)), cls, data); err != nil {
		raise(ev, err)
	}
}

//export somNativeLife
func somNativeLife(class C.uintptr_t, part C.int, self, from C.uintptr_t, ev *C.som_env) {
	defer func() { recovered(ev, recover()) }()
	im := the.classes.get(uint64(class))
	if err := the.live(im, som.Part(part), uintptr(self), uintptr(from)); err != nil {
		raise(ev, err)
	}
}

// live does a class's part at the beginning, the end, or the assignment of an object.
func (h *host) live(im *image, part som.Part, self, from uintptr) (err error) {
	var (
		t     *twin
		begun bool
	)
	if x, ok := h.twins.Load(self); ok {
		t = x.(*twin)
	}
	if part == som.PartInit || part == som.PartCopy {
		if t == nil {
			if t, err = h.pair(self); err != nil {
				return err
			}
		}
		*C.native_handle(C.uintptr_t(self), im.data) = C.uint64_t(t.handle)
		t.parts++
		defer func() {
			if !begun { // it has failed, or panics
				h.ended(t)
			}
		}()
	}
	if t == nil {
		return im.over()
	}
	var other som.Ref
	if from != 0 {
		x, ok := h.twins.Load(from)
		if !ok {
			return im.over()
		}
		other = x.(*twin).ref
	}
	if part == som.PartFini {
		defer h.ended(t)
	}
	err = im.class.Do(part, t.ref, other)
	begun = err == nil
	return err
}

// pair makes what stands in Go for an object that libsom has just made.
func (h *host) pair(o uintptr) (*twin, error) {
	cls := **(***C.som_class)(pointer(o))
	im, err := h.imageOf(cls, nil)
	if err == nil {
		err = h.front(im)
	}
	if err != nil {
		return nil, err
	}
	t := &twin{ref: im.class.Adopt(pointer(o)), object: o}
	t.handle = handles.put(t.ref)
	h.twins.Store(o, t)
	return t, nil
}

// ended ends one class's part, and with the last the object as Go has it.
func (h *host) ended(t *twin) {
	if t.parts--; t.parts > 0 {
		return
	}
	t.ref.Ended()
	h.watched.Delete(t.ref)
	h.twins.Delete(t.object)
	handles.drop(t.handle)
	t.mu.Lock()
	lent := t.lent
	t.lent = nil
	t.mu.Unlock()
	if len(lent) > 0 { // ancestors in other languages, whose destructors are still to run, may use it
		h.lasting.Store(t.object, lent)
		C.native_lasting(1)
	}
}

//export somNativeLast
func somNativeLast(self C.uintptr_t) {
	x, ok := the.lasting.LoadAndDelete(uintptr(self))
	if !ok {
		return
	}
	C.native_lasting(-1)
	for _, all := range x.(map[lending][]cell) {
		for _, c := range all {
			c.end()
		}
	}
}

// recovered makes an exception of a panic.
func recovered(ev *C.som_env, p any) {
	if p != nil {
		raise(ev, &Panic{Value: p, Stack: debug.Stack()})
	}
}
