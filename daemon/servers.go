package daemon

import (
	"fmt"
	"strconv"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/implrepo"
)

// describe is how the API shows a server.
func (d *Daemon) describe(r implrepo.Record) admin.Server {
	return admin.Server{
		Name: r.Name, UUID: r.UUID.String(), Command: r.Command, Dir: r.Dir, Env: r.Env,
		Activation: string(r.Activation), Disabled: r.Disabled,
		StartTimeout: admin.Duration(r.StartTimeout), StopTimeout: admin.Duration(r.StopTimeout),
		Created: r.Created, Run: d.sup.Run(r.UUID),
	}
}

// record is the record of the server that the request's path names.
func (d *Daemon) record(c *call) (implrepo.Record, error) {
	return d.sup.Records().ByName(c.r.Context(), c.r.PathValue("name"))
}

// listServers answers GET /v1/servers.
func (d *Daemon) listServers(c *call) error {
	recs, err := d.sup.Records().List(c.r.Context())
	if err != nil {
		return err
	}
	all := make([]admin.Server, 0, len(recs))
	for _, r := range recs {
		all = append(all, d.describe(r))
	}
	return c.reply(all)
}

// addServer answers POST /v1/servers.
func (d *Daemon) addServer(c *call) error {
	var in admin.Server
	if err := c.read(&in); err != nil {
		return err
	}
	rec := implrepo.Record{
		Name: in.Name, Command: in.Command, Dir: in.Dir, Env: in.Env,
		Activation: implrepo.Activation(in.Activation), Disabled: in.Disabled,
		StartTimeout: time.Duration(in.StartTimeout), StopTimeout: time.Duration(in.StopTimeout),
	}
	if in.UUID != "" {
		var err error
		if rec.UUID, err = implrepo.ParseUUID(in.UUID); err != nil {
			return err
		}
	}
	rec, err := d.sup.Records().Add(c.r.Context(), rec)
	if err != nil {
		return err
	}
	return d.changed(c, rec)
}

// changed answers with a record that was changed, after what follows from the change was begun.
func (d *Daemon) changed(c *call, rec implrepo.Record) error {
	if err := d.sup.Refresh(c.r.Context()); err != nil {
		return err
	}
	return c.reply(d.describe(rec))
}

// getServer answers GET /v1/servers/{name}.
func (d *Daemon) getServer(c *call) error {
	rec, err := d.record(c)
	if err != nil {
		return err
	}
	return c.reply(d.describe(rec))
}

// changeServer answers PATCH /v1/servers/{name}.
func (d *Daemon) changeServer(c *call) error {
	var in admin.Change
	if err := c.read(&in); err != nil {
		return err
	}
	rec, err := d.record(c)
	if err != nil {
		return err
	}
	rec, err = d.sup.Records().Update(c.r.Context(), rec.UUID, func(r *implrepo.Record) error {
		set(&r.Name, in.Name)
		set(&r.Command, in.Command)
		set(&r.Dir, in.Dir)
		set(&r.Env, in.Env)
		set(&r.Activation, (*implrepo.Activation)(in.Activation))
		set(&r.Disabled, in.Disabled)
		set(&r.StartTimeout, (*time.Duration)(in.StartTimeout))
		set(&r.StopTimeout, (*time.Duration)(in.StopTimeout))
		return nil
	})
	if err != nil {
		return err
	}
	return d.changed(c, rec)
}

// set changes a field if there is something to change it to.
func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

// removeServer answers DELETE /v1/servers/{name}. The server is disabled first, so that no
// call starts it again on the way.
func (d *Daemon) removeServer(c *call) error {
	ctx := c.r.Context()
	rec, err := d.record(c)
	if err != nil {
		return err
	}
	was := rec.Disabled
	disable := func(to bool) error {
		_, err := d.sup.Records().Update(ctx, rec.UUID, func(r *implrepo.Record) error { r.Disabled = to; return nil })
		return err
	}
	if err := disable(true); err != nil {
		return err
	}
	if stop, _ := strconv.ParseBool(c.r.URL.Query().Get("stop")); stop {
		if err := d.sup.Stop(ctx, rec.UUID, "the server is being removed"); err != nil {
			return err
		}
	} else if run := d.sup.Run(rec.UUID); run.State != admin.StateStopped && run.State != admin.StateBackOff {
		if err := disable(was); err != nil {
			return err
		}
		return &admin.Error{Code: admin.CodeBusy, Message: fmt.Sprintf("server %q is %s; stop it first, or have it stopped", rec.Name, run.State)}
	}
	if err := d.sup.Records().Remove(ctx, rec.UUID); err != nil {
		return err
	}
	if err := d.sup.Forget(rec.UUID); err != nil {
		d.o.Log.Warn("what was kept of a removed server is left", "server", rec.Name, "error", err)
	}
	return c.reply(struct{}{})
}

// startServer answers POST /v1/servers/{name}/start.
func (d *Daemon) startServer(c *call) error {
	rec, err := d.record(c)
	if err != nil {
		return err
	}
	if _, err := d.sup.Start(c.r.Context(), rec.UUID); err != nil {
		return err
	}
	return c.reply(d.describe(rec))
}

// stopServer answers POST /v1/servers/{name}/stop.
func (d *Daemon) stopServer(c *call) error {
	rec, err := d.record(c)
	if err != nil {
		return err
	}
	if err := d.sup.Stop(c.r.Context(), rec.UUID, "somebody asked for it to be stopped"); err != nil {
		return err
	}
	return c.reply(d.describe(rec))
}

// serverLogs answers GET /v1/servers/{name}/logs.
func (d *Daemon) serverLogs(c *call) error {
	rec, err := d.record(c)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	lines := 100
	if s := q.Get("lines"); s != "" {
		if lines, err = strconv.Atoi(s); err != nil || lines < 0 || lines > admin.MaxLogLines {
			return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("lines=%.20s is not a number from 0 to %d", s, admin.MaxLogLines)}
		}
	}
	follow, _ := strconv.ParseBool(q.Get("follow"))
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := c.stream(nil); err != nil {
		return nil // the client has gone
	}
	if err := d.o.Logs.Copy(c.r.Context(), pieces{c}, rec.UUID.String(), lines, follow); err != nil {
		d.o.Log.Debug("logs were not sent to their end", "server", rec.Name, "error", err)
	}
	return nil
}

// pieces is the answer of a call as a writer.
type pieces struct{ c *call }

func (p pieces) Write(b []byte) (int, error) {
	if err := p.c.stream(b); err != nil {
		return 0, err
	}
	return len(b), nil
}
