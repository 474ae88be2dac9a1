package dyn_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/dyn/dynany"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/bounded"
	"github.com/opendsom/dsom/limits"
	tc "github.com/opendsom/dsom/typecode"
)

// vertex is, as the compiler would have it:
//
//	valuetype Vertex { public long id; public Vertex a; public any x; public sequence<any> xs; public Vertex b; };
type vertex struct {
	id   int32
	a, b *vertex
	x    dyn.Any
	xs   []dyn.Any
}

var vertexCode = tc.Value("IDL:G/Vertex:1.0", "Vertex", 0, nil,
	tc.State{Name: "id", Type: tc.Long, Public: true}, tc.State{Name: "a", Type: tc.Recursive("IDL:G/Vertex:1.0"), Public: true},
	tc.State{Name: "x", Type: tc.Any, Public: true}, tc.State{Name: "xs", Type: tc.Sequence(tc.Any, 0), Public: true},
	tc.State{Name: "b", Type: tc.Recursive("IDL:G/Vertex:1.0"), Public: true})

var vertexInfo = &cdr.ValueType{ID: vertexCode.ID(), New: func() cdr.Value { return new(vertex) }, TypeCode: vertexCode}

var vertexType = dyn.NewType(vertexCode, putVertex, getVertex)

func putVertex(e *cdr.Encoder, v *vertex) {
	if v == nil {
		e.NullValue()
		return
	}
	e.Value(v, vertexInfo)
}

func getVertex(d *cdr.Decoder) *vertex {
	v, _ := d.Value(vertexInfo).(*vertex)
	return v
}

func (*vertex) IDLValue() *cdr.ValueType { return vertexInfo }

func (v *vertex) MarshalState(e *cdr.Encoder) {
	e.Long(v.id)
	putVertex(e, v.a)
	dyn.PutAny(e, v.x)
	e.Count(len(v.xs))
	for _, x := range v.xs {
		dyn.PutAny(e, x)
	}
	putVertex(e, v.b)
}

func (v *vertex) UnmarshalState(d *cdr.Decoder) {
	v.id, v.a, v.x = d.Long(), getVertex(d), dyn.GetAny(d)
	for range d.Count(4) {
		if v.xs = append(v.xs, dyn.GetAny(d)); d.Err() != nil {
			return
		}
	}
	v.b = getVertex(d)
}

// randomGraph returns two vertices of a graph whose edges are members and anys.
func randomGraph(r *rand.Rand) []*vertex {
	all := make([]*vertex, 1+r.IntN(7))
	for i := range all {
		all[i] = &vertex{id: int32(i)}
	}
	pick := func() *vertex {
		if r.IntN(3) == 0 {
			return nil
		}
		return all[r.IntN(len(all))]
	}
	held := func() dyn.Any {
		if v := pick(); v != nil {
			return dyn.Hold(vertexCode, v)
		}
		return dyn.Long.Any(r.Int32())
	}
	for _, v := range all {
		v.a, v.b, v.x = pick(), pick(), held()
		for range r.IntN(3) {
			v.xs = append(v.xs, held())
		}
	}
	return []*vertex{all[0], all[len(all)-1]}
}

// A relay reads two vertices and writes them again.
type relay struct {
	name string
	pass func(d *cdr.Decoder, e *cdr.Encoder)
}

var relays = []relay{
	{"as generated code", func(d *cdr.Decoder, e *cdr.Encoder) {
		v, w := getVertex(d), getVertex(d)
		putVertex(e, v)
		putVertex(e, w)
	}},
	{"as anys", func(d *cdr.Decoder, e *cdr.Encoder) {
		v, w := dyn.GetValue(d, vertexCode), dyn.GetValue(d, vertexCode)
		dyn.PutValue(e, v)
		dyn.PutValue(e, w)
	}},
	{"an any first", func(d *cdr.Decoder, e *cdr.Encoder) {
		v, w := dyn.GetValue(d, vertexCode), getVertex(d)
		dyn.PutValue(e, v)
		putVertex(e, w)
	}},
	{"an any behind", func(d *cdr.Decoder, e *cdr.Encoder) {
		v, w := getVertex(d), dyn.GetValue(d, vertexCode)
		putVertex(e, v)
		dyn.PutValue(e, w)
	}},
}

