package cluster

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// Options say what is shared, and which machine this is.
type Options struct {
	Store   store.Watcher // what the daemons share
	Local   store.Store   // what is this machine's own
	Name    string        // of this machine; "": the one it had, or else the host's
	Version string        // of the program, for who looks

	// DeadAfter is heeded when the shared store is new; from then on it is the store's. 0: DefaultDeadAfter.
	DeadAfter time.Duration

	Log *slog.Logger // nil: nothing is logged
}

// A Machine is one whose daemon shares the store.
type Machine struct {
	Name      string    `json:"name"`
	ID        string    `json:"id"`    // of its state folder
	Epoch     string    `json:"epoch"` // another each time that it was dead
	Addresses []string  `json:"addresses"`
	TLS       *TLS      `json:"tls,omitempty"` // nil: its daemon takes no calls by TLS
	Version   string    `json:"version,omitempty"`
	Up        time.Time `json:"up"` // since when, by its own clock

	revision uint64
	beat     uint64    // revision of its beat
	seen     time.Time // when that was seen
}

// TLS is how a machine's daemon is called by TLS.
type TLS struct {
	Addresses []string `json:"addresses"`         // host:port
	Mutual    bool     `json:"mutual,omitempty"`  // clients must show certificates
	Require   bool     `json:"require,omitempty"` // it takes nothing that is not sealed
}

// identity is what all daemons have in common.
type identity struct {
	UUID      implrepo.UUID `json:"uuid"`
	DeadAfter time.Duration `json:"dead_after"`
	Seeded    string        `json:"seeded,omitempty"` // the machine whose state it began with
}

// own is which machine this is.
type own struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Cluster implrepo.UUID `json:"cluster"`
}

// A Cluster is this machine among the others. Its methods may be called concurrently.
type Cluster struct {
	o    Options
	all  identity
	self own
	stop func() // ends following the store

	ctx context.Context
	end context.CancelFunc
	wg  sync.WaitGroup

	telling sync.Mutex // held while tell is called

	mu       sync.Mutex
	changed  chan struct{} // closed and made new when something below has changed
	machines map[string]*Machine
	claims   map[implrepo.UUID]claim
	me       Machine
	entered  bool
	left     bool
	renewed  time.Time // before the last beat began that succeeded
	fenced   bool      // the hold is over, or this machine was found dead: what was started by claims has to end
	deaths   int       // how often it was found dead
	tell     func(Loss)
}

// A Loss says what has become of this machine's claims.
type Loss uint8

// The losses.
const (
	Waning Loss = iota // they will be over soon: what was started by them may still end in order
	Over               // they are over: it ends by force
	Back               // they are good again, or it may make new ones
)

// Join makes this machine known to itself: who the others are, and what all have in common. It makes that if the store is new, with the state that the
// machine has as its beginning. Enter follows.
//
// Its error is a *JoinError where the two states do not belong together, or the store's.
func Join(ctx context.Context, o Options) (_ *Cluster, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.DeadAfter = cmp.Or(o.DeadAfter, DefaultDeadAfter)
	if o.DeadAfter < LeastDeadAfter || o.DeadAfter > MostDeadAfter {
		return nil, fmt.Errorf("a machine cannot be dead after %v: it is between %v and %v", o.DeadAfter, LeastDeadAfter, MostDeadAfter)
	}
	c := &Cluster{o: o, changed: make(chan struct{}), machines: map[string]*Machine{}, claims: map[implrepo.UUID]claim{}, fenced: true, tell: func(Loss) {}}
	known, err := readOwn(ctx, o.Local)
	if err != nil {
		return nil, err
	}
	c.self = known
	if c.self.ID == "" {
		c.self.ID = rand.Text()
	}
	if c.self.Name, err = chosenName(o.Name, known.Name); err != nil {
		return nil, err
	}
	if c.all, err = c.common(ctx); err != nil {
		return nil, err
	}
	c.self.Cluster = c.all.UUID
	if c.self != known {
		if err := writeOwn(ctx, o.Local, c.self); err != nil {
			return nil, err
		}
	}
	c.ctx, c.end = context.WithCancel(context.WithoutCancel(ctx))
	c.stop = o.Store.Watch(c.see, prefixMachine, prefixBeat, prefixClaim)
	return c, nil
}

