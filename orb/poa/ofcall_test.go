package poa_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// TestServantWhoseAdapterFails: a servant that returns why an adapter could not be found or made, or an object not be activated, has been at work, and its client is not told NO, by which
// he would call again. A request for an object in such an adapter has not begun, and its client is.
func TestServantWhoseAdapterFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		denied := exc.New(exc.NoPermission, 7, exc.No, "denied")
		deny := false
		o := must[*orb.ORB](t)(orb.New(orb.Config{
			Transports: transport.Set{mem.New()}, Listen: []string{"mem:here:1"}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
			Adapters: []func(orb.NewAdapter) error{func(orb.NewAdapter) error {
				if deny {
					return denied
				}
				return nil
			}},
			References: []func(*orb.NewReference) error{func(*orb.NewReference) error {
				if deny {
					return denied
				}
				return nil
			}},
		}))
		defer shutdown(t, o)
		root := poa.New(o)
		p := mustAdapter(t, root.POA, "p", persistent)
		p.SetAdapterActivator(poa.AdapterActivatorFunc(func(ctx context.Context, p *poa.POA, name string) (bool, error) {
			switch name {
			case "fails":
				return false, denied
			case "panics":
				panic("no")
			case "comes and goes":
				return true, mustAdapter(t, p, name, persistent).Destroy(ctx, true, false)
			}
			return false, nil
		}))
		discards := mustAdapter(t, root.POA, "discards", poa.Options{Lifespan: poa.Persistent, Manager: must[*poa.Manager](t)(root.CreateManager("discards"))})
		discards.SetAdapterActivator(p.AdapterActivator())
		if err := discards.Manager().DiscardRequests(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		find := func(p *poa.POA, name string) func(context.Context) error {
			return func(ctx context.Context) error { _, err := p.FindPOA(ctx, name, true); return err }
		}
		for name, c := range map[string]struct {
			do   func(context.Context) error
			kind exc.Kind
		}{
			"found: its activator fails":   {find(p, "fails"), exc.ObjAdapter},
			"found: its activator panics":  {find(p, "panics"), exc.ObjAdapter},
			"found: it comes and goes":     {find(p, "comes and goes"), exc.Transient},
			"found: the parent discards":   {find(discards, "x"), exc.Transient},
			"made: who establishes denies": {func(context.Context) error { _, err := p.Create("x", persistent); return err }, exc.NoPermission},
			"activated: no reference":      {func(context.Context) error { _, err := root.Activate(&worker{}); return err }, exc.NoPermission},
			"activated: no such reference": {func(context.Context) error { _, err := root.ActivateKey("x", &worker{}); return err }, exc.NoPermission},
		} {
			ref := must[*orb.Ref](t)(root.Activate(&worker{do: func(ctx context.Context) error {
				deny = c.kind == exc.NoPermission
				defer func() { deny = false }()
				return c.do(ctx)
			}}))
			_, err := work(t.Context(), ref)
			var sys *exc.SystemException
			if !errors.As(err, &sys) || sys.Kind != c.kind || sys.Completed != exc.Maybe {
				t.Errorf("%s: the servant's client got %v, want %v completed MAYBE", name, err, c.kind)
			}
		}
		for _, path := range []string{"p\x00fails", "discards\x00x"} {
			key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: path, ID: []byte("x")})
			_, err := work(t.Context(), must[*orb.Ref](t)(o.Reference(workerInterface, key, true)))
			var sys *exc.SystemException
			if !errors.As(err, &sys) || sys.Completed != exc.No {
				t.Errorf("a request for an object in %q got %v, want it completed NO", path, err)
			}
		}
	})
}
