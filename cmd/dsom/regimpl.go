package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	somclient "github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// regimplCmd has the options of DSOM's regimpl.
type regimplCmd struct {
	somdFlags
	Add         bool     `short:"A" xor:"what" help:"Register a server."`
	Update      bool     `short:"U" xor:"what" help:"Change what is registered of a server: what other options say, and nothing else."`
	Delete      bool     `short:"D" xor:"what" help:"Forget a server."`
	List        bool     `short:"L" xor:"what" help:"List servers, all or that of -i, with all that is registered."`
	Short       bool     `short:"S" xor:"what" help:"List the aliases of all servers."`
	AddClass    bool     `short:"a" xor:"what" help:"Say that the servers of -i have objects of the classes of -c."`
	DeleteClass bool     `short:"d" xor:"what" help:"Take that back; without -i, of all servers."`
	Classes     bool     `short:"l" xor:"what" help:"List the classes of the servers of -i, or the servers of the classes of -c."`
	Alias       []string `short:"i" sep:"none" placeholder:"ALIAS" help:"The server's alias; may be repeated with -a, -d and -l."`
	Program     *string  `short:"p" placeholder:"PROGRAM" help:"Its program: a path, or a name to be found in the daemon's PATH. It is started with the server's id as its argument. Default: somdsvr."`
	ServerClass *string  `short:"v" placeholder:"CLASS" help:"The class of its server object, which somdsvr makes of it. Default: SOMDServer."`
	Threads     string   `short:"m" enum:"on,off," default:"" placeholder:"on|off" help:"Whether it takes several requests at once: somdsvr does, or answers one after the other."`
	NonStop     string   `short:"n" enum:"on,off," default:"" placeholder:"on|off" help:"Whether dsom stop leaves it alone."`
	Secure      string   `short:"s" enum:"on,off," default:"" placeholder:"on|off" help:"Whether it serves identified callers alone, by their client certificate or a socket of this machine; others get NO_PERMISSION. A server that runs heeds it when it is started again."`
	Managed     string   `short:"k" enum:"on,off," default:"" placeholder:"on|off" help:"Whether it is managed: kept, and of no effect."`
	ID          string   `short:"z" placeholder:"ID" help:"Its id, for one that was registered before. Default: a new one."`
	ConfigFile  *string  `short:"g" placeholder:"FILE" help:"Its configuration file: kept, and of no effect."`
	Protocol    []string `short:"t" placeholder:"PROTOCOL" help:"The protocols it is called by: kept, and TCP/IP is used. Default: SOMD_TCPIP."`
	DefClass    *string  `short:"e" placeholder:"CLASS" help:"The class of the definition itself: kept, and of no effect. Default: ImplementationDef."`
	Class       []string `short:"c" sep:"none" placeholder:"CLASS" help:"A class whose objects it has; may be repeated."`
}

func (regimplCmd) Help() string {
	return `Registers servers as DSOM's regimpl does, with any daemon of DSOM: this one, or a somdd. What is registered here is a server for dsom server too.
Without options it is a menu, as regimpl was: numbers choose, each change is made when it is confirmed, and the end of the input ends it.

Example:

    dsom regimpl -A -i bank -p /opt/som/bin/bankserver -c Account
    dsom regimpl -L -i bank
    dsom regimpl -U -i bank -m on
    dsom regimpl -D -i bank
    dsom regimpl`
}

func (v regimplCmd) Run(ctx context.Context, c *console) error {
	d, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer d.close()
	repo, err := d.Repository(ctx)
	if err != nil {
		return d.told("the implementation repository", err)
	}
	switch {
	case v.Add:
		err = v.add(ctx, c, repo)
	case v.Update:
		err = v.update(ctx, c, repo)
	case v.Delete:
		err = v.each(func(alias string) error {
			def, err := repo.ByAlias(ctx, alias)
			if err != nil {
				return err
			}
			return repo.Remove(ctx, def.ID)
		})
	case v.List:
		err = v.list(ctx, c, repo)
	case v.Short:
		err = v.short(ctx, c, repo)
	case v.AddClass, v.DeleteClass:
		err = v.classes(ctx, repo)
	case v.Classes:
		err = v.listClasses(ctx, c, repo)
	default:
		if !v.bare() || c.json {
			return usage("what is to be done? One of -A, -U, -D, -L, -S, -a, -d and -l, or no option at all for the menu")
		}
		return v.menu(ctx, c, d, repo)
	}
	return d.told(strings.Join(v.Alias, " "), err)
}

