package orb_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// TestRequestEndsBeforeItGoesOut holds, in virtual time, that a request whose time is over does not go out, whatever has held it up on this side until then: the caller is told
// so when it is over, and the request leaves nothing on its connection.
func TestRequestEndsBeforeItGoesOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		busy  bool          // another call has the one place of the connection
		holds time.Duration // an interceptor keeps it so long
		takes time.Duration
	}{
		"no place on the connection": {true, 0, time.Second},
		"an interceptor is slow":     {false, 3 * time.Second, 3 * time.Second},
	} {
		for policy, p := range map[string]func() orb.Policies{
			"request time-out": func() orb.Policies { return orb.Policies{RequestTimeout: time.Second} },
			"end of request":   func() orb.Policies { return orb.Policies{RequestEnd: time.Now().Add(time.Second)} },
		} {
			t.Run(name+", "+policy, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n := inside{mem.New()}
					_, root := newORB(t, func(o *orb.Config) { o.Transports = transport.Set{n}; o.Listen = []string{"tcp:host:1"} })
					impl := &lengthy{}
					ref, err := EchoClass.Activate(root, impl)
					if err != nil {
						t.Fatal(err)
					}
					hold := time.Duration(0)
					client := newClient(t, func(o *orb.Config) {
						o.Transports, o.Limits = transport.Set{n}, new(limits.Limits)
						o.Limits.Set(limits.OutstandingRequests, 1)
						if c.holds > 0 {
							o.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
								time.Sleep(hold)
								return next(ctx)
							}}
						}
					})
					e := EchoClass.Unchecked(client.NewRef(ref.IOR()))
					first := make(chan error, 1)
					if c.busy {
						go func() { first <- e.Ping(t.Context()) }()
						synctest.Wait()
					}
					hold = c.holds
					begin := time.Now()
					err = obeying(e, p()).Ping(t.Context())
					if sys := kindOf(t, err); sys.Kind != exc.Timeout || sys.Completed != exc.No || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("got %v", err)
					}
					if took := time.Since(begin); took != c.takes {
						t.Errorf("took %v, want %v", took, c.takes)
					}
					before := int32(0)
					if c.busy {
						before = 1
						if err := <-first; err != nil {
							t.Error(err)
						}
					}
					if got := impl.calls.Load(); got != before {
						t.Errorf("the servant has had %d requests, want %d", got, before)
					}
					hold = 0
					if err := e.Ping(t.Context()); err != nil {
						t.Errorf("the call after it: %v", err)
					}
				})
			})
		}
	}
}
