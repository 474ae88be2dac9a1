package main

import (
	"context"
	"encoding/json"
	"path/filepath"

	emitidl "github.com/opendsom/dsom/emit/idl"
)

type idlDumpCmd struct {
	idlFlags
	IDL   bool     `name:"idl" help:"Print IDL again, instead of JSON."`
	AMI   bool     `name:"ami" help:"Add implied IDL for asynchronous calls: reply handlers, pollers, and the operations sendc_ and sendp_."`
	Whole bool     `help:"With --idl: print what is included too, all as one file."`
	Out   string   `short:"o" placeholder:"DIR" help:"With --idl: write files into this folder instead of printing them."`
	File  []string `arg:"" help:"IDL files."`
}

func (idlDumpCmd) Help() string {
	return `The model is what emitters read: names resolved, constants evaluated, repository ids assigned. Its JSON is
described in docs/idl-model.md.

Example:

    dsom idl dump bank.idl
    dsom idl dump --idl --whole -I idl bank.idl
    dsom idl dump --idl --ami bank.idl`
}

// messagingFile is what declarations for asynchronous calls refer to; the compiler carries it.
const messagingFile = "Messaging.idl"

func (v idlDumpCmd) Run(ctx context.Context, c *console) error {
	if v.IDL && c.json {
		return usage("--idl and --json ask for different things")
	}
	if !v.IDL && (v.Whole || v.Out != "") {
		return usage("--whole and --out go with --idl")
	}
	if v.AMI {
		v.first = []string{messagingFile}
	}
	spec, err := v.compile(ctx, c, v.File)
	if err != nil {
		return err
	}
	if v.AMI {
		if spec, err = spec.Asynchronous(true); err != nil {
			return err
		}
	}
	if !v.IDL {
		e := json.NewEncoder(c.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(spec)
	}
	files, err := emitidl.Emit(spec, emitidl.Options{Whole: v.Whole, Portable: v.AMI})
	if err != nil {
		return err
	}
	if v.Out != "" {
		changed, err := writeFiles(v.Out, files, false)
		for _, name := range changed {
			c.printf("%s\n", filepath.ToSlash(filepath.Join(v.Out, name)))
		}
		return err
	}
	for name, text := range files.All() {
		if files.Len() > 1 {
			c.printf("// %s\n", safe(name))
		}
		if _, err := c.out.Write(text); err != nil {
			return err
		}
	}
	return nil
}
