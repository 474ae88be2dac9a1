package orb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
)

type routePointer = atomic.Pointer[route]

// A route is a way to an object: what its reference says, worked out once.
type route struct {
	orb       *ORB
	key       []byte // of the object here, if local
	forwarded bool
	local     bool
	terse     bool         // what is known of the peer is from a corbaloc URL: nothing but addresses
	plain     *route       // the terse one that this is another form of; nil: none
	unicode   routePointer // the other form of a terse one; nil: nobody has asked for it
	env       *cdr.Env     // of a local call
	ways      []way
	told      bool    // a profile says which code sets its server knows
	refused   []error // addresses that rules forbid
	err       error   // why there is no way
	last      atomic.Pointer[reached]
	first     reached // room for the first of them, which is mostly the only one
	taken     atomic.Bool
	group     *toGroup // the way to a group, if there is no other
	sealed    bool     // the reference offers TLS, and this ORB has the transport: no way is gone that is not sealed
	ior       *ior.IOR
	from      string       // as in Ref
	wanted    atomic.Int32 // the giop.Addressing that the peer has asked for
	begin     atomic.Int32 // the way to begin with: that which was reached last, or the one after that which was no good
}

// A way is an endpoint of a profile, and how the profile names the object there: each has its own object key (part 2, clause 7.6.4).
type way struct {
	hop
	key     []byte
	profile int // of the reference
}

// reached is a way, and the connection that it has led to.
type reached struct {
	*link
	way *way
}

// A hop is an endpoint and what is spoken there. It is the key under which connections are shared.
type hop struct {
	endpoint transport.Endpoint
	version  cdr.Version
	sets     codeset.Choice
	reader   cdr.Reader // which of those the peer is
	withIDs  bool       // it is known not to be omniORB; see cdr.Env
	noCancel bool       // a CancelRequest would harm the peer
	rule     string     // that led to endpoint from what the reference names; "": none
	open     bool       // what endpoint resolves to is held against the rules
}

// route returns the way to the object as known now.
func (r *Ref) route() *route {
	if rt := r.current.Load(); rt != nil {
		return rt
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.original.Load() == nil {
		r.original.Store(r.newRoute(r.ior, false))
	}
	if r.current.Load() == nil {
		r.current.Store(r.original.Load())
	}
	return r.current.Load()
}

// forwardTo makes to the way to the object, unless another call has found one since from. If it is for
// good, the object is not looked for where it was any more: not at from, that is. Where from is itself a place for now, who sent
// clients there has said nothing for good, and is asked again when to does not answer.
func (r *Ref) forwardTo(from *route, to *ior.IOR, forGood bool) error {
	if to.IsNil() {
		return forwardedToNil()
	}
	forGood = forGood && !from.forwarded
	next := r.newRoute(to, !forGood)
	if r.replace(from, next) {
		r.dropped.Store(nil)
		if forGood {
			r.original.Store(next)
		}
	}
	return nil
}

func forwardedToNil() error {
	return exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "forwarded to a nil reference")
}

// dropForward goes back to the original reference, unless another call has found another way. Should that fail as well, the
// call says why the place that the object had been forwarded to was no good.
func (r *Ref) dropForward(from *route, why error) {
	if r.replace(from, r.original.Load()) && from.forwarded {
		text := "it had been forwarded to " + from.places() + ", and there: " + shortened(why.Error())
		r.dropped.Store(&text)
	}
}

// mostForwardText is how many octets are kept of why a place was no good that an object had been forwarded to: the text may be the peer's.
const mostForwardText = 512

// shortened returns text with at most mostForwardText octets of it, which share no memory with it.
func shortened(text string) string {
	if len(text) <= mostForwardText {
		return text
	}
	return strings.ToValidUTF8(strings.Clone(text[:mostForwardText]), "") + "…"
}

