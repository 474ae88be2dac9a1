package conn_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// sleeper serves "echo" at once, "slow" after a second, and "wait" when it is cancelled.
func sleeper() *handler {
	return &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
		switch op {
		case "slow":
			time.Sleep(time.Second)
		case "detach":
			w.Detach()
			time.Sleep(time.Second)
		case "wait":
			<-w.Done()
			return []byte("waited: " + w.Err().Error()), true
		}
		return body, true
	}}
}

func TestSlowHandlerStopsNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{}, sleeper())
		began := time.Now()
		// What was answered before the slow one goes out, though the slow one was read with it; and
		// what was read with it, or comes later, is answered.
		r.write(request(1, "echo", "a"), request(2, "slow", "b"), request(3, "echo", "c"), request(4, "slow", "d"), request(5, "echo", "e"))
		within(t, 2*time.Millisecond, func() { r.expectReply(1, "a") })
		within(t, 2*time.Millisecond, func() { r.expectReply(3, "c") })
		within(t, 2*time.Millisecond, func() { r.expectReply(5, "e") })
		r.write(request(6, "echo", "f"))
		within(t, 0, func() { r.expectReply(6, "f") })
		r.expectReply(2, "b")
		r.expectReply(4, "d")
		if took := time.Since(began); took < time.Second || took > time.Second+5*time.Millisecond {
			t.Errorf("the slow ones took %v; want a second", took)
		}
	})
}

// TestManySlowHandlersStopNobody holds that slow handlers do not wait for one another, a tick each, nor quick ones for them.
func TestManySlowHandlersStopNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{}, sleeper())
		const many = 100
		began := time.Now()
		for round := range uint32(3) {
			for i := range uint32(many) {
				r.write(request(round*1000+i, "slow", "a"))
			}
			within(t, 4*time.Millisecond, func() {
				r.write(request(round*1000+many, "echo", "b"))
				r.expectReply(round*1000+many, "b")
			})
		}
		for range 3 * many {
			r.next()
		}
		if took := time.Since(began); took > time.Second+20*time.Millisecond {
			t.Errorf("the slow ones took %v; want a second", took)
		}
		// Quick ones alone are served by one goroutine again, once they have been quick for a while.
		for i := range uint32(300) {
			r.write(request(9000+i, "echo", "c"))
			within(t, 0, func() { r.expectReply(9000+i, "c") })
		}
	})
}

func TestDetachStopsNobodyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{}, sleeper())
		r.write(request(1, "detach", "a"), request(2, "echo", "b"))
		within(t, 0, func() { r.expectReply(2, "b") })
		r.expectReply(1, "a")
	})
}

func TestCancelRequestReachesTheHandler(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := serveRaw(t, conn.Options{}, sleeper())
			r.write(appendRequest(nil, v, 7, "wait", nil), appendRequest(nil, v, 8, "wait", nil))
			time.Sleep(10 * time.Millisecond)
			r.write(giop.AppendCancelRequest(nil, v, true, 99), giop.AppendCancelRequest(nil, v, false, 8))
			r.expectReply(8, "waited: context canceled")
			r.write(giop.AppendCancelRequest(nil, v, true, 7))
			r.expectReply(7, "waited: context canceled")
		})
	}
}

func TestLostConnectionReachesTheHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var errs atomic.Pointer[error]
		r, _ := serveRaw(t, conn.Options{}, &handler{serve: func(w *conn.Work, _ string, _ []byte) ([]byte, bool) {
			<-w.Done()
			err := w.Err()
			errs.Store(&err)
			return nil, true
		}})
		r.write(request(1, "x", ""))
		time.Sleep(10 * time.Millisecond)
		r.Close()
		synctest.Wait()
		if p := errs.Load(); p == nil || !errors.Is(*p, context.Canceled) {
			t.Errorf("the handler was told %v; want context.Canceled", p)
		}
	})
}

