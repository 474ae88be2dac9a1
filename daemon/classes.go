package daemon

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/naming"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// classes are which server makes objects of which class. Servers of classes write it themselves when they start, by the naming service; programs of DSOM have the daemon write it.
type classes struct {
	classmap.Map
	orb   *orb.ORB
	names *naming.Service

	mu sync.Mutex // held by who reads what a server has, and changes it by that
}

// newClasses returns the map in the daemon's naming service.
func newClasses(o *orb.ORB, names *naming.Service) *classes {
	return &classes{Map: classmap.In(names.Root()), orb: o, names: names}
}

// adopt moves to the map what records of servers have said of classes before there was one, and logs what it cannot: that stays where it is until the daemon starts again. The daemon has to take calls.
func (c *classes) adopt(ctx context.Context, records *implrepo.Repo, log *slog.Logger) error {
	all, err := records.List(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, adoptTime)
	defer cancel()
	for _, r := range all {
		if r.DSOM == nil || len(r.DSOM.Classes) == 0 {
			continue
		}
		if err := c.change(ctx, r, r.DSOM.Classes, nil); err != nil {
			log.Error("it is not found yet which classes a server has, as was registered once: its names are in the way", "server", r.Name, "error", err)
			continue
		}
		_, err := records.Update(ctx, r.UUID, func(r *implrepo.Record) error {
			if r.DSOM != nil {
				r.DSOM.Classes = nil
			}
			return nil
		})
		if err != nil && !errors.Is(err, implrepo.ErrUnknown) {
			log.Warn("which classes a server has is found, and is to be moved again at the next start", "server", r.Name, "error", err)
		}
	}
	return nil
}

// adoptTime bounds adopt: what is bound where the map is to be may be anybody's.
const adoptTime = 10 * time.Second

// own returns a context of the daemon's own calls, which ends with ctx. Those for a client that may register servers are none of its.
func own(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, cancel)
	return inner, func() { stop(); cancel() }
}

// serverInterface is that of a server's own object.
var serverInterface = orb.Interface{ID: "IDL:SOMDServer:2.2"}

// change says of a server that it has objects of some classes, and of others no more. Its server object is that which has its name.
func (c *classes) change(ctx context.Context, r implrepo.Record, more, less []string) error {
	ctx, end := own(ctx)
	defer end()
	ref, err := c.Resolve(ctx, classmap.Entry{Alias: r.Name})
	if err == nil && ref == nil { // it has not said itself where its server object is
		ref, err = c.orb.Reference(&serverInterface, wire.ServerKey(wire.ID(r.UUID)), false)
	}
	if err != nil {
		return err
	}
	return c.Change(ctx, classmap.Server{Alias: r.Name, ID: wire.ID(r.UUID).String(), Ref: ref}, more, less)
}

// set changes the classes of a server as f says.
func (c *classes) set(ctx context.Context, r implrepo.Record, f func([]string) ([]string, error)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	had, err := c.of(ctx, r.Name)
	if err != nil {
		return err
	}
	list, err := f(slices.Clone(had))
	if err != nil {
		return err
	}
	without := func(list, of []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return slices.Contains(of, x) })
	}
	return c.change(ctx, r, without(list, had), without(had, list))
}

// of returns the classes of a server.
func (c *classes) of(ctx context.Context, alias string) ([]string, error) {
	ctx, end := own(ctx)
	defer end()
	return c.Classes(ctx, alias)
}

// with returns the servers of a class.
func (c *classes) with(ctx context.Context, class string) ([]string, error) {
	ctx, end := own(ctx)
	defer end()
	return c.Servers(ctx, class)
}

// inMap is the context of the map.
var inMap = ior.Name{{ID: classmap.Context}}

// renamed moves what is said of a server to its new name, while that and the one before are its own. What it has said under that meanwhile stays, and what was said before it goes. A nil map has nothing to move.
func (c *classes) renamed(ctx context.Context, now implrepo.Record, while store.Guard) error {
	if c == nil || now.Was == now.Name {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.names.RenameAll(ctx, inMap, now.Was, now.Name, classmap.Called(now.Name), classmap.IsOf(wire.ID(now.UUID).String()), while)
}

// forget takes away what is said of a server, while something holds. A nil map has nothing to forget.
func (c *classes) forget(ctx context.Context, alias string, while store.Guard) error {
	if c == nil {
		return nil
	}
	return c.names.UnbindAll(ctx, inMap, alias, while)
}
