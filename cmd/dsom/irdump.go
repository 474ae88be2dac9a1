package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

type irdumpCmd struct {
	stateFlag
	All  bool     `help:"List also what the compiler itself carries."`
	Name []string `arg:"" optional:"" help:"Scoped names of what is to be listed, with all in it. Default: everything."`
}

func (irdumpCmd) Help() string {
	return `Lists what the daemon's interface repository holds, for those who know SOM's irdump: each object of the repository with its id
and what is said of it, those that it contains further in. The layout is not IBM's.

Example:

    dsom irdump
    dsom irdump Zoo::Dog`
}

func (v irdumpCmd) Run(ctx context.Context, c *console) error {
	spec, err := v.repository(ctx)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(spec)
	}
	p := irPrinter{c: c, all: v.All}
	if len(v.Name) == 0 {
		for _, d := range spec.Decls {
			p.print(d, 0)
		}
		return nil
	}
	for _, name := range v.Name {
		d := spec.Lookup(name)
		if d == nil {
			return fmt.Errorf("the interface repository has no %s", name)
		}
		p.all = true
		p.print(d, 0)
	}
	return nil
}

// An irPrinter prints declarations as objects of the repository.
type irPrinter struct {
	c   *console
	all bool
}

// irKinds are the classes of the repository's objects.
var irKinds = map[string]string{
	"module": "ModuleDef", "interface": "InterfaceDef", "operation": "OperationDef", "attribute": "AttributeDef", "struct": "StructDef", "union": "UnionDef",
	"enum": "EnumDef", "exception": "ExceptionDef", "typedef": "TypeDef", "const": "ConstantDef", "native": "NativeDef", "valuetype": "ValueDef", "state": "ValueMemberDef",
	"valuebox": "ValueBoxDef", "factory": "Initializer",
}

func (p irPrinter) print(d model.Decl, depth int) {
	i := d.About()
	kind, known := irKinds[d.Kind()]
	if !known || !p.all && i.File() != nil && i.File().Standard {
		return
	}
	indent := strings.Repeat("  ", depth)
	line := func(format string, args ...any) {
		p.c.printf("%s  %s\n", indent, safe(fmt.Sprintf(format, args...)))
	}
	p.c.printf("%s%s %q\n", indent, kind, safe(i.Name))
	line("id: %s", i.ID)
	switch d := d.(type) {
	case *model.Interface:
		p.class(d, line)
	case *model.Operation:
		line("result: %s", d.Result)
		for _, x := range d.Params {
			line("%s %s: %s", x.Direction, x.Name, x.Type)
		}
		for _, e := range d.Raises {
			line("raises: %s", e.ScopedName())
		}
		if d.Oneway {
			line("oneway")
		}
	case *model.Attribute:
		mode := "normal"
		if d.Readonly {
			mode = "readonly"
		}
		line("type: %s, %s", d.Type, mode)
	case *model.Const:
		line("type: %s", d.Type)
		line("value: %s", d.Value)
	case *model.Typedef:
		line("type: %s", d.Type)
	case *model.Struct:
		p.members(d.Members, line)
	case *model.Exception:
		p.members(d.Members, line)
	case *model.Union:
		line("discriminator: %s", d.Discriminator)
		for _, x := range d.Cases {
			line("%s: %s", x.Name, x.Type)
		}
	case *model.Enum:
		for _, e := range d.Enumerators {
			line("%d: %s", e.Number(), e.Name)
		}
	case *model.StateMember:
		line("type: %s", d.Type)
	case *model.ValueBox:
		line("type: %s", d.Type)
	}
	for _, m := range i.Modifiers {
		line("modifier: %s = %s", m.Name, m.Value)
	}
	if in, ok := d.(model.Container); ok {
		for _, x := range in.Children() {
			p.print(x, depth+1)
		}
	}
}

// class prints what is said of an interface and, in SOM, of a class.
func (p irPrinter) class(d *model.Interface, line func(string, ...any)) {
	for _, b := range d.Parents() {
		line("base: %s", b.ScopedName())
	}
	if m := d.Metaclass(); m != nil {
		line("metaclass: %s", m.ScopedName())
	}
	if !d.IsClass() {
		return
	}
	major, minor := d.ClassVersion()
	line("version: %d.%d", major, minor)
	for _, r := range d.ReleaseOrder() {
		line("release: %s", r.Name)
	}
	for _, o := range d.Overridden() {
		line("override: %s", o.Name)
	}
	if d.Implementation != nil {
		for _, m := range d.Implementation.Modifiers {
			line("modifier: %s = %s", m.Name, m.Value)
		}
	}
}

func (p irPrinter) members(list []*model.Member, line func(string, ...any)) {
	for _, m := range list {
		line("%s: %s", m.Name, m.Type)
	}
}