func TestRepliesToWhatWasReadTogetherGoOutTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := mem.New().Pipe()
		counted := &counting{Conn: theirs}
		c := conn.Server(counted, conn.Options{}, &handler{})
		go c.Run()
		defer c.Close()
		r := raw{t, ours}
		var all []byte
		for i := range 50 {
			all = append(all, request(uint32(i), "echo", "x")...)
		}
		r.write(all)
		for i := range 50 {
			r.expectReply(uint32(i), "x")
		}
		synctest.Wait()
		if counted.writes.Load() != 1 || counted.reads.Load() != 2 {
			t.Errorf("%d writes and %d reads for 50 requests; want 1 and 2, of which one waits", counted.writes.Load(), counted.reads.Load())
		}
	})
}

type counting struct {
	transport.Conn
	reads, writes atomic.Int64
}

func (c *counting) Write(p []byte) (int, error) { c.writes.Add(1); return c.Conn.Write(p) }
func (c *counting) Read(p []byte) (int, error)  { c.reads.Add(1); return c.Conn.Read(p) }
func (c *counting) ReadChunk() (*transport.Chunk, int, error) {
	c.reads.Add(1)
	return c.Conn.ReadChunk()
}

func TestMalformedGetsMessageErrorAndIsLoggedOnce(t *testing.T) {
	t.Parallel()
	v12 := func(typ giop.Type, more bool, size uint32, rest ...byte) []byte {
		return append(giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, More: more, Type: typ, Size: size}), rest...)
	}
	for name, c := range map[string]struct {
		send []byte
		says string // in the log
	}{
		"magic":                {[]byte("GET / HTTP/1.1\r\n\r\n"), "not GIOP"},
		"version":              {append([]byte("GIOP\x02\x00\x00\x00"), 0, 0, 0, 0), "2.0"},
		"type":                 {v12(77, false, 0), "message type 077"},
		"size":                 {v12(giop.TypeRequest, false, 1<<31), "message-size"},
		"fragment of nothing":  {v12(giop.TypeFragment, false, 4, 1, 0, 0, 0), "Fragment"},
		"reply":                {reply(1, "x"), "Reply"},
		"cancel without id":    {v12(giop.TypeCancelRequest, false, 2, 1, 0), "ends"},
		"request without head": {v12(giop.TypeRequest, false, 4, 1, 0, 0, 0), "ends"},
		"cut operation":        {v12(giop.TypeRequest, false, 20, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log logbook
				r, _ := serveRaw(t, conn.Options{Logger: log.logger()}, &handler{})
				r.write(request(5, "echo", "before"), c.send, request(6, "echo", "after"))
				r.expectReply(5, "before") // it is answered first
				r.expect(giop.TypeMessageError)
				r.expectEnd()
				r.Close()
				synctest.Wait()
				if l := log.lines(); len(l) != 1 || !strings.Contains(l[0], c.says) || !strings.Contains(l[0], "peer=client") {
					t.Errorf("the log says %q; want one line with the peer and %q", l, c.says)
				}
			})
		})
	}
}

func TestHandlerThatLostItsConnectionMayRefuse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{Logger: new(logbook).logger()}, &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
			time.Sleep(time.Second)
			w.Fail(errOops)
			return nil, true
		}})
		r.write(request(1, "x", ""))
		r.expect(giop.TypeMessageError)
		r.expectEnd()
	})
}

func TestStalledAndSlowPeersAreCutOff(t *testing.T) {
	t.Parallel()
	long := request(1, "echo", strings.Repeat("x", 300_000))
	for name, c := range map[string]struct {
		send  func(r raw)
		after time.Duration // when it is cut off; 0: it is not
		says  string
	}{
		"in the header": {func(r raw) { r.write(long[:5]) }, 30 * time.Second, "stall-timeout"},
		"in a short body": {func(r raw) {
			r.write(request(1, "echo", "x")[:30])
		}, 30 * time.Second, "stall-timeout"},
		"in a long body": {func(r raw) { r.write(long[:200_000]) }, 30 * time.Second, "stall-timeout"},
		"between fragments": {func(r raw) {
			h := giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, More: true, Type: giop.TypeRequest, Size: 4})
			r.write(h, []byte{1, 0, 0, 0})
		}, 30 * time.Second, "stall-timeout"},
		"an octet at a time": {func(r raw) {
			for i := range long {
				if _, err := r.Write(long[i : i+1]); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}, 30 * time.Second, "body-rate"},
		"not so slowly": {func(r raw) {
			for at := 0; at < len(long); at += 5000 {
				r.write(long[at:min(len(long), at+5000)])
				time.Sleep(2 * time.Second)
			}
		}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log logbook
				r, _ := serveRaw(t, conn.Options{Logger: log.logger()}, &handler{})
				began := time.Now()
				go c.send(r)
				if c.after == 0 {
					r.expectReply(1, strings.Repeat("x", 300_000))
					time.Sleep(time.Minute) // its writer ends
					return
				}
				io.ReadAll(r)
				if took := time.Since(began); took < c.after || took > c.after*3/2 {
					t.Errorf("cut off after %v; want about %v", took, c.after)
				}
				synctest.Wait()
				if l := log.lines(); len(l) != 1 || !strings.Contains(l[0], c.says) {
					t.Errorf("the log says %q; want %q", l, c.says)
				}
				time.Sleep(time.Hour) // its writer ends
			})
		})
	}
}

func TestIdleConnectionIsClosedInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{}, sleeper())
		r.write(request(1, "echo", "a"))
		r.expectReply(1, "a")
		for range 3 { // it is used now and then
			time.Sleep(4 * time.Minute)
			r.write(request(1, "echo", "a"))
			r.expectReply(1, "a")
		}
		began := time.Now()
		r.expect(giop.TypeCloseConnection)
		if took := time.Since(began); took < 5*time.Minute || took > 6*time.Minute {
			t.Errorf("closed after %v", took)
		}
		r.expectEnd()
	})
}

func TestShutdownOfAServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, c := serveRaw(t, conn.Options{}, sleeper())
		r.write(request(1, "slow", "a"), request(2, "slow", "b"))
		time.Sleep(10 * time.Millisecond)
		done := make(chan error, 1)
		go func() { done <- c.Shutdown(t.Context()) }()
		time.Sleep(10 * time.Millisecond)
		r.write(request(3, "echo", "too late"))
		r.expectReply(1, "a")
		r.expectReply(2, "b")
		r.expect(giop.TypeCloseConnection)
		r.expectEnd()
		r.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestShutdownWhileAsManyRunAsMay: what waits to be served is not, and the client is told so.
func TestShutdownWhileAsManyRunAsMay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, c := serveRaw(t, conn.Options{Limits: limited(map[limits.Name]int64{limits.OutstandingRequests: 2})}, sleeper())
		r.write(request(1, "slow", "a"), request(2, "slow", "b"), request(3, "slow", strings.Repeat("c", 16<<10-200)), request(4, "echo", ""))
		time.Sleep(10 * time.Millisecond)
		go c.Shutdown(t.Context())
		within(t, time.Second, func() {
			r.expectReply(1, "a")
			r.expectReply(2, "b")
			r.expect(giop.TypeCloseConnection)
		})
		r.expectEnd()
	})
}

func TestShutdownGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, c := serveRaw(t, conn.Options{}, sleeper())
		r.write(request(1, "wait", ""))
		time.Sleep(10 * time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		if err := c.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("Shutdown: %v after %v", err, time.Since(began))
		}
		r.expectEnd() // and the handler has got its signal, or this bubble would not end
	})
}

// TestHandlersThatDoNotReturn: an end does not wait for them, even if it comes before the monitor has seen
// them, and an end in order says which they were.
func TestHandlersThatDoNotReturn(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]time.Duration{"just begun": 0, "connection taken": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				stuck := &handler{serve: func(_ *conn.Work, _ string, body []byte) ([]byte, bool) {
					<-release
					return body, true
				}}
				r, c := serveRaw(t, conn.Options{}, stuck)
				r.write(request(7, "stuck", strings.Repeat("x", 5000)))
				time.Sleep(pause)
				synctest.Wait()
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				began := time.Now()
				var cut *conn.CutOff
				if err := c.Shutdown(ctx); !errors.As(err, &cut) || !errors.Is(err, context.Canceled) {
					t.Errorf("Shutdown: %v", err)
				} else if q := cut.Requests; len(q) != 1 || !bytes.Contains(q[0].Begin, []byte("stuck")) || len(q[0].Begin) > 1<<10 {
					t.Errorf("cut off: %+v", q)
				}
				// The connection is over, though its handler is not: another wait for its end has nothing to wait for.
				if err := c.Shutdown(t.Context()); err != nil || time.Since(began) != 0 {
					t.Errorf("Shutdown again: %v after %v", err, time.Since(began))
				}
				r.expectEnd()
				close(release)
			})
		})
	}
}

