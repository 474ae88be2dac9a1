package somd_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// TestPersistent calls objects that their process loads by reference data, from another process after the first has ended.
func TestPersistent(t *testing.T) {
	before := pet.Living.Load()
	var mu sync.Mutex
	loads := map[string]int{}
	load := func(ctx context.Context, data []byte) (som.Object, error) {
		mu.Lock()
		loads[string(data)]++
		mu.Unlock()
		name, ok := strings.CutPrefix(string(data), "cat\x00")
		switch {
		case string(data) == "a nest":
			return nestClass.New()
		case string(data) == "nothing":
			return nil, nil
		case !ok:
			return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "there is no %q", data)
		}
		c, err := cat.New()
		if err != nil {
			return nil, err
		}
		return c, c.SetName(ctx, name)
	}
	listen := "tcp:127.0.0.1:0"
	start := func() (*orb.ORB, *somd.Domain, *somd.Persistent) {
		o, err := orb.New(orb.Config{Listen: []string{listen}, ServerID: [16]byte{1, 2, 3}})
		if err != nil {
			t.Fatal(err)
		}
		listen = o.Endpoints()[0].String()
		root := poa.New(o)
		objects, err := root.Create("objects", poa.Options{Lifespan: poa.Persistent, IDAssignment: poa.UserID})
		if err != nil {
			t.Fatal(err)
		}
		d := somd.New(root.POA, somd.Config{})
		p, err := d.Persistent(objects, "cats", pet.Class, load)
		if err != nil {
			t.Fatal(err)
		}
		return o, d, p
	}
	o, d, p := start()
	most := bytes.Repeat([]byte("x"), somd.MaxReferenceData-4)
	ref, err := p.Reference(append([]byte("cat\x00"), most...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Reference(append([]byte("cat\x00x"), most...)); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "MaxReferenceData") {
		t.Errorf("too many reference data: %v", err)
	}
	if data, ok := p.Data(ref); !ok || len(data) != somd.MaxReferenceData {
		t.Errorf("the reference has %d octets of data", len(data))
	}
	client := domain(t, somd.Config{})
	client.Know(cat.Class)
	text := ref.String() // as it is kept in a file
	use := func() {
		t.Helper()
		at, err := client.ORB().Resolve(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		r, err := client.Import(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Invoke(t.Context(), "_get_name"); err != nil || got != string(most) {
			t.Errorf("got %.20v, %v", got, err)
		}
		if back, err := r.Invoke(t.Context(), "friend", r); err != nil { // the object itself, by its persistent reference
			t.Error(err)
		} else if again, ok := somd.Reference(back.(som.Object)); !ok || !orb.Same(again, at) {
			t.Errorf("it comes back as %v", again)
		} else if err := back.(som.Object).SOM().Release(); err != nil {
			t.Error(err)
		}
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	}
	use()
	use()
	if err := p.Passivate(append([]byte("cat\x00"), most...)); err != nil {
		t.Error(err)
	}
	use()
	if n := loads["cat\x00"+string(most)]; n != 2 || pet.Living.Load()-before != 1 {
		t.Errorf("it was loaded %d times, %d cats live", n, pet.Living.Load()-before)
	}
	for data, want := range map[string]exc.Kind{"dog": exc.ObjectNotExist, "nothing": exc.ObjectNotExist, "a nest": exc.ObjAdapter, "": exc.ObjectNotExist} {
		ref, err := p.Reference([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		r, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
		if err == nil {
			_, err = r.Invoke(t.Context(), "speak", "x")
			_ = r.Release()
		}
		if !errors.Is(err, want) {
			t.Errorf("%q: got %v", data, err)
		}
	}
	shownCat := newCat(t)
	if ref, err := p.Show([]byte("shown"), shownCat); err != nil {
		t.Error(err)
	} else if data, _ := p.Data(ref); string(data) != "shown" {
		t.Errorf("it has the data %q", data)
	}
	if _, err := p.Show([]byte("again"), shownCat); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("shown twice: %v", err)
	}
	if err := errors.Join(d.Close(), o.Shutdown(context.Background())); err != nil {
		t.Fatal(err)
	}
	if n := pet.Living.Load() - before; n != 1 { // the one that was shown, which is the test's
		t.Errorf("%d cats live after the end", n)
	}
	o, d, _ = start()
	use()
	if err := errors.Join(d.Close(), o.Shutdown(context.Background())); err != nil {
		t.Error(err)
	}
}
