package conn_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// caller serves what sleeper does, "back" by a call over the same connection with the rest of
// the body as operation, and "deep" by calls back and forth, as many as its body says.
func caller() *handler {
	s := sleeper()
	return &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
		var call conn.Call
		switch op {
		case "back":
			b, err := do(context.Background(), w.Conn(), &call, time.Time{}, string(body), []byte("asked back"))
			if err != nil {
				return []byte(err.Error()), true
			}
			return b, true
		case "slow back":
			time.Sleep(time.Second)
			b, err := do(context.Background(), w.Conn(), &call, time.Time{}, "echo", body)
			if err != nil {
				return []byte(err.Error()), true
			}
			return b, true
		case "deep":
			n := binary.BigEndian.Uint32(body)
			if n == 0 {
				return []byte("the bottom"), true
			}
			b, err := do(context.Background(), w.Conn(), &call, time.Time{}, "deep", number(n-1))
			if err != nil {
				return []byte(err.Error()), true
			}
			return b, true
		}
		return s.serve(w, op, body)
	}}
}

// bothOver returns a connection over which both sides call and serve.
func bothOver(t testing.TB, ours, theirs transport.Conn, o conn.Options) *pair {
	p := connectBoth(ours, theirs, o, caller())
	t.Cleanup(p.close)
	return p
}

func bothPair(t testing.TB, o conn.Options) *pair {
	ours, theirs := mem.New().Pipe()
	return bothOver(t, ours, theirs, o)
}

// ask makes a call and returns where its outcome will be.
func ask(c *conn.Conn, op string, body []byte) chan outcome {
	ch := make(chan outcome, 1)
	go func() {
		began := time.Now()
		var call conn.Call
		b, err := do(context.Background(), c, &call, time.Time{}, op, body)
		ch <- outcome{b, err, time.Since(began)}
	}()
	return ch
}

// TestNestedCalls holds that calls back over a connection wait for nobody, however deep they are.
func TestNestedCalls(t *testing.T) {
	t.Parallel()
	for _, depth := range []uint32{1, 2, 3, 10, 200} {
		for _, fragment := range []int{0, 64} {
			synctest.Test(t, func(t *testing.T) {
				p := bothPair(t, conn.Options{FragmentSize: fragment})
				time.Sleep(10 * time.Millisecond) // somebody reads
				most := time.Duration(0)
				if depth > 50 { // after many replies in a row the role of reading is left to who calls next
					most = 3 * time.Millisecond
				}
				for range 3 {
					for _, c := range []*conn.Conn{p.client, p.server} {
						within(t, most, func() { (<-ask(c, "deep", number(depth))).succeeded(t, "the bottom") })
					}
				}
			})
		}
	}
}

// TestTooDeep holds that calls nested deeper than the limit end by the first one's deadline, and that the
// connection goes on.
func TestTooDeep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := mem.New().Pipe()
		h := &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
			n := binary.BigEndian.Uint32(body)
			if n == 0 {
				return []byte("the bottom"), true
			}
			ctx, cancel := context.WithCancel(context.Background())
			go func() { // as the ORB does for a servant's context
				select {
				case <-w.Done():
					cancel()
				case <-ctx.Done():
				}
			}()
			defer cancel()
			var call conn.Call
			b, err := do(ctx, w.Conn(), &call, time.Time{}, op, number(n-1))
			if err != nil {
				return []byte(err.Error()), true
			}
			return b, true
		}}
		p := connectBoth(ours, theirs, conn.Options{Limits: limited(map[limits.Name]int64{limits.OutstandingRequests: 5})}, h)
		defer p.close()
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			var call conn.Call
			_, err := do(ctx, p.client, &call, time.Time{}, "deep", number(30))
			is(t, err, exc.Timeout, exc.MinorDeadline, exc.Maybe, context.DeadlineExceeded)
			cancel()
			synctest.Wait()
			(<-ask(p.client, "deep", number(4))).succeeded(t, "the bottom")
		}
	})
}

// TestCalledWhileCalling holds that a request is served while its receiver waits for a reply, and
// while nobody does.
func TestCalledWhileCalling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := bothPair(t, conn.Options{})
		for range 100 {
			(<-ask(p.client, "echo", []byte("quick"))).succeeded(t, "quick")
		}
		slow := ask(p.client, "slow", []byte("slow"))
		synctest.Wait()
		within(t, 0, func() { (<-ask(p.server, "echo", []byte("a"))).succeeded(t, "a") })
		slower := ask(p.server, "slow", []byte("slower"))
		time.Sleep(10 * time.Millisecond)
		within(t, 0, func() { (<-ask(p.server, "echo", []byte("b"))).succeeded(t, "b") })
		within(t, 0, func() { (<-ask(p.client, "echo", []byte("c"))).succeeded(t, "c") })
		(<-slow).succeeded(t, "slow")
		(<-slower).succeeded(t, "slower")
		for range 100 { // so that callers read
			(<-ask(p.client, "echo", []byte("quick"))).succeeded(t, "quick")
		}
		within(t, 3*time.Millisecond, func() { (<-ask(p.server, "echo", []byte("d"))).succeeded(t, "d") })
		time.Sleep(time.Minute)
		within(t, 0, func() { (<-ask(p.server, "echo", []byte("e"))).succeeded(t, "e") })
	})
}

