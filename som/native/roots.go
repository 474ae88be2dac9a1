//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"bytes"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// A rootCall calls a method of SOMObject's from C, as a class of Go implements it.
type rootCall func(e *entry, self uintptr, args, result *C.som_value) error

// rootCalls are the methods of SOMObject that a class of Go may implement for C as well, with what they are called by there: those that say what an object is, and
// its end. The others are each kernel's own.
var rootCalls map[string]struct {
	sig  string
	call rootCall
}

func init() { // since the calls lead back to it
	rootCalls = map[string]struct {
		sig  string
		call rootCall
	}{
		"somFree":         {"v:", (*entry).rootFree},
		"somGetClassName": {"s:", (*entry).rootClassName},
		"somGetClass":     {"o:", (*entry).rootClass},
		"somPrintSelf":    {"o:", (*entry).rootPrint},
		"somDumpSelf":     {"v:i", (*entry).rootDump},
		"somDumpSelfInt":  {"v:i", (*entry).rootDump},
	}
}

// rootsOf returns those of them that a class of Go implements itself.
func rootsOf(c *som.Class) (all []*som.Method) {
	for _, m := range som.SOMObject.Introduced() {
		if _, ok := rootCalls[m.Name()]; ok && c.Implements(m) != nil {
			all = append(all, m)
		}
	}
	return all
}

// enterRoot returns the procedure by which C calls such a method.
func (h *host) enterRoot(c *som.Class, m *som.Method) (*C.som_proc, error) {
	x := rootCalls[m.Name()]
	return h.closure(&entry{class: c, method: m, root: x.call}, x.sig)
}

// rootOf calls the implementation for an object that is borrowed.
func (e *entry) rootOf(self uintptr, args ...any) (r som.Ref, out any, err error) {
	if r, err = the.refOf(self, false); err != nil {
		return r, nil, err
	}
	defer func() { _ = r.Release() }()
	outs, err := e.class.Call(background, e.method, r, args)
	if err == nil && len(outs) > 0 {
		out = outs[0]
	}
	return r, out, err
}

// rootFree hands the caller's reference to the implementation, which ends it. It stays the caller's where that raises.
func (e *entry) rootFree(self uintptr, _, _ *C.som_value) error {
	r, err := the.refOf(self, true)
	if err != nil {
		return err
	}
	_, err = e.class.Call(background, e.method, r, nil)
	return err
}

// rootClassName returns a text that is the object's, for as long as its class's name is that.
func (e *entry) rootClassName(self uintptr, _, result *C.som_value) error {
	r, out, err := e.rootOf(self)
	if err != nil {
		return err
	}
	name, _ := out.(string)
	c := newCell(textLayout)
	c.ends = true
	if err := textLayout.put(c.p, name); err != nil {
		c.end()
		return err
	}
	if !the.lend(r, lending{e, -1}, c, unsafe.Pointer(result)) {
		c.end()
		return e.over()
	}
	return nil
}

// rootClass returns a class, borrowed as from SOMObject's.
func (e *entry) rootClass(self uintptr, _, result *C.som_value) error {
	_, out, err := e.rootOf(self)
	if err != nil {
		return err
	}
	c, _ := out.(*som.Class)
	if c == nil {
		return nil
	}
	im, err := the.known(c)
	if err == nil {
		*(**C.som_class)(unsafe.Pointer(result)) = im.cls
	}
	return err
}

func (e *entry) rootPrint(self uintptr, _, result *C.som_value) error {
	var b bytes.Buffer
	_, _, err := e.rootOf(self, &b)
	output(&b)
	*(*uintptr)(unsafe.Pointer(result)) = self
	return err
}

func (e *entry) rootDump(self uintptr, args, _ *C.som_value) error {
	var b bytes.Buffer
	_, _, err := e.rootOf(self, &b, int(*(*int32)(unsafe.Pointer(args))))
	output(&b)
	return err
}

// output writes what was printed to where libsom prints.
func output(b *bytes.Buffer) {
	if b.Len() > 0 {
		C.call_output((*C.char)(unsafe.Pointer(unsafe.SliceData(b.Bytes()))), C.size_t(b.Len()))
	}
}
