package generic

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// silent is an object that has no operations of its own.
type silent struct{}

func (silent) Interface() *orb.Interface        { return &orb.Interface{ID: "IDL:Silent:1.0"} }
func (silent) Implementation() any              { return nil }
func (silent) Dispatch(*orb.ServerRequest) bool { return false }

// TestSerialServerAnswersWhetherItWorks has a server that answers one request after the other be in a call: another call waits, and whether an object exists, which the daemon asks to
// see whether the server works, is answered all the same.
func TestSerialServerAnswersWhetherItWorks(t *testing.T) {
	t.Parallel()
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
	begun, end := make(chan struct{}), make(chan struct{})
	within := func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
		if r.Operation() == "_is_a" {
			close(begun)
			<-end
		}
		return next(ctx)
	}
	server := made(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, ServerInterceptors: []orb.ServerInterceptor{oneByOne(), within}})
	ref, err := poa.New(server).ActivateKey("x", silent{})
	if err != nil {
		t.Fatal(err)
	}
	client := made(orb.Config{}).NewRef(ref.IOR())
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := client.IsA(ctx, "IDL:Other:1.0")
		ended <- err
	}()
	<-begun
	health, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	if absent, err := client.NonExistent(health); err != nil || absent {
		t.Errorf("while a call is under way the object does not exist: %v, %v", absent, err)
	}
	short, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	if _, err := client.IsA(short, "IDL:Other:1.0"); exc.From(err, exc.No).Kind != exc.Timeout {
		t.Errorf("a call beside another ends with %v", err) // and within would have panicked
	}
	close(end)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
