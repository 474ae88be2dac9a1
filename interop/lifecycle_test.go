package interop_test

import (
	"context"
	"testing"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/tshark"
	"github.com/opendsom/dsom/interop/wiretap"
)

// The ends of connections: closed because they were idle, by a server that ends in order, by one that is killed. A client
// is to notice nothing of any of them, so long as a server is there when it calls.

func pings(m wiretap.Message) bool {
	return m.Header.Type == giop.TypeRequest && m.Operation == "ping"
}

func closings(m wiretap.Message) bool { return m.Header.Type == giop.TypeCloseConnection }

// rebound demands that the case rebind went well and that its two pings went over two connections. (They may be more:
// omniORB's server sometimes ends a new one, because it just looks for idle ones, and the call is made again.)
func rebound(t *testing.T, r peer.Report, tap *wiretap.Tap) {
	t.Helper()
	if len(r.By(peer.OK)) != 1 {
		t.Errorf("rebind: %v", r)
	}
	messages, err := tap.Messages()
	if err != nil {
		t.Error(err)
	}
	connections := map[[2]int]bool{}
	for _, m := range messages {
		if pings(m) {
			connections[[2]int{m.From, m.To}] = true
		}
	}
	if len(connections) < 2 {
		t.Error("the pings went over one connection: it was not closed between them")
	}
}

// TestGoServerClosesIdle lets this project's server close an idle connection of omniORB's client.
func TestGoServerClosesIdle(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			options := gopeer.Options{Version: version, Port: freeport.Hold(t), IdleClose: 500 * time.Millisecond}
			capture := tshark.Start(t, options.Port)
			s := gopeer.Start(t, options)
			rebound(t, cpp.Run(t, omniorb.Options{Idle: 10 * time.Second}, s.IOR, "rebind"), s.Tap)
			if n := s.Tap.Count(closings); n == 0 {
				t.Error("no CloseConnection was sent")
			}
			s.Stop(t)
			// omniORB looks at an idle connection only when it has sent its next request: that one is for nobody.
			messages := capture.Stop(t)
			for _, m := range tshark.Troubled(messages) {
				t.Errorf("tshark: %v", m)
			}
			if n := tshark.Count(messages, tshark.Of(tshark.CloseConnection)); n < 1 {
				t.Error("tshark saw no CloseConnection")
			}
		})
	}
}

// TestGoClientOfIdle lets omniORB's server close an idle connection of this project's client.
func TestGoClientOfIdle(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := cpp.Start(t, omniorb.Options{Version: version, IdleClose: time.Second})
			client := gopeer.NewORB(t, gopeer.Options{Idle: 10 * time.Second})
			rebound(t, client.Run(t, s.IOR, "rebind"), client.Tap)
		})
	}
}

// TestGoServerRestarts ends this project's server in order while omniORB's client has a connection to it, and starts it again
// at the same port: the client's references, persistent ones, go on.
func TestGoServerRestarts(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			options := gopeer.Options{Version: version, Port: freeport.Hold(t), ServerID: [16]byte{7}}
			first := gopeer.Start(t, options)
			report := make(chan peer.Report, 1)
			go func() {
				defer close(report)
				report <- cpp.Run(t, omniorb.Options{Idle: 20 * time.Second}, first.IOR, "rebind") // by then it has been started again
			}()
			until(t, "the first ping", func() bool { return first.Tap.Count(pings) > 0 })
			first.Stop(t)
			if n := first.Tap.Count(closings); n == 0 {
				t.Error("no CloseConnection was sent")
			}
			second := gopeer.Start(t, options)
			if r := <-report; len(r.By(peer.OK)) != 1 {
				t.Errorf("rebind: %v", r)
			}
			if a, b := first.Tap.Count(pings), second.Tap.Count(pings); a != 1 || b != 1 {
				t.Errorf("the first server had %d pings, the second %d, want 1 each", a, b)
			}
		})
	}
}

// TestOmniORBRestarts ends omniORB's server, in order and by force, and starts it again at the same port: this project's
// client calls on through its reference.
func TestOmniORBRestarts(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			options := omniorb.Options{Version: version, Port: freeport.Hold(t)}
			s := cpp.Start(t, options)
			client := gopeer.NewORB(t, gopeer.Options{})
			hub, err := interop.HubClass.Bind(t.Context(), client.ORB, s.IOR)
			if err != nil {
				t.Fatal(err)
			}
			for i, end := range []func(){func() { s.Stop(t) }, func() { s.Kill(t) }, func() { s.Kill(t) }} {
				if _, err := hub.Orb(t.Context()); err != nil {
					t.Fatalf("before end %d: %v", i, err)
				}
				end()
				s = cpp.Start(t, options)
			}
			if _, err := hub.Orb(t.Context()); err != nil {
				t.Errorf("at last: %v", err)
			}
			tally.Add(0, 2) // those of the servers that were killed, which could not say so
		})
	}
}

// TestCancel gives up a call: the other side is told, and the servant sees its context end.
func TestCancel(t *testing.T) {
	t.Parallel()
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := gopeer.Start(t, gopeer.Options{Version: version})
			client := gopeer.NewORB(t, gopeer.Options{})
			hub, err := interop.HubClass.Bind(t.Context(), client.ORB, s.IOR)
			if err != nil {
				t.Fatal(err)
			}
			calls, err := hub.Traffic(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, err := calls.Pause(ctx, 60_000)
				ended <- err
			}()
			until(t, "the call", func() bool {
				return s.Tap.Count(func(m wiretap.Message) bool { return m.Operation == "pause" }) > 0
			})
			cancel()
			if err := <-ended; err == nil {
				t.Error("the call went well")
			}
			until(t, "the end of the servant's context", func() bool {
				n, err := calls.Interrupted(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return n == 1
			})
			if n := s.Tap.Count(cancelled); n != 1 {
				t.Errorf("%d CancelRequests came, want 1", n)
			}
		})
	}
}

// until waits until a condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not come", what)
		}
	}
}
