package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestMain makes the test binary a server that tells its token to whoever reads its output,
// so that the test can register in its name.
func TestMain(m *testing.M) {
	if os.Getenv("DSOM_TEST_SERVER") == "" {
		leaktest.Main(m)
		return
	}
	fmt.Println("token", os.Getenv(admin.EnvServerToken), os.Getenv(admin.EnvServerName), os.Getenv("DSOM_TEST_ENV"))
	time.Sleep(time.Hour)
}

// A flaky store fails when it is told to.
type flaky struct {
	store.Store
	err atomic.Pointer[store.Error]
	ok  atomic.Int32 // commits that succeed before

	by atomic.Pointer[func(ops []store.Op, commit func() (uint64, error)) (uint64, error)] // nil: commits are carried out as they are
}

func (f *flaky) Commit(ctx context.Context, ops ...store.Op) (uint64, error) {
	if by := f.by.Load(); by != nil {
		return (*by)(ops, func() (uint64, error) { return f.Store.Commit(ctx, ops...) })
	}
	if e := f.err.Load(); e != nil && f.ok.Add(-1) < 0 {
		return 0, e
	}
	return f.Store.Commit(ctx, ops...)
}

// full makes the store refuse all commits after some more.
func (f *flaky) full(after int32) {
	f.ok.Store(after)
	f.err.Store(&store.Error{Kind: store.ErrFull})
}

type fixture struct {
	*supervise.Supervisor
	s    *flaky
	logs *capture.Keeper
	u    implrepo.UUID
	o    supervise.Options

	quiets bool // its servers say when they say nothing more of themselves

	kill func() error // ends the process that an upgrade has started
}

