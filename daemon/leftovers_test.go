package daemon_test

import (
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestMachineGoesWithinRemoval has a machine go for good when it has removed a server, and renamed another, and not what was kept under their names: a daemon that goes on does so.
func TestMachineGoesWithinRemoval(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	a := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(hub.View(), "a", time.Minute))
	b := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(hub.View(), "b", time.Minute))
	for _, d := range []*dsomDaemon{a, b} {
		daemon.RetryEvery(d.daemon, time.Millisecond)
	}
	withClass(t, a, "bank", "Dog")
	withClass(t, a, "shop", "Cat")
	rec, err := a.daemon.Supervisor().Records().ByName(ctx, "bank")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := implrepo.New(hub.View()).Remove(ctx, rec.UUID); err != nil {
		t.Fatal(err)
	}
	renamed := recordAlone(t, hub.View(), "shop", "store")
	a.end()
	for _, name := range []string{"bank", "shop"} {
		eventually(t, "the name "+name+" is free", func() bool {
			_, err := b.admin.Add(ctx, admin.Server{Name: name, Command: []string{"/bin/x"}})
			return err == nil
		})
	}
	if r, err := b.daemon.Supervisor().Records().Get(ctx, renamed); err != nil || r.Was != "" {
		t.Errorf("the renamed server was %q, %v", r.Was, err)
	}
	def, err := b.repository(t).ByAlias(ctx, "store")
	if err != nil {
		t.Fatal(err)
	}
	if has, err := b.repository(t).Classes(ctx, def.ID); err != nil || len(has) != 1 || has[0] != "Cat" {
		t.Errorf("the renamed server has the classes %v, %v", has, err)
	}
}

// TestDamagedNames has entries among the names of servers that cannot be read: the daemon starts, takes away what removed servers have left, and says which entries it has passed over.
func TestDamagedNames(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	first := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(hub.View(), "a", time.Hour))
	withClass(t, first, "bank", "Dog")
	rec, err := first.daemon.Supervisor().Records().ByName(ctx, "bank")
	if err != nil {
		t.Fatal(err)
	}
	first.end()
	v := hub.View()
	if _, err := implrepo.New(v).Remove(ctx, rec.UUID); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Commit(ctx, store.Create("server-name/aaa", []byte("no-uuid aaa")), store.Create("server-name/zzz", []byte{0})); err != nil {
		t.Fatal(err)
	}
	d := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(v, "b", time.Hour))
	eventually(t, "the name is free", func() bool {
		_, err := d.admin.Add(ctx, admin.Server{Name: "bank", Command: []string{"/bin/x"}})
		return err == nil
	})
	s, err := d.admin.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Damaged) != 2 || !strings.Contains(s.Damaged[0], "server-name/aaa") || !strings.Contains(s.Damaged[1], "server-name/zzz") {
		t.Errorf("damaged are %q", s.Damaged)
	}
}