// TestIdentity: what is one value in a message, in anys and outside of them, is one in the message in which it goes on: generated
// code makes the same octets of both.
func TestIdentity(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for n := range 400 {
		g := randomGraph(r)
		little := r.IntN(2) == 0
		e := cdr.NewEncoder(nil, little, nil)
		putVertex(e, g[0])
		putVertex(e, g[1])
		if e.Err() != nil {
			t.Fatal(e.Err())
		}
		for _, way := range relays {
			d := cdr.NewDecoder(e.Bytes(), little, nil)
			again := cdr.NewEncoder(nil, little, nil)
			way.pass(d, again)
			if d.Err() != nil || d.Remaining() != 0 || again.Err() != nil {
				t.Fatalf("seed %d, graph %d, %s: %v, %v, %x", seed, n, way.name, d.Err(), again.Err(), e.Bytes())
			}
			d, last := cdr.NewDecoder(again.Bytes(), little, nil), cdr.NewEncoder(nil, little, nil)
			relays[0].pass(d, last) // who knows the types leaves out what they are called
			if d.Err() != nil || !bytes.Equal(last.Bytes(), e.Bytes()) {
				t.Fatalf("seed %d, graph %d, %s: %v\n%x became\n%x", seed, n, way.name, d.Err(), e.Bytes(), last.Bytes())
			}
		}
		checkWhole(t, fmt.Sprintf("seed %d, graph %d", seed, n), g[0])
	}
}

// checkWhole looks into an any that holds v in all ways that there are.
func checkWhole(t *testing.T, what string, v *vertex) {
	t.Helper()
	held, copied := dyn.Hold(vertexCode, v), vertexType.Any(v)
	if got, err := vertexType.From(held); err != nil || got != v {
		t.Errorf("%s: the any that holds a value is another, %v", what, err)
	}
	if got, err := vertexType.From(copied); err != nil || got == v || got.id != v.id {
		t.Errorf("%s: the copy is %p, %v", what, got, err)
	}
	if !dyn.Equal(held, copied) || !dyn.Equal(held.Whole(), held) {
		t.Errorf("%s: what is held is not equal to its copy", what)
	}
	text, err := dyn.MarshalJSON(held)
	if other, err2 := dyn.MarshalJSON(copied); err != nil || err2 != nil || !bytes.Equal(text, other) || !json.Valid(text) {
		t.Errorf("%s: as JSON %s, %v, but the copy %s, %v", what, text, err, other, err2)
	}
	taken, err := dynany.Of(held)
	if err != nil {
		t.Fatal(err)
	}
	back, err := taken.Any()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if got, err := vertexType.From(back); err != nil || members(got, nil) != members(v, nil) {
		t.Errorf("%s: taken apart and put together it is another graph, %v", what, err)
	}
}

// members prints a graph without its anys.
func members(v *vertex, seen map[*vertex]bool) string {
	if seen == nil {
		seen = map[*vertex]bool{}
	}
	if v == nil || seen[v] {
		return fmt.Sprint(v != nil && seen[v])
	}
	seen[v] = true
	return fmt.Sprintf("%d{%s %s}", v.id, members(v.a, seen), members(v.b, seen))
}

