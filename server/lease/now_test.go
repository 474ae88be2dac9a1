package lease_test

import (
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/server/lease"
)

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
