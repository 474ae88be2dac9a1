package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/visitors"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/platform"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/proxied"
	"github.com/opendsom/dsom/transport/subject"
	"github.com/opendsom/dsom/transport/unix"
)

// DSOMClients says whose programs of SOM's DSOM may use the daemon: they have no token, and what they register is run.
type DSOMClients string

// The choices.
const (
	DSOMSameUser    DSOMClients = "same-user"    // those of the daemon's user and of root, on this machine; where the system does not tell users, nobody's
	DSOMThisMachine DSOMClients = "this-machine" // everybody's on this machine: all of them can then run programs as the daemon's user
	DSOMNobody      DSOMClients = "nobody"       // not root's neither; operators alone
)

// Writers says who may change names, besides the programs of root and of the daemon's user on this machine, and the servers that are registered. The zero
// value is nobody else, where the system tells whose programs call; where it does not, that is everybody on this machine.
type Writers struct {
	Identities
	Networks    []netip.Prefix // other machines, and all on them
	ThisMachine bool           // everybody on this machine
}

// Identities are callers of whom the system or the transport has made sure.
type Identities struct {
	Users        []int          // of this machine, by their numbers
	Certificates []subject.Name // wherever they are: those who show a certificate with such a subject, of an authority by which clients are known (tls.Config.Clients)
}

// shown reports whether a caller has shown one of the certificates.
func (i Identities) shown(who transport.Identity) bool {
	if len(who.Certificates) == 0 || len(i.Certificates) == 0 {
		return false
	}
	is, err := subject.Of(who.Certificates[0].RawSubject)
	return err == nil && slices.ContainsFunc(i.Certificates, is.Equal)
}

// longestSubject is how many octets of a subject are told in a refusal; certificates set no limit.
const longestSubject = 1024

// showing adds to why a caller is refused which certificate he has shown, as it would have to be listed.
func showing(ctx context.Context, why error) error {
	who := orb.Caller(ctx)
	if why == nil || len(who.Certificates) == 0 {
		return why
	}
	name := who.Name()
	if len(name) > longestSubject {
		name = strings.ToValidUTF8(name[:longestSubject], "") + "…"
	}
	return fmt.Errorf("%w; the certificate that it has shown is of %s", why, name)
}

// peers tells whose programs are at the other end of connections to the daemon.
type peers struct {
	live *live // says who may
	sup  *supervise.Supervisor
}

// A link is both ends of a connection from this machine.
type link struct {
	client, here netip.AddrPort
}

// linkOf returns the connection that the request of ctx came over; false if it came over none.
func linkOf(ctx context.Context) (l link, ok bool) { return linkBetween(orb.Peer(ctx), orb.Local(ctx)) }

func linkBetween(client, here net.Addr) (l link, ok bool) {
	if client == nil || here == nil || isProxied(client) {
		return l, false
	}
	c, err := netip.ParseAddrPort(client.String())
	h, bad := netip.ParseAddrPort(here.String())
	return link{unmapped(c), unmapped(h)}, err == nil && bad == nil
}

// isProxied reports whether an address is what a proxy has told, and that of no socket here: what is on loopback there is no program of this machine.
func isProxied(a net.Addr) bool {
	_, told := a.(proxied.Addr)
	return told
}

// A caller is the program at the other end of a connection, as far as the system tells.
type caller struct {
	process process.ID
	token   string // by which the daemon knows what it has started, if the program has one
}

// mayUseDSOM returns why a client of DSOM may not use the daemon.
func (p *peers) mayUseDSOM(ctx context.Context) error { return showing(ctx, p.isDSOM(ctx)) }

func (p *peers) isDSOM(ctx context.Context) error {
	now := p.live.now.Load()
	peer, may, operators := orb.Peer(ctx), now.DSOMClients, now.Operators
	if peer == nil || may == DSOMThisMachine && onThisMachine(peer) {
		return nil
	}
	if operators.shown(orb.Caller(ctx)) {
		return nil
	}
	if may == DSOMNobody {
		if len(operators.Users) > 0 {
			if user, err := callingUser(ctx); err == nil && slices.Contains(operators.Users, user) {
				return nil
			}
		}
		return errors.New("the daemon was started so that it takes no programs of DSOM (--dsom-clients=nobody) but those of operators (--operators)")
	}
	if !onThisMachine(peer) {
		return fmt.Errorf("%v is another machine, and has shown no certificate that may (--operators): what registers and starts servers must run on theirs", peer)
	}
	user, err := callingUser(ctx)
	if err != nil {
		return fmt.Errorf("%w; start the daemon with --dsom-clients=this-machine if all users of this machine may run programs as its user", err)
	}
	if user != 0 && user != ownUser() && !slices.Contains(operators.Users, user) {
		return fmt.Errorf("the program that calls from %v is of user %d, and the daemon of user %d", peer, user, ownUser())
	}
	return nil
}

