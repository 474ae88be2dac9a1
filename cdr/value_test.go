package cdr_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/internal/bounded"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/limits"
)

// A valueCase is a sequence of values that are declared as some types, in one message.
type valueCase struct {
	name     string
	declared []*cdr.ValueType
	values   []cdr.Value
}

// valueCases returns the values that omniorb-values.txt has, and some that omniORB cannot make.
func valueCases() []valueCase {
	circle := func() *node {
		a, b := &node{ID: 1, Name: "a"}, &node{ID: 2, Name: "b"}
		a.Next, b.Next = b, a
		return a
	}
	a := circle()
	nm := &base{7, "nm"}
	self := &node{ID: 5, Name: "n"}
	self.Next = self
	l := &leaf{mid{base{9, "leaf"}, 1.5, &base{7, "nm"}}, []int32{1, 2, 3}, self, 77}
	return []valueCase{
		{"cycle", []*cdr.ValueType{nodeType, nodeType, nodeType}, []cdr.Value{a, a.Next, nil}},
		{"base", []*cdr.ValueType{baseType, baseType}, []cdr.Value{nm, nm}},
		{"base+mid", []*cdr.ValueType{baseType, baseType, baseType}, []cdr.Value{nm, nm, &mid{base{8, "mid"}, 2.5, nm}}},
		{"leaf", []*cdr.ValueType{baseType, valueType(midID, false), nodeType}, []cdr.Value{l, l, self}},
		{"leaf-nulls", []*cdr.ValueType{valueType(leafID, false)}, []cdr.Value{&leaf{mid: mid{base: base{9, "leaf"}, Weight: 1.5}, Last: 77, Numbers: []int32{}}}},
		{"two", []*cdr.ValueType{baseType}, []cdr.Value{&two{base{3, "two"}, 4, nm, nm, 5, 6}}},
		{"last members", []*cdr.ValueType{baseType, baseType}, []cdr.Value{within(3), &leaf{mid{base{9, "leaf"}, 1.5, within(2)}, []int32{1}, self, 77}}},
		{"any type", []*cdr.ValueType{nil, nil}, []cdr.Value{nm, nm}},
		{"custom", []*cdr.ValueType{custType, custType}, []cdr.Value{&cust{Write: 1}, &cust{Write: 1}}},
	}
}

// env knows all types by their ids, as a program that has registered factories.
var registered = &cdr.Env{Version: cdr.V12, Values: everyType{}}

type everyType struct{}

func (everyType) ValueType(id string) *cdr.ValueType { return valueType(id, false) }

func (c *valueCase) put(little bool) *cdr.Encoder {
	e := cdr.NewEncoder(nil, little, nil)
	for i, v := range c.values {
		e.Value(v, c.declared[i])
	}
	return e
}

func (c *valueCase) get(b []byte, little bool, env *cdr.Env) ([]cdr.Value, error) {
	d := cdr.NewDecoder(b, little, env)
	var got []cdr.Value
	for _, t := range c.declared {
		got = append(got, d.Value(t))
	}
	if d.Err() == nil && d.Remaining() != 0 {
		return nil, fmt.Errorf("%d octets are left", d.Remaining())
	}
	return got, d.Err()
}

// shape prints a graph of values with its sharing.
func shape(vs []cdr.Value) string {
	seen := map[any]int{}
	var show func(v any) string
	show = func(v any) string {
		if v == nil || reflect.ValueOf(v).IsNil() {
			return "null"
		}
		if n, ok := seen[v]; ok {
			return fmt.Sprintf("#%d", n)
		}
		seen[v] = len(seen)
		switch v := v.(type) {
		case *node:
			return fmt.Sprintf("node{%d %s %s}", v.ID, show(v.Next), v.Name)
		case *base:
			return fmt.Sprintf("base%v", *v)
		case *mid:
			return fmt.Sprintf("mid{%v %v %s}", v.base, v.Weight, show(v.Inner))
		case *leaf:
			return fmt.Sprintf("leaf{%v %v %s %v %s %d}", v.base, v.Weight, show(v.Inner), v.Numbers, show(v.N), v.Last)
		case *two:
			return fmt.Sprintf("two{%v %d %s %s %d %v}", v.base, v.O, show(v.B1), show(v.B2), v.P, v.D)
		case *cust:
			return fmt.Sprintf("cust{%d}", max(v.Read, v.Write))
		}
		return fmt.Sprintf("%T", v)
	}
	var parts []string
	for _, v := range vs {
		parts = append(parts, show(v))
	}
	return strings.Join(parts, ", ")
}

