package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/ifr"
)

type serverCmd struct {
	Add     serverAddCmd     `cmd:"" help:"Register a program as a server, to be started by the first call of one of its objects."`
	List    serverListCmd    `cmd:"" help:"List the registered servers and how they are."`
	Change  serverChangeCmd  `cmd:"" help:"Change how a server is run."`
	Upgrade serverUpgradeCmd `cmd:"" help:"Replace a server's program without a failed call, or start it anew."`
	Start   serverStartCmd   `cmd:"" help:"Start a server, and wait until it takes calls."`
	Stop    serverStopCmd    `cmd:"" help:"Stop a server, and wait until it has ended."`
	Remove  serverRemoveCmd  `cmd:"" help:"Forget a server. References to its objects become void."`
	Logs    serverLogsCmd    `cmd:"" help:"Print what a server has written."`
	Run     serverRunCmd     `cmd:"" help:"Be a server of class libraries: make objects of their classes for clients elsewhere."`
	Build   serverBuildCmd   `cmd:"" help:"Make a program that serves classes in Go."`
}

func (serverCmd) Help() string {
	return "Example:\n\n    dsom server add bank -- ./bank-server --data /srv/bank\n    dsom server list\n    dsom server logs bank"
}

// stateFlag says where the daemon's state is, by which its API is found.
type stateFlag struct {
	State string `placeholder:"DIR" help:"State folder of the daemon: $$DSOM_STATE, else dsom in $$SOMDDIR, else /var/lib/dsom for root, else the user's own."`
}

// folder returns the state folder.
func (f stateFlag) folder() (string, error) {
	if f.State != "" {
		return filepath.Abs(f.State)
	}
	return admin.DefaultState()
}

// daemon returns a client of the local daemon.
func (f stateFlag) daemon() (*admin.Client, error) {
	dir, err := f.folder()
	if err != nil {
		return nil, err
	}
	client, err := admin.Open(dir)
	return client, noDaemon(err)
}

// noDaemon adds to the error that says that there is no daemon what to do about it.
func noDaemon(err error) error {
	if errors.Is(err, admin.ErrNoDaemon) {
		return fmt.Errorf("%w\nStart one with: dsom daemon", err)
	}
	return err
}

type serverAddCmd struct {
	stateFlag
	Dir        string   `placeholder:"DIR" help:"Folder that the server runs in. Default: the current one."`
	Env        []string `short:"e" sep:"none" placeholder:"NAME=VALUE" help:"Set a variable in the server's environment; may be repeated."`
	Activation string   `enum:"on-demand,shared,unshared,per-object,per-call,manual,always" default:"on-demand" help:"When the server is started: on-demand or shared (by a call, one process for all), unshared (a process for each object), per-object (for each that --apart says, one for the others), per-call (for each call), manual (by dsom server start), always (with the daemon, and again whenever it ends)."`
	serverTerms
	IDL     []string `name:"idl" sep:"none" placeholder:"FILE" help:"IDL file with interfaces of the server's objects, for the interface repository; may be repeated."`
	UUID    string   `name:"uuid" placeholder:"UUID" help:"Identity in the keys of the server's objects, for one that was registered before elsewhere."`
	Name    string   `arg:"" help:"Name of the server: letters, digits, . _ and -."`
	Command []string `arg:"" optional:"" passthrough:"" help:"The program and its arguments, after --. Without one the server is only started by hand."`
}

func (serverAddCmd) Help() string {
	return `A server that has been started by hand, with this name and no program registered, keeps its identity.

Example:

    dsom server add --idl bank.idl bank -- ./bank-server --data /srv/bank
    dsom server add --after ledger --idle-timeout 10m --user bank --files 1000 bank -- ./bank-server
    dsom server add --copies 3 --choose least-load --health-every 10s quotes -- ./quotes-server`
}

func (v serverAddCmd) Run(ctx context.Context, c *console) error {
	command := v.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	s := admin.Server{Name: v.Name, UUID: v.UUID, Env: v.Env, Activation: v.Activation}
	v.serverTerms.server(&s)
	var err error
	if len(command) > 0 {
		if s.Command, err = absolute(command); err != nil {
			return err
		}
	} else {
		s.Activation = "manual"
	}
	if s.Dir, err = filepath.Abs(v.Dir); err != nil {
		return err
	}
	if i, err := os.Stat(s.Dir); err != nil || !i.IsDir() {
		return usage("--dir: %q is no folder", s.Dir)
	}
	d, err := v.daemon()
	if err != nil {
		return err
	}
	undo, err := v.registerIDL(ctx, c, d)
	if err != nil {
		return err
	}
	s, err = v.add(ctx, d, s)
	if err != nil {
		err = errors.Join(err, undo())
	}
	switch {
	case errors.Is(err, &admin.Error{Code: admin.CodeInvalid}):
		return &usageError{err: err}
	case err != nil:
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(s)
	}
	c.printf("%s %s\n", s.Name, s.UUID)
	if len(s.Command) == 0 {
		c.note("It has no program: start it by hand, with the name %s.", s.Name)
	}
	return nil
}

