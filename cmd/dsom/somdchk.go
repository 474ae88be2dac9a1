package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/opendsom/dsom/svc/somdd/wire"
)

type somdchkCmd struct {
	somdFlags
	Verbose bool `short:"v" help:"Say also what is as it should be."`
}

func (somdchkCmd) Help() string {
	return `Looks whether programs of DSOM find what they need on this machine, and says how to mend what they do not: the daemon, whether it lets
them in, and the programs of the servers that are registered there; and what is registered of servers and does nothing.

Example:

    dsom somdchk -v`
}

// A finding is something that somdchk has looked at.
type finding struct {
	What string `json:"what"`
	Good bool   `json:"good"`
	Note bool   `json:"note,omitempty"` // something to be known, and nothing bad
	Says string `json:"says"`
}

func (v somdchkCmd) Run(ctx context.Context, c *console) error {
	all := v.look(ctx)
	bad := 0
	for _, f := range all {
		mark := "good"
		switch {
		case !f.Good:
			mark = "BAD"
			bad++
		case f.Note:
			mark = "note"
		}
		if !c.json && (v.Verbose || !f.Good || f.Note) {
			c.printf("%-4s  %s: %s\n", mark, safe(f.What), safe(f.Says))
		}
	}
	if c.json {
		if err := c.printJSON(all); err != nil {
			return err
		}
	}
	if bad > 0 {
		return errReported
	}
	if !c.json {
		c.printf("The environment of DSOM is as it should be.\n")
	}
	return nil
}

// look looks at everything, in the order in which one needs the other.
func (v somdchkCmd) look(ctx context.Context) (all []finding) {
	add := func(what string, err error, says string, args ...any) bool {
		f := finding{What: what, Good: err == nil, Says: fmt.Sprintf(says, args...)}
		if err != nil {
			f.Says = err.Error()
		}
		all = append(all, f)
		return err == nil
	}
	host, port, err := v.address(ctx)
	if !add("the daemon's address", err, "%s, port %d (%s=%q)", host, port, envSOMPort, os.Getenv(envSOMPort)) {
		return all
	}
	d, err := v.open(ctx)
	if err != nil {
		add("this program", err, "")
		return all
	}
	defer d.close()
	repo, err := d.Repository(ctx)
	if err != nil {
		err = fmt.Errorf("%w; start one with dsom daemon, or as its user", d.told("the implementation repository", err))
	}
	if !add("the daemon", err, "answers at %s, and lets this user in", d.address) {
		return all
	}
	defs, err := repo.All(ctx)
	if !add("the implementation repository", d.told("it", err), "%d servers are registered", len(defs)) {
		return all
	}
	for _, def := range defs {
		all = append(all, lookAt(def)...)
	}
	return all
}

// lookAt looks at what is registered of a server.
func lookAt(def wire.Definition) []finding {
	path, err := programOf(def)
	f := finding{What: "server " + def.Alias, Good: err == nil, Says: "its program is " + path}
	if err != nil {
		f.Says = err.Error()
	}
	all := []finding{f}
	if secure(def) && !generic(def) {
		all = append(all, finding{What: f.What, Good: true, Note: true, Says: "a secure server's program: " + refuses})
	}
	for _, says := range unheeded(def) {
		all = append(all, finding{What: f.What, Good: true, Note: true, Says: "of no effect: " + says})
	}
	return all
}

// programOf returns the program of a server, or why it could not be started from here.
func programOf(d wire.Definition) (string, error) {
	name := d.Program
	if name == "" {
		name = "somdsvr"
	}
	path, err := exec.LookPath(name)
	// A server that was registered with arguments is told of by its whole command: where the program ends there is what is there.
	for program := name; err != nil; {
		i := strings.LastIndexByte(program, ' ')
		if i <= 0 {
			break
		}
		program = program[:i]
		if found, there := exec.LookPath(program); there == nil {
			return found, nil
		}
	}
	switch program, _, more := strings.Cut(name, " "); {
	case err == nil:
		return path, nil
	case more: // regimpl would have it without its arguments
		return "", fmt.Errorf("its program %s is not there, or may not be run (its command is %s); dsom server upgrade %s -- PROGRAM ARGUMENT… names another", program, name, d.Alias)
	}
	return "", fmt.Errorf("its program %s is not there, or may not be run: %w; dsom regimpl -U -i %s -p PROGRAM names another", name, err, d.Alias)
}
