// Command dsom-classes is the generic server: it loads class libraries, in C, C++ or any language that libsom has, and makes objects of their classes
// for clients elsewhere, without a line of server code. It is what dsom server run starts, which itself is built without cgo.
//
//	dsom server add dogs -- dsom server run ./libdog.so
//
// It is also what dsom somdsvr becomes: the server of an implementation definition, which says its classes by name.
package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/bind/somd/generic"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

const usage = `Usage: dsom-classes [flags] [library ...]

Loads class libraries, and makes objects of their classes for clients elsewhere. Without a library --class names the classes,
and libsom finds their libraries, by SOM_PATH.

Example:

    dsom-classes --name dogs ./libdog.so
    dsom-classes --name dogs --class Dog,Zoo::Cat`

func main() {
	generic.Main(generic.Program{
		Name: "dsom-classes", Usage: usage,
		Enough: func(only string, files []string) bool { return len(files) > 0 || only != "" },
		Load: func(files []string) ([]string, func(string) (*som.Class, error), error) {
			names, err := load(files)
			return names, native.Find, err
		},
	})
}

// load loads libraries, and finds the classes that these need beside them.
func load(files []string) (names []string, err error) {
	folders := os.Getenv("SOM_PATH")
	paths := make([]string, len(files))
	for i, file := range files {
		if paths[i], err = filepath.Abs(file); err != nil {
			return nil, err
		}
		folders += string(os.PathListSeparator) + filepath.Dir(paths[i])
	}
	if err := native.SetPath(strings.TrimPrefix(folders, string(os.PathListSeparator))); err != nil {
		return nil, err
	}
	for _, file := range paths {
		if native.InGo(file) {
			return nil, &som.Error{Code: som.CodeLibrary, Class: file, Text: "it is a class library in Go, with a runtime of its own, and a process has room for one: make a server of its packages by dsom server build -o PROGRAM PACKAGE …, which is run in the place of this one"}
		}
		if err := native.Load(file); err != nil {
			return nil, err
		}
		of, err := native.ClassesOf(file)
		if err != nil {
			return nil, err
		}
		if len(of) == 0 {
			return nil, &som.Error{Code: som.CodeLibrary, Class: file, Text: "it defines no class"}
		}
		names = append(names, of...)
	}
	return names, nil
}