// TestHeldValues says what is one Go value with what.
func TestHeldValues(t *testing.T) {
	t.Parallel()
	received := func(v *vertex) *vertex {
		t.Helper()
		e := cdr.NewEncoder(nil, false, nil)
		putVertex(e, v)
		d := cdr.NewDecoder(e.Bytes(), false, nil)
		got := getVertex(d)
		if e.Err() != nil || d.Err() != nil {
			t.Fatal(e.Err(), d.Err())
		}
		return got
	}
	in := func(a dyn.Any) *vertex {
		t.Helper()
		v, err := vertexType.From(a)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	self := &vertex{id: 1, b: &vertex{id: 2}}
	self.x = dyn.Hold(vertexCode, self)
	if got := received(self); in(got.x) != got || in(got.x).b.id != 2 {
		t.Error("an any that holds the value around it holds another")
	}
	member := &vertex{id: 3}
	if got := received(&vertex{a: member, x: dyn.Hold(vertexCode, member)}); in(got.x) != got.a {
		t.Error("an any that holds a member before it holds another")
	}
	if got := received(&vertex{x: dyn.Hold(vertexCode, member), b: member}); in(got.x) != got.b {
		t.Error("an any that holds a member behind it holds another")
	}
	between := &vertex{id: 4, a: member}
	if got := received(&vertex{x: dyn.Hold(vertexCode, between), b: member}); in(got.x).a != got.b {
		t.Error("a value in an any holds another than the member behind it")
	}
	odd := dyn.NewType(tc.ValueBase, func(e *cdr.Encoder, v cdr.Value) { e.Value(v, nil) }, func(d *cdr.Decoder) cdr.Value { return d.Value(nil) })
	e := cdr.NewEncoder(nil, true, nil)
	dyn.PutAny(e, vertexType.Any(&vertex{a: member})) // which does not say that it is a Vertex
	stands := bytes.Index(e.Bytes(), []byte{0, 0xff, 0xff, 0x7f, 3, 0, 0, 0})
	for range 2 {
		e.ULong(0xffffffff)
		e.Long(int32(stands - e.Len()))
	}
	for _, first := range []bool{false, true} {
		d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Values: vertices{}})
		outer := in(dyn.GetAny(d))
		var a dyn.Any
		if first {
			a = dyn.GetValue(d, tc.ValueBase)
		}
		v, isVertex := odd.Get(d).(*vertex)
		if !isVertex || v.id != 3 || outer.a.id != 3 || first && a.Value() != any(v) {
			t.Errorf("what is a Vertex by declaration is %v where any value is, %v", v, d.Err())
		}
	}
	v, isValue := received(self).x.Value().(*vertex)
	if !isValue || v.id != 1 {
		t.Errorf("the value of an any that holds one is %v", v)
	}
	if a := dyn.Hold(nodeType, self); a.Err() == nil {
		t.Error("a Vertex is held as a Node")
	}
}

// vertices is an ORB that knows them, and cust.
type vertices struct{}

func (vertices) ValueType(id string) *cdr.ValueType {
	if id == vertexInfo.ID {
		return vertexInfo
	}
	return customs{}.ValueType(id)
}

// TestCustomCircle: a custom value in an any leads to the value that the any is a member of.
func TestCustomCircle(t *testing.T) {
	t.Parallel()
	env := &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1, Wide: codeset.UTF16, Values: vertices{}}
	v := &vertex{id: 1, b: &vertex{id: 2}}
	v.x = dyn.Hold(custType, &cust{text: "c", next: v})
	for _, a := range []dyn.Any{dyn.Hold(vertexCode, v), vertexType.Any(v), must(dyn.Of(vertexCode, v))} {
		for n := range 3 { // it goes on
			e := cdr.NewEncoder(nil, false, env)
			dyn.PutAny(e, a)
			d := cdr.NewDecoder(e.Bytes(), false, env)
			if a = dyn.GetAny(d); d.Err() != nil || strings.Count(string(e.Bytes()), "c\x00") != 1 {
				t.Fatalf("sent %d times: %v, %x", n, d.Err(), e.Bytes())
			}
		}
		got, err := vertexType.From(a)
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := got.x.Value().(*cust); !ok || c.next != cdr.Value(got) || got.b.id != 2 {
			t.Errorf("the circle is open: %v, %v", c, got)
		}
	}
}

// irregular writes several graphs of values with many anys each, that hold any of the others.
func irregular(e *cdr.Encoder, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range 3 {
		all := make([]*vertex, 5+r.IntN(40))
		for i := range all {
			all[i] = &vertex{id: int32(i)}
		}
		most := 3 + r.IntN(30)
		pick := func() *vertex { return all[r.IntN(len(all))] }
		for _, v := range all {
			v.x = dyn.Hold(vertexCode, pick())
			if r.IntN(5) > 0 {
				v.a = pick()
			}
			if r.IntN(5) > 0 {
				v.b = pick()
			}
			for range r.IntN(most) {
				v.xs = append(v.xs, dyn.Hold(vertexCode, pick()))
			}
		}
		all[0].a = pick()
		putVertex(e, all[0])
	}
}

