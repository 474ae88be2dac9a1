package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/implrepo"
)

const (
	countsFresh = 500 * time.Millisecond // what is not older is not asked for again
	countsWait  = time.Second            // for the servers that were asked

	mostCounted = 1 << 53 // counts, octets and seconds: what is above is no count, and cannot be told exactly in JSON
	longestName = 256     // octets of an interface's, an operation's or a client's name; the rest is left out
)

// counts is what servers have told of their calls and connections. They are asked when somebody looks, and only then.
type counts struct {
	wait time.Duration // for those that were asked; 0: countsWait

	mu sync.Mutex
	by map[string]*reporter // by the id of the lease

	// ended are the counts of processes that have ended, by their server: counters go up alone, whatever becomes of replicas, and of its name.
	ended map[implrepo.UUID][]admin.OperationCalls
}

// A reporter is a server that holds a lease.
type reporter struct {
	server implrepo.UUID
	asks   chan struct{} // to whoever speaks to it
	last   admin.Counts
	at     time.Time     // when last came; zero: never
	heard  chan struct{} // closed when the next comes; nil: nobody waits
	silent bool          // it was asked, and did not answer in time: it is not waited for
}

// open makes the server of a lease one that is asked, by the channel.
func (r *counts) open(lease string, server implrepo.UUID) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[string]*reporter{}
	}
	p := &reporter{server: server, asks: make(chan struct{}, 1)}
	r.by[lease] = p
	return p.asks
}

// close ends the lease of a server. What its process has told stays in the sum of the server.
func (r *counts) close(lease string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.by[lease]; p != nil {
		p.answered()
		delete(r.by, lease)
		if len(p.last.Operations) > 0 {
			if r.ended == nil {
				r.ended = map[implrepo.UUID][]admin.OperationCalls{}
			}
			// What gather has handed out is read without the lock, so that nothing is sorted where it is.
			var at places
			at.keep(r.ended[p.server])
			r.ended[p.server] = at.bound(merged(slices.Concat(r.ended[p.server], p.last.Operations)), admin.MaxCountedOperations)
		}
	}
}

// forget drops what is kept of a server that there is no more.
func (r *counts) forget(server implrepo.UUID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.ended, server)
}

// answered lets go who waits. The lock is held.
func (p *reporter) answered() {
	if p.heard != nil {
		close(p.heard)
		p.heard = nil
	}
}

// take notes what a server has told. What it says is held to the bounds that a server's own counters have.
func (r *counts) take(lease string, in admin.Counts) error {
	if len(in.Operations) > admin.MaxCountedOperations || len(in.Connections) > admin.MaxCountedConnections {
		return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("counts of %d operations and %d connections: at most %d and %d are told of", len(in.Operations), len(in.Connections), admin.MaxCountedOperations, admin.MaxCountedConnections)}
	}
	for _, o := range in.Operations {
		if len(o.Took) > orb.CallBuckets {
			return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("a histogram of %d spans: there are %d", len(o.Took), orb.CallBuckets)}
		}
		if !(o.Seconds >= 0 && o.Seconds <= mostCounted) || max(o.Calls, o.Raised, o.Failed) > mostCounted || slices.ContainsFunc(o.Took, func(n uint64) bool { return n > mostCounted }) {
			return notCounts("operation", o.Operation)
		}
	}
	for _, o := range in.Connections {
		if min(o.Calls, o.Received, o.Sent) < 0 || max(o.Calls, o.Received, o.Sent) > mostCounted {
			return notCounts("connection", o.Peer)
		}
	}
	if in.Open < 0 || int64(in.Open) > mostCounted {
		return notCounts("number", "of open connections")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.by[lease]
	if p == nil {
		return nil // it has just ended
	}
	for i := range in.Operations {
		o := &in.Operations[i]
		o.Server, o.Interface, o.Operation = "", shownName(o.Interface), shownName(o.Operation)
	}
	for i := range in.Connections {
		in.Connections[i].Server, in.Connections[i].Peer = "", shownName(in.Connections[i].Peer)
	}
	p.last, p.at, p.silent = in, time.Now(), false
	p.answered()
	return nil
}

// notCounts says which of a server's counts are none.
func notCounts(what, name string) error {
	return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("counts of the %s %.100q are not from 0 to %d", what, name, int64(mostCounted))}
}