// TestValues holds the octets of values, with notes, in both orders, reads them back, and all
// of their prefixes, none of which may be taken for the whole.
func TestValues(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for _, c := range valueCases() {
		for _, little := range []bool{false, true} {
			e := c.put(little)
			if e.Err() != nil {
				t.Fatalf("%s: %v", c.name, e.Err())
			}
			b := e.Bytes()
			got, err := c.get(b, little, registered)
			if err != nil || shape(got) != shape(c.values) {
				t.Errorf("%s: got %s (%v), want %s", c.name, shape(got), err, shape(c.values))
			}
			fmt.Fprintf(&text, "%s, little-endian %v: %s\n%s\n", c.name, little, shape(c.values), annotate(b, little))
			for n := range b {
				if got, err := c.get(b[:n:n], little, registered); err == nil {
					t.Errorf("%s: %d octets of %d read as %s", c.name, n, len(b), shape(got))
				}
			}
		}
	}
	golden.Check(t, "values.txt", text.String())
}

// annotate notes what the parts of values are: tags, ids, chunks, and the octets of states.
func annotate(b []byte, little bool) string {
	p := binfmt.New(b)
	d := cdr.NewDecoder(b, little, nil)
	level := 0
	long := func() uint32 { d.Align(4); return d.ULong() }
	id := func() {
		before := *d
		if long() == 0xffffffff {
			p.To(d.Pos()-4, "indirection")
			p.To(d.Pos()+4, "  to the repository id at %04x", d.Pos()+int(d.Long()))
			return
		}
		*d = before
		d.Align(4)
		p.To(d.Pos(), "padding")
		s := d.RawString()
		p.To(d.Pos(), "repository id %s", s)
	}
	for d.Remaining() >= 4 && d.Err() == nil {
		at := d.Pos()
		d.Align(4)
		p.To(d.Pos(), "padding")
		switch tag := d.ULong(); {
		case tag == 0:
			p.To(d.Pos(), "null")
		case tag == 0xffffffff && level == 0:
			p.To(d.Pos(), "indirection")
			p.To(d.Pos()+4, "  to the value at %04x", d.Pos()+int(d.Long()))
		case tag >= 0x7fffff00 && tag <= 0x7fffffff:
			p.To(d.Pos(), "value, flags %x", tag&0xff)
			switch tag & 6 {
			case 2:
				id()
			case 6:
				n := long()
				p.To(d.Pos(), "%d repository ids", n)
				for range n {
					id()
				}
			}
			if tag&8 != 0 {
				level++
			} else if level == 0 {
				p.Rest("its state, and what follows")
				return p.String()
			}
		case int32(tag) < 0:
			p.To(d.Pos(), "end of level %d", -int32(tag))
			level = -int(int32(tag)) - 1
		default:
			p.To(d.Pos(), "chunk of %d octets", tag)
			d.OctetsView(int(tag))
			p.To(d.Pos(), "  state")
		}
		if d.Pos() == at {
			break
		}
	}
	p.Rest("")
	return p.String()
}

// TestOmniORBValues reads what omniORB writes.
func TestOmniORBValues(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/omniorb-values.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]valueCase{}
	for _, c := range valueCases() {
		cases[c.name] = c
	}
	n := 0
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		f := strings.Fields(line)
		if f[0] == "#" {
			continue
		}
		c, ok := cases[f[0]]
		b, err := hex.DecodeString(f[2])
		if !ok || err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		n++
		for _, env := range []*cdr.Env{registered, nil} {
			got, err := c.get(b, f[1] == "le", env)
			if err != nil || shape(got) != shape(c.values) {
				t.Errorf("%s %s: got %s (%v), want %s", f[0], f[1], shape(got), err, shape(c.values))
			}
		}
		for k := range b {
			if got, err := c.get(b[:k:k], f[1] == "le", nil); err == nil {
				t.Errorf("%s: %d octets of %d read as %s", f[0], k, len(b), shape(got))
			}
		}
	}
	if n != 12 {
		t.Errorf("read %d vectors, want 12", n)
	}
}