// A JoinError says why a machine cannot be one of those that share a store.
type JoinError struct{ Reason, Help string }

// Error says what to do as well.
func (e *JoinError) Error() string { return e.Reason + "; " + e.Help }

// chosenName returns the name of this machine.
func chosenName(given, had string) (string, error) {
	name := cmp.Or(given, had)
	if name == "" {
		host, err := os.Hostname()
		if err != nil {
			return "", fmt.Errorf("this machine has no name: %w; say which with --machine", err)
		}
		name, _, _ = strings.Cut(host, ".")
	}
	if implrepo.CheckName(name) != nil || strings.EqualFold(name, implrepo.Any) {
		return "", &JoinError{fmt.Sprintf("%.80q is no name for a machine", name), `letters, digits and "._-", but not "any": say another with --machine`}
	}
	if had != "" && name != had {
		return "", &JoinError{fmt.Sprintf("this state folder is that of the machine %q, and not of %q", had, name), "its servers are known by that name: leave --machine out, or use another state folder"}
	}
	return name, nil
}

// common returns what all have in common, and makes it if need be.
func (c *Cluster) common(ctx context.Context) (identity, error) {
	for {
		var all identity
		e, err := c.o.Store.Get(ctx, identityKey)
		switch {
		case errors.Is(err, store.ErrNotFound):
			if c.self.Cluster != (implrepo.UUID{}) {
				return all, &JoinError{
					fmt.Sprintf("this state folder is that of a machine among others (%v), and the store knows nothing of them", c.self.Cluster),
					"is it the right store? if its contents are lost for good, restore a backup into a new state folder, and start with that",
				}
			}
			if err := c.seed(ctx); err != nil {
				return all, err
			}
			continue
		case err != nil:
			return all, err
		}
		if err := json.Unmarshal(e.Value, &all); err != nil || all.DeadAfter <= 0 {
			return all, &store.Error{Kind: store.ErrCorrupt, Key: identityKey, Detail: "not what daemons have in common", Err: err}
		}
		return all, c.belongs(ctx, all)
	}
}

// belongs returns why this machine's own state is not one of those daemons'.
func (c *Cluster) belongs(ctx context.Context, all identity) error {
	switch c.self.Cluster {
	case all.UUID:
		return nil
	case implrepo.UUID{}:
		if all.Seeded == c.self.ID {
			return nil
		}
		n, err := countShared(ctx, c.o.Local)
		if err != nil || n == 0 {
			return err
		}
		return &JoinError{
			fmt.Sprintf("this state folder has %d names, servers and interfaces of its own, and the store has those of others", n),
			"use another state folder for this machine; to move them, register them again there (dsom name import, dsom server add --uuid)",
		}
	}
	return &JoinError{fmt.Sprintf("this state folder is that of a machine of %v, and the store is that of %v", c.self.Cluster, all.UUID), "use another state folder, or the other store"}
}

func readOwn(ctx context.Context, s store.Store) (o own, err error) {
	e, err := s.Get(ctx, ownKey)
	if errors.Is(err, store.ErrNotFound) {
		switch a, _, err := store.AsideOf(ctx, s, ownKey); {
		case err == nil: // it is another machine than it was, or none
			return o, &store.Error{Kind: store.ErrCorrupt, Key: ownKey, Detail: "which machine this is: " + a.Why, Help: "restore the state from a backup (dsom restore), or use another state folder"}
		case !errors.Is(err, store.ErrNotFound):
			return o, err
		}
		return o, nil
	}
	if err == nil {
		if err = json.Unmarshal(e.Value, &o); err != nil || o.ID == "" {
			return o, &store.Error{Kind: store.ErrCorrupt, Key: ownKey, Detail: "not which machine this is", Err: err}
		}
	}
	return o, err
}

