//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"runtime/cgo"
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
	err := errorOf(ev)
	C.call_env_clear(ev)
	return err
}

// raised is taken of an environment on C's heap.
func raised(ev *C.som_env) error {
	err := errorOf(ev)
	C.native_forget(ev)
	return err
}

// errorOf is what an environment holds as an error: what Go raised itself comes back as it was.
func errorOf(ev *C.som_env) error {
	if h := C.native_raised_go(ev); h != 0 {
		if err, ok := cgo.Handle(h).Value().(error); ok {
			return err
		}
	}
	id, text := C.GoString(ev.id), C.GoString(ev.text)
	if ev.code != C.SOM_OK {
		return &som.Error{Code: som.Code(C.GoString(C.call_code_name(ev.code))), Class: "libsom", Text: text}
	}
	if ev.major == C.SOM_SYSTEM_EXCEPTION {
		if kind, ok := exc.KindOf(id); ok {
			return exc.New(kind, uint32(ev.minor), exc.Completed(ev.completed), "%s", text)
		}
	}
	if err := userException(id, ev.value); err != nil {
		return err
	}
	return &Exception{ID: id, Text: text}
}

// An Exception is a user exception that a method in another language raised and of which Go has no type: its members stay behind.
// Generated code has types, and tells of them by [som.Raises].
type Exception struct {
	ID   string // its repository id
	Text string // more of it, if there is any
}

func (e *Exception) Error() string {
	if e.Text == "" {
		return e.ID
	}
	return e.ID + ": " + e.Text
}

// codes are libsom's numbers of the codes of errors.
var codes = map[som.Code]C.uint32_t{
	som.CodeName: C.SOM_E_NAME, som.CodeParents: C.SOM_E_PARENTS, som.CodeCycle: C.SOM_E_CYCLE, som.CodeOrder: C.SOM_E_ORDER,
	som.CodeMetaclass: C.SOM_E_METACLASS, som.CodeVersion: C.SOM_E_VERSION, som.CodeMethod: C.SOM_E_METHOD, som.CodeInit: C.SOM_E_INIT,
	som.CodeType: C.SOM_E_TYPE, som.CodeSize: C.SOM_E_SIZE, som.CodeMethods: C.SOM_E_METHODS, som.CodeDepth: C.SOM_E_DEPTH,
	som.CodeClasses: C.SOM_E_CLASSES, som.CodeAmbiguous: C.SOM_E_AMBIGUOUS, som.CodeUnknown: C.SOM_E_UNKNOWN, som.CodeAbstract: C.SOM_E_ABSTRACT,
	som.CodeBusy: C.SOM_E_BUSY, som.CodeLibrary: C.SOM_E_LIBRARY, som.CodeFreed: C.SOM_E_FREED, som.CodeRaised: C.SOM_E_RAISED,
}

// raise puts an error into an environment, which may be nil.
func raise(ev *C.som_env, err error) {
	text := C.CString(err.Error())
	defer C.free(unsafe.Pointer(text))
	var s *exc.SystemException
	var e *som.Error
	var x *Exception
	switch {
	case errors.As(err, &s):
		id := C.CString(s.Kind.ID())
		defer C.free(unsafe.Pointer(id))
		C.native_raise(ev, C.SOM_OK, id, C.uint32_t(s.Minor), C.uint32_t(s.Completed), text)
	case errors.As(err, &e):
		id := C.CString(exc.BadParam.ID())
		defer C.free(unsafe.Pointer(id))
		C.native_raise(ev, codes[e.Code], id, 0, C.SOM_COMPLETED_NO, text)
	case raiseValue(ev, err, text):
	case errors.As(err, &x):
		id := C.CString(x.ID)
		defer C.free(unsafe.Pointer(id))
		C.native_raise_go(ev, id, 0, text)
	default:
		id := C.CString(goErrorID)
		defer C.free(unsafe.Pointer(id))
		C.native_raise_go(ev, id, C.uintptr_t(cgo.NewHandle(err)), text)
	}
}

//export somNativeDropError
func somNativeDropError(h C.uintptr_t) { cgo.Handle(h).Delete() }
