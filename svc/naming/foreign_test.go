package naming_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// TestForeign goes through one naming service into another, with every operation.
func TestForeign(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		do   operation
		want string
	}{
		"bind":                    {bind("far/new"), "ok"},
		"bind deep":               {bind("far/ctx/up/ctx/new"), "ok"},
		"bind twice":              {bind("far/obj"), "already bound"},
		"bind over the far name":  {bind("far"), "already bound"},
		"bind below nothing":      {bind("far/nothing/x"), "missing_node nothing/x"},
		"bind below an object":    {bind("far/ctx/obj/x"), "not_context obj/x"},
		"rebind":                  {rebind("far/obj"), "ok"},
		"rebind over a context":   {rebind("far/ctx"), "not_object ctx"},
		"bind context":            {bindContext("far/new"), "ok"},
		"rebind context":          {rebindContext("far/empty"), "ok"},
		"rebind the far name":     {rebindContext("far"), "ok"},
		"rebind context, object":  {rebindContext("far/obj"), "not_context obj"},
		"resolve":                 {resolve("far/ctx/obj"), "ok"},
		"resolve there and back":  {resolve("far/back/far/obj"), "ok"},
		"resolve nothing":         {resolve("far/ctx/nothing"), "missing_node nothing"},
		"resolve destroyed":       {resolve("far/gone/x"), "cannot proceed x"},
		"resolve the far context": {resolve("far"), "ok"},
		"unbind":                  {unbind("far/ctx/obj"), "ok"},
		"unbind nothing":          {unbind("far/nothing"), "missing_node nothing"},
		"bind new context": {func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			nc, err := r.BindNewContext(ctx, name("far/new"))
			if err != nil {
				return err
			}
			return first(nc.Bind(ctx, name("x"), p.object("new")), func() error { return p.leads(ctx, "far/new/x", p.object("new")) })
		}, "ok"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			far, near := serve(t, nil), serve(t, nil)
			far.furnish(t)
			if err := near.root.BindContext(t.Context(), name("far"), far.root); err != nil {
				t.Fatal(err)
			}
			if err := far.root.BindContext(t.Context(), name("back"), near.root); err != nil {
				t.Fatal(err)
			}
			if err := near.root.Bind(t.Context(), name("obj"), near.object("obj")); err != nil {
				t.Fatal(err)
			}
			if got := outcome(c.do(t.Context(), near, near.root)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A stubborn context fails in one way only.
type stubborn struct {
	cosnaming.NamingContextBase
	err error
}

func (s *stubborn) Bind(context.Context, cosnaming.Name, orb.Object) error { return s.err }
func (s *stubborn) Resolve(context.Context, cosnaming.Name) (orb.Object, error) {
	return nil, s.err
}

// TestForeignFails holds that the client is given the other context to try for itself, unless something may have changed there.
func TestForeignFails(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		err         error
		bind, solve string
	}{
		"NO":    {exc.New(exc.NoPermission, 0, exc.No, ""), "cannot proceed x/y", "cannot proceed x/y"},
		"MAYBE": {exc.New(exc.PersistStore, 0, exc.Maybe, ""), "PERSIST_STORE", "cannot proceed x/y"},
		"YES":   {exc.New(exc.Internal, 0, exc.Yes, ""), "INTERNAL", "cannot proceed x/y"},
		"own":   {errors.New("something"), "UNKNOWN", "cannot proceed x/y"},
		"cannot": {&cosnaming.NamingContext_CannotProceed{RestOfName: name("y")}, "cannot proceed y",
			"cannot proceed y"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := serve(t, nil)
			there := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
			ref, err := cosnaming.NamingContextClass.Activate(poa.New(there), &stubborn{err: c.err})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.root.BindContext(t.Context(), name("far"), cosnaming.NamingContextClass.Unchecked(ref)); err != nil {
				t.Fatal(err)
			}
			if got := outcome(p.root.Bind(t.Context(), name("far/x/y"), nil)); got != c.bind {
				t.Errorf("bind: got %q, want %q", got, c.bind)
			}
			_, err = p.root.Resolve(t.Context(), name("far/x/y"))
			if got := outcome(err); got != c.solve {
				t.Errorf("resolve: got %q, want %q", got, c.solve)
			}
			var cannot *cosnaming.NamingContext_CannotProceed
			if errors.As(err, &cannot) && what != "cannot" && !orb.Same(cannot.Cxt.(orb.Object), ref) {
				t.Errorf("to go on at %v, want %v", cannot.Cxt, ref)
			}
		})
	}
	t.Run("not there", func(t *testing.T) {
		t.Parallel()
		p := serve(t, nil)
		nobody := cosnaming.NamingContextClass.Unchecked(p.object("NameService")) // nobody listens at that port
		if err := p.root.BindContext(t.Context(), name("far"), nobody); err != nil {
			t.Fatal(err)
		}
		if got, want := outcome(p.root.Bind(t.Context(), name("far/x"), nil)), "cannot proceed x"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if _, err := p.root.ResolveStr(t.Context(), "far/x"); outcome(err) != "cannot proceed x" {
			t.Errorf("got %v", err)
		}
	})
}

