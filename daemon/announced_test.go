package daemon

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// A namedHost is a server program that gets another name.
type namedHost struct {
	root *poa.Root
	name string
	say  func(context.Context) error
}

func (h *namedHost) Name() string                                   { return h.name }
func (h *namedHost) Daemon() string                                 { return "here" }
func (h *namedHost) Adapter() *poa.POA                              { return h.root.POA }
func (h *namedHost) Bind(context.Context, string, orb.Object) error { return nil }
func (h *namedHost) ActivateKey(string, *orb.Ref) error             { return nil }
func (h *namedHost) DeactivateKey(string) error                     { return nil }
func (h *namedHost) AtEnd(func() error)                             {}
func (h *namedHost) WhileBusy(func() bool)                          {}
func (h *namedHost) Private() bool                                  { return false }
func (h *namedHost) Say(ctx context.Context, _ string, do func(context.Context) error) error {
	h.say = do
	return do(ctx)
}

// TestAnnouncedAsItIsCalled has a server of classes announce them again under another name: nothing of it is left under the one before, and what another has under that stays.
func TestAnnouncedAsItIsCalled(t *testing.T) {
	t.Parallel()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), StoreName), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, ServerID: [16]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Shutdown(context.Background()) }()
	root := poa.New(o)
	names, err := naming.New(t.Context(), naming.Config{Store: s, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	o.RegisterInitialReference("NameService", names.Root())
	objects, err := root.Create("objects", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	h := &namedHost{root: &poa.Root{POA: objects}, name: "bank"}
	d := somd.New(root.POA, somd.Config{})
	defer func() { _ = d.Close() }()
	ref, err := somd.Serve(t.Context(), h, d, func(string) (*som.Class, error) { return som.SOMObject, nil }, "Dog", "Cat")
	if err != nil {
		t.Fatal(err)
	}
	m := classmap.In(names.Root())
	holds := func(alias, want string) {
		t.Helper()
		if all, err := m.Classes(t.Context(), alias); err != nil || fmt.Sprint(all) != want {
			t.Errorf("%s has %v, %v, want %s", alias, all, err, want)
		}
	}
	holds("bank", "[Cat Dog]")
	if err := m.Change(t.Context(), classmap.Server{Alias: "bank", ID: wire.ID{9}.String(), Ref: ref}, []string{"Bus"}, nil); err != nil { // another's
		t.Fatal(err)
	}
	h.name = "shop"
	if err := h.say(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds("shop", "[Cat Dog]")
	holds("bank", "[Bus]")
	if to, err := m.Resolve(t.Context(), classmap.Entry{Alias: "bank"}); err != nil || to == nil {
		t.Errorf("the other is found at %v, %v", to, err)
	}
}
