package node

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
)

// held is a name of this node.
type held struct {
	group    bool
	ready    bool           // it is registered
	conflict bool           // it is another's too, and not used
	served   bool           // the name server has it
	due      time.Time      // when the name server is told again; zero: it is not
	looked   time.Time      // when somebody last disputed it
	by       netip.AddrPort // who says that it is his, if conflict

	servers []netip.AddrPort // name servers that have it, or may have it: those that were asked, and have neither refused it nor been silent to the end

	settled chan struct{} // closed when it is registered, or is not, and no name server has it
	failed  error         // then, why it is not
	gaveUp  bool          // then, that this is for who registered it gave up, or it was given up

	ctx  context.Context // ends when the name is given up, and with the node: what is under way for it ends then
	drop context.CancelFunc
}

// errReleased is the error of registering a name that is given up meanwhile.
var errReleased = errors.New("the name was given up while it was being registered")

// Register makes a name this node's, or makes this node one of the group of that name, by the ways of the node's type. Its errors are a NameError if it is another's, a
// SilenceError, a LimitError, or that of ctx: then the name server, which may have given the name, is told that it is not used. A node of type H whose name server is silent has the name by all, and registers it at
// the name server later. Of several who register a name at once the first does it, and the others are told what has become of that. A name that has turned out to be another's too is a NameError until it is given up.
func (n *Node) Register(ctx context.Context, name nbname.Name, group bool) error {
	for {
		h, fresh, err := n.claim(name, group)
		switch {
		case err != nil:
			return err
		case fresh:
			return n.register(ctx, name, h)
		}
		select {
		case <-h.settled:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		n.mu.Lock()
		ready, gaveUp, err := h.ready, h.gaveUp, h.failed
		if h.conflict {
			err = &NameError{name, nbns.ConflictErr, h.by}
		}
		n.mu.Unlock()
		if ready || !gaveUp {
			return err
		}
	}
}

// claim returns what is known of a name; fresh says that it is the caller who is to register it.
func (n *Node) claim(name nbname.Name, group bool) (h *held, fresh bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if h := n.held[name]; h != nil {
		return h, false, nil
	}
	switch {
	case n.ctx.Err() != nil:
		return nil, false, context.Cause(n.ctx)
	case len(n.held) >= MostNames:
		return nil, false, &LimitError{"netbios-names", MostNames}
	}
	h = &held{group: group, settled: make(chan struct{})}
	h.ctx, h.drop = context.WithCancel(n.ctx)
	n.held[name] = h
	return h, true, nil
}

// register registers a name that was claimed, until it is given up.
func (n *Node) register(ctx context.Context, name nbname.Name, h *held) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(h.ctx, func() { cancel(errReleased) })()
	if n.c.Serve {
		err = n.registerHere(ctx, name, h)
	}
	for i, by := range n.ways() {
		if err != nil {
			break
		}
		e := by.register(ctx, name, h)
		silent := (*SilenceError)(nil)
		if n.c.Type == nbns.H && i == 0 && errors.As(e, &silent) {
			continue // by all, then
		}
		err = e
		if e != nil || n.c.Type == nbns.H {
			break
		}
	}
	n.mu.Lock()
	if err == nil && n.held[name] != h {
		err = errReleased
	}
	h.failed, h.gaveUp = err, ctx.Err() != nil || errors.Is(err, errReleased)
	switch h.ready = err == nil; {
	case h.ready:
		if n.c.Type == nbns.H && !h.served { // its name server was silent, and is to have the name when it is there
			h.due = time.Now().Add(registerAgain)
		}
		close(h.settled)
	case len(h.servers) > 0 && h.ctx.Err() == nil:
		n.work.Go(func() { n.takeBack(name, h) })
	default:
		n.unclaim(name, h)
	}
	n.mu.Unlock()
	n.wake()
	return err
}

// unclaim ends the registration of a name that is not had. The lock is held.
func (n *Node) unclaim(name nbname.Name, h *held) {
	h.drop()
	if n.held[name] == h { // and not another's, who has registered it since it was given up
		delete(n.held, name)
	}
	close(h.settled)
}

