//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"reflect"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// While a call from C lasts, the environments of exceptions that Go got in it are kept, so that what Go raises of them is
// what came: with members that Go has no type for, and with the function that ends them. With the call they end.

// maxKept is how many exceptions are kept for a call, the last ones: it may be one that lasts as long as the program.
const maxKept = 16

// A kept environment is what an error was made of.
type kept struct {
	of  error      // a pointer
	env *C.som_env // on C's heap
}

// keptFor are the exceptions of calls from C that Go is in. A call is its goroutine's alone.
var keptFor sync.Map // *C.native_within to *[]kept

// keep keeps the environment that an error was made of for the call from C that this goroutine is in, and reports whether there is one.
func keep(of error, env *C.som_env) bool {
	here := C.native_now()
	if here == nil || of == nil {
		return false
	}
	v, _ := keptFor.LoadOrStore(here, new([]kept))
	all := v.(*[]kept)
	here.got = 1
	if len(*all) == maxKept {
		C.native_forget((*all)[0].env)
		*all = append((*all)[:0], (*all)[1:]...)
	}
	*all = append(*all, kept{of, env})
	return true
}

//export somNativeLeave
func somNativeLeave(here *C.native_within) {
	v, _ := keptFor.LoadAndDelete(here)
	for _, k := range *v.(*[]kept) {
		C.native_forget(k.env)
	}
}

// passOn raises an error that is, or wraps, one that came in the call from C which this goroutine is in as it came, and reports
// whether it is one. It is not if Go has changed what it says.
func passOn(ev *C.som_env, err error, text *C.char) bool {
	here := C.native_now()
	if here == nil || here.got == 0 {
		return false
	}
	v, _ := keptFor.Load(here)
	all := v.(*[]kept)
	for x := range chain(err) {
		for n := len(*all) - 1; n >= 0; n-- {
			k := (*all)[n]
			if k.of != x || !k.says() {
				continue
			}
			*all = append((*all)[:n], (*all)[n+1:]...)
			k.raise(ev, err, text)
			return true
		}
	}
	return false
}

// says reports whether the environment says what the error does that was made of it.
func (k *kept) says() bool {
	id, text := C.GoString(k.env.id), C.GoString(k.env.text)
	switch x := k.of.(type) {
	case *Exception:
		return x.ID == id
	case *som.Error:
		return x.Err == nil && x.Text == text && codes[x.Code].number == k.env.code
	case *exc.SystemException:
		return x.Kind.ID() == id && x.Minor == uint32(k.env.minor) && x.Completed == exc.Completed(k.env.completed) && x.Reason == text
	}
	v, l := exceptionOf(k.of)
	if l == nil || k.env.value == nil {
		return v.IsZero()
	}
	return l.holds(k.env.value, v)
}

// raise hands the environment on, for err, which is k.of or wraps it. What wraps it is Go's, and comes back to Go.
func (k *kept) raise(ev *C.som_env, err error, text *C.char) {
	refs := refsIn(k.of)
	at := k.env.value
	switch t := thrownIn(k.env); {
	case t != nil:
		t.err, t.back = err, false
	case err == k.of:
		letGoAll(refs)
		text = nil
	case at == nil:
		letGoAll(refs)
	default:
		t := &thrown{err: err, of: k.of, env: k.env, refs: refs}
		if _, other := throwns.LoadOrStore(uintptr(at), t); !other {
			C.native_raise_value(ev, k.env.id, at, text)
			return
		}
		letGoAll(refs) // the members are those of several exceptions
	}
	C.native_pass(ev, k.env, text)
}

// exceptionOf returns the members of an exception of generated code, and how they lie in C; none where there are none to cross.
func exceptionOf(x error) (reflect.Value, *layout) {
	v := reflect.ValueOf(x).Elem()
	if r, ok := x.(som.Raised); ok {
		if _, members := r.Raised(); members != nil {
			v = reflect.ValueOf(members)
		} else {
			v = reflect.ValueOf(struct{}{})
		}
	}
	if v.NumField() == 0 {
		return v, nil
	}
	l, _ := layoutOf(v.Type(), false)
	return v, l
}

// refsIn are the references in the members of an exception, if it is one.
func refsIn(x error) (all []som.Ref) {
	v := reflect.ValueOf(x)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil
	}
	if _, ok := som.ExceptionID(v.Type().Elem()); !ok {
		if _, ok := x.(som.Raised); !ok {
			return nil
		}
	}
	if v, l := exceptionOf(x); l != nil {
		l.each(v, func(r som.Ref) { all = append(all, r) })
	}
	return all
}

func letGoAll(refs []som.Ref) {
	for _, r := range refs {
		_ = r.Release()
	}
}
