//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"reflect"
	"strings"

	"github.com/opendsom/dsom/som"
)

// bareType is that of a method of which Go does not know how it is called. What implements it can but say why it cannot be.
var bareType = reflect.TypeFor[func(som.Self) error]()

// refusing returns the letters by which C calls such a method, or "" if it is none, or of no letters.
func refusing(m *som.Method) string {
	letters, _, _ := strings.Cut(m.Signature(), "/")
	if m.Type() != bareType || letters == "v:" {
		return ""
	}
	return letters
}

// enterRefusal returns the procedure by which C calls it: it raises what Go says.
func (h *host) enterRefusal(c *som.Class, m *som.Method, letters string) (*C.som_proc, error) {
	return h.closure(&entry{class: c, method: m, root: (*entry).refuse}, letters)
}

func (e *entry) refuse(self uintptr, _, _ *C.som_value) error {
	r, err := the.refOf(self, false)
	if err != nil {
		return err
	}
	defer func() { _ = r.Release() }()
	_, err = e.class.Call(background, e.method, r, nil)
	return err
}