// TestIDsOfEitherSide: even ones for the side that made the connection.
func TestIDsOfEitherSide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, r := callRaw(t, conn.Options{})
		for _, want := range []uint32{2, 4, 6} {
			o := begin(t.Context(), c, 0, "x")
			if id := r.expect(giop.TypeRequest); id != want {
				t.Errorf("the client's id is %d; want %d", id, want)
			}
			r.write(reply(want, "x"))
			(<-o).succeeded(t, "x")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r, c := serveRaw(t, conn.Options{}, caller())
		for _, want := range []uint32{1, 3, 5} {
			o := begin(t.Context(), c, 0, "x")
			if id := r.expect(giop.TypeRequest); id != want {
				t.Errorf("the server's id is %d; want %d", id, want)
			}
			r.write(reply(want, "x"))
			(<-o).succeeded(t, "x")
		}
	})
}

// TestReplyBehindRequests holds that requests for which there is no room do not keep replies from being
// read for which those wait that are served.
func TestReplyBehindRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{Limits: limited(map[limits.Name]int64{limits.OutstandingRequests: 2})}, caller())
		r.write(request(2, "back", "x"), request(4, "back", "x"), request(6, "back", "x"), request(8, "echo", "last"))
		ids := []uint32{r.expect(giop.TypeRequest), r.expect(giop.TypeRequest)}
		r.write(reply(ids[0], "one"))
		r.expectReply(2, "one")
		third := r.expect(giop.TypeRequest)
		r.write(reply(third, "three"))
		r.expectReply(6, "three")
		r.expectReply(8, "last")
		r.write(reply(ids[1], "two"))
		r.expectReply(4, "two")
	})
}

// TestSetAsideIsBounded holds that no more requests than the limit are kept for which there is no room.
func TestSetAsideIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const most = 3
		r, c := serveRaw(t, conn.Options{Limits: limited(map[limits.Name]int64{limits.OutstandingRequests: most})}, caller())
		go func() {
			for i := range uint32(400) {
				r.Write(request(2*i, "back", strings.Repeat("x", 1000)))
			}
		}()
		for range most {
			r.expect(giop.TypeRequest)
		}
		time.Sleep(time.Second)
		if n := c.BudgetUsed(); n > (2*most+2)*(32<<10) {
			t.Errorf("%d octets are held for %d requests", n, 2*most)
		}
		if r.State() != transport.Quiet {
			t.Error("more are served than the limit")
		}
	})
}

// TestCancelOfWhatWasSetAside: the handler finds that the client has given up.
func TestCancelOfWhatWasSetAside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := serveRaw(t, conn.Options{Limits: limited(map[limits.Name]int64{limits.OutstandingRequests: 1})}, caller())
		r.write(request(2, "back", "x"), request(4, "wait", ""), giop.AppendCancelRequest(nil, cdr.V12, true, 4))
		id := r.expect(giop.TypeRequest)
		r.write(reply(id, "one"))
		r.expectReply(2, "one")
		r.expectReply(4, "waited: context canceled")
	})
}

// TestShutdownBothWays holds that an orderly end from either side waits for the calls of both.
func TestShutdownBothWays(t *testing.T) {
	t.Parallel()
	for _, fromServer := range []bool{false, true} {
		for _, calls := range []int{0, 100} {
			synctest.Test(t, func(t *testing.T) {
				p := bothPair(t, conn.Options{})
				for range calls {
					(<-ask(p.client, "echo", []byte("x"))).succeeded(t, "x")
				}
				here, there := p.client, p.server
				if fromServer {
					here, there = there, here
				}
				mine, others := ask(here, "slow", []byte("mine")), ask(there, "slow back", []byte("other's"))
				time.Sleep(500 * time.Millisecond)
				done := make(chan error)
				go func() { done <- here.Shutdown(context.Background()) }()
				(<-mine).succeeded(t, "mine")
				(<-others).succeeded(t, "other's") // who is called while the end waits for it
				if err := <-done; err != nil {
					t.Error(err)
				}
				is(t, (<-ask(there, "echo", nil)).err, exc.Transient, exc.MinorPeerClosed, exc.No)
			})
		}
	}
}

