package dyn_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/internal/golden"
	tc "github.com/opendsom/dsom/typecode"
)

// The valuetypes of the tests:
//
//	valuetype Node { public long id; public Node next; public string name; };
//	valuetype Base { public octet tag; private string name; };
//	valuetype Mid : truncatable Base { public double weight; public Base inner; };
//	valuetype Box sequence<string>;
var (
	nodeType = tc.Value("IDL:V/Node:1.0", "Node", 0, nil, tc.State{Name: "id", Type: tc.Long, Public: true},
		tc.State{Name: "next", Type: tc.Recursive("IDL:V/Node:1.0"), Public: true}, tc.State{Name: "name", Type: tc.String, Public: true})
	baseType = tc.Value("IDL:V/Base:1.0", "Base", 0, nil, tc.State{Name: "tag", Type: tc.Octet, Public: true}, tc.State{Name: "name", Type: tc.String, Public: false})
	midType  = tc.Value("IDL:V/Mid:1.0", "Mid", 3, baseType, tc.State{Name: "weight", Type: tc.Double, Public: true}, tc.State{Name: "inner", Type: baseType, Public: true})
	boxType  = tc.ValueBox("IDL:V/Box:1.0", "Box", tc.Sequence(tc.String, 0))
	absType  = tc.Interface(tc.TkAbstractInterface, "IDL:V/Abs:1.0", "Abs")
	custType = tc.Value("IDL:V/Cust:1.0", "Cust", 1, nil)
)

func valueNode(id int32, next any) *dyn.Valuetype {
	return &dyn.Valuetype{Type: nodeType, Members: dyn.Struct{{"id", id}, {"next", next}, {"name", "n"}}}
}

func circle() *dyn.Valuetype {
	a := valueNode(1, nil)
	b := valueNode(2, a)
	a.Members[1].Value = b
	return a
}

func valueBase(name string) *dyn.Valuetype {
	return &dyn.Valuetype{Type: baseType, Members: dyn.Struct{{"tag", byte(7)}, {"name", name}}}
}

// known knows the types by their ids, as an ORB where they are registered.
type known []*tc.TypeCode

func (k known) ValueType(id string) *cdr.ValueType {
	for _, t := range k {
		if t.ID() == id {
			return &cdr.ValueType{ID: id, TypeCode: t}
		}
	}
	return nil
}

func (k known) find(name string) *tc.TypeCode {
	for _, t := range k {
		if tc.ScopedName(t.ID()) == name {
			return t
		}
	}
	return nil
}

var valuesOf = known{nodeType, baseType, midType, boxType}

type anyCase struct {
	name string
	t    *tc.TypeCode
	v    any
	json string
}

func anyCases() []anyCase {
	shared := valueBase("s")
	return []anyCase{
		{"null", nodeType, nil, "null"},
		{"circle", nodeType, circle(), `{"_type":"V::Node","id":1,"next":{"_type":"V::Node","id":2,"next":{"_ref":""},"name":"n"},"name":"n"}`},
		{"shared", tc.Sequence(baseType, 0), []any{shared, nil, shared}, `[{"_type":"V::Base","tag":7,"name":"s"},null,{"_ref":"/0"}]`},
		{"derived", baseType, &dyn.Valuetype{Type: midType, Members: dyn.Struct{{"tag", byte(1)}, {"name", "m"}, {"weight", 1.5}, {"inner", shared}}},
			`{"_type":"V::Mid","tag":1,"name":"m","weight":1.5,"inner":{"_type":"V::Base","tag":7,"name":"s"}}`},
		{"box", boxType, &dyn.Valuetype{Type: boxType, Members: dyn.Struct{{"value", []any{"a", "b"}}}}, `{"_type":"V::Box","value":["a","b"]}`},
		{"any value", tc.ValueBase, shared, `{"_type":"V::Base","tag":7,"name":"s"}`},
		{"abstract", absType, shared, `{"_type":"V::Base","tag":7,"name":"s"}`},
		{"no abstract", absType, nil, "null"},
		{"in a struct", tc.Struct("IDL:V/S:1.0", "S", tc.Member{Name: "a", Type: baseType}, tc.Member{Name: "b", Type: tc.Any}, tc.Member{Name: "c", Type: baseType}),
			dyn.Struct{{"a", shared}, {"b", must(dyn.Of(baseType, shared))}, {"c", shared}},
			`{"a":{"_type":"V::Base","tag":7,"name":"s"},"b":{"_type":"valuetype V::Base {public octet tag; private string name;}","_value":{"_type":"V::Base","tag":7,"name":"s"}},"c":{"_ref":"/a"}}`},
	}
}

