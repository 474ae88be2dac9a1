package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A claim says which machine has a server that may run on any.
type claim struct {
	Machine string `json:"machine"`
	Epoch   string `json:"epoch"`

	revision uint64
	unread   time.Time // since when it cannot be read; zero: it can
}

func claimKey(u implrepo.UUID) string { return prefixClaim + u.String() }

func (c *Cluster) seeClaim(ch store.Change) {
	u, err := implrepo.ParseUUID(strings.TrimPrefix(ch.Key, prefixClaim))
	if err != nil {
		return
	}
	if ch.Deleted {
		delete(c.claims, u)
		return
	}
	cl := claim{revision: ch.Revision}
	if err := json.Unmarshal(ch.Value, &cl); err != nil || cl.Machine == "" { // it is nobody's, when whoever had it has to have noticed
		cl = claim{revision: ch.Revision, unread: time.Now()}
	}
	c.claims[u] = cl
}

// A Place is where a server is.
type Place struct {
	Here      bool
	Machine   string   // its name; "": nobody has the server
	Up        bool     // the machine is not known to be dead
	Addresses []string // of its daemon
	TLS       *TLS     // likewise, nil: none
	Suspect   bool     // nothing was heard of the machine of late
}

// An AwayError says that the machine is not up to which a server belongs, or, with none, that its record names no machine.
type AwayError struct{ Machine string }

// Error says what to do.
func (e *AwayError) Error() string {
	if e.Machine == "" {
		return "the server's record says of no machine that the server is its; say so: dsom server change --on MACHINE, or --on any"
	}
	return fmt.Sprintf("the server is the machine %q's, which is not up; to have it elsewhere: dsom server change --on MACHINE, or --on any", e.Machine)
}

// ErrUnclear is the error of what was waited for in vain: that it shows whether a machine is dead, or that the store is reached.
var ErrUnclear = errors.New("it has not become clear on which machine the server is")

// Where returns where a server is that belongs to a machine, or to implrepo.Any, without claiming it.
func (c *Cluster) Where(u implrepo.UUID, on string) Place {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.where(u, on)
}

func (c *Cluster) where(u implrepo.UUID, on string) Place {
	name := on
	if on == implrepo.Any {
		cl := c.claims[u]
		m := c.machines[store.EscapeKey(cl.Machine)]
		if m == nil || m.Epoch != cl.Epoch {
			return Place{}
		}
		name = cl.Machine
		if name == c.me.Name && cl.Epoch != c.me.Epoch {
			return Place{} // this machine's from before it was found dead
		}
	}
	if on == "" {
		return Place{} // it would be here, and on every other machine
	}
	if name == c.self.Name {
		return Place{Here: true, Machine: c.self.Name, Up: true}
	}
	p := Place{Machine: name}
	if m := c.machines[store.EscapeKey(name)]; m != nil {
		p.Up, p.Addresses, p.TLS, p.Suspect = true, m.Addresses, m.TLS, time.Since(m.seen) >= suspectBeat*c.beat()
	}
	return p
}

// Find returns where a server is, and claims it for this machine if nobody has it. It waits while it is not clear what has become of the machine that has it, and
// while this one may claim nothing. Its errors: *AwayError, ErrUnclear, the context's, the store's.
func (c *Cluster) Find(ctx context.Context, u implrepo.UUID, on string) (Place, error) {
	patience := c.all.DeadAfter + 2*c.beat()
	if by, ok := ctx.Deadline(); ok { // who waits is told in time
		patience = min(patience, time.Until(by)*9/10)
	}
	end := time.Now().Add(patience)
	for {
		c.mu.Lock()
		p, changed, able := c.where(u, on), c.changed, c.entered && !c.fenced && !c.left
		me, cl := c.me, c.claims[u]
		c.mu.Unlock()
		switch {
		case on == "":
			return p, &AwayError{}
		case p.Here && (on != implrepo.Any || able):
			return p, nil
		case p.Here, p.Machine == "" && !able: // until this machine is sure of what it has, or may have
		case p.Machine != "" && !p.Up:
			return p, &AwayError{p.Machine}
		case p.Machine != "" && (!p.Suspect || on != implrepo.Any):
			return p, nil
		case p.Machine == "" && !cl.unread.IsZero() && time.Since(cl.unread) < c.all.DeadAfter: // until whoever had it has ended what ran
		case p.Machine == "":
			err := c.claim(ctx, u, me, cl.revision)
			if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnsure) {
				return p, err
			}
			if err := ctx.Err(); err != nil {
				return p, err
			}
			continue
		}
		left := time.Until(end)
		if left <= 0 {
			return p, ErrUnclear
		}
		t := time.NewTimer(min(left, c.beat()))
		select {
		case <-changed:
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return p, ctx.Err()
		case <-c.ctx.Done():
			t.Stop()
			return p, ErrUnclear
		}
		t.Stop()
	}
}

// claim makes a server this machine's, if its claim is as it was seen: 0 for none.
func (c *Cluster) claim(ctx context.Context, u implrepo.UUID, me Machine, seen uint64) error {
	b, err := json.Marshal(claim{Machine: me.Name, Epoch: me.Epoch})
	if err != nil {
		return err
	}
	op := store.Create(claimKey(u), b)
	if seen != 0 {
		op = store.Update(claimKey(u), b, seen)
	}
	revision, err := c.o.Store.Commit(ctx, op, store.Expect(c.machineKey(), me.revision))
	if err == nil {
		c.o.Log.Info("a server that may run on any machine is this one's", "uuid", u, "machine", me.Name, "fence", revision)
	}
	return err
}

// Holds returns for how long from now on this machine is sure to have a server that may run on any, and the claim's number; 0 if it is not.
func (c *Cluster) Holds(u implrepo.UUID) (left time.Duration, fence uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.entered || c.fenced || c.left || !c.where(u, implrepo.Any).Here {
		return 0, 0
	}
	if left = c.hold() - time.Since(c.renewed); left <= 0 {
		return 0, 0
	}
	return left, c.claims[u].revision
}

// Sure reports whether this machine may have servers that may run on any just now.
func (c *Cluster) Sure() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entered && !c.fenced && !c.left
}

// Has reports whether the claim of a server is this machine's, be it sure of it or not.
func (c *Cluster) Has(u implrepo.UUID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.where(u, implrepo.Any).Here
}

// Release gives up the claim of a server of which no process is left here.
func (c *Cluster) Release(ctx context.Context, u implrepo.UUID) error {
	c.mu.Lock()
	cl, here := c.claims[u], c.where(u, implrepo.Any).Here
	c.mu.Unlock()
	if !here {
		return nil
	}
	_, err := c.o.Store.Commit(ctx, store.Delete(claimKey(u), cl.revision))
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}
