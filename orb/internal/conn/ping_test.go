package conn_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport/mem"
)

var overBoth = map[string]func(testing.TB, *limits.Limits, conn.Handler) *pair{"mem": memPair, "tcp": tcpPair}

func TestEchoOfAllSizes(t *testing.T) {
	t.Parallel()
	for name, over := range overBoth {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := over(t, nil, &handler{})
			defer p.close()
			var call conn.Call
			for _, n := range []int{0, 1, 7, 100, 4 << 10, 16<<10 - 100, 16 << 10, 16<<10 + 1, 100_000, 1 << 20, 5_000_001, 100} {
				body := bytes.Repeat([]byte{byte(n), byte(n >> 8), 7}, n/3+1)[:n]
				got, err := do(t.Context(), p.client, &call, time.Time{}, "echo", body)
				if err != nil {
					t.Fatalf("%d octets: %v", n, err)
				}
				if !bytes.Equal(got, body) {
					t.Fatalf("%d octets: got %d others back", n, len(got))
				}
			}
		})
	}
}

func TestManyCallersGetTheirOwnReplies(t *testing.T) {
	t.Parallel()
	for name, over := range overBoth {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := over(t, nil, &handler{})
			defer p.close()
			const callers, calls = 64, 200
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() {
					var call conn.Call
					for k := range calls {
						body := fmt.Appendf(nil, "%d/%d", i, k)
						if k%50 == 7 {
							body = bytes.Repeat(body, 10_000/(i+1))
						}
						got, err := do(context.Background(), p.client, &call, time.Time{}, "echo", body)
						if err != nil || !bytes.Equal(got, body) {
							t.Errorf("caller %d call %d: got %.20q %v", i, k, got, err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

func ping(tb testing.TB, c *conn.Conn, call *conn.Call, buf []byte, deadline time.Time) []byte {
	id, err := c.Reserve(context.Background(), call, deadline)
	if err != nil {
		tb.Fatal(err)
	}
	buf = appendRequest(buf[:0], cdr.V12, id, "ping", nil)
	if err := c.RoundTrip(context.Background(), call, buf); err != nil {
		tb.Fatal(err)
	}
	call.Release()
	return buf
}

func TestExactPingAllocations(t *testing.T) {
	exact.Start(t)
	for name, over := range overBoth {
		t.Run(name, func(t *testing.T) {
			p := over(t, nil, fastHandler{})
			defer p.close()
			var call conn.Call
			buf := make([]byte, 0, 256)
			run := func() { buf = ping(t, p.client, &call, buf, time.Now().Add(time.Minute)) }
			for range 100 {
				run()
			}
			if n := testing.AllocsPerRun(2000, run); n != 0 {
				t.Errorf("%v allocations a ping, both sides together", n)
			}
		})
	}
}

// TestPingCostsOneWriteAndOneRead on either side; a read that has to wait is one more system call.
func TestPingCostsOneWriteAndOneRead(t *testing.T) {
	t.Parallel()
	a, b := mem.New().Pipe()
	ours, theirs := &counting{Conn: a}, &counting{Conn: b}
	p := connect(t, ours, theirs, nil, fastHandler{})
	defer p.close()
	var call conn.Call
	const pings = 100
	for range pings {
		ping(t, p.client, &call, nil, time.Time{})
	}
	if w, r := ours.writes.Load(), ours.reads.Load(); w != pings || r != pings {
		t.Errorf("client: %d writes and %d reads for %d pings", w, r, pings)
	}
	if w, r := theirs.writes.Load(), theirs.reads.Load(); w != pings || r > pings+1 {
		t.Errorf("server: %d writes and %d reads for %d pings", w, r, pings)
	}
}

// BenchmarkCopy and BenchmarkWrite are what gatherLimit rests on.
func BenchmarkCopy(b *testing.B) {
	for _, n := range []int{1 << 10, 8 << 10, 32 << 10} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			from, to := make([]byte, n), make([]byte, n)
			for b.Loop() {
				copy(to, from)
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1 << 10, 8 << 10, 32 << 10} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ours, theirs := tcpConns(b)
			defer ours.Close()
			defer theirs.Close()
			go io.Copy(io.Discard, theirs)
			msg := make([]byte, n)
			for b.Loop() {
				ours.Write(msg)
			}
		})
	}
}

func BenchmarkPing(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			p := tcpPair(b, nil, fastHandler{})
			defer p.close()
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() {
					var call conn.Call
					buf := make([]byte, 0, 256)
					for range (b.N + i) / callers {
						buf = ping(b, p.client, &call, buf, time.Now().Add(time.Minute))
					}
				})
			}
			wg.Wait()
		})
	}
}

func BenchmarkEcho(b *testing.B) {
	for _, size := range []int{1 << 10, 64 << 10, 4 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			p := tcpPair(b, nil, fastHandler{})
			defer p.close()
			var call conn.Call
			body := make([]byte, size)
			var buf []byte
			b.SetBytes(int64(2 * size))
			b.ReportAllocs()
			for b.Loop() {
				id, err := p.client.Reserve(context.Background(), &call, time.Time{})
				if err != nil {
					b.Fatal(err)
				}
				buf = appendRequest(buf[:0], cdr.V12, id, "echo", body)
				if err := p.client.RoundTrip(context.Background(), &call, buf); err != nil {
					b.Fatal(err)
				}
				call.Release()
			}
		})
	}
}
