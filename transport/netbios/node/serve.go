package node

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
)

// kept returns the owners of a name, this node among them if it is of that group, and for how many seconds that holds.
func (n *Node) kept(name nbname.Name) (list []nbns.Entry, ttl uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	r := n.records.living(name, now)
	if r == nil {
		return nil, 0
	}
	last := now
	for _, o := range r.owners {
		list = append(list, o.Entry)
		if o.until.After(last) {
			last = o.until
		}
	}
	if h := n.holds(name); h != nil && h.ready && h.group && !slices.ContainsFunc(list, func(e nbns.Entry) bool { return e.Addr == n.c.Addr }) {
		list = append(list, n.entry(true))
	}
	return list, max(seconds(last.Sub(now)), 1)
}

// serve is a name server's part in registrations, refreshes and releases.
func (n *Node) serve(p *nbns.Packet, e nbns.Entry, from netip.AddrPort) {
	if e.Addr != from.Addr() { // nobody registers, or gives up, for others
		n.counts.foreign.Add(1)
		n.send(nbns.Registered(p, nbns.Refused, 0, true), from)
		return
	}
	name := p.Questions[0].Name
	if p.Op == nbns.OpRelease {
		n.send(nbns.Registered(p, n.forget(name, e), 0, true), from)
		return
	}
	ttl := n.c.MostTTL
	if asked := time.Duration(p.Additionals[0].TTL) * time.Second; asked > 0 {
		ttl = min(ttl, max(asked, leastRefresh))
	}
	code, rival := n.keep(name, e, ttl, nil)
	if code == nbns.ActiveErr && rival.Addr != n.c.Addr {
		n.challenge(p, name, e, ttl, rival, from)
		return
	}
	n.send(nbns.Registered(p, code, seconds(ttl), true), from)
}

// forget takes an owner away.
func (n *Node) forget(name nbname.Name, e nbns.Entry) nbns.Code {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.records.living(name, time.Now())
	if r == nil {
		return nbns.NameErr
	}
	at := slices.IndexFunc(r.owners, func(o owner) bool { return o.Addr == e.Addr })
	if at < 0 {
		return nbns.ActiveErr
	}
	n.records.drop(name, r, at)
	return nbns.OK
}

// holds returns a name of this node's own that it has, or is about to have. The lock is held.
func (n *Node) holds(name nbname.Name) *held {
	if h := n.held[name]; h != nil && !h.conflict && h.failed == nil {
		return h
	}
	return nil
}

// keep notes an owner of a name. If that is another's, it says whose: unless that is the one who was found not to have it. What this node has itself is nobody else's to register.
func (n *Node) keep(name nbname.Name, e nbns.Entry, ttl time.Duration, gone *nbns.Entry) (code nbns.Code, rival nbns.Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	is := owner{e, now.Add(ttl)}
	switch h := n.holds(name); {
	case h == nil || e.Addr == n.c.Addr || h.group && e.Group:
	case h.group:
		return nbns.Refused, rival
	default:
		n.counts.defended.Add(1)
		return nbns.ActiveErr, n.entry(false)
	}
	r := n.records.living(name, now)
	if r == nil {
		return n.own(name, is, true, now), rival
	}
	if at := slices.IndexFunc(r.owners, func(o owner) bool { return o.Addr == e.Addr }); at >= 0 && (len(r.owners) == 1 || e.Group) {
		r.owners[at] = is
		return nbns.OK, rival
	}
	group := r.owners[0].Group
	switch {
	case group && e.Group:
		code := n.own(name, is, false, now)
		if code == nbns.OK && len(r.owners) > MostOwners { // the one that would end first, of those before
			first := slices.MinFunc(r.owners[:MostOwners], func(a, b owner) int { return a.until.Compare(b.until) })
			n.records.drop(name, r, slices.Index(r.owners, first))
		}
		return code, rival
	case group:
		return nbns.Refused, rival
	case gone != nil && r.owners[0].Addr == gone.Addr:
		code := n.own(name, is, false, now)
		if code == nbns.OK {
			n.records.drop(name, r, 0)
		}
		return code, rival
	}
	return nbns.ActiveErr, r.owners[0].Entry
}

// own gives a name, which is fresh or not, an owner, if there is room. The lock is held.
func (n *Node) own(name nbname.Name, o owner, fresh bool, now time.Time) nbns.Code {
	told := n.records.swept
	if e := n.records.full(o.Addr, fresh, now); e != nil {
		n.counts.full.Add(1)
		if n.records.swept != told { // each second at most
			n.c.Log.Warn("the name server has no room", "limit", e.Limit, "most", e.Most, "address", o.Addr)
		}
		return nbns.ServerErr
	}
	n.records.add(name, o)
	return nbns.OK
}

// registerHere is a name server's part in a name of its own: whom it has given that to is asked whether it is still his. Meanwhile it gives it to nobody.
func (n *Node) registerHere(ctx context.Context, name nbname.Name, h *held) error {
	n.mu.Lock()
	var others []owner
	if r := n.records.living(name, time.Now()); r != nil {
		others = slices.DeleteFunc(slices.Clone(r.owners), func(o owner) bool { return o.Addr == n.c.Addr || o.Group && h.group })
	}
	n.mu.Unlock()
	for _, o := range others {
		from, has := n.hasName(ctx, netip.AddrPortFrom(o.Addr, n.c.Port), name)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case has:
			return &NameError{name, nbns.ActiveErr, from}
		}
		n.forget(name, o.Entry)
	}
	return nil
}

// challengeSeconds is how long who registers is told to wait while the owner is asked.
const challengeSeconds = uint32(UnicastTries*UnicastTime/time.Second) + 5

// challenge asks the owner of a name whether it is still his, and gives it to another if he is silent.
func (n *Node) challenge(p *nbns.Packet, name nbname.Name, e nbns.Entry, ttl time.Duration, rival nbns.Entry, from netip.AddrPort) {
	n.mu.Lock()
	switch {
	case n.ctx.Err() != nil || n.busy[name]: // it is being asked: who has sent this again is told to wait still
		n.mu.Unlock()
		n.send(nbns.Wait(p, challengeSeconds), from)
		return
	case len(n.busy) >= MostChallenges:
		n.mu.Unlock()
		n.counts.full.Add(1)
		n.c.Log.Warn("the name server has no room", "limit", "netbios-challenges", "most", MostChallenges)
		n.send(nbns.Registered(p, nbns.ServerErr, 0, true), from)
		return
	}
	n.busy[name] = true
	n.work.Add(1)
	n.mu.Unlock()
	n.send(nbns.Wait(p, challengeSeconds), from)
	go func() {
		defer n.work.Done()
		code := nbns.ActiveErr
		if _, has := n.hasName(n.ctx, netip.AddrPortFrom(rival.Addr, n.c.Port), name); !has && n.ctx.Err() == nil {
			code, _ = n.keep(name, e, ttl, &rival)
		}
		n.mu.Lock()
		delete(n.busy, name)
		n.mu.Unlock()
		n.send(nbns.Registered(p, code, seconds(ttl), true), from)
	}()
}
