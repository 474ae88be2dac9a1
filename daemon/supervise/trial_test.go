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
			called := f.ensure(t)
			token, id := f.started(t, "")
			serves := f.register(t, token, id)
			if err := <-called; err != nil {
				t.Fatal(err)
			}
			done := f.upgrade(t.Context(), supervise.Upgrade{Command: []string{os.Args[0], "2"}})
			second, newID := f.next(t, token, id)
			tried, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: second, Incarnation: second, Process: newID})
			if err != nil {
				t.Fatal(err)
			}
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
				err = tried.SetEndpoints([]string{second})
			} else {
				err = newID.Signal(os.Kill)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := <-done; (got.err == nil) != well {
				t.Errorf("the upgrade: %v", got.err)
			}
			if ran != want {
				t.Errorf("it was done %d times, want %d", ran, want)
			}
			over, last := serves, tried
			if !well {
				over, last = tried, serves
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
	done := f.upgrade(t.Context(), supervise.Upgrade{Command: []string{os.Args[0], "2"}})
	second, newID := f.next(t, token, id)
	tried, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: second, Incarnation: second, Process: newID})
	if err != nil {
		t.Fatal(err)
	}
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
	if err := tried.SetEndpoints([]string{second}); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got.err != nil {
		t.Fatal(got.err)
	}
	if put == 0 || ran != put || told != 1 {
		t.Errorf("%d were put aside, and %d done; %d times it was told that it serves", put, ran, told)
	}
}
