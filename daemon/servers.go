package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/daemon/errand"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/svc/implrepo"
)

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
	names := map[implrepo.UUID]string{}
	for _, r := range recs {
		names[r.UUID] = r.Name
	}
	all := make([]admin.Server, 0, len(recs))
	for _, r := range recs {
		all = append(all, d.describe(r, func(u implrepo.UUID) string { return cmp.Or(names[u], u.String()) }))
	}
	d.runsElsewhere(c, all)
	return c.reply(all)
}

// addServer answers POST /v1/servers.
func (d *Daemon) addServer(c *call) error {
	var in admin.Server
	if err := c.read(&in); err != nil {
		return err
	}
	if machine := d.homeOf(c, in.On); machine != "" { // which knows its accounts
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		return d.pass(c, machine, body)
	}
	after, err := d.uuids(c, in.After)
	if err != nil {
		return err
	}
	rec := asRecord(in, after)
	if in.UUID != "" {
		if rec.UUID, err = implrepo.ParseUUID(in.UUID); err != nil {
			return err
		}
	}
	if err := mayBecome(rec.User); err != nil {
		return err
	}
	if err := d.placed(rec.On); err != nil {
		return err
	}
	if rec, err = d.sup.Records().Add(c.r.Context(), rec); err != nil {
		return err
	}
	return d.replyServer(c, rec)
}

// replyServer answers with a server.
func (d *Daemon) replyServer(c *call, rec implrepo.Record) error {
	return c.reply(d.describe(rec, d.namer(c)))
}

// getServer answers GET /v1/servers/{name}.
func (d *Daemon) getServer(c *call) error {
	rec, err := d.record(c)
	if err != nil {
		return err
	}
	return d.replyServer(c, rec)
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
	var after []implrepo.UUID
	if in.After != nil {
		if after, err = d.uuids(c, *in.After); err != nil {
			return err
		}
	}
	if in.User != nil {
		if err := mayBecome(*in.User); err != nil {
			return err
		}
	}
	if in.Name != nil && *in.Name != rec.Name {
		if err := d.settle(c.r.Context(), rec.UUID); err != nil {
			return err
		}
	}
	server, was, h := rec.UUID, rec.Name, (*seizure)(nil)
	if in.On != nil && *in.On != rec.On {
		if h, err = d.rehome(c.r.Context(), &rec, *in.On); err != nil {
			return err
		}
	}
	rec, err = d.sup.Records().Update(c.r.Context(), rec.UUID, func(r *implrepo.Record) error {
		if h != nil {
			if err := h.end(r); err != nil {
				return err
			}
		}
		if !d.stands(r.Held) {
			r.Free()
		}
		set(&r.Name, in.Name)
		set(&r.Command, in.Command)
		set(&r.Dir, in.Dir)
		set(&r.Env, in.Env)
		set(&r.Activation, (*implrepo.Activation)(in.Activation))
		if in.Disabled != nil {
			r.SetDisabled(*in.Disabled)
		}
		set(&r.StartTimeout, (*time.Duration)(in.StartTimeout))
		set(&r.StopTimeout, (*time.Duration)(in.StopTimeout))
		set(&r.IdleTimeout, (*time.Duration)(in.IdleTimeout))
		set(&r.User, in.User)
		set(&r.Apart, in.Apart)
		set(&r.Most, in.Most)
		set(&r.Copies, in.Copies)
		set(&r.Choose, (*implrepo.Balance)(in.Choose))
		set(&r.Alone, in.Alone)
		if in.Secure != nil {
			r.SetSecure(*in.Secure)
		}
		if in.On != nil && *in.On != r.On {
			r.On, r.Placed = *in.On, r.Revision
		}
		if in.After != nil {
			r.After = after
		}
		if in.Limits != nil {
			r.Limits = asLimits(*in.Limits)
		}
		if in.Retry != nil {
			r.Retry = asRetry(*in.Retry)
		}
		if in.Health != nil {
			r.Health = asHealth(*in.Health)
		}
		return nil
	})
	if h != nil {
		if failed := h.free(c.r.Context()); failed != nil && err != nil { // else it is free, and this the end of the account
			d.o.Log.Error("a server stays disabled that was to be given to another machine", "server", was, "error", failed)
		}
	}
	if in.Name != nil {
		d.renamed(c.r.Context(), server) // whatever the error is: it may be that of a caller who has gone when the record was there
	}
	if err != nil {
		return err
	}
	return d.replyServer(c, rec)
}

