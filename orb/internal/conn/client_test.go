package conn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// An outcome is how a call that began ended.
type outcome struct {
	body []byte
	err  error
	took time.Duration
}

// begin makes a call and returns where its outcome will be.
func begin(ctx context.Context, c *conn.Conn, limit time.Duration, body string) chan outcome {
	ch := make(chan outcome, 1)
	go func() {
		began := time.Now()
		var deadline time.Time
		if limit > 0 {
			deadline = began.Add(limit)
		}
		var call conn.Call
		b, err := do(ctx, c, &call, deadline, "op", []byte(body))
		ch <- outcome{b, err, time.Since(began)}
	}()
	synctest.Wait()
	return ch
}

// is holds an error against what a system exception should say.
func is(t *testing.T, err error, k exc.Kind, minor uint32, completed exc.Completed, also ...error) {
	t.Helper()
	var sys *exc.SystemException
	if !errors.As(err, &sys) || sys.Kind != k || sys.Minor != minor || sys.Completed != completed || sys.Remote || !isAll(err, also...) {
		t.Errorf("got %v; want %v minor %#x %v, and %v", err, k, minor, completed, also)
	}
}

func (o outcome) succeeded(t *testing.T, want string) {
	t.Helper()
	if o.err != nil || string(o.body) != want {
		t.Errorf("got %.40q, %v; want %.40q", o.body, o.err, want)
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, r := callRaw(t, conn.Options{})
		late := begin(t.Context(), c, 100*time.Millisecond, "a")
		other := begin(t.Context(), c, 0, "b")
		id := r.expect(giop.TypeRequest)
		id2 := r.expect(giop.TypeRequest)
		o := <-late
		is(t, o.err, exc.Timeout, exc.MinorDeadline, exc.Maybe, context.DeadlineExceeded)
		if o.took < 100*time.Millisecond || o.took > 105*time.Millisecond {
			t.Errorf("it took %v; want 100 ms", o.took)
		}
		if got := r.expect(giop.TypeCancelRequest); got != id {
			t.Errorf("CancelRequest for %d; want %d", got, id)
		}
		r.write(reply(id, "too late"), reply(id2, "b"))
		(<-other).succeeded(t, "b")
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		synctest.Test(t, func(t *testing.T) {
			c, r := callRaw(t, conn.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() {
				var call conn.Call
				id, err := c.Reserve(ctx, &call, time.Time{})
				if err == nil {
					err = c.RoundTrip(ctx, &call, appendRequest(nil, v, id, "op", nil))
				}
				done <- err
			}()
			id := r.expect(giop.TypeRequest)
			cancel()
			within(t, 0, func() {
				is(t, <-done, exc.Transient, exc.MinorCancelled, exc.Maybe, context.Canceled)
			})
			h, msg := r.next()
			if got, _ := giop.RequestID(h, msg); h.Type != giop.TypeCancelRequest || got != id || h.Version != v {
				t.Errorf("got a %v %v for %d; want a CancelRequest %v for %d", h.Type, h.Version, got, v, id)
			}
			// A context that has ended already sends nothing.
			var call conn.Call
			_, err := do(ctx, c, &call, time.Time{}, "op", nil)
			is(t, err, exc.Transient, exc.MinorCancelled, exc.No, context.Canceled)
			if r.State() != transport.Quiet {
				t.Error("it was sent")
			}
		})
	}
}

// TestLeaderGivesUpInTheMiddleOfAMessage: what it has read is there for the next one,
// whichever octet it gave up at.
func TestLeaderGivesUpInTheMiddleOfAMessage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("y", 40_000)
	for _, cut := range []int{0, 1, 11, 12, 13, 20, 23, 24, 30} {
		for _, body := range []string{"short", long} {
			for _, own := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) {
					c, r := callRaw(t, conn.Options{})
					leader := begin(t.Context(), c, 10*time.Millisecond, "first")
					next := begin(t.Context(), c, 0, "second")
					third := begin(t.Context(), c, 0, "third")
					ids := []uint32{r.expect(giop.TypeRequest), r.expect(giop.TypeRequest), r.expect(giop.TypeRequest)}
					first := ids[0] // the message that is cut is for the one who gives up, or for another
					if !own {
						first = ids[1]
					}
					msg := reply(first, body)
					r.write(msg[:cut])
					o := <-leader
					is(t, o.err, exc.Timeout, exc.MinorDeadline, exc.Maybe)
					r.expect(giop.TypeCancelRequest)
					go r.Write(append(msg[cut:], reply(ids[2], "three")...))
					(<-third).succeeded(t, "three")
					if own {
						r.write(reply(ids[1], "two"))
						(<-next).succeeded(t, "two")
					} else {
						(<-next).succeeded(t, body)
					}
				})
			}
		}
	}
}

