package cluster

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"time"

	"github.com/opendsom/dsom/store"
)

// Enter makes this machine one of those that are up, where clients reach it at addresses (host:port), and by TLS as sealed says, and keeps it that until Leave or Close. tell is
// called, one call at a time, when something has become of its claims; it must not wait for this package.
//
// The error is a *JoinError if another machine has the name and is up, which is waited for to be seen; ctx's, or the store's.
func (c *Cluster) Enter(ctx context.Context, addresses []string, sealed *TLS, tell func(Loss)) error {
	c.mu.Lock()
	c.tell = tell
	c.me = Machine{Name: c.self.Name, ID: c.self.ID, Addresses: addresses, TLS: sealed, Version: c.o.Version}
	c.mu.Unlock()
	if err := c.enter(ctx); err != nil {
		return err
	}
	c.wg.Go(c.renew)
	c.wg.Go(c.guard)
	return nil
}

func (c *Cluster) machineKey() string { return prefixMachine + store.EscapeKey(c.self.Name) }
func (c *Cluster) beatKey() string    { return prefixBeat + store.EscapeKey(c.self.Name) }

// enter writes this machine's entry.
func (c *Cluster) enter(ctx context.Context) error {
	var known uint64 // the beat of the one that has the name
	var since time.Time
	for {
		c.mu.Lock()
		me, there, changed := c.me, c.machines[store.EscapeKey(c.self.Name)], c.changed
		var was Machine
		if there != nil {
			was = *there
		}
		c.mu.Unlock()
		me.Up = time.Now().UTC().Truncate(time.Second)
		var ops []store.Op
		switch {
		case there == nil:
			me.Epoch = rand.Text()
			ops = []store.Op{store.Create(c.machineKey(), nil), store.Create(c.beatKey(), []byte(me.Epoch))}
		case was.ID == me.ID || known == was.beat && time.Since(since) >= c.all.DeadAfter:
			me.Epoch = was.Epoch // this machine's own, before it is found dead: its claims are good still
			if was.ID != me.ID {
				me.Epoch = rand.Text()
			}
			ops = []store.Op{store.Update(c.machineKey(), nil, was.revision), store.Update(c.beatKey(), []byte(me.Epoch), was.beat)}
		case known == 0:
			known, since = was.beat, time.Now()
			c.o.Log.Warn("another machine has the name of this one: if it is dead, that will show", "machine", c.self.Name, "its_addresses", was.Addresses, "within", c.all.DeadAfter)
			continue
		case known != was.beat:
			return &JoinError{
				fmt.Sprintf("there is another machine of the name %q, which is up, at %v", c.self.Name, was.Addresses),
				"give one of them another name, with --machine, and a state folder that is not a copy",
			}
		default:
			t := time.NewTimer(c.beat())
			select {
			case <-changed:
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return ctx.Err()
			}
			t.Stop()
			continue
		}
		b, err := json.Marshal(me)
		if err != nil {
			return err
		}
		ops[0].Value = b
		before := time.Now()
		revision, err := c.o.Store.Commit(ctx, ops...)
		switch {
		case err == nil:
			c.mu.Lock()
			me.revision, me.beat = revision, revision
			c.me, c.entered, c.renewed = me, true, before
			back := c.fenced
			c.fenced = false
			c.wake()
			c.mu.Unlock()
			if back {
				c.say(Back)
			}
			return nil
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrUnsure):
			if ctx.Err() != nil {
				return err
			}
		default:
			return err
		}
	}
}

// renew writes the beat again and again, enters again when this machine was found dead, and finds others dead.
func (c *Cluster) renew() {
	good := true
	for {
		pause := c.beat() / 4
		if good {
			pause = c.beat()*3/4 + mrand.N(c.beat()/2)
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-c.ctx.Done():
			t.Stop()
			return
		}
		c.mu.Lock()
		left := c.left
		c.mu.Unlock()
		if left {
			return
		}
		if good = c.renewOnce(); good {
			c.judge()
		}
	}
}

// renewOnce writes the beat once, and reports whether that is done.
func (c *Cluster) renewOnce() bool {
	ctx, cancel := context.WithTimeout(c.ctx, c.hold()/4) // the sooner it is begun anew, the later is what it counts from
	defer cancel()
	c.mu.Lock()
	me := c.me
	c.mu.Unlock()
	before := time.Now()
	revision, err := c.o.Store.Commit(ctx, store.Update(c.beatKey(), []byte(me.Epoch), me.beat))
	switch {
	case err == nil:
		c.took(revision, before)
		return true
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrUnsure):
		return c.resolve(ctx, me)
	case c.ctx.Err() == nil:
		c.o.Log.Warn("the store does not take this machine's beat", "machine", me.Name, "for", time.Since(c.lastRenewed()).Round(time.Second), "error", err)
	}
	return false
}

