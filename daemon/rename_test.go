package daemon_test

import (
	"fmt"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/server/lease"
)

// registered lists what is registered, and that something of it is disputed.
func registered(t *testing.T, c *admin.Client) string {
	t.Helper()
	all, err := c.Specifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		if s.Disputed != "" {
			s.Name += " (" + s.Disputed + ")"
		}
		names = append(names, s.Name)
	}
	return fmt.Sprintf("%q", names)
}

// TestRenameOfOneThatRuns holds that what is kept of a server follows its name while it runs, whichever name its process knows, and also when the daemon is another one.
func TestRenameOfOneThatRuns(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	d := open(t, o)
	c, ctx := client(t, d), t.Context()
	l, err := lease.Connect(lease.Config{State: o.State, Name: "bank", Create: true, Endpoints: []string{"tcp:127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close(t.Context()) })
	l.Counts(func() admin.Counts {
		return admin.Counts{Operations: []admin.OperationCalls{{Operation: "pay", Calls: 3}}, Connections: []admin.Connection{{Peer: "x"}}, Open: 1}
	})
	wants := func(what, want string) {
		t.Helper()
		if got := registered(t, c); got != want {
			t.Errorf("%s registered are %s, want %s", what, got, want)
		}
	}
	counted := func(want string) {
		t.Helper()
		calls, err := c.Calls(ctx)
		if err != nil || len(calls.Operations) != 1 || calls.Operations[0].Server != want || calls.Operations[0].Calls != 3 {
			t.Errorf("counted are %+v, %v, want %s", calls.Operations, err, want)
		}
	}
	if err := l.Describe(ctx, packedIDL(t, "interface Account { void close(); };")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.RegisterSpecification(ctx, admin.ServerSpecification("bank"), packedIDL(t, "interface Bank { void open(); };")); err != nil {
		t.Fatal(err)
	}
	counted("bank")
	shop := "shop"
	if _, err := c.Update(ctx, "bank", admin.Change{Name: &shop}); err != nil {
		t.Fatal(err)
	}
	wants("after the change", `["classes of server shop" "server shop"]`)
	counted("shop")
	if err := l.Describe(ctx, packedIDL(t, "interface Account { long close(); };")); err != nil { // as a version would that is another one
		t.Errorf("the next version: %v", err)
	}
	wants("by the process as it was", `["classes of server shop" "server shop"]`)

	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, o)
	c = client(t, d)
	eventually(t, "the server has come back", func() bool {
		s, err := c.Server(ctx, "shop")
		return err == nil && s.Run.State == admin.StateReady
	})
	if name, _ := l.Identity(); name != "shop" {
		t.Errorf("the process is told that it is %q", name)
	}
	if err := l.Describe(ctx, packedIDL(t, "interface Account { short close(); };")); err != nil {
		t.Errorf("a version after that: %v", err)
	}
	wants("with another daemon", `["classes of server shop" "server shop"]`)
	if all, err := c.Servers(ctx); err != nil || len(all) != 1 {
		t.Errorf("there are %+v, %v", all, err)
	}

	add(t, d, "bank", "serve", nil)
	if _, err := c.RegisterSpecification(ctx, admin.ServerSpecification("bank"), packedIDL(t, "interface River { void flow(); };")); err != nil {
		t.Fatal(err)
	}
	if err := c.Remove(ctx, "bank", true); err != nil {
		t.Fatal(err)
	}
	wants("without another of the old name", `["classes of server shop" "server shop"]`)

	counted("shop")
	if err := l.Close(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it has ended", func() bool { s, err := c.Server(ctx, "shop"); return err == nil && s.Run.State == admin.StateStopped })
	counted("shop")
	mall := "mall"
	if _, err := c.Update(ctx, "shop", admin.Change{Name: &mall}); err != nil {
		t.Fatal(err)
	}
	counted("mall")
	if err := c.Remove(ctx, "mall", false); err != nil {
		t.Fatal(err)
	}
	wants("without the server", `[]`)
	if calls, err := c.Calls(ctx); err != nil || len(calls.Operations) != 0 {
		t.Errorf("of a server that was removed are counted %+v, %v", calls.Operations, err)
	}
}

// TestRenameByDSOM has a program of DSOM give a server another name, under which something was registered before.
func TestRenameByDSOM(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx := t.Context()
	if _, err := d.admin.Add(ctx, admin.Server{Name: "bank", Command: []string{"/bin/x"}}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		admin.ServerSpecification("bank"): "interface Bank { void open(); };",
		admin.ServerClasses("bank"):       "interface Account { void close(); };",
		admin.ServerSpecification("shop"): "interface River { void flow(); };",
	} {
		if _, err := d.admin.RegisterSpecification(ctx, name, packedIDL(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	repo := d.repository(t)
	def, err := repo.ByAlias(ctx, "bank")
	if err != nil {
		t.Fatal(err)
	}
	if def.Alias = "shop"; repo.Update(ctx, def) != nil {
		t.Fatal("it cannot be renamed")
	}
	if got, want := registered(t, d.admin), `["classes of server shop" "server shop"]`; got != want {
		t.Errorf("registered are %s, want %s", got, want)
	}
	if err := d.admin.Remove(ctx, "shop", false); err != nil {
		t.Fatal(err)
	}
	if got := registered(t, d.admin); got != "[]" {
		t.Errorf("without the server registered are %s", got)
	}
}