func TestEndsOfAConnection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end   func(r raw)
		kind  exc.Kind
		minor uint32
		comp  exc.Completed
		says  giop.Type // to the peer
	}{
		"CloseConnection": {func(r raw) { r.write(giop.AppendCloseConnection(nil, cdr.V12, true)) }, exc.Transient, exc.MinorPeerClosed, exc.No, 0},
		"MessageError":    {func(r raw) { r.write(giop.AppendMessageError(nil, cdr.V10, false)) }, exc.CommFailure, exc.MinorProtocol, exc.Maybe, 0},
		"end":             {func(r raw) { r.Close() }, exc.CommFailure, exc.MinorConnectionLost, exc.Maybe, 0},
		"end in a reply":  {func(r raw) { r.write(reply(1, "x")[:20]); r.Close() }, exc.CommFailure, exc.MinorConnectionLost, exc.Maybe, 0},
		"no GIOP":         {func(r raw) { r.write([]byte("HTTP/1.1 400 Bad Request\r\n")) }, exc.CommFailure, exc.MinorProtocol, exc.Maybe, giop.TypeMessageError},
		"too long": {func(r raw) {
			r.write(giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Type: giop.TypeReply, Size: 1 << 31}))
		}, exc.ImpLimit, exc.MinorLimit, exc.Maybe, giop.TypeMessageError},
		"request":         {func(r raw) { r.write(request(1, "op", "")) }, exc.CommFailure, exc.MinorProtocol, exc.Maybe, giop.TypeMessageError},
		"unknown reply":   {func(r raw) { r.write(reply(99, "")) }, exc.CommFailure, exc.MinorProtocol, exc.Maybe, giop.TypeMessageError},
		"headless reply":  {func(r raw) { r.write(giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Type: giop.TypeReply})) }, exc.CommFailure, exc.MinorProtocol, exc.Maybe, giop.TypeMessageError},
		"stray fragment":  {func(r raw) { r.write(giop.AppendFragment(nil, cdr.V12, true, false, 1, nil)) }, exc.CommFailure, exc.MinorProtocol, exc.Maybe, giop.TypeMessageError},
		"stalled message": {func(r raw) { r.write(reply(1, "x")[:20]) }, exc.CommFailure, exc.MinorConnectionLost, exc.Maybe, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				conn, r := callRaw(t, conn.Options{Logger: new(logbook).logger()})
				one := begin(t.Context(), conn, 0, "a")
				two := begin(t.Context(), conn, time.Hour, "b")
				r.expect(giop.TypeRequest)
				r.expect(giop.TypeRequest)
				c.end(r)
				is(t, (<-one).err, c.kind, c.minor, c.comp)
				is(t, (<-two).err, c.kind, c.minor, c.comp)
				if conn.Usable() {
					t.Error("still usable")
				}
				is(t, (<-begin(t.Context(), conn, 0, "late")).err, c.kind, c.minor, exc.No)
				if c.says != 0 {
					r.expect(c.says)
				}
				if b, err := io.ReadAll(r); len(b) > 0 {
					t.Errorf("got %q, %v after it", b, err)
				}
			})
		})
	}
}

