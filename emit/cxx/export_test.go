package cxx

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
)

// Unchecked generates what has two things of one name, too.
func Unchecked(spec *model.Spec, opt Options) *emit.Files {
	g := &generator{spec: spec, opt: opt, report: new(diag.Report), files: new(emit.Files)}
	g.generate()
	return g.files
}
