package somd_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// A nest has eggs, which it gives away, and keeps what it is given.
type nest struct {
	som.Base
	kept som.Ref
}

func (n *nest) Lay(context.Context) (som.Object, error) { return nestClass.New() }

func (n *nest) Keep(_ context.Context, o som.Object) error {
	n.kept = o.SOM()
	return n.kept.Retain()
}

func (n *nest) Kept(context.Context) (som.Object, error) {
	if n.kept.IsNil() {
		return nil, nil
	}
	return n.kept, n.kept.Retain()
}

func (n *nest) Poke(ctx context.Context) (int32, error) {
	n1, err := n.kept.Invoke(ctx, "age")
	if err != nil {
		return 0, err
	}
	return n1.(int32) + 1, nil
}

func (n *nest) Age(context.Context) (int32, error) { return 41, nil }

func (n *nest) SomDestruct() {
	if !n.kept.IsNil() {
		_ = n.kept.Release()
	}
}

var nestClass *som.Class

func init() { nestClass = som.MustClass[nest]("Nest") }

func call[T any](t *testing.T, r som.Ref, method string, args ...any) T {
	t.Helper()
	v, err := r.Invoke(t.Context(), method, args...)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	x, _ := v.(T)
	return x
}

// TestOwnership counts references: what is returned is the caller's and ends with its proxy, what is passed is borrowed and kept by nobody elsewhere.
func TestOwnership(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	there, err := nestClass.New()
	if err != nil {
		t.Fatal(err)
	}
	r := remote(t, server, client, there)
	before := nestClass.Instances()

	var eggs []som.Ref
	for range 10 {
		eggs = append(eggs, call[som.Object](t, r, "lay").SOM())
	}
	if n := nestClass.Instances() - before; n != 10 || server.Exported() != 11 {
		t.Errorf("%d eggs live, %d objects are exported", n, server.Exported())
	}
	if got := call[int32](t, eggs[3], "age"); got != 41 {
		t.Errorf("an egg answers %d", got)
	}
	for _, e := range eggs {
		if err := e.Release(); err != nil {
			t.Error(err)
		}
	}
	if n := nestClass.Instances() - before; n != 0 || server.Exported() != 1 {
		t.Errorf("after the proxies' ends %d eggs live, %d objects are exported", n, server.Exported())
	}

	// One object, returned twice, is two references: it ends with the second.
	egg := call[som.Object](t, r, "lay").SOM()
	if _, err := r.Invoke(t.Context(), "keep", egg); err != nil {
		t.Fatal(err)
	}
	a, b := call[som.Object](t, r, "kept").SOM(), call[som.Object](t, r, "kept").SOM()
	for i, x := range []som.Ref{egg, a, b} {
		if got := call[int32](t, x, "age"); got != 41 {
			t.Errorf("reference %d: %d", i, got)
		}
		if err := x.Release(); err != nil {
			t.Error(err)
		}
	}
	if n := nestClass.Instances() - before; n != 1 { // the nest keeps it
		t.Errorf("%d eggs live", n)
	}

	// An object that is passed is its own process's: it can be called back for as long as that has it.
	mine, err := nestClass.New()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Invoke(t.Context(), "keep", mine); err != nil {
		t.Fatal(err)
	}
	if got := call[int32](t, r, "poke"); got != 42 || mine.Refs() != 1 {
		t.Errorf("called back it answers %d, and has %d references", got, mine.Refs())
	}
	if back := call[som.Object](t, r, "kept").SOM(); back != mine || mine.Refs() != 2 || back.Release() != nil {
		t.Errorf("it comes back as %v with %d references", back, mine.Refs())
	}
	if err := mine.Release(); err != nil || mine.Refs() != 0 {
		t.Errorf("it has not ended: %v, %d references", err, mine.Refs())
	}
	if _, err := r.Invoke(t.Context(), "poke"); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("called back after its end: %v", err)
	}

	// Nobody gives back what was not given.
	stranger := remote(t, server, client, there)
	if err := stranger.Free(); err != nil {
		t.Error(err)
	}
	if _, err := r.Invoke(t.Context(), "somdTargetFree"); !errors.Is(err, exc.NoPermission) {
		t.Errorf("an object that was not made for the client is freed: %v", err)
	}
	if got := call[int32](t, r, "age"); got != 41 {
		t.Errorf("after that it answers %d", got)
	}
	_ = there.Release()
}
