package dynany_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/dyn/dynany"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

const nodeText = "valuetype N {public long id; public N next;}"

// chain returns n nodes, each of which leads to the one behind it, and the last to the first.
func chain(t testing.TB, n int) *dyn.Valuetype {
	t.Helper()
	node := typeOf(t, nodeText)
	first := &dyn.Valuetype{Type: node, Members: dyn.Struct{{Name: "id", Value: int32(0)}, {Name: "next"}}}
	first.Members[1].Value = first
	for i := 1; i < n; i++ {
		first.Members[1].Value = &dyn.Valuetype{Type: node, Members: dyn.Struct{{Name: "id", Value: int32(n - i)}, {Name: "next", Value: first.Members[1].Value}}}
	}
	return first
}

// values returns the components of a sequence of n nodes, all of them in one ring.
func values(t testing.TB, f dynany.Factory, n int) []*dynany.Value {
	t.Helper()
	list := make([]any, n)
	at := chain(t, n)
	for i := range list {
		list[i] = at
		at = at.Members[1].Value.(*dyn.Valuetype)
	}
	a, err := dyn.Of(typeOf(t, "sequence<"+nodeText+">"), list)
	if err != nil {
		t.Fatal(err)
	}
	v := must[*dynany.Value](t)(f.Of(a))
	all := make([]*dynany.Value, n)
	for i := range all {
		all[i] = must[*dynany.Value](t)(v.At(i))
	}
	return all
}

// Values of a list that are one object are one in what the list is copied to.
func TestListsShare(t *testing.T) {
	t.Parallel()
	three := values(t, dynany.Factory{}, 3)
	ring := `[{"_type":"N","id":0,"next":{"_type":"N","id":1,"next":{"_type":"N","id":2,"next":{"_ref":"/0"}}}},{"_ref":"/0/next"},{"_ref":"/0/next/next"}]`
	for _, typ := range []string{"sequence<%s>", "sequence<%s,3>", "typedef %s A[3]"} {
		s := must[dynany.Sequence](t)(newValue(t, fmt.Sprintf(typ, nodeText)).Sequence())
		if err := s.SetElements(three); err != nil || json(t, s.Value) != ring {
			t.Errorf("%s: got %s, %v", typ, json(t, s.Value), err)
		}
		if err := must[*dynany.Value](t)(must[*dynany.Value](t)(s.At(1)).At(0)).Set(10); err != nil || json(t, s.Value) != strings.Replace(ring, `"id":1`, `"id":10`, 1) {
			t.Errorf("%s: what is one object is not changed as one: %s, %v", typ, json(t, s.Value), err)
		}
	}
	for _, typ := range []string{"struct S {%[1]s a; %[1]s b;}", "exception S {%[1]s a; %[1]s b;}", "valuetype S {public %[1]s a; public %[1]s b;}"} {
		s := must[dynany.Struct](t)(newValue(t, fmt.Sprintf(typ, nodeText)).Struct())
		if err := s.SetMembers([]dynany.Member{{"a", three[0]}, {"b", three[2]}}); err != nil || !strings.HasSuffix(json(t, s.Value), `"b":{"_ref":"/a/next/next"}}`) {
			t.Errorf("%s: got %s, %v", typ, json(t, s.Value), err)
		}
	}
}

// A copy is apart from what it is of, and from other copies of that, be it that nobody has looked into the value.
func TestCopiesAreApart(t *testing.T) {
	t.Parallel()
	holder := typeOf(t, "struct H {"+nodeText+" n;}")
	a, err := dyn.Of(holder, dyn.Struct{{Name: "n", Value: chain(t, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	from := must[*dynany.Value](t)(dynany.Of(a))
	s := must[dynany.Sequence](t)(newValue(t, "sequence<struct H {"+nodeText+" n;}>").Sequence())
	id := func(i int) *dynany.Value {
		h := must[*dynany.Value](t)(s.At(i))
		return must[*dynany.Value](t)(must[*dynany.Value](t)(h.At(0)).At(0))
	}
	if err := s.Append(from); err != nil {
		t.Fatal(err)
	}
	if err := id(0).Set(7); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(from); err != nil {
		t.Fatal(err)
	}
	if got := must[any](t)(id(1).Get()); got != int32(0) {
		t.Errorf("the second copy has what the first was changed to: %v", got)
	}
	if err := must[*dynany.Value](t)(s.At(0)).Assign(from); err != nil {
		t.Fatal(err)
	}
	if err := id(0).Set(8); err != nil {
		t.Fatal(err)
	}
	if got := must[any](t)(id(1).Get()); got != int32(0) {
		t.Errorf("what was assigned is what the second copy has too: %v", got)
	}
}

// A copy is charged for what is made for it: once for a graph that many values of a list lead to, and each time for copies one by one.
func TestCopiesAreCharged(t *testing.T) {
	t.Parallel()
	const n = 300
	ring := values(t, dynany.Factory{}, n)
	limited := new(limits.Limits)
	limited.Set(limits.DecodedSize, n*1<<10)
	some := must[dynany.Sequence](t)(must[*dynany.Value](t)(dynany.Factory{Limits: limited}.New(typeOf(t, "sequence<"+nodeText+">"))).Sequence())
	if err := some.SetElements(ring); err != nil {
		t.Fatalf("%d values of one graph of %d: %v", n, n, err)
	}
	appended := func() error {
		for range n {
			if err := some.Append(ring[0]); err != nil {
				return err
			}
		}
		return nil
	}
	assigned := func() error {
		for i := range n {
			if err := must[*dynany.Value](t)(some.At(i)).Assign(ring[0]); err != nil {
				return err
			}
		}
		return nil
	}
	for name, f := range map[string]func() error{"appended": appended, "assigned": assigned} {
		if err := f(); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), limits.DecodedSize.String()) {
			t.Errorf("%s %d times, a graph of %d: %v", name, n, n, err)
		}
	}
	longs := must[*dynany.Value](t)(dynany.Factory{Limits: limited}.New(typeOf(t, "sequence<long>")))
	from := must[dynany.Sequence](t)(newValue(t, "sequence<long>").Sequence())
	if err := from.SetLen(n); err != nil {
		t.Fatal(err)
	}
	for i := range n { // what is replaced is gone
		if err := longs.Assign(from.Value); err != nil {
			t.Fatalf("%d numbers assigned, the %d-th time: %v", n, i+1, err)
		}
	}
}
