package orb

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
)

// OtherOperations stands in [CallCount] for the operations that are not told apart: those beyond
// [limits.CountedOperations], and names that clients have made up.
const OtherOperations = "_OTHER"

// CallBuckets is how many spans of time calls are told apart by. The i-th, from 0, is that of calls that took less than 2^i
// microseconds, and not less than its predecessor's; the last is that of all longer ones, from about 33 s.
const CallBuckets = 27

// Calls of an operation are timed, each of the first timedCalls, and then one in timedEach, which stands for as many: to look at the
// clock twice costs more than all else in counting.
const (
	timedCalls = 1024
	timedEach  = 16
)

// A CallCount is what an ORB has counted of the calls of one operation: those whose servant was asked, whoever called.
type CallCount struct {
	Interface string // repository id, by the servant
	Operation string // as in GIOP, with _get_ or _set_ before the name of an attribute; or OtherOperations
	Calls     uint64 // that have begun
	Raised    uint64 // how many ended with an exception of the user's
	Failed    uint64 // how many ended with a system exception, be it that their results could not be sent

	// Took says how many took how long, and Time what they took together. Both are of the calls that were timed: the first 1,024 of
	// an operation, and then one in sixteen, which counts sixteen times.
	Took [CallBuckets]uint64
	Time time.Duration
}

// Calls returns what has been counted since the ORB was made, ordered by interface and operation; nil without
// [Config].Count. Counters that change meanwhile may be told apart by a call or two.
func (o *ORB) Calls() []CallCount {
	if o.tally == nil {
		return nil
	}
	return o.tally.counts()
}

// A PeerCount is what an ORB has counted of a connection from a client.
type PeerCount struct {
	Peer     string // its address
	Since    time.Time
	Spoke    bool // a whole message of GIOP has come
	Requests int64
	Received int64 // octets
	Written  int64 // octets
}

// Peers returns the connections from clients, the oldest first.
func (o *ORB) Peers() []PeerCount {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	all := make([]PeerCount, 0, len(o.server.conns))
	for c, s := range o.server.conns {
		p := PeerCount{Peer: c.RemoteAddr().String(), Since: s.since, Spoke: c.Heard(), Requests: s.requests.Load()}
		p.Received, p.Written = c.Octets()
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b PeerCount) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Peer, b.Peer)) })
	return all
}

// A tally counts calls. Who counts takes no lock: the map is copied to be changed, which happens once for each operation.
type tally struct {
	born   time.Time
	limits *limits.Limits
	known  atomic.Pointer[map[tallied]*counter]

	mu     sync.Mutex         // of who changes known, and of firsts
	firsts map[tallied]uint64 // calls that run, of operations that are not known yet
}

type tallied struct{ id, operation string }

type counter struct {
	calls, raised, failed atomic.Uint64
	nanos                 atomic.Int64
	took                  [CallBuckets]atomic.Uint64
}

func newTally(l *limits.Limits) *tally {
	t := &tally{born: time.Now(), limits: l, firsts: map[tallied]uint64{}}
	t.known.Store(&map[tallied]*counter{})
	return t
}

// A counting is a call that is being counted.
type counting struct {
	what     tallied       // if it is a first call
	counter  *counter      // nil: it is not known yet which
	weight   uint64        // of how many calls the time is taken; 0: it is not taken
	began    time.Duration // since the tally was made
	took     time.Duration
	invented bool // the servant says that it has no such operation
	on       bool
}

// begin counts a call of an operation of an interface.
func (t *tally) begin(id, operation string) counting {
	c := counting{counter: (*t.known.Load())[tallied{id, operation}], weight: 1, on: true}
	if c.counter != nil {
		if n := c.counter.calls.Add(1); n > timedCalls {
			if c.weight = timedEach; n%timedEach != 0 {
				c.weight = 0
			}
		}
	} else {
		c.what = tallied{id, strings.Clone(operation)} // that is a view of a message
		t.mu.Lock()
		t.firsts[c.what]++
		t.mu.Unlock()
	}
	if c.weight > 0 {
		c.began = time.Since(t.born)
	}
	return c
}

// stop notes what the servant of r, the call c, has made of it. A servant that knows its operations at run time alone refuses by itself
// what clients have made up; what another server says of its operations says nothing of this one.
func (t *tally) stop(c *counting, r *ServerRequest) {
	if c.weight > 0 {
		c.took = time.Since(t.born) - c.began
	}
	c.invented = r.state == replyFailed && r.failed.Kind == exc.BadOperation && !r.failed.Remote
}

// end counts how r, the call c, has ended, when it is known what the client is told.
func (t *tally) end(c *counting, r *ServerRequest) {
	failed := r.state == replyFailed
	if c.counter == nil {
		c.counter = t.meet(c)
	}
	switch {
	case failed:
		c.counter.failed.Add(1)
	case r.state == replyResult && !r.oneway && r.status == giop.UserException:
		c.counter.raised.Add(1)
	}
	if c.weight > 0 {
		c.counter.nanos.Add(int64(c.took) * int64(c.weight))
		c.counter.took[min(bits.Len64(uint64(c.took.Microseconds())), CallBuckets-1)].Add(c.weight)
	}
}

// meet returns the counter of a first call that has ended, its operation's or that of all others, and counts the call there.
func (t *tally) meet(call *counting) *counter {
	t.mu.Lock()
	defer t.mu.Unlock()
	what := call.what
	if t.firsts[what]--; t.firsts[what] == 0 {
		delete(t.firsts, what)
	}
	known := *t.known.Load()
	if known[what] == nil && (call.invented || t.full(what, len(known))) {
		what = tallied{operation: OtherOperations}
	}
	c := known[what]
	if c == nil {
		c = new(counter)
		known = maps.Clone(known)
		known[what] = c
		t.known.Store(&known)
	}
	c.calls.Add(1)
	return c
}

// full reports whether what is beyond the limit, where n are told apart.
func (t *tally) full(what tallied, n int) bool {
	if int64(n) < t.limits.Get(limits.CountedOperations) {
		return false
	}
	t.limits.Exceeded(limits.CountedOperations, int64(n+1)) // counted there; nobody is to be told
	return true
}

// counts returns all counters. Calls that run are in them, those of operations that have not ended a call yet too.
func (t *tally) counts() []CallCount {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := *t.known.Load()
	all := make([]CallCount, 0, len(known)+len(t.firsts))
	firsts := maps.Clone(t.firsts)
	for what, c := range known {
		n := CallCount{Interface: what.id, Operation: what.operation, Calls: c.calls.Load() + firsts[what], Raised: c.raised.Load(), Failed: c.failed.Load(), Time: time.Duration(c.nanos.Load())}
		delete(firsts, what)
		for i := range c.took {
			n.Took[i] = c.took[i].Load()
		}
		all = append(all, n)
	}
	for what, calls := range firsts {
		all = append(all, CallCount{Interface: what.id, Operation: what.operation, Calls: calls})
	}
	slices.SortFunc(all, func(a, b CallCount) int {
		return cmp.Or(cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Operation, b.Operation))
	})
	return all
}
