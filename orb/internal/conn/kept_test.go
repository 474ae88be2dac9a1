package conn_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport/mem"
)

// TestKept holds that what looks after connections is made once where it is kept, however often there is no connection;
// that it still sees to time-outs after it has had nothing to do, soon and long after; that it ends when it is let go, which the
// end of the bubble waits for; and that it is made anew where it is not kept.
func TestKept(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]bool{"kept": true, "not kept": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := limited(map[limits.Name]int64{limits.IdleTimeout: int64(time.Minute)})
				var made atomic.Int32
				shared := conn.NewCountedShared(l, &made)
				shared.Keep(keep)
				const times = 12
				for i := range times {
					ours, theirs := mem.New().Pipe()
					p := &pair{conn.Client(ours, conn.Options{Limits: l}), conn.Server(theirs, conn.Options{Limits: l, Shared: shared}, fastHandler{}), make(chan struct{})}
					go func() { p.server.Run(); close(p.ended) }()
					if _, err := do(t.Context(), p.client, new(conn.Call), time.Time{}, "ping", nil); err != nil {
						t.Fatal(err)
					}
					switch i % 3 {
					case 0: // the client goes at once
						p.client.Close()
						<-p.ended
					case 1: // the server's sweeper ends it
						begun := time.Now()
						<-p.ended
						if took := time.Since(begun); took < time.Minute || took > 2*time.Minute {
							t.Errorf("a connection that nothing came over was ended after %v", took)
						}
					case 2: // and nothing is there for a while
						p.client.Close()
						<-p.ended
						time.Sleep(3 * time.Hour)
					}
					p.close()
					synctest.Wait()
				}
				if n := made.Load(); keep && n != 2 || !keep && n < times {
					t.Errorf("%d pulses were made for %d connections, one after the other", n, times)
				}
				shared.Keep(false)
			})
		})
	}
}

// TestKeptDeadline holds that a call's deadline is kept by what has had nothing to do.
func TestKeptDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int32
		shared := conn.NewCountedShared(nil, &made)
		shared.Keep(true)
		for range 3 {
			time.Sleep(time.Hour)
			ours, theirs := mem.New().Pipe()
			c := conn.Client(ours, conn.Options{Shared: shared})
			begun := time.Now()
			_, err := do(context.Background(), c, new(conn.Call), begun.Add(time.Second), "nobody answers", nil)
			if took := time.Since(begun); err == nil || took < time.Second || took > 2*time.Second {
				t.Errorf("a call with a second's time ended after %v: %v", took, err)
			}
			c.Close()
			theirs.Close()
		}
		shared.Keep(false)
	})
}

// TestKeptTakeOver holds that a handler that takes long keeps nobody from being served, after there was nothing to look at for a while.
func TestKeptTakeOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int32
		shared := conn.NewCountedShared(nil, &made)
		shared.Keep(true)
		for range 3 {
			time.Sleep(time.Hour)
			served := make(chan struct{})
			ours, theirs := mem.New().Pipe()
			p := &pair{conn.Client(ours, conn.Options{}), conn.Server(theirs, conn.Options{Shared: shared}, &handler{func(_ *conn.Work, op string, body []byte) ([]byte, bool) {
				if op == "slow" {
					<-served
				} else {
					close(served)
				}
				return body, true
			}}), make(chan struct{})}
			go func() { p.server.Run(); close(p.ended) }()
			slow := make(chan error, 1)
			go func() {
				_, err := do(t.Context(), p.client, new(conn.Call), time.Time{}, "slow", nil)
				slow <- err
			}()
			synctest.Wait()
			if _, err := do(t.Context(), p.client, new(conn.Call), time.Now().Add(time.Minute), "quick", nil); err != nil {
				t.Fatalf("behind one that takes long: %v", err)
			}
			if err := <-slow; err != nil {
				t.Error(err)
			}
			p.close()
		}
		shared.Keep(false)
	})
}
