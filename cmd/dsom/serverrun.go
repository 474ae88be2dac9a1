package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// classesProgram is the generic server's program, which is built with cgo, as dsom is not, for libsom is C.
const classesProgram = "dsom-classes"

// envClasses is the variable that names it.
const envClasses = "DSOM_CLASSES"

type serverRunCmd struct {
	Name        string   `placeholder:"NAME" help:"Name of the server, where the daemon does not start it."`
	Class       []string `placeholder:"CLASS" help:"Make objects of this class alone; may be repeated. Default: of all classes that the libraries define."`
	Listen      []string `placeholder:"ENDPOINT" help:"Take calls at this endpoint, such as tcp:127.0.0.1:4000; may be repeated."`
	ServerClass string   `placeholder:"CLASS" help:"Class of the server object, a descendant of SOMDServer. Default: SOMDServer."`
	Serial      bool     `help:"Answer one request after the other."`
	Library     []string `arg:"" optional:"" help:"Class libraries. Without one libsom finds those of the classes of --class, by SOM_PATH."`
}

func (serverRunCmd) Help() string {
	return `Loads class libraries, of classes in C, C++ or whatever libsom has, and makes objects of them for clients elsewhere. Nothing is
written for it. Libraries that these need are found beside them, and in the folders of SOM_PATH; SOM_LIBRARY names libsom, where
the system does not have it. Classes in Go are served by a program that dsom server build makes. With a daemon clients find the server by the name somd/NAME.

The work is done by the program dsom-classes, which stands beside dsom, or in PATH, or where DSOM_CLASSES says.

Example:

    dsom server add dogs -- dsom server run ./libdog.so
    dsom class place --dir placed Dog=corbaname::localhost#somd/dogs`
}

func (v serverRunCmd) Run(context.Context) error {
	if len(v.Library) == 0 && len(v.Class) == 0 {
		return usage("what is to be served? Name class libraries, or classes by --class")
	}
	program, err := beside(envClasses, classesProgram)
	if err != nil {
		return fmt.Errorf("the generic server is not there: %w\nBuild it with: go build -o %s ./bind/somd/classes", err, classesProgram)
	}
	line := []string{program}
	if v.Name != "" {
		line = append(line, "--name", v.Name)
	}
	if len(v.Class) > 0 {
		line = append(line, "--class", strings.Join(v.Class, ","))
	}
	if len(v.Listen) > 0 {
		line = append(line, "--listen", strings.Join(v.Listen, ","))
	}
	if v.ServerClass != "" {
		line = append(line, "--server-class", v.ServerClass)
	}
	if v.Serial {
		line = append(line, "--serial")
	}
	line = append(append(line, "--"), v.Library...)
	return fmt.Errorf("%s cannot be run: %w", program, syscall.Exec(program, line, os.Environ()))
}

// beside finds a file that belongs to dsom: where a variable says, beside dsom, or in PATH.
func beside(variable, name string) (string, error) {
	if file := os.Getenv(variable); file != "" {
		if _, err := os.Stat(file); err != nil {
			return "", fmt.Errorf("%s: %w", variable, err)
		}
		return filepath.Abs(file)
	}
	if me, err := os.Executable(); err == nil {
		if file := filepath.Join(filepath.Dir(me), name); exists(file) {
			return file, nil
		}
	}
	if file, err := exec.LookPath(name); err == nil {
		return filepath.Abs(file)
	}
	return "", errors.New("no " + name + " stands beside dsom, and the variable " + variable + " does not name one")
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
