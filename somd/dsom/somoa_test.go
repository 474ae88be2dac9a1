package dsom_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// A vault is a server object that loads cats by their names, which are the reference data.
type vault struct {
	somd.ServerBase
	oa     som.Ref
	loaded []string
}

var vaultClass = som.MustClass[vault]("Vault", som.Parents(somd.ServerClass))

// SomdSOMObjFromRef loads a cat; there is none of the name "gone".
func (v *vault) SomdSOMObjFromRef(ctx context.Context, ref som.Object) (som.Object, error) {
	got, err := v.oa.Invoke(ctx, "get_id", ref)
	if err != nil {
		return nil, err
	}
	name := string(got.([]byte))
	if name == "gone" {
		return v.ServerBase.SomdSOMObjFromRef(ctx, ref)
	}
	c, err := cat.New()
	if err != nil {
		return nil, err
	}
	v.loaded = append(v.loaded, name)
	return c, c.SetName(ctx, name)
}

// aVault is a process that is a server with a vault, and what SOMD_Init makes there.
func aVault(t *testing.T) (g *dsom.Globals, d *somd.Domain, v *vault) {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	root := poa.New(o)
	objects, err := root.Create("objects", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	d = somd.New(root.POA, somd.Config{Server: vaultClass})
	t.Cleanup(func() {
		if err := errors.Join(d.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	})
	if g, err = dsom.Init(d, dsom.Options{Daemon: "127.0.0.1:1", Objects: objects}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Uninit(); err != nil {
			t.Error(err)
		}
	})
	if !g.Server().IsNil() {
		t.Error("there is a server object before there is one")
	}
	s, err := somd.NewServer(d, somd.Among(cat.Class), "Pets::Cat")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Release() })
	v, _ = som.FindState[vault](s)
	v.oa = g.SOMOA
	got := g.Server()
	if got != s {
		t.Errorf("the server object is %v, want %v", got, s)
	}
	_ = got.Release()
	return g, d, v
}

// TestReferenceData makes references with data, which lead to objects that the server object loads when they are called, once, and not before.
func TestReferenceData(t *testing.T) {
	g, d, v := aVault(t)
	client := domain(t)
	client.Know(cat.Class)
	var nobody som.Object
	for _, name := range []string{"Ada", "", "a/b.c%41 ü"} {
		r := call[som.Object](t, g.SOMOA, "create", []byte(name), nobody, nobody).SOM()
		if got := call[[]byte](t, g.SOMOA, "get_id", r); string(got) != name {
			t.Errorf("the data of %q are %q", name, got)
		}
		if !r.IsA(somd.ObjectClass) || slices.Contains(v.loaded, name) {
			t.Errorf("the reference is a %s, and %q were loaded", r.Class(), v.loaded)
		}
		ior := call[string](t, g.ORB, "object_to_string", r)
		ref, err := client.ORB().Resolve(t.Context(), ior)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			far, err := client.Import(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			if said := call[string](t, far, "speak", "x"); said != name+" says hello to x, meow" {
				t.Errorf("%q says %q", name, said)
			}
			_ = far.Release()
		}
		if n := len(v.loaded); v.loaded[n-1] != name || slices.Index(v.loaded, name) != n-1 {
			t.Errorf("%q were loaded", v.loaded)
		}
		local, ok := d.Local(d.ORB().NewRef(ref.IOR()))
		if !ok || !local.IsA(cat.Class) {
			t.Fatalf("here it is %v", local)
		}
		if got := call[[]byte](t, g.SOMOA, "get_id", local); string(got) != name {
			t.Errorf("the data of the object %q are %q", name, got)
		}
		_ = local.Release()
		_ = r.Release()
	}
	gone := call[som.Object](t, g.SOMOA, "create_constant", []byte("gone"), nobody, nobody).SOM()
	defer func() { _ = gone.Release() }()
	ref, _ := somd.Reference(gone)
	far := client.ORB().NewRef(ref.IOR())
	if none, err := far.NonExistent(t.Context()); err != nil || !none {
		t.Errorf("it is there: %v, %v", none, err)
	}
	if _, err := g.SOMOA.Invoke(t.Context(), "create", make([]byte, somd.MaxReferenceData+1), nobody, nobody); !errors.Is(err, exc.ImpLimit) {
		t.Errorf("too many data: %v", err)
	}
	c, err := cat.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Release() }()
	if _, err := g.SOMOA.Invoke(t.Context(), "get_id", c); !errors.Is(err, exc.BadParam) {
		t.Errorf("an object without data: %v", err)
	}
	if got := call[[]byte](t, g.SOMOA, "get_id", gone); string(got) != "gone" {
		t.Errorf("the data of a constant reference are %q", got)
	}
	for of, r := range map[string]som.Ref{"a constant reference": gone, "an object without data": c.SOM()} {
		if _, err := g.SOMOA.Invoke(t.Context(), "change_id", r, []byte("x")); !errors.Is(err, exc.BadParam) {
			t.Errorf("the data of %s: %v", of, err)
		}
	}
	r := call[som.Object](t, g.SOMOA, "create", []byte("first"), nobody, nobody).SOM()
	defer func() { _ = r.Release() }()
	ref, _ = somd.Reference(r)
	for _, name := range []string{"first", "second", "first"} { // an object that is loaded is let go
		if name != "first" || slices.Contains(v.loaded, "second") {
			call[any](t, g.SOMOA, "change_id", r, []byte(name))
		}
		if got := call[[]byte](t, g.SOMOA, "get_id", r); string(got) != name {
			t.Errorf("the data are %q, and %q were said", got, name)
		}
		far, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
		if err != nil {
			t.Fatal(err)
		}
		if said := call[string](t, far, "speak", "x"); !strings.HasPrefix(said, name+" says") {
			t.Errorf("the object of %q says %q", name, said)
		}
		_ = far.Release()
	}
}

