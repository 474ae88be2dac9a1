//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"context"
	"reflect"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// Calls with texts cross once, as those with numbers do: texts travel in the memory that tells of the call, unless they
// are too long for it.

// isText reports whether an argument or a result is a text.
func (a *slot) isText() bool { return a != nil && a.at == nil && a.typ.Kind() == reflect.String }

// textsOf has a bit for each argument that is a text.
func (s *signature) textsOf() (bits uint32) {
	for i := range s.args {
		if s.args[i].isText() {
			bits |= 1 << i
		}
	}
	return bits
}

// rooms are calls that are not being made.
var rooms = sync.Pool{New: func() any { return new(C.native_texts) }}

// textCrossing makes calls of a method that takes or returns texts.
func (im *image) textCrossing(s *signature, token uintptr) som.TextCrossing {
	texts, n := s.textsOf(), len(s.args)
	result := C.uint32_t(C.NATIVE_NUMBER)
	if s.out.isText() {
		result = C.NATIVE_OWNED
		if s.borrowed {
			result = C.NATIVE_BORROWED
		}
	}
	return func(self som.Self, _ context.Context, args som.Words) (som.Word, error) {
		o, alive := self.Other()
		if !alive {
			return som.Word{}, im.over()
		}
		for i := range args[:n] {
			if texts>>i&1 != 0 {
				if err := checkText(args[i].Text); err != nil {
					return som.Word{}, err
				}
			}
		}
		call := rooms.Get().(*C.native_texts)
		call.texts, call.result = 0, result
		room := unsafe.Slice((*byte)(unsafe.Pointer(&call.room)), C.NATIVE_ROOM)
		used := 0
		var long [som.MaxWords]unsafe.Pointer
		for i := range args[:n] {
			if texts>>i&1 == 0 {
				call.words[i] = C.uint64_t(args[i].N)
				continue
			}
			text := args[i].Text
			if used+len(text) >= len(room) {
				long[i] = unsafe.Pointer(C.CString(text))
				call.words[i] = C.uint64_t(uintptr(long[i]))
				continue
			}
			call.texts |= 1 << i
			call.words[i] = C.uint64_t(used)
			used += copy(room[used:], text)
			room[used] = 0
			used++
		}
		C.native_call_texts(call, C.uintptr_t(im.proc(o, token)), C.uintptr_t(uintptr(o)))
		for _, p := range long {
			if p != nil {
				C.free(p)
			}
		}
		answer, err := som.Word{N: uint64(call.value)}, error(nil)
		switch {
		case call.raised != 0:
			answer.N, err = 0, raised((*C.som_env)(pointer(uintptr(call.raised))))
		case result == C.NATIVE_NUMBER:
		case call.rest != 0:
			text := pointer(uintptr(call.rest))
			answer.Text = C.GoString((*C.char)(text))
			if result == C.NATIVE_OWNED {
				C.call_deallocate(text)
			}
		default:
			answer.Text = string(room[:call.value])
		}
		rooms.Put(call)
		return answer, err
	}
}

//export somNativeEnterTexts
func somNativeEnterTexts(n C.uint32_t, handle C.uint64_t, ev *C.som_env, call *C.native_entered) {
	defer func() { recovered(ev, recover()) }()
	e, r := &entries[n], handles.get(uint64(handle))
	if r.IsNil() {
		raise(ev, e.over())
		return
	}
	var args som.Words
	for i := range e.sig.args {
		if e.sig.args[i].isText() {
			args[i].Text = C.GoString((*C.char)(pointer(uintptr(call.words[i]))))
		} else {
			args[i].N = uint64(call.words[i])
		}
	}
	fn, self, ok := e.line.Of(r)
	if !ok {
		fn, self = e.line.OfDescendant(r)
	}
	v, err := e.line.Texts(fn, self, background, args)
	if err == nil && e.sig.out.isText() {
		err = checkText(v.Text)
	}
	switch room := unsafe.Slice((*byte)(unsafe.Pointer(&call.room)), len(call.room)); {
	case err != nil:
		raise(ev, err)
	case !e.sig.out.isText():
		call.value = C.uint64_t(v.N)
	case len(v.Text) <= len(room):
		call.roomed, call.length = 1, C.uint32_t(copy(room, v.Text))
	default:
		text := C.call_allocate(C.size_t(len(v.Text) + 1)) // zeroed
		if text == nil {
			raise(ev, noMemory())
			return
		}
		copy(unsafe.Slice((*byte)(unsafe.Pointer(text)), len(v.Text)), v.Text)
		call.value = C.uint64_t(uintptr(unsafe.Pointer(text)))
	}
}
