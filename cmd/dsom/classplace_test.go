package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/meta"
	"github.com/opendsom/dsom/somd"
)

type placeBreeder struct{ meta.Base }

func (*placeBreeder) Bred(context.Context) (int32, error) { return 1, nil }

type placed struct{ som.Base }

// An older server hands out no classes as objects.
type older struct{ som.Base }

func (*older) SomdGetClassObj(context.Context, string) (som.Object, error) {
	return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "no such thing yet")
}

var olderServer = som.MustClass[older]("PlacedOlderServer", som.Parents(somd.ServerClass))

var (
	placedPlain = som.MustClass[placed]("PlacedPlain")
	placedBred  = som.MustClass[placed]("PlacedBred", som.WithMetaclass(som.MustClass[placeBreeder]("PlacedBreeder", som.Parents(som.SOMClass))))
)

// TestClassPlaceLacks holds that who places a class learns which of its methods are not done for programs, and that a server which does not answer hinders nobody.
func TestClassPlaceLacks(t *testing.T) {
	dir := t.TempDir()
	library := filepath.Join(dir, placeLibrary)
	if err := os.WriteFile(library, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(envPlace, library)
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	d := somd.New(poa.New(o).POA, somd.Config{})
	t.Cleanup(func() {
		if err := errors.Join(d.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	})
	older := somd.New(poa.New(o).POA, somd.Config{Server: olderServer})
	t.Cleanup(func() { _ = older.Close() })
	server := func(d *somd.Domain) string {
		s, err := somd.NewServer(d, somd.Among(placedPlain, placedBred))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Release() })
		ref, err := d.Export(s)
		if err != nil {
			t.Fatal(err)
		}
		return ref.String()
	}
	now, before := server(d), server(older)
	at := func(classes ...string) result {
		t.Helper()
		r := dsom(t, "", append([]string{"class", "place", "--dir", filepath.Join(dir, "placed")}, classes...)...)
		if r.status != 0 || strings.Count(r.out, " is at ") == 0 {
			t.Errorf("%q: got %+v", classes, r)
		}
		return r
	}
	if r := at("PlacedPlain="+now, "PlacedBred="+now, "PlacedGone=corbaloc::127.0.0.1:9/x", "PlacedOwn=process:"+library); r.err != "" {
		t.Errorf("told is %q", r.err)
	}
	if r := at("PlacedBred=" + before); !strings.Contains(r.err, "methods of PlacedBreeder are neither done nor sent there") || !strings.Contains(r.err, "NO_IMPLEMENT") || strings.Count(r.err, "\n") != 1 {
		t.Errorf("told is %q", r.err)
	}
	if r := at("PlacedPlain=" + now); r.err != "" {
		t.Errorf("of what was placed before is told %q", r.err)
	}
}

// TestClassPlaceRefuses holds that nothing is made of what is no class or no URL, and nothing outside of the folder.
func TestClassPlaceRefuses(t *testing.T) {
	dir := t.TempDir()
	library := filepath.Join(dir, placeLibrary)
	if err := os.WriteFile(library, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(envPlace, library)
	folder := filepath.Join(dir, "a", "placed")
	for word, want := range map[string]string{
		"Cat=garbage": "garbage", "Cat=http://x/y": "http", "Cat=IOR:00": "stringified reference", "Cat=program:": "program", "Cat=corbaloc": "corbaloc",
		"/../../evil=corbaloc::127.0.0.1:9/x": "a name is identifiers", "a b=corbaloc::127.0.0.1:9/x": "words", "A::=corbaloc::127.0.0.1:9/x": "a name is identifiers",
	} {
		r := dsom(t, "", "class", "place", "--dir", folder, word)
		if r.status != statusUsage || !strings.Contains(r.err, want) {
			t.Errorf("%q: got %+v", word, r)
		}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, somd.PlacementFile), []byte("/../../evil corbaloc::127.0.0.1:9/x\n"), 0o600); err != nil { // by hand
		t.Fatal(err)
	}
	if r := dsom(t, "", "class", "place", "--dir", folder, "Dog=corbaloc::127.0.0.1:9/x"); r.status != statusUsage {
		t.Errorf("beside a line by hand: %+v", r)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
		t.Errorf("there are %q", left)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "a", "*")); len(left) != 1 {
		t.Errorf("there are %q", left)
	}
}
