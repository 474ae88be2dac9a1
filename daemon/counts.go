package daemon

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
)

const (
	countsFresh = 500 * time.Millisecond // what is not older is not asked for again
	countsWait  = time.Second            // for the servers that were asked

	mostCounted = 1 << 53 // counts, octets and seconds: what is above is no count, and cannot be told exactly in JSON
	longestName = 256     // octets of an interface's, an operation's or a client's name; the rest is left out
)

// counts is what servers have told of their calls and connections. They are asked when somebody looks, and only then.
type counts struct {
	mu sync.Mutex
	by map[string]*reporter // by the id of the lease

	// ended are the counts of processes that have ended, by the server's name: counters go up alone, whatever becomes of replicas.
	ended map[string][]admin.OperationCalls
}

// A reporter is a server that holds a lease.
type reporter struct {
	server string
	asks   chan struct{} // to whoever speaks to it
	last   admin.Counts
	at     time.Time     // when last came; zero: never
	heard  chan struct{} // closed when the next comes; nil: nobody waits
	silent bool          // it was asked, and did not answer in time: it is not waited for
}

// open makes the server of a lease one that is asked, by the channel.
func (r *counts) open(lease, server string) <-chan struct{} {
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
				r.ended = map[string][]admin.OperationCalls{}
			}
			r.ended[p.server] = boundedOperations(merged(append(r.ended[p.server], p.last.Operations...)), admin.MaxCountedOperations)
		}
	}
}

// forget drops what is kept of a server that there is no more of the name.
func (r *counts) forget(server string) {
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
		o.Server, o.Interface, o.Operation = p.server, shownName(o.Interface), shownName(o.Operation)
	}
	for i := range in.Connections {
		in.Connections[i].Server, in.Connections[i].Peer = p.server, shownName(in.Connections[i].Peer)
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

// gather asks all servers whose counts are old, and returns what is known then, and who has not told.
func (r *counts) gather(ctx context.Context) (all []admin.Counts, silent []string) {
	var wait []<-chan struct{}
	r.mu.Lock()
	for _, p := range r.by {
		if time.Since(p.at) <= countsFresh {
			continue
		}
		if p.heard == nil {
			p.heard = make(chan struct{})
		}
		if !p.silent {
			wait = append(wait, p.heard)
		}
		select {
		case p.asks <- struct{}{}:
		default: // it has been asked
		}
	}
	r.mu.Unlock()
	limit := time.NewTimer(countsWait)
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
		if time.Since(p.at) > countsFresh+countsWait {
			p.silent = true
			silent = append(silent, p.server)
		}
		if !p.at.IsZero() {
			all = append(all, p.last)
		}
	}
	for _, o := range r.ended {
		all = append(all, admin.Counts{Operations: o})
	}
	slices.Sort(silent)
	return all, slices.Compact(silent)
}

// observe returns what the daemon and its servers have counted.
func (d *Daemon) observe(ctx context.Context) (all []admin.Counts, silent []string) {
	all, silent = d.counts.gather(ctx)
	o := d.objects.Load()
	if o == nil {
		return all, silent
	}
	own := o.Counts()
	for i := range own.Operations {
		own.Operations[i].Server = admin.DaemonServer
	}
	for i := range own.Connections {
		own.Connections[i].Server = admin.DaemonServer
	}
	return append(all, own), silent
}

// calls returns what was counted of operations: of replicas of a server together.
func (d *Daemon) calls(ctx context.Context) admin.Calls {
	all, silent := d.observe(ctx)
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
	all, silent := d.observe(ctx)
	out := admin.Connections{At: time.Now().UTC(), Open: map[string]int{}, Connections: []admin.Connection{}, Silent: silent}
	for _, r := range all {
		out.Connections = append(out.Connections, r.Connections...)
	}
	d.counts.mu.Lock()
	for _, p := range d.counts.by {
		out.Open[p.server] += p.last.Open
	}
	d.counts.mu.Unlock()
	if o := d.objects.Load(); o != nil {
		out.Open[admin.DaemonServer] = o.Counts().Open
	}
	slices.SortStableFunc(out.Connections, func(a, b admin.Connection) int {
		return cmp.Or(cmp.Compare(a.Server, b.Server), cmp.Compare(b.Received+b.Sent, a.Received+a.Sent))
	})
	return out
}

// listConnections answers GET /v1/connections.
func (d *Daemon) listConnections(c *call) error { return c.reply(d.connectionsOfAll(c)) }
