//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"unsafe"
	held "weak"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typelib"
)

// What signatures do not tell of a class of libsom's its type information does, where it has any (docs/som.md, "Classes without generated code"): who owns what
// methods pass, what a hash stands for, what is oneway, how objects go to other processes.

// A library is the type information of the library whose class was looked at last. It is guarded by mirroring.
type library struct {
	at   unsafe.Pointer
	spec held.Pointer[model.Spec] // a library's classes are mostly looked at one after the other
}

// says returns what type information says of a class, or nil where it says nothing. Where it is damaged there is no telling who owns what
// methods pass, which signatures alone do not say: then there is an error, and no class.
func (t *library) says(at unsafe.Pointer, class string) (*model.Interface, error) {
	if at == nil {
		return nil, nil
	}
	spec := t.spec.Value()
	if spec == nil || t.at != at {
		var err error
		spec, err = typelib.At(func(n int) ([]byte, error) { return octets(at, n) })
		if err != nil {
			where := "no file"
			if file := C.native_file_of(at); file != nil {
				where = C.GoString(file)
			}
			return nil, &som.Error{Code: som.CodeLibrary, Class: class, Text: "its type information, in " + where + ", cannot be used, and nothing else says who owns what its methods pass", Err: err}
		}
		t.at, t.spec = at, held.Make(spec)
	}
	i, _ := spec.Lookup(class).(*model.Interface)
	return i, nil
}

// octets returns n octets of memory from a place, or an error where there is no memory to be read: the system copies them, by way of a pipe, which can
// tell.
func octets(at unsafe.Pointer, n int) ([]byte, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	defer w.Close()
	b := make([]byte, 0, min(n, pipeRoom))
	for len(b) < n {
		part := min(n-len(b), pipeRoom)
		var failed C.int
		got := int(C.native_write(C.int(w.Fd()), at, C.size_t(len(b)), C.size_t(part), &failed))
		if got <= 0 {
			return nil, fmt.Errorf("only %d octets of memory can be read there: %w", len(b), syscall.Errno(failed))
		}
		b = append(b, make([]byte, got)...)
		if _, err := io.ReadFull(r, b[len(b)-got:]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// pipeRoom is what an empty pipe holds on every system: whoever writes so much does not wait.
const pipeRoom = 4096

// forget has the next class read its type information anew: a library may be at that place by then.
func (t *library) forget() { t.at = nil }

// complete adds to a class what its type information says.
func complete(s *som.Spec, says *model.Interface) {
	if says == nil {
		return
	}
	s.BaseProxy, s.Factory = says.ClassNamed("baseproxyclass"), says.ClassNamed("factory")
	methods := map[string]*model.Method{}
	for _, m := range says.Introduced() {
		methods[m.Name] = &m
	}
	for n := range s.Introduces {
		ms := &s.Introduces[n]
		if m := methods[ms.Name]; m != nil && som.SameSignature(ms.Signature, cabi.Signature(m)) { // else it is of another release than the code
			ms.Copies, ms.Owns, ms.Oneway = m.Copies(), m.Owns(), m.Oneway()
			if whole, ok := cabi.Whole(m); ok && whole != ms.Signature {
				ms.Whole = whole
			}
		}
	}
}