// took notes a beat that has succeeded.
func (c *Cluster) took(revision uint64, before time.Time) {
	c.mu.Lock()
	c.me.beat, c.renewed = revision, before
	back := c.fenced
	c.fenced = false
	if back {
		c.wake()
	}
	c.mu.Unlock()
	if back {
		c.o.Log.Info("the store is reached again: servers of any machine may run here", "machine", c.self.Name)
		c.say(Back)
	}
}

func (c *Cluster) lastRenewed() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.renewed
}

// resolve finds out what a beat met that was not written, or of which nobody knows: an earlier one of its own, or its death.
func (c *Cluster) resolve(ctx context.Context, me Machine) bool {
	c.mu.Lock()
	there := c.machines[store.EscapeKey(me.Name)]
	alive := there != nil && there.Epoch == me.Epoch && there.ID == me.ID
	if alive {
		c.me.beat = there.beat // written by this machine, earlier: it is not known when
	}
	c.mu.Unlock()
	if alive {
		return false
	}
	c.lose(Over)
	c.mu.Lock()
	c.deaths++
	c.mu.Unlock()
	c.o.Log.Warn("this machine was found dead by others: what may run on any machine runs elsewhere now", "machine", me.Name)
	if err := c.enter(ctx); err != nil {
		c.o.Log.Warn("this machine is not among the others yet", "machine", me.Name, "error", err)
		return false
	}
	return true
}

// lose says that the claims are over, or will be.
func (c *Cluster) lose(what Loss) {
	c.mu.Lock()
	was := c.fenced
	if what == Over {
		c.fenced = true
		c.wake()
	}
	c.mu.Unlock()
	if !was {
		c.say(what)
	}
}

// say tells what has become of the claims.
func (c *Cluster) say(what Loss) {
	c.telling.Lock()
	defer c.telling.Unlock()
	c.tell(what)
}

// guard ends what was started by claims when this machine cannot be sure of them any more.
func (c *Cluster) guard() {
	waned := time.Time{}
	for {
		renewed := c.lastRenewed()
		left := c.hold() - time.Since(renewed)
		wait := left
		switch {
		case left <= 0:
			c.mu.Lock()
			fenced := c.fenced
			c.mu.Unlock()
			if !fenced {
				c.o.Log.Error("the store was not reached for too long: what may run on any machine is ended here", "machine", c.self.Name, "after", c.hold())
			}
			c.lose(Over)
			wait = c.beat()
		case left <= c.hold()/3 && waned != renewed:
			waned = renewed
			c.o.Log.Warn("the store is not reached: what may run on any machine is asked to end here", "machine", c.self.Name, "within", left)
			c.lose(Waning)
		case left > c.hold()/3:
			wait = left - c.hold()/3
		}
		t := time.NewTimer(max(wait, time.Millisecond))
		select {
		case <-t.C:
		case <-c.ctx.Done():
			t.Stop()
			return
		}
	}
}

// judge removes the machines that have been silent for too long.
func (c *Cluster) judge() {
	for _, m := range c.Machines() {
		if m.Name == c.self.Name || m.beat == 0 || m.Silent() < c.all.DeadAfter {
			continue
		}
		ctx, cancel := context.WithTimeout(c.ctx, c.beat())
		name := store.EscapeKey(m.Name)
		_, err := c.o.Store.Commit(ctx, store.Delete(prefixMachine+name, m.revision), store.Delete(prefixBeat+name, m.beat))
		cancel()
		if err == nil {
			c.o.Log.Warn("a machine is dead", "machine", m.Name, "addresses", m.Addresses, "silent", m.Silent().Round(time.Second))
		}
	}
}

// Leave gives up this machine's claims and its entry: servers that may run on any machine run elsewhere from now on. Those that it has started must have ended.
func (c *Cluster) Leave(ctx context.Context) error {
	c.mu.Lock()
	entered := c.entered && !c.left
	c.left = true
	var ops []store.Op
	for u, cl := range c.claims {
		if cl.Machine == c.me.Name && cl.Epoch == c.me.Epoch {
			ops = append(ops, store.Delete(claimKey(u), cl.revision))
		}
	}
	c.mu.Unlock()
	c.lose(Over)
	if !entered {
		return nil
	}
	for len(ops) > 0 { // claims that are left are void when the machine's entry has gone
		n := min(len(ops), store.MaxOps)
		if _, err := c.o.Store.Commit(ctx, ops[:n]...); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
		ops = ops[n:]
	}
	for ctx.Err() == nil {
		c.mu.Lock()
		me, there := c.me, c.machines[store.EscapeKey(c.self.Name)]
		gone := there == nil || there.Epoch != me.Epoch
		var machine, beat uint64
		if !gone {
			machine, beat = there.revision, there.beat
		}
		c.mu.Unlock()
		if gone {
			return nil
		}
		_, err := c.o.Store.Commit(ctx, store.Delete(c.machineKey(), machine), store.Delete(c.beatKey(), beat))
		if err == nil || !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnsure) {
			return err
		}
	}
	return ctx.Err()
}

// Close ends the beats. Without Leave the claims stay this machine's, for its next daemon, until it is found dead.
func (c *Cluster) Close() {
	c.end()
	c.wg.Wait()
	c.stop()
}
