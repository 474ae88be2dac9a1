package orb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
)

// slow answers when its time has run out, as the time that travels with a request has it.
type slow struct{ echo }

func (*slow) Say(ctx context.Context, text string) (string, error) {
	if text == "at once" {
		return "", exc.New(exc.Timeout, 7, exc.Maybe, "told to")
	}
	<-ctx.Done()
	return "", ctx.Err()
}

// TestTimeoutThere holds that a call whose time is over fails the same way, whether the end is seen here or first by the
// server, whose answer may come before this side has noticed; and that another TIMEOUT of the server is nobody's deadline.
func TestTimeoutThere(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, Echo(new(slow)))
	if err != nil {
		t.Fatal(err)
	}
	e, err := EchoClass.Bind(t.Context(), newClient(t, nil), ref.String())
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
		_, err := e.Say(ctx, "in time")
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, exc.Timeout) {
			t.Fatalf("got %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := e.Say(ctx, "at once"); errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, exc.Timeout) {
		t.Errorf("got %v", err)
	}
}
