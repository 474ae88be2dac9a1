package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/doctor"
	"github.com/opendsom/dsom/portscan"
	"github.com/opendsom/dsom/svc/somdd/somenv"
)

type doctorCmd struct {
	stateFlag
	Verbose bool `short:"v" help:"Say also what is as it should be, and what this system lacks."`
}

func (doctorCmd) Help() string {
	return `Looks at the whole set-up, and says how to mend what is not as it should be: the state folder and its room, the daemon, its configuration, the clock,
how hosts are found, the addresses that references name, what filters packets, whether datagrams are answered, who is on the link, the registered servers, and what the program cannot do on this system. Nothing is changed, and no
server is started. The status is 1 if something is bad.

Example:

    dsom doctor
    dsom doctor -v --json`
}

func (v doctorCmd) Run(ctx context.Context, c *console) error {
	state, err := v.folder()
	if err != nil {
		return err
	}
	p := doctor.Patient{State: state, Port: 3053, Machine: doctor.System{Listens: listensAt}, More: []func(context.Context) []doctor.Finding{v.configured(c), environment}}
	p.Version, _ = programVersion()
	conf, err := v.told(ctx, c)
	if conf != nil {
		p.Link = conf.Link
		p.TLS = doctor.TLS{Certificate: conf.TLSCertificate, Authorities: conf.TLSAuthorities, Clients: conf.TLSClients}
	}
	if err == nil { // else it is said of the configuration
		p.Shared = doctor.Shared{Servers: conf.servers, Credentials: conf.StoreCredentials, CA: conf.StoreCA}
	}
	p.Interrupted = backup.Interrupted(state)
	p.Daemon, p.NoAccess = admin.Open(state)
	if errors.Is(p.NoAccess, admin.ErrNoDaemon) {
		p.NoAccess = nil
	}
	if isTerminal(c.err) && !c.json {
		p.Progress = func(about string) { c.note("looking at %s", about) }
	}
	found := doctor.Look(ctx, p)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.json {
		err = c.printJSON(found)
	} else {
		c.diagnosed(found, v.Verbose)
	}
	if err == nil && !doctor.Sound(found) {
		err = errReported
	}
	return err
}

// told returns what the configuration tells the daemon, also with an error if that is in what it leads to; nil: it is not read.
func (v doctorCmd) told(ctx context.Context, c *console) (*daemonCmd, error) {
	cmd, _, s, err := parseDaemon(ctx, c, daemonArgs(v.State, ""), nil)
	if err != nil {
		return nil, err
	}
	_, err = cmd.config(s)
	return cmd, err
}

// diagnosed prints findings.
func (c *console) diagnosed(found []doctor.Finding, all bool) {
	colours := map[doctor.Grade]tint{doctor.Good: green, doctor.Note: yellow, doctor.Bad: red, doctor.Lack: dim}
	lacks := 0
	for _, f := range found {
		if f.Grade == doctor.Lack {
			lacks++
		}
		if (f.Grade == doctor.Good || f.Grade == doctor.Lack) && !all {
			continue
		}
		c.printf("%s  %s: %s\n", c.tinted(colours[f.Grade], (string(f.Grade) + "    ")[:4]), safe(f.About), safe(f.Says))
		if f.Mend != "" {
			c.printf("      %s\n", c.tinted(dim, safe(f.Mend)))
		}
	}
	if lacks > 0 && !all {
		c.printf("%s\n", c.tinted(dim, fmt.Sprintf("What %s lacks (%d): dsom doctor -v", runtime.GOOS, lacks)))
	}
	if doctor.Sound(found) {
		c.printf("%s\n", c.tinted(green, "Nothing is bad."))
	}
}

// listensAt says which program listens at a port, "" if none does.
func listensAt(ctx context.Context, port uint16) string {
	list, err := portscan.Listeners(ctx, port)
	if err != nil || len(list) == 0 {
		return ""
	}
	return portOwner(ctx, port)
}

// configured looks at the configuration that a daemon of the state would have.
func (v doctorCmd) configured(c *console) func(context.Context) []doctor.Finding {
	return func(ctx context.Context) []doctor.Finding {
		named := ""
		if d, err := v.daemon(); err == nil {
			if now, err := d.Status(ctx); err == nil { // it may have been told another
				if _, err := os.Stat(now.Config); err == nil {
					named = now.Config
				}
			}
		}
		cmd, _, s, err := parseDaemon(ctx, c, daemonArgs(v.State, named), nil)
		if err == nil {
			_, err = cmd.config(s)
		}
		f := doctor.Finding{About: "configuration", Grade: doctor.Good}
		switch {
		case err != nil:
			f.Grade, f.Says, f.Mend = doctor.Bad, err.Error(), "mend that: the daemon does not start with it; dsom config keys lists what there is"
		case s.file == nil:
			f.Says = "there is none, and none is needed"
		default:
			f.Says = s.path + " is good"
		}
		return []doctor.Finding{f}
	}
}

// environment looks for variables that nobody reads, and for SOM's.
func environment(context.Context) []doctor.Finding {
	var all []doctor.Finding
	known := knownVariables()
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, "DSOM_") || known()[name] {
			continue
		}
		f := doctor.Finding{About: "environment", Grade: doctor.Note, Says: "nobody reads $" + name, Mend: "unset " + name}
		for k := range known() {
			if near(k, name) {
				f.Mend = "did you mean " + k + "?"
			}
		}
		all = append(all, f)
	}
	if old, err := oldSettings(nil); err != nil {
		all = append(all, doctor.Finding{About: "environment", Grade: doctor.Note, Says: "what SOM was told cannot be read: " + err.Error(), Mend: "unset " + somenv.EnvFiles + ", or mend the file: dsom somdd reads it"})
	} else if len(old) > 0 {
		all = append(all, doctor.Finding{About: "environment", Grade: doctor.Note, Says: "SOM's " + old[0].Name + " is set (" + old[0].From + "), which dsom somdd heeds, and dsom daemon does not", Mend: "dsom config old says what each has become"})
	}
	return all
}
