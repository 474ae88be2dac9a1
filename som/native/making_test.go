//go:build cgo && unix

package native_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

type square struct {
	som.Base
	n int64
}

func (s *square) SomDefaultInit() error                { s.n = 4; return nil }
func (s *square) Sides(context.Context) (int64, error) { return s.n, nil }

// within fails where f does not end: what it would wait for is a lock that somebody has who waits for it.
func within(t *testing.T, f func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
	}()
	select {
	case <-ended:
	case <-time.After(5 * time.Minute): // on a machine on which much else runs
		t.Fatal("it has not ended in five minutes")
	}
}

// TestMadeWhileDefined holds that a metaclass in C may make an instance of a class of Go and call it while the class is being made, and that calls of that
// from Go run what stands in front of its methods.
func TestMadeWhileDefined(t *testing.T) {
	need(t)
	shape, quoted := found(t, "Shape"), found(t, "Quoted")
	for name, c := range map[string]struct {
		opts  []som.Option
		sides int64
	}{
		"Square":       {[]som.Option{som.Parents(shape)}, 4},
		"QuotedSquare": {[]som.Option{som.Parents(shape), som.WithMetaclass(quoted)}, 104},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				made, err := som.ClassOf[square](name, c.opts...)
				if err != nil {
					t.Error(err)
					return
				}
				p, ok := invoke(t, made.SOM(), "prototype").(som.Ref)
				if !ok || p.Class() != made {
					t.Errorf("the prototype is %v", p)
					return
				}
				defer letGo(p)
				if got := invoke(t, made.SOM(), "had"); got != c.sides {
					t.Errorf("C got %v sides of it", got)
				}
				for _, r := range []som.Ref{p, object(t, made)} {
					if got := invoke(t, r, "sides"); got != c.sides {
						t.Errorf("Go got %v sides", got)
					}
				}
			})
		})
	}
}

type notary struct {
	som.Base
	_ int
}

var noted atomic.Int64

func (*notary) Note(_ context.Context, o som.Ref) (int32, error) {
	return int32(noted.Add(1)), nil
}

type plain struct {
	som.Base
	_ int
}

// TestLoadingAndDefining holds that a library's entry in C, which has libsom's lock, may call Go with objects of classes that Go has not seen, while
// another goroutine makes classes.
func TestLoadingAndDefining(t *testing.T) {
	z := need(t)
	registry, err := som.ClassOf[notary]("Registry")
	if err == nil {
		err = native.Export(registry)
	}
	if err != nil {
		t.Fatal(err)
	}
	within(t, func() {
		loaded := make(chan error, 1)
		go func() { loaded <- native.Load(filepath.Join(os.Getenv("SOM_PATH"), "libplugs.so")) }()
		for n := 0; ; n++ {
			if _, err := som.ClassOf[plain](fmt.Sprintf("Plain%d", n), som.Parents(z.animal)); err != nil {
				t.Error(err)
			}
			select {
			case err := <-loaded:
				if err != nil || noted.Load() != 300 {
					t.Errorf("%v; %d classes told of", err, noted.Load())
				}
				return
			default:
			}
		}
	})
}

// TestPlaceOfAnother holds that an object is never taken for one of a class that was unloaded and had its class's place: a class that Go has
// seen an object of is not unloaded.
func TestPlaceOfAnother(t *testing.T) {
	need(t)
	maker := object(t, found(t, "Maker"))
	const busy = int64(16)
	for n, name := range []string{"ThingA", "ThingB", "ThingC"} {
		r := invoke(t, maker, "make", name, n%2).(som.Ref)
		want := any(name)
		if n%2 == 1 {
			want = int64(42)
		}
		if got := invoke(t, r, "tell"); r.Class().Name() != name || got != want {
			t.Errorf("%s is a %s and says %v", name, r.Class(), got)
		}
		letGo(r)
		if got := invoke(t, maker, "drop", name); got != busy {
			t.Errorf("unloading %s: %v", name, got)
		}
		again, err := r.Class().New()
		if err != nil {
			t.Fatal(err)
		}
		if got := invoke(t, again, "tell"); got != want {
			t.Errorf("another %s says %v", name, got)
		}
		letGo(again)
	}
	if _, err := native.Registered("ThingD"); !errors.Is(err, &som.Error{Code: som.CodeUnknown}) {
		t.Errorf("got %v", err)
	}
}

// TestMetaclassInGoAsksForMore holds that a metaclass in Go may make instances of a class of C's, which is below one of Go's, as soon as it sees it.
func TestMetaclassInGoAsksForMore(t *testing.T) {
	need(t)
	maker := object(t, found(t, "Maker"))
	var made []som.Ref
	m, err := som.NewClass(som.Spec{Name: "Breeder", Parents: []*som.Class{som.SOMClass}, Overrides: []som.Override{{
		Method: "somClassReady", Impl: func(s som.Self) error {
			if c, ok := s.Ref().AsClass(); ok && c.IsMirror() {
				r, err := c.New()
				made = append(made, r)
				return err
			}
			return nil
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	herd, err := som.ClassOf[plain]("Herd", som.WithMetaclass(m))
	if err == nil {
		err = native.Export(herd)
	}
	if err != nil {
		t.Fatal(err)
	}
	within(t, func() {
		r := invoke(t, maker, "below", "Sheep", "Herd").(som.Ref)
		if c := r.Class(); len(made) != 1 || c.Name() != "Sheep" || made[0].Class() != c {
			t.Errorf("of %s were made: %v", c, made)
		}
		letGo(r)
	})
	for _, r := range made {
		letGo(r)
	}
	living(t, herd, 0)
}
