package dsom_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
)

// TestNoServer has a process whose ORB is the program's own asked to be a server besides, and one that is none asked for what a server does.
func TestNoServer(t *testing.T) {
	initialised(t)
	p, err := dsom.ProcessClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Release() }()
	for _, c := range []struct {
		method, says string
		args         []any
	}{
		{"serve", "an ORB of its program's own", []any{"kennel", "", ""}},
		{"publish", "serve was not called", []any{nil, "zoo/rex"}},
		{"accept", "serve was not called", nil},
		{"served", "serve was not called", nil},
		{"interrupt", "serve was not called", nil},
		{"leave", "serve was not called", nil},
	} {
		_, err := p.Invoke(t.Context(), c.method, c.args...)
		if sys := (*exc.SystemException)(nil); !errors.As(err, &sys) || sys.Kind != exc.BadInvOrder || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.method, err)
		}
	}
}

// A host is a server with a daemon, whose naming service is bound.
type host struct {
	*poa.Root
	objects *poa.POA
	bound   func(name string) error

	mu   sync.Mutex
	ends []func() error
}

func (h *host) Name() string                                            { return "kennel" }
func (h *host) Daemon() string                                          { return "127.0.0.1:1" }
func (h *host) Adapter() *poa.POA                                       { return h.objects }
func (h *host) Bind(_ context.Context, name string, _ orb.Object) error { return h.bound(name) }
func (h *host) WhileBusy(func() bool)                                   {}
func (h *host) Private() bool                                           { return false }
func (h *host) AtEnd(f func() error)                                    { h.mu.Lock(); h.ends = append(h.ends, f); h.mu.Unlock() }
func (h *host) Say(_ context.Context, of string, _ func(context.Context) error) error {
	return h.bound(of)
}
func (h *host) ActivateKey(key string, ref *orb.Ref) error {
	s, err := h.objects.ReferenceToServant(ref)
	if err == nil {
		_, err = h.Root.ActivateKey(key, s)
	}
	return err
}

// hosted returns an object by which the process becomes a server, whose names are bound by bound.
func hosted(t *testing.T, bound func(string) error) som.Ref {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	root := poa.New(o)
	objects, err := root.Create("objects", poa.Options{IDAssignment: poa.UserID, Lifespan: poa.Persistent})
	if err != nil {
		t.Fatal(err)
	}
	g, err := dsom.Init(domain(t), dsom.Options{Daemon: "127.0.0.1:1", Serve: func(ctx context.Context, as dsom.Role) error {
		h := &host{Root: root, objects: objects, bound: bound}
		err := as.Setup(ctx, h, somd.New(root.POA, somd.Config{}), func(context.Context, []string) {})
		<-ctx.Done()
		for _, f := range slices.Backward(h.ends) {
			err = errors.Join(err, f())
		}
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := dsom.ProcessClass.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(p.Release(), g.Uninit()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// TestPublishAgain has an object published when that has failed: it is as it was before, and ends when it is let go.
func TestPublishAgain(t *testing.T) {
	reachable := false
	p := hosted(t, func(string) error {
		if !reachable {
			return exc.New(exc.Transient, 0, exc.No, "naming is not reachable")
		}
		return nil
	})
	rex, err := cat.Class.New()
	if err != nil {
		t.Fatal(err)
	}
	max, err := cat.Class.New()
	if err != nil {
		t.Fatal(err)
	}
	call[string](t, p, "serve", "", "", "")
	call[any](t, p, "accept")
	fails := func(o som.Object, kind exc.Kind) {
		t.Helper()
		_, err := p.Invoke(t.Context(), "publish", o, "zoo/rex")
		if sys := (*exc.SystemException)(nil); !errors.As(err, &sys) || sys.Kind != kind {
			t.Errorf("publish: %v, want %s", err, kind)
		}
	}
	fails(rex, exc.Transient) // by naming
	fails(rex, exc.Transient)
	reachable = true
	call[string](t, p, "publish", rex, "zoo/rex")
	fails(max, exc.ObjAdapter) // the key is taken
	call[string](t, p, "publish", max, "zoo/max")
	call[any](t, p, "leave")
	for _, o := range []som.Ref{rex, max} {
		w := o.Weak()
		if err := o.Release(); err != nil {
			t.Fatal(err)
		}
		if _, alive := w.Get(); alive {
			t.Error("an object that was published does not end")
		}
	}
}

// TestLeaveTogether has several threads end the server at the same time: each is told that it has ended, or that there is none.
func TestLeaveTogether(t *testing.T) {
	p := hosted(t, func(string) error { return nil })
	for range 200 {
		call[string](t, p, "serve", "", "", "")
		var leaving sync.WaitGroup
		for range 8 {
			leaving.Go(func() {
				for {
					_, err := p.Invoke(t.Context(), "leave")
					if sys := (*exc.SystemException)(nil); err != nil && (!errors.As(err, &sys) || sys.Kind != exc.BadInvOrder) {
						t.Error("leave: ", err)
					}
					if err != nil {
						return
					}
				}
			})
		}
		leaving.Wait()
	}
}
