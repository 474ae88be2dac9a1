package som_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/opendsom/dsom/som"
)

// TestRefusedUnload holds that an unload that is refused is seen by nobody: objects are made and copied, subclasses defined
// and classes found as if it had not been tried.
func TestRefusedUnload(t *testing.T) {
	t.Parallel()
	var m som.Manager
	c := mustDefine(t, &m, som.Spec{Name: "Kept", Data: som.Data{Size: 8, Align: 8}})
	o, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var tries sync.WaitGroup
	tries.Go(func() {
		for ctx.Err() == nil {
			if err := m.Unload(c); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
				t.Errorf("an instance lives: got %v", err)
				return
			}
		}
	})
	for i := range 20000 {
		r, err := c.New()
		if err != nil {
			t.Fatalf("object %d: %v", i, err)
		}
		copied, err := r.Copy()
		if err != nil {
			t.Fatalf("copy %d: %v", i, err)
		}
		if err := errors.Join(r.Release(), copied.Release()); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Registered("Kept"); err != nil {
			t.Fatalf("the class the %dth time: %v", i, err)
		}
		if i%100 == 0 {
			if err := m.Unload(mustDefine(t, &m, som.Spec{Name: fmt.Sprint("Sub", i), Parents: []*som.Class{c}})); err != nil {
				t.Fatal(err)
			}
		}
	}
	stop()
	tries.Wait()
	if err := errors.Join(o.Release(), m.Unload(c)); err != nil {
		t.Error(err)
	}
	if _, err := c.New(); !errors.Is(err, &som.Error{Code: som.CodeUnknown}) {
		t.Errorf("an object of a class that is gone: %v", err)
	}
}

// TestLoadIsWhole holds that nothing of what is being loaded is unloaded before the load has ended, nor what it has found.
func TestLoadIsWhole(t *testing.T) {
	t.Parallel()
	busy := &som.Error{Code: som.CodeBusy}
	var m som.Manager
	var outer error
	m.Load = func(l *som.Loading, name string) error {
		part, err := l.NewClass(som.Spec{Name: "Part"})
		if err != nil {
			return err
		}
		found, err := l.Find("Found")
		if err != nil {
			return err
		}
		done := make(chan bool)
		go func() { // another goroutine sees them, and is done with them
			defer close(done)
			for _, c := range []*som.Class{part, found} {
				if err := m.Unload(c); !errors.Is(err, busy) {
					outer = errors.Join(outer, fmt.Errorf("%s: %v", c, err))
				}
			}
		}()
		<-done
		_, err = l.NewClass(som.Spec{Name: "Whole", Parents: []*som.Class{part, found}})
		return err
	}
	found := mustDefine(t, &m, som.Spec{Name: "Found"})
	c, err := m.Find("Whole", som.Version{})
	if err != nil || outer != nil {
		t.Fatal(err, outer)
	}
	if err := errors.Join(m.Unload(c), m.Unload(found)); err != nil {
		t.Error(err)
	}
}

// TestFoundWhileUnloaded has goroutines find classes that are loaded together, and unload them: who finds one finds it whole.
func TestFoundWhileUnloaded(t *testing.T) {
	t.Parallel()
	var m som.Manager
	m.Load = func(l *som.Loading, name string) error {
		top, err := l.NewClass(som.Spec{Name: "Top"})
		if err != nil {
			return err
		}
		left, err := l.NewClass(som.Spec{Name: "Left", Parents: []*som.Class{top}})
		if err != nil {
			return err
		}
		_, err = l.NewClass(som.Spec{Name: "Both", Parents: []*som.Class{left}})
		return err
	}
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 2000 {
				c, err := m.Find([]string{"Top", "Left", "Both"}[(i+g)%3], som.Version{})
				if err != nil {
					t.Errorf("goroutine %d, round %d: %v", g, i, err)
					return
				}
				if i%3 == 0 {
					m.Unload(c) // or another has
				}
			}
		})
	}
	all.Wait()
}

