package somd_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
)

// TestEndedIsNotExported holds that an object which has ended is refused, whoever publishes, exports or passes it at the same time, and that nothing of it is left.
func TestEndedIsNotExported(t *testing.T) {
	d := domain(t, somd.Config{})
	adapter, err := poa.New(d.ORB()).Create("ended", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		r, err := cat.Class.New()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Release(); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for what, f := range map[string]func(som.Object) (*orb.Ref, error){
			"published": func(o som.Object) (*orb.Ref, error) { return d.Publish(adapter, "x", o) }, "exported": d.Export,
		} {
			all.Go(func() {
				if _, err := f(r); !errors.Is(err, exc.ObjectNotExist) && !(what == "published" && errors.Is(err, exc.BadInvOrder)) {
					t.Errorf("%s: %v", what, err)
				}
			})
		}
		over := make(chan struct{})
		go func() { all.Wait(); close(over) }()
		select {
		case <-over:
		case <-time.After(20 * time.Second):
			t.Fatal("it is not refused yet")
		}
	}
	if n := d.Exported(); n != 0 {
		t.Errorf("%d objects are exported", n)
	}
}
