package daemon

import (
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/daemon/neighbours"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/naming"
)

// TestHasCallsNobody holds that what a name is, of which anybody on the link may ask, is told without any call, which a search would be: the ORB takes none any more.
func TestHasCallsNobody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := bbolt.Open(filepath.Join(dir, StoreName), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	names, err := naming.New(t.Context(), naming.Config{Store: s, Root: poa.New(o)})
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{classes: newClasses(o, names)}
	if d.sup, err = supervise.New(t.Context(), supervise.Options{Store: s, Logs: &capture.Keeper{Dir: filepath.Join(dir, "logs")}}); err != nil {
		t.Fatal(err)
	}
	defer d.sup.Close()
	rec, err := d.sup.Records().Add(t.Context(), implrepo.Record{Name: "garage"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.classes.change(t.Context(), rec, []string{"Car", "Zoo::Dog"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := o.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]string{
		classmap.Context: neighbours.Name, classmap.Context + "/garage": neighbours.Name, "garage": neighbours.Server,
		"Car": neighbours.Class, "Zoo::Dog": neighbours.Class, "Ca": "", "Bus": "", "'": "", "class=='Car'": "",
	} {
		if got, err := has(t.Context(), d, names, what); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", what, got, err, want)
		}
	}
}