// asker is an object whose method asks for the service contexts of its request.
type asker struct {
	som.Base
	oa som.Ref
}

func (a *asker) Ask(ctx context.Context) (int32, error) {
	at, err := a.oa.Invoke(ctx, "get_service_contexts")
	if err != nil {
		return 0, err
	}
	list := (*struct {
		max, n uint32
		all    *struct {
			id       uint32
			max, len uint32
			data     *byte
		}
	})(*(*unsafe.Pointer)(unsafe.Pointer(ptr(at.(uintptr)))))
	for i := range list.n {
		c := (*struct {
			id       uint32
			max, len uint32
			data     *byte
		})(unsafe.Add(unsafe.Pointer(list.all), uintptr(i)*unsafe.Sizeof(*list.all)))
		if c.id == 0x777 {
			return int32(*c.data) + int32(c.len), nil
		}
	}
	return -1, nil
}

func ptr(at uintptr) *uintptr { return &at }

var askerClass = som.MustClass[asker]("Asker")

// TestServiceContexts has a method read what its request has come with; outside of one there is nothing to read.
func TestServiceContexts(t *testing.T) {
	g, d, _ := aVault(t)
	var blocks [][]uint64
	dsom.ProvideMemory(dsom.ForeignMemory{Allocate: func(n uintptr) unsafe.Pointer {
		blocks = append(blocks, make([]uint64, n/8+1))
		return unsafe.Pointer(&blocks[len(blocks)-1][0])
	}, Deallocate: func(unsafe.Pointer) {}})
	if _, err := g.SOMOA.Invoke(t.Context(), "get_service_contexts"); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("outside of a request: %v", err)
	}
	r, err := askerClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Release() }()
	a, _ := som.FindState[asker](r)
	a.oa = g.SOMOA
	ref, err := d.Export(r)
	if err != nil {
		t.Fatal(err)
	}
	o, err := orb.New(orb.Config{ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, q *orb.ClientRequest, next func(context.Context) error) error {
		if err := q.AddContext(0x777, []byte{5, 6}, false); err != nil {
			return err
		}
		return next(ctx)
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Shutdown(context.Background()) }()
	client := somd.New(poa.New(o).POA, somd.Config{})
	client.Know(askerClass)
	far, err := client.Import(t.Context(), o.NewRef(ref.IOR()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = far.Release() }()
	if got := call[int32](t, far, "ask"); got != 7 {
		t.Errorf("the method reads %d", got)
	}
}

// TestNextRequest has a server's loop of one request after the other tell of each, and end.
func TestNextRequest(t *testing.T) {
	g, d, _ := aVault(t)
	next := func(flag uint32) wire.Code {
		t.Helper()
		return wire.Code(call[uint32](t, g.SOMOA, "execute_next_request", flag))
	}
	if got := next(dsom.NoWait); got != wire.NoMessages {
		t.Errorf("before any request: %v", got)
	}
	c, err := cat.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Release() }()
	ref, err := d.Export(c)
	if err != nil {
		t.Fatal(err)
	}
	client := domain(t)
	client.Know(cat.Class)
	far, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = far.Release() }()
	waiting := make(chan wire.Code, 1)
	go func() {
		out, err := g.SOMOA.Invoke(context.Background(), "execute_next_request", uint32(dsom.Wait))
		if err != nil {
			t.Error(err)
		}
		n, _ := out.(uint32)
		waiting <- wire.Code(n)
	}()
	for range 3 {
		call[string](t, far, "speak", "x")
	}
	if got := <-waiting; got != wire.Success {
		t.Errorf("it has waited for %v", got)
	}
	for i := range 3 {
		want := wire.Success
		if i == 2 { // three were carried out, one of which it had waited for
			want = wire.NoMessages
		}
		if got := next(dsom.NoWait); got != want {
			t.Errorf("request %d: %v, want %v", i+2, got, want)
		}
	}
	go func() {
		out, _ := g.SOMOA.Invoke(context.Background(), "execute_next_request", uint32(dsom.Wait))
		n, _ := out.(uint32)
		waiting <- wire.Code(n)
	}()
	var nobody som.Object
	if _, err := g.SOMOA.Invoke(t.Context(), "activate_impl_failed", nobody, uint32(wire.NoSpace)); err != nil {
		t.Error(err)
	}
	if got := <-waiting; got != wire.NoMessages {
		t.Errorf("it was interrupted: %v", got)
	}
	if got := call[uint32](t, g.SOMOA, "execute_request_loop", uint32(dsom.Wait)); wire.Code(got) != wire.NoSpace {
		t.Errorf("the loop of a server that has failed ends with %v", wire.Code(got))
	}
}

// TestMakeProxyClass makes the class of proxies for a class by its name, once.
func TestMakeProxyClass(t *testing.T) {
	g, d, _, _ := initialised(t)
	c, err := g.MakeProxyClass("Pets::Cat")
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.ProxyClass(cat.Class)
	if err != nil || again != c || c.Name() != "Pets::Cat__Proxy" || !c.DescendsFrom(cat.Class) || !c.DescendsFrom(somd.ClientProxy) {
		t.Errorf("got %v and %v, %v", c, again, err)
	}
	if _, err := g.MakeProxyClass("Pets::Nobody"); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), "Pets::Nobody") {
		t.Errorf("got %v", err)
	}
}
