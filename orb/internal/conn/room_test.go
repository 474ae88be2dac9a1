package conn_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport/mem"
)

// serveSlowly is serveRaw over a connection that holds few octets on their way.
func serveSlowly(t *testing.T, o conn.Options, h conn.Handler) (raw, *conn.Conn) {
	t.Helper()
	n := mem.New()
	n.Buffer = 1000
	return serveRawOver(t, n, o, h)
}

// TestUnreadRepliesStopRequests: a peer that does not take its replies gets no more of them made, and gets
// all when it does.
func TestUnreadRepliesStopRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ size, requests, most int }{
		"long":   {1_000_000, 100, 2},
		"medium": {100_000, 100, 5},
		"small":  {1_000, 1_000, 330}, // 16 KiB held by the runner, 256 KiB and a little by the connection
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var made atomic.Int32
				body := strings.Repeat("x", c.size)
				r, _ := serveSlowly(t, conn.Options{}, &handler{serve: func(*conn.Work, string, []byte) ([]byte, bool) {
					made.Add(1)
					return []byte(body), true
				}})
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					for i := range c.requests {
						r.write(request(uint32(i+1), "get", ""))
					}
				}()
				time.Sleep(10 * time.Second) // less than the stall-timeout
				if n := made.Load(); int(n) > c.most || n == 0 {
					t.Errorf("%d replies of %d octets were made that nobody takes, want at most %d", n, c.size, c.most)
				}
				within(t, 10*time.Second, func() {
					answered := map[uint32]bool{}
					for range c.requests {
						h, msg := r.next()
						id, err := giop.RequestID(h, msg)
						got, err2 := replyBody(h, msg)
						if err != nil || err2 != nil || len(got) != c.size || answered[id] {
							t.Fatalf("got a %v to %d of %d octets, %v %v", h.Type, id, len(got), err, err2)
						}
						answered[id] = true
					}
				})
				<-sent
			})
		})
	}
}

// TestRunningRequestsAreBounded: what many connections have running stays within half of bytes-in-flight,
// but for a few of each; all are served in the end.
func TestRunningRequestsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const conns, requests, limit = 5, 100, 1 << 20
		o := conn.Options{Shared: conn.NewShared(limited(map[limits.Name]int64{limits.BytesInFlight: limit}))}
		o.Limits = limited(nil)
		var running, most, done atomic.Int32
		release := make(chan struct{})
		h := &handler{serve: func(_ *conn.Work, op string, body []byte) ([]byte, bool) {
			if op == "wait" {
				most.Store(max(most.Load(), running.Add(1)))
				<-release
				running.Add(-1)
				done.Add(1)
			}
			return body, true
		}}
		var peers []raw
		for range conns {
			r, _ := serveRaw(t, o, h)
			peers = append(peers, r)
			go func() {
				for i := range requests {
					r.write(request(uint32(i+1), "wait", ""))
				}
			}()
		}
		time.Sleep(time.Second)
		const half = limit / 2 / (32 << 10) // which one connection may fill before the others begin
		if n := most.Load(); n > half+1+(conns-1)*(8+1) || n < half {
			t.Errorf("%d requests run", n)
		}
		other, _ := serveRaw(t, o, h) // is served, though there is no room for more at a time
		other.write(request(1, "echo", "a"))
		within(t, 10*time.Millisecond, func() { other.expectReply(1, "a") })
		peers[0].Close() // and one that goes away is not kept
		close(release)
		for _, r := range peers[1:] {
			within(t, time.Minute, func() {
				for range requests {
					r.next()
				}
			})
		}
		if n := done.Load(); n < (conns-1)*requests {
			t.Errorf("%d requests were served", n)
		}
	})
}

// TestStrangersLeaveRoom: connections that hold most of bytes-in-flight by messages that they do not
// finish keep nobody else from calling while a call of theirs is served, as who is called back does.
func TestStrangersLeaveRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit = 1 << 20
		o := conn.Options{Shared: conn.NewShared(limited(map[limits.Name]int64{limits.BytesInFlight: limit}))}
		o.Limits = limited(nil)
		release := make(chan struct{})
		h := &handler{serve: func(_ *conn.Work, op string, body []byte) ([]byte, bool) {
			if op == "wait" {
				<-release
			}
			return body, true
		}}
		long := request(1, "echo", strings.Repeat("x", 300<<10))
		for range 3 {
			stranger, _ := serveRaw(t, o, h)
			stranger.write(long[:len(long)-10])
		}
		time.Sleep(time.Second)
		r, _ := serveRaw(t, o, h)
		r.write(request(1, "wait", "outer"))
		time.Sleep(10 * time.Millisecond)
		r.write(request(2, "echo", "inner"))
		within(t, 10*time.Millisecond, func() { r.expectReply(2, "inner") })
		close(release)
		within(t, time.Second, func() { r.expectReply(1, "outer") })
	})
}

// TestUnreadRepliesAreEnded: when replies that nobody takes exceed bytes-in-flight, those connections
// end that have waited for longest, and no others.
func TestUnreadRepliesAreEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log logbook
		l := limited(map[limits.Name]int64{limits.BytesInFlight: 2_500_000})
		o := conn.Options{Limits: l, Shared: conn.NewShared(l), Logger: log.logger()}
		body := strings.Repeat("x", 1_000_000)
		h := &handler{serve: func(_ *conn.Work, op string, b []byte) ([]byte, bool) {
			if op == "get" {
				return []byte(body), true
			}
			return b, true
		}}
		var peers []raw
		for range 4 {
			r, _ := serveSlowly(t, o, h)
			r.write(request(1, "get", ""))
			peers = append(peers, r)
			time.Sleep(8 * time.Second) // a sweep
		}
		ended := 0
		for i, r := range peers {
			if _, _, err := r.try(); err != nil {
				ended++
				if i > 1 {
					t.Errorf("connection %d ended, before those that have waited for longer", i)
				}
			}
		}
		if text := strings.Join(log.lines(), " "); ended != 2 || !strings.Contains(text, "bytes-in-flight") || l.Hits(limits.BytesInFlight) == 0 {
			t.Errorf("%d connections ended: %s", ended, text)
		}
	})
}