// start makes a supervisor with one server.
func start(t *testing.T, o supervise.Options) *fixture {
	t.Helper()
	dir := t.TempDir()
	s, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{s: &flaky{Store: s}, logs: &capture.Keeper{Dir: filepath.Join(dir, "logs")}}
	rec, err := implrepo.New(f.s).Add(t.Context(), implrepo.Record{
		Name: "bank", Command: []string{os.Args[0]}, Env: []string{"DSOM_TEST_SERVER=1", "DSOM_TEST_ENV=own", "GORACE=atexit_sleep_ms=0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.u = rec.UUID
	o.Store, o.Logs, o.Env = f.s, f.logs, []string{"DSOM_TEST_ENV=overridden"}
	o.StopTimeout, o.TermTimeout = 100*time.Millisecond, 100*time.Millisecond
	f.o = o
	f.supervise(t)
	t.Cleanup(func() {
		f.s.err.Store(nil)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := f.StopAll(ctx); err != nil {
			t.Error(err)
		}
		f.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// supervise makes a supervisor of the fixture's store.
func (f *fixture) supervise(t *testing.T) {
	t.Helper()
	var err error
	if f.Supervisor, err = supervise.New(t.Context(), f.o); err != nil {
		t.Fatal(err)
	}
}

// ensure calls the server in the background.
func (f *fixture) ensure(t *testing.T) <-chan error {
	got := make(chan error, 1)
	go func() {
		_, err := f.Ensure(t.Context(), f.u)
		got <- err
	}()
	return got
}

// token is the last that a server has told.
func (f *fixture) token() (token string) {
	for _, line := range f.logs.Tail(f.u.String(), 0, 1) {
		var env, name, last string
		if n, _ := fmt.Sscan(strings.TrimPrefix(line, "token "), &last, &name, &env); n == 3 && slices.Contains([]string{"bank", "shop"}, name) && env == "own" {
			token = last
		}
	}
	return token
}

// started waits until the server has told a token other than the last one, and returns that and its process.
func (f *fixture) started(t *testing.T, last string) (token string, id process.ID) {
	t.Helper()
	eventually(t, "the server tells its token", func() bool {
		token = f.token()
		return token != last && f.Run(f.u).PID != 0
	})
	id, err := process.Of(f.Run(f.u).PID)
	if err != nil {
		t.Fatal(err)
	}
	return token, id
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// TestToken holds who may register as a server that the daemon has started.
func TestToken(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{})
	ctx := t.Context()
	reg := func(token string, byHand bool, incarnation string, id process.ID) (*supervise.Lease, error) {
		return f.Register(ctx, supervise.Registration{UUID: f.u, Token: token, ByHand: byHand, Incarnation: incarnation, Process: id, Endpoints: []string{"here"}})
	}
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reg("x", false, "i", self); !errors.Is(err, supervise.ErrToken) {
		t.Errorf("nothing was started: got %v", err)
	}
	called := f.ensure(t)
	token, child := f.started(t, "")
	for _, wrong := range []string{"", token[1:], strings.ToLower(token)} {
		if _, err := reg(wrong, false, "i", child); !errors.Is(err, supervise.ErrToken) {
			t.Errorf("token %q: got %v", wrong, err)
		}
	}
	var held *supervise.HeldError
	if _, err := reg("", true, "i", self); !errors.As(err, &held) || held.PID != child.PID {
		t.Errorf("by hand while it is being started: got %v", err)
	}
	first, err := reg(token, false, "i", child)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-called; err != nil {
		t.Errorf("the call that waited: %v", err)
	}
	if _, err := reg(token, false, "j", child); !errors.As(err, &held) || held.PID != child.PID {
		t.Errorf("another incarnation: got %v", err)
	}
	if _, err := reg(token, false, "i", self); !errors.As(err, &held) {
		t.Errorf("another process with the token: got %v", err)
	}
	second, err := reg(token, false, "i", child)
	if err != nil {
		t.Fatalf("it comes back before the loss is noticed: %v", err)
	}
	<-first.Over()
	first.Lost() // which is noticed now, and means nothing
	if err := first.SetEndpoints([]string{"there"}); !errors.Is(err, supervise.ErrToken) {
		t.Errorf("endpoints of a lease that is over: got %v", err)
	}
	if live, err := f.Ensure(ctx, f.u); err != nil || live.Endpoints[0] != "here" || live.PID != child.PID {
		t.Errorf("got %+v, %v", live, err)
	}
	if err := f.Stop(ctx, f.u, "test"); err != nil {
		t.Fatal(err)
	}
	<-second.Over()
	if s := <-second.Stops(); s.Reason != "test" {
		t.Errorf("got %+v", s)
	}
	if _, err := reg(token, false, "i", child); !errors.Is(err, supervise.ErrToken) {
		t.Errorf("its life is over: got %v", err)
	}
	called = f.ensure(t)
	next, child := f.started(t, token)
	if _, err := reg(token, false, "i", child); !errors.Is(err, supervise.ErrToken) {
		t.Errorf("the token of an earlier start: got %v", err)
	}
	if _, err := reg(next, false, "i", child); err != nil {
		t.Error(err)
	}
	if err := <-called; err != nil {
		t.Error(err)
	}
}

// TestLostLease holds that a server without its lease is waited for, and is what it was when it comes back.
func TestLostLease(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{Grace: time.Minute})
	called := f.ensure(t)
	token, child := f.started(t, "")
	lease := f.register(t, token, child)
	if err := <-called; err != nil {
		t.Fatal(err)
	}
	lease.Lost()
	if run := f.Run(f.u); run.State != admin.StateLost {
		t.Errorf("got %+v", run)
	}
	called = f.ensure(t)
	f.register(t, token, child)
	if err := <-called; err != nil {
		t.Errorf("it came back: %v", err)
	}
	if run := f.Run(f.u); run.PID != child.PID || run.Starts != 1 {
		t.Errorf("got %+v", run)
	}
}

// TestLostForGood holds that a server that does not come back for its lease, though it did once, is ended before another is started.
func TestLostForGood(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{Grace: 300 * time.Millisecond})
	called := f.ensure(t)
	token, child := f.started(t, "")
	f.register(t, token, child)
	if err := <-called; err != nil {
		t.Fatal(err)
	}
	f.register(t, token, child).Lost() // the lease that it has when it has come back before the loss was noticed
	called = f.ensure(t)
	_, second := f.started(t, token)
	if got := child.State(); got != process.Gone {
		t.Errorf("another was started while it is %v", got)
	}
	if second.PID == child.PID {
		t.Error("it was not replaced")
	}
	if err := f.Stop(t.Context(), f.u, "test"); err != nil {
		t.Fatal(err)
	}
	var e *supervise.StartError
	if err := <-called; !errors.As(err, &e) || !strings.Contains(e.Reason, "stopped") {
		t.Errorf("the call that waited for what was stopped: got %v", err)
	}
	if run := f.Run(f.u); run.State != admin.StateStopped || run.Failures != 0 {
		t.Errorf("to be stopped is no failure: got %+v", run)
	}
}

// TestFullStore holds that nothing is started, and no lease granted, that a later daemon would not know of.
func TestFullStore(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{BackOff: time.Millisecond, MaxBackOff: time.Millisecond})
	ctx := t.Context()
	for _, after := range []int32{0, 1} { // before the start, and with the process there
		f.s.full(after)
		_, err := f.Start(ctx, f.u)
		var e *supervise.StartError
		if !errors.Is(err, store.ErrFull) || !errors.As(err, &e) || !strings.Contains(e.Reason, "state cannot be written") {
			t.Errorf("after %d commits: got %v", after, err)
		}
		if run := f.Run(f.u); run.PID != 0 || run.Failures == 0 {
			t.Errorf("after %d commits: got %+v", after, run)
		}
	}
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	byHand := supervise.Registration{UUID: f.u, ByHand: true, Incarnation: "i", Process: self, Endpoints: []string{"here"}}
	if _, err := f.Register(ctx, byHand); !errors.Is(err, store.ErrFull) {
		t.Errorf("by hand: got %v", err)
	}
	if run := f.Run(f.u); run.PID != 0 {
		t.Errorf("got %+v", run)
	}
	f.s.err.Store(nil) // there is space again
	lease, err := f.Register(ctx, byHand)
	if err != nil {
		t.Fatal(err)
	}
	f.s.full(0)
	lease.Release() // its end cannot be noted
	eventually(t, "it is over", func() bool { return f.Run(f.u).PID == 0 })
	f.s.err.Store(nil)
	before := f.token()
	called := f.ensure(t)
	token, child := f.started(t, before)
	if _, err := f.Register(ctx, supervise.Registration{UUID: f.u, Token: token, Incarnation: "i", Process: child, Endpoints: []string{"here"}}); err != nil {
		t.Fatal(err)
	}
	if err := <-called; err != nil {
		t.Error(err)
	}
}

// TestStoppedMeanwhile holds that a server that shall always run, and was seen not to, is not started if a person has
// stopped it since; a call starts it none the less.
func TestStoppedMeanwhile(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{})
	seen, err := f.Records().Get(t.Context(), f.u)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Stop(t.Context(), f.u, "test"); err != nil {
		t.Fatal(err)
	}
	f.KeepUp(seen)
	if run := f.Run(f.u); run.State != admin.StateStopped || run.Starts != 0 {
		t.Errorf("after the stop: %+v", run)
	}
	done := f.ensure(t)
	f.started(t, "")
	if err := f.Stop(t.Context(), f.u, "test"); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil {
		t.Error("stopped before it took calls, and no error")
	}
}

// TestClosing holds that every call ends when the supervisor does, and that it starts nothing any more.
func TestClosing(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{})
	called := f.ensure(t)
	_, child := f.started(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := f.StopAll(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-called; err == nil {
		t.Error("it succeeded")
	}
	if got := child.State(); got != process.Gone {
		t.Errorf("it is %v", got)
	}
	if _, err := f.Ensure(ctx, f.u); !errors.Is(err, supervise.ErrClosed) {
		t.Errorf("got %v", err)
	}
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Register(ctx, supervise.Registration{UUID: f.u, ByHand: true, Incarnation: "i", Process: self}); !errors.Is(err, supervise.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if run := f.Run(f.u); run.State != admin.StateStopped {
		t.Errorf("got %+v", run)
	}
}

// openStore returns a store that is closed with the test.
func openStore(t *testing.T) store.Store {
	t.Helper()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