// TestTruncation: a receiver that knows the base alone takes the value for that, finds what
// follows, and even a value that is inside what it does not know.
func TestTruncation(t *testing.T) {
	t.Parallel()
	inner := &base{1, "inner"}
	circle := &node{ID: 4, Name: "n"}
	circle.Next = circle
	for _, little := range []bool{false, true} {
		e := cdr.NewEncoder(nil, little, nil)
		e.Value(&leaf{mid{base{9, "leaf"}, 1.5, &two{base{2, "two"}, 3, inner, inner, 4, 5}}, []int32{1, 2}, circle, 77}, narrowType)
		e.Value(inner, baseType)
		e.Value(circle, nodeType)
		e.Long(42)
		if e.Err() != nil {
			t.Fatal(e.Err())
		}
		d := cdr.NewDecoder(e.Bytes(), little, nil)
		got := []cdr.Value{d.Value(narrowType), d.Value(narrowType), d.Value(nodeType)}
		if want := "base{9 leaf}, base{1 inner}, node{4 #2 n}"; shape(got) != want {
			t.Errorf("got %s (%v), want %s", shape(got), d.Err(), want)
		}
		if n := d.Long(); n != 42 || d.Err() != nil || d.Remaining() != 0 {
			t.Errorf("behind it: %d, %v, %d left", n, d.Err(), d.Remaining())
		}
	}
}

// TestPeersForms reads forms that the specification allows and this encoder does not use: ends
// of several values in one tag, codebases, lists by indirection, strings and sequences over
// several chunks, null and indirections between chunks.
func TestPeersForms(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, true, nil)
	e.ULong(0x7fffff0f) // a codebase, ids, in chunks
	e.RawString("http://example.com/code.jar")
	list := e.Len()
	e.Count(2)
	e.RawString(midID)
	e.Align(4)
	e.RawString(baseID)
	chunk := func(size int) { e.Align(4); e.ULong(uint32(size)) }
	double := func(v float64) { // padding before it is in its chunk
		if e.Align(4); e.Len()%8 == 0 {
			e.ULong(12)
		} else {
			e.ULong(8)
		}
		e.Double(v)
	}
	chunk(1)
	e.Octet(8)
	chunk(4) // the length of a string
	e.ULong(4)
	chunk(2) // its octets, in two
	e.Octets([]byte("mi"))
	chunk(2)
	e.Octets([]byte("d\x00"))
	double(2.5)
	e.Align(4) // a value inside: the same ids
	inner := e.Len()
	e.ULong(0x7fffff0e)
	e.ULong(0xffffffff)
	e.Long(int32(list - e.Len()))
	chunk(1)
	e.Octet(9)
	chunk(5)
	e.ULong(1)
	e.Octet(0)
	double(1)
	e.Long(0)  // null between chunks
	e.Long(-1) // the end of both
	e.ULong(0xffffffff)
	e.Long(int32(inner - e.Len()))
	d := cdr.NewDecoder(e.Bytes(), true, registered)
	got := []cdr.Value{d.Value(baseType), d.Value(baseType)}
	if want := "mid{{8 mid} 2.5 mid{{9 } 1 null}}, #1"; shape(got) != want || d.Err() != nil || d.Remaining() != 0 {
		t.Errorf("got %s, want %s (%v, %d left)", shape(got), want, d.Err(), d.Remaining())
	}
}

