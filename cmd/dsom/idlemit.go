package main

import (
	"context"

	"github.com/opendsom/dsom/emit"
	emitc "github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/emit/external"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/emit/smalltalk"
	"github.com/opendsom/dsom/idl"
)

// emit runs the emitters that are asked for. What they have to say goes to standard error; the
// files of all of them go into one folder, and none may be made twice.
func (v idlBuildCmd) emit(ctx context.Context, c *console, r *idl.Result) (*emit.Files, error) {
	all := new(emit.Files)
	if v.Native && !v.Go {
		return nil, usage("--native goes with --go")
	}
	if v.Library != "" && !v.C.on && !v.Cxx.on && !v.Xh.on {
		return nil, usage("--library is for --c, --cxx and --xh")
	}
	if v.Included && (v.C.on || v.Cxx.on || v.Xh.on) {
		return nil, usage("--included is not for --c, --cxx and --xh, which make files of the IDL that is named: name the included files, too")
	}
	if v.Lang == "go" || v.Go || len(v.Emitter) == 0 && !v.C.on && !v.Cxx.on && !v.Xh.on && !v.Typelib && !v.Somt && !v.Smalltalk {
		files, err := v.golang(c, r)
		if err != nil {
			return nil, err
		}
		all = files
	}
	if v.C.on || v.Xh.on {
		files, report := emitc.Emit(r.Spec, v.inC())
		if err := c.reportNew(report, r.Source); err != nil {
			return nil, err
		}
		if err := addAll(all, files); err != nil {
			return nil, err
		}
	}
	if v.Cxx.on {
		files, report := cxx.Emit(r.Spec, cxx.Options{Parts: v.Cxx.parts, Library: v.Library, Typelib: v.Typelib, Existing: existing(v.Out)})
		if err := c.reportNew(report, r.Source); err != nil {
			return nil, err
		}
		if err := addAll(all, files); err != nil {
			return nil, err
		}
	}
	if err := v.typelibs(r.Spec, all); err != nil {
		return nil, err
	}
	if v.Smalltalk {
		files, err := smalltalk.Emit(r.Spec)
		if err != nil {
			return nil, err
		}
		if err := addAll(all, files); err != nil {
			return nil, err
		}
	}
	for _, s := range v.Emitter {
		e, err := external.Parse(s)
		if err != nil {
			return nil, usage("--emitter: %w", err)
		}
		files, report, err := external.Run(ctx, e, r.Spec)
		if err != nil {
			return nil, err
		}
		if err := c.reportNew(report, r.Source); err != nil {
			return nil, err
		}
		if err := addAll(all, files); err != nil {
			return nil, &external.Error{Emitter: e.Command, Problem: "made a file that is refused", Err: err}
		}
	}
	return all, nil
}

// addAll adds the files of one emitter to those of others.
func addAll(all, files *emit.Files) error {
	for name, data := range files.All() {
		if err := all.Add(name, data); err != nil {
			return err
		}
	}
	return nil
}

// golang generates Go.
func (v idlBuildCmd) golang(c *console, r *idl.Result) (*emit.Files, error) {
	opt := golang.Options{
		PackagePrefix: v.GoPackagePrefix, Package: v.GoPackage, Modules: v.Module, Included: v.Included, NoStandard: v.NoStandard, AMI: v.AMI,
		Existing: existing(v.Out), Classes: v.Go, Native: v.Native, Typelib: v.Typelib,
	}
	if v.Names == "idl" {
		opt.Names = golang.Verbatim
	}
	if opt.PackagePrefix == "" {
		var err error
		if opt.PackagePrefix, err = importPath(v.Out); err != nil {
			return nil, err
		}
	}
	files, report := golang.Emit(r.Spec, opt)
	return files, c.reportNew(report, r.Source)
}
