package golang_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/emit/golang/testdata/four"
	"github.com/opendsom/dsom/emit/golang/testdata/stock"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

// What a program writes for valuetypes with operations: types that embed the state.
type (
	item struct{ stock.ItemState }
	sale struct{ stock.SaleState }
	sign struct{ stock.SignState }
	till struct {
		stock.TillState
		calls int
	}
	packed struct{ stock.PackedState }
)

func (i *item) Cheap(context.Context) (bool, error) { return i.Price < 10, nil }

func (i *item) Total(_ context.Context, count uint32) (float64, error) {
	if count == 0 {
		return 0, &stock.Empty{What: i.Name}
	}
	return float64(count) * i.Price, nil
}

func (s *sale) Cheap(context.Context) (bool, error) { return true, nil }

func (s *sale) Total(_ context.Context, count uint32) (float64, error) {
	return float64(count) * (s.Price - s.Discount), nil
}

func (s *sign) Describe(_ context.Context, loudly bool) (string, error) {
	if loudly {
		return strings.ToUpper(s.Text), nil
	}
	return s.Text, nil
}

func (t *till) PriceOf(_ context.Context, what string) (float64, error) {
	for _, i := range t.Items {
		if i.AsItem().Name == what {
			return i.AsItem().Price, nil
		}
	}
	return 0, nil
}

func (t *till) Describe(context.Context, bool) (string, error) { return "a till", nil }

func (t *till) Count(context.Context) (int32, error) { t.calls++; return int32(len(t.Items)), nil }

func (p *packed) MarshalCustom(e *cdr.Encoder) error {
	for _, n := range p.Numbers {
		e.Boolean(true)
		e.Short(int16(n))
	}
	e.Boolean(false)
	return nil
}

func (p *packed) UnmarshalCustom(d *cdr.Decoder) error {
	for d.Boolean() {
		p.Numbers = append(p.Numbers, int32(d.Short()))
	}
	return nil
}

// registerFactories tells o what the program makes of the values it receives.
func registerFactories(o *orb.ORB) {
	stock.ItemType.Register(o, func() stock.Item { return new(item) })
	stock.SaleType.Register(o, func() stock.Sale { return new(sale) })
	stock.SignType.Register(o, func() stock.Sign { return new(sign) })
	stock.TillType.Register(o, func() stock.Till { return new(till) })
	stock.PackedType.Register(o, func() stock.Packed { return new(packed) })
	stock.TagType.Register(o)
	stock.NoteType.Register(o, nil)
	stock.LetterType.Register(o, nil)
}

// office echoes.
type office struct {
	stock.OfficeBase
	none stock.Nothing
}

func (o *office) TakeNote(_ context.Context, n, other stock.Note) (stock.Note, stock.Note, stock.Note, error) {
	return n, other, n, nil
}
func (o *office) TakeNode(_ context.Context, n stock.Node) (stock.Node, error)       { return n, nil }
func (o *office) TakeItem(_ context.Context, i stock.Item) (stock.Item, error)       { return i, nil }
func (o *office) TakePacked(_ context.Context, p stock.Packed) (stock.Packed, error) { return p, nil }
func (o *office) TakeNumbers(_ context.Context, n *stock.Numbers, t *stock.Tag) (*stock.Numbers, stock.Label, error) {
	return n, t, nil
}
func (o *office) TakeRates(_ context.Context, r *stock.Rates) (*stock.Rates, error) { return r, nil }
func (o *office) TakeHappened(_ context.Context, h stock.Happened) (stock.Happened, error) {
	return h, nil
}
func (o *office) TakeSomething(_ context.Context, v orb.Value) (orb.Value, error) { return v, nil }
func (o *office) TakeThing(_ context.Context, d stock.Described) (stock.Described, error) {
	return d, nil
}
func (o *office) TakeBundle(_ context.Context, b stock.Bundle) (stock.Bundle, error) { return b, nil }
func (o *office) TakeMore(_ context.Context, a dyn.Any) (dyn.Any, error)             { return a, nil }
func (o *office) TakeCounter(_ context.Context, t stock.Till) (stock.Counter, error) { return t, nil }
func (o *office) Refuse(context.Context) error {
	return &stock.Office_Lost{Last: note("last"), Why: &stock.Tag{Value: "gone"}}
}
func (o *office) None(context.Context) (stock.Nothing, error) { return o.none, nil }
func (o *office) SetNone(_ context.Context, n stock.Nothing) error {
	o.none = n
	return nil
}

