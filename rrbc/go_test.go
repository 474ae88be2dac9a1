package rrbc_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"github.com/opendsom/dsom/model"
)

// inGo is what a subclass is written in by testdata/gosub: of classes in C, and with no generated code.
var inGo = &language{name: "Go", cc: "go", layout: layoutGo, bindsAncestors: true, unplaced: true}

// layoutGo is what a class in Go adds to an instance: a handle.
func layoutGo(*model.Interface) (size, align int) { return 8, 8 }

// The description of a subclass: see testdata/gosub.
type (
	goSubclass struct {
		Name         string
		Major, Minor int
		Parents      []string
		Ancestors    []goAncestor
		Introduces   []goMethod
		Overrides    []goMethod
		Begins       int32
		Raises       string
	}
	goAncestor struct {
		Name         string
		Major, Minor int
		Parents      []string
		Methods      []string
	}
	goMethod struct {
		Name    string
		A, B, C int32
		Calls   string
		Parent  int
	}
)

// subclassGo describes the subclass of a release.
func (r *release) subclassGo() ([]byte, error) {
	i := r.class("Puppy")
	s := goSubclass{Name: name(i), Begins: r.begins(i), Raises: r.exception("Hungry")}
	s.Major, s.Minor = i.ClassVersion()
	for _, p := range i.Parents() {
		s.Parents = append(s.Parents, name(p))
	}
	for _, a := range slices.Backward(inherited(i)[1:]) {
		d := goAncestor{Name: name(a)}
		d.Major, d.Minor = a.ClassVersion()
		for _, b := range inherited(a)[1:] {
			d.Parents = append(d.Parents, name(b))
		}
		for _, b := range bound(a) {
			if takesNumber(&b.method) {
				d.Methods = append(d.Methods, b.name)
			}
		}
		s.Ancestors = append(s.Ancestors, d)
	}
	method := func(name, word string) goMethod {
		c := r.code(i, word)
		return goMethod{name, c.a, c.b, c.c, c.calls, c.parent}
	}
	for _, e := range i.ReleaseOrder() {
		s.Introduces = append(s.Introduces, method(e.Name, e.Name))
	}
	for _, o := range implemented(i) {
		s.Overrides = append(s.Overrides, method(name(i.FindMethod(o.Name).Class)+"::"+o.Name, o.Name))
	}
	return json.Marshal(s)
}

// libraryGo builds the one library of all subclasses in Go.
func (w *workshop) libraryGo() error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	return w.run("go", "-C", root, "build", "-buildmode=c-shared", "-o", w.path("gosub.so"), "./rrbc/testdata/gosub")
}

// linkGo puts a row's subclass in Go into its folder.
func (w *workshop) linkGo(p *pair, folder string) error {
	text, err := p.one.subclassGo()
	if err != nil {
		return err
	}
	if err := w.write(folder+"/lib/subclass.json", string(text)); err != nil {
		return err
	}
	return os.Link(w.path("gosub.so"), w.path(folder+"/lib/"+p.home()))
}
