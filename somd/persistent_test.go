package somd_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

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

// TestOneObjectForMany has a loader with one object for each datum be asked for it by several references, and for one that is exported already: the object is what all lead to, until each is let go by itself.
func TestOneObjectForMany(t *testing.T) {
	t.Parallel()
	d, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(cat.Class)
	var mu sync.Mutex
	cats := map[string]som.Ref{}
	defer func() {
		for _, r := range cats {
			_ = r.Release()
		}
	}()
	load := func(ctx context.Context, data []byte) (som.Object, error) {
		mu.Lock()
		defer mu.Unlock()
		r, there := cats[string(data)]
		if !there {
			c, err := cat.New()
			if err == nil {
				err = c.SetName(ctx, string(data))
			}
			if err != nil {
				return nil, err
			}
			r = c.SOM()
			cats[string(data)] = r
		}
		return r, r.Retain()
	}
	adapter := func(name string) *somd.Persistent {
		p, err := d.Persistent(d.Adapter(), name, pet.Class, load)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p, constant := adapter("changeable"), adapter("constant")
	says := func(ref *orb.Ref) string {
		t.Helper()
		r, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
		if err != nil {
			return err.Error()
		}
		defer func() { _ = r.Release() }()
		name, err := r.Invoke(t.Context(), "_get_name")
		if err != nil {
			return err.Error()
		}
		return name.(string)
	}
	ada, bo, fixed := reference(t, p, "Ada"), reference(t, p, "Bo"), reference(t, constant, "Ada")
	if err := p.Change(bo, []byte("Ada")); err != nil {
		t.Fatal(err)
	}
	all := []*orb.Ref{ada, bo, fixed}
	hold := func(when string) {
		t.Helper()
		for i, ref := range all {
			if got := says(ref); got != "Ada" {
				t.Errorf("%s: by reference %d it is %s", when, i, got)
			}
		}
	}
	hold("at first")
	if n := d.Exported(); n != 1 || len(cats) != 1 {
		t.Errorf("%d objects are exported, and %d were loaded", n, len(cats))
	}
	for i, let := range []func() error{
		func() error { return p.Passivate([]byte("Ada")) }, func() error { return p.Passivate([]byte("Bo")) }, func() error { return constant.Passivate([]byte("Ada")) },
	} {
		if err := let(); err != nil {
			t.Fatal(err)
		}
		want := 1
		if i == 2 {
			want = 0
		}
		for late := time.Now().Add(time.Minute); d.Exported() != want; time.Sleep(time.Millisecond) { // it goes when its calls are over
			if time.Now().After(late) {
				t.Fatalf("after %d were let go %d objects are exported", i+1, d.Exported())
			}
		}
	}
	hold("loaded again")
	if err := d.Withdraw(cats["Ada"]); err != nil {
		t.Fatal(err)
	}
	if n := d.Exported(); n != 0 {
		t.Errorf("after it was withdrawn %d objects are exported", n)
	}
	shown, err := d.Export(cats["Ada"])
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, shown)
	hold("exported besides")
	for _, name := range []string{"Ada", "Bo"} {
		if err := p.Passivate([]byte(name)); err != nil {
			t.Error(err)
		}
	}
	hold("and let go")
	back, err := client.Import(t.Context(), client.ORB().NewRef(bo.IOR()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = back.Release() }()
	if local, ok := d.Local(bo); !ok || local != cats["Ada"] {
		t.Error("it is not the object when it comes back")
	} else if err := local.Release(); err != nil {
		t.Error(err)
	}

	var wg sync.WaitGroup // all is let go while it is called
	for range 4 {
		wg.Go(func() {
			for i := range 50 {
				if got := says(all[i%len(all)]); got != "Ada" {
					t.Errorf("while it is let go it is %s", got)
				}
				_ = p.Passivate([]byte([]string{"Ada", "Bo"}[i%2]))
			}
		})
	}
	wg.Wait()
}
