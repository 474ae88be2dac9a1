package somdd_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// full is a definition of which every attribute says something.
var full = wire.Definition{
	Alias: "bank", ID: "01234567-89abcdef-01-23-456789abcdef", Class: "MyImplDef", Program: "/srv/bank", Flags: wire.MultiThread | wire.Managed,
	Secure: true, ServerClass: "BankServer", RefDataFile: "/srv/ref", RefDataBackup: "/srv/ref.bak", HostName: "db", ConfigFile: "/srv/cfg",
	ObjRef: []byte{1, 2, 3}, Protocols: "SOMD_TCPIP",
}

// life registers a server, looks for it in all ways, changes it, and removes it.
func life(t *testing.T, d *daemon, c *client.Daemon) {
	t.Helper()
	ctx := t.Context()
	repo, err := c.Repository(ctx)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	maker, err := repo.Maker(ctx)
	check("who makes definitions", err)
	if maker.ID != wire.DaemonID.String() {
		t.Errorf("definitions are made by %+v", maker)
	}
	check("add", repo.Add(ctx, full))
	if err := repo.Add(ctx, full); !isRaised(err, exc.ObjAdapter, wire.ServerAlreadyExists) {
		t.Errorf("add again: %v", err)
	}
	check("add a class", repo.AddClass(ctx, full.ID, "Account"))
	check("add it again", repo.AddClass(ctx, full.ID, "Account"))
	for what, get := range map[string]func() ([]wire.Definition, error){
		"all": func() ([]wire.Definition, error) { return repo.All(ctx) },
		"id":  func() ([]wire.Definition, error) { d, err := repo.Find(ctx, full.ID); return []wire.Definition{d}, err },
		"alias": func() ([]wire.Definition, error) {
			d, err := repo.ByAlias(ctx, "bank")
			return []wire.Definition{d}, err
		},
		"class": func() ([]wire.Definition, error) { return repo.ByClass(ctx, "Account") },
	} {
		got, err := get()
		check(what, err)
		if diff := cmp.Diff([]wire.Definition{full}, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if list, err := repo.Classes(ctx, full.ID); err != nil || !slices.Equal(list, []string{"Account"}) {
		t.Errorf("classes: %v, %v", list, err)
	}
	changed := full
	changed.Alias, changed.Program = "bank2", ""
	check("update", repo.Update(ctx, changed))
	if got, err := repo.Find(ctx, full.ID); err != nil || !cmp.Equal(got, changed) {
		t.Errorf("updated: %+v, %v", got, err)
	}
	m, err := c.Manager(ctx)
	check("manager", err)
	var status *client.StatusError
	if err := m.List(ctx, "bank2"); !errors.As(err, &status) || status.Code != wire.ServerNotFound {
		t.Errorf("list: %v", err)
	}
	if err := m.Stop(ctx, "bank2"); !errors.As(err, &status) || status.Code != wire.ServerNotFound {
		t.Errorf("stop what does not run: %v", err)
	}
	if err := m.StopID(ctx, full.ID); !errors.As(err, &status) || status.Code != wire.ServerNotFound {
		t.Errorf("stop by its id what does not run: %v", err)
	}
	check("add a class to all", repo.AddClassToAll(ctx, "Branch"))
	if list, err := repo.Classes(ctx, full.ID); err != nil || !slices.Equal(list, []string{"Account", "Branch"}) {
		t.Errorf("classes: %v, %v", list, err)
	}
	check("take it back", repo.RemoveClass(ctx, full.ID, "Branch"))
	changed.Flags |= wire.NonStoppable
	check("forbid to stop it", repo.Update(ctx, changed))
	if err := m.Stop(ctx, "bank2"); !errors.As(err, &status) || status.Code != wire.AccessDenied {
		t.Errorf("stop what is not to be stopped: %v", err)
	}
	check("disable", m.Disable(ctx, "bank2"))
	if got, _ := repo.Find(ctx, full.ID); got.Flags&wire.Disabled == 0 {
		t.Errorf("it is not disabled: %+v", got)
	}
	check("enable", m.Enable(ctx, "bank2"))
	check("remove the class", repo.RemoveClassFromAll(ctx, "Account"))
	if with, err := repo.ByClass(ctx, "Account"); err != nil || len(with) != 0 {
		t.Errorf("with a class that was removed: %v, %v", with, err)
	}
	check("remove", repo.Remove(ctx, full.ID))
	if _, err := repo.Find(ctx, full.ID); !isRaised(err, exc.ObjAdapter, wire.ImplNotFound) {
		t.Errorf("find what was removed: %v", err)
	}
	if n := len(d.servers.all); n != 0 {
		t.Errorf("%d servers are left", n)
	}
}

// isRaised reports whether an error is a system exception of the peer, of a kind with a code.
func isRaised(err error, k exc.Kind, code wire.Code) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys) && sys.Remote && sys.Kind == k && sys.Minor == uint32(code) && sys.Completed == exc.No
}

func TestLife(t *testing.T) {
	t.Parallel()
	d := newDaemon(t, orb.Config{}, nil)
	life(t, d, d.client(t, orb.Config{}))
}