// TestValuetypes makes values, sends them in both orders, reads them and their JSON back, and
// none of their prefixes.
func TestValuetypes(t *testing.T) {
	t.Parallel()
	env := &cdr.Env{Version: cdr.V12, Values: valuesOf}
	var text strings.Builder
	for _, c := range anyCases() {
		a, err := dyn.Of(c.t, c.v)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got, err := dyn.MarshalJSON(a); err != nil || string(got) != c.json {
			t.Errorf("%s: got %s (%v)\nwant %s", c.name, got, err, c.json)
		}
		if again, err := dyn.Of(c.t, a.Value()); err != nil || !dyn.Equal(a, again) {
			t.Errorf("%s: made again it is %v, %v", c.name, again.Value(), err)
		}
		if c.name != "in a struct" { // an any's type with values is no text that is read
			again, err := dyn.UnmarshalJSON(c.t, []byte(c.json), dyn.JSONOptions{Types: valuesOf.find})
			if err != nil || !dyn.Equal(a, again) {
				t.Errorf("%s: from JSON it is %v, %v", c.name, again.Value(), err)
			}
		}
		for _, little := range []bool{false, true} {
			e := cdr.NewEncoder(nil, little, nil)
			dyn.PutValue(e, a)
			n := e.Len()
			dyn.PutAny(e, a)
			p := binfmt.New(e.Bytes()[:n])
			p.Rest("%s", c.name)
			text.WriteString(p.String())
			d := cdr.NewDecoder(e.Bytes(), little, env)
			first, second := dyn.GetValue(d, c.t), dyn.GetAny(d)
			if d.Err() != nil || d.Remaining() != 0 || !dyn.Equal(first, a) || !dyn.Equal(second, a) {
				t.Errorf("%s: read as %v and %v, %v, %d left", c.name, first.Value(), second.Value(), d.Err(), d.Remaining())
			}
			for n := range e.Bytes() {
				d := cdr.NewDecoder(e.Bytes()[:n:n], little, env)
				dyn.GetValue(d, c.t)
				dyn.GetAny(d)
				if d.Err() == nil {
					t.Errorf("%s: read from %d octets of %d", c.name, n, e.Len())
				}
			}
		}
	}
	golden.Check(t, "values.txt", text.String())
}

// TestUnknownValues: a derived type that nobody has registered is taken for its base where its
// sender says that it may, and refused otherwise.
func TestUnknownValues(t *testing.T) {
	t.Parallel()
	a := must(dyn.Of(baseType, &dyn.Valuetype{Type: midType, Members: dyn.Struct{{"tag", byte(1)}, {"name", "m"}, {"weight", 1.5}, {"inner", valueBase("s")}}}))
	e := cdr.NewEncoder(nil, true, nil)
	dyn.PutAny(e, a)
	e.Long(7)
	d := cdr.NewDecoder(e.Bytes(), true, nil)
	got, err := dyn.MarshalJSON(dyn.GetAny(d))
	if err != nil || string(got) != `{"_type":"V::Base","tag":1,"name":"m"}` || d.Long() != 7 {
		t.Errorf("got %s, %v, %v", got, err, d.Err())
	}
	for _, c := range []struct {
		t    *tc.TypeCode
		v    any
		want string
	}{
		{tc.ValueBase, valueBase("x"), "members of a value of IDL:V/Base:1.0 are not known"},
		{absType, valueBase("x"), "members of a value of IDL:V/Base:1.0 are not known"},
	} {
		e := cdr.NewEncoder(nil, true, nil)
		dyn.PutAny(e, must(dyn.Of(c.t, c.v)))
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		if dyn.GetAny(d); !errors.Is(d.Err(), exc.Marshal) || !strings.Contains(d.Err().Error(), c.want) {
			t.Errorf("%v: got %v, want %s", c.t, d.Err(), c.want)
		}
	}
	e = cdr.NewEncoder(nil, true, nil)
	tc.Put(e, custType)
	e.ULong(0x7fffff08)
	d = cdr.NewDecoder(e.Bytes(), true, nil)
	if dyn.GetAny(d); d.Err() == nil || !strings.Contains(d.Err().Error(), "which is custom") {
		t.Errorf("got %v", d.Err())
	}
}

