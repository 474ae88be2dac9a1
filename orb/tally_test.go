package orb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// counted is an Echo, and its ORB, which counts.
func counted(t testing.TB, change func(*orb.Config)) (*orb.ORB, Echo) {
	t.Helper()
	o, root := newORB(t, func(c *orb.Config) {
		c.Count = true
		if change != nil {
			change(c)
		}
	})
	ref, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	e, err := EchoClass.Bind(t.Context(), newClient(t, nil), ref.String())
	if err != nil {
		t.Fatal(err)
	}
	return o, e
}

// callOf calls an operation without arguments by name.
func callOf(ctx context.Context, e Echo, operation string) error {
	c := orb.StartCall(ctx, orb.RefOf(e.(orb.Object)), operation, 0)
	for c.Next() {
	}
	c.Returned()
	return c.End()
}

// TestCalls holds what is counted of which operation: each end that a call can have.
func TestCalls(t *testing.T) {
	t.Parallel()
	o, e := counted(t, nil)
	ctx := t.Context()
	for range 3 {
		if err := e.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var refused *Refused
	if _, _, _, err := e.Add(ctx, -1, 0); !errors.As(err, &refused) {
		t.Fatal(err)
	}
	if _, _, _, err := e.Add(ctx, 1, 0); err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"panic", "goexit"} {
		if _, err := e.Say(ctx, way); !errors.Is(err, exc.Unknown) {
			t.Fatal(err)
		}
	}
	for i := range 3 { // each by another name
		if err := callOf(ctx, e, fmt.Sprint("made_up_", i)); !errors.Is(err, exc.BadOperation) {
			t.Fatal(err)
		}
	}
	type row struct {
		Interface, Operation  string
		Calls, Raised, Failed uint64
	}
	var got []row
	for _, c := range o.Calls() {
		got = append(got, row{c.Interface, c.Operation, c.Calls, c.Raised, c.Failed})
		if c.Time <= 0 || c.Time > time.Minute {
			t.Errorf("%s took %v", c.Operation, c.Time)
		}
	}
	want := []row{
		{"", orb.OtherOperations, 3, 0, 3},
		{echoID, "add", 2, 1, 0},
		{echoID, "ping", 3, 0, 0},
		{echoID, "say", 2, 0, 2},
	}
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

// TestTimedCalls holds that all calls are counted, and the times of some stand for all.
func TestTimedCalls(t *testing.T) {
	t.Parallel()
	o, e := counted(t, nil)
	const calls = 1024 + 160
	for range calls {
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	got := o.Calls()
	if len(got) != 1 || got[0].Calls != calls {
		t.Fatalf("got %+v", got)
	}
	timed := uint64(0)
	for _, n := range got[0].Took {
		timed += n
	}
	if timed != calls {
		t.Errorf("the times are of %d calls, not %d", timed, calls)
	}
}

// TestCallsAreNotCounted holds that an ORB that was not told to counts nothing.
func TestCallsAreNotCounted(t *testing.T) {
	t.Parallel()
	o, e := counted(t, func(c *orb.Config) { c.Count = false })
	if err := e.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.Calls(); got != nil {
		t.Errorf("got %v", got)
	}
}

// TestCountedOperations holds that operations beyond the limit are counted together, and that the limit's counter says so.
func TestCountedOperations(t *testing.T) {
	t.Parallel()
	l := new(limits.Limits)
	l.Set(limits.CountedOperations, 1)
	o, e := counted(t, func(c *orb.Config) { c.Limits = l })
	for range 2 {
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Say(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		if err := callOf(t.Context(), e, "made_up"); !errors.Is(err, exc.BadOperation) {
			t.Fatal(err)
		}
	}
	got := o.Calls()
	if len(got) != 2 || got[0].Operation != orb.OtherOperations || got[0].Calls != 4 || got[1].Operation != "ping" || got[1].Calls != 2 {
		t.Errorf("got %+v", got)
	}
	if l.Hits(limits.CountedOperations) == 0 {
		t.Error("the limit was not counted")
	}
}

// TestPeers holds what is told of a connection, and that one that has ended is told of no more.
func TestPeers(t *testing.T) {
	t.Parallel()
	o, e := counted(t, nil)
	for range 5 {
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Blob(t.Context(), make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	got := o.Peers()
	until(t, func() bool { // the client may have its reply before the server's write returns
		got = o.Peers()
		return len(got) != 1 || got[0].Written >= 100_000
	})
	if len(got) != 1 || got[0].Requests != 6 || got[0].Received < 100_000 || time.Since(got[0].Since) > time.Minute || got[0].Peer == "" {
		t.Fatalf("got %+v", got)
	}
	if err := orb.RefOf(e.(orb.Object)).ORB().Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(o.Peers()) == 0 })
}

// TestExactCountedPingAllocations holds that counting allocates nothing.
func TestExactCountedPingAllocations(t *testing.T) {
	exact.Start(t)
	_, e := counted(t, nil)
	testPingAllocations(t, e)
}

// BenchmarkCountedPing is BenchmarkLocalPing, counted or not.
func BenchmarkCountedPing(b *testing.B) {
	for _, count := range []bool{false, true} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			o, root := newORB(b, func(c *orb.Config) { c.Count = count })
			ref, err := EchoClass.Activate(root, new(echo))
			if err != nil {
				b.Fatal(err)
			}
			e, err := EchoClass.Bind(b.Context(), o, ref.String())
			if err != nil {
				b.Fatal(err)
			}
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Ping(ctx); err != nil {
					b.Fatal(err)
				}
			}
			if counted := slices.ContainsFunc(o.Calls(), func(c orb.CallCount) bool { return c.Operation == "ping" }); counted != count {
				b.Errorf("counted: %v", counted)
			}
		})
	}
}
