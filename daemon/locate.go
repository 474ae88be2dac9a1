package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/transport"
)

// locator sends the requests for objects of servers to where the servers are, starting
// those that do not run. It is an [orb.Handler].
type locator struct {
	sup *supervise.Supervisor
	orb *orb.ORB
	id  identity
	log *slog.Logger

	named *named // nil: there is no NetBIOS
	ipx   *onIPX // nil: there is no IPX
}

// Find returns the present address of the object with a key, and how to speak to it: the key stays the same.
func (l *locator) Find(ctx context.Context, q orb.Query) (orb.Target, error) {
	k, ours := ior.ParseKey(q.Key)
	if !ours {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the daemon has no object with the key %.64q", q.Key)
	}
	if k.Incarnation != 0 {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "a transient object is to be found at its server alone")
	}
	to, err := l.forward(ctx, implrepo.UUID(k.Server), append([]byte(nil), q.Key...), supervise.Want{Object: objectPath(k)})
	return orb.Target{Forward: to}, err
}

// forward returns the reference with a key of a server that takes calls as want says, and starts it if need be.
func (l *locator) forward(ctx context.Context, server implrepo.UUID, key []byte, want supervise.Want) (*ior.IOR, error) {
	live, err := l.sup.EnsureFor(ctx, server, want)
	if err != nil {
		if there := (*supervise.ElsewhereError)(nil); errors.As(err, &there) {
			return atDaemon(there.At, key), nil
		}
		return nil, l.failure(server, err)
	}
	if live.Unproven {
		if err := l.prove(ctx, live, key); err != nil {
			return nil, err
		}
	}
	w := wayOf(live)
	if w == nil {
		w = l.newWay(live.Endpoints)
		if live.Made != nil {
			live.Made.Store(w)
		}
	}
	to := w.reference(ctx, l, key)
	if len(to.Profiles) == 0 {
		return nil, public(exc.New(exc.Transient, exc.MinorServerFailed, exc.No, "the server runs, but says nowhere that it takes calls over TCP or TLS, or at a socket"))
	}
	return to, nil
}

// prove asks a process that was started for a single object whether it has that. One that has not is ended: else anybody could have as many processes started
// as the server may have, by calling objects that there are not.
func (l *locator) prove(ctx context.Context, live supervise.Live, key []byte) error {
	to := nearby(live.Endpoints, key)
	if len(to.Profiles) == 0 {
		return nil
	}
	absent, err := l.orb.NewRef(to).NonExistent(ctx)
	if err != nil { // it is asked again for the next client
		l.log.Debug("a server does not say whether it has the object that it was started for", "pid", live.PID, "error", err)
		return nil
	}
	l.sup.Prove(live, !absent)
	if absent {
		return exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the server has no object with the key %.64q", key)
	}
	return nil
}

// objectPath is the path of an object as records of servers have it: its adapters' names and its id, with slashes between.
func objectPath(k ior.KeyView) string {
	return strings.ReplaceAll(string(k.Adapter), "\x00", "/") + "/" + string(k.ID)
}

// speech returns how a server with the given endpoints is to be spoken to.
func (l *locator) speech(endpoints []string) admin.Speech {
	for _, s := range endpoints {
		if !strings.HasPrefix(s, admin.SpeechPrefix) {
			continue
		}
		how, err := admin.ParseSpeech(s)
		if err == nil {
			return how
		}
		l.log.Warn("a server says how it is to be spoken to in words that mean nothing here", "endpoint", s, "error", err)
	}
	return admin.OrdinarySpeech()
}

// addresses returns where the client of ctx reaches a server with the given endpoints, of a network: by the
// server's own rules, if it has some, else by the daemon's with the ports that the server listens at. Rules' ports are those of TCP, if
// that is listened at.
func (l *locator) addresses(ctx context.Context, network string, endpoints []string) []transport.Endpoint {
	at := l.sorted(ctx, network, endpoints)
	if len(at.listened) > 0 && len(at.rules) > 0 {
		return l.byRules(ctx, &at, network != "tcp" && at.others)
	}
	if len(at.everywhere) > 0 {
		published, err := l.orb.PublishedFor(ctx, at.everywhere)
		if err != nil {
			l.log.Warn("clients cannot be sent to a server", "endpoints", endpoints, "error", err)
		}
		at.all = append(at.all, published...)
	}
	return at.all
}