// TestShutdownTakesNoCalls holds that only who serves may still call while the end is waited for.
func TestShutdownTakesNoCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := bothPair(t, conn.Options{})
		mine := ask(p.client, "slow back", []byte("mine"))
		synctest.Wait()
		done := make(chan error)
		go func() { done <- p.client.Shutdown(context.Background()) }()
		synctest.Wait()
		is(t, (<-ask(p.client, "echo", nil)).err, exc.Transient, exc.MinorPeerClosed, exc.No)
		(<-mine).succeeded(t, "mine") // it was called back for that
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestIdleBothWays holds that a connection is not idle while either side uses it, and ends in order when
// neither does.
func TestIdleBothWays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := mem.New().Pipe()
		c := conn.Both(ours, conn.Options{Limits: limited(map[limits.Name]int64{limits.IdleTimeout: int64(time.Minute)})}, caller())
		r := raw{t, theirs}
		for i := range uint32(5) {
			time.Sleep(50 * time.Second)
			r.write(request(2*i+1, "echo", "x"))
			r.expectReply(2*i+1, "x")
		}
		within(t, 90*time.Second, func() { r.expect(giop.TypeCloseConnection) })
		theirs.Close()
		c.Close()
	})
}

// TestMayNotBeIdle holds that a connection stays that the peer needs in order to be called.
func TestMayNotBeIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := bothPair(t, conn.Options{Limits: limited(map[limits.Name]int64{limits.IdleTimeout: int64(time.Minute)})})
		p.client.StayUp()
		p.server.StayUp()
		time.Sleep(time.Hour)
		(<-ask(p.server, "echo", []byte("x"))).succeeded(t, "x")
	})
}

// TestEndsOfACallBack: who is called back learns from the connection, as any caller does.
func TestEndsOfACallBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(p *pair)
		want string
	}{
		"closed by the one who called":   {func(p *pair) { p.client.Close() }, "COMM_FAILURE"},
		"closed by the one who is asked": {func(p *pair) { p.server.Close() }, "COMM_FAILURE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := mem.New().Pipe()
				got := make(chan error, 1)
				h := &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
					if op == "back" {
						var call conn.Call
						_, err := do(context.Background(), w.Conn(), &call, time.Time{}, "wait", nil)
						got <- err
					} else {
						<-w.Done()
					}
					return nil, true
				}}
				p := connectBoth(ours, theirs, conn.Options{}, h)
				outer := ask(p.client, "back", nil)
				synctest.Wait()
				c.end(p)
				for _, err := range []error{<-got, (<-outer).err} {
					if err == nil || !strings.Contains(err.Error(), c.want) {
						t.Errorf("got %v; want %s", err, c.want)
					}
				}
				p.close()
			})
		})
	}
}

// TestExactBothAllocations holds that calls on a connection over which requests may come allocate nothing.
func TestExactBothAllocations(t *testing.T) {
	exact.Start(t)
	ours, theirs := tcpConns(t)
	p := connectBoth(ours, theirs, conn.Options{}, fastHandler{})
	defer p.close()
	for name, c := range map[string]*conn.Conn{"client": p.client, "server": p.server} {
		var call conn.Call
		msg := make([]byte, 0, 100)
		ping := func(n int) {
			for range n {
				id, err := c.Reserve(context.Background(), &call, time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				msg = appendRequest(msg[:0], cdr.V12, id, "ping", nil)
				if err := c.RoundTrip(context.Background(), &call, msg); err != nil {
					t.Fatal(err)
				}
				call.Release()
			}
		}
		ping(1000)
		const calls = 2000
		least := ^uint64(0)
		for range 5 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			ping(calls)
			runtime.ReadMemStats(&after)
			least = min(least, after.Mallocs-before.Mallocs)
		}
		if least > calls/100 {
			t.Errorf("%s: %d allocations in %d pings, want 0 a ping", name, least, calls)
		}
	}
}

// BenchmarkPingBothWays is a ping by either side of a connection over which both may call, and one that is
// answered by a call back.
func BenchmarkPingBothWays(b *testing.B) {
	for _, op := range []string{"client", "server", "back"} {
		b.Run(op, func(b *testing.B) {
			ours, theirs := tcpConns(b)
			h := caller()
			p := connectBoth(ours, theirs, conn.Options{}, h)
			defer p.close()
			c := p.client
			if op == "server" {
				c = p.server
			}
			what, body := "echo", []byte(nil)
			if op == "back" {
				what, body = "deep", number(1)
			}
			var call conn.Call
			b.ReportAllocs()
			for b.Loop() {
				if got, err := do(context.Background(), c, &call, time.Time{}, what, body); err != nil {
					b.Fatal(fmt.Errorf("%q, %w", got, err))
				}
			}
		})
	}
}