// TestValueErrors holds what is refused, and what the error says.
func TestValueErrors(t *testing.T) {
	t.Parallel()
	few := new(limits.Limits)
	few.Set(limits.ValueNodes, 3)
	type putter func(e *cdr.Encoder)
	indirect := func(offset int32) putter {
		return func(e *cdr.Encoder) { e.ULong(0xffffffff); e.Long(offset) }
	}
	header := func(flags uint32, rest ...putter) putter {
		return func(e *cdr.Encoder) {
			e.ULong(0x7fffff00 | flags)
			for _, r := range rest {
				r(e)
			}
		}
	}
	id := func(s string) putter { return func(e *cdr.Encoder) { e.RawString(s) } }
	long := func(v int32) putter { return func(e *cdr.Encoder) { e.Long(v) } }
	for _, c := range []struct {
		name     string
		declared *cdr.ValueType
		limits   *limits.Limits
		put      putter
		want     string
	}{
		{"indirection to nowhere", baseType, nil, indirect(-1000), "where no value starts"},
		{"to itself", baseType, nil, indirect(-4), "where no value starts"},
		{"forward", baseType, nil, indirect(8), "where no value starts"},
		{"into the middle", nodeType, nil, header(0, long(1), header(0, long(2), indirect(-8))), "where no value starts"},
		{"no tag", baseType, nil, long(5), "where the tag of a value is wanted"},
		{"strange flags", baseType, nil, header(4), "neither one repository id nor a list"},
		{"unknown flags", baseType, nil, header(0x10), "knows nothing"},
		{"any type without a type", nil, nil, header(0), "without its type"},
		{"unknown type", baseType, nil, header(2, id("IDL:Unknown:1.0")), "no factory is known for values of IDL:Unknown:1.0"},
		{"unknown type, not in chunks", narrowType, nil, header(6, long(2), id(midID), id(baseID)), "no factory is known for values of " + midID},
		{"id elsewhere", baseType, nil, header(2, indirect(-8)), "repository id that is not there"},
		{"list elsewhere", baseType, nil, header(6, indirect(-8)), "repository ids that are not there"},
		{"id of 4 GiB", baseType, nil, header(2, long(-2)), "octets are left"},
		{"many ids", baseType, nil, header(6, long(65)), "value-ids"},
		{"4 Gi ids", baseType, nil, header(6, long(-2)), "value-ids"},
		{"chunk of 2 GiB", baseType, nil, header(8, long(0x7ffffeff)), "a chunk of 2147483391 octets"},
		{"end of another level", baseType, nil, header(8, long(5), func(e *cdr.Encoder) { e.Octet(1); e.Align(4) }, long(1)), ""},
		{"early end", baseType, nil, header(8, long(-1)), "the value's state ends there"},
		{"end too deep", baseType, nil, header(8, long(9), func(e *cdr.Encoder) { e.Octet(1); e.RawString(""); e.Align(4) }, long(-2)), "an end tag of level 2"},
		{"left over", baseType, nil, header(8, long(40), func(e *cdr.Encoder) { e.Octet(1); e.RawString(""); e.Octets(make([]byte, 31)) }, long(-1)), "left over in a value's state"},
		{"chunk left over", baseType, nil, header(8, long(9), func(e *cdr.Encoder) { e.Octet(1); e.RawString("") }, long(1), long(0), long(-1)), "left over in a value's state"},
		{"not in chunks inside chunks", nodeType, nil, header(8, long(4), long(1), header(0)), "not in chunks inside one that is"},
		{"value inside a chunk", nodeType, nil, header(8, long(8), long(1), header(8), long(-1)), "in the middle of a chunk"},
		{"too deep", nodeType, nil, func(e *cdr.Encoder) {
			for range 100 {
				header(0, long(1))(e)
			}
		}, "value-depth"},
		{"chunks too deep", narrowType, nil, func(e *cdr.Encoder) {
			header(14, long(2), id(midID), id(baseID), long(9), func(e *cdr.Encoder) { e.Octet(1); e.RawString("") })(e)
			for range 100 {
				header(8)(e)
			}
		}, "value-depth"},
		{"too many", nodeType, few, func(e *cdr.Encoder) {
			for range 4 {
				header(0, long(1))(e)
			}
		}, "value-nodes"},
		{"error of custom code", custType, nil, header(8, long(4), long(1), long(-1)), "no ones, please"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := cdr.NewEncoder(nil, true, nil)
			c.put(e)
			d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Limits: c.limits})
			if v := d.Value(c.declared); v != nil || !errors.Is(d.Err(), exc.Marshal) || !strings.Contains(d.Err().Error(), c.want) {
				t.Errorf("got %v, %v, want %q", v, d.Err(), c.want)
			}
		})
	}
}