// rehome sees to it that a server can be given to another machine: no process of it runs, and it is held, so that none is started. The
// seizure that it returns, nil if there are no other machines, is on until the record says where the server is. It has to be done on the machine that has the server, unless that is dead.
func (d *Daemon) rehome(ctx context.Context, rec *implrepo.Record, on string) (_ *seizure, err error) {
	if err := d.placed(on); err != nil || on == "" {
		return nil, cmp.Or(err, error(&implrepo.InvalidError{Field: "on", Reason: "a machine is wanted, or any"}))
	}
	if d.machines == nil {
		return nil, nil
	}
	away := (*cluster.AwayError)(nil)
	if err := d.machines.Find(ctx, *rec); err != nil && !errors.As(err, &away) {
		return nil, err
	}
	h, err := d.seize(ctx, rec.UUID)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.free(ctx))
		}
	}()
	if run := d.sup.Run(rec.UUID); run.State != admin.StateStopped && run.State != admin.StateBackOff {
		return nil, &admin.Error{Code: admin.CodeBusy, Message: fmt.Sprintf("server %q is %s; stop it before another machine gets it", rec.Name, run.State)}
	}
	if rec.On == implrepo.Any {
		if err := d.machines.Release(ctx, rec.UUID); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// set changes a field if there is something to change it to.
func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

// removeServer answers DELETE /v1/servers/{name}.
func (d *Daemon) removeServer(c *call) error {
	rec, err := d.record(c)
	if errors.Is(err, store.ErrCorrupt) { // there is nothing to be held or stopped by
		if err := d.abandon(c.r.Context(), c.r.PathValue("name")); err != nil {
			return err
		}
		return c.reply(struct{}{})
	}
	if err != nil {
		return err
	}
	stop, _ := strconv.ParseBool(c.r.URL.Query().Get("stop"))
	if err := d.remove(c.r.Context(), rec, stop); err != nil {
		return err
	}
	return c.reply(struct{}{})
}

// leftTime is for all that was kept with a server that has been removed to go as well.
const leftTime = 30 * time.Second

// remove forgets a server, and the interfaces that were registered with it. It is held first, so that no call starts it again on the way, and
// free again if it cannot be removed or the caller waits no more: then it is as it was, or at most has been stopped.
func (d *Daemon) remove(ctx context.Context, rec implrepo.Record, stop bool) (err error) {
	records := d.sup.Records()
	if d.machines != nil {
		if there := (*supervise.ElsewhereError)(nil); errors.As(d.machines.Look(rec), &there) {
			return there
		}
	}
	if err := records.Needed(ctx, rec); err != nil {
		return err
	}
	h, err := d.seize(ctx, rec.UUID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.free(ctx)) }()
	if stop {
		if err := d.sup.Stop(ctx, rec.UUID, "the server is being removed"); err != nil {
			return err
		}
	} else if run := d.sup.Run(rec.UUID); run.State != admin.StateStopped && run.State != admin.StateBackOff {
		return &admin.Error{Code: admin.CodeBusy, Message: fmt.Sprintf("server %q is %s; stop it first, or have it stopped", rec.Name, run.State)}
	}
	left, err := records.Remove(ctx, rec.UUID)
	if err != nil {
		return err
	}
	d.counts.forget(rec.UUID)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leftTime) // it is gone, whether or not the caller still waits
	defer cancel()
	if done, err := d.late.alone(ctx, rec.UUID.String()); err == nil { // who is moving what it had under another name is ready, and nobody begins to
		done()
	}
	if d.machines != nil {
		if err := d.machines.Release(ctx, rec.UUID); err != nil {
			d.o.Log.Warn("the claim of a removed server is left", "server", rec.Name, "error", err)
		}
	}
	if err := d.sup.Forget(rec.UUID); err != nil {
		d.o.Log.Warn("what was kept of a removed server is left", "server", rec.Name, "error", err)
	}
	for _, l := range left {
		d.forgotten(ctx, l)
	}
	return nil
}

