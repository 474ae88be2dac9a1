package meta_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
	"github.com/opendsom/dsom/som/internal/zoo/dog"
	"github.com/opendsom/dsom/som/meta"
)

// log notes what properties see, in the ctx of a call, so that tests run side by side.
type log struct{ lines []string }

type logKey struct{}

func logged(ctx context.Context) (context.Context, *log) {
	l := new(log)
	return context.WithValue(ctx, logKey{}, l), l
}

func note(ctx context.Context, format string, args ...any) {
	if l, ok := ctx.Value(logKey{}).(*log); ok {
		l.lines = append(l.lines, fmt.Sprintf(format, args...))
	}
}

func (l *log) String() string { return strings.Join(l.lines, " ") }

type outer struct{ meta.Base }

func (*outer) SommBeforeMethod(ctx context.Context, c *meta.Call) (bool, error) {
	note(ctx, "outer<%s", c.Method.Name())
	return true, nil
}
func (*outer) SommAfterMethod(ctx context.Context, c *meta.Call) {
	note(ctx, "%s>outer", c.Method.Name())
}

type inner struct{ meta.Base }

func (*inner) SommBeforeMethod(ctx context.Context, c *meta.Call) (bool, error) {
	note(ctx, "inner<%s", c.Method.Name())
	if len(c.Args) == 1 && c.Args[0] == int64(-1) {
		return false, errVeto
	}
	return true, nil
}
func (*inner) SommAfterMethod(ctx context.Context, c *meta.Call) {
	note(ctx, "%s>inner", c.Method.Name())
}

type around struct{ meta.Base }

func (*around) SommAroundMethod(ctx context.Context, c *meta.Call, rest func(context.Context)) {
	note(ctx, "(")
	rest(ctx)
	if len(c.Results) == 1 {
		if n, ok := c.Results[0].(int64); ok {
			c.Results[0] = -n
		}
	}
	note(ctx, ")")
}

var (
	errVeto = errors.New("no")
	Outer   = som.MustClass[outer]("Outer", som.Parents(meta.BeforeAfter))
	Inner   = som.MustClass[inner]("Inner", som.Parents(meta.BeforeAfter))
	Around  = som.MustClass[around]("Around", som.Parents(meta.BeforeAfter))
)

// speaker is a class with a property, whose implementation is a parent call away from dog's.
type speaker struct {
	dog.Base
	n int
}

func (s *speaker) Speak(ctx context.Context, n int64) (int64, error) {
	note(ctx, "speak")
	s.n++
	return s.Base.Speak(ctx, n)
}

