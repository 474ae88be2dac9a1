package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/svc/implrepo"
)

// seizures are the servers that this daemon keeps from being started while it gives them away or removes them: the record says so, since others share it. Of two who
// want to do that at a time the second is refused; and what a daemon has left that was killed in the middle ends when it, or whoever comes next, sees it.
type seizures struct {
	mu  sync.Mutex
	own map[string]bool // by their ids
}

// freeTime is for a server to be enabled again.
const freeTime = 10 * time.Second

// seize keeps a server from being started, as if it were disabled, until it is freed, or its record is changed by [seizure.end].
func (d *Daemon) seize(ctx context.Context, u implrepo.UUID) (*seizure, error) {
	h := &seizure{d: d, server: u, id: rand.Text()}
	d.seized.mu.Lock()
	if d.seized.own == nil {
		d.seized.own = map[string]bool{}
	}
	d.seized.own[h.id] = true
	d.seized.mu.Unlock()
	_, err := d.sup.Records().Update(ctx, u, func(r *implrepo.Record) error {
		if d.stands(r.Held) {
			return &admin.Error{Code: admin.CodeBusy, Message: fmt.Sprintf("server %q is being removed, or given to another machine, by somebody else; try again", r.Name)}
		}
		r.Free()
		r.Hold(h.id, d.machineName())
		return nil
	})
	if err != nil {
		h.forget()
		return nil, err
	}
	return h, nil
}

// machineName is the name of this machine among those that share a state, "" where there are no others.
func (d *Daemon) machineName() string {
	if d.machines == nil {
		return ""
	}
	return d.machines.Name()
}

// stands reports whether whoever holds a server is still about it: this daemon, or that of another machine that is up.
func (d *Daemon) stands(h *implrepo.Held) bool {
	switch {
	case h == nil:
		return false
	case h.Machine == d.machineName():
		d.seized.mu.Lock()
		defer d.seized.mu.Unlock()
		return d.seized.own[h.ID]
	}
	return d.machines != nil && slices.ContainsFunc(d.machines.Machines(), func(m cluster.Machine) bool { return m.Name == h.Machine })
}

// freeHeld enables the servers that nobody gives away or removes any more whose holds are to be looked at: their daemons were killed, or it is the state of another machine that was
// restored here. One that is about it after all, and was not seen, finds its hold gone.
func (d *Daemon) freeHeld(ctx context.Context, look func(*implrepo.Held) bool) error {
	left := func(h *implrepo.Held) bool { return h != nil && look(h) && !d.stands(h) }
	all, err := d.sup.Records().List(ctx)
	for _, r := range all {
		if !left(r.Held) {
			continue
		}
		by, freed := r.Held.Machine, false
		_, failed := d.sup.Records().Update(ctx, r.UUID, func(r *implrepo.Record) error {
			if freed = left(r.Held); freed {
				r.Free()
			}
			return nil
		})
		switch {
		case failed == nil && freed:
			d.o.Log.Warn("a server was left held by a daemon that was about to give it away, or to remove it", "server", r.Name, "machine", by, "disabled", r.IsDisabled())
		case !errors.Is(failed, implrepo.ErrUnknown):
			err = errors.Join(err, failed)
		}
	}
	return err
}

// freeLeft returns what enables, each time machines have come or gone, the servers of those that are not up, and has what else they have begun be finished. It is not called concurrently.
func (d *Daemon) freeLeft() func(context.Context) {
	var before []string
	return func(ctx context.Context) {
		var up []string
		for _, m := range d.machines.Machines() {
			up = append(up, m.Name)
		}
		if slices.Equal(up, before) {
			return
		}
		before = up
		d.leftovers.again(d)
		if err := d.freeHeld(ctx, func(h *implrepo.Held) bool { return h.Machine != d.machineName() }); err != nil && ctx.Err() == nil {
			before = nil
			d.o.Log.Warn("servers may stay disabled that a machine which is gone was about to give away, or to remove", "error", err)
		}
	}
}

// A seizure is a server that this daemon holds.
type seizure struct {
	d      *Daemon
	server implrepo.UUID
	id     string
}

var errNotHeld = &admin.Error{Code: admin.CodeBusy, Message: "somebody else removes the server, or gives it to another machine; look how it is now"}

// end lets the server go in a change of its record, which says then whether it is disabled. Somebody else may have taken it, who found this machine dead.
func (h *seizure) end(r *implrepo.Record) error {
	if r.Held == nil || r.Held.ID != h.id {
		return errNotHeld
	}
	r.Free()
	return nil
}

// free lets the server go as it was, unless it has gone already.
func (h *seizure) free(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeTime)
	defer cancel()
	defer h.forget()
	_, err := h.d.sup.Records().Update(ctx, h.server, h.end)
	if errors.Is(err, implrepo.ErrUnknown) || errors.Is(err, errNotHeld) {
		return nil
	}
	return err
}

// forget ends the account of the seizure.
func (h *seizure) forget() {
	h.d.seized.mu.Lock()
	defer h.d.seized.mu.Unlock()
	maps.DeleteFunc(h.d.seized.own, func(id string, _ bool) bool { return id == h.id })
}
