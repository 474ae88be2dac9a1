package orb_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// noter is an Echo that does something with each note.
type noter struct {
	echo
	note func(ctx context.Context, what string) error
}

func (n *noter) Note(ctx context.Context, what string) error { return n.note(ctx, what) }

// newNoter returns an Echo of this process, of an ORB in virtual time.
func newNoter(t *testing.T, l *limits.Limits, note func(ctx context.Context, what string) error) (*orb.ORB, Echo) {
	o, root := newORB(t, func(c *orb.Config) {
		c.Transports, c.Listen, c.Limits = transport.Set{inside{mem.New()}}, []string{"tcp:host:1"}, l
	})
	ref, err := EchoClass.Activate(root, &noter{note: note})
	if err != nil {
		t.Fatal(err)
	}
	return o, EchoClass.Unchecked(ref)
}

// TestLocalOneways holds that calls that nobody waits for are begun in order, and that none is held up by one before that
// takes long, waits for it, or ends its goroutine.
func TestLocalOneways(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var begun, ended []string
		last := make(chan struct{})
		add := func(to *[]string, what string) {
			mu.Lock()
			defer mu.Unlock()
			*to = append(*to, what)
		}
		o, e := newNoter(t, nil, func(ctx context.Context, what string) error {
			add(&begun, what)
			if orb.Peer(ctx) != nil || ctx.Value(callerKey{}) != nil || ctx.Err() != nil || orb.UpcallOf(ctx).Outer() != nil {
				t.Errorf("%s: the servant knows more of its caller than over the wire", what)
			}
			switch what {
			case "waits for the last":
				<-last
			case "long":
				time.Sleep(time.Minute)
			case "ends its goroutine":
				runtime.Goexit()
			case "the last":
				close(last)
			}
			add(&ended, what)
			return nil
		})
		all := []string{"first", "waits for the last", "long", "ends its goroutine"}
		for i := range 100 {
			all = append(all, fmt.Sprint(i))
		}
		all = append(all, "the last")
		ctx, cancel := context.WithCancel(context.WithValue(context.Background(), callerKey{}, "caller"))
		began := time.Now()
		for _, what := range all {
			if err := e.Note(ctx, what); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("the caller waited %v", took)
		}
		cancel()
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < time.Minute {
			t.Errorf("Shutdown has waited %v, not for all servants", took)
		}
		if fmt.Sprint(begun) != fmt.Sprint(all) {
			t.Errorf("begun: %q", begun)
		}
		if len(ended) != len(all)-1 {
			t.Errorf("ended: %q", ended)
		}
		if err := e.Note(context.Background(), "too late"); kindOf(t, err).Kind != exc.BadInvOrder {
			t.Errorf("after Shutdown: %v", err)
		}
	})
}

type callerKey struct{}

// TestLocalOnewaysAreBounded holds that no more than outstanding-requests are under way, that a caller waits for room no longer than
// his time, and that his call is not made then; and that Shutdown does not outlive its ctx.
func TestLocalOnewaysAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		few := new(limits.Limits)
		few.Set(limits.OutstandingRequests, 3)
		o, e := newNoter(t, few, func(_ context.Context, what string) error {
			if what == "refused" {
				t.Error("a call was made that its caller takes for not made")
			}
			<-release
			return nil
		})
		for range 3 {
			if err := e.Note(context.Background(), "stuck"); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		timed, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := e.Note(timed, "refused"); kindOf(t, err).Kind != exc.Timeout || kindOf(t, err).Completed != exc.No || time.Since(began) != time.Minute {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		ctx := orb.WithPolicies(context.Background(), orb.Policies{RequestTimeout: time.Second})
		began = time.Now()
		if err := e.Note(ctx, "refused"); kindOf(t, err).Kind != exc.Timeout || time.Since(began) != time.Second {
			t.Errorf("with a time-out for the request, after %v: %v", time.Since(began), err)
		}
		given, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		if err := e.Note(given, "refused"); !errors.Is(err, context.Canceled) || kindOf(t, err).Completed != exc.No {
			t.Errorf("cancelled: %v", err)
		}
		if err := o.Shutdown(given); !errors.Is(err, context.Canceled) {
			t.Errorf("Shutdown: %v", err)
		}
		close(release)
	})
}
