package daemon_test

import (
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/server/lease"
)

// TestToldOfItsName holds that a process hears over its lease what its server is called from now on.
func TestToldOfItsName(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	d := open(t, o)
	l, err := lease.Connect(lease.Config{State: o.State, Name: "bank", Create: true, Endpoints: []string{"tcp:127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close(t.Context()) })
	if err := l.Granted(t.Context()); err != nil {
		t.Fatal(err)
	}
	shop := "shop"
	if _, err := client(t, d).Update(t.Context(), "bank", admin.Change{Name: &shop}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is told", func() bool { name, _ := l.Identity(); return name == shop })
	if l.Trial() {
		t.Error("it is taken not to serve")
	}
}
