package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// pingEvery is how often a lease's stream carries something, so that a server notices a daemon that hangs.
const pingEvery = 10 * time.Second

// grantLease answers POST /v1/leases: the lease is held for as long as the answer goes on.
func (d *Daemon) grantLease(c *call) error {
	var in admin.Registration
	if err := c.read(&in); err != nil {
		return err
	}
	reg := supervise.Registration{
		Name: in.Name, Create: in.Create, Token: c.token, ByHand: c.owner,
		Fences: in.Fences, Quiets: in.Quiets, Incarnation: in.Incarnation, Process: in.Process, Elsewhere: c.isElsewhere(in.Process), Endpoints: in.Endpoints,
	}
	if in.UUID != "" {
		var err error
		if reg.UUID, err = implrepo.ParseUUID(in.UUID); err != nil {
			return err
		}
	}
	lease, err := d.sup.Register(c.r.Context(), reg)
	if err != nil {
		return err
	}
	holder := newHolder(lease)
	if !d.hold(holder) {
		lease.Lost()
		return &admin.Error{Code: admin.CodeUnavailable, Message: "too many servers are registered at once"}
	}
	defer d.drop(lease)
	trial, err := lease.AsideFirst("process "+in.Incarnation, func(ctx context.Context) { holder.takeOver(ctx, d) })
	replaced := errors.Is(err, supervise.ErrReplaced)
	if replaced { // it finishes its calls
		trial, err = true, nil
	}
	if err != nil {
		return err
	}
	if trial && !replaced && !in.Quiets {
		d.o.Log.Warn("an upgrade tries out a program that was built with an older release: names that it binds are bound at once, and stay if the upgrade is given up", "server", lease.Name)
	}
	asks := d.counts.open(lease.ID, lease.UUID)
	defer d.counts.close(lease.ID)
	c.w.Header().Set("Content-Type", "application/x-ndjson")
	tell := func(m admin.Message) bool {
		b, err := json.Marshal(m)
		return err == nil && c.stream(append(b, '\n')) == nil
	}
	daemons, changed := d.daemons.now()
	granted := admin.Message{
		Hold: admin.Duration(lease.Hold),
		Type: admin.MessageGranted, Lease: lease.ID, Name: lease.Name, UUID: lease.UUID.String(), Ping: admin.Duration(pingEvery),
		Report: admin.Duration(lease.Every), Calls: lease.Terms.Calls, Secure: lease.Terms.Secure, RefDataFile: lease.Terms.RefDataFile, Trial: trial, Replaced: replaced,
	}
	granted.SetDaemons(daemons)
	if !tell(granted) {
		return nil
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	serves, name := holder.serves, lease.Name
	for {
		m := admin.Message{Type: admin.MessagePing}
		select {
		case <-c.r.Context().Done(): // the server has gone, or the daemon is closing
			return nil
		case <-lease.Over():
			return nil
		case s := <-lease.Stops():
			m = admin.Message{Type: admin.MessageStop, Within: admin.Duration(s.Within), Reason: s.Reason}
		case <-changed:
			m.Type = admin.MessageDaemons
			daemons, changed = d.daemons.now()
			m.SetDaemons(daemons)
		case <-serves:
			serves, m.Type = nil, admin.MessageServes
			if rec, err := d.sup.Records().Get(c.r.Context(), lease.UUID); err == nil {
				m.Name, name = rec.Name, rec.Name
			}
		case <-lease.News():
			m.Type = admin.MessageNow
			if m.Name, m.Replaced = lease.Now(); m.Name == name && m.Replaced == replaced {
				continue
			}
			name, replaced = m.Name, m.Replaced
		case <-asks:
			m = admin.Message{Type: admin.MessageCounts}
		case <-ping.C:
		}
		if !tell(m) {
			return nil
		}
	}
}

// isElsewhere reports whether a process that the caller says it is has not the call's connection, as far as the system tells.
func (c *call) isElsewhere(claim process.ID) bool {
	here, _ := c.r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	client, err := net.ResolveTCPAddr("tcp", c.r.RemoteAddr) // it is an address already
	if err != nil || !claim.Known() {
		return false
	}
	l, ok := linkBetween(client, here)
	return ok && !l.mayBeOf(claim)
}

// hold makes a lease findable by its id.
func (d *Daemon) hold(h *holder) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.leases) >= maxLeases {
		return false
	}
	d.leases[h.ID] = h
	return true
}

func (d *Daemon) drop(l *supervise.Lease) {
	d.mu.Lock()
	delete(d.leases, l.ID)
	d.mu.Unlock()
	l.Lost()
}

// holder finds who holds the lease that the request's path names. Its id is known to him alone.
func (d *Daemon) holder(c *call) (*holder, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.leases[c.r.PathValue("id")]
	if h == nil {
		return nil, &admin.Error{Code: admin.CodeNotFound, Message: "no such lease is held"}
	}
	return h, nil
}

// lease finds that lease.
func (d *Daemon) lease(c *call) (*supervise.Lease, error) {
	h, err := d.holder(c)
	if err != nil {
		return nil, err
	}
	return h.Lease, nil
}

// setEndpoints answers PUT /v1/leases/{id}/endpoints.
func (d *Daemon) setEndpoints(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	var endpoints []string
	if err := c.read(&endpoints); err != nil {
		return err
	}
	if err := l.SetEndpoints(endpoints); err != nil {
		return err
	}
	return c.reply(struct{}{})
}

// renew answers PUT /v1/leases/{id}/renew.
func (d *Daemon) renew(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	hold, err := l.Renew()
	if err != nil {
		return err
	}
	return c.reply(admin.Duration(hold))
}

// report answers PUT /v1/leases/{id}/report.
func (d *Daemon) report(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	var r admin.Report
	if err := c.read(&r); err != nil {
		return err
	}
	if err := l.Report(supervise.Report{Calls: r.Calls, Idle: time.Duration(r.Idle), Done: r.Done}); err != nil {
		return err
	}
	return c.reply(struct{}{})
}

// setCounts answers PUT /v1/leases/{id}/counts.
func (d *Daemon) setCounts(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	var in admin.Counts
	if err := c.read(&in); err != nil {
		return err
	}
	if err := d.counts.take(l.ID, in); err != nil {
		return err
	}
	return c.reply(struct{}{})
}

// releaseLease answers DELETE /v1/leases/{id}.
func (d *Daemon) releaseLease(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	l.Release()
	return c.reply(struct{}{})
}