// bare reports whether no option says anything of a server.
func (v regimplCmd) bare() bool {
	v.somdFlags = somdFlags{}
	return reflect.DeepEqual(v, regimplCmd{})
}

// each calls f for each alias, of which there must be one.
func (v regimplCmd) each(f func(alias string) error) error {
	if len(v.Alias) == 0 {
		return usage("-i ALIAS is missing: which server?")
	}
	for _, a := range v.Alias {
		if err := f(a); err != nil {
			return err
		}
	}
	return nil
}

// one returns the one alias that there must be.
func (v regimplCmd) one() (string, error) {
	if len(v.Alias) != 1 {
		return "", usage("one -i ALIAS is wanted, not %d", len(v.Alias))
	}
	return v.Alias[0], nil
}

// say makes a definition say what the options say.
func (v regimplCmd) say(d *wire.Definition) error {
	set := func(field, to *string) {
		if to != nil {
			*field = *to
		}
	}
	if p := v.Program; p != nil && strings.ContainsRune(*p, filepath.Separator) {
		abs, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		v.Program = &abs
	}
	set(&d.Program, v.Program)
	set(&d.ServerClass, v.ServerClass)
	set(&d.ConfigFile, v.ConfigFile)
	set(&d.Class, v.DefClass)
	if len(v.Protocol) > 0 {
		d.Protocols = strings.Join(v.Protocol, ",")
	}
	for _, f := range []struct {
		to  string
		bit uint32
	}{{v.Threads, wire.MultiThread}, {v.NonStop, wire.NonStoppable}, {v.Secure, wire.SecureMode}, {v.Managed, wire.Managed}} {
		switch f.to {
		case "on":
			d.Flags |= f.bit
		case "off":
			d.Flags &^= f.bit
		}
	}
	if v.Secure != "" {
		d.Secure = v.Secure == "on"
	}
	return nil
}

func (v regimplCmd) add(ctx context.Context, c *console, repo *somclient.Repository) error {
	alias, err := v.one()
	if err != nil {
		return err
	}
	d := wire.Definition{Alias: alias, ID: v.ID, Protocols: wire.TCPIP}
	if d.ID == "" {
		d.ID = wire.NewID().String()
	}
	if _, err := wire.ParseID(d.ID); err != nil {
		return usage("-z: %w", err)
	}
	if err := v.say(&d); err != nil {
		return err
	}
	if _, err := repo.Maker(ctx); err != nil { // as DSOM's own does, before it has a definition made
		return err
	}
	if err := repo.Add(ctx, d); err != nil {
		return err
	}
	c.heeded(d)
	for _, class := range v.Class {
		if err := repo.AddClass(ctx, d.ID, class); err != nil {
			err = fmt.Errorf("class %.80q: %w", class, err)
			if left := repo.Remove(context.WithoutCancel(ctx), d.ID); left != nil { // it is all registered, or nothing
				return errors.Join(err, fmt.Errorf("the server %s stays registered: %w", d.Alias, left))
			}
			return err
		}
	}
	if c.json {
		return c.printJSON(d)
	}
	c.printf("%s %s\n", d.Alias, d.ID)
	return nil
}

func (v regimplCmd) update(ctx context.Context, c *console, repo *somclient.Repository) error {
	alias, err := v.one()
	switch {
	case err != nil:
		return err
	case len(v.Class) > 0:
		return usage("-c goes with -A, -a, -d and -l: regimpl -a -i %s -c %s says that the server has objects of the class, and -d takes that back", alias, v.Class[0])
	case v.ID != "":
		return usage("-z goes with -A: a server keeps its id")
	}
	d, err := repo.ByAlias(ctx, alias)
	if err == nil {
		err = v.say(&d)
	}
	if err != nil {
		return err
	}
	if err := repo.Update(ctx, d); err != nil {
		return err
	}
	c.heeded(d)
	return nil
}