// TestForeignRefused holds that who may not write here may not write through here either.
func TestForeignRefused(t *testing.T) {
	t.Parallel()
	far := serve(t, nil)
	near := serve(t, nil)
	if err := near.root.BindContext(t.Context(), name("far"), far.root); err != nil {
		t.Fatal(err)
	}
	denied := serveDenying(t, near.Store)
	if got := outcome(denied.root.Bind(t.Context(), name("far/x"), nil)); got != "NO_PERMISSION" {
		t.Errorf("got %q", got)
	}
	if _, err := denied.root.Resolve(t.Context(), name("far/x")); outcome(err) != "missing_node x" {
		t.Errorf("got %v", err)
	}
}

// TestForeignCircle follows a name of the greatest length through two services that lead to one another: it
// is left in the end, and what is longer is refused by a named limit.
func TestForeignCircle(t *testing.T) {
	t.Parallel()
	one, two := serve(t, nil), serve(t, nil)
	ctx := t.Context()
	if err := errors.Join(one.root.BindContext(ctx, name("x"), two.root), two.root.BindContext(ctx, name("x"), one.root), one.root.Bind(ctx, name("obj"), one.object("obj"))); err != nil {
		t.Fatal(err)
	}
	round := func(n int) cosnaming.Name {
		long := make(cosnaming.Name, n)
		for i := range long {
			long[i].Id = "x"
		}
		long[n-1].Id = "obj"
		return long
	}
	if o, err := one.root.Resolve(ctx, round(tree.MaxComponents-1)); err != nil || !orb.Same(o, one.object("obj")) {
		t.Errorf("got %v, %v", o, err)
	}
	if _, err := one.root.Resolve(ctx, round(tree.MaxComponents)); outcome(err) != "missing_node obj" { // it ends in the other
		t.Errorf("got %v", err)
	}
	if _, err := one.root.Resolve(ctx, round(tree.MaxComponents+1)); outcome(err) != "IMP_LIMIT" {
		t.Errorf("got %v", err)
	}
}

// TestHolds: what is bound here is told without a call, and nobody else is asked of what lies beyond.
func TestHolds(t *testing.T) {
	t.Parallel()
	near, far := serve(t, nil), serve(t, nil)
	if _, err := far.root.BindNewContext(t.Context(), name("ctx")); err != nil {
		t.Fatal(err)
	}
	if err := near.root.BindContext(t.Context(), name("far"), cosnaming.NamingContextClass.Unchecked(near.server.NewRef(far.ref.IOR()))); err != nil {
		t.Fatal(err)
	}
	if _, err := near.root.BindNewContext(t.Context(), name("ctx")); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"far": true, "ctx": true, "far/ctx": false, "nothing": false, "ctx/nothing": false} {
		n, err := ior.ParseName(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := near.names.Holds(n); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if err := near.root.Bind(t.Context(), name("ctx/one.Car"), near.ref); err != nil {
		t.Fatal(err)
	}
	for in, kinds := range map[string]map[string]bool{"ctx": {"Car": true, "one": false, "": false}, "far": {"Car": false}, "nothing": {"Car": false}} {
		n, err := ior.ParseName(in)
		if err != nil {
			t.Fatal(err)
		}
		for kind, want := range kinds {
			if got := near.names.HoldsKind(n, kind); got != want {
				t.Errorf("of the kind %q in %s: %v", kind, in, got)
			}
		}
	}
	if near.names.Holds(nil) {
		t.Error("no name is held")
	}
}
