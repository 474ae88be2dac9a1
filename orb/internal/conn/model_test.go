package conn_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport/mem"
)

// The model test lets callers with all kinds of fates share a connection with all kinds of
// faults, in virtual time, and holds what each was told against what a model, which knows
// nothing of how a connection works, says could have happened.

// seeds returns those to run, from the environment if they are there: DSOM_SEEDS=first-last.
func seeds(t *testing.T, n uint64) (first, last uint64) {
	first, last = 1, n
	if s := os.Getenv("DSOM_SEEDS"); s != "" {
		if k, err := fmt.Sscanf(s, "%d-%d", &first, &last); k == 1 {
			last = first
		} else if err != nil {
			t.Fatal(err)
		}
	} else if testing.Short() {
		last = min(n, 40)
	}
	return first, last
}

// A fate is what a call is to live through, and what became of it.
type fate struct {
	key    uint32
	size   int           // octets of its body, and of its reply's
	starts time.Duration // from the beginning
	work   time.Duration // that the handler takes
	gives  time.Duration // after which its context is cancelled; 0: never
	limit  time.Duration // its deadline; 0: none
	oneway bool
	waits  bool  // the handler returns when the request is cancelled, if that is before its work is done
	back   bool  // the server makes it
	nested *fate // what the handler calls, over the same connection, before it returns
	inner  bool  // it is nested in another

	began, ended  time.Duration
	made          bool
	reserved      bool
	err           error
	times         int // that the handler was called with it
	tookCancel    bool
	arguments     []byte // that the handler kept
	results       []byte // that the caller kept
	handlerReturn time.Duration
}

// tightBudget is what a tight run may have in flight, on either side: room for some messages that are long, and
// for few requests at a time. tightMost are those that a connection may always have, and the one in the reader's goroutine.
const (
	tightBudget = 256 << 10
	tightMost   = 8 + 1
)

// A run is one connection and its calls.
type run struct {
	seed   uint64
	start  time.Time
	limits *limits.Limits
	most   int

	cutAt         bool          // the transport breaks somewhere
	tight         bool          // few octets may be in flight
	serverClose   time.Duration // 0: never
	serverOrderly bool
	patience      time.Duration // how long an orderly end waits for handlers; 0: long
	clientClose   time.Duration
	clientOrderly bool
	shut          time.Duration // first of both
	slowTransport bool
	both          bool // requests go both ways
	fragment      int  // size of fragments, on both sides
	fatesLock     sync.Mutex
	fates         []*fate
	handlersNow   map[*conn.Conn]int
	max           int
	over          time.Duration // since when the server's connection is closed; 0: it is not
	late          []string      // what was begun after that
}

func (r *run) since() time.Duration { return time.Since(r.start) }

// body is what a call sends: its number, and octets that only it has.
func (f *fate) body() []byte {
	b := make([]byte, f.size)
	for i := range b {
		b[i] = byte(f.key) ^ byte(i*7)
	}
	binary.BigEndian.PutUint32(b, f.key)
	return b
}

// Serve is the handler: it works as long as the fate of the call says.
func (r *run) serve(w *conn.Work, op string, body []byte) ([]byte, bool) {
	if len(body) < 4 {
		return nil, false
	}
	r.fatesLock.Lock()
	f := r.fates[binary.BigEndian.Uint32(body)]
	f.times++
	if r.over > 0 && r.since() > r.over && !f.back {
		r.late = append(r.late, fmt.Sprintf("call %d was begun at %v, after the end of the connection at %v", f.key, r.since(), r.over))
	}
	here := w.Conn()
	r.handlersNow[here]++
	r.max = max(r.max, r.handlersNow[here])
	r.fatesLock.Unlock()
	if f.work > 0 {
		if f.key%3 == 0 {
			w.Detach()
		}
		if f.waits {
			timer := time.NewTimer(f.work)
			select {
			case <-w.Done():
				f.tookCancel = true
				if !errors.Is(w.Err(), context.Canceled) {
					panic(fmt.Sprintf("Done is closed and Err is %v", w.Err()))
				}
			case <-timer.C:
			}
			timer.Stop()
		} else {
			time.Sleep(f.work)
		}
	}
	if f.nested != nil {
		var call conn.Call
		r.call(here, &call, f.nested)
	}
	r.fatesLock.Lock()
	r.handlersNow[here]--
	f.handlerReturn = r.since()
	r.fatesLock.Unlock()
	if given := w.Gift(); given != nil && f.key%3 == 2 {
		*given = true
		f.arguments = body
	}
	return append([]byte("re:"), body...), true
}

