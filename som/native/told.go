//go:build cgo && unix

package native

import (
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

// says returns what type information says of a class, or nil where it says nothing.
func (t *library) says(at unsafe.Pointer, class string) *model.Interface {
	if at == nil {
		return nil
	}
	spec := t.spec.Value()
	if spec == nil || t.at != at {
		var err error
		if spec, err = typelib.At(at); err != nil {
			return nil // whoever asks for it is told why: dsom class show
		}
		t.at, t.spec = at, held.Make(spec)
	}
	i, _ := spec.Lookup(class).(*model.Interface)
	return i
}

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
