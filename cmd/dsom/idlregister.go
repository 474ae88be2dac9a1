package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/svc/ifr"
)

type idlRegisterCmd struct {
	idlFlags
	stateFlag
	Name   string   `placeholder:"NAME" help:"Name of the registration. Default: that of the first file, without folders."`
	Remove bool     `help:"Take registrations out again: the words are their names."`
	List   bool     `help:"List what is registered."`
	File   []string `arg:"" optional:"" help:"IDL files, which are registered as one; or with --remove, names of registrations."`
}

func (idlRegisterCmd) Help() string {
	return `Registers interfaces in the daemon's interface repository, where every ORB's clients can ask for them, and dsom call and dsom class
find them. What has the name already is replaced. Files that say something else of a type than others do are refused: register
those anew as well.

Example:

    dsom idl register bank.idl
    dsom idl register --list
    dsom idl register --remove bank.idl`
}

func (v idlRegisterCmd) Run(ctx context.Context, c *console) error {
	if v.List && (v.Remove || len(v.File) > 0) || !v.List && len(v.File) == 0 {
		return usage("name IDL files to register, or --remove and names, or --list alone")
	}
	if v.Remove || v.List {
		d, err := v.daemon()
		if err != nil {
			return err
		}
		if v.List {
			return listSpecifications(ctx, c, d)
		}
		for _, name := range v.File {
			if err := d.RemoveSpecification(ctx, name); err != nil {
				return noDaemon(err)
			}
		}
		return nil
	}
	spec, err := v.compile(ctx, c, v.File)
	if err != nil {
		return err
	}
	name := v.Name
	if name == "" {
		name = filepath.Base(v.File[0])
	}
	return registerSpec(ctx, c, v.stateFlag, name, spec)
}

// registerSpec registers a specification with the daemon and says so.
func registerSpec(ctx context.Context, c *console, at stateFlag, name string, spec *model.Spec) error {
	packed, err := ifr.Pack(spec)
	if err != nil {
		return err
	}
	d, err := at.daemon()
	if err != nil {
		return err
	}
	s, err := d.RegisterSpecification(ctx, name, packed)
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(s)
	}
	c.note("%s is registered", safe(s.Name))
	return nil
}

func listSpecifications(ctx context.Context, c *console, d *admin.Client) error {
	list, err := d.Specifications(ctx)
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		if list == nil {
			list = []admin.Specification{}
		}
		return c.printJSON(list)
	}
	if len(list) == 0 {
		c.note("Nothing is registered.")
		return nil
	}
	var rows [][]string
	for _, s := range list {
		rows = append(rows, []string{s.Name, strings.Join(s.Files, ", "), fmt.Sprint(s.Octets), s.Registered.Local().Format("2006-01-02 15:04:05")})
	}
	c.table([]string{"NAME", "FILES", "OCTETS", "REGISTERED"}, rows)
	for _, s := range list {
		if s.Disputed != "" {
			c.note("Nobody is answered from %s: %s", safe(s.Name), safe(s.Disputed))
		}
	}
	return nil
}
