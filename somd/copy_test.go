package somd_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/coslifecycle/factoryfinder"
	"github.com/opendsom/dsom/som/stream/cosstream/streamable"
	"github.com/opendsom/dsom/som/stream/cosstream/streamio"
	"github.com/opendsom/dsom/somd"
)

// A ball writes all kinds of things to streams, and another object, perhaps itself.
type ball struct {
	streamable.Base
	colour string
	size   int16
	weight float64
	round  bool
	within som.Object
	wrong  string // what it does wrong
}

var (
	balls     atomic.Int64
	ballClass = som.MustClass[ball]("Toys::Ball", som.Parents(streamable.Class), som.With(func(s *som.Spec) {
		s.Introduces = []som.MethodSpec{{Name: "_get_colour", Type: reflect.TypeFor[func(som.Self, context.Context) (string, error)](), Signature: "s:/string()"}}
	}))
)

func (b *ball) SomDefaultInit() error { balls.Add(1); return nil }
func (b *ball) SomDestruct() {
	balls.Add(-1)
	if b.within != nil && b.within.SOM() != b.SOM() {
		_ = b.within.SOM().Release()
	}
}
func (b *ball) Colour(context.Context) (string, error) { return b.colour, nil }

func (b *ball) ExternalizeToStream(ctx context.Context, target som.Object) error {
	s, _ := streamio.Narrow(target)
	if b.wrong == "write" {
		return &exc.SystemException{Kind: exc.NoResources}
	}
	err := errors.Join(s.WriteString(ctx, b.colour), s.WriteShort(ctx, b.size), s.WriteDouble(ctx, b.weight), s.WriteBoolean(ctx, b.round),
		s.WriteObject(ctx, b.within), s.WriteChar(ctx, 'x'), s.WriteOctet(ctx, 200), s.WriteFloat(ctx, 0.5), s.WriteLong(ctx, -7),
		s.WriteUnsignedShort(ctx, 65535), s.WriteUnsignedLong(ctx, 4000000000))
	if b.wrong == "read less" {
		err = errors.Join(err, s.WriteString(ctx, strings.Repeat("more ", 1000)))
	}
	return err
}

var lastStream atomic.Pointer[streamio.Ref]

func (b *ball) InternalizeFromStream(ctx context.Context, source som.Object, there factoryfinder.FactoryFinder) (err error) {
	s, _ := streamio.Narrow(source)
	lastStream.Store(&s)
	fail := func(e error) { err = errors.Join(err, e) }
	var e error
	b.colour, e = s.ReadString(ctx)
	fail(e)
	b.size, e = s.ReadShort(ctx)
	fail(e)
	b.weight, e = s.ReadDouble(ctx)
	fail(e)
	b.round, e = s.ReadBoolean(ctx)
	fail(e)
	o, e := s.ReadObject(ctx, nil, nil)
	fail(e)
	if o != nil {
		if b.within = o; o.SOM() == b.SOM() { // it does not keep itself
			fail(o.SOM().Release())
		}
	}
	c, e := s.ReadChar(ctx)
	fail(e)
	n, e := s.ReadOctet(ctx)
	fail(e)
	f, e := s.ReadFloat(ctx)
	fail(e)
	l, e := s.ReadLong(ctx)
	fail(e)
	us, e := s.ReadUnsignedShort(ctx)
	fail(e)
	ul, e := s.ReadUnsignedLong(ctx)
	fail(e)
	if err == nil && (c != 'x' || n != 200 || f != 0.5 || l != -7 || us != 65535 || ul != 4000000000) {
		return errors.New("what was read is not what was written")
	}
	if b.colour == "read more" {
		_, e := s.ReadString(ctx)
		return e
	}
	return err
}

// A box says what it is given.
type box struct{ som.Base }

type (
	putFunc  = func(som.Self, context.Context, som.Object) (string, error)
	takeFunc = func(som.Self, context.Context) (som.Object, error)
	swapFunc = func(som.Self, context.Context, som.Object) (som.Object, error)
	allFunc  = func(som.Self, context.Context, []som.Object) ([]som.Object, error)
)

