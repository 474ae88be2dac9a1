package somd_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// makes returns the URL of a SOMDServer of a domain, which makes cats.
func makes(t *testing.T, d *somd.Domain) string {
	t.Helper()
	s, err := somd.NewServer(d, somd.Among(cat.Class, pet.Class), "Pets::Cat")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := d.Export(s)
	if err := errors.Join(err, s.Release()); err != nil {
		t.Fatal(err)
	}
	return ref.String()
}

// TestPlace makes objects of a class that is placed elsewhere, and counts those that live there.
func TestPlace(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	url := makes(t, server)
	c, err := client.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: url})
	if err != nil {
		t.Fatal(err)
	}
	before := pet.Living.Load()
	if c.Name() != "Pets::Cat" || c.Parents()[1].Name() != "Pets::Pet" || c.Parents()[1].Parents()[0] != som.SOMObject {
		t.Errorf("the class is %s, of %v", c, c.Order())
	}
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	if n := pet.Living.Load() - before; n != 1 || server.Given() != 1 {
		t.Errorf("%d cats live at the server, of which clients have %d", n, server.Given())
	}
	for method, want := range map[string]any{"speak": "Ada says hello to x, meow", "scratch": int32(4), "count": int32(3)} {
		arg := any(2)
		if method == "speak" {
			arg = "x"
		}
		if got, err := r.Invoke(t.Context(), method, arg); method == "count" && isCode(err, som.CodeAbstract) {
			continue // an ancestor's, and nonstatic
		} else if err != nil || got != want {
			t.Errorf("%s: got %v, %v", method, got, err)
		}
	}
	if _, err := r.Copy(); !errors.Is(err, exc.NoImplement) {
		t.Errorf("a proxy is copied: %v", err)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	if n := pet.Living.Load() - before; n != 0 || server.Given() != 0 {
		t.Errorf("%d cats live at the server after the proxy's end", n)
	}
	for _, class := range []string{"Pets::Pet", "Pets::Dog"} {
		if _, err := client.Place(t.Context(), somd.Place{Class: class, URL: url}); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), "class "+class+" is placed at") {
			t.Errorf("%s: got %v", class, err)
		}
	}
	if _, err := client.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: "corbaloc::localhost:1/x"}); err == nil {
		t.Error("a class is placed nowhere")
	}
}

// TestLost ends the server of a placed object: the call that meets it says so, and the next one has another object of the server that has come in its place.
func TestLost(t *testing.T) {
	start := func(key string) (*orb.ORB, *somd.Domain, *orb.Ref) {
		o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
		if err != nil {
			t.Fatal(err)
		}
		root := poa.New(o)
		d := somd.New(root.POA, somd.Config{})
		objects, err := root.Create("objects", poa.Options{IDAssignment: poa.UserID, IDUniqueness: poa.MultipleID})
		if err != nil {
			t.Fatal(err)
		}
		s, err := somd.NewServer(d, somd.Among(cat.Class))
		if err != nil {
			t.Fatal(err)
		}
		ref, err := d.Publish(objects, key, s)
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Release()
		return o, d, ref
	}
	o1, d1, ref1 := start(somd.ServerID)
	client := domain(t, somd.Config{})
	client.ORB().RegisterInitialReference("Cats", client.ORB().NewRef(ref1.IOR()))
	c, err := client.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: "corbaloc:rir:/Cats"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d1.Close(), o1.Shutdown(context.Background())); err != nil {
		t.Fatal(err)
	}
	o2, d2, ref2 := start(somd.ServerID)
	client.ORB().RegisterInitialReference("Cats", client.ORB().NewRef(ref2.IOR()))
	if _, err := r.Invoke(t.Context(), "scratch", 1); !isOneOf(err, exc.CommFailure, exc.Transient, exc.ObjectNotExist) || !strings.Contains(err.Error(), "the next call makes another") {
		t.Errorf("the call that meets the end: got %v", err)
	}
	if got, err := r.Invoke(t.Context(), "scratch", 1); err != nil || got != int32(2) {
		t.Errorf("after it: got %v, %v", got, err)
	}
	if err := errors.Join(r.Release(), d2.Close(), o2.Shutdown(context.Background())); err != nil {
		t.Error(err)
	}
}

// TestOwnAncestor places a class whose server says that it is its own ancestor: nothing is loaded for that, and nothing made.
func TestOwnAncestor(t *testing.T) {
	t.Parallel()
	peer, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	ref, err := peer.ORB().Adapter().Activate(&liar{iface: orb.Interface{ID: "IDL:SOMDServer:1.0"}, say: func(e *cdr.Encoder) {
		described(e, [3][]string{{"Ouroboros"}, {"SOMObject"}, nil}, [3][]string{{"Ouroboros"}, {"SOMObject"}, nil})
	}})
	if err != nil {
		t.Fatal(err)
	}
	p := somd.Place{Class: "Ouroboros", URL: ref.String(), Load: func(name string) (*som.Class, error) {
		t.Errorf("%s is asked for", name)
		return nil, somd.ErrCircle
	}}
	if _, err := client.Place(t.Context(), p); !errors.Is(err, somd.ErrCircle) || !strings.Contains(err.Error(), "class Ouroboros is placed at") {
		t.Errorf("got %v", err)
	}
	p.Load = nil
	if _, err := client.Place(t.Context(), p); !errors.Is(err, somd.ErrCircle) {
		t.Errorf("got %v", err)
	}
}

func isOneOf(err error, kinds ...exc.Kind) bool {
	for _, k := range kinds {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}
