package datagram

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
)

// A Locator answers LocateRequests that come in a datagram each, whatever carries it. It is safe for concurrent use.
type Locator struct {
	// Locate finds an object by its key, for a client. It must start, make and change nothing, and end with its ctx. After an error the client is told to ask by a connection.
	Locate func(ctx context.Context, client net.Addr, key []byte) (Answer, error)

	Time time.Duration // that the search for an object may take; 0: 100 ms, since what cannot be told at once is for TCP

	Limits *limits.Limits
	Log    *slog.Logger // nil: nothing is logged
}

// Answer appends the reply to a datagram to out, nothing if there is to be none, and says what the datagram was: Here, Unknown, Forwarded, Shortened, Unsaid, Garbage, Malformed or Refused. The reply has most octets at most, and Amplification times
// those of the datagram.
func (l *Locator) Answer(out []byte, client net.Addr, b []byte, most int) ([]byte, Event) {
	switch {
	case len(b) < 4 || string(b[:4]) != "GIOP":
		return nil, Garbage
	case len(b) < giop.HeaderSize:
		return nil, Malformed
	}
	h, err := giop.ParseHeader(b)
	switch {
	case err != nil || h.More || int64(h.Size) != int64(len(b)-giop.HeaderSize):
		return nil, Malformed
	case h.Type != giop.TypeLocateRequest:
		return nil, Refused
	}
	env := &cdr.Env{Version: h.Version, Limits: l.Limits}
	var d cdr.Decoder
	d.Reset(b, giop.HeaderSize, h.Little, env)
	var q giop.LocateRequest
	if err := q.Parse(h, &d); err != nil || q.Target.NoKey != nil || len(q.Key) == 0 {
		return nil, Malformed
	}
	most = min(Amplification*len(b), most)
	a, err := l.locate(client, q.Key)
	var e cdr.Encoder
	e.Reset(out, h.Little, env)
	begin := func(status giop.LocateStatus) giop.Mark { return giop.BeginLocateReply(&e, h.Version, q.ID, status) }
	what := Here
	switch {
	case err != nil:
		giop.Finish(&e, begin(giop.ObjectHere))
		what = Unsaid
	case !a.Exists:
		giop.Finish(&e, begin(giop.UnknownObject))
		what = Unknown
	case a.Forward != nil:
		m := begin(giop.ObjectForward)
		ior.Put(&e, a.Forward)
		giop.Finish(&e, m)
		if what = Forwarded; e.Err() != nil || e.Len() > most {
			e.Reset(e.Bytes()[:0], h.Little, env)
			giop.Finish(&e, begin(giop.ObjectHere))
			what = Shortened
		}
	default:
		giop.Finish(&e, begin(giop.ObjectHere))
	}
	if e.Err() != nil || e.Len() > most { // cannot be: the shortest request has more than a third of the shortest reply
		return nil, Refused
	}
	return e.Bytes(), what
}

// locate asks where an object is, within a time; a panic is an error.
func (l *Locator) locate(client net.Addr, key []byte) (a Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			if l.Log != nil {
				l.Log.Error("locating an object for a datagram panicked", "panic", p, "stack", string(debug.Stack()))
			}
			err = errors.New("locating an object panicked")
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(l.Time, answerTime))
	defer cancel()
	return l.Locate(ctx, client, key)
}

// A Tally counts datagrams by what they were. The zero value is one; it is safe for concurrent use.
type Tally struct {
	mu     sync.Mutex
	counts map[Event]uint64
}

// Add counts a datagram.
func (t *Tally) Add(what Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[Event]uint64{}
	}
	t.counts[what]++
}

// Counts returns how many datagrams were what.
func (t *Tally) Counts() map[Event]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make(map[Event]uint64, len(Events))
	for _, e := range Events {
		all[e] = t.counts[e]
	}
	return all
}
