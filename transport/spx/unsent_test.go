package spx_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport/spx"
)

// TestFlushTellsLosses: of a connection that was closed, and that its peer ends before all that was written has arrived, Flush says so, once, whether that was before or while it waits. Where all has
// arrived it says nothing, nor what was lost long before.
func TestFlushTellsLosses(t *testing.T) {
	const end = 0x8000 // a number that is not the next
	for name, c := range map[string]struct {
		say    spx.Header
		during bool
		later  time.Duration
		lost   bool
	}{
		"reset before":             {spx.Header{Seq: end, Ack: 3}, false, 0, true},
		"reset meanwhile":          {spx.Header{Seq: end, Ack: 3}, true, 0, true},
		"ended in order":           {spx.Header{Ack: 3}, false, 0, true},
		"ended with all":           {spx.Header{Ack: 8}, false, 0, false},
		"reset long before":        {spx.Header{Seq: end, Ack: 3}, false, 6 * time.Second, false},
		"ended with all meanwhile": {spx.Header{Ack: 8}, true, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, l, r, heard := hostile(t, spx.HostConfig{})
				conn, id := established(t, r, l, heard)
				r.say(spx.Header{Control: spx.System, Src: 7, Dst: id, Alloc: 20}, "")
				if _, err := conn.Write(make([]byte, 7*534+1)); err != nil { // 8 packets
					t.Fatal(err)
				}
				if err := conn.Close(); err != nil {
					t.Fatal(err)
				}
				say := func() {
					c.say.Control, c.say.Stream, c.say.Src, c.say.Dst, c.say.Alloc = spx.System, spx.End, 7, id, 20
					r.say(c.say, "")
				}
				flushed := make(chan error, 1)
				if c.during {
					go func() { flushed <- h.Flush(t.Context()) }()
					synctest.Wait()
					say()
				} else {
					say()
					time.Sleep(c.later)
					flushed <- h.Flush(t.Context())
				}
				err := <-flushed
				var unsent *spx.UnsentError
				switch {
				case !c.lost && err != nil, c.lost && (!errors.As(err, &unsent) || unsent.Conns != 1 || unsent.Ended != 1 || !strings.Contains(err.Error(), "before they ended")):
					t.Errorf("Flush: %v", err)
				}
				if err := h.Flush(t.Context()); err != nil {
					t.Errorf("it says it twice: %v", err)
				}
			})
		})
	}
}

// TestBothClose: two sides that close at once, each with data under way, are done as soon as that has arrived.
func TestBothClose(t *testing.T) {
	for name, loss := range map[string]float64{"": 0, "with losses": 0.05} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := pairOn(t, ipxtest.New(ipxtest.Faults{Seed: 3, Delay: 5 * time.Millisecond, Loss: loss}), spx.HostConfig{})
				a, b := connect(t, x)
				for _, c := range []io.Writer{a, b} {
					if _, err := c.Write(make([]byte, 20_000)); err != nil {
						t.Fatal(err)
					}
				}
				a.Close()
				b.Close()
				began := time.Now()
				for _, y := range []*spx.Transport{x.dial, x.listen} {
					h, err := y.Host(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					for h.Conns() > 0 {
						if time.Since(began) > 3*time.Second {
							t.Fatalf("there are connections after %v: %+v", time.Since(began), h.Counts())
						}
						time.Sleep(time.Millisecond)
					}
				}
			})
		})
	}
}
