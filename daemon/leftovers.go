package daemon

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Leftovers are what daemons have begun that were killed, be it this one before or another machine's: to move what is kept under the name of a server that was renamed, and to take away what is kept
// under that of one that was removed. Nobody gets such a name until that is done. It may be done by several daemons at a time, and again.
type leftovers struct {
	mu      sync.Mutex
	ready   bool // names and interfaces are served here
	running bool // it is being finished in the background
	wanted  bool // there may be more than when that has looked last
	damaged []string
}

// finishLeft finishes what there is when the daemon starts: for as long as one attempt may take, and then in the background.
func (d *Daemon) finishLeft(ctx context.Context) {
	d.leftovers.mu.Lock()
	d.leftovers.ready = true
	d.leftovers.mu.Unlock()
	ctx, cancel := d.late.attempt(ctx)
	defer cancel()
	if err := d.finish(ctx); err != nil {
		d.o.Log.Warn("what daemons had begun that were killed, when servers were renamed or removed, is not all finished, and nobody gets those names; this is tried again", "error", err)
		d.leftovers.again(d)
	}
}

// again has what there is be finished in the background, until nothing is left. It does nothing before finishLeft is called.
func (u *leftovers) again(d *Daemon) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.wanted = true; !u.ready || u.running {
		return
	}
	u.running = true
	d.late.until(func() bool {
		u.mu.Lock()
		u.wanted = false
		u.mu.Unlock()
		ctx, cancel := d.late.attempt(context.Background())
		defer cancel()
		err := d.finish(ctx)
		u.mu.Lock()
		defer u.mu.Unlock()
		u.running = err != nil || u.wanted
		return !u.running
	})
}

// finish finishes what there is. Its error is one of those that it meets.
func (d *Daemon) finish(ctx context.Context) error {
	records := d.sup.Records()
	all, first := records.List(ctx)
	for _, r := range all {
		if r.Was != "" {
			if err := d.settle(ctx, r.UUID); first == nil {
				first = err
			}
		}
	}
	left, damaged, err := records.Left(ctx)
	if err != nil {
		return errors.Join(first, err)
	}
	d.leftovers.tell(d, damaged)
	for _, l := range left {
		if err := d.forgetName(ctx, l); first == nil {
			first = err
		}
	}
	return first
}

// tell logs what cannot be read, unless that was known, and keeps it for who asks.
func (u *leftovers) tell(d *Daemon, damaged []error) {
	var all []string
	for _, err := range damaged {
		all = append(all, err.Error())
	}
	u.mu.Lock()
	before := u.damaged
	u.damaged = all
	u.mu.Unlock()
	for _, text := range all {
		if !slices.Contains(before, text) {
			d.o.Log.Error("an entry of the state is passed over: nobody gets the name", "error", text)
		}
	}
}

// told returns what cannot be read, as far as it was met.
func (u *leftovers) told() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.damaged
}
