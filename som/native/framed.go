//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"reflect"
	"runtime"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// Calls of methods of numbers, fractions among them, and objects, with what comes out: they cross once, as those of whole numbers do, and nothing is packed.

// framing says that this machine's calls go by native_framed, see there.
const framing = (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64" || runtime.GOARCH == "riscv64" || runtime.GOARCH == "loong64") && runtime.GOOS != "darwin" && runtime.GOOS != "ios"

// A framed parameter is where one is passed.
type framed struct {
	real   bool  // among the fractions
	single bool  // a float
	object bool  // a reference
	in     bool  // it is passed something
	size   uint8 // of what a pointer leads to, 0: it is passed by itself
	at     uint8 // its place in words or reals
}

// A framedCall is how a method is called.
type framedCall struct {
	im     *image
	token  uintptr
	args   []framed
	outs   uint32 // bit n: word n is a pointer to what comes out
	reals  uint32 // how many there are
	result framed
	void   bool
	owned  bool // the result is the caller's
	refs   bool // objects go in
	gives  bool // objects come out
}

// framedAs returns how a method of a signature is called so, or nil.
func framedAs(s *signature) *framedCall {
	if !framing || len(s.args) > som.MaxFrame || s.takes {
		return nil
	}
	c := &framedCall{void: s.out == nil, owned: !s.borrowed}
	if s.out != nil {
		if s.out.by != nil || !c.result.of(s.out.typ) {
			return nil
		}
		c.gives = c.result.object
	}
	words := uint8(0)
	for i := range s.args {
		a := &s.args[i]
		f := framed{in: a.goesIn()}
		if a.how == 'r' || a.by != nil || a.lent || !f.of(a.typ) {
			return nil
		}
		switch {
		case a.at != nil: // a pointer
			if f.object && f.in || !f.object && a.at.kind != numeric && a.at.kind != boolean || f.object && a.at.kind != object {
				return nil
			}
			f.size, f.at = uint8(a.at.size), words
			c.outs |= 1 << words
			words++
		case f.real:
			f.at = uint8(c.reals)
			c.reals++
		default:
			f.at = words
			words++
		}
		c.refs, c.gives = c.refs || f.object && f.in, c.gives || f.object && f.size > 0
		c.args = append(c.args, f)
	}
	return c
}

// of reports whether a type can be passed so.
func (f *framed) of(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Float64, reflect.Float32:
		f.real, f.single = true, t.Kind() == reflect.Float32
		return true
	case reflect.Interface:
		f.object = true
		return true
	case reflect.Bool, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	f.object = t == refType
	return f.object
}

// A crossedFrame is a call as C makes it, native_framed_call.
type crossedFrame struct {
	proc, object uintptr
	value        uint64
	raised       *C.som_env
	words, reals [som.MaxFrame]uint64
	outs, nreals uint32
	real, _      uint32 // what comes back is a fraction
}

var crossFrame = C.native_cross_frame()

// singleWord is a float as it lies in a register for fractions: in some machines it counts as one only if all bits above it are set.
func singleWord(v uint64) uint64 { return v | 0xffffffff<<32 }

// callFrame calls a method of a class's image.
func callFrame(at unsafe.Pointer, self som.Self, f *som.Frame) error {
	c := (*framedCall)(at)
	o, alive := self.Other()
	if !alive {
		return c.im.over()
	}
	x := crossedFrame{proc: c.im.proc(o, c.token), object: uintptr(o), outs: c.outs, nreals: c.reals}
	if c.result.real {
		x.real = 1
	}
	for i := range c.args {
		switch a := &c.args[i]; {
		case !a.real && !a.object, a.size > 0:
			x.words[a.at&7] = f.Words[i]
		case a.single:
			x.reals[a.at&7] = singleWord(f.Words[i])
		case a.real:
			x.reals[a.at&7] = f.Words[i]
		default:
			n, err := nativeRef(f.Refs[i])
			if err != nil {
				return err
			}
			x.words[a.at&7] = uint64(n)
		}
	}
	cgocall(crossFrame, unsafe.Pointer(&x))
	if x.raised != nil {
		return raised(x.raised)
	}
	return c.came(&x, f)
}

// came takes what a call that raised nothing has left.
func (c *framedCall) came(x *crossedFrame, f *som.Frame) (failed error) {
	take := func(a *framed, n int, v uint64, owned bool) {
		if !a.object {
			f.Words[n] = v
			return
		}
		r, err := the.refOf(uintptr(v), owned)
		if err != nil {
			failed = err
		}
		f.Refs[n] = r
	}
	if !c.void {
		take(&c.result, som.MaxFrame, x.value, c.owned)
	}
	if c.outs != 0 {
		for i := range c.args {
			if a := &c.args[i]; a.size > 0 {
				take(a, i, x.words[a.at&7], true)
			}
		}
	}
	if failed != nil {
		for i := range f.Refs {
			if came := i == som.MaxFrame || i < len(c.args) && c.args[i].size > 0; came && !f.Refs[i].IsNil() {
				_ = f.Refs[i].Release()
			}
		}
		f.Refs = [som.MaxFrame + 1]som.Ref{}
	}
	return failed
}

// enterFrame calls a method of a class of Go for C.
func (e *entry) enterFrame(r som.Ref, call *C.native_framed) error {
	var f som.Frame
	c := e.framed
	words, reals := (*[som.MaxFrame]uint64)(unsafe.Pointer(&call.words)), (*[som.MaxFrame]uint64)(unsafe.Pointer(&call.reals))
	if c.refs {
		defer c.letGo(&f) // what came in was borrowed
	}
	for i := range c.args {
		switch a := &c.args[i]; {
		case a.size > 0:
			p := pointer(uintptr(words[a.at&7]))
			if p == nil {
				return &som.Error{Code: som.CodeType, Class: e.class.Name(), Text: "NULL is where " + e.method.Name() + " should put a result"}
			}
			if a.in {
				f.Words[i] = fetch(p, a.size)
			}
		case a.object:
			o, err := the.refOf(uintptr(words[a.at&7]), false)
			if err != nil {
				return err
			}
			f.Refs[i] = o
		case a.real:
			f.Words[i] = reals[a.at&7]
		default:
			f.Words[i] = words[a.at&7]
		}
	}
	fn, self, ok := e.line.Of(r)
	if !ok {
		fn, self = e.line.OfDescendant(r)
	}
	if err := e.line.Frame(fn, self, background, &f); err != nil {
		return err
	}
	return c.give(&f, call)
}

// letGo ends the references of objects that came in.
func (c *framedCall) letGo(f *som.Frame) {
	for i := range c.args {
		if a := &c.args[i]; a.object && a.size == 0 && !f.Refs[i].IsNil() {
			_ = f.Refs[i].Release()
		}
	}
}

// give gives C what comes out: all of it, or nothing and the error.
func (c *framedCall) give(f *som.Frame, call *C.native_framed) error {
	words := (*[som.MaxFrame]uint64)(unsafe.Pointer(&call.words))
	if c.gives {
		if err := c.giveRefs(f); err != nil {
			return err
		}
	}
	for i := range c.args {
		if a := &c.args[i]; a.size > 0 {
			store(pointer(uintptr(words[a.at&7])), a.size, f.Words[i])
		}
	}
	if !c.void {
		call.value = C.uint64_t(f.Words[som.MaxFrame])
		if c.result.single {
			call.value = C.uint64_t(singleWord(f.Words[som.MaxFrame]))
		}
	}
	return nil
}

// giveRefs turns references of Go's that come out into words.
func (c *framedCall) giveRefs(f *som.Frame) (failed error) {
	each := func(do func(n int)) {
		for i := range c.args {
			if a := &c.args[i]; a.object && a.size > 0 {
				do(i)
			}
		}
		if !c.void && c.result.object {
			do(som.MaxFrame)
		}
	}
	failed = f.Odd()
	each(func(n int) {
		o, err := nativeRef(f.Refs[n])
		if err != nil {
			failed = err
			return
		}
		if o != 0 {
			C.call_retain(C.uintptr_t(o)) // Go's reference becomes the caller's
		}
		f.Words[n] = uint64(o)
	})
	each(func(n int) {
		if failed != nil && f.Words[n] != 0 {
			C.call_release(C.uintptr_t(f.Words[n]))
		}
		if !f.Refs[n].IsNil() {
			_ = f.Refs[n].Release()
		}
	})
	return failed
}

// fetch and store are of numbers of so many octets.
func fetch(p unsafe.Pointer, size uint8) uint64 {
	switch size {
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

func store(p unsafe.Pointer, size uint8, v uint64) {
	switch size {
	case 1:
		*(*uint8)(p) = uint8(v)
	case 2:
		*(*uint16)(p) = uint16(v)
	case 4:
		*(*uint32)(p) = uint32(v)
	default:
		*(*uint64)(p) = v
	}
}

//export somNativeEnterFrame
func somNativeEnterFrame(n C.uint32_t, handle C.uint64_t, ev *C.som_env, call *C.native_framed) {
	done := false
	defer func() {
		if !done { // asked first, as in somNativeEnterOne
			recovered(ev, recover())
		}
	}()
	e, r := &entries[n], handles.get(uint64(handle))
	err := error(nil)
	if r.IsNil() {
		err = e.over()
	} else {
		err = e.enterFrame(r, call)
	}
	done = true
	if err != nil {
		raise(ev, err)
	}
}