func writeOwn(ctx context.Context, s store.Store, o own) error {
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	op := store.Create(ownKey, b)
	if e, err := s.Get(ctx, ownKey); err == nil {
		op = store.Update(ownKey, b, e.Revision)
	}
	_, err = s.Commit(ctx, op)
	return err
}

// Joined returns the name under which the state s is that of a machine among others, and "" if it is a daemon's that has none beside it.
func Joined(ctx context.Context, s store.Store) (name string, err error) {
	o, err := readOwn(ctx, s)
	if o.Cluster == (implrepo.UUID{}) {
		return "", err
	}
	return o.Name, err
}

// UUID returns the identity in the keys of what the daemons answer for together.
func (c *Cluster) UUID() implrepo.UUID { return c.all.UUID }

// Name returns this machine's.
func (c *Cluster) Name() string { return c.self.Name }

// DeadAfter returns after how long without a beat a machine is dead, for all.
func (c *Cluster) DeadAfter() time.Duration { return c.all.DeadAfter }

func (c *Cluster) beat() time.Duration { return c.all.DeadAfter / beatsInDead }
func (c *Cluster) hold() time.Duration { return c.all.DeadAfter * holdTenths / 10 }

// Machines returns all that are not known to be dead, by name.
func (c *Cluster) Machines() []Machine {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Machine, 0, len(c.machines))
	for _, m := range c.machines {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b Machine) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Silent returns for how long nothing was heard of a machine, as far as this one has seen.
func (m Machine) Silent() time.Duration { return time.Since(m.seen) }

// Beside returns the n machines that come next after this one by name, round about: those that references of this one name as well.
func (c *Cluster) Beside(n int) []Machine {
	all := c.Machines()
	i, _ := slices.BinarySearchFunc(all, c.self.Name, func(m Machine, name string) int { return strings.Compare(m.Name, name) })
	var next []Machine
	for k := range all {
		if m := all[(i+k)%len(all)]; m.Name != c.self.Name && len(next) < n {
			next = append(next, m)
		}
	}
	return next
}

// Changed returns what is closed at the next change of what there is of machines and claims.
func (c *Cluster) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// wake tells who waits; mu is held.
func (c *Cluster) wake() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// see takes up what was committed. The store is not called here.
func (c *Cluster) see(all []store.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	news := false
	for _, ch := range all {
		switch {
		case strings.HasPrefix(ch.Key, prefixMachine):
			news = c.seeMachine(ch) || news
		case strings.HasPrefix(ch.Key, prefixClaim):
			c.seeClaim(ch)
			news = true
		}
	}
	for _, ch := range all { // behind the machines, of the same commit
		if name, ok := strings.CutPrefix(ch.Key, prefixBeat); ok && !ch.Deleted {
			if m := c.machines[name]; m != nil {
				news = news || time.Since(m.seen) >= suspectBeat*c.beat()
				m.beat, m.seen = ch.Revision, time.Now()
			}
		}
	}
	if news {
		c.wake()
	}
}

// seeMachine takes up a machine's entry. What cannot be read is no machine.
func (c *Cluster) seeMachine(ch store.Change) bool {
	name := strings.TrimPrefix(ch.Key, prefixMachine)
	m := &Machine{}
	if ch.Deleted || json.Unmarshal(ch.Value, m) != nil || store.EscapeKey(m.Name) != name {
		delete(c.machines, name)
		return true
	}
	m.revision, m.seen = ch.Revision, time.Now()
	if was := c.machines[name]; was != nil {
		m.beat, m.seen = was.beat, was.seen
	}
	c.machines[name] = m
	return true
}
