package conn_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb/internal/conn"
)

func TestBlockingServantsOverTCP(t *testing.T) {
	t.Parallel()
	p := tcpPair(t, nil, &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
		if d := time.Duration(body[0]) * 100 * time.Microsecond; d > 15*time.Millisecond {
			time.Sleep(d)
		}
		return body, true
	}})
	defer p.close()
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 1))
			var call conn.Call
			for range 30 {
				body := make([]byte, 1+rnd.IntN(40))
				if rnd.IntN(20) == 0 {
					body = make([]byte, 1+rnd.IntN(100_000))
				}
				for k := range body {
					body[k] = byte(rnd.Uint32())
				}
				got, err := do(context.Background(), p.client, &call, time.Time{}, "x", body)
				if err != nil || !bytes.Equal(got, body) {
					t.Errorf("caller %d: got %.10q of %d, %v; want %.10q of %d", i, got, len(got), err, body, len(body))
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestNestedCallbacks: two processes call each other from inside their handlers, all over one connection
// in each direction. Were a connection not taken from a handler that waits, they would wait for ever.
func TestNestedCallbacks(t *testing.T) {
	t.Parallel()
	var sides [2]*pair // sides[i].server serves what sides[i].client asks
	ready := make(chan struct{})
	side := func(other int) *handler {
		return &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
			<-ready
			n := binary.BigEndian.Uint32(body)
			if n == 0 {
				return body, true
			}
			var call conn.Call
			got, err := do(context.Background(), sides[other].client, &call, time.Time{}, op, number(n-1))
			if err != nil {
				return []byte(err.Error()), true
			}
			return number(binary.BigEndian.Uint32(got) + 1), true
		}}
	}
	sides[0], sides[1] = tcpPair(t, nil, side(1)), tcpPair(t, nil, side(0))
	close(ready)
	defer sides[0].close()
	defer sides[1].close()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			var call conn.Call
			for n := range uint32(20) {
				got, err := do(context.Background(), sides[i%2].client, &call, time.Time{}, "nest", number(n))
				if err != nil || !bytes.Equal(got, number(n)) {
					t.Errorf("%d deep: got %q, %v", n, got, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestGivingUpHarmsNobody: callers who cancel at random, and others who go on.
func TestGivingUpHarmsNobody(t *testing.T) {
	t.Parallel()
	p := tcpPair(t, nil, &handler{serve: func(w *conn.Work, op string, body []byte) ([]byte, bool) {
		if op == "wait" {
			select {
			case <-w.Done():
			case <-time.After(time.Duration(body[0]) * 50 * time.Microsecond):
			}
		}
		return body, true
	}})
	defer p.close()
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 2))
			var call conn.Call
			for k := range 100 {
				body := bytes.Repeat([]byte{byte(rnd.Uint32())}, 1+rnd.IntN(30_000)/(1+rnd.IntN(300)))
				if i%2 == 0 {
					got, err := do(context.Background(), p.client, &call, time.Time{}, "echo", body)
					if err != nil || !bytes.Equal(got, body) {
						t.Errorf("caller %d call %d: %d octets, %v; want %d", i, k, len(got), err, len(body))
						return
					}
					continue
				}
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rnd.IntN(3000))*time.Microsecond)
				got, err := do(ctx, p.client, &call, time.Now().Add(time.Duration(rnd.IntN(20))*time.Millisecond), "wait", body)
				cancel()
				if err == nil && !bytes.Equal(got, body) || err != nil && (!errors.Is(err, exc.Timeout) || !errors.Is(err, context.DeadlineExceeded)) {
					t.Errorf("caller %d call %d: %d octets, %v", i, k, len(got), err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestLifeAndDeath: connections are closed from either side, in any way, while they are used.
func TestLifeAndDeath(t *testing.T) {
	t.Parallel()
	for i := range 60 {
		p := tcpPair(t, nil, &handler{})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				var call conn.Call
				for k := 0; ; k++ {
					body := fmt.Appendf(nil, "%d", k)
					got, err := do(context.Background(), p.client, &call, time.Time{}, "echo", body)
					if err != nil {
						var sys *exc.SystemException
						if !errors.As(err, &sys) || sys.Kind != exc.CommFailure && sys.Kind != exc.Transient {
							t.Errorf("got %v", err)
						}
						return
					}
					if !bytes.Equal(got, body) {
						t.Errorf("got %q; want %q", got, body)
					}
				}
			})
		}
		wg.Go(func() {
			time.Sleep(time.Duration(i) * 100 * time.Microsecond)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			var err error
			switch i % 4 {
			case 0:
				p.client.Close()
			case 1:
				p.server.Close()
			case 2:
				err = p.server.Shutdown(ctx)
			case 3:
				err = p.client.Shutdown(ctx)
			}
			if err != nil {
				t.Errorf("Shutdown: %v", err)
			}
		})
		wg.Wait()
		p.close()
	}
}
