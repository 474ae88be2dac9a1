//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"unsafe"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// goErrorID is the id of the exception that an error of Go is for other languages, unless it is one of libsom's,
// of CORBA's, or came from another language.
const goErrorID = "IDL:opendsom/GoError:1.0"

// taken is the error that an environment holds, or nil. The environment is cleared.
func taken(ev *C.som_env) error {
	if ev.major == C.SOM_NO_EXCEPTION {
		return nil
	}
	env := C.native_moved(ev)
	*ev = C.som_env{}
	return raised(env)
}

// raised is the error that an environment on C's heap holds, which ends, now or with the call from C that Go is in.
func raised(ev *C.som_env) error {
	err, of := errorOf(ev)
	if !keep(of, ev) {
		C.native_forget(ev)
	}
	return err
}

// errorOf is what an environment holds as an error, and the one in it that was made of the environment: what Go raised itself comes back as it was.
func errorOf(ev *C.som_env) (err, of error) {
	if t := thrownIn(ev); t != nil {
		t.back = true
		return t.err, t.of
	}
	text := C.GoString(ev.text)
	if ev.code != C.SOM_OK {
		err = &som.Error{Code: som.Code(C.GoString(C.call_code_name(ev.code))), Class: "libsom", Text: text}
		return err, err
	}
	if ev.major == C.SOM_SYSTEM_EXCEPTION {
		if kind, ok := exc.KindOf(C.GoString(ev.id)); ok {
			err = exc.New(kind, uint32(ev.minor), exc.Completed(ev.completed), "%s", text)
			return err, err
		}
	}
	err = userException(ev)
	return err, err
}

// codes are libsom's numbers of the codes of errors, and the exceptions that they are.
var codes = map[som.Code]struct {
	number C.uint32_t
	kind   exc.Kind
}{
	som.CodeName: {C.SOM_E_NAME, exc.BadParam}, som.CodeParents: {C.SOM_E_PARENTS, exc.BadParam}, som.CodeCycle: {C.SOM_E_CYCLE, exc.BadParam},
	som.CodeOrder: {C.SOM_E_ORDER, exc.BadParam}, som.CodeMetaclass: {C.SOM_E_METACLASS, exc.BadParam}, som.CodeVersion: {C.SOM_E_VERSION, exc.BadParam},
	som.CodeMethod: {C.SOM_E_METHOD, exc.BadParam}, som.CodeInit: {C.SOM_E_INIT, exc.BadParam}, som.CodeType: {C.SOM_E_TYPE, exc.BadParam},
	som.CodeAmbiguous: {C.SOM_E_AMBIGUOUS, exc.BadParam}, som.CodeSize: {C.SOM_E_SIZE, exc.ImpLimit}, som.CodeMethods: {C.SOM_E_METHODS, exc.ImpLimit},
	som.CodeDepth: {C.SOM_E_DEPTH, exc.ImpLimit}, som.CodeClasses: {C.SOM_E_CLASSES, exc.ImpLimit}, som.CodeUnknown: {C.SOM_E_UNKNOWN, exc.BadOperation},
	som.CodeAbstract: {C.SOM_E_ABSTRACT, exc.NoImplement}, som.CodeBusy: {C.SOM_E_BUSY, exc.BadInvOrder}, som.CodeLibrary: {C.SOM_E_LIBRARY, exc.Initialize},
	som.CodeFreed: {C.SOM_E_FREED, exc.ObjectNotExist}, codeMemory: {C.SOM_E_MEMORY, exc.NoMemory}, som.CodeRaised: {C.SOM_E_RAISED, exc.Unknown},
}

// codeMemory is the code of libsom's for which Go has no use.
const codeMemory som.Code = "memory"

// raise puts an error into an environment, which may be nil. The references in an exception go with it.
func raise(ev *C.som_env, err error) {
	defer func() {
		if p := recover(); p != nil { // of a method of the error's
			raiseError(ev, &Panic{Value: p, Stack: debug.Stack()})
		}
	}()
	raiseError(ev, err)
}

