package spx_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport/spx"
)

// TestFlush: what was written before Close arrives although the program ends, which is to end its transport: over a network that loses packets, and at a peer that reads late.
func TestFlush(t *testing.T) {
	for name, flush := range map[string]bool{"flushed": true, "closed": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := ipxtest.New(ipxtest.Faults{Seed: 1, Loss: 0.05, Delay: 5 * time.Millisecond})
				x := pairOn(t, w, spx.HostConfig{})
				a, b := connect(t, x)
				out := bytesOf(1, 150_000)
				if _, err := a.Write(out[:60_000]); err != nil { // it fits into the queues of both sides
					t.Fatal(err)
				}
				came := make(chan []byte, 1)
				go func() {
					time.Sleep(time.Second)
					got, _ := io.ReadAll(b)
					came <- got
				}()
				if _, err := a.Write(out[60_000:]); err != nil {
					t.Fatal(err)
				}
				if err := a.Close(); err != nil {
					t.Fatal(err)
				}
				if flush {
					if err := x.dial.Flush(t.Context()); err != nil {
						t.Error(err)
					}
					h, _ := x.dial.Host(t.Context())
					if n := h.Conns(); n != 0 {
						t.Errorf("%d connections are left", n)
					}
				}
				if err := x.dial.Close(); err != nil {
					t.Error(err)
				}
				if got := <-came; !bytes.Equal(got, out) {
					t.Errorf("%d octets came of %d", len(got), len(out))
				}
			})
		})
	}
}

// TestFlushEnds: for a peer that reads nothing, or is gone, a flush takes its time and says so, and the end of the transport takes no more after that; a context may have it end
// earlier; and what was not closed is not waited for.
func TestFlushEnds(t *testing.T) {
	for name, gone := range map[string]bool{"full": false, "gone": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := ipxtest.New(ipxtest.Faults{Delay: time.Millisecond})
				x := pairOn(t, w, spx.HostConfig{Window: 8})
				a, _ := connect(t, x)
				a.SetWriteDeadline(time.Now().Add(time.Second))
				if gone {
					w.Change(func() { w.Drop = func([]byte) bool { return true } })
				}
				_, _ = a.Write(make([]byte, 200_000))
				began := time.Now()
				if err := x.dial.Flush(t.Context()); err != nil || time.Since(began) != 0 {
					t.Errorf("what is open is waited for, %v: %v", time.Since(began), err)
				}
				if err := a.Close(); err != nil {
					t.Fatal(err)
				}
				short, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				began = time.Now()
				var unsent *spx.UnsentError
				if err := x.dial.Flush(short); !errors.As(err, &unsent) || unsent.Conns != 1 || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
					t.Errorf("after %v: %v", time.Since(began), err)
				}
				if err := x.dial.Flush(t.Context()); !errors.As(err, &unsent) || !strings.Contains(err.Error(), "spx-flush") || time.Since(began) != 5*time.Second {
					t.Errorf("after %v: %v", time.Since(began), err)
				}
				if err := x.dial.Close(); err != nil || time.Since(began) != 5*time.Second {
					t.Errorf("the end took %v: %v", time.Since(began), err)
				}
			})
		})
	}
}
