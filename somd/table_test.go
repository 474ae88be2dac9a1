package somd_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/internal/proxytable"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// refused are methods of proxies that do nothing but say so.
var refused = []string{"_set_type_id"}

// TestProxyTable calls each method that a proxy has, and holds where it has run, as the server sees it, against the page's table.
func TestProxyTable(t *testing.T) {
	var mu sync.Mutex
	asked := 0
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, ServerInterceptors: []orb.ServerInterceptor{
		func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
			mu.Lock()
			asked++
			mu.Unlock()
			return next(ctx)
		}}})
	if err != nil {
		t.Fatal(err)
	}
	server := somd.New(poa.New(o).POA, somd.Config{})
	t.Cleanup(func() {
		if err := errors.Join(server.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	})
	client := domain(t, somd.Config{})
	client.Know(cat.Class)
	maker := remote(t, server, client, func() som.Ref {
		s, err := somd.NewServer(server, somd.Among(cat.Class), "Pets::Cat")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Release() })
		return s
	}())
	var out strings.Builder
	args := map[string][]any{
		"somIsA": {pet.Class}, "somIsInstanceOf": {cat.Class}, "somRespondsTo": {"speak"}, "somPrintSelf": {&out}, "somDumpSelf": {&out, 0}, "somDumpSelfInt": {&out, 0},
		"somCastObj": {somd.ClientProxy}, "scratch": {1}, "speak": {"x"}, "_set_name": {"x"},
	}
	table := proxytable.Read(t, "../docs/somd.md")
	methods := slices.Collect(func(yield func(string) bool) {
		for name := range table {
			if !yield(name) {
				return
			}
		}
	})
	for _, own := range []string{"scratch", "speak", "_get_name", "_set_name", "_get_fed"} {
		table[own] = proxytable.Target
		methods = append(methods, own)
	}
	slices.Sort(methods)
	for _, m := range slices.Concat(somd.ClientProxy.Methods(), cat.Class.Methods()) { // none is forgotten
		life := m.Class() == som.SOMObject && (strings.HasPrefix(m.Name(), "somDefault") || slices.Contains([]string{"somInit", "somUninit", "somDestruct"}, m.Name()))
		if table[m.Name()] == "" && !life && m.Kind() == som.Static && (m.Class().Implements(m) != nil) && !slices.Contains(refused, m.Name()) && m.Class() != pet.Class && m.Class() != cat.Class {
			t.Errorf("the page's table does not say where %s runs", m)
		}
	}
	for _, name := range methods {
		if name == "sommProxyDispatch" {
			continue // it is what sends all of them: see TestOwnProxy
		}
		made, err := maker.Invoke(t.Context(), "somdCreateObj", "Pets::Cat", "")
		if err != nil {
			t.Fatal(err)
		}
		r := made.(som.Object).SOM()
		before := pet.Living.Load()
		mu.Lock()
		asked = 0
		mu.Unlock()
		switch name {
		case "somClassDispatch":
			m, _ := r.Class().Lookup("is_proxy")
			_, err = r.Invoke(t.Context(), name, somd.ClientProxy, m, []any(nil))
		case "somDispatch": // of a method of the target's, which shows where it leads
			m, _ := r.Class().Lookup("is_proxy")
			_, err = r.Invoke(t.Context(), name, m, []any(nil))
		default:
			_, err = r.Invoke(t.Context(), name, args[name]...)
		}
		mu.Lock()
		n := asked
		mu.Unlock()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := proxytable.Here
		switch ended := r.Refs() == 0; {
		case n > 0 && ended:
			got = proxytable.Both
		case n > 0:
			got = proxytable.Target
		}
		if name == "somdProxyFree" || name == "release" { // whose end gives back the reference that it had
			got = proxytable.Here
		}
		if got != table[name] {
			t.Errorf("%s runs %s (%d requests), and the page says %s", name, got, n, table[name])
		}
		if lives := pet.Living.Load() == before; lives == (name == "somFree" || name == "somdTargetFree" || name == "somdProxyFree" || name == "release") {
			t.Errorf("after %s the target lives: %v", name, lives)
		}
		for r.Refs() > 0 {
			_ = r.Uncast()
			if err := r.Release(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if !strings.Contains(out.String(), "a Pets::Cat, ") {
		t.Errorf("the target prints itself as %q", out.String())
	}
	if n := server.Exported(); n != 1 {
		t.Errorf("%d objects are left", n)
	}
}

// A lazy cat answers scratch itself, and has the rest done.
type lazy struct {
	som.Base
	sent []string
}

func (l *lazy) SommProxyDispatch(ctx context.Context, m *som.Method, args []any) ([]any, error) {
	l.sent = append(l.sent, m.Name())
	fn, self := lazySend.In(somd.ClientProxy, l.SOM())
	return fn(self, ctx, m, args)
}

var (
	lazySend  = som.MustBind[func(som.Self, context.Context, *som.Method, []any) ([]any, error)](somd.ClientProxy, "sommProxyDispatch")
	lazyClass *som.Class
)

func init() {
	scratch, _ := cat.Class.Lookup("scratch")
	lazyClass = som.MustClass[lazy]("Pets::Cat__Proxy", som.Parents(somd.ClientProxy, cat.Class), som.With(func(s *som.Spec) {
		s.AbstractParents = []*som.Class{cat.Class}
		s.Detached = s.AbstractParents
		s.Overrides = append(somd.Forward(cat.Class, scratch), som.Override{Method: scratch.String(), Impl: func(som.Self, context.Context, int32) (int32, error) { return -1, nil }})
	}))
}

// TestOwnProxy has a program's own class of proxies.
func TestOwnProxy(t *testing.T) {
	t.Parallel()
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(lazyClass)
	r := remote(t, server, client, newCat(t))
	if r.Class() != lazyClass {
		t.Fatalf("the proxy is of class %s", r.Class())
	}
	if got, err := r.Invoke(t.Context(), "scratch", 3); err != nil || got != int32(-1) {
		t.Errorf("what it does itself: %v, %v", got, err)
	}
	if got, err := r.Invoke(t.Context(), "speak", "x"); err != nil || got != "Ada says hello to x, meow" {
		t.Errorf("what it sends on: %v, %v", got, err)
	}
	if l, ok := som.FindState[lazy](r); !ok || !slices.Equal(l.sent, []string{"speak"}) {
		t.Errorf("sent on were %v", l.sent)
	}
}