var boxClass = som.MustClass[box]("Toys::Box", som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "put", Type: reflect.TypeFor[putFunc](), Signature: "s:o/string(object)", Copies: "rc"},
		{Name: "look", Type: reflect.TypeFor[putFunc](), Signature: "s:o/string(object)", Copies: "rm"},
		{Name: "show", Type: reflect.TypeFor[putFunc](), Signature: "s:o/string(object)"},
		{Name: "take", Type: reflect.TypeFor[takeFunc](), Signature: "o:/object()", Copies: "c"},
		{Name: "swap", Type: reflect.TypeFor[swapFunc](), Signature: "v:p/void(inout object)", Copies: "rc", Packing: som.Packing{}.Passes("x")},
		{Name: "all", Type: reflect.TypeFor[allFunc](), Signature: "v:pp/<object>(<object>)", Copies: "mm", Packing: som.Packing{}.Passes("ri")},
	}
}))

// describe says what an object is, and whether it is here.
func describe(o som.Object) string {
	if o == nil {
		return "nothing"
	}
	if _, ok := somd.Reference(o); ok {
		return "a proxy of " + o.SOM().Class().Name()
	}
	b, ok := som.FindState[ball](o.SOM())
	if !ok {
		return "a " + o.SOM().Class().Name()
	}
	switch {
	case b.within == nil:
		return "a " + b.colour + " ball"
	case b.within.SOM() == b.SOM():
		return "a " + b.colour + " ball within itself"
	}
	return "a " + b.colour + " ball with " + describe(b.within)
}

