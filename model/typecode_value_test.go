package model_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typecode"
)

// TestTypeCodeOfValues holds the TypeCodes of what CORBA 3 adds, recursive ones too, in their
// text and on the wire.
func TestTypeCodeOfValues(t *testing.T) {
	t.Parallel()
	long := &model.Type{Kind: model.Long}
	state := func(name string, t *model.Type, public bool) *model.StateMember {
		return &model.StateMember{Info: info(name), Type: t, Public: public}
	}
	chain := &model.ValueType{Info: info("Node")}
	chain.Decls = model.Decls{state("next", named(chain), true), state("n", long, false)}
	derived := &model.ValueType{Info: info("Derived"), Truncatable: true, Bases: []*model.Type{named(chain)}}
	derived.Decls = model.Decls{state("kids", &model.Type{Kind: model.Sequence, Elem: named(derived)}, false)}
	// A base whose state holds what inherits from it.
	loop := &model.ValueType{Info: info("Loop")}
	inside := &model.ValueType{Info: info("Inside"), Bases: []*model.Type{named(loop)}}
	loop.Decls = model.Decls{state("i", named(inside), true)}
	// A box that holds structures with the box in them.
	held := &model.Struct{Info: info("Held")}
	box := &model.ValueBox{Info: info("Box"), Type: &model.Type{Kind: model.Sequence, Elem: named(held)}}
	held.Members = []*model.Member{{Node: node("b"), Type: named(box)}}
	abstract := &model.ValueType{Info: info("Abstract"), Abstract: true}
	for _, c := range []struct {
		d        model.Decl
		want     string
		modifier int16
	}{
		{chain, `valuetype Node {public Node next; private long n;}`, typecode.ValueNone},
		{derived, `valuetype Derived : truncatable valuetype Node {public Node next; private long n;} {private sequence<Derived> kids;}`, typecode.ValueTruncatable},
		{loop, `valuetype Loop {public valuetype Inside : Loop {} i;}`, typecode.ValueNone},
		{inside, `valuetype Inside : valuetype Loop {public Inside i;} {}`, typecode.ValueNone},
		{box, `valuebox Box {sequence<struct Held {Box b;}>}`, 0},
		{held, `struct Held {valuebox Box {sequence<Held>} b;}`, 0},
		{abstract, `abstract valuetype Abstract {}`, typecode.ValueAbstract},
		{&model.ValueType{Info: info("C"), Custom: true, Bases: []*model.Type{named(abstract)}}, `custom valuetype C {}`, typecode.ValueCustom},
		{&model.ValueType{Info: info("T"), Truncatable: true, Bases: []*model.Type{named(abstract)}}, `valuetype T {}`, typecode.ValueNone},
		{&model.ValueType{Info: info("E"), Event: true, Decls: model.Decls{state("n", long, true)}}, `eventtype E {public long n;}`, typecode.ValueNone},
		{&model.Component{Info: info("Comp")}, `component Comp`, 0},
		{&model.Forward{Info: info("Comp"), Of: "component"}, `component Comp`, 0},
		{&model.Home{Info: info("H")}, `home H`, 0},
		{&model.Interface{Info: info("A"), Abstract: true}, `abstract interface A`, 0},
		{&model.Interface{Info: info("L"), Local: true}, `local interface L`, 0},
	} {
		tc, err := model.TypeCodeOf(c.d)
		if err != nil {
			t.Errorf("%s: %v", c.want, err)
			continue
		}
		if got := tc.String(); got != c.want || tc.Modifier() != c.modifier {
			t.Errorf("got %s, modifier %d\nwant %s, %d", got, tc.Modifier(), c.want, c.modifier)
		}
		e := cdr.NewEncoder(nil, true, nil)
		typecode.Put(e, tc)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		if back := typecode.Get(d); e.Err() != nil || d.Err() != nil || !typecode.Equal(tc, back) {
			t.Errorf("%s: came back from the wire as %v (%v, %v)", c.want, back, e.Err(), d.Err())
		}
	}
}
