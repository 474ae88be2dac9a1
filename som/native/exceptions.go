//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// A thrown exception is one that Go raised, whose members other languages have.
type thrown struct {
	err  error      // as it was raised
	of   error      // the exception that it is or wraps
	at   cell       // the members, of Go's making …
	env  *C.som_env // … or another language's, with what ends them
	refs []som.Ref  // in the members as Go has them: they went with the exception
	back bool       // Go has got it again, and with it the references
}

// throwns are those that have not ended, by the address of their members, which is that of nothing else so long; an error without
// members has a place of its own.
var throwns sync.Map // uintptr to *thrown

// thrownIn is what Go raised if an environment holds that, or nil. Others may have put their own end before that of the members: C++ does,
// to throw again what it holds.
func thrownIn(ev *C.som_env) *thrown {
	if ev.value == nil {
		return nil
	}
	t, _ := throwns.Load(uintptr(ev.value))
	x, _ := t.(*thrown)
	return x
}

// userException returns the exception that an environment holds with its members as generated code has it, if it knows them.
func userException(ev *C.som_env) error {
	x := &Exception{ID: C.GoString(ev.id), Text: C.GoString(ev.text)}
	if ev.major == C.SOM_SYSTEM_EXCEPTION {
		x.system, x.minor, x.completed = true, uint32(ev.minor), exc.Completed(ev.completed)
		return x
	}
	x.members = ev.value != nil
	t := som.ExceptionType(x.ID)
	if t == nil {
		x.load(ev)
		return x
	}
	v := reflect.New(t)
	err, ok := v.Interface().(error)
	if !ok {
		return x
	}
	if t.NumField() == 0 || ev.value == nil {
		return err
	}
	l, why := layoutOf(t, false)
	if why == nil {
		if why = l.load(ev.value, v.Elem(), 0); why != nil {
			l.release(v.Elem())
		}
	}
	if why != nil {
		x.Text = fmt.Sprintf("its members are not to be read: %v", why)
		return x
	}
	return err
}

// UserException returns a user exception with its members as C has them at a place, 0 for none: as Go has it where generated code knows it or a signature tells how the members lie, else an
// [Exception]. The members are copied, references in them too.
func UserException(id string, members uintptr) error {
	ev := (*C.som_env)(C.calloc(1, C.size_t(unsafe.Sizeof(C.som_env{}))))
	defer C.free(unsafe.Pointer(ev))
	name := C.CString(id)
	defer C.free(unsafe.Pointer(name))
	ev.major, ev.id, ev.value = C.SOM_USER_EXCEPTION, name, pointer(members)
	return userException(ev)
}

// load reads the members of an exception for which there is no generated type, if it is known how they lie.
func (e *Exception) load(ev *C.som_env) {
	t := som.ExceptionForm(e.ID)
	if t == nil || t.NumField() == 0 || ev.value == nil {
		return
	}
	v := reflect.New(t).Elem()
	l, err := layoutOf(t, false)
	if err == nil {
		if err = l.load(ev.value, v, 0); err == nil {
			e.Members = v.Interface()
			return
		}
		l.release(v)
	}
}

// raiseValue raises err, which is or wraps x, if x is an exception with members that cross, and reports whether it is one.
// The references in it become the environment's. Why tells if the members do not cross.
func raiseValue(ev *C.som_env, err, x error, text *C.char) (raised bool, why error) {
	v := reflect.ValueOf(x)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return false, nil
	}
	name, ok := som.ExceptionID(v.Type().Elem())
	v = v.Elem()
	if r, is := x.(som.Raised); is {
		var members any
		if name, members = r.Raised(); members == nil {
			members = struct{}{}
		}
		v, ok = reflect.ValueOf(members), true
	}
	if !ok {
		return false, nil
	}
	c := newCell(&layout{size: 1})
	if v.NumField() > 0 {
		C.free(c.p)
		l, why := layoutOf(v.Type(), false)
		if why != nil {
			return false, why
		}
		c = newCell(l)
		c.ends = true
		if why := l.store(c.p, v, 0); why != nil {
			c.end()
			return false, why
		}
	}
	id := C.CString(name)
	defer C.free(unsafe.Pointer(id))
	throwns.Store(uintptr(c.p), &thrown{err: err, of: x, at: c, refs: refsIn(x)})
	C.native_raise_value(ev, id, c.p, text)
	return true, nil
}

//export somNativeDropValue
func somNativeDropValue(value C.uintptr_t) {
	x, ok := throwns.LoadAndDelete(uintptr(value))
	if !ok {
		return
	}
	t := x.(*thrown)
	if t.env != nil {
		C.native_forget(t.env)
	} else {
		t.at.end()
	}
	if !t.back {
		letGoAll(t.refs)
	}
}