// A sorting is what a server says of where it takes calls by one network. Sorting, and what is seldom done, are functions of their own, so that the goroutine of a connection
// has room for all that locating calls without copying its stack.
type sorting struct {
	rules      []string
	listened   []transport.Endpoint
	everywhere []transport.Endpoint // of listened, those without an address
	all        []transport.Endpoint // the addresses that it says, and loopback for a client that came by it
	others     bool                 // it listens at TCP as well
}

func (l *locator) sorted(ctx context.Context, network string, endpoints []string) (at sorting) {
	for _, s := range endpoints {
		if rule, ok := strings.CutPrefix(s, admin.PublishedPrefix); ok {
			at.rules = append(at.rules, rule)
			continue
		}
		e, err := transport.ParseEndpoint(s)
		if err != nil || e.Network != network {
			at.others = at.others || err == nil && e.Network == "tcp"
			continue
		}
		at.listened = append(at.listened, e)
		if ip := net.ParseIP(e.Host); e.Host == "" || ip != nil && ip.IsUnspecified() {
			if host, ok := l.id.loopback(orb.Peer(ctx)); ok {
				at.all = append(at.all, transport.Endpoint{Network: "tcp", Host: host, Port: e.Port})
			}
			at.everywhere = append(at.everywhere, e)
			continue
		}
		at.all = append(at.all, e)
	}
	return at
}

// byRules returns where the client of ctx finds what is listened at, by a server's own rules; by their hosts alone if they name ports of another network.
func (l *locator) byRules(ctx context.Context, at *sorting, hosts bool) []transport.Endpoint {
	by, err := reach.ParsePublish(strings.Join(at.rules, " "))
	if err == nil && hosts {
		by = by.Hosts()
	}
	if err == nil {
		at.all, err = by.Addresses(by.View(reach.Client{Peer: peerAddress(ctx)}), at.listened, reach.System())
	}
	if err != nil {
		l.log.Warn("a server's rules for its references cannot be used", "rules", at.rules, "error", err)
	}
	return at.all
}

// peerAddress returns where the client of ctx is; the zero value for this process.
func peerAddress(ctx context.Context) netip.Addr {
	if p := orb.Peer(ctx); p != nil {
		if at, err := netip.ParseAddrPort(p.String()); err == nil {
			return at.Addr()
		}
	}
	return netip.Addr{}
}

// failure is what a client is told when its server is not there: why, in words.
func (l *locator) failure(server implrepo.UUID, err error) error {
	var start *supervise.StartError
	var held *supervise.HeldError
	var full *supervise.FullError
	var away *cluster.AwayError
	switch {
	case errors.As(err, &full):
		return public(exc.New(exc.Transient, exc.MinorServerFailed, exc.No, "%w", err))
	case errors.Is(err, implrepo.ErrUnknown):
		return public(exc.New(exc.ObjectNotExist, exc.MinorServerUnknown, exc.No, "the reference is of the server with the UUID %s, which this daemon does not know: "+
			"it was removed, or the reference is another daemon's; dsom server add --uuid %[1]s brings it back", server))
	case errors.Is(err, store.ErrCorrupt):
		return public(exc.New(exc.Transient, exc.MinorServerFailed, exc.No, "%w", err))
	case errors.Is(err, supervise.ErrOpen):
		return public(exc.New(exc.NoPermission, exc.MinorNotIdentified, exc.No, "%w", err))
	case errors.As(err, &away), errors.Is(err, cluster.ErrUnclear):
		return public(exc.New(exc.Transient, exc.MinorMachineAway, exc.No, "%w", err))
	case errors.Is(err, store.ErrUnreached):
		return public(exc.New(exc.Transient, exc.MinorStoreUnreached, exc.No, "%w", err))
	case errors.As(err, &start):
		minor := exc.MinorServerFailed
		if start.Held {
			minor = exc.MinorServerBackOff
		}
		l.log.Debug("a server did not come up for a call", "server", start.Server, "error", err) // the supervisor has said so once
		return public(exc.New(exc.Transient, minor, exc.No, "%w", err))
	case errors.Is(err, supervise.ErrDisabled), errors.Is(err, supervise.ErrManual):
		return public(exc.New(exc.Transient, exc.MinorServerDisabled, exc.No, "%w", err))
	case errors.As(err, &held), errors.Is(err, supervise.ErrClosed):
		return public(exc.New(exc.Transient, exc.MinorServerFailed, exc.No, "%w", err))
	}
	return exc.From(err, exc.No)
}

func public(e *exc.SystemException) error {
	e.Public = true
	return e
}
