package somd_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// TestLoadsAreBounded has ids that a client makes up lead to one object: each counts, until it is let go or the object is withdrawn, and what is beyond MaxObjects is refused.
func TestLoadsAreBounded(t *testing.T) {
	t.Parallel()
	d := domain(t, somd.Config{})
	c := newCat(t)
	p, err := d.Persistent(d.Adapter(), "made up", pet.Class, func(context.Context, []byte) (som.Object, error) { return c, c.SOM().Retain() })
	if err != nil {
		t.Fatal(err)
	}
	const room = 5
	d.SetLoads(somd.MaxObjects - room)
	client := domain(t, somd.Config{})
	client.Know(cat.Class)
	call := func(name string) error {
		r, err := client.Import(t.Context(), client.ORB().NewRef(reference(t, p, name).IOR()))
		if err != nil {
			return err
		}
		defer func() { _ = r.Release() }()
		_, err = r.Invoke(t.Context(), "_get_name")
		return err
	}
	for n := range room {
		if err := call(fmt.Sprint(n)); err != nil {
			t.Errorf("%d: %v", n, err)
		}
	}
	if err := call("one more"); !errors.Is(err, exc.ImpLimit) {
		t.Errorf("one more: %v", err)
	}
	if _, err := p.Incarnate(t.Context(), "one more", p.Adapter()); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "MaxObjects") {
		t.Errorf("one more: %v", err)
	}
	counts := func(want int) {
		t.Helper()
		for late := time.Now().Add(time.Minute); d.Loads() != somd.MaxObjects-room+want; time.Sleep(time.Millisecond) { // they go when their calls are over
			if time.Now().After(late) {
				t.Fatalf("%d references are counted, want %d", d.Loads()-somd.MaxObjects+room, want)
			}
		}
	}
	counts(room)
	for i, n := range []int{2, 0, 4} { // from the middle, the one that the object is passed by, the last
		if err := p.Passivate([]byte(fmt.Sprint(n))); err != nil {
			t.Error(err)
		}
		counts(room - 1 - i)
	}
	if err := call("one more"); err != nil {
		t.Errorf("one more, when there is room: %v", err)
	}
	counts(room - 2)
	if err := d.Withdraw(c); err != nil {
		t.Error(err)
	}
	counts(0)
	if err := call("anew"); err != nil {
		t.Error(err)
	}
	counts(1)
}

// TestLoadedProxy has what is loaded be a proxy for an object elsewhere: its reference here is of the object's class, not the proxies'.
func TestLoadedProxy(t *testing.T) {
	t.Parallel()
	home, d := domain(t, somd.Config{}), domain(t, somd.Config{})
	d.Know(cat.Class)
	far, err := home.Export(newCat(t))
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Persistent(d.Adapter(), "elsewhere", pet.Class, func(ctx context.Context, _ []byte) (som.Object, error) {
		return d.Import(ctx, d.ORB().NewRef(far.IOR()))
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := p.Incarnate(t.Context(), "far", p.Adapter())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Unload(x)
	if got := somd.LoadedRef(x).TypeID(); got != somd.RepositoryID(cat.Class.Name()) {
		t.Errorf("the reference is of type %s", got)
	}
}
