package c

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
)

// GivenMethods are the methods of the classes that come with the kernel, with their signatures.
var GivenMethods = givenMethods

// Unchecked generates what has two things of one name, too.
func Unchecked(spec *model.Spec, opt Options) *emit.Files {
	g := &generator{spec: spec, opt: opt, report: new(diag.Report), files: new(emit.Files), names: map[string]model.Decl{}}
	g.check()
	g.generate()
	return g.files
}
