//go:build cgo && unix

package native

// #cgo CFLAGS: -std=gnu11 -O2 -I${SRCDIR}/../../libsom/include
// #cgo LDFLAGS: -ldl
// #include "calls.h"
// #include <stdlib.h>
import "C"

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// defaultLibrary is what the system is asked for where neither the process has libsom nor Open or the
// variable SOM_LIBRARY names a file.
const defaultLibrary = "libsom.so.1"

var opening struct {
	sync.Mutex
	done bool
	err  error
}

// Open finds libsom: in the process, or else in the file, or else, if that is empty, where the variable
// SOM_LIBRARY says or the system has libsom.so.1. All functions of this package do it at their first use;
// a program calls it only to name a file. Once libsom is found Open does nothing.
func Open(file string) error {
	opening.Lock()
	defer opening.Unlock()
	if opening.done {
		return nil
	}
	if file == "" {
		file = os.Getenv("SOM_LIBRARY")
	}
	if file == "" {
		file = defaultLibrary
	}
	name, why := C.CString(file), (*C.char)(C.calloc(1, 512))
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(why))
	if C.native_open(name, why, 512) != 0 {
		return &som.Error{Code: som.CodeLibrary, Class: file, Text: "libsom cannot be loaded, install it or name it by SOM_LIBRARY: " + C.GoString(why)}
	}
	opening.done = true
	the.begin()
	return nil
}

// File returns the file from which this process has libsom, or "" if that is not known, or is no library.
func File() (string, error) {
	if err := Open(""); err != nil {
		return "", err
	}
	file := C.GoString(C.native_file())
	if !strings.HasPrefix(filepath.Base(file), "libsom") {
		return "", nil
	}
	return filepath.Abs(file)
}

// Load loads a class library by its file name, once.
func Load(file string) error {
	if err := Open(""); err != nil {
		return err
	}
	name := C.CString(file)
	defer C.free(unsafe.Pointer(name))
	var ev C.som_env
	C.call_load(name, &ev)
	return taken(&ev)
}

// ClassesOf returns the names of the classes that came from a library, by the name that it was loaded by.
func ClassesOf(file string) ([]string, error) {
	if err := Open(""); err != nil {
		return nil, err
	}
	name := C.CString(file)
	defer C.free(unsafe.Pointer(name))
	return classesOf(name)
}

// Classes returns the names of all classes that libsom has just now. None is made or loaded for that.
func Classes() ([]string, error) {
	if err := Open(""); err != nil {
		return nil, err
	}
	return classesOf(nil)
}

func classesOf(file *C.char) ([]string, error) {
	all := C.native_classes_of(file)
	if all == nil {
		return nil, noMemory()
	}
	defer C.free(unsafe.Pointer(all))
	return strings.Fields(C.GoString(all)), nil
}

// SetPath says in which folders libraries of classes are looked for, written as PATH is; empty: those of the variable SOM_PATH.
func SetPath(folders string) error {
	if err := Open(""); err != nil {
		return err
	}
	var name *C.char
	if folders != "" {
		name = C.CString(folders)
		defer C.free(unsafe.Pointer(name))
	}
	var ev C.som_env
	C.call_set_path(name, &ev)
	return taken(&ev)
}

// Find returns the class of a name as a class of Go, or what has taken its place. Its library is loaded if need be.
func Find(name string) (*som.Class, error) {
	return find(name, func(name *C.char, ev *C.som_env) *C.som_class { return C.call_named(name, ev) }, nil)
}

// Registered is Find of what is there already: nothing is loaded.
func Registered(name string) (*som.Class, error) {
	return find(name, func(name *C.char, ev *C.som_env) *C.som_class { return C.call_registered(name, ev) }, nil)
}

