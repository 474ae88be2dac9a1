package somd_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// A car says how it was made; a car works makes cars, and red ones.
type car struct {
	som.Base
	by string
}

type works struct {
	som.Base
	wrong *som.Class // what it makes instead
	fails bool
}

var (
	carClass   = som.MustClass[car]("Cars::Car", som.With(func(s *som.Spec) { s.Factory = "Cars::Works" }))
	bikeClass  = som.MustClass[bike]("Cars::Bike", som.With(func(s *som.Spec) { s.Factory = "Cars::Nowhere" }))
	vanClass   = som.MustClass[van]("Cars::Van", som.Parents(carClass))
	worksClass = som.MustClass[works]("Cars::Works")
	worksThere atomic.Int64
	nextWorks  atomic.Pointer[works]
)

type bike struct{ som.Base }
type van struct{ som.Base }

func (c *car) By(context.Context) (string, error) { return c.by, nil }

func (w *works) SomDefaultInit() error {
	worksThere.Add(1)
	if n := nextWorks.Load(); n != nil {
		w.wrong, w.fails = n.wrong, n.fails
	}
	return nil
}
func (w *works) SomDestruct() { worksThere.Add(-1) }

func (w *works) SomNew(ctx context.Context) (som.Object, error) { return w.MakeRed(ctx, "works") }

func (w *works) MakeRed(_ context.Context, by string) (som.Object, error) {
	if w.fails {
		return nil, nil
	}
	c := carClass
	if w.wrong != nil {
		c = w.wrong
	}
	r, err := c.New()
	if err != nil {
		return nil, err
	}
	if x, ok := som.FindState[car](r); ok {
		x.by = by
	}
	return r, nil
}

func serverOf(t *testing.T, d *somd.Domain, classes ...*som.Class) som.Ref {
	t.Helper()
	names := make([]string, len(classes))
	for i, c := range classes {
		names[i] = c.Name()
	}
	s, err := somd.NewServer(d, somd.Among(classes...), names...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Release() })
	return s
}

// TestFactory has objects made by the factory that their class names, by somdCreateObj and by the factory itself.
func TestFactory(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(worksClass, carClass)
	maker := remote(t, server, client, serverOf(t, server, carClass, vanClass, bikeClass, worksClass))
	ctx := t.Context()
	by := func(o any, err error) string {
		t.Helper()
		if err != nil {
			return err.Error()
		}
		r := o.(som.Object).SOM()
		defer func() { _ = r.Release() }()
		out, err := r.Invoke(ctx, "by")
		if err != nil {
			return err.Error()
		}
		return r.Class().Name() + " by " + out.(string)
	}
	if got := by(maker.Invoke(ctx, "somdCreateObj", "Cars::Car", "")); got != "Cars::Car__Proxy by works" {
		t.Errorf("a car: %s", got)
	}
	if got := by(maker.Invoke(ctx, "somdCreateObj", "Cars::Van", "")); got != "Cars::Van__Proxy by " { // its parent's factory makes no vans
		t.Errorf("a van: %s", got)
	}
	f, err := maker.Invoke(ctx, "somdFactory", "Cars::Car")
	if err != nil {
		t.Fatal(err)
	}
	factory := f.(som.Object).SOM()
	if !factory.IsA(worksClass) {
		t.Errorf("the factory is a %s", factory.Class())
	}
	if got := by(factory.Invoke(ctx, "makeRed", "hand")); got != "Cars::Car__Proxy by hand" {
		t.Errorf("a red car: %s", got)
	}
	if err := factory.Release(); err != nil {
		t.Error(err)
	}
	f, err = maker.Invoke(ctx, "somdFactory", "Cars::Van")
	if err != nil {
		t.Fatal(err)
	}
	if got := by(f.(som.Object).SOM().Invoke(ctx, "somNew")); got != "Cars::Van__Proxy by " {
		t.Errorf("a van by its plain factory: %s", got)
	}
	_ = f.(som.Object).SOM().Release()
	if _, err := maker.Invoke(ctx, "somdCreateObj", "Cars::Bike", ""); !errors.Is(err, exc.NoImplement) {
		t.Errorf("a class whose factory there is not: %v", err)
	}
	if n := worksThere.Load(); n != 1 {
		t.Errorf("%d factories live, and the server keeps one", n)
	}
}

