package conn_test

import (
	"context"
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport/mem"
)

// TestCrowd: one message with company makes a crowd, and as many alone as there may be in a crowd end it.
func TestCrowd(t *testing.T) {
	t.Parallel()
	var c conn.Crowd
	for range 2 {
		if c.See(false) {
			t.Error("one alone is a crowd")
		}
	}
	for range 2 {
		for i := range 3 {
			if !c.See(true) {
				t.Errorf("message %d with company is in no crowd", i)
			}
		}
		for i := range conn.CalmAfter - 1 {
			if !c.See(false) {
				t.Fatalf("there is no crowd any more after %d messages alone", i+1)
			}
		}
		for range 3 {
			if c.See(false) {
				t.Fatalf("there is a crowd after %d messages alone", conn.CalmAfter)
			}
		}
	}
}

// TestExactCrowdGoesOutTogether: callers whose replies come together, and who call again, share one write. The first
// of them is alone when it calls; what it writes alone costs the peer a read, and both a wake-up.
func TestExactCrowdGoesOutTogether(t *testing.T) {
	exact.Start(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that who is ready runs when somebody yields, here and nowhere else
	const callers, rounds = 16, 200
	a, b := mem.New().Pipe()
	ours := &counting{Conn: a}
	c := conn.Client(ours, conn.Options{})
	var peer, all sync.WaitGroup
	peer.Go(func() {
		for answerTogether(b, callers) == nil {
		}
	})
	for range callers {
		all.Go(func() {
			var call conn.Call
			for range rounds {
				if _, err := do(context.Background(), c, &call, time.Time{}, "ping", nil); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	// One who yields comes back early each 61st time that the scheduler looks for work, which is in each fourth round.
	if n := ours.writes.Load(); n > rounds+rounds/2 {
		t.Errorf("%d callers wrote %d times in %d rounds", callers, n, rounds)
	}
	c.Close()
	b.Close()
	peer.Wait()
}

// answerTogether reads n requests and writes their replies as one.
func answerTogether(rw io.ReadWriter, n int) error {
	var out []byte
	for range n {
		msg := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(rw, msg); err != nil {
			return err
		}
		h, err := giop.ParseHeader(msg)
		if err != nil {
			return err
		}
		body := make([]byte, h.Size)
		if _, err := io.ReadFull(rw, body); err != nil {
			return err
		}
		id, err := giop.RequestID(h, append(msg, body...))
		if err != nil {
			return err
		}
		out = append(out, appendReply(nil, cdr.V12, id, nil)...)
	}
	_, err := rw.Write(out)
	return err
}
