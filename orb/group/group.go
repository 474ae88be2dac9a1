// Package group has objects of an ORB as members of groups, which are called by datagrams (CORBA 3.3 part 2, clause 11): each member that is there carries a request out, none answers, and
// any of them may miss it.
//
// A group is known by a domain and a number (ior.Group), and has an address: of multicast, so that all who hear it are called, or of one host. What the specification's group object
// adapter has as operations is here
//
//	create_id_for_reference, associate_reference_with_id   Groups.Join, of an object that an adapter has activated
//	disassociate_reference_with_id                         the func that Join returns
//	reference_to_ids                                       Groups.Members
//
// and a client calls a reference to a group, such as corbaloc:miop:1.2@1.0-NET-7/239.1.2.3:5000, by the stub of its interface, if its ORB has a Multicaster.
package group

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/miop"
)

// The limits. Each is in the error that it causes, by the name that stands here; those on packets are package miop's, that on requests under way the ORB's.
const (
	MostAddresses = 64  // group-addresses: addresses at which an ORB hears groups
	MostMembers   = 256 // group-members: members of a group, in one ORB
)

// Config says how an ORB takes part in groups. The zero value is useful.
type Config struct {
	// Interface is by which groups are joined: its name, or an address of it. "" is the system's choice.
	Interface string

	// Admit, if set, says whether a datagram is to be looked at, by where it comes from; it must not wait. Those that are not are counted as Refused.
	Admit func(from netip.AddrPort) bool

	Logger *slog.Logger // nil is slog.Default
}

// Counts is how often what has happened to datagrams, and the requests in them.
type Counts struct {
	miop.Counts
	Delivered uint64 // requests, once for each member that they were handed to, be they for a oneway operation or not
	Malformed uint64 // datagrams that are no packet, and messages that are no request
	Foreign   uint64 // requests to groups that have no member here
	Refused   uint64 // requests that want a reply, or that the ORB does not take, and datagrams that are not admitted
	Full      uint64 // requests that there was no room for
}

// Groups are the groups that objects of an ORB are members of. It is safe for concurrent use, and ends with the ORB.
type Groups struct {
	orb *orb.ORB
	c   Config

	mu     sync.Mutex
	at     map[netip.AddrPort]*listener
	ended  bool
	counts Counts // of listeners that have ended
	work   sync.WaitGroup
}

// id is what a group is known by.
type id struct {
	domain string
	number uint64
}

// A listener hears the groups of one address.
type listener struct {
	conn    *net.UDPConn
	members map[id][]*member // guarded by Groups.mu
	counts  Counts           // guarded by Groups.mu
}

type member struct{ key []byte }

// New returns the groups of an ORB, of which there are none yet.
func New(o *orb.ORB, c Config) *Groups {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	g := &Groups{orb: o, c: c, at: map[netip.AddrPort]*listener{}}
	o.Attach(g)
	return g
}

// NewReference returns a reference to a group at an address, whose members have the interface of an id. Clients need nothing else.
func NewReference(o *orb.ORB, typeID string, g ior.Group, at netip.AddrPort) *orb.Ref {
	return o.NewRef(g.Reference(typeID, at))
}

// groupOf returns the group that a reference is of, and where it is.
func groupOf(ref orb.Object) (id, netip.AddrPort, error) {
	r := orb.RefOf(ref)
	if r == nil {
		return id{}, netip.AddrPort{}, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "a nil reference is of no group")
	}
	for _, p := range r.IOR().Profiles {
		if p.Tag != ior.TagUIPMC {
			continue
		}
		u, err := p.UIPMC()
		if err != nil {
			return id{}, netip.AddrPort{}, err
		}
		g, err := u.Group()
		if err != nil {
			return id{}, netip.AddrPort{}, err
		}
		at, err := u.At()
		return id{g.Domain, g.ID}, at, err
	}
	return id{}, netip.AddrPort{}, exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "the reference is of no group")
}

// Join makes an object of the ORB, activated in one of its adapters, a member of the group that a reference is of, until leave is called. To be a member twice is to be called twice. What is called of it are
// its oneway operations, as its servant tells them (orb.OnewayTeller); a request for another is not answered, and not carried out, which the log of the ORB says.
//
// Its errors: BAD_PARAM for a reference to no group, and for a member that is not of this ORB; NO_PERMISSION if the ORB takes calls over TLS or of identified callers alone is told when requests
// come (Counts.Refused); IMP_LIMIT; BAD_INV_ORDER after the ORB's end; the system's if the address cannot be heard.
func (g *Groups) Join(group, object orb.Object) (leave func(), err error) {
	which, at, err := groupOf(group)
	if err != nil {
		return nil, err
	}
	r := orb.RefOf(object)
	if r == nil {
		return nil, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "a nil reference is no member")
	}
	key := []byte(r.ObjectKey())
	if k, ours := ior.ParseKey(key); r.ORB() != g.orb || !ours || k.Server != g.orb.ServerID() {
		return nil, exc.New(exc.BadParam, exc.MinorWrongAdapter, exc.No, "the member is no object of this ORB")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return nil, exc.New(exc.BadInvOrder, exc.MinorORBShutDown, exc.No, "the ORB has been shut down")
	}
	l := g.at[at]
	switch {
	case l != nil && len(l.members[which]) >= MostMembers:
		return nil, limit("group-members", MostMembers)
	case l == nil && len(g.at) >= MostAddresses:
		return nil, limit("group-addresses", MostAddresses)
	case l == nil:
		conn, err := miop.Listen(at, g.c.Interface)
		if err != nil {
			return nil, fmt.Errorf("the group at %v cannot be heard: %w", at, err)
		}
		l = &listener{conn: conn, members: map[id][]*member{}}
		g.at[at] = l
		g.work.Go(func() { g.hear(l) })
	}
	m := &member{key}
	l.members[which] = append(slices.Clip(l.members[which]), m)
	return sync.OnceFunc(func() { g.leave(at, l, which, m) }), nil
}

