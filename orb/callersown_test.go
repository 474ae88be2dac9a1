package orb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/opendsom/dsom/orb"
)

// A witness tells what a servant sees of its caller.
type witness struct {
	echo
	ref *orb.Ref
	saw chan string
}

func (w *witness) Say(ctx context.Context, _ string) (string, error) {
	var contexts []string
	for _, c := range orb.ServiceContexts(ctx) {
		if c.ID == 0x12345678 {
			contexts = append(contexts, string(c.Data))
		}
	}
	w.saw <- fmt.Sprintf("contexts %q, properties %v, policies %+v, polled %v", contexts, orb.Properties(ctx), w.ref.Policies(ctx), orb.Polled(ctx))
	return "", nil
}

// TestSameOfCaller: a servant sees of a caller in the same process what it sees of one elsewhere: the service contexts that his interceptors have added, and nothing that
// is for him alone.
func TestSameOfCaller(t *testing.T) {
	t.Parallel()
	adds := func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			if err := r.AddContext(0x12345678, []byte("hello"), true); err != nil {
				t.Error(err)
			}
			return next(ctx)
		}}
	}
	o, root := newORB(t, adds)
	w := &witness{saw: make(chan string, 1)}
	ref, err := EchoClass.Activate(root, Echo(w))
	if err != nil {
		t.Fatal(err)
	}
	w.ref = ref
	ctx := orb.WithProperties(t.Context(), map[string]string{"mine": "alone"})
	ctx = orb.WithPoll(orb.WithPolicies(ctx, orb.Policies{RoundtripTimeout: time.Hour, Rebind: orb.NoRebind}))
	for name, from := range map[string]*orb.ORB{"here": o, "elsewhere": newClient(t, adds)} {
		if _, err := EchoClass.Unchecked(from.NewRef(ref.IOR())).Say(ctx, ""); err != nil {
			t.Fatal(err)
		}
		const want = `contexts ["hello"], properties map[], policies `
		if got := <-w.saw; got != want+fmt.Sprintf("%+v, polled false", orb.Policies{}) {
			t.Errorf("from %s the servant sees %s", name, got)
		}
	}
}
