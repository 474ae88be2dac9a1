package node

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
)

// A question is one that is under way.
type question struct {
	id    uint16
	name  nbname.Name
	op    nbns.Op        // of responses
	to    netip.AddrPort // who may answer; if that is for all, whoever has the port
	reply chan reply
}

type reply struct {
	p    *nbns.Packet
	from netip.AddrPort
}

// ask begins a question. It has to be ended.
func (n *Node) ask(name nbname.Name, op nbns.Op, to netip.AddrPort) (*question, error) {
	q := &question{name: name, op: op, to: to, reply: make(chan reply, MostOwners)}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ctx.Err() != nil {
		return nil, context.Cause(n.ctx)
	}
	if len(n.asked) >= MostQuestions {
		n.counts.full.Add(1)
		return nil, &LimitError{"netbios-questions", MostQuestions}
	}
	for {
		var b [2]byte
		_, _ = rand.Read(b[:])
		q.id = binary.BigEndian.Uint16(b[:])
		if n.asked[q.id] == nil {
			n.asked[q.id] = q
			return q, nil
		}
	}
}

// end ends a question: what is answered later was not asked for.
func (n *Node) end(q *question) {
	n.mu.Lock()
	delete(n.asked, q.id)
	n.mu.Unlock()
}

// answered takes a response, if it answers a question.
func (n *Node) answered(p *nbns.Packet, from netip.AddrPort) {
	name, named := p.Name()
	n.mu.Lock()
	q := n.asked[p.ID]
	n.mu.Unlock()
	switch {
	case q == nil && named && p.Op == nbns.OpRegistration && p.Code == nbns.ConflictErr:
		n.disputed(name)
	case q == nil:
		n.counts.unasked.Add(1)
	case !named || name != q.name || !answers(p.Op, q.op), q.to.Port() != from.Port(), q.to.Addr() != n.c.All && q.to.Addr() != from.Addr():
		n.counts.elsewhere.Add(1)
	default:
		select {
		case q.reply <- reply{p, from}:
		default:
			n.counts.full.Add(1)
		}
	}
}

// answers reports whether a response's operation is one to a question about op.
func answers(got, op nbns.Op) bool {
	return got == op || got == nbns.OpWACK || op == nbns.OpRegistration && (got == nbns.OpRefresh || got == nbns.OpRefreshToo || got == nbns.OpMultihomed)
}

// exchange asks one node, several times, and returns its answer.
func (n *Node) exchange(ctx context.Context, op nbns.Op, to netip.AddrPort, name nbname.Name, make func(id uint16) *nbns.Packet) (reply, error) {
	return n.exchangeFor(ctx, UnicastTries, UnicastTime, op, to, name, make)
}

func (n *Node) exchangeFor(ctx context.Context, tries int, span time.Duration, op nbns.Op, to netip.AddrPort, name nbname.Name, make func(id uint16) *nbns.Packet) (reply, error) {
	q, err := n.ask(name, op, to)
	if err != nil {
		return reply{}, err
	}
	defer n.end(q)
	p := make(q.id)
	waited := time.Duration(0)
	for range tries {
		if ctx.Err() != nil { // what nobody waits for is not asked: behind a release it would undo that
			return reply{}, context.Cause(ctx)
		}
		n.send(p, to)
		timer := time.NewTimer(span)
		for {
			select {
			case r := <-q.reply:
				if r.p.Op != nbns.OpWACK {
					timer.Stop()
					return r, nil
				}
				if len(r.p.Answers) > 0 {
					if more := min(time.Duration(r.p.Answers[0].TTL)*time.Second, mostWait-waited); more > 0 {
						waited += more
						timer.Reset(more)
					}
				}
				continue
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return reply{}, context.Cause(ctx)
			case <-n.ctx.Done():
				timer.Stop()
				return reply{}, context.Cause(n.ctx)
			}
			break
		}
	}
	return reply{}, &SilenceError{name, to.Addr().String()}
}

// gather asks all, and hands on what is answered until done says that it is enough, or the time is over, which is reported as no error.
func (n *Node) gather(ctx context.Context, q *question, p *nbns.Packet, done func(reply) bool) error {
	for range BroadcastTries {
		n.send(p, q.to)
		if enough, err := n.listen(ctx, q, BroadcastTime, done); enough || err != nil {
			return err
		}
	}
	return nil
}

// listen hands on the answers that come within a time.
func (n *Node) listen(ctx context.Context, q *question, span time.Duration, done func(reply) bool) (enough bool, err error) {
	timer := time.NewTimer(span)
	defer timer.Stop()
	for {
		select {
		case r := <-q.reply:
			if done(r) {
				return true, nil
			}
		case <-timer.C:
			return false, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-n.ctx.Done():
			return false, context.Cause(n.ctx)
		}
	}
}
