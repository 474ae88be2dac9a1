package lease_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/server/lease"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A fakeDaemon grants leases, and does what else the test tells it to.
type fakeDaemon struct {
	state string
	srv   *httptest.Server

	mu        sync.Mutex
	grants    []admin.Registration
	tokens    []string
	endpoints []string
	released  bool
	refuse    *admin.Error
	ping      time.Duration
	hold      chan struct{}      // the grant is told when this is closed
	messages  chan admin.Message // to be told; closed: end the stream
	trial     bool               // the process is tried out
	said      int                // how often it had said that it has said all
	quiet     int                // how often it had said that it says nothing more
	replaced  bool               // another version has taken the place of the process
	described []string           // what was said of classes, each time
	answers   []string           // the codes of the errors that this is answered with, first
}

// daemon starts a fake daemon for a state folder.
func daemon(t *testing.T, state string) *fakeDaemon { return replacing(t, state, false) }

// replacing starts one that may say of each process that another version has taken its place.
func replacing(t *testing.T, state string, replaced bool) *fakeDaemon {
	t.Helper()
	d := &fakeDaemon{state: state, messages: make(chan admin.Message), ping: time.Minute, replaced: replaced}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/leases", d.grant)
	mux.HandleFunc("PUT /v1/leases/id/endpoints", func(_ http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if err := json.NewDecoder(r.Body).Decode(&d.endpoints); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("PUT /v1/leases/id/said", func(http.ResponseWriter, *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.said++
	})
	mux.HandleFunc("PUT /v1/leases/id/quiet", func(w http.ResponseWriter, _ *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.quiet++; d.quiet == 1 { // it says so again
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("DELETE /v1/leases/id", func(http.ResponseWriter, *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.released = true
	})
	mux.HandleFunc("PUT /v1/leases/id/interfaces", func(w http.ResponseWriter, r *http.Request) {
		said, _ := io.ReadAll(r.Body)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.described = append(d.described, string(said))
		if len(d.answers) > 0 {
			code := d.answers[0]
			d.answers = d.answers[1:]
			w.WriteHeader(http.StatusServiceUnavailable)
			_ = json.NewEncoder(w).Encode(map[string]any{"error": &admin.Error{Code: code, Message: "because"}})
			return
		}
		_ = json.NewEncoder(w).Encode(admin.Specification{Name: "classes of server bank"})
	})
	d.srv = httptest.NewServer(mux)
	t.Cleanup(d.stop)
	if err := admin.WriteAccess(state, admin.Access{Address: d.srv.Listener.Addr().String(), Token: "owner"}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *fakeDaemon) stop() {
	d.srv.CloseClientConnections()
	d.srv.Close()
}

func (d *fakeDaemon) grant(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	var reg admin.Registration
	if err := json.NewDecoder(r.Body).Decode(&reg); err != nil || reg.Process.PID != os.Getpid() || reg.Incarnation == "" {
		panic(fmt.Sprintf("got %+v, %v", reg, err))
	}
	d.tokens = append(d.tokens, r.Header.Get("Authorization"))
	refuse, messages, hold, trial, replaced := d.refuse, d.messages, d.hold, d.trial, d.replaced
	if refuse == nil {
		d.grants = append(d.grants, reg)
		d.endpoints = reg.Endpoints
	}
	d.mu.Unlock()
	if refuse != nil {
		w.WriteHeader(refuse.Status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": refuse})
		return
	}
	tell := func(m admin.Message) {
		_ = json.NewEncoder(w).Encode(m)
		_ = http.NewResponseController(w).Flush()
	}
	if hold != nil {
		<-hold
	}
	tell(admin.Message{Type: admin.MessageGranted, Lease: "id", Name: "bank", UUID: "u", Ping: admin.Duration(d.ping), Trial: trial || replaced, Replaced: replaced})
	for {
		select {
		case m, ok := <-messages:
			if !ok {
				return
			}
			tell(m)
		case <-r.Context().Done():
			return
		}
	}
}

// look runs f while nothing changes.
func (d *fakeDaemon) look(f func() bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return f()
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// connect begins to ask for a lease that is given up with the test.
func connect(t *testing.T, c lease.Config) *lease.Lease {
	t.Helper()
	l, err := lease.Connect(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return l
}

// TestDaemonAway holds that nothing waits for a daemon that is not there, and that all is
// told when it comes.
func TestDaemonAway(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	l := connect(t, lease.Config{State: state, Name: "bank"})
	l.Ready([]string{"a"})
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := l.Granted(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if name, uuid := l.Identity(); name != "bank" || uuid != "" {
		t.Errorf("got %q, %q", name, uuid)
	}
	first := daemon(t, state)
	if err := l.Granted(t.Context()); err != nil {
		t.Fatal(err)
	}
	if name, uuid := l.Identity(); name != "bank" || uuid != "u" {
		t.Errorf("got %q, %q", name, uuid)
	}
	eventually(t, "it is told", func() bool { return first.look(func() bool { return slices.Equal(first.endpoints, []string{"a"}) }) })
	l.Ready([]string{"b"})
	eventually(t, "the change is told", func() bool { return first.look(func() bool { return slices.Equal(first.endpoints, []string{"b"}) }) })
	first.stop()
	l.Ready([]string{"c"})
	second := daemon(t, state) // elsewhere
	eventually(t, "it comes back", func() bool { return second.look(func() bool { return slices.Equal(second.endpoints, []string{"c"}) }) })
	if a, b := first.grants[0], second.grants[0]; a.Incarnation != b.Incarnation || a.Process != b.Process {
		t.Errorf("it is not the same any more: %+v, %+v", a, b)
	}
	if err := l.Close(t.Context()); err != nil || !second.look(func() bool { return second.released }) {
		t.Errorf("the end was not told: %v", err)
	}
}

// TestCloseBeforeTheGrantArrives holds that a daemon that has granted the lease is told of the end,
// even by a server that does not know of the grant yet.
func TestCloseBeforeTheGrantArrives(t *testing.T) {
	t.Parallel()
	d := daemon(t, t.TempDir())
	d.hold = make(chan struct{})
	l := connect(t, lease.Config{State: d.state, Name: "bank"})
	eventually(t, "it is asked for", func() bool { return d.look(func() bool { return len(d.grants) == 1 }) })
	closed := make(chan error)
	go func() { closed <- l.Close(t.Context()) }()
	close(d.hold)
	if err := <-closed; err != nil || !d.look(func() bool { return d.released }) {
		t.Errorf("the end was not told: %v", err)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	d := daemon(t, t.TempDir())
	l := connect(t, lease.Config{State: d.state, Name: "bank"})
	for range 2 { // the second is for a server that has other things to do
		d.messages <- admin.Message{Type: admin.MessagePing}
		d.messages <- admin.Message{Type: admin.MessageStop, Within: admin.Duration(time.Second), Reason: "r"}
	}
	if got, want := <-l.Stops(), (lease.Stop{Within: time.Second, Reason: "r"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestRefused holds which refusals are final, for a process that the daemon started and for one that it did not.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    string
		started bool
		final   bool
	}{
		{admin.CodeHeld, false, true},
		{admin.CodeHeld, true, true},
		{admin.CodeDisabled, false, true},
		{admin.CodeNotFound, false, true},
		{admin.CodeInvalid, false, true},
		{admin.CodeUnauthorized, true, true},
		{admin.CodeUnauthorized, false, false},
		{admin.CodeUnavailable, true, false},
	} {
		d := daemon(t, t.TempDir())
		d.refuse = &admin.Error{Status: 400, Code: c.code, Message: "because"}
		cfg := lease.Config{State: d.state, Name: "bank", UUID: "u"}
		want := "Bearer owner"
		if c.started {
			cfg.Token, want = "own", "Bearer own"
		}
		l := connect(t, cfg)
		if c.final {
			if err := l.Granted(t.Context()); !errors.Is(err, &admin.Error{Code: c.code}) {
				t.Errorf("%s: got %v", c.code, err)
			}
			<-l.Refused()
			if !errors.Is(l.Err(), &admin.Error{Code: c.code}) {
				t.Errorf("%s: got %v", c.code, l.Err())
			}
		} else {
			eventually(t, "it asks again", func() bool { return d.look(func() bool { return len(d.tokens) > 1 }) })
			d.look(func() bool { d.refuse = nil; return true })
			if err := l.Granted(t.Context()); err != nil {
				t.Errorf("%s: got %v", c.code, err)
			}
		}
		if got := d.tokens[0]; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestLost holds that a lease is asked for again when its stream ends, or is silent for too long.
func TestLost(t *testing.T) {
	t.Parallel()
	d := daemon(t, t.TempDir())
	d.ping = time.Millisecond
	l := connect(t, lease.Config{State: d.state, Name: "bank"})
	if err := l.Granted(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.look(func() bool {
		close(d.messages)
		d.messages = make(chan admin.Message)
		return true
	})
	eventually(t, "it comes back", func() bool { return d.look(func() bool { return len(d.grants) == 2 }) })
	eventually(t, "it leaves a silent daemon and comes back", func() bool { return d.look(func() bool { return len(d.grants) > 2 }) })
}

func TestConfig(t *testing.T) {
	if _, err := lease.Connect(lease.Config{}); err == nil {
		t.Error("who is this?")
	}
	if _, ok := lease.FromEnv(); ok {
		t.Error("no daemon has started this")
	}
	d := daemon(t, t.TempDir())
	t.Setenv(admin.EnvState, "/absent") // of another user, say
	t.Setenv(admin.EnvAdmin, d.srv.Listener.Addr().String())
	t.Setenv(admin.EnvServerToken, "own")
	t.Setenv(admin.EnvServerName, "bank")
	t.Setenv(admin.EnvServerUUID, "u")
	c, ok := lease.FromEnv()
	if !ok {
		t.Fatal("a daemon has started this")
	}
	if err := connect(t, c).Granted(t.Context()); err != nil {
		t.Error(err)
	}
	if got := d.grants[0]; got.Name != "bank" || got.UUID != "u" || d.tokens[0] != "Bearer own" {
		t.Errorf("got %+v with %q", got, d.tokens[0])
	}
}

// TestDescribe has a server say what its classes are to a daemon that has too much to do: it is said again until the daemon has answered, what is said later takes its place, and
// what the daemon refuses for good is not said again. The next daemon is told anew.
func TestDescribe(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	d := daemon(t, state)
	d.answers = []string{admin.CodeUnavailable, admin.CodeBusy}
	l := connect(t, lease.Config{State: state, Name: "bank"})
	said := func(d *fakeDaemon, want ...string) {
		t.Helper()
		if got := d.told(); !slices.Equal(got, want) {
			t.Errorf("it was said %q, want %q", got, want)
		}
	}
	if err := l.Describe(t.Context(), []byte("one")); err != nil {
		t.Fatal(err)
	}
	said(d, "one", "one", "one")

	d.look(func() bool { d.answers = []string{admin.CodeInvalid}; return true })
	if err := l.Describe(t.Context(), []byte("two")); !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) {
		t.Errorf("what is refused: %v", err)
	}
	said(d, "one", "one", "one", "two")

	busy := make([]string, 1000)
	for i := range busy {
		busy[i] = admin.CodeBusy
	}
	d.look(func() bool { d.answers = busy; return true })
	short, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { first <- l.Describe(short, []byte("three")) }()
	eventually(t, "it is said again", func() bool {
		return d.look(func() bool { return len(d.described) >= 6 && d.described[5] == "three" })
	})
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who does not wait: %v", err)
	}
	d.look(func() bool { d.answers = nil; return true })
	if err := l.Describe(t.Context(), []byte("four")); err != nil {
		t.Fatal(err)
	}
	if got := d.told(); got[len(got)-1] != "four" || slices.Contains(got[5:len(got)-1], "four") {
		t.Errorf("it was said %q", got)
	}

	d.stop()
	next := daemon(t, state)
	eventually(t, "the next daemon is told", func() bool { return next.look(func() bool { return slices.Equal(next.described, []string{"four"}) }) })
}

// told is what was said of classes.
func (d *fakeDaemon) told() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.described)
}

// TestServing has a process be tried out that is told that it serves, and one that is not, since its daemon was killed: the next one grants the lease to the process that serves.
func TestServing(t *testing.T) {
	t.Parallel()
	for what, told := range map[string]bool{"it is told": true, "the daemon is killed": false} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			d := daemon(t, state)
			d.trial = true
			l := connect(t, lease.Config{State: state, Name: "bank"})
			serving := make(chan bool, 1)
			l.Serving(func(context.Context) { serving <- l.Trial() })
			if err := l.Granted(t.Context()); err != nil || !l.Trial() {
				t.Fatalf("%v; tried out: %v", err, l.Trial())
			}
			if told {
				d.messages <- admin.Message{Type: admin.MessageServes, Name: "shop"}
			} else {
				d.stop()
				daemon(t, state)
			}
			if trial := <-serving; trial {
				t.Error("it is tried out still")
			}
			if !told {
				return
			}
			eventually(t, "the daemon hears of it", func() bool { return d.look(func() bool { return d.said == 1 }) })
			if name, _ := l.Identity(); name != "shop" {
				t.Errorf("it is called %q", name)
			}
		})
	}
}