// TestHandlerThatHasReturned is not among what an end cuts off, though its reply is still on its way: he whose reply has
// come must never find his call among those.
func TestHandlerThatHasReturned(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]time.Duration{"at once": 0, "after its connection was taken": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := mem.New()
				n.Buffer = 1000
				h := &handler{serve: func(_ *conn.Work, _ string, body []byte) ([]byte, bool) {
					time.Sleep(pause)
					return body, true
				}}
				r, c := serveRawOver(t, n, conn.Options{}, h)
				r.write(request(7, "long", strings.Repeat("x", 5000)))
				time.Sleep(pause + time.Millisecond)
				synctest.Wait() // nobody reads the reply: it is being written
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				if err := c.Shutdown(ctx); err != context.Canceled {
					t.Errorf("Shutdown: %v", err)
				}
			})
		})
	}
}

func TestPeerThatDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := mem.New()
		n.Buffer = 1000
		var log logbook
		r, c := serveRawOver(t, n, conn.Options{Logger: log.logger()}, &handler{})
		for i := range 20 {
			r.write(request(uint32(i), "echo", strings.Repeat("x", 400)))
		}
		began := time.Now()
		for c.Usable() {
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took < 30*time.Second || took > 45*time.Second {
			t.Errorf("cut off after %v", took)
		}
		if l := log.lines(); len(l) != 1 || !strings.Contains(l[0], "stall-timeout") {
			t.Errorf("the log says %q", l)
		}
	})
}

func TestOutstandingRequestsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		h := &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(100 * time.Millisecond)
			now.Add(-1)
			return body, true
		}}
		r, _ := serveRaw(t, conn.Options{Limits: limited(map[limits.Name]int64{limits.OutstandingRequests: 3})}, h)
		began := time.Now()
		for i := range 12 {
			r.write(request(uint32(i), "x", ""))
		}
		for range 12 {
			r.expect(giop.TypeReply)
		}
		if most.Load() != 3 {
			t.Errorf("%d handlers at a time; want 3", most.Load())
		}
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("12 requests of 100 ms, 3 at a time, took %v", took)
		}
	})
}

// TestMemoryGrowsWithWhatCame: a header that promises much gets little.
func TestMemoryGrowsWithWhatCame(t *testing.T) {
	promise := giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, Type: giop.TypeRequest, Size: 60 << 20})
	const conns = 50
	raws := make([]raw, conns)
	for i := range raws {
		raws[i], _ = serveRaw(t, conn.Options{}, &handler{})
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, r := range raws {
		r.write(promise, make([]byte, 1000))
	}
	time.Sleep(50 * time.Millisecond)
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / conns; got > 128<<10 {
		t.Errorf("a header that promises 60 MiB got %d KiB", got>>10)
	}
}

func TestBytesInFlightAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log logbook
		l := limited(map[limits.Name]int64{limits.BytesInFlight: 4 << 20})
		o := conn.Options{Limits: l, Logger: log.logger(), Shared: conn.NewShared(l)}
		promise := giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, Type: giop.TypeRequest, Size: 3 << 20})
		first, _ := serveRaw(t, o, &handler{})
		first.write(promise, make([]byte, 2<<20))
		synctest.Wait()
		second, _ := serveRaw(t, o, &handler{})
		go second.Write(append(promise, make([]byte, 2<<20)...))
		second.expect(giop.TypeMessageError)
		synctest.Wait()
		if s := log.lines(); len(s) != 1 || !strings.Contains(s[0], "bytes-in-flight") || l.Hits(limits.BytesInFlight) != 1 {
			t.Errorf("the log says %q, the counter %d", s, l.Hits(limits.BytesInFlight))
		}
		second.Close()
		first.Close()
		synctest.Wait()
		// All is given back.
		third, _ := serveRaw(t, o, &handler{})
		third.write(request(1, "echo", strings.Repeat("x", 3<<20)))
		third.expectReply(1, strings.Repeat("x", 3<<20))
	})
}