// takeBack has the name servers that may have given a name, which nobody has waited for, know that it is not used. Until then nobody else registers it: they would take his for that.
func (n *Node) takeBack(name nbname.Name, h *held) {
	if err := n.releaseByServer(h.ctx, name, h); err != nil && h.ctx.Err() == nil {
		n.c.Log.Warn("a name server may keep a name that is not used, until its time is over", "name", name, "error", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unclaim(name, h)
}

// wake has who refreshes look again when that is next due.
func (n *Node) wake() {
	select {
	case n.changed <- struct{}{}:
	default:
	}
}

// registerByAll asks all whether they have anything against it, and then tells them.
func (n *Node) registerByAll(ctx context.Context, name nbname.Name, h *held) error {
	if !n.c.All.Is4() {
		return errNoAll
	}
	if err := n.challengeAll(ctx, name, h.group); err != nil {
		return err
	}
	n.send(nbns.Overwrite(drawn(), name, n.entry(h.group), 0, true), n.all())
	return nil
}

// challengeAll asks all whether a name is theirs.
func (n *Node) challengeAll(ctx context.Context, name nbname.Name, group bool) error {
	q, err := n.ask(name, nbns.OpRegistration, n.all())
	if err != nil {
		return err
	}
	defer n.end(q)
	var refused error
	err = n.gather(ctx, q, nbns.Registration(q.id, name, n.entry(group), 0, true), func(r reply) bool {
		if r.p.Op == nbns.OpRegistration && r.p.Code != nbns.OK {
			refused = &NameError{name, r.p.Code, r.from}
		}
		return refused != nil
	})
	return errors.Join(refused, err)
}

// registerByServer asks the name server. One that leaves it to this node to ask the present owner has that done.
func (n *Node) registerByServer(ctx context.Context, name nbname.Name, h *held) error {
	entry, ttl := n.entry(h.group), seconds(n.c.TTL)
	r, err := n.byServer(ctx, nbns.OpRegistration, name, h, func(id uint16) *nbns.Packet { return nbns.Registration(id, name, entry, ttl, false) })
	if err != nil {
		return err
	}
	if r.p.Code == nbns.OK && !r.p.RecursionAvailable {
		list, err := owners(r)
		if err != nil {
			return err
		}
		for _, e := range list {
			if e.Addr == n.c.Addr {
				continue
			}
			if from, has := n.hasName(ctx, netip.AddrPortFrom(e.Addr, n.c.Port), name); has {
				n.told(h, r.from, false)
				return &NameError{name, nbns.ActiveErr, from}
			}
		}
		r, err = n.exchange(ctx, nbns.OpRegistration, r.from, name, func(id uint16) *nbns.Packet { return nbns.Overwrite(id, name, entry, ttl, false) })
		if err != nil {
			return err
		}
	}
	if r.p.Code != nbns.OK {
		n.told(h, r.from, false)
		return &NameError{name, r.p.Code, r.from}
	}
	n.granted(h, r)
	return nil
}

// hasName asks the node at an address whether it has a name.
func (n *Node) hasName(ctx context.Context, at netip.AddrPort, name nbname.Name) (netip.AddrPort, bool) {
	r, err := n.exchangeFor(ctx, UnicastTries, UnicastTime, nbns.OpQuery, at, name, func(id uint16) *nbns.Packet { return nbns.Query(id, name, false) })
	if err != nil {
		return at, false
	}
	list, err := owners(r)
	return r.from, err == nil && slices.ContainsFunc(list, func(e nbns.Entry) bool { return e.Addr == at.Addr() })
}

// told notes that a name server may have a name, or that it has not. It reports whether that is news.
func (n *Node) told(h *held, server netip.AddrPort, has bool) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	i := slices.Index(h.servers, server)
	switch {
	case has && i < 0:
		h.servers = append(h.servers, server)
	case !has && i >= 0:
		h.servers = slices.Delete(h.servers, i, i+1)
	default:
		return false
	}
	return true
}

// granted notes for how long a name server has given a name: it is told again when half of that is over.
func (n *Node) granted(h *held, r reply) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h.due, h.served = time.Time{}, true
	if len(r.p.Answers) > 0 && r.p.Answers[0].TTL > 0 {
		h.due = time.Now().Add(max(time.Duration(r.p.Answers[0].TTL)*time.Second/2, leastRefresh))
	}
}

// refresh tells the name server of names while the node lives.
func (n *Node) refresh() {
	for {
		n.mu.Lock()
		next := time.Now().Add(time.Hour)
		var name nbname.Name
		var h *held
		for at, x := range n.held {
			if x.ready && !x.conflict && !x.due.IsZero() && x.due.Before(next) {
				next, name, h = x.due, at, x
			}
		}
		n.mu.Unlock()
		timer := time.NewTimer(time.Until(next))
		select {
		case <-timer.C:
			if h != nil && h.ctx.Err() == nil {
				n.refreshName(name, h)
			}
		case <-n.changed:
		case <-n.ctx.Done():
		}
		timer.Stop()
		if n.ctx.Err() != nil {
			return
		}
	}
}