// cust is a custom value as a program has it: a text, and a value within.
type cust struct {
	text string
	next cdr.Value
}

var custInfo = cdr.ValueType{ID: custType.ID(), Custom: true, New: func() cdr.Value { return new(cust) }, TypeCode: custType}

func (c *cust) IDLValue() *cdr.ValueType    { return &custInfo }
func (c *cust) MarshalState(*cdr.Encoder)   {}
func (c *cust) UnmarshalState(*cdr.Decoder) {}
func (c *cust) MarshalCustom(e *cdr.Encoder) error {
	e.String(c.text)
	dyn.PutAny(e, dyn.Long.Any(int32(len(c.text))))
	e.WChars([]rune("€a"))
	e.Value(c.next, nil)
	e.LongDoubles(make([]cdr.LongDouble, 2))
	return nil
}

func (c *cust) UnmarshalCustom(d *cdr.Decoder) error {
	c.text = d.String()
	if n, err := dyn.Long.From(dyn.GetAny(d)); err != nil || int(n) != len(c.text) {
		return fmt.Errorf("%d octets: %w", n, err)
	}
	wide := make([]rune, 2)
	if d.WChars(wide); d.Err() == nil && string(wide) != "€a" {
		return fmt.Errorf("wide %q", wide)
	}
	c.next = d.Value(nil)
	d.LongDoubles(make([]cdr.LongDouble, 2))
	return nil
}

// customs is an ORB where cust is registered.
type customs struct{}

func (customs) ValueType(id string) *cdr.ValueType {
	if id == custInfo.ID {
		return &custInfo
	}
	return nil
}

// inAny returns an any with v on the wire.
func inAny(t *testing.T, v *cust) []byte {
	t.Helper()
	a, err := dyn.Of(custType, v)
	if err != nil {
		t.Fatal(err)
	}
	e := cdr.NewEncoder(nil, true, &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1, Wide: codeset.UTF16, Values: customs{}})
	dyn.PutAny(e, a)
	return e.Bytes()
}

// TestCustomValues: what a custom value has written travels in an any, in whatever order and code set,
// and stays one object with those inside and around it.
func TestCustomValues(t *testing.T) {
	t.Parallel()
	inner := &cust{text: "inner"}
	outer := &cust{text: "öuter", next: inner}
	inner.next = outer
	pair := tc.Struct("IDL:Pair:1.0", "Pair", tc.Member{Name: "a", Type: custType}, tc.Member{Name: "b", Type: tc.ValueBase}, tc.Member{Name: "c", Type: custType})
	a, err := dyn.Of(pair, dyn.Struct{{"a", outer}, {"b", inner}, {"c", nil}})
	if err != nil {
		t.Fatal(err)
	}
	for _, little := range []bool{false, true} {
		wire := &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1, Wide: codeset.UTF16, Values: customs{}}
		e := cdr.NewEncoder(nil, little, wire)
		e.Octet(0)
		dyn.PutAny(e, a)
		if e.Err() != nil {
			t.Fatal(e.Err())
		}
		d := cdr.NewDecoder(e.Bytes(), little, wire)
		d.Octet()
		b := dyn.GetAny(d)
		if d.Err() != nil || d.Remaining() != 0 || !dyn.Equal(a, b) {
			t.Fatalf("it arrives as %v, %v", b.Value(), d.Err())
		}
		s, _ := b.Value().(dyn.Struct)
		x, _ := s.Get("a").(*cust)
		if x == nil || x.text != "öuter" || s.Get("b") != any(x.next) || x.next.(*cust).next != cdr.Value(x) {
			t.Errorf("it is %v", s)
		}
		again, err := dyn.Of(pair, b.Value())
		if err != nil || !dyn.Equal(a, again) {
			t.Errorf("made again: %v, %v", again.Value(), err)
		}
		d = cdr.NewDecoder(e.Bytes(), little, &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1, Wide: codeset.UTF16})
		d.Octet()
		if b := dyn.GetAny(d); d.Err() == nil {
			t.Errorf("nobody knows the type, and it is %v", b.Value())
		}
	}
	if n := strings.Count(string(inAny(t, &cust{text: "alone"})), custInfo.ID); n != 2 {
		t.Errorf("its type is named %d times, want in the TypeCode and before the value", n)
	}
	if b, err := dyn.MarshalJSON(a); !errors.Is(err, exc.Marshal) || !strings.Contains(err.Error(), "custom") {
		t.Errorf("JSON: %s, %v", b, err)
	}
}