// abandon forgets a server whose record was put aside.
func (d *Daemon) abandon(ctx context.Context, name string) error {
	l, err := d.sup.Records().Abandon(ctx, name)
	if err != nil {
		return err
	}
	d.counts.forget(l.Server)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leftTime)
	defer cancel()
	if err := errors.Join(d.sup.Stop(ctx, l.Server, "the server was removed"), d.sup.Forget(l.Server)); err != nil {
		d.o.Log.Warn("what was kept of a removed server is left", "server", name, "error", err)
	}
	d.forgotten(ctx, l)
	return nil
}

// forgotten has what is kept under a name go that a server has left that was removed, and others have the name then: now, or in the background if that fails.
func (d *Daemon) forgotten(ctx context.Context, l implrepo.Left) {
	err := d.forgetName(ctx, l)
	if err == nil {
		return
	}
	d.o.Log.Warn("what was kept with a removed server is left, and nobody gets its name; this is tried again", "server", l.Name, "error", err)
	d.late.until(func() bool {
		ctx, cancel := d.late.attempt(context.Background())
		defer cancel()
		return d.forgetName(ctx, l) == nil
	})
}

// forgetName takes away what is kept under a name that a server has left, and frees it: each piece as long as the name is left, since another daemon may do so too, and whoever gets the name then says what is its own.
func (d *Daemon) forgetName(ctx context.Context, l implrepo.Left) error {
	left := d.sup.Records().StillLeft(l)
	err := d.classes.forget(ctx, l.Name, left)
	for name, of := range map[string]string{admin.ServerSpecification(l.Name): "", admin.ServerClasses(l.Name): l.Server.String()} {
		if failed := d.removeDescription(ctx, of, name, left); failed != nil && !errors.Is(failed, ifr.ErrUnknown) {
			err = errors.Join(err, failed)
		}
	}
	if errors.Is(err, implrepo.ErrUnknown) { // another daemon has done so
		return nil
	}
	if err != nil {
		return err
	}
	return d.sup.Records().Free(ctx, l)
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
	return d.replyServer(c, rec)
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
	return d.replyServer(c, rec)
}

// upgradeServer answers POST /v1/servers/{name}/upgrade.
func (d *Daemon) upgradeServer(c *call) error {
	var in admin.Upgrade
	if err := c.read(&in); err != nil {
		return err
	}
	rec, err := d.record(c)
	if err != nil {
		return err
	}
	done, err := d.sup.Upgrade(c.r.Context(), rec.UUID, supervise.Upgrade{Command: in.Command, Back: in.Back})
	if err != nil {
		return err
	}
	return c.reply(admin.Upgraded{
		Server: d.describe(done.Record, d.namer(c)), Ended: done.Ended,
		Started: admin.Duration(done.Started), Drained: admin.Duration(done.Drained), Paused: admin.Duration(done.Paused),
		Early: done.Early,
	})
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
	if d.machines != nil && q.Get("machine") == "" && errand.By(c.r.Context()) == "" { // what another had is read by its name
		if p := d.machines.Where(rec.UUID, rec.On); !p.Here && p.Machine != "" {
			return &admin.Error{Code: admin.CodeUnavailable, Message: fmt.Sprintf("what the server %q writes is kept on its machine, %q, which is not up", rec.Name, p.Machine)}
		}
	}
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