// places names the addresses of a route, but not many.
func (rt *route) places() string {
	if rt.local {
		return "this process"
	}
	const most = 3
	var texts []string
	for i := range rt.ways {
		if i == most {
			texts = append(texts, "…")
			break
		}
		texts = append(texts, rt.ways[i].endpoint.String())
	}
	if len(texts) == 0 {
		return "nowhere"
	}
	return strings.Join(texts, " or ")
}

// afterForward returns err, by which a call of rt failed, with what became of the place before.
func (r *Ref) afterForward(rt *route, err error) error {
	text := r.dropped.Load()
	if text == nil || rt.forwarded {
		return err
	}
	sys := *exc.From(err, exc.Maybe)
	if sys.Reason != "" {
		sys.Reason += "; "
	}
	sys.Reason += *text
	return &sys
}

// replace makes to the way to the object if that is from now, be it in the form that a call has not kept to. It reports whether it was.
func (r *Ref) replace(from, to *route) bool {
	return r.current.CompareAndSwap(from, to) || from.plain != nil && r.current.CompareAndSwap(from.plain, to)
}

// newRoute works out the route that i describes: all addresses of all its IIOP profiles, in order, each with its profile's key.
func (r *Ref) newRoute(i *ior.IOR, forwarded bool) *route {
	o := r.orb
	rt := &route{orb: o, ior: i, from: r.from, forwarded: forwarded}
	shared := sharedComponents(i)
	for n, raw := range i.Profiles {
		if raw.Tag == ior.TagUIPMC && rt.group == nil {
			if err := rt.addGroup(raw); err != nil && rt.err == nil {
				rt.err = exc.New(exc.Transient, exc.MinorNoUsableProfile, exc.No, "the reference has no profile that can be used: %w", err)
			}
		}
		if raw.Tag != ior.TagInternetIOP {
			continue
		}
		p, err := raw.IIOP()
		switch {
		case err != nil:
		case len(rt.ways) == 0 && o.here(p.Key):
			rt.key, rt.local = p.Key, true
			rt.env = o.Env()
			return rt
		default:
			p.Components = append(slices.Clip(p.Components), shared...)
			err = rt.add(p, n)
		}
		if errors.Is(err, exc.CodesetIncompatible) && rt.err == nil {
			rt.err = err
		} else if err != nil && rt.err == nil {
			rt.err = exc.New(exc.Transient, exc.MinorNoUsableProfile, exc.No, "the reference has no profile that can be used: %w", err)
		}
	}
	switch {
	case rt.group != nil && len(rt.ways) == 0:
		rt.err = nil
	case len(rt.ways) > 0:
		rt.err, rt.group = nil, nil
		rt.sealed = slices.ContainsFunc(rt.ways, func(w way) bool { return w.endpoint.Network == sealedNetwork })
		rt.terse = i.TypeID == "" && !rt.told && o.maxVersion.AtLeast(cdr.V12)
	case len(rt.refused) > 0:
		rt.err = unreachable(nil, nil, rt.refused)
	case rt.err == nil:
		rt.err = exc.New(exc.Transient, exc.MinorNoUsableProfile, exc.No, "the reference has no IIOP profile")
	}
	return rt
}

// sharedComponents returns what profiles of components alone say of the server (part 2, clause
// 7.6.5): for IIOP 1.0, whose own profile has no room for that. What a profile itself says comes before. Addresses
// are not among them: they need a key, which is that of their profile.
func sharedComponents(i *ior.IOR) []ior.Component {
	var all []ior.Component
	for _, raw := range i.Profiles {
		if raw.Tag != ior.TagMultipleComponents {
			continue
		}
		list, err := raw.MultiComponent()
		if err != nil {
			continue // it is there for who can read it
		}
		for _, c := range list {
			if c.Tag == ior.TagORBType || c.Tag == ior.TagCodeSets {
				all = append(all, c)
			}
		}
	}
	return all
}

// here reports whether a key is of an object of this very ORB.
func (o *ORB) here(key []byte) bool {
	k, ours := ior.ParseKey(key)
	return ours && k.Server == o.serverID && (k.Incarnation == 0 || k.Incarnation&^(IncarnationSpan-1) == o.incarnation) && o.handler.Load() != nil
}

