//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"context"
	"reflect"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// Methods that are given another's call, as sommProxyDispatch is, have a form of their own in each kernel: in Go the method and its arguments, in C the method's
// name, packed arguments, how many they are, and where the result goes.
var dispatchType = reflect.TypeFor[func(som.Self, context.Context, *som.Method, []any) ([]any, error)]()

const dispatchSig = "i:spIp"

// sent is a method whose call a class is given.
type sent struct {
	by     *som.Class
	method *som.Method
}

// sentForm returns how C calls a method whose call is given.
func sentForm(m *som.Method) (*signature, error) {
	s, err := signatureOf(m.Type(), m.Packing().Passing())
	if err != nil {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "a call of %s is sent on by another language, in which it has no form: %w", m, err)
	}
	s.owned(m)
	return s, nil
}

// enterDispatch returns the procedure by which C calls such a method of a class of Go.
func (h *host) enterDispatch(c *som.Class, m *som.Method) (*C.som_proc, error) {
	return h.closure(&entry{class: c, method: m, root: (*entry).dispatch}, dispatchSig)
}

// dispatch is such a call from C.
func (e *entry) dispatch(self uintptr, args, result *C.som_value) error {
	r, err := the.refOf(self, false)
	if err != nil {
		return err
	}
	defer func() { _ = r.Release() }()
	in := unsafe.Slice(args, 4)
	name, packed, n, to := *(**C.char)(unsafe.Pointer(&in[0])), *(**C.som_value)(unsafe.Pointer(&in[1])), *(*uint32)(unsafe.Pointer(&in[2])), *(**C.som_value)(unsafe.Pointer(&in[3]))
	m, err := r.Class().Lookup(C.GoString(name))
	if err != nil {
		return err
	}
	s, err := sentForm(m)
	if err != nil {
		return err
	}
	if int(n) != len(s.args) || packed == nil && n > 0 {
		return &som.Error{Code: som.CodeMethod, Class: e.class.Name(), Text: "wrong number of arguments for " + m.String()}
	}
	var nowhere C.som_value
	if to == nil {
		to = &nowhere
	}
	x, ok := the.sent.Load(sent{e.class, m})
	if !ok {
		x, _ = the.sent.LoadOrStore(sent{e.class, m}, &entry{class: e.class, method: m, sig: s})
	}
	return x.(*entry).callBy(r, packed, to, func(given []any) ([]any, error) {
		outs, err := e.class.Call(background, e.method, r, []any{m, given})
		if err != nil || len(outs) == 0 {
			return nil, err
		}
		of, _ := outs[0].([]any)
		if len(of) != s.outs {
			return nil, &som.Error{Code: som.CodeMethod, Class: e.class.Name(), Text: "wrong number of results of " + m.String()}
		}
		return of, nil
	})
}

// dispatcher returns what a class of libsom's does for such a method.
func (im *image) dispatcher(f C.som_found) any {
	if letters, _, _ := strings.Cut(C.GoString(f.sig), "/"); letters != dispatchSig || f.token == 0 {
		return nil
	}
	return func(self som.Self, _ context.Context, m *som.Method, args []any) ([]any, error) {
		o, alive := self.Other()
		if !alive {
			return nil, im.over()
		}
		s, err := sentForm(m)
		if err != nil {
			return nil, err
		}
		if len(args) != s.ins {
			return nil, &som.Error{Code: som.CodeMethod, Class: im.class.Name(), Text: "wrong number of arguments for " + m.String()}
		}
		values := valuesPool.Get().(*[maxArgs]C.som_value)
		clear(values[:len(s.args)])
		name := C.CString(m.String())
		var frame frame
		defer func() {
			frame.end()
			valuesPool.Put(values)
			C.free(unsafe.Pointer(name))
		}()
		if err := frame.pass(s, values, args); err != nil {
			return nil, err
		}
		r := C.native_send(C.uintptr_t(im.proc(o, uintptr(f.token))), C.uintptr_t(uintptr(o)), name, &values[0], C.uint32_t(len(s.args)))
		frame.passed(s, args)
		if r.raised != nil {
			return nil, raised(r.raised)
		}
		return frame.results(s, unsafe.Pointer(&r.value))
	}
}