// TestFailedLoad holds that a load that fails leaves nothing, so that it can be tried again.
func TestFailedLoad(t *testing.T) {
	t.Parallel()
	var m som.Manager
	how := "fails"
	m.Load = func(l *som.Loading, name string) error {
		part, err := l.NewClass(som.Spec{Name: "Part"})
		if err != nil {
			return err
		}
		switch how {
		case "fails":
			return errors.New("no")
		case "panics":
			panic("no")
		}
		_, err = l.NewClass(som.Spec{Name: "Whole", Parents: []*som.Class{part}})
		return err
	}
	if _, err := m.Find("Whole", som.Version{}); !errors.Is(err, &som.Error{Code: som.CodeLibrary}) {
		t.Errorf("got %v", err)
	}
	how = "panics"
	if !panics(func() { m.Find("Whole", som.Version{}) }) {
		t.Error("it did not panic")
	}
	if left := m.Classes(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	how = "works"
	if _, err := m.Find("Whole", som.Version{}); err != nil {
		t.Error(err)
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

// TestPanics holds that what panics in the life of an object or a class leaves nothing that could not be unloaded, and undoes
// what was done.
func TestPanics(t *testing.T) {
	t.Parallel()
	ended := 0
	whole := som.Spec{Data: som.Data{Size: 8, Align: 8}, Fini: func(som.Ref) { ended++ }}
	for name, c := range map[string]struct {
		change func(*som.Spec)
		do     func(c *som.Class) error
		ended  int // destructors of the parent's part
	}{
		"initializer":            {func(s *som.Spec) { s.Init = func(som.Ref) error { panic("no") } }, func(c *som.Class) error { _, err := c.New(); return err }, 1},
		"initializer of its own": {func(*som.Spec) {}, func(c *som.Class) error { _, err := c.NewBy(c, func(som.Ref) error { panic("no") }); return err }, 1},
		"somInit": {func(s *som.Spec) {
			s.Overrides = []som.Override{{Method: "somInit", Impl: func(som.Self) { panic("no") }}}
		}, func(c *som.Class) error { _, err := c.New(); return err }, 1},
		"copy": {func(s *som.Spec) { s.Copy = func(to, from som.Ref) error { panic("no") } }, func(c *som.Class) error {
			o, err := c.New()
			if err != nil {
				return err
			}
			defer o.Release()
			_, err = o.Copy()
			return err
		}, 1},
		"destructor": {func(s *som.Spec) { s.Fini = func(som.Ref) { panic("no") } }, func(c *som.Class) error {
			o, err := c.New()
			if err != nil {
				return err
			}
			return o.Release()
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var m som.Manager
			parent := whole
			parent.Name = "Parent"
			parent.Copy = func(to, from som.Ref) error { return nil }
			s := som.Spec{Name: "Panics", Parents: []*som.Class{mustDefine(t, &m, parent)}, Data: som.Data{Size: 8, Align: 8}}
			c.change(&s)
			class := mustDefine(t, &m, s)
			ended = 0
			if !panics(func() { t.Error("it did not panic: ", c.do(class)) }) {
				return
			}
			if n := class.Instances(); n != 0 || m.Unload(class) != nil {
				t.Errorf("%d instances are left", n)
			}
			if name != "copy" && ended != c.ended {
				t.Errorf("%d destructors of the parent's part have run, want %d", ended, c.ended)
			}
		})
	}
	t.Run("metaclass", func(t *testing.T) {
		var m som.Manager
		parent := mustDefine(t, &m, som.Spec{Name: "Parent"})
		if !panics(func() {
			m.NewClass(som.Spec{Name: "Panics", Parents: []*som.Class{parent}, Ready: func(*som.Class) error { panic("no") }})
		}) {
			t.Error("it did not panic")
		}
		if err := m.Unload(parent); err != nil {
			t.Error(err)
		}
	})
}
