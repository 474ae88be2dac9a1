package node

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
)

// errNoAll is the error of who would ask all, and has no way to them.
var errNoAll = errors.New("nothing can be asked of all: the address for that is not known")

// Lookup returns who has a name, by the ways of the node's type: one address for a unique name, as many as have answered for a group.
// Its errors are a NameError, a SilenceError, a LimitError, or that of ctx.
func (n *Node) Lookup(ctx context.Context, name nbname.Name) ([]nbns.Entry, error) {
	n.mu.Lock()
	h := n.held[name]
	if h != nil && !h.conflict && !h.group {
		n.mu.Unlock()
		return []nbns.Entry{n.entry(false)}, nil
	}
	n.mu.Unlock()
	var first error
	for _, by := range n.ways() {
		all, err := by.find(ctx, name)
		if err == nil {
			return all, nil
		}
		if ctx.Err() != nil || n.ctx.Err() != nil {
			return nil, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// A way is how names are found and registered: by all, or by a name server.
type way struct {
	find     func(context.Context, nbname.Name) ([]nbns.Entry, error)
	register func(context.Context, nbname.Name, *held) error
	release  func(context.Context, nbname.Name, *held) error
}

// ways returns the ways of the node's type, in their order.
func (n *Node) ways() []way {
	all, server := way{n.findByAll, n.registerByAll, n.releaseByAll}, way{n.findByServer, n.registerByServer, n.releaseByServer}
	switch n.c.Type {
	case nbns.B:
		return []way{all}
	case nbns.P:
		return []way{server}
	case nbns.M:
		return []way{all, server}
	}
	return []way{server, all}
}

// findByAll asks all nodes of the network. The first answer is good for a unique name; if another comes within ConflictTime, its sender is told that he has
// not the name.
func (n *Node) findByAll(ctx context.Context, name nbname.Name) ([]nbns.Entry, error) {
	if !n.c.All.Is4() {
		return nil, errNoAll
	}
	q, err := n.ask(name, nbns.OpQuery, n.all())
	if err != nil {
		return nil, err
	}
	var all []nbns.Entry
	unique := false
	err = n.gather(ctx, q, nbns.Query(q.id, name, true), func(r reply) bool {
		list, err := owners(r)
		if err != nil {
			return false
		}
		for _, e := range list {
			if len(all) < MostOwners && !slices.Contains(all, e) {
				all = append(all, e)
			}
			unique = unique || !e.Group
		}
		return unique
	})
	if len(all) == 0 {
		n.end(q)
		if err == nil {
			err = &SilenceError{name, "the nodes of this network"}
		}
		return nil, err
	}
	if !unique {
		n.end(q)
		return all, nil
	}
	all = all[:1]
	n.mu.Lock()
	ended := n.ctx.Err() != nil
	if !ended {
		n.work.Add(1)
	}
	n.mu.Unlock()
	if ended {
		n.end(q)
		return all, nil
	}
	go func() {
		defer n.work.Done()
		defer n.end(q)
		_, _ = n.listen(n.ctx, q, ConflictTime, func(r reply) bool {
			if list, err := owners(r); err == nil && !list[0].Group && list[0].Addr != all[0].Addr {
				n.counts.conflicts.Add(1)
				n.send(nbns.Conflict(r.p.ID, name), r.from)
			}
			return false
		})
	}()
	return all, nil
}

// owners returns whom a positive answer names.
func owners(r reply) ([]nbns.Entry, error) {
	name, _ := r.p.Name()
	if r.p.Code != nbns.OK {
		return nil, &NameError{name, r.p.Code, r.from}
	}
	if len(r.p.Answers) == 0 {
		return nil, fmt.Errorf("%v: the answer of %v names nobody", name, r.from.Addr())
	}
	list, err := r.p.Answers[0].Entries()
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%v: the answer of %v names nobody", name, r.from.Addr())
	}
	return list, err
}

// findByServer asks the name servers, the next if one is silent.
func (n *Node) findByServer(ctx context.Context, name nbname.Name) ([]nbns.Entry, error) {
	r, err := n.byServer(ctx, nbns.OpQuery, name, nil, func(id uint16) *nbns.Packet { return nbns.Query(id, name, false) })
	for hops := 0; err == nil; hops++ {
		to, elsewhere := r.p.RedirectTo()
		if !elsewhere {
			return owners(r)
		}
		if hops == mostRedirects {
			return nil, &LimitError{"netbios-redirects", mostRedirects}
		}
		r, err = n.exchange(ctx, nbns.OpQuery, netip.AddrPortFrom(to, n.c.Port), name, func(id uint16) *nbns.Packet { return nbns.Query(id, name, false) })
	}
	return nil, err
}

// byServer asks the name servers in their order until one answers. h, if it is not nil, is the name that is registered.
func (n *Node) byServer(ctx context.Context, op nbns.Op, name nbname.Name, h *held, make func(uint16) *nbns.Packet) (r reply, err error) {
	for _, s := range n.c.Servers {
		news := h != nil && n.told(h, s, true)
		r, err = n.exchange(ctx, op, s, name, make)
		silent := (*SilenceError)(nil)
		unheard := errors.As(err, &silent)
		if news && (unheard || err == nil && r.p.Code != nbns.OK) {
			n.told(h, s, false)
		}
		if !unheard {
			return r, err
		}
	}
	return r, err
}

// Status returns what the node at an address says of itself.
func (n *Node) Status(ctx context.Context, at netip.AddrPort) (nbns.Status, error) {
	r, err := n.exchangeFor(ctx, BroadcastTries, BroadcastTime, nbns.OpQuery, at, nbname.Any, func(id uint16) *nbns.Packet { return nbns.StatusQuery(id, nbname.Any) })
	if err != nil {
		return nbns.Status{}, err
	}
	if r.p.Code != nbns.OK || len(r.p.Answers) == 0 {
		return nbns.Status{}, &NameError{nbname.Any, r.p.Code, r.from}
	}
	return r.p.Answers[0].Status()
}
