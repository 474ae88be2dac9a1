package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/opendsom/dsom/cdr"
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
It makes no objects of class libraries yet.

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
	d := &somdClient{somclient.At(o, at, port), o, at}
	err = v.serve(ctx, c, d)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), somdsvrDrain)
	defer cancel()
	return errors.Join(d.told("the server", err), o.Shutdown(end))
}

func (v somdsvrCmd) serve(ctx context.Context, c *console, d *somdClient) error {
	if v.Alias != "" {
		repo, err := d.Repository(ctx)
		if err != nil {
			return err
		}
		def, err := repo.ByAlias(ctx, v.Alias)
		if err != nil {
			return err
		}
		v.ID = def.ID
	}
	id, err := wire.ParseID(v.ID)
	if err != nil {
		return &usageError{err: err}
	}
	err = host.Serve(ctx, host.Options{ORB: d.orb, Daemon: d.Daemon, ID: id, Ready: func() { c.note("Taking calls as %s at %v", id, d.orb.Endpoints()[0].Address()) }})
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}
