package orb_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// TestExactPingAllocations holds that a ping with the default time-out allocates nothing below
// the user's code, on both sides together: client and server share the process here.
func TestExactPingAllocations(t *testing.T) {
	exact.Start(t)
	testPingAllocations(t, serve(t, new(echo)))
}

// TestExactPingBackAllocations holds the same of a ping over the connection that the other side has made.
func TestExactPingBackAllocations(t *testing.T) {
	exact.Start(t)
	client, root := newORB(t, offersDeaf)
	me := callee(t, root, poa.Both, new(echo))
	_, k, e := keepers(t, client, accepts)
	if _, err := e.Meet(t.Context(), me); err != nil {
		t.Fatal(err)
	}
	testPingAllocations(t, k.met.Load().(Echo))
	testPingAllocations(t, e)
}

// TestExactInterceptedPingAllocations holds that interceptors cost nothing but what they allocate themselves.
func TestExactInterceptedPingAllocations(t *testing.T) {
	exact.Start(t)
	asClient := func(ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
		return next(ctx)
	}
	asServer := func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
		return next(ctx)
	}
	testPingAllocations(t, intercepting(t, false, cdr.V12, []orb.ClientInterceptor{asClient, asClient}, []orb.ServerInterceptor{asServer, asServer}))
}

func testPingAllocations(t *testing.T, e Echo) {
	t.Helper()
	// What else runs in the process, such as the sweeper's timer, may allocate now and then.
	if each := pingAllocations(t, e); each > 0.02 {
		t.Errorf("%.3f allocations a ping, want none", each)
	}
}

// pingAllocations returns how often each of many pings allocates.
func pingAllocations(t *testing.T, e Echo) float64 {
	t.Helper()
	ctx := context.Background()
	for range 1000 { // connect, fill the pools
		if err := e.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	}
	// A collection in the middle empties pools, which costs a few allocations that have
	// nothing to do with the path: the least of some runs is what the path does.
	const calls = 2000
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range calls {
			if err := e.Ping(ctx); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	return float64(least) / calls
}

func BenchmarkPing(b *testing.B) {
	e := serve(b, new(echo))
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Ping(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkManyPings has 64 callers on one connection, where nobody waits for the kernel for long.
func BenchmarkManyPings(b *testing.B) {
	e := serve(b, new(echo))
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ctx := context.Background()
		for pb.Next() {
			if err := e.Ping(ctx); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// maxFirstCall is what the first call through a reference allocates: the reference, the way that it says, and what is read of its profile.
const maxFirstCall = 11

// TestExactFirstCallAllocations holds what a reference costs that is called once, over a connection that is there.
func TestExactFirstCallAllocations(t *testing.T) {
	exact.Start(t)
	e := serve(t, new(echo))
	at := orb.RefOf(e.(orb.Object))
	ctx := context.Background()
	const refs = 500
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range refs {
			c := orb.StartCall(ctx, at.ORB().NewRef(at.IOR()), "ping", 0)
			for c.Next() {
			}
			c.Returned()
			if err := c.End(); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		least = min(least, (after.Mallocs-before.Mallocs)/refs)
	}
	t.Logf("%d allocations", least)
	if least > maxFirstCall {
		t.Errorf("%d allocations for a reference and its first call, at most %d are allowed", least, maxFirstCall)
	}
}
