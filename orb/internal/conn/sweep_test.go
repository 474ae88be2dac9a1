package conn_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// A reluctant connection closes when it is let go.
type reluctant struct {
	transport.Conn
	letGo chan struct{}
}

func (r *reluctant) Close() error {
	<-r.letGo
	return r.Conn.Close()
}

// TestSlowEnd: a connection that the sweeper ends, and whose last word waits for its peer, holds up the time-outs of no other.
func TestSlowEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := limited(nil)
		o := conn.Options{Limits: l, Shared: conn.NewShared(l)}
		ours, theirs := mem.New().Pipe()
		slow := &reluctant{ours, make(chan struct{})}
		server := conn.Server(slow, o, &handler{})
		ended := make(chan struct{})
		go func() { server.Run(); close(ended) }()
		if _, err := theirs.Write(request(1, "echo", "x")[:20]); err != nil { // and no more of it
			t.Fatal(err)
		}
		near, far := mem.New().Pipe() // where nobody answers
		client := conn.Client(near, o)
		lasts := 2 * l.Time(limits.StallTimeout)
		done := make(chan error, 1)
		go func() {
			_, err := do(t.Context(), client, new(conn.Call), time.Now().Add(lasts), "echo", nil)
			done <- err
		}()
		time.Sleep(lasts + time.Second)
		select {
		case err := <-done:
			if !errors.Is(err, exc.Timeout) {
				t.Error(err)
			}
		default:
			t.Error("a call lasts beyond its deadline")
		}
		close(slow.letGo)
		<-ended
		client.Close()
		far.Close()
		theirs.Close()
	})
}