// call lets f happen.
func (r *run) call(c *conn.Conn, call *conn.Call, f *fate) {
	time.Sleep(f.starts - r.since())
	f.made, f.began = true, r.since()
	defer func() { f.ended = r.since() }()
	ctx := context.Background()
	if f.gives > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer time.AfterFunc(f.gives, cancel).Stop()
		defer cancel()
	}
	var deadline time.Time
	if f.limit > 0 {
		deadline = time.Now().Add(f.limit)
	}
	id, err := c.Reserve(ctx, call, deadline)
	if err != nil {
		f.err = err
		return
	}
	f.reserved = true
	if f.key%17 == 5 {
		c.Abandon(call)
		call.Release()
		f.err = errAbandoned
		return
	}
	var e cdr.Encoder
	e.Reset(nil, f.key%2 == 0, nil)
	head := giop.RequestHead{ID: id, Flags: giop.SyncTarget, Key: []byte("key"), Operation: "op"}
	if f.oneway {
		head.Flags = giop.SyncNone
	}
	if f.key%5 < 3 && c.Borrows() {
		e.Borrow()
	}
	m := giop.BeginRequest(&e, cdr.Version{Major: 1, Minor: byte(f.key % 3)}, &head)
	body := f.body()
	e.OctetSeq(body)
	giop.Finish(&e, m)
	msg, loans := e.Parts()
	if f.oneway {
		f.err = c.Send(ctx, call, msg, loans...)
	} else {
		f.err = c.RoundTrip(ctx, call, msg, loans...)
	}
	for _, b := range [][]byte{msg, body} {
		for i := range b {
			b[i] = 0xee // the message is the caller's again
		}
	}
	if f.err == nil && !f.oneway {
		b, err := replyBody(call.Header, call.Reply)
		if f.key%3 == 1 {
			*call.Gift() = true
			f.results = b
		}
		if want := append([]byte("re:"), f.body()...); err != nil || !slices.Equal(b, want) {
			f.err = fmt.Errorf("a wrong reply: %.20q… of %d octets, %v; want %.20q… of %d", b, len(b), err, want, len(want))
		}
	}
	call.Release()
}

var errAbandoned = errors.New("abandoned")

// slack is how late a deadline may act: the sweeper is coarse, and looks once more when it has just looked.
const slack = 11 * time.Millisecond

// check holds what f was told against what could have happened.
func (r *run) check(f *fate) error {
	if !f.made && f.inner { // the handler of the outer call was not called
		return nil
	}
	if f.arguments != nil && !slices.Equal(f.arguments, f.body()) || f.results != nil && !slices.Equal(f.results, append([]byte("re:"), f.body()...)) {
		return errors.New("octets that were given away have changed")
	}
	took := f.ended - f.began
	if !r.slowTransport {
		if f.gives > 0 && took > f.gives {
			return fmt.Errorf("cancelled after %v, it ended after %v", f.gives, took)
		}
	}
	if f.limit > 0 && took > f.limit+slack && !r.slowTransport {
		return fmt.Errorf("with a deadline after %v it ended after %v", f.limit, took)
	}
	if f.times > 1 {
		return fmt.Errorf("executed %d times", f.times)
	}
	if f.err == errAbandoned {
		if f.times != 0 {
			return errors.New("abandoned, and executed")
		}
		return nil
	}
	if f.err == nil {
		if f.times == 0 && !f.oneway {
			return errors.New("a reply, and not executed")
		}
		if f.oneway && f.times == 0 && r.shut == 0 && !r.cutAt && !r.tight {
			return errors.New("a oneway request was lost")
		}
		return nil
	}
	var sys *exc.SystemException
	if !errors.As(f.err, &sys) {
		return f.err
	}
	if sys.Completed == exc.No && f.times > 0 {
		return fmt.Errorf("completed NO, and executed: %w", f.err)
	}
	if !f.reserved && sys.Completed != exc.No {
		return fmt.Errorf("not reserved, and not completed NO: %w", f.err)
	}
	ended := r.shut > 0 && f.ended >= r.shut || r.cutAt || r.tight
	switch sys.Kind {
	case exc.ImpLimit:
		if !r.tight {
			return f.err
		}
	case exc.Timeout:
		if f.limit == 0 || took < f.limit || !errors.Is(f.err, context.DeadlineExceeded) {
			return fmt.Errorf("deadline after %v, ended after %v: %w", f.limit, took, f.err)
		}
		if r.slowTransport {
			return nil
		}
	case exc.CommFailure:
		if !ended {
			return fmt.Errorf("nothing had happened to the connection: %w", f.err)
		}
	case exc.Transient:
		switch {
		case errors.Is(f.err, context.Canceled):
			if f.gives == 0 || took < f.gives {
				return fmt.Errorf("cancelled after %v, ended after %v: %w", f.gives, took, f.err)
			}
		case !ended:
			return fmt.Errorf("nothing had happened to the connection: %w", f.err)
		case sys.Completed != exc.No:
			return fmt.Errorf("after an orderly end all is NO: %w", f.err)
		}
	default:
		return f.err
	}
	return nil
}