func speaks(t *testing.T, name string, m *som.Class, parents ...*som.Class) *som.Class {
	t.Helper()
	if parents == nil {
		parents = []*som.Class{dog.Class}
	}
	c, err := som.ClassOf[speaker](name, som.WithMetaclass(m), som.Parents(parents...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func instance(t *testing.T, c *som.Class) animal.Ref {
	t.Helper()
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	a, ok := animal.Narrow(r)
	if !ok {
		t.Fatal("no animal")
	}
	return a
}

// TestBeforeAfterComposes holds that the three ways to have two properties are one: a metaclass that is written
// with both for parents, a class of which each parent has one, and a metaclass that meets an inherited one.
func TestBeforeAfterComposes(t *testing.T) {
	t.Parallel()
	both, err := meta.Of(Outer, Inner)
	if err != nil {
		t.Fatal(err)
	}
	written, err := som.NewClass(som.Spec{Name: "Written", Parents: []*som.Class{Outer, Inner}})
	if err != nil {
		t.Fatal(err)
	}
	l, r := speaks(t, "L", Outer), speaks(t, "R", Inner)
	for _, c := range []*som.Class{
		speaks(t, "A", both),
		speaks(t, "B", written),
		mustClass(t, som.Spec{Name: "C", Parents: []*som.Class{l, r}}),
		speaks(t, "D", Outer, r),
	} {
		ctx, log := logged(t.Context())
		if n, err := instance(t, c).Speak(ctx, 1); n != 11 || err != nil {
			t.Errorf("%s: got %d, %v", c, n, err)
		}
		want := "outer<speak inner<speak speak speak>inner speak>outer"
		if got := log.String(); got != want {
			t.Errorf("%s: got %s", c, got)
		}
	}
}

func mustClass(t *testing.T, s som.Spec) *som.Class {
	t.Helper()
	c, err := som.NewClass(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestVeto holds that a veto stops the method, what comes after on behalf of the same property and what is
// further in; what is further out sees the end.
func TestVeto(t *testing.T) {
	t.Parallel()
	all, err := meta.Of(Outer, Inner, Around)
	if err != nil {
		t.Fatal(err)
	}
	a := instance(t, speaks(t, "V", all))
	ctx, log := logged(t.Context())
	if _, err := a.Speak(ctx, -1); !errors.Is(err, errVeto) {
		t.Errorf("got %v", err)
	}
	if got := log.String(); got != "outer<speak inner<speak speak>outer" {
		t.Errorf("got %s", got)
	}
	ctx, log = logged(t.Context())
	if n, err := a.Speak(ctx, 1); n != -11 || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	if got := log.String(); got != "outer<speak inner<speak ( speak ) speak>inner speak>outer" {
		t.Errorf("got %s", got)
	}
}

// TestVetoAfterResult holds that a veto without an error is a result of zeros, whatever a property further out has made of it before.
func TestVetoAfterResult(t *testing.T) {
	t.Parallel()
	property := func(name string, answer []any, goOn bool) *som.Class {
		return mustClass(t, som.Spec{Name: name, Parents: []*som.Class{meta.BeforeAfter}, Overrides: []som.Override{{Method: "sommBeforeMethod",
			Impl: func(_ som.Self, _ context.Context, c *meta.Call) (bool, error) {
				if c.Begins() || c.Ends() {
					return true, nil
				}
				c.Results = answer
				return goOn, nil
			}}}})
	}
	all, err := meta.Of(property("Guesser", []any{int64(77), error(nil)}, true), property("Refuser", []any{int64(78), error(nil)}, false))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := instance(t, speaks(t, "VR", all)).Speak(t.Context(), 1); n != 0 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}

// TestOneCallOnce holds that parent calls, calls by name and Invoke are seen as often as they are calls:
// once.
func TestOneCallOnce(t *testing.T) {
	t.Parallel()
	a := instance(t, speaks(t, "O", Outer))
	ctx, log := logged(t.Context())
	if n, err := a.Invoke(ctx, "speak", 1); n != int64(11) || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	fn, self, err := som.ByName[func(som.Self, context.Context, int64) (int64, error)]("speak").Of(a.SOM())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fn(self, ctx, 1); err != nil {
		t.Error(err)
	}
	want := "outer<speak speak speak>outer outer<speak speak speak>outer"
	if got := log.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	sub := mustClass(t, som.Spec{Name: "OSub", Parents: []*som.Class{a.Class()}}) // which inherits what is not in front
	ctx, log = logged(t.Context())
	if _, err := instance(t, sub).Speak(ctx, 1); err != nil {
		t.Error(err)
	}
	if got := log.String(); got != "outer<speak speak speak>outer" {
		t.Errorf("a subclass: got %s", got)
	}
}

type guard struct {
	meta.Base
	mu   sync.Mutex
	seen []string
	veto bool
}

func (g *guard) SommBeforeMethod(_ context.Context, c *meta.Call) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case c.Begins():
		g.seen = append(g.seen, "begins")
		return !g.veto, nil
	case c.Ends():
		g.seen = append(g.seen, "ends")
	}
	return true, nil
}

// TestGuardedLife holds that a property sees the beginning and the end of objects, and may refuse a beginning.
func TestGuardedLife(t *testing.T) {
	t.Parallel()
	m := som.MustClass[guard]("Guard", som.Parents(meta.BeforeAfter))
	c := speaks(t, "G", m)
	g, ok := som.State[guard](c.SOM(), m)
	if !ok {
		t.Fatal("no state")
	}
	a := instance(t, c)
	b, err := a.Copy()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Free(), b.Free()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(g.seen, " "); got != "begins begins ends ends" {
		t.Errorf("got %s", got)
	}
	g.veto = true
	if _, err := c.New(); !errors.Is(err, &som.Error{Code: som.CodeRaised}) {
		t.Errorf("got %v", err)
	}
	if n := c.Instances(); n != 0 {
		t.Errorf("%d instances are left", n)
	}
}

// TestMetaBeforeAfter holds that a property of a metaclass sees what is called of its classes.
func TestMetaBeforeAfter(t *testing.T) {
	t.Parallel()
	g := som.MustClass[guard]("ClassGuard", som.Parents(meta.BeforeAfter))
	m := mustClass(t, som.Spec{Name: "GuardedMeta", Parents: []*som.Class{som.SOMClass}, Metaclass: g})
	c := mustClass(t, som.Spec{Name: "GuardedClass", Metaclass: m})
	s, ok := som.State[guard](m.SOM(), g)
	if !ok || !slices.Equal(s.seen, []string{"begins"}) {
		t.Errorf("got %+v, %v", s, ok)
	}
	if _, err := c.New(); err != nil {
		t.Error(err)
	}
}

// TestChangedBehind holds that what is replaced, and what is cast, is seen from the front as it is behind.
func TestChangedBehind(t *testing.T) {
	t.Parallel()
	a := instance(t, speaks(t, "Ch", Outer))
	speak := animal.SpeakToken.Method()
	if _, err := a.Class().Replace(speak, func(_ som.Self, ctx context.Context, n int64) (int64, error) {
		note(ctx, "replaced")
		return n * 7, nil
	}); err != nil {
		t.Fatal(err)
	}
	ctx, log := logged(t.Context())
	if n, err := a.Speak(ctx, 3); n != 21 || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	if err := a.Cast(dog.Class); err != nil {
		t.Fatal(err)
	}
	if n, err := a.Speak(ctx, 3); n != 13 || err != nil { // Dog's, which has no property
		t.Errorf("cast: got %v, %v", n, err)
	}
	if err := a.Uncast(); err != nil {
		t.Fatal(err)
	}
	if n, err := a.Speak(ctx, 3); n != 21 || err != nil {
		t.Errorf("uncast: got %v, %v", n, err)
	}
	if got := log.String(); got != "outer<speak replaced speak>outer outer<speak replaced speak>outer" {
		t.Errorf("got %s", got)
	}
}

// TestSingleInstance: one instance until the last reference is gone, one for each subclass.
func TestSingleInstance(t *testing.T) {
	t.Parallel()
	c := speaks(t, "S", meta.SingleInstance)
	sub := mustClass(t, som.Spec{Name: "SSub", Parents: []*som.Class{c}})
	var wg sync.WaitGroup
	got := make([]som.Ref, 8)
	for i := range got {
		wg.Go(func() { got[i] = instance(t, c).SOM() })
	}
	wg.Wait()
	for _, r := range got {
		if r != got[0] {
			t.Fatal("two instances")
		}
	}
	if n := got[0].Refs(); n != 8 {
		t.Errorf("%d references", n)
	}
	if instance(t, sub).SOM() == got[0] {
		t.Error("a subclass has its parent's instance")
	}
	for range got {
		if err := got[0].Release(); err != nil {
			t.Error(err)
		}
	}
	if instance(t, c).SOM() == got[0] {
		t.Error("an instance came back after its end")
	}
	if _, err := c.SOM().Invoke(t.Context(), "sommFreeSingleInstance"); err != nil || c.Instances() != 0 {
		t.Errorf("free: %v, %d instances", err, c.Instances())
	}
}

// TestProxy: a proxy is called as its target and sends calls on, but for what it says of itself. The
// target's metaclass is none of its business.
func TestProxy(t *testing.T) {
	t.Parallel()
	target := speaks(t, "PTarget", meta.SingleInstance)
	pc, err := meta.MakeProxyClass(target, "P")
	if err != nil {
		t.Fatal(err)
	}
	p := instance(t, pc)
	if _, err := p.Speak(t.Context(), 1); !errors.Is(err, &som.Error{Code: som.CodeUnknown}) {
		t.Errorf("without a target: %v", err)
	}
	to := instance(t, target)
	if err := meta.Target(p.SOM(), to.SOM()); err != nil {
		t.Fatal(err)
	}
	if n, err := p.Speak(t.Context(), 1); n != 11 || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	if n, err := p.Invoke(t.Context(), "speak", 1); n != int64(11) || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	if name, err := p.Invoke(t.Context(), "somGetClassName"); name != "P" || err != nil {
		t.Errorf("got %v, %v", name, err)
	}
	if s, _ := som.FindState[speaker](to.SOM()); s.n != 2 {
		t.Errorf("the target was called %d times", s.n)
	}
	if m := pc.Metaclass(); m != meta.ProxyFor {
		t.Errorf("metaclass %s", m)
	}
	made, err := meta.ProxyForObject.SOM().Invoke(t.Context(), "sommMakeProxyClass", animal.Class, "Q")
	if q, ok := made.(*som.Class); err != nil || !ok || !q.DescendsFrom(animal.Class) {
		t.Errorf("got %v, %v", made, err)
	}
	if err := meta.Target(to.SOM(), to.SOM()); !errors.Is(err, &som.Error{Code: som.CodeType}) {
		t.Errorf("got %v", err)
	}
}

// TestInstantiable: who has instances and who has none, who has subclasses and who has none.
func TestInstantiable(t *testing.T) {
	t.Parallel()
	abstract := speaks(t, "Ab", meta.Abstract)
	nobody := speaks(t, "No", meta.Noninstantiable)
	final := speaks(t, "Fi", meta.Final)
	for _, c := range []struct {
		class *som.Class
		code  som.Code
	}{
		{abstract, som.CodeAbstract},
		{mustClass(t, som.Spec{Name: "AbSub", Parents: []*som.Class{abstract}}), ""},
		{mustClass(t, som.Spec{Name: "AbSub2", Parents: []*som.Class{abstract}, Metaclass: meta.Abstract}), som.CodeAbstract},
		{nobody, som.CodeAbstract},
		{mustClass(t, som.Spec{Name: "NoSub", Parents: []*som.Class{nobody}}), som.CodeAbstract},
		{final, ""},
	} {
		_, err := c.class.New()
		if (err == nil) != (c.code == "") || err != nil && !errors.Is(err, &som.Error{Code: c.code}) {
			t.Errorf("%s: got %v", c.class, err)
		}
	}
	var m som.Manager
	other, err := m.NewClass(som.Spec{Name: "Other", Parents: []*som.Class{som.SOMClass}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := som.NewClass(som.Spec{Name: "FiSub", Parents: []*som.Class{final}, Metaclass: other}); !errors.Is(err, &som.Error{Code: som.CodeMetaclass}) {
		t.Errorf("got %v", err)
	}
	if err := m.Unload(other); err != nil {
		t.Errorf("a refused class keeps a metaclass: %v", err)
	}
	if err := errors.Join(m.Register(nobody), m.Register(abstract)); err != nil {
		t.Fatal(err)
	}
	if err := m.Unload(final); err == nil {
		t.Error("a class that is not registered was unloaded")
	}
}

// TestExtent: the instances that live, however they came to be.
func TestExtent(t *testing.T) {
	t.Parallel()
	c := speaks(t, "E", meta.ExtentManaged)
	var live []som.Ref
	for range 3 {
		live = append(live, instance(t, c).SOM())
	}
	r, err := live[0].Copy()
	if err != nil {
		t.Fatal(err)
	}
	live = append(live, r)
	if err := live[1].Free(); err != nil {
		t.Fatal(err)
	}
	live = slices.Delete(live, 1, 2)
	all, err := meta.Extent(c)
	if err != nil || len(all) != 3 {
		t.Fatalf("got %v, %v", all, err)
	}
	for _, r := range all {
		if !slices.Contains(live, r) || r.Refs() != 2 {
			t.Errorf("%v is in the extent, with %d references", r, r.Refs())
		}
		_ = r.Release()
	}
}

// TestTimeStamped: a call leaves its time.
func TestTimeStamped(t *testing.T) {
	t.Parallel()
	a := instance(t, speaks(t, "Ts", meta.TimeStamped))
	made, err := meta.Stamp(a.SOM())
	if err != nil || made.IsZero() {
		t.Fatalf("got %v, %v", made, err)
	}
	before := time.Now()
	if _, err := a.Speak(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if at, err := meta.Stamp(a.SOM()); err != nil || at.Before(before) {
		t.Errorf("got %v, %v", at, err)
	}
	if _, err := meta.Stamp(instance(t, animal.Class).SOM()); !errors.Is(err, &som.Error{Code: som.CodeType}) {
		t.Errorf("got %v", err)
	}
}

type account struct {
	som.Base
	balance int
}

var errOverdrawn = errors.New("overdrawn")

func (a *account) SommInvariant() error {
	if a.balance < 0 {
		return errOverdrawn
	}
	return nil
}

func (a *account) Withdraw(n int) error { a.balance -= n; return nil }

// TestInvariantChecked: a call that leaves an object as it must not be fails, and so do those after.
func TestInvariantChecked(t *testing.T) {
	t.Parallel()
	c := som.MustClass[account]("Account", som.Parents(meta.HasInvariant), som.WithMetaclass(meta.InvariantChecked))
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		n    int
		want error
		left int
	}{{0, nil, 0}, {5, errOverdrawn, -5}, {-10, errOverdrawn, -5}} {
		_, err := r.Invoke(t.Context(), "withdraw", step.n)
		a, _ := som.FindState[account](r)
		if !errors.Is(err, step.want) || a.balance != step.left {
			t.Errorf("withdraw %d: got %v, balance %d", step.n, err, a.balance)
		}
	}
}

// A purse is asked by its own methods, as others call them, and by those of another purse, which looks at it in turn.
type purse struct {
	som.Base
	coins int
	other som.Ref
	asked int
}

func (p *purse) Coins() (int, error) { return p.coins, nil }
func (p *purse) Put(n int) error     { p.coins += n; return nil }

func (p *purse) SommInvariant() error {
	p.asked++
	coins := func(r som.Ref) int {
		n, err := r.Invoke(context.Background(), "coins")
		if err != nil {
			return -1
		}
		return n.(int)
	}
	if coins(p.SOM()) < 0 || p.other != (som.Ref{}) && coins(p.other) < 0 {
		return errOverdrawn
	}
	return nil
}

// TestInvariantCalls holds that an invariant may call its object's methods, and other objects', whose invariants are asked.
func TestInvariantCalls(t *testing.T) {
	t.Parallel()
	c := som.MustClass[purse]("Purse", som.Parents(meta.HasInvariant), som.WithMetaclass(meta.InvariantChecked))
	var both [2]*purse
	for i := range both {
		r, err := c.New()
		if err != nil {
			t.Fatal(err)
		}
		both[i], _ = som.FindState[purse](r)
	}
	a, b := both[0], both[1]
	a.other, b.other = b.SOM(), a.SOM()
	a.asked, b.asked = 0, 0
	if _, err := a.SOM().Invoke(t.Context(), "put", 1); err != nil || a.asked != 2 || b.asked != 4 {
		t.Errorf("got %v; asked %d times, and %d the other: want 2, and each time before and after", err, a.asked, b.asked)
	}
	if _, err := a.SOM().Invoke(t.Context(), "put", -2); !errors.Is(err, errOverdrawn) {
		t.Errorf("got %v", err)
	}
	if _, err := b.SOM().Invoke(t.Context(), "coins"); !errors.Is(err, errOverdrawn) {
		t.Errorf("the other one, which looks at it: got %v", err)
	}
}

// TestCost holds that n classes with p properties are n + p classes to write, however they are mixed, and
// that what the kernel adds is one joint for each mixture that is used.
func TestCost(t *testing.T) {
	t.Parallel()
	const n, p = 40, 6
	var m som.Manager
	var properties []*som.Class
	for i := range p {
		c, err := m.NewClass(som.Spec{Name: fmt.Sprintf("Property%d", i), Parents: []*som.Class{meta.BeforeAfter},
			Overrides: []som.Override{{Method: "sommAfterMethod", Impl: func(_ som.Self, ctx context.Context, _ *meta.Call) { note(ctx, "%d", i) }}}})
		if err != nil {
			t.Fatal(err)
		}
		properties = append(properties, c)
	}
	mixtures := map[string]bool{}
	for i := range n {
		var mine []*som.Class
		want := ""
		for k := range p {
			if i>>k&1 == 1 || i == 0 && k == 0 {
				mine = append(mine, properties[k])
				want = fmt.Sprint(k) + " " + want // the innermost first
			}
		}
		mixed, err := meta.Of(mine...)
		if err != nil {
			t.Fatal(err)
		}
		if len(mine) > 1 {
			mixtures[mixed.Name()] = true
		}
		c, err := m.NewClass(som.Spec{Name: fmt.Sprintf("Class%d", i), Parents: []*som.Class{animal.Class}, Metaclass: mixed})
		if err != nil {
			t.Fatal(err)
		}
		ctx, log := logged(t.Context())
		if _, err := instance(t, c).Speak(ctx, 1); err != nil {
			t.Fatal(err)
		}
		if got := log.String() + " "; got != want {
			t.Errorf("%s: got %q, want %q", c, got, want)
		}
	}
	written, joints := 0, 0
	for _, c := range m.Classes() {
		if c.Derived() {
			joints++
		} else {
			written++
		}
	}
	if written != n+p {
		t.Errorf("%d classes, want %d", written, n+p)
	}
	if joints != len(mixtures) {
		t.Errorf("%d derived metaclasses for %d mixtures", joints, len(mixtures))
	}
}