func raiseError(ev *C.som_env, err error) {
	said := err.Error()
	text := C.CString(said)
	defer func() { C.free(unsafe.Pointer(text)) }()
	if passOn(ev, err, text) {
		return
	}
	plain := true // nothing wraps it
	for x := range chain(err) {
		switch x := x.(type) {
		case *exc.SystemException:
			if x != nil {
				raiseSystem(ev, x, told(plain && x.Reason != "", x.Reason, said))
				return
			}
		case *som.Error:
			if x != nil && (x.Code != som.CodeRaised || x.Err == nil) { // else its cause is what was raised
				raiseCode(ev, x, told(plain && x.Class == "libsom" && x.Err == nil, x.Text, said))
				return
			}
		case *Exception:
			if x != nil && x.Members != nil {
				if done, _ := raiseValue(ev, err, x, text); done {
					return
				}
			}
			if x != nil {
				raiseException(ev, x, told(plain && !x.members, x.Text, said))
				return
			}
		default:
			done, why := raiseValue(ev, err, x, text)
			if done {
				return
			}
			if why != nil {
				C.free(unsafe.Pointer(text))
				text = C.CString(said + ", whose members do not cross: " + why.Error())
			}
		}
		plain = false
	}
	var s *exc.SystemException
	var e *som.Error
	switch {
	case errors.As(err, &s) && s != nil:
		raiseSystem(ev, s, said)
	case errors.As(err, &e) && e != nil:
		raiseCode(ev, e, said)
	default:
		id := C.CString(goErrorID)
		defer C.free(unsafe.Pointer(id))
		c := newCell(&layout{size: 1})
		throwns.Store(uintptr(c.p), &thrown{err: err, at: c})
		C.native_raise_value(ev, id, c.p, text)
	}
}

// chain is an error and those that it wraps, in the order of errors.Is.
func chain(err error) iter.Seq[error] {
	return func(yield func(error) bool) { each(err, yield) }
}

func each(err error, yield func(error) bool) bool {
	if err == nil {
		return true
	}
	if !yield(err) {
		return false
	}
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		return each(x.Unwrap(), yield)
	case interface{ Unwrap() []error }:
		for _, e := range x.Unwrap() {
			if !each(e, yield) {
				return false
			}
		}
	}
	return true
}

// told is the text of an exception as it came, if it is nothing else; or else what an error says.
func told(plain bool, own, said string) string {
	if plain {
		return own
	}
	return said
}

func raiseSystem(ev *C.som_env, x *exc.SystemException, said string) {
	raiseAs(ev, C.SOM_OK, x.Kind.ID(), x.Minor, x.Completed, said)
}

func raiseCode(ev *C.som_env, x *som.Error, said string) {
	c, ok := codes[x.Code]
	if !ok {
		c.kind = exc.BadParam
	}
	raiseAs(ev, c.number, c.kind.ID(), uint32(c.number), exc.No, said)
}

// raiseException raises an exception that Go knows by its id alone. Who gets it by that may look at its members, so that without them it is another.
func raiseException(ev *C.som_env, x *Exception, said string) {
	switch {
	case x.members:
		raiseAs(ev, C.SOM_OK, exc.Unknown.ID(), 0, exc.Maybe, fmt.Sprintf(
			"%s is raised when the call has ended that got it, or has got %d others (the limit MaxKept), and its members are gone", said, maxKept))
		return
	case x.system:
		raiseAs(ev, C.SOM_OK, x.ID, x.minor, x.completed, said)
		return
	}
	id := C.CString(x.ID)
	defer C.free(unsafe.Pointer(id))
	var text *C.char
	if said != "" {
		text = C.CString(said)
		defer C.free(unsafe.Pointer(text))
	}
	C.native_raise_value(ev, id, nil, text)
}

// raiseAs raises a system exception.
func raiseAs(ev *C.som_env, code C.uint32_t, name string, minor uint32, completed exc.Completed, said string) {
	id, text := C.CString(name), C.CString(said)
	defer C.free(unsafe.Pointer(id))
	defer C.free(unsafe.Pointer(text))
	C.native_raise(ev, code, id, C.uint32_t(minor), C.uint32_t(completed), text)
}
