package dyn_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/limits"
	tc "github.com/opendsom/dsom/typecode"
)

// Any octets are an any or an error; what is one survives being sent in another form, and
// its JSON reads as the same wherever its type can be given as text. None takes more time or memory than its size allows.
func FuzzAny(f *testing.F) {
	lim := new(limits.Limits)
	lim.Set(limits.DecodedSize, 8<<20) // within anyBound
	env := &cdr.Env{Version: cdr.V12, Limits: lim, Narrow: codeset.UTF8, Wide: codeset.UTF16, Values: customs{}}
	custom := cdr.NewEncoder(nil, true, env)
	dyn.PutAny(custom, must(dyn.Of(custType, &cust{text: "a", next: &cust{text: "b"}})))
	f.Add(custom.Bytes(), true)
	for _, s := range samples {
		for _, little := range []bool{false, true} {
			e := cdr.NewEncoder(nil, little, env)
			dyn.PutAny(e, must(dyn.Of(s.t, s.v)))
			f.Add(e.Bytes(), little)
		}
	}
	for _, c := range anyCases() {
		e := cdr.NewEncoder(nil, true, env)
		dyn.PutAny(e, must(dyn.Of(c.t, c.v)))
		f.Add(e.Bytes(), true)
	}
	self := &vertex{id: 1, a: &vertex{id: 2}} // in anys of its own
	self.x, self.a.x, self.b = dyn.Hold(vertexCode, self), dyn.Hold(vertexCode, self.a), self.a
	graph := cdr.NewEncoder(nil, true, env)
	dyn.PutAny(graph, dyn.Hold(vertexCode, self))
	f.Add(graph.Bytes(), true)
	f.Fuzz(func(t *testing.T, b []byte, little bool) {
		d := cdr.NewDecoder(b, little, env)
		var a dyn.Any
		anyBound.Run(t, len(b), func() { a = dyn.GetAny(d) })
		if d.Err() != nil {
			return
		}
		anyBound.Run(t, len(b), func() { a.Value() })
		anyBound.Run(t, len(b), func() { dyn.MarshalJSON(a) })
		other := &cdr.Env{Version: cdr.V11, Wide: codeset.UTF16, Values: customs{}}
		for _, to := range []*cdr.Env{env, other} {
			e := cdr.NewEncoder(nil, !little, to)
			e.Octet(0)
			dyn.PutAny(e, a)
			if e.Err() != nil {
				if to == other {
					continue // characters beyond U+FFFF
				}
				t.Fatalf("%v %v cannot be sent: %v", a.Type(), a.Value(), e.Err())
			}
			back := cdr.NewDecoder(e.Bytes(), !little, to)
			back.Octet()
			c := dyn.GetAny(back)
			if back.Err() != nil || !dyn.Equal(a, c) {
				t.Fatalf("%v %v became %v %v, %v", a.Type(), a.Value(), c.Type(), c.Value(), back.Err())
			}
		}
		if again, err := dyn.Of(a.Type(), a.Value()); err == nil && !dyn.Equal(a, again) && !repeats(a.Type(), 0) {
			t.Fatalf("%v %v became %v", a.Type(), a.Value(), again.Value())
		}
		text, err := dyn.MarshalJSON(a)
		if err != nil && (strings.Contains(err.Error(), "which is custom") || strings.Contains(err.Error(), "decoded-size")) {
			return
		}
		if err != nil {
			t.Fatalf("%v %v is no JSON: %v", a.Type(), a.Value(), err)
		}
		if c, err := dyn.UnmarshalJSON(a.Type(), text, dyn.JSONOptions{}); err == nil {
			again, err := dyn.MarshalJSON(c)
			if err != nil || string(again) != string(text) && !repeats(a.Type(), 0) {
				t.Fatalf("%v: %s became %s, %v", a.Type(), text, again, err)
			}
		}
	})
}

// repeats reports whether a type has members of one name, or arms or enumerators that cannot
// be told apart, or parts that are looked at too deep here.
func repeats(t *tc.TypeCode, depth int) bool {
	if depth > 6 {
		return true
	}
	switch t.Kind() {
	case tc.TkAny, tc.TkObjref, tc.TkComponent, tc.TkHome, tc.TkTypeCode, tc.TkLongDouble, tc.TkFloat, tc.TkDouble:
		return true // their text need not say all
	case tc.TkSequence, tc.TkArray, tc.TkAlias:
		return repeats(t.Content(), depth+1)
	}
	seen := map[string]bool{}
	for i := range t.Len() {
		if seen[t.MemberName(i)] {
			return true
		}
		seen[t.MemberName(i)] = true
		if m := t.MemberType(i); m != nil && repeats(m, depth+1) {
			return true
		}
	}
	return t.Kind() == tc.TkUnion && repeats(t.Discriminator(), depth+1)
}

// Any JSON text is a value of each type or an error.
func FuzzJSON(f *testing.F) {
	for i, s := range samples {
		f.Add(uint8(i), []byte(s.json))
	}
	f.Fuzz(func(t *testing.T, i uint8, text []byte) {
		c := samples[int(i)%len(samples)].t
		a, err := dyn.UnmarshalJSON(c, text, dyn.JSONOptions{})
		if err != nil {
			return
		}
		out, err := dyn.MarshalJSON(a)
		if err != nil {
			t.Fatalf("%v of %s: %v", c, text, err)
		}
		b, err := dyn.UnmarshalJSON(c, out, dyn.JSONOptions{})
		if err != nil || !dyn.Equal(a, b) {
			t.Fatalf("%v: %s is %s, and that is %v, %v", c, text, out, b.Value(), err)
		}
	})
}