// TestTypeCodeInChunks reads an any of a recursive type whose TypeCode is in several chunks of a value.
func TestTypeCodeInChunks(t *testing.T) {
	t.Parallel()
	tree := tc.Struct("IDL:Tree:1.0", "Tree", tc.Member{Name: "id", Type: tc.Long}, tc.Member{Name: "kids", Type: tc.Sequence(tc.Recursive("IDL:Tree:1.0"), 0)})
	want, err := dyn.UnmarshalJSON(tree, []byte(`{"id":1,"kids":[{"id":2,"kids":[]}]}`), dyn.JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	flat := cdr.NewEncoder(nil, true, nil)
	dyn.PutAny(flat, want)
	b := flat.Bytes()
	for cut := 12; cut < len(b)-4; cut += 4 { // in the encapsulation, or behind it
		e := cdr.NewEncoder(nil, true, nil)
		e.ULong(0x7fffff08)
		for _, part := range [][]byte{b[:cut], b[cut:]} {
			e.ULong(uint32(len(part)))
			e.Octets(part)
			e.Align(4)
		}
		e.Long(-1)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		h := d.BeginValue()
		got := dyn.GetAny(d)
		d.EndValue(h, false)
		if d.Err() != nil || !dyn.Equal(got, want) {
			t.Errorf("cut at %d: %v, %v", cut, got.Value(), d.Err())
		}
	}
}

// TestOmniORBValues reads anys that omniORB wrote, whose values stand partly outside of them.
func TestOmniORBValues(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/omniorb-values.txt")
	if err != nil {
		t.Fatal(err)
	}
	empty := tc.Value("IDL:V/Empty:1.0", "Empty", 0, nil)
	says := tc.Value("IDL:V/Says:1.0", "Says", 0, nil, tc.State{Name: "text", Type: tc.String, Public: true})
	env := &cdr.Env{Version: cdr.V12, Values: known{empty, says}}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		f := strings.Fields(line)
		b, err := hex.DecodeString(f[2])
		if err != nil {
			t.Fatal(err)
		}
		d := cdr.NewDecoder(b, f[1] == "le", env)
		var before []*tc.TypeCode
		want := `{"_type":"V::Leaf","tag":9,"name":"leaf","weight":1.5,"inner":{"_type":"V::Base","tag":7,"name":"nm"},"numbers":[],"n":null,"last":77}`
		switch f[0] {
		case "empty":
			before, want = []*tc.TypeCode{empty, empty}, `{"_type":"V::Empty"}`
		case "abs":
			before, want = []*tc.TypeCode{absType, absType}, `{"_type":"V::Says","text":"hello"}`
		}
		for _, t := range before {
			dyn.GetValue(d, t)
		}
		got, err := dyn.MarshalJSON(dyn.GetAny(d))
		if err != nil || d.Err() != nil || d.Remaining() != 0 || string(got) != want {
			t.Errorf("%s %s: got %s (%v, %v)\nwant %s", f[0], f[1], got, err, d.Err(), want)
		}
	}
}

// TestValuetypeErrors: what is no value says where it is wrong.
func TestValuetypeErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		t    *tc.TypeCode
		json string
		want string
	}{
		{nodeType, `{"_ref":"/x"}`, "no value has begun there"},
		{nodeType, `{"id":1}`, "the member next of Node is missing"},
		{nodeType, `{"_type":"V::Base","tag":1,"name":"x"}`, "a valuetype Node is wanted, not a valuetype Base"},
		{nodeType, `{"_type":"V::Gone"}`, "._type: the type V::Gone is not known"},
		{nodeType, `{"_type":3}`, "the name of a valuetype is wanted"},
		{nodeType, `{"id":1,"next":null,"name":"x","more":1}`, "3 members, not 4"},
		{nodeType, `3`, "a valuetype Node is wanted"},
		{nodeType, `{"id":1,"next":{"id":"x"},"name":"x"}`, ".next.id"},
		{tc.ValueBase, `{"a":1}`, "cannot be made here"},
	} {
		a, err := dyn.UnmarshalJSON(c.t, []byte(c.json), dyn.JSONOptions{Types: valuesOf.find})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, %v, want %s", c.json, a.Value(), err, c.want)
		}
	}
}
