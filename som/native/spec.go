//go:build cgo && unix

package native

import (
	"cmp"
	"errors"
	"fmt"
	"unsafe"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typelib"
)

// Spec returns what type information says of classes and their ancestors, with all that the libraries say in which that is, as one specification; of a class in Go without any, what Go's types say. It is nil where nothing
// says anything of any of the classes. The error tells what is not in it: classes whose information is damaged, and methods in Go of types that do not tell what they are in IDL; with information that says different things of one type,
// which is an error of package typelib, there is none of it.
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
	if len(specs) == 0 {
		return nil, failed
	}
	spec, err := typelib.Merge(specs...)
	return spec, errors.Join(failed, err)
}

// TypeInformation returns what [Spec] does of a class, as a typelib: somd.Config's.
func TypeInformation(c *som.Class) ([]byte, error) {
	spec, err := Spec(c)
	if spec == nil {
		return nil, cmp.Or(err, errors.New("nothing says anything of the class"))
	}
	return typelib.Append(nil, spec, typelib.Options{})
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
	case c.TypeInformation() != nil: // of a class that is placed elsewhere
		at := unsafe.Pointer(unsafe.SliceData(c.TypeInformation()))
		if read[at] {
			return nil, nil
		}
		read[at] = true
		return typelib.Parse(c.TypeInformation())
	}
	return described(c)
}