// newRun makes up a connection and its calls.
func newRun(seed uint64) (*run, transporttest.Faults, transporttest.Faults, *mem.Network) {
	rnd := rand.New(rand.NewPCG(seed, 7))
	one := func(of int) bool { return rnd.IntN(of) == 0 }
	upTo := func(d time.Duration) time.Duration { return time.Duration(rnd.Int64N(int64(d))) }
	r := &run{seed: seed, start: time.Now(), limits: new(limits.Limits), most: 1 << 30, handlersNow: map[*conn.Conn]int{}}
	if one(3) {
		r.most = 1 + rnd.IntN(6)
		r.limits.Set(limits.OutstandingRequests, int64(r.most))
	}
	n := mem.New()
	if one(3) {
		n.Buffer = []int{1, 100, 5000}[rnd.IntN(3)]
	}
	var client, server transporttest.Faults
	for _, f := range []*transporttest.Faults{&client, &server} {
		if one(3) {
			f.ReadMost = []int{1, 2, 13, 1000}[rnd.IntN(4)]
		}
		if one(4) {
			f.WriteMost = []int{1, 5, 100}[rnd.IntN(3)]
		}
		if one(8) {
			f.WriteMost, f.Pause = 1000, 50*time.Microsecond
			r.slowTransport = true
		}
		if one(6) {
			f.CutRead = 1 + rnd.Int64N(20_000)
			r.cutAt = true
		}
		if one(6) {
			f.CutWrite = 1 + rnd.Int64N(20_000)
			r.cutAt = true
		}
	}
	span := 50 * time.Millisecond
	if one(4) {
		span = 3 * time.Second // with time to be idle
	}
	if one(4) {
		r.serverClose, r.serverOrderly = 1+upTo(span), one(2)
	}
	if one(5) {
		r.clientClose, r.clientOrderly = 1+upTo(span), one(2)
	}
	r.shut = r.serverClose
	if r.shut == 0 || r.clientClose > 0 && r.clientClose < r.shut {
		r.shut = r.clientClose
	}
	small := one(2)
	for i := range 10 + rnd.IntN(60) {
		f := &fate{key: uint32(i), size: 4 + rnd.IntN(200), starts: upTo(span)}
		if !small && one(6) {
			f.size = 4 + rnd.IntN(60_000)
		}
		if one(3) {
			f.work = upTo(20 * time.Millisecond)
			f.waits = one(2)
		}
		if one(5) {
			f.gives = 1 + upTo(10*time.Millisecond)
		}
		if one(4) {
			f.limit = 1 + upTo(20*time.Millisecond)
		}
		f.oneway = one(8)
		r.fates = append(r.fates, f)
	}
	if one(2) {
		r.patience = 1 + upTo(10*time.Millisecond)
	}
	if one(3) {
		r.tight = true
		r.limits.Set(limits.BytesInFlight, tightBudget)
	}
	return r, client, server, n
}