func limit(name string, most int64) error {
	return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%w", &miop.LimitError{Name: name, Most: most})
}

// leave ends a membership. The last that leaves an address closes it.
func (g *Groups) leave(at netip.AddrPort, l *listener, which id, m *member) {
	g.mu.Lock()
	defer g.mu.Unlock()
	others := slices.DeleteFunc(slices.Clone(l.members[which]), func(o *member) bool { return o == m })
	if l.members[which] = others; len(others) == 0 {
		delete(l.members, which)
	}
	if len(l.members) == 0 && g.at[at] == l {
		delete(g.at, at)
		g.counts.add(l.counts)
		_ = l.conn.Close()
	}
}

// Members returns the keys of the objects that are members of the group that a reference is of, here.
func (g *Groups) Members(group orb.Object) ([][]byte, error) {
	which, at, err := groupOf(group)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var all [][]byte
	if l := g.at[at]; l != nil {
		for _, m := range l.members[which] {
			all = append(all, m.key)
		}
	}
	return all, nil
}

// Counts returns how often what has happened, at all addresses.
func (g *Groups) Counts() Counts {
	g.mu.Lock()
	defer g.mu.Unlock()
	sum := g.counts
	for _, l := range g.at {
		sum.add(l.counts)
	}
	return sum
}

func (c *Counts) add(o Counts) {
	c.Packets += o.Packets
	c.Messages += o.Messages
	c.Duplicates += o.Duplicates
	c.Overlaps += o.Overlaps
	c.Late += o.Late
	c.Counts.Full += o.Counts.Full
	c.Delivered += o.Delivered
	c.Malformed += o.Malformed
	c.Foreign += o.Foreign
	c.Refused += o.Refused
	c.Full += o.Full
}

// Drain has nothing more heard: the ORB takes no more requests.
func (g *Groups) Drain() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	for _, l := range g.at {
		_ = l.conn.Close()
	}
}

// End waits until nothing is heard any more.
func (g *Groups) End(context.Context) error {
	g.Drain()
	g.work.Wait()
	return nil
}

// hear takes what comes to an address, until its socket is closed.
func (g *Groups) hear(l *listener) {
	var a miop.Assembler
	b := make([]byte, miop.MostDatagram)
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(b)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			g.c.Logger.Debug("a datagram cannot be read", "error", err)
			time.Sleep(time.Millisecond) // an error that stays is not to take the processor
			continue
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		admitted := g.c.Admit == nil || g.c.Admit(from)
		var msg []byte
		if admitted {
			var p miop.Packet
			if p, err = miop.Parse(b[:n]); err == nil {
				msg, _ = a.Add(from, p) // which counts
			}
		}
		var c Counts
		switch {
		case !admitted:
			c.Refused++
		case err != nil:
			c.Malformed++
		case msg != nil:
			g.deliver(l, slices.Clone(msg), from, &c)
		}
		g.mu.Lock()
		l.counts.add(c)
		l.counts.Counts = a.Counts()
		g.mu.Unlock()
	}
}

// deliver hands a message to the members of its group.
func (g *Groups) deliver(l *listener, msg []byte, from netip.AddrPort, c *Counts) {
	which, err := addressed(msg)
	if err != nil {
		c.Malformed++
		return
	}
	g.mu.Lock()
	members := l.members[which] // which is not written to
	g.mu.Unlock()
	if len(members) == 0 {
		c.Foreign++
		return
	}
	for _, m := range members {
		err := g.orb.Deliver(msg, m.key, net.UDPAddrFromAddrPort(from))
		switch {
		case err == nil:
			c.Delivered++
		case errors.Is(err, exc.NoResources):
			c.Full++
		case errors.Is(err, exc.Marshal):
			c.Malformed++
		default:
			c.Refused++
		}
	}
}

// addressed returns the group that a message is a request to.
func addressed(msg []byte) (id, error) {
	if len(msg) < giop.HeaderSize {
		return id{}, miop.ErrShort
	}
	h, err := giop.ParseHeader(msg)
	if err != nil {
		return id{}, err
	}
	if h.Type != giop.TypeRequest || h.More || int64(h.Size) != int64(len(msg)-giop.HeaderSize) {
		return id{}, errNoRequest
	}
	var d cdr.Decoder
	var r giop.Request
	d.Reset(msg, giop.HeaderSize, h.Little, nil)
	if err := r.ParseGroup(h, &d); err != nil {
		return id{}, err
	}
	if r.Target.Kind != giop.ProfileAddr {
		return id{}, errNoRequest
	}
	u, err := ior.Profile{Tag: r.Target.Tag, Data: r.Target.Profile}.UIPMC()
	if err != nil {
		return id{}, err
	}
	to, err := u.Group()
	return id{to.Domain, to.ID}, err
}

var errNoRequest = errors.New("no whole request to a group")
