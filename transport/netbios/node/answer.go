package node

import (
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
)

// drawn is the number of a packet that is not answered.
func drawn() uint16 {
	var b [2]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint16(b[:])
}

// requested takes a request of another node, which was sent to this one or to all.
func (n *Node) requested(p *nbns.Packet, from netip.AddrPort, all bool) {
	if len(p.Questions) != 1 || p.Questions[0].Class != nbns.ClassIN {
		n.counts.malformed.Add(1)
		return
	}
	if all && n.c.Type == nbns.P { // P nodes take no part in that
		return
	}
	q := p.Questions[0]
	switch p.Op {
	case nbns.OpQuery:
		if q.Type == nbns.TypeNBSTAT {
			if !all { // whatever the packet says of itself: nbtscan's says that it was sent to all
				n.tellStatus(p, from)
			}
		} else if q.Type == nbns.TypeNB {
			n.tellName(p, from)
		}
	case nbns.OpRegistration, nbns.OpMultihomed, nbns.OpRefresh, nbns.OpRefreshToo, nbns.OpRelease:
		e, ok := p.Owner()
		switch {
		case !ok || q.Type != nbns.TypeNB:
			n.counts.malformed.Add(1)
		case p.Broadcast:
			if e.Addr != from.Addr() {
				n.counts.foreign.Add(1)
			} else if p.Op == nbns.OpRegistration || p.Op == nbns.OpMultihomed {
				n.defend(p, e, from)
			}
		case n.c.Serve:
			n.serve(p, e, from)
		case p.Op == nbns.OpRelease: // a demand
			n.disputed(q.Name)
		default:
			n.send(nbns.Registered(p, nbns.Unsupported, 0, false), from)
		}
	}
}

// mine returns a name of this node that it uses.
func (n *Node) mine(name nbname.Name) *held {
	n.mu.Lock()
	defer n.mu.Unlock()
	if h := n.held[name]; h != nil && h.ready && !h.conflict {
		return h
	}
	return nil
}

// tellName answers who asks for a name: this node for its own, a name server for all that it keeps.
func (n *Node) tellName(p *nbns.Packet, from netip.AddrPort) {
	name := p.Questions[0].Name
	if n.c.Serve && !p.Broadcast {
		if list, ttl := n.kept(name); len(list) > 0 {
			n.send(nbns.Found(p, ttl, list, true), from)
			return
		}
	}
	switch h := n.mine(name); {
	case h != nil:
		n.send(nbns.Found(p, seconds(n.c.TTL), []nbns.Entry{n.entry(h.group)}, false), from)
	case !p.Broadcast && n.c.Serve:
		n.send(nbns.NotFound(p, nbns.NameErr), from)
	case !p.Broadcast: // so that a name server which asks whether the name is still this node's need not wait
		r := nbns.NotFound(p, nbns.NameErr)
		r.RecursionAvailable = false
		n.send(r, from)
	}
}

// tellStatus answers who asks for the node's names.
func (n *Node) tellStatus(p *nbns.Packet, from netip.AddrPort) {
	name := p.Questions[0].Name
	if name.Text != nbname.Any.Text && n.mine(name) == nil {
		return
	}
	s := nbns.Status{Unit: n.c.Unit}
	for _, h := range n.Names() {
		if h.Name.Scope == name.Scope || name.Scope == "" {
			s.Names = append(s.Names, h)
		}
	}
	if len(s.Names) > 0 {
		n.send(nbns.OfStatus(p, s), from)
	}
}

// defend answers who is about to take a name of this node's, or says that he has.
func (n *Node) defend(p *nbns.Packet, e nbns.Entry, from netip.AddrPort) {
	name := p.Questions[0].Name
	h := n.mine(name)
	if h == nil || h.group && e.Group {
		return
	}
	n.counts.defended.Add(1)
	if p.RecursionDesired { // he asks
		n.send(nbns.Registered(p, nbns.ActiveErr, 0, false), from)
		return
	}
	n.send(nbns.Conflict(drawn(), name), from)
}

// disputed is what follows when somebody says that a name is not this node's. He is not believed: those are asked who would know, once in a while.
func (n *Node) disputed(name nbname.Name) {
	n.mu.Lock()
	h := n.held[name]
	if h == nil || !h.ready || h.conflict || h.group || n.ctx.Err() != nil || !h.looked.IsZero() && time.Since(h.looked) < verifyTime {
		n.mu.Unlock()
		n.counts.unasked.Add(1)
		return
	}
	h.looked = time.Now()
	n.work.Add(1)
	n.mu.Unlock()
	go func() {
		defer n.work.Done()
		var bad *NameError
		for _, by := range n.ways() {
			if bad = n.stillMine(by, name, h); bad != nil {
				n.lost(name, h, bad.From)
				return
			}
		}
		n.counts.disputed.Add(1)
	}()
}
