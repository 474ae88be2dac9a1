package neighbours

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
	"github.com/opendsom/dsom/limits/hostrate"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/miop"
)

// bounded sends messages of so many octets at most, in one packet each.
type bounded struct {
	to *miop.Sender

	one  sync.Mutex // held by who sends with a bound
	most int        // guarded by one
}

// errLong is the error of a message that is longer than it may be.
var errLong = errors.New("the message is longer than its question allows")

// packetHeader is how many octets the header of our packets has.
const packetHeader = 32

// Send sends a message. It is called by who holds one.
func (b *bounded) Send(msg []byte, little bool, to netip.AddrPort) error {
	if packetHeader+len(msg) > b.most {
		return errLong
	}
	return b.to.Send(msg, little, to)
}

// Close ends it.
func (b *bounded) Close() error { return b.to.Close() }

// within has f send with a bound.
func (b *bounded) within(most int, f func() error) error {
	b.one.Lock()
	defer b.one.Unlock()
	b.most = min(most, MostPacket)
	return f()
}

// sayTime bounds how long a datagram takes to be sent.
const sayTime = time.Second

// announce says that this daemon is there, or in answer to a question that it has something, in so many octets at most: with its addresses, or with the first, or with none.
func (l *Link) announce(ctx context.Context, question uint64, has string, most int) {
	if l.limited(&l.said) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sayTime)
	defer cancel()
	here := l.c.Self.here()
	var err error
	for _, n := range []int{len(here.Addresses), 1, 0} {
		here.Addresses = here.Addresses[:min(n, len(here.Addresses))]
		if err = l.sender.within(most, func() error { return l.all.Announce(ctx, here, question, has) }); !errors.Is(err, errLong) {
			break
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.counts.Said++
		if question != 0 {
			l.counts.Answered++
		}
	case errors.Is(err, errLong):
		l.counts.TooLong++
	default:
		l.c.Log.Debug("daemons on the link are not told of this one", "error", err)
	}
}

// question asks all who has something.
func (l *Link) question(ctx context.Context, number uint64, what string) error {
	if l.limited(&l.asked) {
		return errAsked
	}
	ctx, cancel := context.WithTimeout(ctx, sayTime)
	defer cancel()
	room := make(dsomlink.Padding, max(roomForAnAnswer-len(what), 0))
	err := l.sender.within(MostPacket, func() error { return l.all.WhoHas(ctx, number, what, room) })
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.counts.Asked++
	}
	return err
}

// errAsked is the error of asking too often.
var errAsked = &hostrate.LimitError{Name: "link-questions", Most: MostAsked}

// limited takes from a rate of this daemon's own, and counts that there is nothing left.
func (l *Link) limited(rate *hostrate.Rates) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rate.Take(netip.Addr{}, l.c.Now()) != nil {
		l.counts.Limited++
		return true
	}
	return false
}

// hasTime bounds the search for a name: what is not found at once is not answered.
const hasTime = 100 * time.Millisecond

// A hearer is the member of the group.
type hearer struct {
	dsomlink.DaemonBase
	link *Link
}

// Announce takes a hint.
func (h *hearer) Announce(ctx context.Context, who dsomlink.Here, question uint64, has string) error {
	l := h.link
	self, ok := Read(who)
	ok = ok && (has == "" || has == Name || has == Server || has == Class)
	from, _ := orb.Peer(ctx).(*net.UDPAddr)
	l.mu.Lock()
	defer l.mu.Unlock()
	if !ok || from == nil {
		l.counts.Refused++
		return nil
	}
	if self.ID == l.c.Self.ID { // what this daemon has said itself, or who says that he is it
		return nil
	}
	l.counts.Announcements++
	now := l.c.Now()
	hint := Hint{Self: self, From: from.AddrPort().Addr().Unmap(), First: now, Last: now, Has: has}
	if !l.hints.add(hint, now) {
		l.counts.Limited++
	}
	if to := l.asking[question]; to != nil {
		select {
		case to <- hint:
		default:
			l.counts.Limited++
		}
	}
	return nil
}

// WhoHas answers a question, if there is something to say.
func (h *hearer) WhoHas(ctx context.Context, question uint64, what string, room dsomlink.Padding) error {
	l := h.link
	l.mu.Lock()
	own := l.asking[question] != nil || question == l.hello
	ok := len(what) <= MostName && printable(what) && question != 0
	if !own {
		if l.counts.Questions++; !ok {
			l.counts.Refused++
		}
	}
	l.mu.Unlock()
	if own || !ok {
		return nil
	}
	kind := ""
	if what != "" {
		limited, cancel := context.WithTimeout(ctx, hasTime)
		defer cancel()
		var err error
		if kind, err = l.c.Has(limited, what); err != nil || kind == "" {
			return nil
		}
	}
	l.announce(ctx, question, kind, amplification*(len(what)+len(room)))
	return nil
}

// What somebody may have of a name.
const (
	Name   = "name"   // the naming service has it
	Server = "server" // a server is registered under it
	Class  = "class"  // there are servers that make objects of it
)