func (b *box) Put(_ context.Context, o som.Object) (string, error)  { return describe(o), nil }
func (b *box) Look(_ context.Context, o som.Object) (string, error) { return describe(o), nil }
func (b *box) Show(_ context.Context, o som.Object) (string, error) { return describe(o), nil }
func (b *box) Take(context.Context) (som.Object, error)             { return newBall("blue", nil) }
func (b *box) Swap(_ context.Context, o som.Object) (som.Object, error) {
	return newBall("not "+describe(o), nil)
}
func (b *box) All(_ context.Context, all []som.Object) ([]som.Object, error) {
	for _, o := range all {
		if o != nil {
			if err := o.SOM().Retain(); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func newBall(colour string, within som.Object) (som.Object, error) {
	r, err := ballClass.New()
	if err != nil {
		return nil, err
	}
	b, _ := som.FindState[ball](r)
	b.colour, b.size, b.weight, b.round, b.within = colour, -5, 2.25, true, within
	return r, nil
}

func aBall(t *testing.T, colour string, within som.Object) som.Object {
	t.Helper()
	o, err := newBall(colour, within)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// aBox returns a box of another process as a client knows it that has its class, or is told of it.
func aBox(t *testing.T, server, client *somd.Domain) som.Ref {
	t.Helper()
	r, err := boxClass.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Release() })
	return remote(t, server, client, r)
}

// TestCopies passes objects as copies and as what they can be, in all directions, and counts what lives after.
func TestCopies(t *testing.T) {
	for _, told := range []bool{false, true} {
		server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
		server.Know(ballClass, streamio.Class)
		client.Know(ballClass, streamio.Class)
		if !told {
			client.Know(boxClass)
		}
		b := aBox(t, server, client)
		if (b.Class().DescendsFrom(boxClass)) == told {
			t.Fatalf("the class of the proxy is %v", b.Class().Order())
		}
		call := func(method string, args ...any) any {
			t.Helper()
			out, err := b.Invoke(t.Context(), method, args...)
			if err != nil {
				t.Errorf("%s: %v", method, err)
			}
			return out
		}
		check := func(what string, got, want any) {
			t.Helper()
			if got != want {
				t.Errorf("%s: got %v, want %v", what, got, want)
			}
		}
		before := balls.Load()
		red := aBall(t, "red", nil)
		full := aBall(t, "green", aBall(t, "yellow", nil))
		self := aBall(t, "odd", nil)
		state, _ := som.FindState[ball](self.SOM())
		state.within = self
		plain, err := boxClass.New()
		if err != nil {
			t.Fatal(err)
		}
		check("a copy", call("put", red), "a red ball")
		check("a copy with another in it", call("put", full), "a green ball with a yellow ball")
		check("a copy that holds itself", call("put", self), "a odd ball within itself")
		check("no copy", call("put", som.Ref{}), "nothing")
		check("a reference", call("show", red), "a proxy of Toys::Ball__Proxy")
		check("a copy, perhaps", call("look", red), "a red ball")
		check("what cannot be copied", call("look", plain), "a proxy of Toys::Box__Proxy")
		check("a proxy, perhaps", call("look", b), "a Toys::Box")
		check("nothing, perhaps", call("look", som.Ref{}), "nothing")
		taken := call("take").(som.Object)
		check("a copy that is returned", describe(taken), "a blue ball")
		swapped := call("swap", red).(som.Object)
		check("a copy for a copy", describe(swapped), "a not a red ball ball")
		some := []som.Object{red, nil, full, red, plain}
		var all []som.Object
		if told { // without generated code objects are Refs
			refs := make([]som.Ref, len(some))
			for i, o := range some {
				if o != nil {
					refs[i] = o.SOM()
				}
			}
			refs, _ = call("all", refs).([]som.Ref)
			for _, r := range refs {
				if all = append(all, r); r.IsNil() {
					all[len(all)-1] = nil
				}
			}
		} else {
			all, _ = call("all", some).([]som.Object)
		}
		if len(all) != 5 || describe(all[0]) != "a red ball" || all[1] != nil || describe(all[2]) != "a green ball with a yellow ball" || all[3].SOM() != all[0].SOM() || all[4].SOM() != plain.SOM() {
			t.Errorf("all: got %v", all)
		} else if all[0].SOM() == red.SOM() || all[0].SOM().Refs() != 2 {
			t.Errorf("the copy in two places has %d references", all[0].SOM().Refs())
		}
		for _, o := range append(all, red, full, self, plain, taken, swapped) {
			if o != nil {
				if err := o.SOM().Release(); err != nil {
					t.Error(err)
				}
			}
		}
		if err := errors.Join(client.Withdraw(plain)); !errors.Is(err, exc.ObjectNotExist) && err != nil {
			t.Error(err)
		}
		check("balls that live", balls.Load()-before, int64(0))
		if s := lastStream.Load(); s != nil {
			if _, err := s.ReadLong(t.Context()); err == nil {
				t.Error("a stream can be read when it has ended")
			}
		}
	}
}

// TestNotCopied passes what cannot be copied, and has copies come that cannot be read.
func TestNotCopied(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	server.Know(ballClass, streamio.Class)
	client.Know(boxClass, ballClass, streamio.Class)
	b := aBox(t, server, client)
	before := balls.Load()
	refused := func(what string, o som.Object, kind error, says string) {
		t.Helper()
		if _, err := b.Invoke(t.Context(), "put", o); !errors.Is(err, kind) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", what, err, says)
		}
	}
	plain, err := boxClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = plain.Release() }()
	refused("an object that is not streamable", plain, exc.BadParam, "does not descend from CosStream::Streamable")
	refused("a proxy", b, exc.BadParam, "only the process that has an object")
	for wrong, c := range map[string]struct {
		kind error
		says string
	}{"write": {exc.NoResources, ""}} {
		o := aBall(t, "red", nil)
		state, _ := som.FindState[ball](o.SOM())
		state.wrong = wrong
		refused(wrong, o, c.kind, c.says)
		_ = o.SOM().Release()
	}
	more := aBall(t, "read more", nil)
	refused("more is read than was written", more, exc.Marshal, "")
	_ = more.SOM().Release()
	less := aBall(t, "red", nil)
	state, _ := som.FindState[ball](less.SOM())
	state.wrong = "read less"
	if got, err := b.Invoke(t.Context(), "put", less); err != nil || got != "a red ball" {
		t.Errorf("less is read than was written: %v, %v", got, err)
	}
	_ = less.SOM().Release()

	deep := aBall(t, "0", nil)
	for range 200 {
		deep = aBall(t, "n", deep)
	}
	refused("balls within balls", deep, exc.Marshal, "value-depth")
	_ = deep.SOM().Release()
	if n := balls.Load() - before; n != 0 {
		t.Errorf("%d balls live", n)
	}

	blind := domain(t, somd.Config{})
	client2 := domain(t, somd.Config{})
	client2.Know(boxClass, ballClass, streamio.Class)
	b = aBox(t, blind, client2)
	red := aBall(t, "red", nil)
	refused("a server without the class", red, exc.Marshal, "no factory is known")
	if n := balls.Load() - before; n != 1 {
		t.Errorf("%d balls live", n)
	}
	_ = red.SOM().Release()
}