func note(text string) *stock.NoteState { return &stock.NoteState{Text: text, Serial: 7} }

// newOffice returns a stub of an office: of another process's, or of one in the client's own.
func newOffice(t *testing.T, server, client orb.Config, local bool) stock.Office {
	t.Helper()
	server.Listen, client.Listen = []string{"tcp:127.0.0.1:0"}, []string{"tcp:127.0.0.1:0"}
	s := newORB(t, server)
	registerFactories(s)
	ref, err := stock.OfficeClass.Activate(poa.New(s), &office{})
	if err != nil {
		t.Fatal(err)
	}
	c := s
	if !local {
		c = newORB(t, client)
		poa.New(c)
		registerFactories(c)
	}
	o, err := stock.OfficeClass.Bind(t.Context(), c, ref.String())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestValueCalls passes values both ways: shared ones stay shared, circles closed, derived ones
// what they are, and null is null.
func TestValueCalls(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server, client orb.Config
		local          bool
	}{
		"little":    {},
		"big":       {server: orb.Config{BigEndian: true}, client: orb.Config{BigEndian: true}},
		"mixed":     {client: orb.Config{BigEndian: true}},
		"fragments": {server: orb.Config{FragmentSize: 64}, client: orb.Config{FragmentSize: 64}},
		"local":     {local: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, c.server, c.client, c.local)
			passNotes(t, o)
			passGraphs(t, o)
			passOperations(t, o)
			passBoxes(t, o)
			passAbstract(t, o)
			passBundle(t, o)
			passAnys(t, o)
		})
	}
}

func passNotes(t *testing.T, o stock.Office) {
	ctx := t.Context()
	shared := note("one")
	n, other, third, err := o.TakeNote(ctx, shared, shared)
	if err != nil || n != other || n != third || *n.AsNote() != *shared {
		t.Errorf("a note that is passed twice arrives as %p, %p and %p: %v", n, other, third, err)
	}
	n, other, third, err = o.TakeNote(ctx, note("one"), note("one"))
	if err != nil || n == other || n != third {
		t.Errorf("two equal notes arrive as %p, %p and %p: %v", n, other, third, err)
	}
	n, other, third, err = o.TakeNote(ctx, nil, nil)
	if err != nil || n != nil || other != nil || third != nil {
		t.Errorf("null arrives as %v, %v, %v: %v", n, other, third, err)
	}
	secret := &stock.SecretState{NoteState: *note("s"), Word: "sesame"}
	registered := &stock.RegisteredState{LetterState: stock.LetterState{NoteState: *note("r"), Enclosed: secret, Greeting: "hé"}, Seal: []byte{1, 2}, Receipt: secret}
	n, other, _, err = o.TakeNote(ctx, registered, secret)
	got, ok := n.(*stock.RegisteredState)
	if err != nil || !ok || !reflect.DeepEqual(got, registered) || got.Enclosed != got.Receipt || got.Enclosed != other {
		t.Errorf("a derived note arrives as %+v and %+v: %v", n, other, err)
	}
	var lost *stock.Office_Lost
	if err := o.Refuse(ctx); !errors.As(err, &lost) || lost.Last.AsNote().Text != "last" || lost.Why.Value != "gone" {
		t.Errorf("Refuse: %v", err)
	}
	if err := o.SetNone(ctx, &stock.NothingState{}); err != nil {
		t.Error(err)
	}
	if n, err := o.None(ctx); err != nil || n == nil {
		t.Errorf("an empty value arrives as %v: %v", n, err)
	}
	if h, err := o.TakeHappened(ctx, &stock.HappenedState{What: "it"}); err != nil || h.AsHappened().What != "it" {
		t.Errorf("an event arrives as %v: %v", h, err)
	}
	if _, _, _, err := o.TakeNote(ctx, (*stock.NoteState)(nil), nil); !errors.Is(err, exc.BadParam) {
		t.Errorf("a typed nil: %v", err)
	}
}

