// Package somdd serves the clients and servers of SOM 3.0's DSOM as its daemon somdd did: the implementation repository, the
// management of servers, and the news that servers have of themselves. What they say is in package wire; what they ask for is
// done by whoever implements [Servers].
//
// The daemon's objects are the server object, of class SOMDServer, by which all others are made, one ImplRepository, one
// SOMDServerMgr, an ImplementationDef for every registered server, and what clients have had made for themselves: definitions
// that are not registered yet, and streams to carry definitions. Those last end with somFree, or when nobody has called them for a
// time and room is needed: many clients never free them.
//
// Everything here changes what programs run under the daemon's user, or says it. So every call is held against
// [Config].Allow; the Principal, by which these clients say who they are, proves nothing and is not looked at.
package somdd

import (
	"context"
	"errors"
	"log/slog"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/transport"
)

// Servers are the servers that a daemon knows. Its methods are called concurrently. Errors that a client can do something about are
// those of this package; others become UNKNOWN, or what they are as a system exception.
type Servers interface {
	// All returns the definitions of all servers, ordered by alias.
	All(ctx context.Context) ([]wire.Definition, error)
	// Get returns the definition of a server: ErrUnknown if there is none.
	Get(ctx context.Context, id wire.ID) (wire.Definition, error)
	// ByAlias returns the definition of a server: ErrUnknown if there is none.
	ByAlias(ctx context.Context, alias string) (wire.Definition, error)
	// Add registers a server. Without an id it gets one. ErrExists, *InvalidError.
	Add(ctx context.Context, d wire.Definition) error
	// Update changes a server's definition, all but its id: ErrUnknown, ErrExists, *InvalidError.
	Update(ctx context.Context, d wire.Definition) error
	// Remove forgets a server, which must not run: ErrUnknown, ErrRuns.
	Remove(ctx context.Context, id wire.ID) error

	// Classes returns the classes whose objects a server has: ErrUnknown.
	Classes(ctx context.Context, id wire.ID) ([]string, error)
	// WithClass returns the definitions of the servers that have objects of a class, ordered by alias.
	WithClass(ctx context.Context, class string) ([]wire.Definition, error)
	// SetClasses changes them as change says; what that returns is sorted and without doubles.
	SetClasses(ctx context.Context, id wire.ID, change func([]string) ([]string, error)) error

	// Runs reports whether a server takes calls.
	Runs(ctx context.Context, id wire.ID) (bool, error)
	// Start starts a server, unless it runs, and returns when it takes calls.
	Start(ctx context.Context, id wire.ID) error
	// Stop stops a server, and returns when it has ended.
	Stop(ctx context.Context, id wire.ID) error
	// SetDisabled says whether a server may be started.
	SetDisabled(ctx context.Context, id wire.ID, to bool) error

	// Up says that a server takes calls at the address that the reference of its own object has. The client of ctx is its process.
	Up(ctx context.Context, id wire.ID, server *ior.IOR) error
	// Down says that a server takes no more calls, and is about to end. The client of ctx is its process.
	Down(ctx context.Context, id wire.ID) error
	// Failed says that a server did not come up. The client of ctx is its process.
	Failed(ctx context.Context, id wire.ID, code wire.Code) error

	// Find returns where a server takes calls, and starts it if need be, for a client with a key of it.
	Find(ctx context.Context, id wire.ID, key []byte) (*ior.IOR, error)
}

// What can be wrong with what a client wants, to be found with errors.Is.
var (
	ErrUnknown  = errors.New("no such server is registered")
	ErrExists   = errors.New("such a server is registered already")
	ErrRuns     = errors.New("the server runs")
	ErrDisabled = errors.New("the server is disabled")
	ErrStart    = errors.New("the server did not come up")
	ErrNotYours = errors.New("the caller is not the server's process")
)

// An InvalidError says what about a definition is not good.
type InvalidError struct{ Err error }

func (e *InvalidError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *InvalidError) Unwrap() error { return e.Err }

// A Config says what a Service works with.
type Config struct {
	Servers Servers
	Limits  *limits.Limits // nil: the defaults
	Log     *slog.Logger   // nil: nothing is logged

	// Allow returns why the client whose request ctx belongs to may not use the daemon's objects, nil if it may. A nil Allow lets calls within the
	// process do so, and nobody else.
	Allow func(ctx context.Context) error

	// Addresses returns the daemon's addresses for the client of ctx, of TCP, or of TLS if it has come by that: what references name. At least one.
	Addresses func(ctx context.Context) ([]transport.Endpoint, error)

	// Next finds what has no key of DSOM; nil: nobody does.
	Next orb.Handler
}

// A Service is the daemon as clients of DSOM see it. It is an [orb.Handler].
type Service struct {
	c    Config
	ops  map[*class]operations
	made made
}

var _ orb.Handler = (*Service)(nil)

// New returns a service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Limits == nil {
		c.Limits = new(limits.Limits)
	}
	if c.Allow == nil {
		c.Allow = func(ctx context.Context) error {
			if orb.Peer(ctx) != nil {
				return errors.New("only this process may do so")
			}
			return nil
		}
	}
	return &Service{c: c, ops: allOperations(), made: made{all: map[string]*object{}, limits: c.Limits}}
}

// Find returns the daemon's own objects, and for those of servers where these are.
func (s *Service) Find(ctx context.Context, q orb.Query) (orb.Target, error) {
	k, ok := wire.ParseKey(q.Key)
	if !ok {
		if s.c.Next == nil {
			return orb.Target{}, nil
		}
		return s.c.Next.Find(ctx, q)
	}
	if k.Server != wire.DaemonID {
		to, err := s.c.Servers.Find(ctx, k.Server, append([]byte(nil), q.Key...))
		return orb.Target{Forward: to}, failure(err)
	}
	servant := s.servant(k)
	if servant == nil {
		return orb.Target{}, raise(exc.ObjectNotExist, wire.ObjectNotFound, "the daemon has no such object, or it was freed")
	}
	if q.Operation != "" && !k.Transient { // who knows the key of what was made was let in before
		if err := s.c.Allow(ctx); err != nil {
			s.c.Log.Warn("a client of DSOM is refused", "peer", orb.Peer(ctx), "operation", clip(q.Operation), "reason", err)
			return orb.Target{}, raise(exc.NoPermission, wire.AccessDenied, "%w", err)
		}
	}
	return orb.Target{Servant: servant}, nil
}

// servant returns the servant of one of the daemon's objects, nil if there is none.
func (s *Service) servant(k wire.Key) orb.Servant {
	switch what, id := k.Object(); what {
	case wire.TheServer:
		return &servant{s, serverClass, &server{s}}
	case wire.TheRepository:
		return &servant{s, repositoryClass, &repository{s}}
	case wire.TheServerMgr:
		return &servant{s, managerClass, &manager{s}}
	case wire.ADefinition:
		return &servant{s, definitionClass, &registered{s, id}}
	case wire.WasMade:
		if o := s.made.get(string(k.Ref)); o != nil {
			if o.stream {
				return &servant{s, streamClass, o}
			}
			return &servant{s, definitionClass, o}
		}
	}
	return nil
}

// clip returns what a log says of a text from the network.
func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
