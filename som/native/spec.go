//go:build cgo && unix

package native

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typelib"
)

// Spec returns what type information says of classes and their ancestors, with all that the libraries say in which that is, as one specification; of a class in Go without any, what Go's types say. It is nil where nothing
// says anything of any of the classes. The error, of package typelib, tells of information that is damaged, or that says different things of one type.
func Spec(classes ...*som.Class) (*model.Spec, error) {
	var specs []*model.Spec
	var failed error
	done, read := map[*som.Class]bool{}, map[unsafe.Pointer]bool{}
	for _, c := range classes {
		for _, a := range c.Order() {
			if done[a] || som.OfRuntime(a) {
				continue
			}
			done[a] = true
			spec, err := specOf(a, read)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("class %s: %w", a.Name(), err))
			}
			if spec != nil {
				specs = append(specs, spec)
			}
		}
	}
	if failed != nil || len(specs) == 0 {
		return nil, failed
	}
	return typelib.Merge(specs...)
}

// specOf returns the type information about a class, nil for none and for what is among read already.
func specOf(c *som.Class, read map[unsafe.Pointer]bool) (*model.Spec, error) {
	at := c.Typelib()
	switch {
	case at != nil && read[at]:
		return nil, nil
	case at != nil:
		read[at] = true
		return typelib.At(func(n int) ([]byte, error) { return octets(at, n) })
	case c.IsMirror():
		return nil, nil
	}
	b, err := description(c)
	if err != nil {
		return nil, nil // its methods are of types that Go's do not tell
	}
	return typelib.Parse(b)
}