// TestNotSentIsNo: a request of which the transport took a part only was not executed.
func TestNotSentIsNo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := mem.New()
		n.Buffer = 100
		c, r := callRawOver(t, n, conn.Options{})
		one := begin(t.Context(), c, 0, strings.Repeat("x", 500))
		two := begin(t.Context(), c, 0, "queued behind it")
		three := begin(t.Context(), c, 0, strings.Repeat("waits for its turn", 1000))
		r.Read(make([]byte, 50))
		r.Close()
		if o := <-one; !errors.Is(o.err, exc.CommFailure) { // NO, unless the end was read while it was written
			t.Errorf("got %v", o.err)
		}
		is(t, (<-two).err, exc.CommFailure, exc.MinorConnectionLost, exc.No)
		is(t, (<-three).err, exc.CommFailure, exc.MinorConnectionLost, exc.No)
	})
}

// TestCutInARequestIsNo: what the peer has of the request is not enough to execute it.
func TestCutInARequestIsNo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := mem.New().Pipe()
		c := conn.Client(transporttest.Faults{CutWrite: 50}.Wrap(ours), conn.Options{})
		defer c.Close()
		is(t, (<-begin(t.Context(), c, 0, "a")).err, exc.CommFailure, exc.MinorConnectionLost, exc.No, transporttest.ErrCut)
		theirs.Close()
	})
}

// TestLastWriterGivesUp: what he had begun to say is said by nobody in particular.
func TestLastWriterGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := mem.New()
		n.Buffer = 100
		c, r := callRawOver(t, n, conn.Options{})
		one := begin(t.Context(), c, time.Second, strings.Repeat("x", 20_000))
		is(t, (<-one).err, exc.Timeout, exc.MinorDeadline, exc.Maybe)
		id := r.expect(giop.TypeRequest)
		if got := r.expect(giop.TypeCancelRequest); got != id {
			t.Errorf("CancelRequest for %d; want %d", got, id)
		}
		two := begin(t.Context(), c, 0, "b")
		r.write(reply(r.expect(giop.TypeRequest), "b"))
		(<-two).succeeded(t, "b")
	})
}

