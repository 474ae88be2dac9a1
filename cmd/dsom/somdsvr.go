package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
	somclient "github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/host"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

type somdsvrCmd struct {
	somdFlags
	Alias string `short:"a" placeholder:"ALIAS" help:"The server's alias, instead of its id."`
	ID    string `arg:"" optional:"" help:"The server's id: what a daemon gives it when it starts it."`
}

func (somdsvrCmd) Help() string {
	return `Is the server of DSOM with an id: it looks for its definition, tells the daemon that it is up, and ends when the daemon asks it to, or by a signal.
It makes objects of the classes that the definition has (regimpl -c): libsom finds their libraries, by SOM_PATH. For that it becomes the program dsom-classes, as dsom server
run does. Classes that are registered while it runs are served from its next start on. Without a class it makes no objects.

Example:

    dsom somdsvr 01234567-89abcdef-01-23-456789abcdef
    dsom somdsvr -a bank`
}

// somdsvrDrain bounds the wait for calls under way at the end.
const somdsvrDrain = 10 * time.Second

func (v somdsvrCmd) Run(ctx context.Context, c *console) error {
	if (v.Alias == "") == (v.ID == "") {
		return usage("which server is it? Either its id, or -a with its alias")
	}
	at, port, err := v.address(ctx)
	if err != nil {
		return err
	}
	outward := "127.0.0.1"
	if ip := net.ParseIP(at); ip != nil && !ip.IsLoopback() {
		outward = ""
	}
	o, err := orb.New(orb.Config{Listen: []string{"tcp:" + net.JoinHostPort(outward, "0")}, MaxVersion: cdr.V10, Principal: principal(), Hold: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	d := &somdClient{somclient.At(o, at, port), o, net.JoinHostPort(at, strconv.Itoa(int(port)))}
	err = v.serve(ctx, c, d)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), somdsvrDrain)
	defer cancel()
	return errors.Join(d.told("the server", err), o.Shutdown(end))
}

func (v somdsvrCmd) serve(ctx context.Context, c *console, d *somdClient) error {
	repo, err := d.Repository(ctx)
	if err != nil {
		return err
	}
	find := repo.Find
	if v.Alias != "" {
		find = repo.ByAlias
	} else if _, err := wire.ParseID(v.ID); err != nil {
		return &usageError{err: err}
	}
	def, err := find(ctx, cmp.Or(v.Alias, v.ID))
	if err != nil {
		return err
	}
	id, err := wire.ParseID(def.ID)
	if err != nil {
		return err
	}
	classes, err := repo.Classes(ctx, def.ID)
	if err != nil && !notThere(err) { // somdd has not all operations
		return err
	}
	if len(classes) > 0 {
		return v.become(ctx, d, def, classes)
	}
	if secure(def) {
		return fmt.Errorf("%s is registered as secure, and has no class: the generic server refuses callers that are not identified where it has classes (dsom regimpl -a -i %[1]s -c CLASS)", def.Alias)
	}
	c.note("No class is registered for %s (dsom regimpl -a -i %s -c CLASS): it makes no objects", safe(def.Alias), safe(def.Alias))
	err = host.Serve(ctx, host.Options{ORB: d.orb, Daemon: d.Daemon, ID: id, Ready: func() { c.note("Taking calls as %s at %v", id, d.orb.Endpoints()[0].Address()) }})
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// become makes this process the generic server of the classes. It returns only where it cannot.
func (v somdsvrCmd) become(ctx context.Context, d *somdClient, def wire.Definition, classes []string) error {
	run := serverRunCmd{Name: def.Alias, Class: classes, ServerClass: def.ServerClass, Serial: def.Flags&wire.MultiThread == 0}
	if os.Getenv(admin.EnvServerToken) == "" { // started by hand: the lease is the daemon's of the state folder, which has to be this one
		daemon, err := v.daemon()
		if err != nil {
			return fmt.Errorf("a server of classes that is started by hand has to find the daemon's state: %w", err)
		}
		s, err := daemon.Status(ctx)
		if err != nil {
			return err
		}
		if !takesCallsAt(s, d.address) {
			return fmt.Errorf("the daemon of the state folder takes calls at %s, and %s is asked for: name its state folder by --state", s.Local, d.address)
		}
		if v.State != "" {
			if err := os.Setenv(admin.EnvState, v.State); err != nil {
				return err
			}
		}
	}
	if def.ServerClass == somdServerClass {
		run.ServerClass = ""
	}
	return run.Run(ctx)
}

// takesCallsAt reports whether a host and port are a daemon's own: as this machine reaches it, or as references name it.
func takesCallsAt(s admin.Status, address string) bool {
	if address == s.Local || slices.Contains(s.Addresses, address) {
		return true
	}
	port, here := strings.CutPrefix(address, "localhost:")
	host, local, err := net.SplitHostPort(s.Local)
	ip := net.ParseIP(host)
	return here && err == nil && port == local && ip != nil && ip.IsLoopback()
}

// somdServerClass is the class of server objects where a definition names none.
const somdServerClass = "SOMDServer"
