//go:build cgo && unix

package native_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// animalBase is what generated code has for subclasses of Animal.
type animalBase struct{ som.Base }

func (b animalBase) Speak(ctx context.Context, n int64) (int64, error) {
	z, _ := open()
	fn, self := z.speak.In(z.animal, b.SOM())
	return fn(self, ctx, n)
}

// puppy is a class in Go whose parent is in C.
type puppy struct {
	animalBase
	spoke int64
}

type lines struct {
	sync.Mutex
	all []string
}

func (l *lines) add(s string) {
	l.Lock()
	defer l.Unlock()
	l.all = append(l.all, s)
}

func (l *lines) take() string {
	l.Lock()
	defer l.Unlock()
	s := strings.Join(l.all, " ")
	l.all = nil
	return s
}

var life lines

var (
	errTired  = errors.New("tired")
	errReject = errors.New("no puppies today")
	reject    bool
)

func (p *puppy) SomDefaultInit() error {
	if reject {
		return errReject
	}
	life.add("init")
	return nil
}
func (p *puppy) SomDestruct() { life.add("destruct") }

func (p *puppy) Speak(ctx context.Context, n int64) (int64, error) {
	switch n {
	case -1:
		return 0, errTired
	case -2:
		panic("a puppy panics")
	case -3:
		return 3, nil
	}
	atomic.AddInt64(&p.spoke, 1)         // threads of C call it at once
	r, err := p.animalBase.Speak(ctx, n) // in C
	return r + 1000, err
}

func (p *puppy) Called(ctx context.Context, by string, n int64) (string, error) {
	if n == 0 && by == "tired" {
		return "", errTired
	}
	return by, nil
}

func (p *puppy) Name(context.Context) (string, error)                { return "puppy", nil }
func (p *puppy) Wag(_ context.Context, times int32) (float64, error) { return float64(times) / 2, nil }

var puppyClass = sync.OnceValues(func() (*som.Class, error) {
	z, err := open()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[puppy]("Puppy", som.Parents(z.animal), som.WithVersion(1, 0))
})

func puppies(t testing.TB) *som.Class {
	t.Helper()
	c, err := puppyClass()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestGoClass holds that a class in Go with a parent in C is used from either side.
func TestGoClass(t *testing.T) {
	z := need(t)
	c := puppies(t)
	d := object(t, z.driver)
	life.take()
	p, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	if got := invoke(t, p, "speak", 1); got != int64(1001) {
		t.Errorf("from Go: %v", got)
	}
	if got := invoke(t, d, "speaks", p, 1, 3); got != int64(3003) {
		t.Errorf("from C: %v", got)
	}
	if s, ok := som.State[puppy](p, c); !ok || s.spoke != 4 {
		t.Errorf("state: %+v, %v", s, ok)
	}
	if got := invoke(t, p, "spoken"); got != int64(4) {
		t.Errorf("the parent's part: %v", got)
	}
	if got := invoke(t, d, "named", p); got != "puppy" {
		t.Errorf("name from C: %v", got)
	}
	if got := invoke(t, p, "wag", 5); got != 2.5 {
		t.Errorf("wag: %v", got)
	}
	made, _ := invoke(t, d, "make", "Puppy").(som.Ref)
	if made.Class() != c || made == p || invoke(t, made, "speak", 1) != int64(1001) {
		t.Errorf("made by C: %v", made)
	}
	copied, _ := invoke(t, d, "copied", p).(som.Ref)
	if s, ok := som.State[puppy](copied, c); !ok || s.spoke != 4 || copied.Class() != c {
		t.Errorf("copied by C: %+v", s)
	}
	for _, r := range []som.Ref{p, made, copied} {
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	}
	if got := life.take(); got != "init init destruct destruct destruct" {
		t.Errorf("life: %s", got)
	}
	living(t, c, 0)
	if _, err := p.Invoke(t.Context(), "speak", 1); !errors.Is(err, &som.Error{Code: som.CodeFreed}) {
		t.Errorf("after the end: %v", err)
	}
}

// TestSharedCounts holds that references from both sides keep an object, and that none of the two halves keeps the other.
func TestSharedCounts(t *testing.T) {
	z := need(t)
	c := puppies(t)
	d := object(t, z.driver)
	p, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	w := p.Weak()
	invoke(t, d, "hold", p)
	if p.Refs() != 2 {
		t.Errorf("%d references", p.Refs())
	}
	if err := p.Free(); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
		t.Errorf("free: %v", err)
	}
	if err := p.Release(); err != nil {
		t.Error(err)
	}
	living(t, c, 1)
	if r, ok := w.Get(); !ok || r != p {
		t.Error("C keeps the object, and a weak reference has lost it")
	} else if err := r.Release(); err != nil {
		t.Error(err)
	}
	life.take()
	invoke(t, d, "hold", som.Ref{})
	if got := life.take(); got != "destruct" {
		t.Errorf("at C's last release: %q", got)
	}
	if _, ok := w.Get(); ok {
		t.Error("a weak reference has an object that has ended")
	}
	living(t, c, 0)
}

