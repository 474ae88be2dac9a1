package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/opendsom/dsom/idl/lsp"
)

type idlLspCmd struct {
	idlFlags
	Stdio bool `help:"Speak over standard input and output. This is the default, and there is no other way; editors give the flag."`
}

func (idlLspCmd) Help() string {
	return `Example:

    dsom idl lsp

Editors start it; docs/idl-editors.md says how. A file .dsom-idl.json in a folder of the project says where included
files are and which macros are defined: {"include": ["idl"], "define": ["NAME=TEXT"], "indent": 2}.`
}

func (v idlLspCmd) Run(ctx context.Context, c *console) error {
	version, _ := programVersion()
	o := lsp.Options{Define: v.Define, Version: version}
	for _, dir := range v.Include {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		o.Include = append(o.Include, filepath.ToSlash(abs))
	}
	if cache, err := os.UserCacheDir(); err == nil {
		o.Cache = filepath.Join(cache, "dsom", "idl")
	}
	return lsp.Serve(ctx, c.in, c.out, o)
}