// classes adds classes to servers, or takes them away.
func (v regimplCmd) classes(ctx context.Context, repo *somclient.Repository) error {
	if len(v.Class) == 0 {
		return usage("-c CLASS is missing: which class?")
	}
	if v.DeleteClass && len(v.Alias) == 0 {
		for _, class := range v.Class {
			if err := repo.RemoveClassFromAll(ctx, class); err != nil {
				return err
			}
		}
		return nil
	}
	change := repo.AddClass
	if v.DeleteClass {
		change = repo.RemoveClass
	}
	return v.each(func(alias string) error {
		d, err := repo.ByAlias(ctx, alias)
		for i := 0; err == nil && i < len(v.Class); i++ {
			err = change(ctx, d.ID, v.Class[i])
		}
		return err
	})
}

// A regimplServer is what is listed of a server.
type regimplServer struct {
	wire.Definition
	Classes []string
}

func (v regimplCmd) list(ctx context.Context, c *console, repo *somclient.Repository) error {
	var defs []wire.Definition
	var err error
	if len(v.Alias) == 0 {
		defs, err = repo.All(ctx)
	} else {
		err = v.each(func(alias string) error {
			d, err := repo.ByAlias(ctx, alias)
			defs = append(defs, d)
			return err
		})
	}
	if err != nil {
		return err
	}
	all := make([]regimplServer, len(defs))
	for i, d := range defs {
		all[i].Definition = d
		all[i].Classes, err = repo.Classes(ctx, d.ID)
		if err != nil && !notThere(err) { // somdd has not all operations
			return err
		}
	}
	if c.json {
		return c.printJSON(all)
	}
	for i, s := range all {
		if i > 0 {
			c.printf("\n")
		}
		c.showDefinition(s)
	}
	return nil
}

// showDefinition prints a definition in the lines of DSOM's regimpl.
func (c *console) showDefinition(s regimplServer) {
	yes := func(bit uint32) string {
		if s.Flags&bit != 0 {
			return "Yes"
		}
		return "No"
	}
	or := func(text, std string) string {
		if text == "" {
			return std
		}
		return text
	}
	for _, l := range [][2]string{
		{"Implementation id", s.ID}, {"Implementation alias", s.Alias}, {"Implementation def class", or(s.Class, "ImplementationDef")},
		{"Program name", or(s.Program, "somdsvr")}, {"Multi-threaded", yes(wire.MultiThread)}, {"Nonstoppable", yes(wire.NonStoppable)},
		{"Secure", yes(wire.SecureMode)}, {"Managed", yes(wire.Managed)}, {"Disabled", yes(wire.Disabled)}, {"Server class", or(s.ServerClass, "SOMDServer")},
		{"Object reference file", s.RefDataFile}, {"Object reference backup", s.RefDataBackup}, {"Host name", s.HostName},
		{"Configuration file", s.ConfigFile}, {"Protocols", s.Protocols},
	} {
		const width = 27
		c.printf("%s%s: %s\n", l[0], strings.Repeat(".", width-len(l[0])), safe(l[1]))
	}
	for _, name := range s.Classes {
		c.printf("  class %s\n", safe(name))
	}
}

func (v regimplCmd) short(ctx context.Context, c *console, repo *somclient.Repository) error {
	all, err := repo.All(ctx)
	if err != nil {
		return err
	}
	names := []string{} // JSON: an empty list is []
	for _, d := range all {
		names = append(names, d.Alias)
	}
	return c.printNames(names)
}

// printNames prints names, a line each.
func (c *console) printNames(names []string) error {
	if c.json {
		return c.printJSON(names)
	}
	for _, n := range names {
		c.printf("%s\n", safe(n))
	}
	return nil
}

// listClasses lists the classes of servers, or the servers of classes.
func (v regimplCmd) listClasses(ctx context.Context, c *console, repo *somclient.Repository) error {
	names := []string{}
	if len(v.Alias) == 0 && len(v.Class) > 0 {
		for _, class := range v.Class {
			defs, err := repo.ByClass(ctx, class)
			if err != nil {
				return err
			}
			for _, d := range defs {
				names = append(names, d.Alias)
			}
		}
		return c.printNames(names)
	}
	if err := v.each(func(alias string) error {
		d, err := repo.ByAlias(ctx, alias)
		if err != nil {
			return err
		}
		list, err := repo.Classes(ctx, d.ID)
		names = append(names, list...)
		return err
	}); err != nil {
		return err
	}
	return c.printNames(names)
}