// TestFactoryFails has factories that make nothing, or something else: nothing is left of that.
func TestFactoryFails(t *testing.T) {
	for says, w := range map[string]*works{"made nothing": {fails: true}, "made a Cars::Works": {wrong: worksClass}} {
		nextWorks.Store(w)
		d := domain(t, somd.Config{})
		s, err := somd.NewServer(d, somd.Among(carClass, worksClass), "Cars::Car")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Invoke(t.Context(), "somdCreateObj", "Cars::Car", ""); !errors.Is(err, exc.ObjAdapter) || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
		nextWorks.Store(nil)
		if err := s.Release(); err != nil {
			t.Error(err)
		}
		if n := worksThere.Load(); n > 1 { // TestFactory's server may still have one
			t.Errorf("%d factories live", n)
		}
	}
}

// A guard is a server object of the program's own, which sees all calls, refuses some, and takes hints.
type guard struct {
	somd.ServerBase
	seen atomic.Int64
}

var guardClass = som.MustClass[guard]("Guard", som.Parents(somd.ServerClass))

func (g *guard) SomdDispatchMethod(ctx context.Context, obj som.Object, m *som.Method, args []any) ([]any, error) {
	g.seen.Add(1)
	if len(args) > 0 && args[0] == "forbidden" {
		return nil, &exc.SystemException{Kind: exc.NoPermission}
	}
	return g.ServerBase.SomdDispatchMethod(ctx, obj, m, args)
}

func (g *guard) SomdCreateObj(ctx context.Context, objclass, hints string) (som.Object, error) {
	o, err := g.ServerBase.SomdCreateObj(ctx, objclass, "")
	if err == nil {
		c, _ := som.FindState[car](o.SOM())
		c.by = hints
	}
	return o, err
}

// TestServerClass has a program's own class of server objects make objects and see the calls of them.
func TestServerClass(t *testing.T) {
	server, client := domain(t, somd.Config{Server: guardClass}), domain(t, somd.Config{})
	client.Know(carClass, vanClass)
	s := serverOf(t, server, vanClass, worksClass)
	maker := remote(t, server, client, s)
	o, err := maker.Invoke(t.Context(), "somdCreateObj", "Cars::Van", "a hint")
	if err != nil {
		t.Fatal(err)
	}
	r := o.(som.Object).SOM()
	if got, err := r.Invoke(t.Context(), "by"); err != nil || got != "a hint" {
		t.Errorf("got %v, %v", got, err)
	}
	g, _ := som.FindState[guard](s)
	if n := g.seen.Load(); n != 1 {
		t.Errorf("the server object has seen %d calls", n)
	}
	w, err := maker.Invoke(t.Context(), "somdFactory", "Cars::Works")
	if err != nil {
		t.Errorf("a factory: %v", err)
	} else {
		_ = w.(som.Object).SOM().Release()
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	if _, err := somd.NewServer(domain(t, somd.Config{Server: carClass}), nil); err == nil || !strings.Contains(err.Error(), "does not descend from SOMDServer") {
		t.Errorf("a class that is no server's: %v", err)
	}
	if _, err := somd.NewServer(server, somd.Among(carClass)); err == nil {
		t.Error("a second server object sees the calls")
	}
}

// A counting proxy counts the calls that it sends on, and answers one itself.
type countingProxy struct {
	som.Base
	sent atomic.Int64
}

var countingClass = som.MustClass[countingProxy]("Counting", som.Parents(somd.ClientProxy))

func (c *countingProxy) SommProxyDispatch(ctx context.Context, m *som.Method, args []any) ([]any, error) {
	c.sent.Add(1)
	fn, self := lazySend.In(somd.ClientProxy, c.SOM())
	return fn(self, ctx, m, args)
}

type counted struct{ som.Base }
type countedToo struct{ som.Base }
type misled struct{ som.Base }

func (*counted) Twice(_ context.Context, n int32) (int32, error) { return 2 * n, nil }

var (
	countedClass    = som.MustClass[counted]("Counted", som.With(func(s *som.Spec) { s.BaseProxy = "Counting" }))
	countedTooClass = som.MustClass[countedToo]("CountedToo", som.Parents(countedClass))
	misledClass     = som.MustClass[misled]("Misled", som.With(func(s *som.Spec) { s.BaseProxy = "Counted" }))
	lostClass       = som.MustClass[misled2]("Lost", som.With(func(s *som.Spec) { s.BaseProxy = "Nowhere" }))
)

type misled2 struct{ som.Base }

// TestBaseProxy has a class of a tree say what proxies for all of the tree descend from.
func TestBaseProxy(t *testing.T) {
	t.Parallel()
	server := domain(t, somd.Config{})
	made := func(c *som.Class) som.Ref {
		r, err := c.New()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Release() })
		return r
	}
	for name, c := range map[string]struct {
		client *somd.Domain
		know   []*som.Class
		counts bool
	}{
		"the client's own class":             {know: []*som.Class{countingClass, countedTooClass}, counts: true},
		"one found when it is named":         {client: domain(t, somd.Config{Find: somd.Among(countingClass)}), know: []*som.Class{countedTooClass}, counts: true},
		"described, with its base here":      {know: []*som.Class{countingClass}, counts: true},
		"described, with its base to be had": {client: domain(t, somd.Config{Find: somd.Among(countingClass)})},
		"described, with its base nowhere":   {},
	} {
		client := c.client
		if client == nil {
			client = domain(t, somd.Config{})
		}
		client.Know(c.know...)
		r := remote(t, server, client, made(countedTooClass))
		if got, err := r.Invoke(t.Context(), "twice", 4); err != nil || got != int32(8) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
		p, counts := som.FindState[countingProxy](r)
		if counts != c.counts || counts && p.sent.Load() != 1 {
			t.Errorf("%s: the proxy is of %v", name, r.Class().Order())
		}
	}
	client := domain(t, somd.Config{Find: somd.Among(countingClass)})
	client.Know(misledClass, lostClass, countedClass)
	for c, says := range map[*som.Class]string{misledClass: "does not descend from SOMDClientProxy", lostClass: "which this process does not have"} {
		ref, err := server.Export(made(c))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR())); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", c, err, says)
		}
	}
	// A placed class has such proxies for its instances, too.
	maker, err := server.Export(serverOf(t, server, countedTooClass))
	if err != nil {
		t.Fatal(err)
	}
	placing := domain(t, somd.Config{})
	placing.Know(countingClass)
	placed, err := placing.Place(t.Context(), somd.Place{Class: "CountedToo", URL: maker.String()})
	if err != nil {
		t.Fatal(err)
	}
	r := made(placed)
	if got, err := r.Invoke(t.Context(), "twice", 5); err != nil || got != int32(10) {
		t.Errorf("placed: got %v, %v", got, err)
	}
	if p, ok := som.FindState[countingProxy](r); !ok || p.sent.Load() != 1 {
		t.Errorf("the placed class has %v", placed.Order())
	}
}