// bothWays gives half of the calls to the server, and lets handlers call back over their connection.
func (r *run) bothWays() {
	r.both = true
	rnd := rand.New(rand.NewPCG(r.seed, 9))
	if rnd.IntN(3) == 0 {
		r.fragment = 100 + rnd.IntN(5000)
	}
	often := []int{1, 2, 10, 1000}[rnd.IntN(4)] // one in so many calls is the server's
	for _, f := range slices.Clone(r.fates) {
		f.back = rnd.IntN(often) == 0
		for outer := f; rnd.IntN(3) == 0 && outer.key < 300; {
			in := &fate{key: uint32(len(r.fates)), size: 4 + rnd.IntN(200), inner: true, back: !outer.back, oneway: rnd.IntN(8) == 0}
			if rnd.IntN(3) == 0 {
				in.work = time.Duration(rnd.Int64N(int64(5 * time.Millisecond)))
				in.waits = rnd.IntN(2) == 0
			}
			// Where few requests are served at a time, those that call back may all wait for one that is not.
			if r.most < 100 || r.tight || rnd.IntN(4) == 0 {
				in.limit = 1 + time.Duration(rnd.Int64N(int64(20*time.Millisecond)))
			}
			if rnd.IntN(6) == 0 {
				in.gives = 1 + time.Duration(rnd.Int64N(int64(5*time.Millisecond)))
			}
			outer.nested = in
			r.fates = append(r.fates, in)
			outer = in
		}
	}
}

func TestModel(t *testing.T) {
	t.Parallel()
	first, last := seeds(t, 400)
	for seed := first; seed <= last; seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { model(t, seed, false) })
		})
	}
}

func TestModelBothWays(t *testing.T) {
	t.Parallel()
	first, last := seeds(t, 400)
	for seed := first; seed <= last; seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { model(t, seed, true) })
		})
	}
}

func model(t *testing.T, seed uint64, both bool) {
	r, clientFaults, serverFaults, network := newRun(seed)
	a, b := network.Pipe()
	a, b = clientFaults.Wrap(a), serverFaults.Wrap(b)
	var p *pair
	if both {
		r.bothWays()
		p = connectBoth(a, b, conn.Options{Limits: r.limits, FragmentSize: r.fragment}, &handler{serve: r.serve})
	} else {
		p = connect(t, a, b, r.limits, &handler{serve: r.serve})
	}
	end := func(c *conn.Conn, after time.Duration, orderly bool, patience time.Duration) {
		time.Sleep(after)
		if !orderly {
			c.Close()
			return
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(patience, time.Minute))
		defer cancel()
		err := c.Shutdown(ctx)
		if took := time.Since(began); patience > 0 && took > patience {
			t.Errorf("seed %d: Shutdown took %v, its context %v", r.seed, took, patience)
		}
		if err != nil && !r.cutAt && (patience == 0 || !errors.Is(err, context.DeadlineExceeded)) {
			t.Errorf("seed %d: Shutdown: %v", r.seed, err)
		}
	}
	var wg sync.WaitGroup
	if r.serverClose > 0 {
		wg.Go(func() {
			end(p.server, r.serverClose, r.serverOrderly, r.patience)
			r.fatesLock.Lock()
			r.over = r.since()
			r.fatesLock.Unlock()
		})
	}
	if r.clientClose > 0 {
		wg.Go(func() { end(p.client, r.clientClose, r.clientOrderly, 0) })
	}
	// Callers use their Call for one after another.
	callers := 1 + int(seed%9)*4
	slices.SortFunc(r.fates, func(x, y *fate) int { return int(x.key) - int(y.key) })
	for i := range callers {
		wg.Go(func() {
			var mine []*fate
			for k := i; k < len(r.fates); k += callers {
				if !r.fates[k].inner {
					mine = append(mine, r.fates[k])
				}
			}
			slices.SortFunc(mine, func(x, y *fate) int { return int(x.starts - y.starts) })
			var call conn.Call
			for _, f := range mine {
				if f.back {
					r.call(p.server, &call, f)
				} else {
					r.call(p.client, &call, f)
				}
			}
		})
	}
	wg.Wait()
	time.Sleep(20 * time.Second) // oneway requests are still on their way, perhaps behind late replies that nobody reads
	p.close()
	synctest.Wait()
	time.Sleep(time.Minute)
	for _, f := range r.fates {
		if err := r.check(f); err != nil {
			t.Errorf("seed %d call %d (%+v): %v", r.seed, f.key, *f, err)
		}
	}
	for name, c := range map[string]*conn.Conn{"client": p.client, "server": p.server} {
		if n := c.BudgetUsed(); n != 0 {
			t.Errorf("seed %d: in the end the %s has %d octets in flight", r.seed, name, n)
		}
	}
	if r.tight {
		r.most = min(r.most, tightMost)
	}
	for _, s := range r.late {
		t.Errorf("seed %d: %s", r.seed, s)
	}
	if r.max > r.most {
		t.Errorf("seed %d: %d handlers at a time; the limit is %d", r.seed, r.max, r.most)
	}
}
