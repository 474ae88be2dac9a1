package dsom_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/somd/dsom"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming"
)

// TestFirstThatAnswers has factories and servers be those of a server that answers, where the naming service knows another one whose name comes before and that does not.
func TestFirstThatAnswers(t *testing.T) {
	west, d := domain(t), domain(t)
	d.Know(cat.Class)
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "names"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	names, err := naming.New(t.Context(), naming.Config{Store: s, Root: poa.New(o)})
	if err != nil {
		t.Fatal(err)
	}
	d.ORB().RegisterInitialReference("NameService", d.ORB().NewRef(names.Root().IOR()))
	m, err := classmap.Of(t.Context(), d.ORB())
	if err != nil {
		t.Fatal(err)
	}
	gone, err := d.ORB().Resolve(t.Context(), "corbaloc::127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	server, err := somd.NewServer(west, somd.Among(cat.Class), "Pets::Cat")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Release() })
	ref, err := west.Export(server)
	if err != nil {
		t.Fatal(err)
	}
	for alias, at := range map[string]orb.Object{"east": gone, "west": d.ORB().NewRef(ref.IOR())} {
		if err := m.Announce(t.Context(), classmap.Server{Alias: alias, ID: alias, Ref: at}, []string{"Pets::Cat"}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := dsom.Init(d, dsom.Options{Daemon: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Uninit(); err != nil {
			t.Error(err)
		}
	})
	process, err := dsom.ProcessClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = process.Release() }()
	f := call[som.Object](t, process, "factory", "Pets::Cat")
	c := call[som.Object](t, f.SOM(), "somNew")
	if got := call[string](t, c.SOM(), "speak", "x"); got == "" {
		t.Error("the cat says nothing")
	}
	at := call[som.Object](t, g.ObjectMgr, "somdFindAnyServerByClass", "Pets::Cat")
	for _, r := range []som.Object{c, f, at} {
		if err := r.SOM().Release(); err != nil {
			t.Error(err)
		}
	}
}
