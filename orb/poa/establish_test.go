package poa_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// TestEstablish: who establishes adapters is asked before one serves anybody, and no adapter is left of one that is refused.
func TestEstablish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		var during func(path string) error
		told := errors.New("told to")
		o, err := orb.New(orb.Config{
			Transports: transport.Set{mem.New()}, Listen: []string{"mem:here:1"}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
			Adapters: []func(orb.NewAdapter) error{func(a orb.NewAdapter) error {
				life := "transient"
				if a.Persistent {
					life = "persistent"
				}
				asked = append(asked, strings.ReplaceAll(a.Path, "\x00", "/")+" "+life)
				if during != nil {
					return during(a.Path)
				}
				return nil
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer shutdown(t, o)
		var changes []orb.AdapterChange
		o.WatchAdapters(func(c orb.AdapterChange) { changes = append(changes, c) })
		root := poa.New(o)
		outer := mustAdapter(t, root.POA, "outer", poa.Options{})

		// While it is being established it can be found and is filled, but serves nobody; its name is taken.
		key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: "outer\x00a", ID: []byte("x")})
		early := must[*orb.Ref](t)(o.Reference(workerInterface, key, true))
		answer := make(chan error, 1)
		during = func(string) error {
			c := must[*poa.POA](t)(outer.FindPOA(t.Context(), "a", false))
			if _, err := c.ActivateWithID("x", &worker{}); err != nil {
				t.Error(err)
			}
			if _, err := outer.Create("a", persistent); !errors.Is(err, poa.ErrAdapterAlreadyExists) {
				t.Errorf("made twice: %v", err)
			}
			go func() { _, err := work(context.Background(), early); answer <- err }()
			synctest.Wait()
			if len(answer) != 0 {
				t.Errorf("served before it was established: %v", <-answer)
			}
			return nil
		}
		mustAdapter(t, outer, "a", persistent)
		if err := <-answer; err != nil {
			t.Errorf("held: %v", err)
		}

		// One that is refused has not been: its requests find nothing, its name is free, nobody is told that it ended.
		for _, refuse := range []func(string) error{func(string) error { return told }, func(string) error { panic(told) }} {
			key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: "b", ID: []byte("x")})
			early := must[*orb.Ref](t)(o.Reference(workerInterface, key, true))
			during = func(path string) error {
				if path != "b" {
					return nil
				}
				b := must[*poa.POA](t)(root.FindPOA(t.Context(), "b", false))
				mustAdapter(t, b, "within", persistent)
				go func() { _, err := work(context.Background(), early); answer <- err }()
				synctest.Wait()
				return refuse(path)
			}
			func() {
				defer func() { _ = recover() }()
				if b, err := root.Create("b", persistent); b != nil || !errors.Is(err, told) {
					t.Errorf("refused: %v, %v", b, err)
				}
			}()
			if err := <-answer; !errors.Is(err, exc.ObjectNotExist) {
				t.Errorf("held for an adapter that was refused: %v", err)
			}
			if b, err := root.FindPOA(t.Context(), "b", false); !errors.Is(err, poa.ErrAdapterNonExistent) {
				t.Errorf("after it was refused: %v, %v", b, err)
			}
			synctest.Wait()
			if len(changes) != 1 || len(changes[0].Adapters) != 1 || changes[0].Adapters[0] != "b\x00within" {
				t.Errorf("told %v", changes)
			}
			changes = nil
		}
		during = nil
		mustAdapter(t, root.POA, "b", persistent)
		want := " transient; outer transient; outer/a persistent; b persistent; b/within persistent; b persistent; b/within persistent; b persistent"
		if got := strings.Join(asked, "; "); got != want {
			t.Errorf("asked %s, want %s", got, want)
		}
	})
}

// TestEstablishByActivator: an adapter that an adapter activator makes is established within, and one that is refused is what the activator
// says of it.
func TestEstablishByActivator(t *testing.T) {
	t.Parallel()
	told := errors.New("told to")
	o, err := orb.New(orb.Config{
		Transports: transport.Set{mem.New()}, Listen: []string{"mem:here:1"}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Adapters: []func(orb.NewAdapter) error{func(a orb.NewAdapter) error {
			if a.Path == "bad" {
				return told
			}
			return nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer shutdown(t, o)
	root := poa.New(o)
	root.SetAdapterActivator(poa.AdapterActivatorFunc(func(_ context.Context, parent *poa.POA, name string) (bool, error) {
		c, err := parent.Create(name, persistent)
		if err != nil {
			return false, err
		}
		_, err = c.ActivateWithID("x", &worker{name: name})
		return true, err
	}))
	for _, c := range []struct {
		adapter string
		want    error
	}{{"good", nil}, {"bad", exc.ObjAdapter}, {"good", nil}, {"bad", exc.ObjAdapter}} {
		key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: c.adapter, ID: []byte("x")})
		ref := must[*orb.Ref](t)(o.Reference(workerInterface, key, true))
		if name, err := work(t.Context(), ref); !errors.Is(err, c.want) || err == nil && name != c.adapter {
			t.Errorf("%s: %q, %v", c.adapter, name, err)
		}
	}
}