func TestFragments(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{FragmentSize: 64}, &handler{})
		var one, two []byte
		one, _ = giop.Split(nil, request(1, "echo", strings.Repeat("a", 100)), 48)
		two, _ = giop.Split(nil, request(2, "echo", strings.Repeat("b", 200)), 56)
		r.write(one[:48], two[:56], one[48:], two[56:])
		var in giop.Assembler
		for _, want := range []string{strings.Repeat("a", 100), strings.Repeat("b", 200)} {
			var whole []byte
			var h giop.Header
			for n := 0; whole == nil; n++ {
				part, msg := r.next()
				if len(msg) > 64 {
					t.Fatalf("a fragment of %d octets", len(msg))
				}
				var err error
				if h, whole, err = in.Add(part, msg); err != nil {
					t.Fatal(err)
				}
				if whole != nil && n == 0 {
					t.Error("not in fragments")
				}
			}
			if b, err := replyBody(h, whole); err != nil || string(b) != want {
				t.Errorf("got %q, %v; want %q", b, err, want)
			}
		}
	})
}

func TestLocateRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{}, &handler{})
		for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
			var e cdr.Encoder
			e.Reset(nil, false, nil)
			giop.PutLocateRequest(&e, v, 9, []byte("key"), nil)
			r.write(e.Bytes())
			if id := r.expect(giop.TypeLocateReply); id != 9 {
				t.Errorf("an answer to %d", id)
			}
		}
	})
}

// TestClosedByTheClient: in order, in the middle of a message, and while a handler runs.
func TestClosedByTheClient(t *testing.T) {
	t.Parallel()
	for name, last := range map[string][]byte{
		"in order": giop.AppendCloseConnection(nil, cdr.V12, true), "without a word": nil, "in a header": []byte("GIOP"),
		"in a body": request(1, "echo", "x")[:20], "angry": giop.AppendMessageError(nil, cdr.V12, true),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, c := serveRaw(t, conn.Options{Logger: new(logbook).logger()}, sleeper())
				r.write(request(1, "wait", ""))
				time.Sleep(5 * time.Millisecond)
				r.write(last)
				r.CloseWrite()
				rest, err := io.ReadAll(r)
				if err != nil || bytes.Contains(rest, []byte("GIOP")) {
					t.Errorf("got %q, %v; want the end", rest, err)
				}
				if c.Usable() {
					t.Error("the connection lives on")
				}
			})
		})
	}
}

// A held connection takes no octet before it is let go.
type held struct {
	transport.Conn
	letGo chan struct{}
}

func (h *held) Write(b []byte) (int, error) {
	<-h.letGo
	return h.Conn.Write(b)
}

// TestYoungConnectionIsNotStalled: a connection that the sweeper first sees in the middle of
// its first write has not been stalled for as long as its owner has been up.
func TestYoungConnectionIsNotStalled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := limited(nil)
		o := conn.Options{Limits: l, Shared: conn.NewShared(l)}
		old, _ := serveRaw(t, o, &handler{})
		for range 10 { // keep the sweeper going for longer than the stall time-out
			time.Sleep(l.Time(limits.StallTimeout) / 2)
			old.write(request(1, "echo", "x"))
			old.expectReply(1, "x")
		}
		ours, theirs := mem.New().Pipe()
		h := &held{ours, make(chan struct{})}
		c := conn.Server(h, o, &handler{})
		ended := make(chan struct{})
		go func() { c.Run(); close(ended) }()
		if _, err := theirs.Write(request(2, "echo", "y")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(l.Time(limits.StallTimeout) / 2) // the reply is stuck, and the sweeper looks
		close(h.letGo)
		head := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(theirs, head); err != nil || giop.Type(head[7]) != giop.TypeReply {
			t.Errorf("got %q, %v, want a Reply", head, err)
		}
		theirs.Close()
		<-ended
	})
}
