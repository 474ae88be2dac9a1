package orb

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// A Multicaster sends messages of GIOP in datagrams, to groups of objects: a *miop.Sender. It is safe for concurrent use.
type Multicaster interface {
	// Send sends a message, whose header is in one of the byte orders. The message is not kept.
	Send(msg []byte, little bool, to netip.AddrPort) error
}

// toGroup is the way to a group of objects (part 2, clause 11.4): its profile, and where its datagrams go.
type toGroup struct {
	profile ior.Profile
	at      netip.AddrPort
}

// addGroup makes the profile of a group the way of rt.
func (rt *route) addGroup(p ior.Profile) error {
	u, err := p.UIPMC()
	if err != nil {
		return err
	}
	if _, err := u.Group(); err != nil {
		return err
	}
	at, err := u.At()
	if err != nil {
		return err
	}
	to := transport.Endpoint{Network: "udp", Host: at.Addr().String(), Port: at.Port()}
	if way, err := rt.orb.connect.Way(to); err != nil { // a rule forbids the address
		rt.refused = append(rt.refused, err)
		return nil
	} else if way.To != to {
		rt.refused = append(rt.refused, exc.New(exc.NoPermission, exc.MinorConnectRefused, exc.No, "a rule has %v tried in the place of %v, to which a datagram would go: rules for datagrams can but refuse", way.To, to))
		return nil
	}
	rt.group = &toGroup{p, at}
	return nil
}

// beginGroup begins a request to a group: without a reply, in GIOP 1.2, which has a place for its profile.
func (c *Call) beginGroup() {
	o := c.ref.orb
	switch {
	case c.waits:
		c.fail(exc.New(exc.InvObjref, exc.MinorGroupReply, exc.No, "%s cannot be called of the group at %v: its members are called by datagrams, to which nobody answers, and it is no oneway operation, or one that is to be waited for", c.op, c.route.group.at))
	case o.callSealed:
		c.fail(exc.New(exc.NoPermission, exc.MinorNeedsTLS, exc.No, "%s: a datagram to %v is not sealed, and Config.CallTLSOnly wants that", c.op, c.route.group.at))
	case o.multicaster == nil:
		c.fail(exc.New(exc.NoImplement, exc.MinorNoDatagrams, exc.No, "%s: the reference is of the group at %v, and this ORB sends no datagrams: give it a Config.Multicaster", c.op, c.route.group.at))
	default:
		c.to, c.link = nil, nil
		c.header(1, o.own)
	}
}

// multicast sends the request to a group.
func (c *Call) multicast() error {
	err := c.ref.orb.multicaster.Send(c.buf, c.ref.orb.little, c.route.group.at)
	if err == nil {
		return nil
	}
	if errors.Is(err, net.ErrClosed) {
		return shutDown()
	}
	return exc.New(exc.CommFailure, exc.MinorConnect, exc.Maybe, "%s to the group at %v: %w", c.op, c.route.group.at, err) // some packets may have gone
}

// delivered is the environment of a request that has come by a datagram.
type delivered struct {
	orb *ORB
	ctx *callContext
}

func (f delivered) environment(h giop.Header, _ uint32, cs giop.Contexts) (*cdr.Env, error) {
	var sets codeset.Choice
	if data, told := cs.Find(giop.ContextCodeSets); told {
		var err error
		if sets, err = codeset.ParseContext(data); err == nil {
			err = sets.Check(f.orb.offers)
		}
		if err != nil {
			return nil, err
		}
	} else if h.Version.AtLeast(cdr.V12) {
		return f.orb.own, nil // as members of a group have agreed on nothing
	}
	return f.orb.env(coding{version: h.Version, sets: sets}, references{orb: f.orb})
}
func (f delivered) admits(Target) error                           { return nil }
func (f delivered) context(r *ServerRequest, _ bool) *callContext { return f.ctx }

// Deliver has the request to a group of objects that a message holds carried out by one of its members here, by the member's object key. It returns before that is done: requests are begun in the order in which they are delivered, as
// those of oneway calls within the process, and bounded with those by [limits.OutstandingRequests]; which is its error, and nothing is done, if there is no room. Other errors: MARSHAL for a
// message that is no whole Request, INV_OBJREF for one that wants a reply (one for an operation that is not oneway is not carried out either, but that is found later, and logged), NO_PERMISSION if this ORB takes calls over TLS or of identified callers alone. from is the sender as [Peer] tells it; who that
// is nobody knows: [Caller] is nobody. The message must not be changed afterwards.
func (o *ORB) Deliver(msg, member []byte, from net.Addr) error {
	if o.requireTLS || o.requireIdentity {
		return exc.New(exc.NoPermission, exc.MinorNotIdentified, exc.No, "requests are taken over TLS, or of identified callers, alone: a datagram is neither")
	}
	if len(msg) < giop.HeaderSize {
		return exc.New(exc.Marshal, exc.MinorTruncated, exc.No, "a message of %d octets", len(msg))
	}
	h, err := giop.ParseHeader(msg)
	if err != nil {
		return err
	}
	if h.Type != giop.TypeRequest || h.More || int64(h.Size) != int64(len(msg)-giop.HeaderSize) {
		return exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "no whole Request, but a %v of %d octets in %d", h.Type, h.Size, len(msg)-giop.HeaderSize)
	}
	var d cdr.Decoder
	var head giop.Request
	d.Reset(msg, giop.HeaderSize, h.Little, nil)
	if err := head.ParseGroup(h, &d); err != nil {
		return err
	}
	if head.Expected() {
		return exc.New(exc.InvObjref, exc.MinorGroupReply, exc.No, "%.64s wants a reply, which members of a group do not give", head.Operation)
	}
	select {
	case o.oneways.room <- struct{}{}:
	default:
		return exc.New(exc.NoResources, exc.MinorOverload, exc.No, "%w", o.limits.Exceeded(limits.OutstandingRequests, 0))
	}
	return o.oneways.enqueue(func() {
		ctx := newCallContext(o, nil, from)
		ctx.begin(nil, time.Now().Add(o.limits.Time(limits.CallTimeout)))
		defer ctx.finish() // also if the servant ends this goroutine
		r := &ServerRequest{orb: o, ctx: ctx, member: member}
		_, _ = r.serve(h, msg, nil, delivered{o, ctx})
	})
}
