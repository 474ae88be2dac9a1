package dsom

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// turned is an object whose calls are carried out by turns, as a client has it.
func turned(t *testing.T, x *turns) *orb.Ref {
	t.Helper()
	made := func(c orb.Config) *orb.ORB {
		c.Logger = slog.New(slog.DiscardHandler)
		o, err := orb.New(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			_ = o.Shutdown(ctx)
		})
		return o
	}
	server := made(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, ServerInterceptors: []orb.ServerInterceptor{x.around}})
	t.Cleanup(x.end)
	ref, err := poa.New(server).ActivateKey("x", silent{})
	if err != nil {
		t.Fatal(err)
	}
	return made(orb.Config{}).NewRef(ref.IOR())
}

// silent is an object that has no operations of its own.
type silent struct{}

func (silent) Interface() *orb.Interface          { return &orb.Interface{ID: "IDL:Silent:1.0"} }
func (silent) Implementation() any                { return nil }
func (silent) Dispatch(r *orb.ServerRequest) bool { return false }

// TestTurnOfNobody: while nobody carries calls out they wait, and whether the object exists is answered all the same: the daemon asks that to see whether the server works.
func TestTurnOfNobody(t *testing.T) {
	t.Parallel()
	for _, several := range []bool{false, true} {
		ref := turned(t, newTurns(several))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if absent, err := ref.NonExistent(ctx); err != nil || absent {
			t.Errorf("several=%v: it does not exist: %v, %v", several, absent, err)
		}
		cancel()
		ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := ref.IsA(ctx, "IDL:Other:1.0"); exc.From(err, exc.No).Kind != exc.Timeout {
			t.Errorf("several=%v: a call that nobody carries out: %v", several, err)
		}
		cancel()
	}
}

// TestDrain: calls that have come are carried out when the server ends, also where nobody was ever there to carry them out.
func TestDrain(t *testing.T) {
	t.Parallel()
	for _, several := range []bool{false, true} {
		x := newTurns(several)
		ref := turned(t, x)
		done := make(chan error, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		go func() {
			_, err := ref.IsA(ctx, "IDL:Other:1.0")
			x.end()
			done <- err
		}()
		x.drain()
		if err := <-done; err != nil {
			t.Errorf("several=%v: %v", several, err)
		}
	}
}

// TestInterruptedTurns: when interrupt_server was called nobody carries out calls any more, nor is told that he might ask again.
func TestInterruptedTurns(t *testing.T) {
	t.Parallel()
	x := newTurns(false)
	for flag, want := range map[uint32]uint32{NoWait: uint32(wire.NoMessages)} {
		if status, last, err := x.one(t.Context(), flag); status != want || !last || err != nil {
			t.Errorf("none waits: %d, %v, %v", status, last, err)
		}
	}
	x.interrupt()
	for _, flag := range []uint32{0, NoWait} {
		if status, last, err := x.one(t.Context(), flag); status != 0 || !last || err != nil {
			t.Errorf("interrupted, with the flag %d: %d, %v, %v", flag, status, last, err)
		}
		if status, err := x.loop(t.Context(), flag); status != 0 || err != nil {
			t.Errorf("interrupted, in the loop, with the flag %d: %d, %v", flag, status, err)
		}
	}
}