// mayWrite returns why a client may not change names.
func (p *peers) mayWrite(ctx context.Context) error { return showing(ctx, p.isWriter(ctx)) }

func (p *peers) isWriter(ctx context.Context) error {
	now := p.live.now.Load()
	peer, may, operators := orb.Peer(ctx), now.Writers, now.Operators
	if peer == nil { // this process
		return nil
	}
	if who := orb.Caller(ctx); may.shown(who) || operators.shown(who) {
		return nil
	}
	if at, err := netip.ParseAddrPort(peer.String()); err == nil {
		if slices.ContainsFunc(may.Networks, func(n netip.Prefix) bool { return n.Contains(unmapped(at).Addr()) }) && !(isProxied(peer) && unmapped(at).Addr().IsLoopback()) {
			return nil
		}
	}
	if !onThisMachine(peer) {
		return errors.New("it is another machine, not in a network from which names may be changed, and has shown no certificate by which they may")
	}
	if may.ThisMachine {
		return nil
	}
	user, err := callingUser(ctx)
	if errors.Is(err, errors.ErrUnsupported) { // see Writers
		return nil
	}
	if err != nil {
		return err
	}
	if user == 0 || user == ownUser() || slices.Contains(may.Users, user) || slices.Contains(operators.Users, user) || p.isServer(ctx, user) {
		return nil
	}
	return fmt.Errorf("its program is of user %d, and names may be changed by those of user %d, which is the daemon's, and of root", user, ownUser())
}

// isServer reports whether the caller is a process of a server that runs as a user.
func (p *peers) isServer(ctx context.Context, user int) bool {
	if at := orb.Caller(ctx).Process; at != nil {
		return at.PID != 0 && slices.ContainsFunc(p.sup.ProcessesAs(user), func(id process.ID) bool { return id.PID == at.PID })
	}
	l, ok := linkOf(ctx)
	if !ok {
		return false
	}
	return l.isOfAny(p.sup.ProcessesAs(user))
}

// A door is what the daemon's port asks about those who come: it knows the processes of the daemon's servers, so that clients cannot take the place that a server needs
// to come up.
type door struct {
	*visitors.Visitors
	f *front
}

// Knows reports whether a connection is from a process of a server, which was started or holds a lease. Where the system does not tell, none is known.
func (d door) Knows(peer, local net.Addr) bool {
	l, ok := linkBetween(peer, local)
	if !ok || d.f.peers == nil || !onThisMachine(peer) {
		return false
	}
	return l.isOfAny(d.f.peers.sup.Processes())
}

// callingUser returns the user whose program is at the other end of the connection of ctx; an error if that is on another machine, of whose users nobody here can tell.
func callingUser(ctx context.Context) (int, error) {
	if peer := orb.Peer(ctx); !onThisMachine(peer) {
		return 0, fmt.Errorf("it cannot be told whose program calls: %v is another machine", peer)
	}
	if at := orb.Caller(ctx).Process; at != nil { // over the daemon's socket
		if at.SID != "" { // a pipe, to which the system lets the daemon's user, itself and administrators connect, and nobody else
			return ownUser(), nil
		}
		return int(at.UID), nil
	}
	l, ok := linkOf(ctx)
	if !ok && orb.Peer(ctx).Network() == pipe.Name {
		return 0, errors.New("it cannot be told whose program calls: it does not let the daemon see who it is")
	}
	if !ok && orb.Peer(ctx).Network() == unix.Name {
		return 0, fmt.Errorf("it cannot be told whose program calls: %w", platform.SocketUser.Missing())
	}
	if !ok {
		return 0, errors.New("it cannot be told whose program calls: the connection has no address")
	}
	user, err := l.user()
	if err != nil {
		return 0, fmt.Errorf("it cannot be told whose program calls from %v: %w", l.client, err)
	}
	return user, nil
}

// caller returns what is known of the program at the other end of a connection; likely is the process that it should be, if there is one.
func (p *peers) caller(ctx context.Context, likely process.ID) caller {
	if at := orb.Caller(ctx).Process; at != nil && at.PID != 0 {
		id, err := process.Of(at.PID)
		if err != nil {
			return caller{}
		}
		return callerOf(id)
	}
	l, ok := linkOf(ctx)
	if !ok {
		return caller{}
	}
	return l.caller(likely)
}

func unmapped(at netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port())
}

// onThisMachine reports whether a client is on this machine.
func onThisMachine(peer net.Addr) bool {
	if isProxied(peer) {
		return false
	}
	if n := peer.Network(); n == unix.Name || n == pipe.Name {
		return true
	}
	at, err := netip.ParseAddrPort(peer.String())
	if err != nil {
		return false
	}
	addr := unmapped(at).Addr()
	if addr.IsLoopback() {
		return true
	}
	own, known := ownAddress(addr.AsSlice())
	return own && known
}
