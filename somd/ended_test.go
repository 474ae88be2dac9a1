package somd_test

import (
	"errors"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// TestExportsAgain has a domain export as many objects as it may, more, and then others when those have ended.
func TestExportsAgain(t *testing.T) {
	t.Parallel()
	const most = 1500 // more than half of it is left when it is looked for those that have ended
	d := domain(t, somd.Config{})
	d.SetMostObjects(most)
	cats := make([]som.Ref, most)
	for i := range cats {
		cats[i] = newCat(t).SOM()
		if _, err := d.ExportPassed(cats[i]); err != nil {
			t.Fatalf("object %d: %v", i, err)
		}
	}
	more := newCat(t).SOM()
	defer func() { _ = more.Release() }()
	if _, err := d.ExportPassed(more); !errors.Is(err, exc.ImpLimit) {
		t.Errorf("one more: %v", err)
	}
	for _, c := range cats {
		if err := c.Release(); err != nil {
			t.Fatal(err)
		}
	}
	for late := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		_, err := d.ExportPassed(more)
		if err == nil {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("when all have ended: %v", err)
		}
	}
}

// TestPublishAtOldPlace publishes an object, and shows another, where objects were that were exported and have ended.
func TestPublishAtOldPlace(t *testing.T) {
	t.Parallel()
	d := domain(t, somd.Config{})
	adapter, err := d.Adapter().Create("kept", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"one", "two"} {
		was, is := newCat(t).SOM(), newCat(t).SOM().SOM()
		defer func() { _ = is.Release() }()
		if _, err := d.ExportPassed(was); err != nil {
			t.Fatal(err)
		}
		d.SamePlace(was, is)
		if _, err := d.Publish(adapter, id, is); !errors.Is(err, exc.BadInvOrder) {
			t.Errorf("while the other lives: %v", err)
		}
		if err := was.Release(); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Publish(adapter, id, is); err != nil {
			t.Errorf("when the other has ended: %v", err)
		}
	}
}