func passGraphs(t *testing.T, o stock.Office) {
	a, b := &stock.NodeState{Id: 1}, &stock.NodeState{Id: 2}
	a.Next, b.Next, a.Others = b, a, []stock.Node{b, nil, a}
	n, err := o.TakeNode(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	got := n.AsNode()
	if got.Next.AsNode().Next != n || got.Others[0] != got.Next || got.Others[1] != nil || got.Others[2] != n || got.Id != 1 {
		t.Errorf("a circle arrives as %+v", got)
	}
	var deep stock.Node
	for range 100 {
		deep = &stock.NodeState{Next: deep}
	}
	if _, err := o.TakeNode(t.Context(), deep); !errors.Is(err, exc.Marshal) || !strings.Contains(err.Error(), "value-depth") {
		t.Errorf("a chain of 100: %v", err)
	}
}

func passOperations(t *testing.T, o stock.Office) {
	ctx := t.Context()
	i, err := o.TakeItem(ctx, &item{stock.ItemState{Name: "nail", Price: 2, Flags: 3}})
	if err != nil {
		t.Fatal(err)
	}
	if total, err := i.Total(ctx, 3); err != nil || total != 6 || i.AsItem().Flags != 3 {
		t.Errorf("total of %+v: %v, %v", i, total, err)
	}
	var empty *stock.Empty
	if _, err := i.Total(ctx, 0); !errors.As(err, &empty) {
		t.Errorf("got %v", err)
	}
	i, err = o.TakeItem(ctx, &sale{stock.SaleState{ItemState: stock.ItemState{Name: "nail", Price: 2}, Discount: 0.5, Remark: note("cheap")}})
	if s, ok := i.(*sale); err != nil || !ok || s.Remark.AsNote().Text != "cheap" {
		t.Fatalf("a sale arrives as %+v: %v", i, err)
	}
	if total, err := i.Total(ctx, 2); err != nil || total != 3 {
		t.Errorf("total of a sale: %v, %v", total, err)
	}
	p, err := o.TakePacked(ctx, &packed{stock.PackedState{Numbers: []int32{1, -2, 3}}})
	if err != nil || !slices.Equal(p.AsPacked().Numbers, []int32{1, -2, 3}) {
		t.Errorf("a custom value arrives as %+v: %v", p, err)
	}
	// A value that supports an interface is sent as a value, and returned as an object.
	counter, err := o.TakeCounter(ctx, &till{TillState: stock.TillState{Items: []stock.Item{i, i}}})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := counter.Count(ctx); err != nil || n != 2 {
		t.Errorf("count: %d, %v", n, err)
	}
	if _, isStub := counter.(orb.Object); !isStub {
		t.Errorf("the till came back as %T", counter)
	}
}

func passBoxes(t *testing.T, o stock.Office) {
	ctx := t.Context()
	n, label, err := o.TakeNumbers(ctx, &stock.Numbers{Value: []int32{1, 2}}, &stock.Tag{Value: "x"})
	if err != nil || !slices.Equal(n.Value, []int32{1, 2}) || label.Value != "x" {
		t.Errorf("boxes arrive as %v, %v: %v", n, label, err)
	}
	if n, label, err = o.TakeNumbers(ctx, nil, nil); err != nil || n != nil || label != nil {
		t.Errorf("no boxes arrive as %v, %v: %v", n, label, err)
	}
	v, err := o.TakeSomething(ctx, &stock.Tag{Value: "any"})
	if tag, ok := v.(*stock.Tag); err != nil || !ok || tag.Value != "any" {
		t.Errorf("a box as ValueBase arrives as %v: %v", v, err)
	}
	if v, err = o.TakeSomething(ctx, nil); err != nil || v != nil {
		t.Errorf("null as ValueBase arrives as %v: %v", v, err)
	}
	if _, err = o.TakeSomething(ctx, &stock.Numbers{}); !errors.Is(err, exc.Marshal) || !strings.Contains(err.Error(), "no factory") && !strings.Contains(err.Error(), "0x4f4d0001") {
		t.Errorf("a type that nobody has registered: %v", err)
	}
}

func passAbstract(t *testing.T, o stock.Office) {
	ctx := t.Context()
	d, err := o.TakeThing(ctx, &sign{stock.SignState{Text: "way out"}})
	if _, ok := d.(*sign); err != nil || !ok {
		t.Fatalf("a value arrives as %T: %v", d, err)
	}
	if text, err := d.Describe(ctx, true); err != nil || text != "WAY OUT" {
		t.Errorf("described as %q, %v", text, err)
	}
	d, err = o.TakeThing(ctx, &counting{n: 5})
	if _, ok := d.(orb.Object); err != nil || !ok {
		t.Fatalf("an object arrives as %T: %v", d, err)
	}
	if text, err := d.Describe(ctx, false); err != nil || text != "an object" {
		t.Errorf("described as %q, %v", text, err)
	}
	c, err := stock.CounterClass.Narrow(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.Count(ctx); err != nil || n != 5 {
		t.Errorf("narrowed, it counts %d: %v", n, err)
	}
	if d, err = o.TakeThing(ctx, d); err != nil || d == nil {
		t.Errorf("a stub arrives as %v: %v", d, err)
	}
	if d, err = o.TakeThing(ctx, nil); err != nil || d != nil {
		t.Errorf("nothing arrives as %v: %v", d, err)
	}
}

// counting is an object that is described from afar.
type counting struct {
	stock.CounterBase
	n int32
}

func (c *counting) Count(context.Context) (int32, error)           { return c.n, nil }
func (c *counting) Describe(context.Context, bool) (string, error) { return "an object", nil }

func passBundle(t *testing.T, o stock.Office) {
	n, tag := note("n"), &stock.Tag{Value: "t"}
	in := stock.Bundle{
		First: n, Second: n, Label: tag, Where: &stock.Place{Value: stock.Point{X: 1, Y: 2}}, Something: n,
		Thing: &sign{stock.SignState{Text: "s"}}, Which: stock.NewFound_ANote(n), List: stock.Notes{n, nil}, Pair: [2]stock.Note{n, note("n")},
		More: stock.NoteType.Any(n),
	}
	out, err := o.TakeBundle(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	arm, _ := out.Which.ANote()
	for i, v := range []any{out.Second, out.Something, arm, out.List[0], out.Pair[0]} {
		if v != any(out.First) {
			t.Errorf("place %d has another note than the first: %v", i, v)
		}
	}
	if out.Pair[1] == out.First || out.List[1] != nil || out.Label.Value != "t" || out.Where.Value.Y != 2 {
		t.Errorf("got %+v", out)
	}
	if inAny, err := stock.NoteType.From(out.More); err != nil || *inAny.AsNote() != *n {
		t.Errorf("the any has %v, %v", inAny, err)
	}
	out, err = o.TakeBundle(t.Context(), stock.Bundle{})
	if err != nil || out.First != nil || out.Label != nil || out.Something != nil || out.Thing != nil {
		t.Errorf("an empty bundle arrives as %+v: %v", out, err)
	}
}

func passAnys(t *testing.T, o stock.Office) {
	ctx := t.Context()
	circle := &stock.NodeState{Id: 1}
	circle.Next = circle
	s := &sale{stock.SaleState{ItemState: stock.ItemState{Name: "a"}, Remark: note("b")}}
	for _, a := range []dyn.Any{
		stock.NodeType.Any(circle), stock.ItemType.Any(s), stock.SaleType.Any(s), stock.TagType.Any(&stock.Tag{Value: "x"}),
		stock.NoteType.Any(nil), stock.DescribedClass.Any(&sign{stock.SignState{Text: "t"}}),
		stock.BundleType.Any(stock.Bundle{First: note("x")}), stock.MemoType.Any(note("m")), stock.HappenedType.Any(&stock.HappenedState{What: "h"}),
	} {
		if a.Err() != nil {
			t.Errorf("%v: %v", a.Type(), a.Err())
			continue
		}
		b, err := o.TakeMore(ctx, a)
		if err != nil || !dyn.Equal(a, b) {
			t.Errorf("%v arrives as %v: %v", a.Type(), b.Value(), err)
		}
	}
	a, err := o.TakeMore(ctx, stock.ItemType.Any(s))
	if err != nil {
		t.Fatal(err)
	}
	got, err := stock.ItemType.From(a)
	if back, ok := got.(*sale); err != nil || !ok || back.Remark.AsNote().Text != "b" {
		t.Errorf("from the any: %+v, %v", got, err)
	}
	if a, err = o.TakeMore(ctx, stock.NodeType.Any(circle)); err != nil {
		t.Fatal(err)
	}
	n, err := stock.NodeType.From(a)
	if err != nil || n.AsNode().Next != n {
		t.Errorf("from the any: %+v, %v", n, err)
	}
	a = stock.PackedType.Any(&packed{stock.PackedState{Numbers: []int32{1, 2, 3}}})
	b, err := o.TakeMore(ctx, a)
	if err != nil || !dyn.Equal(a, b) {
		t.Fatalf("a custom value arrives as %v, %v", b.Value(), err)
	}
	if p, err := stock.PackedType.From(b); err != nil || len(p.AsPacked().Numbers) != 3 {
		t.Errorf("from the any: %+v, %v", p, err)
	}
}

// TestDynamicValues passes values without generated code, as JSON, to what is generated.
func TestDynamicValues(t *testing.T) {
	t.Parallel()
	server := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	registerFactories(server)
	target, err := stock.OfficeClass.Activate(poa.New(server), &office{})
	if err != nil {
		t.Fatal(err)
	}
	spec := compile(t, readIDL(t, "values.idl"), "values.idl")
	client := newORB(t, orb.Config{})
	if err := dii.KnowValues(client, spec); err != nil {
		t.Fatal(err)
	}
	ref, err := client.Resolve(t.Context(), target.String())
	if err != nil {
		t.Fatal(err)
	}
	types := func(name string) *typecode.TypeCode {
		if d := spec.Lookup(name); d != nil {
			tc, _ := model.TypeCodeOf(d)
			return tc
		}
		return nil
	}
	for _, c := range []struct{ operation, arg string }{
		{"take_node", `{"_type":"Stock::Node","id":1,"next":{"_ref":""},"others":[{"_ref":""},null]}`},
		{"take_something", `{"_type":"Stock::Letter","text":"a","serial":1,"enclosed":{"_type":"Stock::Note","text":"b","serial":2},"greeting":"hi"}`},
		{"take_thing", `{"_type":"Stock::Sign","text":"this way"}`},
		{"take_item", `{"_type":"Stock::Sale","name":"nail","price":1.5,"flags":3,"discount":0.5,"remark":null}`},
		{"take_thing", `null`},
	} {
		sig, err := dii.Of(spec.Lookup("Stock::Office::" + c.operation).(*model.Operation))
		if err != nil {
			t.Fatal(err)
		}
		a, err := dyn.UnmarshalJSON(sig.Params[0].Type, []byte(c.arg), dyn.JSONOptions{Types: types})
		if err != nil {
			t.Errorf("%s: %v", c.operation, err)
			continue
		}
		results, err := dii.Call(t.Context(), ref, sig, a)
		if err != nil {
			t.Errorf("%s: %v", c.operation, err)
			continue
		}
		if got, err := dyn.MarshalJSON(results.Return); err != nil || string(got) != c.arg {
			t.Errorf("%s: got %s (%v)\nwant %s", c.operation, got, err, c.arg)
		}
	}
}

// TestUnknownDerived: who knows the base alone gets that of a value that may be truncated, and an
// error instead of any other.
func TestUnknownDerived(t *testing.T) {
	t.Parallel()
	const id = "IDL:Stock/Newer:1.0"
	for _, little := range []bool{false, true} {
		put := func(bases ...string) []byte {
			e := cdr.NewEncoder(nil, little, alone)
			e.Value(&newer{*note("text"), &cdr.ValueType{ID: id, Bases: bases}, note("inside")}, stock.NoteType.ValueType())
			e.Long(9)
			if e.Err() != nil {
				t.Fatal(e.Err())
			}
			return e.Bytes()
		}
		d := cdr.NewDecoder(put("IDL:Stock/Note:1.0"), little, alone)
		n := stock.NoteType.Get(d)
		if d.Err() != nil || *n.AsNote() != *note("text") || d.Long() != 9 {
			t.Errorf("got %+v, %v", n, d.Err())
		}
		d = cdr.NewDecoder(put(), little, alone)
		if n := stock.NoteType.Get(d); n != nil || d.Err() == nil || !strings.Contains(d.Err().Error(), id) {
			t.Errorf("got %+v, %v", n, d.Err())
		}
	}
	e := cdr.NewEncoder(nil, true, alone)
	e.Value(&stock.NodeState{}, nil)
	d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16, Values: nodesAlone{}})
	if n := stock.NoteType.Get(d); n != nil || !errors.Is(d.Err(), exc.Marshal) || !strings.Contains(d.Err().Error(), "stands where IDL:Stock/Note:1.0 is declared") {
		t.Errorf("a node for a note: %v, %v", n, d.Err())
	}
}

type nodesAlone struct{}

func (nodesAlone) ValueType(string) *cdr.ValueType { return stock.NodeType.ValueType() }

// newer is a note of a later release.
type newer struct {
	stock.NoteState
	typ  *cdr.ValueType
	more stock.Note
}

func (n *newer) IDLValue() *cdr.ValueType { return n.typ }
func (n *newer) MarshalState(e *cdr.Encoder) {
	n.NoteState.MarshalState(e)
	stock.NoteType.Put(e, n.more)
	e.Double(1)
}

// FuzzValuetypes reads anything as values, and as types of IDL 4. What can be read can be
// written, and is then the same.
func FuzzValuetypes(f *testing.F) {
	shared := note("shared")
	circle := &stock.NodeState{Id: 1}
	circle.Next, circle.Others = circle, []stock.Node{circle, nil}
	for _, little := range []bool{false, true} {
		add := func(which byte, put func(*cdr.Encoder)) {
			e := cdr.NewEncoder(nil, little, alone)
			put(e)
			if e.Err() != nil {
				f.Fatal(e.Err())
			}
			f.Add(e.Bytes(), little, which)
		}
		add(0, func(e *cdr.Encoder) {
			stock.NoteType.Put(e, &stock.RegisteredState{LetterState: stock.LetterState{NoteState: *shared, Enclosed: shared}, Receipt: shared})
		})
		add(1, func(e *cdr.Encoder) { stock.NodeType.Put(e, circle) })
		add(2, func(e *cdr.Encoder) {
			stock.BundleType.Put(e, stock.Bundle{First: shared, Second: shared, Label: &stock.Tag{Value: "x"}, More: stock.NodeType.Any(circle)})
		})
		add(3, func(e *cdr.Encoder) { four.HolderType.Put(e, holder()) })
	}
	f.Fuzz(func(t *testing.T, octets []byte, little bool, which byte) {
		switch which % 4 {
		case 0:
			again(t, stock.NoteType.Type, octets, little)
		case 1:
			again(t, stock.NodeType.Type, octets, little)
		case 2:
			again(t, stock.BundleType, octets, little)
		case 3:
			again(t, four.HolderType, octets, little)
		}
	})
}
