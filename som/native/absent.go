//go:build !cgo || !unix

package native

import (
	"unsafe"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
)

func absent(what string) error {
	return &som.Error{Code: som.CodeLibrary, Class: what, Text: "this program is built without cgo, and has no classes of other languages"}
}

// Open fails: the program is built without cgo.
func Open(file string) error { return absent("libsom") }

// File fails: the program is built without cgo.
func File() (string, error) { return "", absent("libsom") }

// Load fails: the program is built without cgo.
func Load(file string) error { return absent(file) }

// InGo cannot tell: the program is built without cgo, and loads no library.
func InGo(file string) bool { return false }

// ClassesOf fails: the program is built without cgo.
func ClassesOf(file string) ([]string, error) { return nil, absent(file) }

// Classes fails: the program is built without cgo.
func Classes() ([]string, error) { return nil, absent("libsom") }

// SetPath fails: the program is built without cgo.
func SetPath(folders string) error { return absent(folders) }

// Find fails: the program is built without cgo.
func Find(name string) (*som.Class, error) { return nil, absent(name) }

// Registered fails: the program is built without cgo.
func Registered(name string) (*som.Class, error) { return nil, absent(name) }

// Thread returns 0: the program is built without cgo, and nobody asks.
func Thread() uintptr { return 0 }

// UserException fails: the program is built without cgo.
func UserException(id string, members uintptr) error { return absent(id) }

// Allocate returns nil: the program is built without cgo.
func Allocate(n uintptr) unsafe.Pointer { return nil }

// Deallocate does nothing: the program is built without cgo.
func Deallocate(p unsafe.Pointer) {}

// ObjectAt fails: the program is built without cgo.
func ObjectAt(at uintptr) (som.Ref, error) { return som.Ref{}, absent("libsom") }

// AddressOf fails: the program is built without cgo.
func AddressOf(o som.Object) (uintptr, error) { return 0, absent("libsom") }

// ReleaseAt does nothing: the program is built without cgo.
func ReleaseAt(at uintptr) {}

// OnLoad does nothing: the program is built without cgo, and no library.
func OnLoad(func(file string) error) {}

// Weak is that of the object model: there are no objects of other languages.
func Weak(r som.Ref) func() (som.Ref, bool) { return r.Weak().Get }

// Import fails: the program is built without cgo.
func Import(name string, v som.Version, methods []som.MethodSpec) (*som.Class, error) {
	return nil, absent(name)
}

// Declare says that the class is missing: the program is built without cgo.
func Declare(name string, v som.Version, methods []som.MethodSpec, bases ...*som.Class) *som.Class {
	return som.Missing(name, nil, absent(name))
}

// Export fails: the program is built without cgo.
func Export(c *som.Class) error { return absent(c.Name()) }

// Instances fails: the program is built without cgo.
func Instances(c *som.Class) (int, error) { return 0, absent(c.Name()) }

// Spec fails: the program is built without cgo.
func Spec(classes ...*som.Class) (*model.Spec, error) { return nil, absent("libsom") }

// TypeInformation fails: the program is built without cgo.
func TypeInformation(c *som.Class) ([]byte, error) { return nil, absent(c.Name()) }
