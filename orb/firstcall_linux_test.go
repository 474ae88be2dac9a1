package orb_test

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/exact"
)

// The child of TestExactFirstCallSystemCalls finds in its environment whom to call, and how often.
const (
	envFirstURL   = "DSOM_TEST_FIRST_URL"
	envFirstCount = "DSOM_TEST_FIRST_COUNT"
)

// What a client asks of the system for a connection: a socket, its connect, three questions whether and how that went, six options (TCP_NODELAY, TCP_USER_TIMEOUT, and four for
// keep-alive). What it asks for the call, and while it waits, is as many reads as it is woken.
var connectionCosts = map[string]int{"socket": 1, "connect": 1, "getsockopt": 1, "getpeername": 1, "getsockname": 1, "setsockopt": 6}

// TestExactFirstCallSystemCalls holds what a client's first call costs: one connection to who has the object, and by way of a daemon one more, with one request,
// no more of anything than a connection costs by itself.
func TestExactFirstCallSystemCalls(t *testing.T) {
	if url := os.Getenv(envFirstURL); url != "" {
		callFirst(t, url)
		return
	}
	exact.Start(t)
	strace, err := exec.LookPath("strace")
	if err != nil {
		absent.Skip(t, "strace is not installed, so system calls are not counted; interop/install-peers installs it")
	}
	loc := new(locator)
	daemon, root := newORB(t, nil)
	root.SetNext(loc)
	_, object, direct := newServer(t, 9, daemon.Endpoints()[0].Port)
	loc.to.Store(direct.IOR())
	const calls = 200
	for _, way := range []struct {
		name, url string
		legs      int
	}{{"direct", direct.String(), 1}, {"by way of the daemon", object.String(), 2}} {
		loc.asked.Store(0)
		with := stracedBy(t, strace, t.Name(), envFirstURL+"="+way.url, envFirstCount+"="+strconv.Itoa(calls))
		without := stracedBy(t, strace, t.Name(), envFirstURL+"="+way.url, envFirstCount+"=0")
		if n, want := int(loc.asked.Load()), (way.legs-1)*(calls+2); n != want { // each child calls once to begin with
			t.Errorf("%s: the daemon was asked %d times for %d first calls, want %d", way.name, n, calls+2, want)
		}
		for call, each := range connectionCosts {
			n, want := with[call]-without[call], calls*way.legs*each
			if n > want || n < want && (call == "connect" || call == "setsockopt") { // whether a connection is there at once is the system's business
				t.Errorf("%s: %s %d times for %d first calls, want %d", way.name, call, n, calls, want)
			}
		}
	}
}

// callFirst is the child: each call is the first of an ORB.
func callFirst(t *testing.T, url string) {
	n, err := strconv.Atoi(os.Getenv(envFirstCount))
	if err != nil {
		t.Fatal(err)
	}
	for range n + 1 {
		o := newClient(t, nil)
		ref, err := o.Resolve(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if err := EchoClass.Unchecked(ref).Ping(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := o.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
