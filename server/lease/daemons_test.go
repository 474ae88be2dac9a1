package lease_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/server/lease"
)

// TestDaemonsInOrder has the daemon say something else while what it said before is being told: what was said last is told last.
func TestDaemonsInOrder(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	d := daemon(t, state)
	l := connect(t, lease.Config{State: state, Name: "bank"})
	if err := l.Granted(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := l.Daemon()
	told, begun, over := make(chan admin.Daemons, 8), make(chan struct{}, 8), make(chan struct{})
	var inside atomic.Int32
	go l.Daemons(func(now admin.Daemons) {
		if inside.Add(1) > 1 {
			t.Error("two are told at a time")
		}
		defer inside.Add(-1)
		begun <- struct{}{}
		if now == before {
			<-over
		}
		told <- now
	})
	<-begun
	d.messages <- admin.Message{Type: admin.MessageDaemons, Publish: "elsewhere:1"}
	eventually(t, "it is known", func() bool { return l.Daemon() != before })
	after := l.Daemon()
	close(over)
	if got := []admin.Daemons{<-told, <-told}; !slices.Equal(got, []admin.Daemons{before, after}) {
		t.Errorf("told is %+v", got)
	}
}