// TestWriterGivesUp: nobody reads, and the writing caller's time is over in the middle of its message.
// What it had begun to say is said to its end.
func TestWriterGivesUp(t *testing.T) {
	t.Parallel()
	for _, size := range []int{500, 20_000} {
		synctest.Test(t, func(t *testing.T) {
			n := mem.New()
			n.Buffer = 100
			c, r := callRawOver(t, n, conn.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			one := begin(ctx, c, 0, strings.Repeat("x", size))
			two := begin(t.Context(), c, 20*time.Millisecond, strings.Repeat("y", size))
			three := begin(t.Context(), c, 0, strings.Repeat("z", size))
			o := <-two
			cancel()
			is(t, (<-one).err, exc.Transient, exc.MinorCancelled, exc.Maybe)
			is(t, o.err, exc.Timeout, exc.MinorDeadline, completedWhenWaiting(size))
			if o.took > 25*time.Millisecond {
				t.Errorf("with a deadline after 20 ms it took %v", o.took)
			}
			seen := map[giop.Type]int{}
			for {
				h, msg := r.next()
				seen[h.Type]++
				if h.Type == giop.TypeRequest && bytes.HasSuffix(msg, []byte("zzz")) {
					id, _ := giop.RequestID(h, msg)
					r.write(reply(id, "z"))
					break
				}
			}
			(<-three).succeeded(t, "z")
			if size == 500 && seen[giop.TypeRequest] != 3 || size > 500 && seen[giop.TypeRequest] != 2 {
				t.Errorf("the peer saw %v", seen)
			}
		})
	}
}

// completedWhenWaiting: a short message is copied to those to be written, a long one is not
// sent unless its caller does.
func completedWhenWaiting(size int) exc.Completed {
	if size > 16<<10 {
		return exc.No
	}
	return exc.Maybe
}

func TestIdleConnectionIsLookedAt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(r raw)
		left string // what is to be found in the error
	}{
		"CloseConnection": {func(r raw) { r.write(giop.AppendCloseConnection(nil, cdr.V12, true)) }, "in order"},
		"end":             {func(r raw) { r.Close() }, "without"},
		"both": {func(r raw) {
			r.write(giop.AppendCloseConnection(nil, cdr.V10, true))
			r.Close()
		}, "in order"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				conn, r := callRaw(t, conn.Options{})
				one := begin(t.Context(), conn, 0, "a")
				r.write(reply(r.expect(giop.TypeRequest), "a"))
				(<-one).succeeded(t, "a")
				c.end(r)
				time.Sleep(2 * time.Second)
				if !conn.Usable() {
					t.Fatal("somebody reads an idle connection")
				}
				o := <-begin(t.Context(), conn, 0, "b")
				is(t, o.err, exc.Transient, exc.MinorPeerClosed, exc.No)
				if !strings.Contains(o.err.Error(), c.left) {
					t.Errorf("got %v; want %q", o.err, c.left)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // a late reply alone does no harm
		c, r := callRaw(t, conn.Options{})
		is(t, (<-begin(t.Context(), c, time.Second, "a")).err, exc.Timeout, exc.MinorDeadline, exc.Maybe)
		id := r.expect(giop.TypeRequest)
		r.expect(giop.TypeCancelRequest)
		r.write(reply(id, "late"), reply(id, "twice")[:17])
		time.Sleep(20 * time.Second)
		two := begin(t.Context(), c, 0, "b")
		id2 := r.expect(giop.TypeRequest)
		r.write(reply(id, "twice")[17:], reply(id2, "b"))
		(<-two).succeeded(t, "b")
	})
	for _, late := range []int{17, len(reply(2, "late"))} { // nor does it hide the end behind it
		synctest.Test(t, func(t *testing.T) {
			c, r := callRaw(t, conn.Options{})
			is(t, (<-begin(t.Context(), c, time.Second, "a")).err, exc.Timeout, exc.MinorDeadline, exc.Maybe)
			id := r.expect(giop.TypeRequest)
			r.expect(giop.TypeCancelRequest)
			r.write(reply(id, "late")[:late])
			r.Close()
			is(t, (<-begin(t.Context(), c, 0, "b")).err, exc.Transient, exc.MinorPeerClosed, exc.No)
		})
	}
}

// TestIdleConnectionIsLookedAtBesideACall: a connection ends that one caller has just looked at, and on which another's request has
// been served meanwhile. Only the first is told that nobody can have served his.
func TestIdleConnectionIsLookedAtBesideACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := mem.New().Pipe()
		slow := &slowLook{Conn: ours}
		c, r := conn.Client(slow, conn.Options{}), raw{t, theirs}
		defer c.Close()
		one := begin(t.Context(), c, 0, "a")
		r.write(reply(r.expect(giop.TypeRequest), "a"))
		(<-one).succeeded(t, "a")
		time.Sleep(2 * time.Second)
		slow.look = make(chan struct{})
		two := begin(t.Context(), c, 0, "looks")
		synctest.Wait()
		three := begin(t.Context(), c, 0, "does not look")
		r.expect(giop.TypeRequest)
		r.Close()
		close(slow.look)
		is(t, (<-two).err, exc.CommFailure, exc.MinorConnectionLost, exc.No)
		is(t, (<-three).err, exc.CommFailure, exc.MinorConnectionLost, exc.Maybe)
	})
}

// A slowLook takes its time for State, until look is closed.
type slowLook struct {
	transport.Conn
	look  chan struct{} // nil: none
	looks atomic.Int32
}

func (s *slowLook) State() transport.State {
	s.looks.Add(1)
	if s.look != nil {
		<-s.look
	}
	return s.Conn.State()
}