// refreshName tells the name server of one name, or registers it there if it was not.
func (n *Node) refreshName(name nbname.Name, h *held) {
	n.mu.Lock()
	served := h.served
	n.mu.Unlock()
	if !served {
		err := n.registerByServer(h.ctx, name, h)
		if bad := (*NameError)(nil); errors.As(err, &bad) && bad.another() {
			n.lost(name, h, bad.From)
		} else if err != nil && h.ctx.Err() == nil {
			n.later(name, h, registerAgain, err)
		}
		return
	}
	r, err := n.byServer(h.ctx, nbns.OpRegistration, name, h, func(id uint16) *nbns.Packet {
		return nbns.Refresh(id, name, n.entry(h.group), seconds(n.c.TTL))
	})
	switch {
	case h.ctx.Err() != nil: // it was given up meanwhile
	case err == nil && r.p.Code == nbns.OK:
		n.granted(h, r)
	default:
		if err == nil {
			bad := &NameError{name, r.p.Code, r.from}
			if bad.another() {
				n.lost(name, h, r.from)
				return
			}
			err = bad
		}
		n.later(name, h, max(min(n.c.TTL/8, 10*time.Minute), leastRefresh), err) // it may be away, or without room, for a moment
	}
}

// later has a name server told of a name after a while.
func (n *Node) later(name nbname.Name, h *held, after time.Duration, why error) {
	n.mu.Lock()
	h.due = time.Now().Add(after)
	n.mu.Unlock()
	n.c.Log.Warn("the name server does not keep a name, and is told again", "name", name, "after", after, "error", why)
}

// lost notes that a name is another's.
func (n *Node) lost(name nbname.Name, h *held, by netip.AddrPort) {
	n.mu.Lock()
	h.conflict, h.by = true, by
	n.mu.Unlock()
	n.counts.conflicts.Add(1)
	n.c.Log.Error("a name of NetBIOS is another's too: it is not used any more", "name", name, "says", by.Addr())
}

// Release gives a name up, and tells those who were told that it was this node's, or may have been: who registers it still is told that it was given up. It is given up whatever the error.
func (n *Node) Release(ctx context.Context, name nbname.Name) error {
	n.mu.Lock()
	h := n.held[name]
	delete(n.held, name)
	n.mu.Unlock()
	if h == nil {
		return nil
	}
	h.drop()
	n.wake()
	<-h.settled // soon: that has ended
	n.mu.Lock()
	conflict := h.conflict
	n.mu.Unlock()
	if conflict {
		return nil
	}
	var err error
	for _, by := range n.ways() {
		err = errors.Join(err, by.release(ctx, name, h))
	}
	return err
}

func (n *Node) releaseByAll(ctx context.Context, name nbname.Name, h *held) error {
	if !n.c.All.Is4() {
		return nil
	}
	q, err := n.ask(name, nbns.OpRelease, n.all())
	if err != nil {
		return err
	}
	defer n.end(q)
	return n.gather(ctx, q, nbns.Release(q.id, name, n.entry(h.group), true), func(reply) bool { return false })
}

// releaseByServer tells all name servers that may have a name.
func (n *Node) releaseByServer(ctx context.Context, name nbname.Name, h *held) error {
	n.mu.Lock()
	servers := slices.Clone(h.servers)
	n.mu.Unlock()
	var all error
	for _, s := range servers {
		r, err := n.exchange(ctx, nbns.OpRelease, s, name, func(id uint16) *nbns.Packet { return nbns.Release(id, name, n.entry(h.group), false) })
		if err == nil && r.p.Code != nbns.OK {
			err = &NameError{name, r.p.Code, r.from}
		}
		all = errors.Join(all, err)
	}
	return all
}

// Names returns the node's names, as its status tells them.
func (n *Node) Names() []nbns.Held {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []nbns.Held
	for name, h := range n.held {
		if h.ready {
			all = append(all, nbns.Held{Name: name, Group: h.group, Type: n.c.Type, Active: true, Conflict: h.conflict})
		}
	}
	slices.SortFunc(all, func(a, b nbns.Held) int { return slices.Compare(a.Name.Text[:], b.Name.Text[:]) })
	return all
}

// stillMine asks by a way whether a name is this node's. Silence says that it is, and so does whoever only cannot register it.
func (n *Node) stillMine(by way, name nbname.Name, h *held) *NameError {
	var bad *NameError
	if errors.As(by.register(h.ctx, name, h), &bad) && bad.another() {
		return bad
	}
	return nil
}