// Import is Find for generated code, which knows how the methods that the class introduces are called: methods
// are of the specs' types, and the class is refused where one has another signature. Methods that have moved up to an ancestor since, and those of ancestors that nobody
// has looked at yet, are found by their names alone. If another class has taken the place of this one it is this one all the
// same, of which subclasses are made; objects are the other's.
func Import(name string, v som.Version, methods []som.MethodSpec) (*som.Class, error) {
	hints := make(map[string]*som.MethodSpec, len(methods))
	for i := range methods {
		hints[methods[i].Name] = &methods[i]
	}
	c, err := find(name, func(name *C.char, ev *C.som_env) *C.som_class { return C.call_bound(name, ev) }, hints)
	if err == nil {
		err = c.CheckVersion(v)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Declare is Import for variables of packages, which cannot fail: where there is no such class, or not of this version, or with other methods
// than the program was compiled for, or where it does not descend from bases, the class is missing, and so are those that are
// defined on it. A class in Go that descends from it overrides by declaring a method only what methods and bases have, see [som.Class.Compiled]. A program learns why when it uses one, see [som.Missing], and a program in another language that loads
// a class library in Go when that is loaded.
func Declare(name string, v som.Version, methods []som.MethodSpec, bases ...*som.Class) *som.Class {
	c, err := declared(name, v, methods, bases)
	if err != nil {
		return som.Missing(name, the, err)
	}
	return c
}

func declared(name string, v som.Version, methods []som.MethodSpec, bases []*som.Class) (*som.Class, error) {
	for _, b := range bases {
		if err := b.Err(); err != nil {
			return nil, &som.Error{Code: som.CodeUnknown, Class: name, Text: "its ancestor " + b.Name() + " is missing", Err: err}
		}
	}
	c, err := Import(name, v, methods)
	if err == nil {
		err = fits(c, name, methods)
	}
	if err != nil {
		return nil, err
	}
	for _, b := range bases {
		if !c.DescendsFrom(b) {
			return nil, &som.Error{Code: som.CodeParents, Class: name, Text: "the program was compiled for a release that descends from " + b.Name()}
		}
	}
	return c, c.Compiled(methods, bases)
}

func find(name string, by func(*C.char, *C.som_env) *C.som_class, hints map[string]*som.MethodSpec) (*som.Class, error) {
	if err := Open(""); err != nil {
		return nil, err
	}
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	var ev C.som_env
	cls := by(n, &ev)
	if cls == nil {
		return nil, taken(&ev)
	}
	defer C.call_release(C.uintptr_t(uintptr(unsafe.Pointer(cls)))) // its image has one of its own
	if err := the.agrees(cls, name, hints); err != nil {
		return nil, err
	}
	im, err := the.imageOf(cls, hints)
	if err != nil {
		return nil, err
	}
	return im.class, nil
}

// fits holds a class to the methods that a program was compiled for.
func fits(c *som.Class, name string, methods []som.MethodSpec) error {
	for i := range methods {
		m, err := c.Lookup(name + "::" + methods[i].Name)
		if err != nil {
			return &som.Error{Code: som.CodeMethod, Class: name, Text: "the program was compiled for a release that has " + methods[i].Name, Err: err}
		}
		if t := methods[i].Type; t != nil && m.Type() != t {
			return &som.Error{Code: som.CodeMethod, Class: name, Text: fmt.Sprintf("%s is called as %v by this program, and is %v in this release", m, t, m.Type())}
		}
	}
	return nil
}

// Instances returns how many instances of a class live in libsom.
func Instances(c *som.Class) (int, error) {
	im, err := the.known(c)
	if err != nil {
		return 0, err
	}
	return int(C.call_instances(im.cls)), nil
}

// Export makes a class of Go known to libsom, and its ancestors before it: other languages find it by its name from now on. None of
// them may have instances; each has to have a name of its own in the process. A metaclass has to be made known before the classes that name it: then other languages call its methods of these, and of
// classes below them.
func Export(c *som.Class) error {
	if err := c.Err(); err != nil {
		return err
	}
	if err := Open(""); err != nil {
		return err
	}
	if c.DescendsFrom(som.SOMClass) {
		return the.defineMetaclass(c)
	}
	for _, p := range c.Parents() {
		if _, err := the.known(p); err != nil {
			if err := Export(p); err != nil {
				return err
			}
		}
	}
	return c.SetHost(the)
}