// TestCopiesOnTheWire calls a box as a CORBA client does that has custom valuetypes and abstract interfaces in its IDL.
func TestCopiesOnTheWire(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	server.Know(ballClass, streamio.Class)
	r, err := boxClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Release() }()
	exported, err := server.Export(r)
	if err != nil {
		t.Fatal(err)
	}
	ref := client.ORB().NewRef(exported.IOR())
	value := func(e *cdr.Encoder, id string) {
		m := e.BeginValue(new(int), []string{id}, true)
		e.String("grey")
		e.Short(1)
		e.Double(2)
		e.Boolean(false)
		e.Boolean(false) // what is within, which may be an object or a value
		e.NullValue()
		e.Char('x')
		e.Octet(200)
		e.Float(0.5)
		e.Long(-7)
		e.UShort(65535)
		e.ULong(4000000000)
		e.EndValue(m)
	}
	const ballID = "IDL:Toys/Ball:1.0"
	for _, x := range []struct {
		operation, want string
		put             func(*cdr.Encoder)
	}{
		{"put", "a grey ball", func(e *cdr.Encoder) { value(e, ballID) }},
		{"put", "nothing", func(e *cdr.Encoder) { e.NullValue() }},
		{"look", "a grey ball", func(e *cdr.Encoder) { e.Boolean(false); value(e, ballID) }},
		{"look", "a Toys::Box", func(e *cdr.Encoder) { e.Boolean(true); e.Object(ref, nil) }},
		{"look", "nothing", func(e *cdr.Encoder) { e.Boolean(false); e.NullValue() }},
		{"look", "nothing", func(e *cdr.Encoder) { e.Boolean(true); e.Object(nil, nil) }},
		{"put", "MARSHAL", func(e *cdr.Encoder) { value(e, "IDL:Toys/Box:1.0") }},                               // known, and not streamable
		{"put", "MARSHAL", func(e *cdr.Encoder) { value(e, "IDL:CosStream/StreamIO:1.0") }},                     // likewise
		{"put", "MARSHAL", func(e *cdr.Encoder) { value(e, "IDL:SOMObject:1.0") }},                              //
		{"put", "MARSHAL", func(e *cdr.Encoder) { value(e, "no id") }},                                          //
		{"put", "MARSHAL", func(e *cdr.Encoder) { e.EndValue(e.BeginValue(new(int), []string{ballID}, true)) }}, // no state
		{"put", "MARSHAL", func(e *cdr.Encoder) { e.EndValue(e.BeginValue(new(int), nil, true)) }},              // of the declared type, and none is
		{"put", "MARSHAL", func(e *cdr.Encoder) { e.ULong(0xffffffff); e.Long(-4) }},                            // leads nowhere
		{"put", "MARSHAL", func(e *cdr.Encoder) { e.ULong(7) }},                                                 // no tag
	} {
		c := orb.StartCall(t.Context(), ref, x.operation, 0)
		for c.Next() {
			x.put(&c.Out)
		}
		got := ""
		if c.Returned() {
			got = c.In.String()
		}
		if err := c.End(); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, x.want) {
			t.Errorf("%s: got %q, want %q", x.operation, got, x.want)
		}
	}
	c := orb.StartCall(t.Context(), ref, "take", 0)
	for c.Next() {
	}
	if c.Returned() {
		h := c.In.BeginValue()
		if h.Kind != cdr.NewValue || !h.Chunked || len(h.IDs) != 1 || h.IDs[0] != ballID {
			t.Errorf("take returns %+v", h)
		}
		if got := c.In.String(); got != "blue" {
			t.Errorf("its state begins with %q", got)
		}
		c.In.EndValue(h, true)
	}
	if err := c.End(); err != nil {
		t.Error(err)
	}
}