// registerIDL registers the interfaces of the server's objects, if any are given and the name is free. What it returns takes them out again.
func (v serverAddCmd) registerIDL(ctx context.Context, c *console, d *admin.Client) (undo func() error, err error) {
	undo = func() error { return nil }
	if len(v.IDL) == 0 {
		return undo, nil
	}
	spec, err := (idlFlags{Dialect: "auto"}).compile(ctx, c, v.IDL)
	if err != nil {
		return nil, err
	}
	packed, err := ifr.Pack(spec)
	if err != nil {
		return nil, err
	}
	if known, err := d.Server(ctx, v.Name); err == nil && len(known.Command) > 0 {
		return undo, nil // whose interfaces stay: the server will not be added
	}
	all, err := d.Specifications(ctx)
	if err != nil {
		return nil, noDaemon(err)
	}
	name := admin.ServerSpecification(v.Name)
	if !slices.ContainsFunc(all, func(s admin.Specification) bool { return s.Name == name }) {
		undo = func() error { return d.RemoveSpecification(context.WithoutCancel(ctx), name) }
	}
	if _, err := d.RegisterSpecification(ctx, name, packed); err != nil {
		return nil, noDaemon(err)
	}
	return undo, nil
}

// add registers a server. One that was made known by being started by hand gets its program and
// keeps its identity, so that the references and names that it has given out stay good.
func (v serverAddCmd) add(ctx context.Context, d *admin.Client, s admin.Server) (admin.Server, error) {
	added, err := d.Add(ctx, s)
	if !errors.Is(err, &admin.Error{Code: admin.CodeExists}) {
		return added, err
	}
	known, bad := d.Server(ctx, s.Name)
	if bad != nil { // the UUID is what exists
		return added, err
	}
	if len(known.Command) > 0 {
		return added, fmt.Errorf("%w\nTo change it: dsom server change %s, or, for its program, dsom server upgrade %[2]s", err, s.Name)
	}
	if len(s.Command) == 0 || s.UUID != "" && s.UUID != known.UUID {
		return added, err
	}
	c := v.change(known)
	c.Command, c.Dir, c.Env, c.Activation = &s.Command, &s.Dir, &s.Env, &s.Activation
	return d.Update(ctx, s.Name, c)
}

// absolute makes the program of a command independent of the current folder, and sees that it is there.
func absolute(command []string) ([]string, error) {
	program, err := exec.LookPath(command[0])
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return nil, fmt.Errorf("the program cannot be run: %w", err)
	}
	if program, err = filepath.Abs(program); err != nil {
		return nil, err
	}
	return append([]string{program}, command[1:]...), nil
}

type serverStartCmd struct {
	stateFlag
	Name string `arg:"" name:"server" help:"Name of the server."`
}

func (serverStartCmd) Help() string {
	return "A server that was stopped with --disable is enabled again. Of one with a process for each call, one comes up, binds its names, and ends.\n\nExample:\n\n    dsom server start bank"
}

func (v serverStartCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	s, err := d.Server(ctx, v.Name)
	if err != nil {
		return noDaemon(err)
	}
	if s.Disabled {
		if _, err := d.Update(ctx, v.Name, admin.Change{Disabled: new(bool)}); err != nil {
			return noDaemon(err)
		}
	}
	if s, err = d.Start(ctx, v.Name); err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(s)
	}
	if s.Activation == "per-call" {
		c.printf("%s has come up once, for no call, and ended: what it binds names to has them\n", s.Name)
		return nil
	}
	c.printf("%s is %s, process %d, at %s\n", s.Name, s.Run.State, s.Run.PID, strings.Join(s.Run.Endpoints, " "))
	return nil
}

type serverStopCmd struct {
	stateFlag
	Disable bool   `help:"Keep it stopped: calls of its objects do not start it again."`
	Name    string `arg:"" name:"server" help:"Name of the server."`
}

func (serverStopCmd) Help() string {
	return "Example:\n\n    dsom server stop bank\n    dsom server stop --disable bank"
}

func (v serverStopCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	if v.Disable {
		yes := true
		if _, err := d.Update(ctx, v.Name, admin.Change{Disabled: &yes}); err != nil {
			return noDaemon(err)
		}
	}
	s, err := d.Stop(ctx, v.Name)
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(s)
	}
	c.printf("%s is %s\n", s.Name, stateText(s))
	if s.Activation == "on-demand" && !s.Disabled {
		c.note("The next call of one of its objects starts it again; --disable prevents that.")
	}
	return nil
}

type serverRemoveCmd struct {
	stateFlag
	Stop bool   `help:"Stop the server first, if it runs."`
	Name string `arg:"" name:"server" help:"Name of the server."`
}

func (serverRemoveCmd) Help() string { return "Example:\n\n    dsom server remove --stop bank" }

func (v serverRemoveCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	err = d.Remove(ctx, v.Name, v.Stop)
	if errors.Is(err, &admin.Error{Code: admin.CodeBusy}) && !v.Stop {
		return fmt.Errorf("%w: dsom server remove --stop %s", err, v.Name)
	}
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(map[string]string{"removed": v.Name})
	}
	c.printf("%s is removed\n", v.Name)
	return nil
}