// add adds the addresses of the profile of that index.
func (rt *route) add(p ior.IIOP, index int) error {
	h := way{hop: hop{version: rt.orb.version(p.Version)}, key: p.Key, profile: index}
	made, told := orbType(p)
	if data, ok := p.Find(ior.TagCodeSets); ok && h.version.Minor >= 1 {
		rt.told, h.withIDs = true, !told // omniORB says in the same place which code sets it knows, and what it is
		offer, err := codeset.ParseComponent(data)
		if err != nil {
			return err
		}
		if h.sets, err = codeset.Negotiate(rt.orb.converts, offer, !answersNatively(made)); err != nil {
			return err
		}
	}
	h.reader, h.noCancel = readerOf(made, told, p.Key), cannotCancel(made)
	most := rt.orb.limits.Int(limits.HostName)
	network, addresses := "tcp", p.Addresses()
	before := len(rt.ways)
	rt.addLocal(p, h)
	named, web := rt.namedWays(p), rt.webWays(p)
	defer func() { rt.addNamed(named, h) }()
	if tls, ok := p.TLS(); ok {
		switch {
		case rt.orb.findTransport(sealedNetwork) != nil: // and no other is tried: whoever is on the way could bring that about
			network, addresses = sealedNetwork, []ior.Address{{Host: p.Host, Port: tls.Port}}
		case p.Port == 0 && len(rt.ways) > before:
			addresses = nil
		case p.Port == 0:
			addresses = nil
			rt.refused = append(rt.refused, exc.New(exc.NoPermission, exc.MinorNeedsTLS, exc.No, "%s takes calls over TLS alone, at port %d, and this ORB has no transport for that", p.Host, tls.Port))
		}
	}
	_, local := p.Find(ior.TagDSOMEndpoints)
	_, http := p.Find(ior.TagOmniORBHTTP)
	if network == "tcp" && p.Port == 0 && (local || http || len(rt.ways) > before) { // there is nothing but the socket, and so on
		addresses = nil
		if len(rt.ways) == before && len(named)+len(web) == 0 {
			rt.refused = append(rt.refused, exc.New(exc.Transient, exc.MinorNoUsableProfile, exc.No, "%s takes calls at a socket of its machine alone, which is another, or by WebSocket, NetBIOS or SPX alone, or this ORB has no transport for that", p.Host))
		}
	}
	for _, a := range addresses {
		if len(a.Host) > most {
			return rt.orb.limits.Exceeded(limits.HostName, int64(len(a.Host)))
		}
		if len(rt.ways) >= rt.orb.limits.Int(limits.Profiles) {
			break
		}
		to, err := rt.orb.connect.Way(transport.Endpoint{Network: network, Host: a.Host, Port: a.Port})
		if err != nil {
			rt.refused = append(rt.refused, err)
			continue
		}
		h.endpoint, h.rule, h.open = to.To, to.Rule, to.Open
		rt.ways = append(rt.ways, h)
	}
	return rt.addWeb(web, h)
}

// orbType returns which ORB made p, if that says so.
func orbType(p ior.IIOP) (id uint32, told bool) {
	data, ok := p.Find(ior.TagORBType)
	if !ok {
		return 0, false
	}
	id, err := ior.Component{Tag: ior.TagORBType, Data: data}.ORBType()
	return id, err == nil
}

// cannotCancel reports whether a CancelRequest must not be sent to an ORB of a type.
// omniORB (4.2.5) drops the reply of a call that is running when one comes, and a thread of
// it then spins for good; before GIOP 1.2 it closes the connection.
func cannotCancel(made uint32) bool { return made == ior.ORBTypeOmniORB }

// answersNatively reports whether an ORB of a type writes texts in its native code sets whatever the client has chosen. JacORB (3.9)
// does: it reads requests in the chosen sets and writes replies in its own.
func answersNatively(made uint32) bool { return made == ior.ORBTypeJacORB }

