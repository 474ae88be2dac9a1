package conn_test

import (
	"bytes"
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// A busyConn notes what it is told of how busy it is.
type busyConn struct {
	transport.Conn
	mu   sync.Mutex
	told []bool
}

func (c *busyConn) SetBusy(busy bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, busy)
	c.Conn.SetBusy(busy)
}

// take returns what was told last, and whether that has changed since the beginning.
func (c *busyConn) last() (busy, told bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.told) == 0 {
		return false, false
	}
	return c.told[len(c.told)-1], true
}

// TestServerTellsThatItIsBusy: a server's transport is told when requests come several at a time, and when they do no longer.
func TestServerTellsThatItIsBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := mem.New().Pipe()
		busy := &busyConn{Conn: theirs}
		c := conn.Server(busy, conn.Options{}, fastHandler{})
		ended := make(chan struct{})
		go func() {
			c.Run()
			close(ended)
		}()
		r := raw{t, ours}
		id := uint32(0)
		ask := func(n int) {
			t.Helper()
			var all [][]byte
			for i := range n {
				all = append(all, request(id+uint32(i), "op", "x"))
			}
			r.write(bytes.Join(all, nil))
			for range n {
				r.expectReply(id, "x")
				id++
			}
			synctest.Wait()
		}
		ask(1)
		if got, told := busy.last(); got || !told {
			t.Errorf("one request: busy=%v, told=%v", got, told)
		}
		ask(3)
		if got, _ := busy.last(); !got {
			t.Error("three requests at a time: it is not busy")
		}
		alone := 0
		for got := true; got && alone < 100_000; alone++ {
			ask(1)
			got, _ = busy.last()
		}
		if got, _ := busy.last(); got || alone < 2 {
			t.Errorf("it is busy=%v after %d requests one by one", got, alone)
		}
		ours.Close()
		<-ended
	})
}

// A gate is a connection whose writes go through, and then wait until they are let go on.
type gate struct {
	transport.Conn
	shut   atomic.Bool
	passed chan struct{} // one for each write that waits
}

func (g *gate) Write(b []byte) (int, error) {
	n, err := g.Conn.Write(b)
	g.wait()
	return n, err
}

func (g *gate) WriteBuffers(v *net.Buffers) (int64, error) {
	n, err := g.Conn.WriteBuffers(v)
	g.wait()
	return n, err
}

func (g *gate) wait() {
	if g.shut.Load() {
		g.passed <- struct{}{}
	}
}

// TestWriterWithAReplyYields: a caller who writes for others hands that on when his own reply is there, and returns.
func TestWriterWithAReplyYields(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := mem.New().Pipe()
		g := &gate{Conn: ours, passed: make(chan struct{})}
		c := conn.Client(g, conn.Options{})
		defer c.Close()
		r := raw{t, theirs}
		defer theirs.Close()
		g.shut.Store(true)
		first := begin(context.Background(), c, 0, "first") // is in its write now
		id := r.expect(giop.TypeRequest)
		second := begin(context.Background(), c, 0, "second") // is queued behind it, and reads
		third := begin(context.Background(), c, 0, "third")
		r.write(reply(id, "first"))
		synctest.Wait() // it has been read
		<-g.passed      // the write ends, and another begins, for the others
		select {
		case o := <-first:
			o.succeeded(t, "first")
		case <-time.After(time.Second):
			t.Error("the caller who has his reply writes for others")
		}
		g.shut.Store(false)
		select {
		case <-g.passed:
		default:
		}
		for _, want := range []string{"second", "third"} {
			r.write(reply(r.expect(giop.TypeRequest), want))
		}
		(<-second).succeeded(t, "second")
		(<-third).succeeded(t, "third")
	})
}
