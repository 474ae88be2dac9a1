package model_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typecode"
)

func TestTypeCode(t *testing.T) {
	t.Parallel()
	s := bank(t)
	for name, want := range map[string]string{
		"Bank::Color":    `enum Color {RED, GREEN}`,
		"Bank::Tree":     `struct Tree {string<8> name; typedef sequence<Tree> Trees kids; long[2][3] grid;}`,
		"Bank::Trees":    `typedef sequence<struct Tree {string<8> name; typedef sequence<Tree> Trees kids; long[2][3] grid;}> Trees`,
		"Bank::Choice":   `union Choice switch (enum Color {RED, GREEN}) {case RED: long n;}`,
		"Bank::Broke":    `exception Broke {double balance;}`,
		"Bank::Bottom":   `interface Bottom`,
		"Bank::TopAlias": `typedef interface Top TopAlias`,
		"Lone::N":        `native N`,
	} {
		tc, err := model.TypeCodeOf(s.Lookup(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := tc.String(); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		e := cdr.NewEncoder(nil, true, nil)
		typecode.Put(e, tc)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		if back := typecode.Get(d); e.Err() != nil || d.Err() != nil || !typecode.Equal(tc, back) {
			t.Errorf("%s: came back from the wire as %v (%v, %v)", name, back, e.Err(), d.Err())
		}
	}
}

func TestTypeCodeOfKinds(t *testing.T) {
	t.Parallel()
	long := &model.Type{Kind: model.Long}
	for _, c := range []struct {
		t    *model.Type
		want string
	}{
		{nil, "void"},
		{&model.Type{Kind: model.Int8}, "octet"},
		{&model.Type{Kind: model.LongDouble}, "long double"},
		{&model.Type{Kind: model.WString, Bound: 3}, "wstring<3>"},
		{&model.Type{Kind: model.Fixed, Digits: 9, Scale: 2}, "fixed<9,2>"},
		{&model.Type{Kind: model.Sequence, Elem: &model.Type{Kind: model.Sequence, Elem: long, Bound: 4}}, "sequence<sequence<long,4>>"},
		{&model.Type{Kind: model.TypeCode}, "TypeCode"},
		{&model.Type{Kind: model.Object}, "Object"},
		{&model.Type{Kind: model.Any}, "any"},
		{&model.Type{Kind: model.ValueBase}, "valuetype ValueBase(\"IDL:omg.org/CORBA/ValueBase:1.0\") {}"},
	} {
		tc, err := c.t.TypeCode()
		if err != nil || tc.String() != c.want {
			t.Errorf("got %v, %v, want %s", tc, err, c.want)
		}
	}
}

func TestTypeCodeRefuses(t *testing.T) {
	t.Parallel()
	for want, typ := range map[string]*model.Type{
		"without digits": {Kind: model.Fixed},
		"bound":          {Kind: model.String, Bound: 1 << 33},
		"dimension":      {Kind: model.Array, Elem: &model.Type{Kind: model.Long}, Dims: []uint64{1 << 33}},
		"not defined":    named(&model.Forward{Info: info("S"), Of: "struct"}),
		"is no type":     named(&model.Const{Info: info("C")}),
	} {
		tc, err := typ.TypeCode()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, %v, want an error with %q", tc, err, want)
		}
	}
}

// TestTypeCodeUnionLabels holds that labels of every type of discriminator are numbers as TypeCodes have them.
func TestTypeCodeUnionLabels(t *testing.T) {
	t.Parallel()
	big64 := new(big.Int).SetUint64(1<<64 - 1)
	for _, c := range []struct {
		kind model.Kind
		v    *model.Value
		want int64
	}{
		{model.Boolean, &model.Value{Kind: model.BoolValue, Bool: true}, 1},
		{model.Char, &model.Value{Kind: model.CharValue, Char: 'x'}, 'x'},
		{model.LongLong, integer(-7), -7},
		{model.ULongLong, &model.Value{Kind: model.IntValue, Int: big64}, -1},
	} {
		u := &model.Union{Info: info("U"), Discriminator: &model.Type{Kind: c.kind}, Cases: []*model.Case{
			{Node: node("a"), Type: &model.Type{Kind: model.Long}, Labels: []model.Label{{Value: c.v}}},
			{Node: node("b"), Type: &model.Type{Kind: model.Octet}, Labels: []model.Label{{Default: true}}},
		}}
		tc, err := model.TypeCodeOf(u)
		if err != nil {
			t.Fatal(err)
		}
		if got := tc.MemberLabel(0); got != c.want || tc.DefaultIndex() != 1 {
			t.Errorf("%v: got label %d, default %d, want %d, 1", c.kind, got, tc.DefaultIndex(), c.want)
		}
	}
}

// TestTypeCodeTower holds that a type which is used over and over is built once.
func TestTypeCodeTower(t *testing.T) {
	t.Parallel()
	root := &model.Struct{Info: info("Root")}
	below := &model.Struct{Info: info("S0"), Members: []*model.Member{{Node: node("r"), Type: &model.Type{Kind: model.Sequence, Elem: named(root)}}}}
	for i := range 40 {
		s := &model.Struct{Info: info("S" + string(rune('A'+i)))}
		for _, n := range []string{"a", "b"} {
			s.Members = append(s.Members, &model.Member{Node: node(n), Type: named(below)})
		}
		below = s
	}
	root.Members = []*model.Member{{Node: node("top"), Type: &model.Type{Kind: model.Sequence, Elem: named(below)}}}
	done := make(chan error, 1)
	go func() {
		_, err := model.TypeCodeOf(root)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("a tower of 40 structures is built storey by storey, twice each")
	}
}
