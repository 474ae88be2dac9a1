package supervise_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/supervise"
)

// TestAside holds that what a process says that an upgrade tries out is done when it has taken over, before the upgrade's answer, and not at all if it has not.
func TestAside(t *testing.T) {
	t.Parallel()
	for what, well := range map[string]bool{"it takes over": true, "it ends": false} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := start(t, supervise.Options{StartTimeout: 30 * time.Second})
			serves, token, id := f.serving(t)
			tried := f.tryOut(t, token, id)
			ran := 0
			if aside, err := tried.Aside("it", func(context.Context) { ran++ }); err != nil || !aside {
				t.Errorf("of the process that is tried: %v, %v", aside, err)
			}
			if aside, err := tried.Aside("it", nil); err != nil || !aside { // a question, which what was put aside outlives
				t.Errorf("of the process that is tried, asked: %v, %v", aside, err)
			}
			if aside, err := serves.Aside("it", func(context.Context) { t.Error("it was done") }); err != nil || aside {
				t.Errorf("of the process that serves: %v, %v", aside, err)
			}
			want := 0
			if well {
				want = 1
				tried.succeed(t)
			} else if err := tried.id.Signal(os.Kill); err != nil {
				t.Fatal(err)
			} else if got := <-tried.done; got.err == nil {
				t.Error("the upgrade has gone well")
			}
			if ran != want {
				t.Errorf("it was done %d times, want %d", ran, want)
			}
			over, last := serves, tried.Lease
			if !well {
				over, last = tried.Lease, serves
			}
			if _, err := over.Aside("it", func(context.Context) {}); !errors.Is(err, supervise.ErrReplaced) {
				t.Errorf("of the process that is gone: %v", err)
			}
			if aside, err := last.Aside("it", func(context.Context) {}); err != nil || aside {
				t.Errorf("of the process that serves then: %v, %v", aside, err)
			}
		})
	}
}

// TestAsideAgain has what is done put itself aside again and again: all that was put aside is done, and in the end the process is told that it serves.
func TestAsideAgain(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{StartTimeout: 30 * time.Second})
	token, id := f.running(t)
	tried := f.tryOut(t, token, id)
	put, ran, told := 0, 0, 0
	var again func(context.Context)
	say := func() {
		switch aside, err := tried.Aside("it", again); {
		case err != nil:
			t.Error(err)
		case aside:
			put++
		default:
			told++
		}
	}
	again = func(context.Context) { ran++; say() }
	say()
	tried.succeed(t)
	if put == 0 || ran != put || told != 1 {
		t.Errorf("%d were put aside, and %d done; %d times it was told that it serves", put, ran, told)
	}
}