// TestPutErrors: what cannot be sent.
func TestPutErrors(t *testing.T) {
	t.Parallel()
	deep := &node{}
	for range 100 {
		deep = &node{Next: deep}
	}
	l := new(limits.Limits)
	l.Set(limits.ValueNodes, 3)
	for _, c := range []struct {
		name string
		env  *cdr.Env
		v    cdr.Value
		want string
	}{
		{"deep", nil, deep, "value-depth"},
		{"many", &cdr.Env{Version: cdr.V12, Limits: l}, &node{Next: &node{Next: &node{Next: &node{}}}}, "value-nodes"},
		{"custom code", nil, &cust{err: errors.New("broken")}, "broken"},
		{"its own exception", nil, &cust{err: exc.New(exc.NoMemory, 0, exc.No, "full")}, "full"},
	} {
		e := cdr.NewEncoder(nil, true, c.env)
		e.Value(c.v, nil)
		if e.Err() == nil || !strings.Contains(e.Err().Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, e.Err(), c.want)
		}
	}
}

// TestValueScopes: an encapsulation has values of its own, and so has what follows Truncate.
func TestValueScopes(t *testing.T) {
	t.Parallel()
	v := &base{1, "x"}
	e := cdr.NewEncoder(nil, true, nil)
	e.Value(v, baseType)
	m := e.Begin()
	e.Value(v, baseType)
	e.End(m)
	e.Value(v, baseType)
	d := cdr.NewDecoder(e.Bytes(), true, nil)
	first := d.Value(baseType)
	in := d.Encapsulation()
	inside, last := in.Value(baseType), d.Value(baseType)
	if shape([]cdr.Value{first, inside, last}) != "base{1 x}, base{1 x}, #0" || d.Err() != nil || in.Err() != nil {
		t.Errorf("got %s, %v, %v", shape([]cdr.Value{first, inside, last}), d.Err(), in.Err())
	}
	n := e.Len()
	e.Truncate(0)
	e.Value(v, baseType)
	if e.Len() < 8 || e.Len() >= n {
		t.Errorf("got %d octets after Truncate", e.Len())
	}
	d = cdr.NewDecoder(e.Bytes(), true, nil)
	if d.Value(baseType) == nil || d.Err() != nil {
		t.Error(d.Err())
	}
}

// TestNoAlias: what was read does not change with the buffer.
func TestNoAlias(t *testing.T) {
	t.Parallel()
	for _, c := range valueCases() {
		b := c.put(true).Bytes()
		got, err := c.get(b, true, registered)
		if err != nil {
			t.Fatal(err)
		}
		clear(b)
		if shape(got) != shape(c.values) {
			t.Errorf("%s: %s after the buffer was cleared", c.name, shape(got))
		}
	}
}

// valueBound is for values, of which each is noted by its place.
var valueBound = bounded.Bound{PerOctet: 256, Least: 64 << 10, Time: bounded.Decoder.Time, Patience: bounded.Patience}

// FuzzValues reads anything as values, and what it can read again after writing it.
func FuzzValues(f *testing.F) {
	for _, c := range valueCases() {
		for _, little := range []bool{false, true} {
			f.Add(c.put(little).Bytes(), little)
		}
	}
	text, _ := os.ReadFile("testdata/omniorb-values.txt")
	for _, line := range strings.Split(string(text), "\n") {
		if f2 := strings.Fields(line); len(f2) == 3 {
			if b, err := hex.DecodeString(f2[2]); err == nil {
				f.Add(b, f2[1] == "le")
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, little bool) {
		for _, env := range []*cdr.Env{registered, nil} {
			d := cdr.NewDecoder(b, little, env)
			var got []cdr.Value
			valueBound.Run(t, len(b), func() {
				for d.Err() == nil && d.Remaining() > 0 {
					got = append(got, d.Value(narrowType))
				}
			})
			if d.Err() != nil {
				continue
			}
			e := cdr.NewEncoder(nil, little, env)
			for _, v := range got {
				e.Value(v, narrowType)
			}
			if e.Err() != nil {
				continue // a string with a zero octet, or a custom value's
			}
			d = cdr.NewDecoder(e.Bytes(), little, registered)
			var again []cdr.Value
			for range got {
				again = append(again, d.Value(narrowType))
			}
			if d.Err() != nil || shape(again) != shape(got) {
				t.Errorf("%s became %s (%v)", shape(got), shape(again), d.Err())
			}
		}
	})
}
