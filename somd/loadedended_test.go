package somd_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// TestLoadedHasEnded has a program give away the one reference that it has, twice: the second time the object has ended.
func TestLoadedHasEnded(t *testing.T) {
	t.Parallel()
	d := domain(t, somd.Config{})
	c, err := cat.New()
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Persistent(d.Adapter(), "kept", pet.Class, func(context.Context, []byte) (som.Object, error) { return c, nil })
	if err != nil {
		t.Fatal(err)
	}
	incarnate := func() error {
		done := make(chan error, 1)
		go func() {
			x, err := p.Incarnate(t.Context(), "one", p.Adapter())
			if err == nil {
				p.Unload(x)
			}
			done <- err
		}()
		select {
		case err := <-done:
			return err
		case <-time.After(time.Minute):
			t.Fatal("it does not return")
			return nil
		}
	}
	if err := incarnate(); err != nil {
		t.Fatal(err)
	}
	if err := incarnate(); !errors.Is(err, exc.ObjectNotExist) || !strings.Contains(err.Error(), "has ended") {
		t.Errorf("when it has ended: %v", err)
	}
	if n := d.Loads(); n != 0 {
		t.Errorf("%d references are counted", n)
	}
	if n := d.Exported(); n != 0 {
		t.Errorf("%d objects are exported", n)
	}
}