// readerOf returns what an ORB is as a reader of values in chunks, if its type is told, or its object key is such as one ORB alone makes.
func readerOf(made uint32, told bool, key []byte) cdr.Reader {
	switch {
	case !told && combatKey(key):
		return cdr.Combat
	case !told:
		return cdr.AnyReader
	case made == ior.ORBTypeJacORB:
		return cdr.JacORB
	case made == ior.ORBTypeOmniORB:
		return cdr.OmniORB
	}
	return cdr.Other
}

// combatKey reports whether a key is of the form that Combat (0.8.1) gives those of its transient objects: /SECONDS/PID, the adapter's path below the root's, if
// it has one, and *ID.
func combatKey(key []byte) bool {
	adapter, _, ok := bytes.Cut(key, []byte("*"))
	parts := bytes.Split(adapter, []byte("/"))
	return ok && len(parts) >= 3 && len(parts[0]) == 0 && isNumber(parts[1]) && isNumber(parts[2])
}

func isNumber(b []byte) bool { return len(b) > 0 && len(bytes.Trim(b, "0123456789")) == 0 }

// version returns the version of GIOP to speak with a peer that publishes v.
func (o *ORB) version(v cdr.Version) cdr.Version {
	if v.AtLeast(o.maxVersion) {
		return o.maxVersion
	}
	return v
}

// leave has calls begin at the way after that which to came by, unless another has been reached since.
func (rt *route) leave(to *reached) {
	rt.last.CompareAndSwap(to, nil)
	for i := range rt.ways {
		if &rt.ways[i] == to.way {
			rt.begin.CompareAndSwap(int32(i), int32((i+1)%len(rt.ways)))
		}
	}
}

// unreachable says why no way leads anywhere, nor could what was refused.
func unreachable(ways []way, errs, refused []error) error {
	var texts []string
	if sys := noSealedWay(ways, errs, refused); sys != nil {
		return sys
	}
	for i, err := range errs {
		if by := (*reach.RefusedError)(nil); errors.As(err, &by) {
			refused = append(slices.Clip(refused), by)
			continue
		}
		at := ways[i].endpoint.String()
		if ways[i].rule != "" {
			at += " (by the rule " + strconv.Quote(ways[i].rule) + ")"
		}
		if len(ways) == 1 && len(refused) == 0 {
			return exc.New(exc.Transient, exc.MinorConnect, exc.No, "cannot connect to %s: %w", at, err)
		}
		texts = append(texts, at+": "+err.Error())
	}
	if len(texts) == 0 {
		var sys *exc.SystemException
		if len(refused) == 1 && errors.As(refused[0], &sys) {
			return sys
		}
		return exc.New(exc.NoPermission, exc.MinorConnectRefused, exc.No, "%w", errors.Join(refused...))
	}
	for _, err := range refused {
		texts = append(texts, err.Error())
	}
	return exc.New(exc.Transient, exc.MinorConnect, exc.No, "no endpoint of the reference can be reached; %s", strings.Join(texts, "; "))
}

// noSealedWay returns NO_PERMISSION where what failed is that the sides do not agree on TLS, at each way: to call again later is no help. Else nil.
func noSealedWay(ways []way, errs, refused []error) error {
	if len(errs) == 0 || len(refused) > 0 {
		return nil
	}
	minor := uint32(exc.MinorNeedsTLS)
	var all []error
	for i, err := range errs {
		h := (*transport.HandshakeError)(nil)
		switch {
		case errors.As(err, &h):
			minor = exc.MinorHandshake
			all = append(all, err)
		case errors.Is(err, errNotSealed), errors.Is(err, errUndercut):
			all = append(all, fmt.Errorf("%s: %w", ways[i].endpoint, err))
		default:
			return nil
		}
	}
	return exc.New(exc.NoPermission, minor, exc.No, "%w", errors.Join(all...))
}
