package dsom_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
)

// TestUninitUnderCalls has a program call Uninit while it is a server, one of whose calls uses Init and Uninit meanwhile, as the method of a class does: the call has the objects, does not wait for its own end, and the
// objects end once. With an Init that is not taken back yet they are there until it is.
func TestUninitUnderCalls(t *testing.T) {
	for _, stays := range []bool{false, true} {
		o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = o.Shutdown(context.Background()) }()
		root := poa.New(o)
		d := domain(t)
		options := dsom.Options{Daemon: "127.0.0.1:1"}
		var kept *dsom.Globals
		call := func() error {
			g, err := dsom.Init(d, options)
			if err != nil {
				return err
			}
			if err := g.Uninit(); err != nil {
				return err
			}
			if stays {
				kept, err = dsom.Init(d, options)
			}
			return err
		}
		options.Serve = func(ctx context.Context, as dsom.Role) error {
			h := &host{Root: root, objects: root.POA, bound: func(string) error { return nil }}
			err := as.Setup(ctx, h, somd.New(root.POA, somd.Config{}), func(context.Context, []string) {})
			<-ctx.Done()
			err = errors.Join(err, call()) // which has come before, and ends before the server does
			for _, f := range slices.Backward(h.ends) {
				err = errors.Join(err, f())
			}
			return err
		}
		g, err := dsom.Init(d, options)
		if err != nil {
			t.Fatal(err)
		}
		p, err := dsom.ProcessClass.New()
		if err != nil {
			t.Fatal(err)
		}
		adapter := g.SOMOA.Weak()
		process := func(method string, args ...any) {
			t.Helper()
			if _, err := p.Invoke(t.Context(), method, args...); err != nil {
				t.Fatal(err)
			}
		}
		process("serve", "", "", "")
		process("accept")
		ended := make(chan error, 1)
		go func() { ended <- g.Uninit() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("stays=%v: %v", stays, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("stays=%v: a call's Uninit waits for its own end", stays)
		}
		if r, alive := adapter.Get(); alive != stays {
			t.Errorf("stays=%v: the objects are there: %v", stays, alive)
		} else if alive {
			if err := errors.Join(r.Release(), kept.Uninit()); err != nil {
				t.Error(err)
			}
			if _, alive := adapter.Get(); alive {
				t.Error("the objects stay behind the last Uninit")
			}
		}
		if err := g.Uninit(); err == nil {
			t.Errorf("stays=%v: one Uninit more is no error", stays)
		}
		if err := p.Release(); err != nil {
			t.Error(err)
		}
	}
}

// TestReferencesEnd holds that nothing is kept of the references of a domain that is closed: a process may become a server often, each time with another domain.
func TestReferencesEnd(t *testing.T) {
	d := domain(t)
	adapter, err := d.Adapter().Create("kept", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	if err := dsom.References(d, adapter, ""); err != nil {
		t.Fatal(err)
	}
	if !dsom.HasReferences(d) {
		t.Error("nothing is kept of a domain that is open")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if dsom.HasReferences(d) {
		t.Error("a domain that is closed is kept")
	}
}
