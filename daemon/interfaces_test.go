package daemon_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/svc/ifr"
)

// packedIDL is an IDL text as it is registered.
func packedIDL(t *testing.T, text string) []byte {
	t.Helper()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"x.idl": text}}, "x.idl")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := ifr.Pack(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// TestServersDescribe has servers register the interfaces of their classes: as their own, beside what was registered with them, while they hold their leases; what contradicts is told.
func TestServersDescribe(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c, ctx := client(t, d), t.Context()
	lease := func(name string) string {
		t.Helper()
		stream, err := c.Lease(ctx, admin.Registration{Name: name, Create: true, Incarnation: "x", Endpoints: []string{"tcp:127.0.0.1:1"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = stream.Close() })
		m, err := stream.Next()
		if err != nil {
			t.Fatal(err)
		}
		return m.Lease
	}
	names := func() string {
		t.Helper()
		all, err := c.Specifications(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		return strings.Join(slices.Sorted(slices.Values(names)), ", ")
	}
	if _, err := c.RegisterSpecification(ctx, admin.ServerSpecification("bank"), packedIDL(t, "interface Bank { void open(); };")); err != nil {
		t.Fatal(err)
	}
	bank, shop := lease("bank"), lease("shop")
	first, err := c.Describe(ctx, bank, packedIDL(t, "interface Account { void close(); };"))
	if err != nil || first.Name != "classes of server bank" {
		t.Fatal(first, err)
	}
	if got, want := names(), "classes of server bank, server bank"; got != want {
		t.Errorf("registered are %s, want %s", got, want)
	}
	for text, says := range map[string]string{"interface Account { long close(); };": "Account", "interface Bank { long open(); };": "Bank"} {
		if _, err := c.Describe(ctx, shop, packedIDL(t, text)); !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
		if got, want := names(), "classes of server bank, classes of server shop, server bank"; got != want {
			t.Errorf("registered are %s, want %s", got, want)
		}
	}
	if _, err := c.Describe(ctx, shop, []byte("no specification")); !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) {
		t.Errorf("what is none: %v", err)
	}
	if got, want := names(), "classes of server bank, server bank"; got != want {
		t.Errorf("after what is none, which is not what it said before, registered are %s, want %s", got, want)
	}
	if _, err := c.Describe(ctx, "nobody's", packedIDL(t, "interface X {};")); !errors.Is(err, &admin.Error{Code: admin.CodeNotFound}) {
		t.Errorf("a lease that is none: %v", err)
	}
	for first.Registered.Equal(time.Now().UTC().Truncate(time.Second)) { // so that another registration would have another time
		select {
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
	if again, err := c.Describe(ctx, bank, packedIDL(t, "interface Account { void close(); };")); err != nil || !again.Registered.Equal(first.Registered) {
		t.Errorf("the same again is %+v, %v, and was %+v", again, err, first)
	}
	if other, err := c.Describe(ctx, bank, packedIDL(t, "interface Account { void close(); void lock(); };")); err != nil || other.Octets <= first.Octets {
		t.Errorf("the next release is %+v, %v", other, err)
	}
	if got, want := names(), "classes of server bank, server bank"; got != want {
		t.Errorf("registered are %s, want %s", got, want)
	}
}

// TestUpgradesDescribe has versions of a server say what they are while an upgrade tries them out: the repository answers as the one before has it until the new one serves, and goes on to if it ends.
func TestUpgradesDescribe(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c, ctx, dir := client(t, d), t.Context(), t.TempDir()
	command := func(version string) []string {
		file := filepath.Join(dir, version)
		if err := os.WriteFile(file, packedIDL(t, "interface Teller { void "+version+"(); };"), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{os.Args[0], file, filepath.Join(dir, version+"-says")}
	}
	say := func(version, what string) {
		t.Helper()
		name := filepath.Join(dir, version+"-says")
		if err := errors.Join(os.WriteFile(name+".new", []byte(what), 0o600), os.Rename(name+".new", name)); err != nil {
			t.Fatal(err)
		}
	}
	knows := func(version string) {
		t.Helper()
		spec, err := c.Specification(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all, err := ifr.UnpackAll(spec)
		if err != nil {
			t.Fatal(err)
		}
		if all.Lookup("Teller::"+version) == nil {
			t.Errorf("the repository does not know version %s: %v", version, all.Lookup("Teller"))
		}
	}
	add(t, d, "bank", "describe", func(s *admin.Server) { s.Command = command("one") })
	say("one", "serve")
	if _, err := c.Start(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	knows("one")
	before := "one"
	for _, next := range []struct {
		version, does string
	}{{"two", "serve"}, {"three", "end"}, {"four", "serve"}} {
		done := make(chan error, 1)
		upgrade := admin.Upgrade{Command: command(next.version)}
		go func() { _, err := c.Upgrade(ctx, "bank", upgrade); done <- err }()
		eventually(t, "version "+next.version+" has said what it is", func() bool {
			_, err := os.Stat(filepath.Join(dir, next.version+".said"))
			return err == nil
		})
		knows(before)
		say(next.version, next.does)
		if err := <-done; (err == nil) != (next.does == "serve") {
			t.Fatalf("the upgrade to version %s: %v", next.version, err)
		}
		if next.does == "serve" {
			before = next.version
		}
		knows(before)
	}
}
