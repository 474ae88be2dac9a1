package lease_test

import (
	"context"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/server/lease"
)

// TestQuiet holds that a process whose place another version takes tells the daemon when nothing is under way any more, and not before, nor when it is only told another name; also a daemon that grants it the lease anew.
func TestQuiet(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	d := daemon(t, state)
	l := connect(t, lease.Config{State: state, Name: "bank"})
	begun, over := make(chan struct{}, 8), make(chan struct{})
	l.Quieting(func(ctx context.Context) {
		begun <- struct{}{}
		select {
		case <-over:
		case <-ctx.Done():
		}
	})
	if err := l.Granted(t.Context()); err != nil || !d.look(func() bool { return d.grants[0].Quiets }) {
		t.Fatal(err)
	}
	d.messages <- admin.Message{Type: admin.MessageNow, Name: "shop"}
	for range 2 {
		d.messages <- admin.Message{Type: admin.MessageNow, Name: "shop", Replaced: true}
	}
	<-begun
	if !l.Trial() || d.look(func() bool { return d.quiet != 0 }) {
		t.Error("it is told that nothing is under way")
	}
	d.stop()
	again := replacing(t, state, true)
	<-begun
	close(over)
	eventually(t, "it is told", func() bool { return again.look(func() bool { return again.quiet > 1 }) })
	if !l.Trial() {
		t.Error("it serves")
	}
}

// TestNow has a process that serves be told that its server has another name, and then that another version has taken its place, until a daemon grants it the lease anew.
func TestNow(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	d := daemon(t, state)
	l := connect(t, lease.Config{State: state, Name: "bank"})
	if err := l.Granted(t.Context()); err != nil || l.Trial() {
		t.Fatal(err, l.Trial())
	}
	d.messages <- admin.Message{Type: admin.MessageNow, Name: "shop"}
	eventually(t, "it is called so", func() bool { name, _ := l.Identity(); return name == "shop" })
	if l.Trial() {
		t.Error("it is taken not to serve")
	}
	d.messages <- admin.Message{Type: admin.MessageNow, Name: "shop", Replaced: true}
	eventually(t, "it does not serve", l.Trial)
	d.stop()
	daemon(t, state)
	eventually(t, "it serves", func() bool { return !l.Trial() })
}