// TestNewConnectionIsNotLookedAt: the first call does not ask whether the peer is there that has just taken the connection, but one a while later does.
func TestNewConnectionIsNotLookedAt(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]int32{0: 0, 2 * time.Millisecond: 1} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := mem.New().Pipe()
			s := &slowLook{Conn: ours}
			c, r := conn.Client(s, conn.Options{}), raw{t, theirs}
			defer c.Close()
			synctest.Wait() // the sweeper has looked
			time.Sleep(after)
			begun := s.looks.Load()
			one := begin(t.Context(), c, 0, "a")
			id := r.expect(giop.TypeRequest)
			if n := s.looks.Load() - begun; n != want {
				t.Errorf("a first call after %v: looked %d times, want %d", after, n, want)
			}
			r.write(reply(id, "a"))
			(<-one).succeeded(t, "a")
		})
	}
}

func TestIdleClientParts(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V11, cdr.V12} {
		synctest.Test(t, func(t *testing.T) {
			c, r := callRaw(t, conn.Options{})
			done := make(chan error)
			go func() {
				var call conn.Call
				id, err := c.Reserve(t.Context(), &call, time.Time{})
				if err == nil {
					err = c.RoundTrip(t.Context(), &call, appendRequest(nil, v, id, "op", nil))
				}
				done <- err
			}()
			r.write(appendReply(nil, v, r.expect(giop.TypeRequest), nil))
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if v == cdr.V12 { // before it only servers may say so
				r.expect(giop.TypeCloseConnection)
			}
			r.expectEnd()
			if took := time.Since(began); took < 5*time.Minute || took > 6*time.Minute {
				t.Errorf("it parted after %v", took)
			}
			is(t, (<-begin(t.Context(), c, 0, "b")).err, exc.Transient, exc.MinorPeerClosed, exc.No)
		})
	}
}

func TestReserveWaitsForRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, r := callRaw(t, conn.Options{Limits: limited(map[limits.Name]int64{limits.OutstandingRequests: 2})})
		var first, waiting []chan outcome
		for i := range 2 {
			first = append(first, begin(t.Context(), c, 0, fmt.Sprint(i)))
		}
		ctx, cancel := context.WithCancel(t.Context())
		given := begin(ctx, c, 0, "given up")
		late := begin(t.Context(), c, 10*time.Millisecond, "too late")
		for i := range 3 {
			waiting = append(waiting, begin(t.Context(), c, time.Hour, fmt.Sprint(i)))
		}
		cancel()
		is(t, (<-given).err, exc.Transient, exc.MinorCancelled, exc.No, context.Canceled)
		is(t, (<-late).err, exc.Timeout, exc.MinorDeadline, exc.No, context.DeadlineExceeded)
		one, two := r.expect(giop.TypeRequest), r.expect(giop.TypeRequest)
		if c.RemoteAddr() == nil || r.State() != 0 {
			t.Fatal("more was sent than may be outstanding")
		}
		r.write(reply(one, "1"))
		third := r.expect(giop.TypeRequest)
		if third == one || third == two {
			t.Errorf("id %d was given again while it was outstanding", third)
		}
		r.write(reply(two, "2"), reply(third, "3"))
		r.write(reply(r.expect(giop.TypeRequest), "4"), reply(r.expect(giop.TypeRequest), "5"))
		for _, ch := range append(first, waiting...) {
			if o := <-ch; o.err != nil {
				t.Error(o.err)
			}
		}
	})
}

func TestAbandonMakesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, r := callRaw(t, conn.Options{Limits: limited(map[limits.Name]int64{limits.OutstandingRequests: 1})})
		var call conn.Call
		if _, err := c.Reserve(t.Context(), &call, time.Time{}); err != nil {
			t.Fatal(err)
		}
		next := begin(t.Context(), c, 0, "b")
		c.Abandon(&call)
		call.Release()
		r.write(reply(r.expect(giop.TypeRequest), "b"))
		(<-next).succeeded(t, "b")
	})
}

func TestShutdownOfAClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, r := callRaw(t, conn.Options{})
		one := begin(t.Context(), c, 0, "a")
		id := r.expect(giop.TypeRequest)
		done := make(chan error, 1)
		go func() { done <- c.Shutdown(t.Context()) }()
		synctest.Wait()
		is(t, (<-begin(t.Context(), c, 0, "late")).err, exc.Transient, exc.MinorPeerClosed, exc.No)
		r.write(reply(id, "a"))
		(<-one).succeeded(t, "a")
		r.expect(giop.TypeCloseConnection)
		r.expectEnd()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c, r := callRaw(t, conn.Options{})
		one := begin(t.Context(), c, 0, "a")
		r.expect(giop.TypeRequest)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: %v", err)
		}
		is(t, (<-one).err, exc.CommFailure, exc.MinorConnectionLost, exc.Maybe)
	})
}

func TestRepliesInFragments(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, r := callRaw(t, conn.Options{})
		a, b := begin(t.Context(), c, 0, "a"), begin(t.Context(), c, 0, "b")
		// From the inside of the header on, and interleaved.
		one, _ := giop.Split(nil, reply(r.expect(giop.TypeRequest), strings.Repeat("1", 100)), 24)
		two, _ := giop.Split(nil, reply(r.expect(giop.TypeRequest), strings.Repeat("2", 50_000)), 30_000)
		r.write(one[:24], two[:30_000], one[24:], two[30_000:])
		(<-a).succeeded(t, strings.Repeat("1", 100))
		(<-b).succeeded(t, strings.Repeat("2", 50_000))
	})
}

func TestOneway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := mem.New()
		n.Buffer = 100
		c, r := callRawOver(t, n, conn.Options{})
		var wg sync.WaitGroup
		const senders = 20
		for i := range senders {
			wg.Go(func() {
				var call conn.Call
				id, err := c.Reserve(t.Context(), &call, time.Time{})
				if err == nil {
					err = c.Send(t.Context(), &call, appendRequest(nil, cdr.V12, id, "note", []byte(fmt.Sprint(i))))
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		for range senders {
			r.expect(giop.TypeRequest)
		}
		wg.Wait()
		// One that the transport does not take in time.
		var call conn.Call
		id, err := c.Reserve(t.Context(), &call, time.Now().Add(time.Second))
		if err == nil {
			err = c.Send(t.Context(), &call, appendRequest(nil, cdr.V12, id, "note", make([]byte, 1000)))
		}
		is(t, err, exc.Timeout, exc.MinorDeadline, exc.Maybe)
	})
}

// TestLateReplyIsReadThoughNobodyWaits: or its sender would be stuck.
func TestLateReplyIsReadThoughNobodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, r := callRaw(t, conn.Options{})
		is(t, (<-begin(t.Context(), c, time.Millisecond, "a")).err, exc.Timeout, exc.MinorDeadline, exc.Maybe)
		id := r.expect(giop.TypeRequest)
		r.expect(giop.TypeCancelRequest)
		within(t, 10*time.Second, func() { r.write(reply(id, strings.Repeat("late", 100_000))) })
		r.Close()
		time.Sleep(10 * time.Second)
		if c.Usable() {
			t.Error("the peer is gone, and the connection usable")
		}
	})
}

// TestLateReplyToAStuckWriter: the peer writes what nobody waits for, and does not read before
// that is taken, while a request is to be written that has no reply.
func TestLateReplyToAStuckWriter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := mem.New()
		n.Buffer = 100
		c, r := callRawOver(t, n, conn.Options{})
		is(t, (<-begin(t.Context(), c, time.Millisecond, "a")).err, exc.Timeout, exc.MinorDeadline, exc.Maybe)
		id := r.expect(giop.TypeRequest)
		done := make(chan error, 1)
		go func() {
			var call conn.Call
			id, err := c.Reserve(t.Context(), &call, time.Time{})
			if err == nil {
				err = c.Send(t.Context(), &call, appendRequest(nil, cdr.V12, id, "note", make([]byte, 1000)))
			}
			done <- err
		}()
		r.write(reply(id, strings.Repeat("late", 1000)))
		r.expect(giop.TypeCancelRequest)
		r.expect(giop.TypeRequest)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
