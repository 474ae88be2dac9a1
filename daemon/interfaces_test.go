package daemon_test

import (
	"errors"
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
