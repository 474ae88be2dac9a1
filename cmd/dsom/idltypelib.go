package main

import (
	"errors"
	"path"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// typelibs makes the type information of each main file that defines classes, and with --included of all others, so that what is made
// of a file does not depend on which others are named with it.
func (v idlBuildCmd) typelibs(spec *model.Spec, to *emit.Files) error {
	if !v.Typelib && !v.Somt {
		return nil
	}
	made := false
	for _, f := range spec.Files {
		if !f.Main && !v.Included {
			continue
		}
		b, err := typelib.Append(nil, spec, typelib.Options{Files: []string{f.Path}})
		if errors.Is(err, typelib.ErrNoClasses) {
			continue
		}
		if err != nil {
			return err
		}
		made = true
		stem := strings.TrimSuffix(path.Base(filepath.ToSlash(f.Path)), path.Ext(f.Path))
		if v.Typelib && (!v.Go || v.C.on || v.Cxx.on || v.Xh.on) { // in Go it is a package
			if err := to.Add(stem+"_typelib.c", typelib.CSource(typelib.Symbol(f.Path), b)); err != nil {
				return err
			}
		}
		if v.Somt {
			if err := to.Add(stem+".somt", b); err != nil {
				return err
			}
		}
	}
	if !made {
		return typelib.ErrNoClasses
	}
	return nil
}