// shownName is a name as it is kept: text, and not too long. Names that are the same so are counted together.
func shownName(s string) string {
	if len(s) > longestName {
		s = s[:longestName] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// gathered is what is known of a server's calls and connections. What it holds is shared.
type gathered struct {
	server implrepo.UUID
	silent bool // it has not told in time
	counts admin.Counts
}

// gather asks all servers whose counts are old, and returns what is known then, and who has not told.
func (r *counts) gather(ctx context.Context) (all []gathered) {
	asked := map[*reporter]chan struct{}{}
	var wait []<-chan struct{}
	r.mu.Lock()
	for _, p := range r.by {
		if time.Since(p.at) <= countsFresh {
			continue
		}
		if p.heard == nil {
			p.heard = make(chan struct{})
		}
		asked[p] = p.heard
		if !p.silent {
			wait = append(wait, p.heard)
		}
		select {
		case p.asks <- struct{}{}:
		default: // it has been asked
		}
	}
	r.mu.Unlock()
	limit := time.NewTimer(cmp.Or(r.wait, countsWait))
	defer limit.Stop()
	for _, heard := range wait {
		select {
		case <-heard:
			continue
		case <-limit.C:
		case <-ctx.Done():
		}
		break
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.by {
		late := p.heard != nil && p.heard == asked[p] // it was asked, and has told nothing since, however long that took here
		if late && ctx.Err() == nil {
			p.silent = true
		}
		all = append(all, gathered{p.server, late, p.last}) // empty if it has never told
	}
	for server, o := range r.ended {
		all = append(all, gathered{server: server, counts: admin.Counts{Operations: o}})
	}
	return all
}

// observe returns what the daemon and its servers have counted, under the names that they have now, how many connections each has, and which have not told.
func (d *Daemon) observe(ctx context.Context) (all []admin.Counts, open map[string]int, silent []string) {
	open = map[string]int{}
	names := map[implrepo.UUID]string{}
	for _, g := range d.counts.gather(ctx) {
		name, known := names[g.server]
		if !known {
			rec, err := d.sup.Records().Get(ctx, g.server)
			switch {
			case errors.Is(err, implrepo.ErrUnknown): // it was removed: the name stays empty
				d.counts.forget(g.server)
			case err != nil:
				name = g.server.String()
			default:
				name = rec.Name
			}
			names[g.server] = name
		}
		if name == "" {
			continue
		}
		if g.silent {
			silent = append(silent, name)
		}
		g.counts.Operations, g.counts.Connections = slices.Clone(g.counts.Operations), slices.Clone(g.counts.Connections)
		for i := range g.counts.Operations {
			g.counts.Operations[i].Server = name
		}
		for i := range g.counts.Connections {
			g.counts.Connections[i].Server = name
		}
		open[name] += g.counts.Open
		all = append(all, g.counts)
	}
	slices.Sort(silent)
	silent = slices.Compact(silent)
	o := d.objects.Load()
	if o == nil {
		return all, open, silent
	}
	own := o.Counts()
	open[admin.DaemonServer] = own.Open
	for i := range own.Operations {
		own.Operations[i].Server = admin.DaemonServer
	}
	for i := range own.Connections {
		own.Connections[i].Server = admin.DaemonServer
	}
	return append(all, own), open, silent
}

// calls returns what was counted of operations: of replicas of a server together.
func (d *Daemon) calls(ctx context.Context) admin.Calls {
	all, _, silent := d.observe(ctx)
	c := admin.Calls{At: time.Now().UTC(), Operations: []admin.OperationCalls{}, Silent: silent}
	for _, r := range all {
		c.Operations = append(c.Operations, r.Operations...)
	}
	c.Operations = merged(c.Operations)
	return c
}

func byServer(a, b admin.OperationCalls) int {
	return cmp.Or(cmp.Compare(a.Server, b.Server), cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Machine, b.Machine))
}

// merged sorts counts, in place, and puts those of the same operation of a server together.
func merged(all []admin.OperationCalls) []admin.OperationCalls {
	slices.SortFunc(all, byServer)
	out := all[:0]
	for _, o := range all {
		if n := len(out); n > 0 && out[n-1].Server == o.Server && out[n-1].Interface == o.Interface && out[n-1].Operation == o.Operation {
			out[n-1] = together(out[n-1], o)
			continue
		}
		out = append(out, o)
	}
	return out
}

// together adds what two processes have counted of an operation, up to mostCounted.
func together(a, b admin.OperationCalls) admin.OperationCalls {
	sum := func(a, b uint64) uint64 { return min(a+b, mostCounted) }
	a.Calls, a.Raised, a.Failed, a.Seconds = sum(a.Calls, b.Calls), sum(a.Raised, b.Raised), sum(a.Failed, b.Failed), min(a.Seconds+b.Seconds, mostCounted)
	took := make([]uint64, max(len(a.Took), len(b.Took)))
	copy(took, a.Took)
	for i, n := range b.Took {
		took[i] = sum(took[i], n)
	}
	a.Took = took
	return a
}

// listCalls answers GET /v1/calls.
func (d *Daemon) listCalls(c *call) error { return c.reply(d.callsOfAll(c)) }

// connections returns those of the daemon and its servers.
func (d *Daemon) connections(ctx context.Context) admin.Connections {
	all, open, silent := d.observe(ctx)
	out := admin.Connections{At: time.Now().UTC(), Open: open, Connections: []admin.Connection{}, Silent: silent}
	for _, r := range all {
		out.Connections = append(out.Connections, r.Connections...)
	}
	slices.SortStableFunc(out.Connections, func(a, b admin.Connection) int {
		return cmp.Or(cmp.Compare(a.Server, b.Server), cmp.Compare(b.Received+b.Sent, a.Received+a.Sent))
	})
	return out
}

// listConnections answers GET /v1/connections.
func (d *Daemon) listConnections(c *call) error { return c.reply(d.connectionsOfAll(c)) }