// TestIrregularGraphs: such graphs are read in no more time and memory than their octets allow, and stay what they are.
func TestIrregularGraphs(t *testing.T) { // not parallel: memory is counted
	bound := bounded.Bound{PerOctet: 128, Least: 1 << 20, Time: anyBound.Time, Patience: bounded.Patience}
	for seed := range uint64(8) {
		e := cdr.NewEncoder(nil, true, nil)
		irregular(e, seed)
		for _, way := range relays {
			d, again := cdr.NewDecoder(e.Bytes(), true, nil), cdr.NewEncoder(nil, true, nil)
			bound.Run(t, e.Len(), func() {
				way.pass(d, again)
				putVertex(again, getVertex(d))
			})
			last := cdr.NewEncoder(nil, true, nil)
			back := cdr.NewDecoder(again.Bytes(), true, nil)
			for range 3 {
				putVertex(last, getVertex(back))
			}
			if d.Err() != nil || again.Err() != nil || back.Err() != nil || !bytes.Equal(last.Bytes(), e.Bytes()) {
				t.Fatalf("seed %d, %s: %v, %v, %v", seed, way.name, d.Err(), again.Err(), back.Err())
			}
		}
		var a dyn.Any
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		bound.Run(t, e.Len(), func() { a = dyn.GetValue(d, vertexCode) })
		bound.Run(t, e.Len(), func() {
			if _, err := a.Unpack(); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
		bound.Run(t, e.Len(), func() {
			if _, err := vertexType.From(a); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
}

// TestChainOfAnys: values that are each in an any of their own, and lead to the one before, nest where one of the anys is used without the
// others. That is limited, as it is for who receives it then.
func TestChainOfAnys(t *testing.T) {
	t.Parallel()
	const n = 20000
	e := cdr.NewEncoder(nil, true, nil)
	var before *vertex
	var kept []*vertex
	for i := range n {
		v := &vertex{id: int32(i), a: before}
		dyn.PutAny(e, dyn.Hold(vertexCode, v))
		before, kept = v, append(kept, v)
	}
	d := cdr.NewDecoder(e.Bytes(), true, nil)
	all := make([]dyn.Any, n)
	for i := range all {
		all[i] = dyn.GetAny(d)
	}
	together := cdr.NewEncoder(nil, true, nil)
	for _, a := range all {
		dyn.PutAny(together, a)
	}
	if d.Err() != nil || together.Err() != nil || !bytes.Equal(together.Bytes(), e.Bytes()) {
		t.Fatalf("%v, %v, %d octets became %d", d.Err(), together.Err(), e.Len(), together.Len())
	}
	if v, err := vertexType.From(all[40]); err != nil || members(v, nil) != members(kept[40], nil) {
		t.Errorf("%v, %v", v, err)
	}
	last := all[n-1]
	alone := cdr.NewEncoder(nil, true, nil)
	dyn.PutAny(alone, last)
	_, unpacked := last.Unpack()
	_, text := dyn.MarshalJSON(last)
	_, made := vertexType.From(last)
	for i, err := range []error{alone.Err(), unpacked, text, made} {
		if err == nil || !strings.Contains(err.Error(), "value-depth") {
			t.Errorf("use %d of the last: %v", i, err)
		}
	}
}

// TestHeldBombs: anys that hold the values around them take no more than their octets allow, however many and however deep.
func TestHeldBombs(t *testing.T) { // not parallel: memory is counted
	heldBy := func(e *cdr.Encoder, at, anys int) { // any in any … in any, of the value at a place
		for range anys {
			tc.Put(e, tc.Any)
		}
		tc.Put(e, vertexCode)
		e.ULong(0xffffffff)
		e.Long(int32(at - e.Len()))
	}
	begin := func(e *cdr.Encoder) int {
		e.Align(4)
		at := e.Len()
		e.ULong(0x7fffff02)
		e.RawString(vertexCode.ID())
		e.Long(7)
		return at
	}
	nothing := func(e *cdr.Encoder) { tc.Put(e, tc.Null) }
	for _, c := range []struct {
		what string
		put  func(e *cdr.Encoder)
	}{
		{"the value around them", func(e *cdr.Encoder) {
			at := begin(e)
			e.NullValue()
			nothing(e)
			e.Count(300)
			for range 300 {
				heldBy(e, at, 0)
			}
			e.NullValue()
		}},
		{"in anys in anys", func(e *cdr.Encoder) {
			at := begin(e)
			e.NullValue()
			nothing(e)
			e.Count(300)
			for i := range 300 {
				heldBy(e, at, i%30)
			}
			e.NullValue()
		}},
		{"all the values around them", func(e *cdr.Encoder) {
			var around []int
			for range 60 {
				around = append(around, begin(e))
			}
			e.NullValue()
			for i := range around {
				nothing(e)
				e.Count(i)
				for _, at := range around[:i] {
					heldBy(e, at, 1)
				}
				e.NullValue()
			}
		}},
		{"one in a sequence, and behind it", func(e *cdr.Encoder) {
			begin(e)
			e.NullValue()
			tc.Put(e, tc.Sequence(vertexCode, 0))
			const n = 2000
			e.Count(n)
			at := begin(e)
			e.NullValue()
			nothing(e)
			e.Count(n)
			for range n {
				nothing(e)
			}
			e.NullValue()
			for range n - 1 {
				e.ULong(0xffffffff)
				e.Long(int32(at - e.Len()))
			}
			e.Count(0)
			e.ULong(0xffffffff)
			e.Long(int32(at - e.Len()))
		}},
		{"the one before, twice", func(e *cdr.Encoder) {
			before := begin(e)
			e.NullValue()
			nothing(e)
			const n = 100
			e.Count(n)
			for range n {
				tc.Put(e, vertexCode)
				at := begin(e)
				e.NullValue()
				heldBy(e, before, 0)
				e.Count(1)
				heldBy(e, before, 1)
				e.NullValue()
				before = at
			}
			e.NullValue()
		}},
	} {
		for _, way := range relays {
			e := cdr.NewEncoder(nil, true, nil)
			c.put(e)
			e.NullValue()
			lim := new(limits.Limits)
			lim.Set(limits.DecodedSize, 8<<20)
			again := cdr.NewEncoder(nil, true, nil)
			d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Limits: lim})
			bound := bounded.Bound{PerOctet: 512, Least: 32 << 20, Time: anyBound.Time, Patience: bounded.Patience}
			bound.Run(t, len(e.Bytes()), func() { way.pass(d, again) })
			if err := d.Err(); err != nil && !strings.Contains(err.Error(), "any-depth") || again.Err() != nil {
				t.Errorf("%s, %s: %v, %v", c.what, way.name, err, again.Err())
			} else if err == nil && again.Len() > 2*e.Len() {
				t.Errorf("%s, %s: %d octets became %d", c.what, way.name, e.Len(), again.Len())
			}
			d = cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Limits: lim})
			a := dyn.GetValue(d, vertexCode)
			bound.Run(t, len(e.Bytes()), func() {
				if text, err := dyn.MarshalJSON(a); err != nil || len(text) > 200*e.Len() {
					t.Errorf("%s: %d octets of JSON, %v", c.what, len(text), err)
				}
			})
		}
	}
}

// A flat is a value that is no pointer, and that Go cannot compare.
type flat struct {
	*vertex
	tags []string
}

// TestNoIdentity makes anys of values that have no identity: that is BAD_PARAM.
func TestNoIdentity(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]cdr.Value{"no pointer": flat{new(vertex), nil}, "a nil pointer": (*vertex)(nil)} {
		if _, err := dyn.Of(vertexCode, v); !errors.Is(err, exc.BadParam) {
			t.Errorf("%s: Of: %v", name, err)
		}
		if a := dyn.Hold(vertexCode, v); !errors.Is(a.Err(), exc.BadParam) {
			t.Errorf("%s: Hold: %v", name, a.Err())
		}
	}
}
