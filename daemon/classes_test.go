package daemon_test

import (
	"fmt"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// classMap is the map of classes to servers, as clients of the naming service see it.
func (d *dsomDaemon) classMap(t *testing.T) classmap.Map {
	t.Helper()
	names, err := d.orb.Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", d.port))
	if err != nil {
		t.Fatal(err)
	}
	return classmap.In(names)
}

// TestOneClassMap holds that what a program of DSOM says of the classes of servers, and what these say themselves, is in one place, whoever asks for it, and follows
// the server's name.
func TestOneClassMap(t *testing.T) {
	t.Parallel()
	state, ctx := t.TempDir(), t.Context()
	old := open(t, quick(state))
	r := wire.Definition{Alias: "garage", Program: "/bin/x", ID: wire.NewID().String()}
	if err := daemon.DSOMServers(old).Add(ctx, r); err != nil {
		t.Fatal(err)
	}
	id, err := wire.ParseID(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Supervisor().Records().Update(ctx, implrepo.UUID(id), func(r *implrepo.Record) error { // as older daemons kept them
		r.DSOM.Classes = []string{"Car", "Zoo::Dog"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	d := runDSOM(t, daemon.Config{State: state})
	repo, m := d.repository(t), d.classMap(t)
	is := func(what, want string, got any, err error) {
		t.Helper()
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, %v, want %s", what, got, err, want)
		}
	}
	of := func(class string) any {
		t.Helper()
		var names []string
		defs, err := repo.ByClass(ctx, class)
		for _, d := range defs {
			names = append(names, d.Alias)
		}
		if err != nil {
			return err
		}
		return names
	}
	got, err := m.Classes(ctx, "garage")
	is("what an older daemon kept", "[Car Zoo::Dog]", got, err)
	is("for programs of DSOM", "[garage]", of("Zoo::Dog"), nil)
	if _, err := d.admin.Add(ctx, admin.Server{Name: "east", Command: []string{"/bin/x"}}); err != nil {
		t.Fatal(err)
	}
	ref, err := m.Resolve(ctx, classmap.Entry{Class: "Car", Alias: "garage"})
	if err != nil || ref == nil || ref.TypeID() != "IDL:SOMDServer:2.2" {
		t.Fatalf("got %v, %v", ref, err)
	}
	if err := m.Announce(ctx, classmap.Server{Alias: "east", ID: "x", Ref: ref}, []string{"Car", "Boat"}); err != nil { // as the server does
		t.Fatal(err)
	}
	is("what a server says", "[east garage]", of("Car"), nil)
	def, err := repo.ByAlias(ctx, "east")
	if err != nil {
		t.Fatal(err)
	}
	got, err = repo.Classes(ctx, def.ID)
	is("of that server", "[Boat Car]", got, err)
	if err := repo.AddClass(ctx, def.ID, "Bus"); err != nil {
		t.Fatal(err)
	}
	if err := repo.RemoveClass(ctx, def.ID, "Boat"); err != nil {
		t.Fatal(err)
	}
	q, err := classmap.Parse("serverId=='" + def.ID + "'")
	if err != nil {
		t.Fatal(err)
	}
	found, silent, err := m.Find(ctx, q)
	is("what a program says of it", "[{Bus east}] []", fmt.Sprint(found, " ", silent), err)
	west := "west"
	if _, err := d.admin.Update(ctx, "east", admin.Change{Name: &west}); err != nil {
		t.Fatal(err)
	}
	if def.Alias = "north"; repo.Update(ctx, def) != nil {
		t.Fatal("it cannot be renamed")
	}
	got, err = m.Classes(ctx, "north")
	is("under its new name", "[Bus Car]", got, err)
	names, err := m.All(ctx)
	is("the servers", "[garage north]", names, err)
	if err := repo.RemoveClassFromAll(ctx, "Car"); err != nil {
		t.Fatal(err)
	}
	is("nobody's class", "[]", of("Car"), nil)
	if err := d.admin.Remove(ctx, "north", false); err != nil {
		t.Fatal(err)
	}
	names, err = m.All(ctx)
	is("without the server", "[garage]", names, err)
	if err := repo.AddClass(ctx, r.ID, "no\x00name"); err == nil {
		t.Error("a class of such a name was taken")
	}
}
