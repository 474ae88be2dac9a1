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
	Failed    uint64 // how many ended with a system exception

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
		p := PeerCount{Peer: c.RemoteAddr().String(), Since: s.since, Requests: s.requests.Load()}
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
	mu     sync.Mutex // of who changes known
}

type tallied struct{ id, operation string }

type counter struct {
	calls, raised, failed atomic.Uint64
	nanos                 atomic.Int64
	took                  [CallBuckets]atomic.Uint64
}

func newTally(l *limits.Limits) *tally {
	t := &tally{born: time.Now(), limits: l}
	t.known.Store(&map[tallied]*counter{})
	return t
}

// A counting is a call that is being counted.
type counting struct {
	counter *counter      // nil: it is not known yet which
	weight  uint64        // of how many calls the time is taken; 0: it is not taken
	began   time.Duration // since the tally was made
}

// begin counts a call of an operation of an interface.
func (t *tally) begin(id, operation string) counting {
	c := counting{counter: (*t.known.Load())[tallied{id, operation}], weight: 1}
	if c.counter != nil {
		if n := c.counter.calls.Add(1); n > timedCalls {
			if c.weight = timedEach; n%timedEach != 0 {
				c.weight = 0
			}
		}
	}
	if c.weight > 0 {
		c.began = time.Since(t.born)
	}
	return c
}

// end counts how r, the call c, has ended.
func (t *tally) end(c counting, r *ServerRequest, id string) {
	failed := r.state == replyFailed
	if c.counter == nil {
		what := tallied{id, r.Operation()}
		if failed && r.failed.Kind == exc.BadOperation && r.failed.Minor == exc.MinorNoServantOp && !r.failed.Remote {
			what = tallied{operation: OtherOperations} // the name is the client's invention
		}
		c.counter = t.meet(what)
		c.counter.calls.Add(1)
	}
	switch {
	case failed:
		c.counter.failed.Add(1)
	case r.state == replyResult && !r.oneway && r.status == giop.UserException:
		c.counter.raised.Add(1)
	}
	if c.weight > 0 {
		took := time.Since(t.born) - c.began
		c.counter.nanos.Add(int64(took) * int64(c.weight))
		c.counter.took[min(bits.Len64(uint64(took.Microseconds())), CallBuckets-1)].Add(c.weight)
	}
}

// meet makes a counter for what is counted for the first time.
func (t *tally) meet(what tallied) *counter {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := *t.known.Load()
	other := tallied{operation: OtherOperations}
	if most := t.limits.Get(limits.CountedOperations); known[what] == nil && what != other && int64(len(known)) >= most {
		t.limits.Exceeded(limits.CountedOperations, int64(len(known)+1)) // counted there; nobody is to be told
		what = other
	}
	if c := known[what]; c != nil {
		return c
	}
	known = maps.Clone(known)
	c := new(counter)
	known[tallied{strings.Clone(what.id), strings.Clone(what.operation)}] = c // the operation is a view of a message
	t.known.Store(&known)
	return c
}

// counts returns all counters.
func (t *tally) counts() []CallCount {
	known := *t.known.Load()
	all := make([]CallCount, 0, len(known))
	for what, c := range known {
		n := CallCount{Interface: what.id, Operation: what.operation, Calls: c.calls.Load(), Raised: c.raised.Load(), Failed: c.failed.Load(), Time: time.Duration(c.nanos.Load())}
		for i := range c.took {
			n.Took[i] = c.took[i].Load()
		}
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b CallCount) int {
		return cmp.Or(cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Operation, b.Operation))
	})
	return all
}