// A foreman is a server object that makes factories itself.
type foreman struct {
	somd.ServerBase
	asked []string
}

func (m *foreman) SomdCreateFactory(ctx context.Context, className string, props uintptr) (som.Object, error) {
	m.asked = append(m.asked, className)
	if className == "Cars::Car" {
		return m.ServerBase.SomdCreateFactory(ctx, "Cars::Van", props)
	}
	return m.ServerBase.SomdCreateFactory(ctx, className, 1) // properties, which nobody knows
}

var foremanClass = som.MustClass[foreman]("Foreman", som.Parents(somd.ServerClass))

// TestCreateFactory has a class of servers of a program's own make the factories that clients ask for.
func TestCreateFactory(t *testing.T) {
	d, client := domain(t, somd.Config{Server: foremanClass}), domain(t, somd.Config{})
	server, err := somd.NewServer(d, somd.Among(carClass, vanClass))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Release() }()
	maker := remote(t, d, client, server)
	out, err := maker.Invoke(t.Context(), "somdFactory", "Cars::Car")
	if err != nil {
		t.Fatal(err)
	}
	f := out.(som.Object).SOM()
	defer func() { _ = f.Release() }()
	made, err := f.Invoke(t.Context(), "somNew")
	if err != nil {
		t.Fatal(err)
	}
	r := made.(som.Object).SOM()
	defer func() { _ = r.Release() }()
	if name := r.Class().Name(); name != "Cars::Van__Proxy" {
		t.Errorf("the factory makes a %s", name)
	}
	if _, err := maker.Invoke(t.Context(), "somdFactory", "Cars::Van"); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), "BAD_PARAM") {
		t.Errorf("with properties: %v", err)
	}
	if _, err := maker.Invoke(t.Context(), "somdCreateFactory", "Cars::Car", uintptr(0)); err == nil {
		t.Error("it is called from elsewhere, with an address")
	}
	m, _ := som.FindState[foreman](server)
	if got := strings.Join(m.asked, " "); got != "Cars::Car Cars::Van" {
		t.Errorf("it was asked for %s", got)
	}
}