// TestErrors holds that errors of Go are exceptions for C, and come back to Go as they were.
func TestErrors(t *testing.T) {
	z := need(t)
	c := puppies(t)
	d, p := object(t, z.driver), object(t, c)
	if _, err := d.Invoke(t.Context(), "speaks", p, -1, 1); !errors.Is(err, errTired) {
		t.Errorf("got %v", err)
	}
	if n := invoke(t, d, "raises", p); n != int64(len("IDL:opendsom/GoError:1.0")) {
		t.Errorf("C saw %v", n)
	}
	var x *native.Panic
	if _, err := d.Invoke(t.Context(), "speaks", p, -2, 1); !errors.As(err, &x) || x.Value != "a puppy panics" {
		t.Errorf("got %v", err)
	}
	reject = true
	defer func() { reject = false }()
	if _, err := c.New(); !errors.Is(err, errReject) {
		t.Errorf("got %v", err)
	}
	if n, _ := native.Instances(c); n != 1 {
		t.Errorf("%d live", n)
	}
}

// TestNativeSubclass holds that C makes subclasses of classes in Go.
func TestNativeSubclass(t *testing.T) {
	z := need(t)
	c := puppies(t)
	d := object(t, z.driver)
	invoke(t, d, "subclass", "Puppy", "Guide")
	g, err := native.Find("Guide")
	if err != nil {
		t.Fatal(err)
	}
	if !g.DescendsFrom(c) || !g.Shares() {
		t.Errorf("%v shares %v", g.Order(), g.Shares())
	}
	life.take()
	o, err := g.New()
	if err != nil {
		t.Fatal(err)
	}
	if got := invoke(t, o, "speak", 1); got != int64(11001) { // C, Go, C
		t.Errorf("from Go: %v", got)
	}
	if got := invoke(t, d, "speaks", o, 1, 2); got != int64(22002) {
		t.Errorf("from C: %v", got)
	}
	if s, ok := som.State[puppy](o, c); !ok || s.spoke != 3 {
		t.Errorf("state: %+v, %v", s, ok)
	}
	if err := o.Release(); err != nil {
		t.Error(err)
	}
	if got := life.take(); got != "init destruct" {
		t.Errorf("life: %s", got)
	}
	living(t, g, 0)
}

type cat struct {
	som.Base
	lives int32
}

func (c *cat) Lives(context.Context) (int32, error) { c.lives--; return c.lives, nil }
func (c *cat) SomDefaultInit() error                { c.lives = 9; return nil }

type kitten struct {
	som.Base
	_ int
}

func (k *kitten) SomDefaultInit() error { return nil }

// TestExport holds that a class that is Go's alone is made by C when it is exported.
func TestExport(t *testing.T) {
	z := need(t)
	d := object(t, z.driver)
	c := som.MustClass[cat]("Cat")
	if _, err := d.Invoke(t.Context(), "make", "Cat"); err == nil {
		t.Fatal("C knows a class that nobody told it of")
	}
	plain, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := native.Export(c); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
		t.Errorf("with an instance: %v", err)
	}
	if _, err := d.Invoke(t.Context(), "hold", plain); !errors.Is(err, &som.Error{Code: som.CodeType}) {
		t.Errorf("an object that C cannot know: %v", err)
	}
	if err := plain.Release(); err != nil {
		t.Error(err)
	}
	k := som.MustClass[kitten]("Kitten", som.Parents(c))
	if err := native.Export(k); err != nil { // and Cat with it
		t.Fatal(err)
	}
	for _, name := range []string{"Cat", "Kitten"} {
		r, ok := invoke(t, d, "make", name).(som.Ref)
		if !ok || r.Class().Name() != name || invoke(t, r, "lives") != int32(8) {
			t.Errorf("made %v", r)
		}
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	}
	if err := native.Export(som.MustClass[cat]("Animal")); !errors.Is(err, &som.Error{Code: som.CodeName}) {
		t.Errorf("a name that is taken: %v", err)
	}
	living(t, c, 0)
	living(t, k, 0)
}

// TestMany holds that nothing is left of many objects, and that many goroutines and threads do no harm.
func TestMany(t *testing.T) {
	z := need(t)
	c := puppies(t)
	d := object(t, z.driver)
	p := object(t, c)
	if got := invoke(t, d, "threads", p); got != int64(8*100*1001) {
		t.Errorf("threads of C: %v", got)
	}
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 200 {
				if err := round(t.Context(), d, c, z.animal); err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	living(t, c, 1)
	living(t, z.animal, 0)
}

// round makes and ends objects of either side, and lets C call them.
func round(ctx context.Context, d som.Ref, cs ...*som.Class) error {
	for _, c := range cs {
		r, err := c.New()
		if err != nil {
			return err
		}
		if _, err := d.Invoke(ctx, "speaks", r, 1, 2); err != nil {
			return err
		}
		v, err := r.Invoke(ctx, "itself", som.Ref{})
		if err != nil || v != r {
			return fmt.Errorf("itself: %v, %w", v, err)
		}
		if err := errors.Join(r.Release(), r.Release()); err != nil {
			return err
		}
	}
	return nil
}
