package model_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

func node(name string) model.Node {
	return model.Node{Name: name, Span: diag.Span{Start: diag.Position{File: "bank.idl", Line: 1, Column: 1}, End: diag.Position{File: "bank.idl", Line: 1, Column: 2, Offset: 1}}}
}

func info(name string) model.Info { return model.Info{Node: node(name), ID: "IDL:" + name + ":1.0"} }

func named(d model.Decl) *model.Type {
	return &model.Type{Kind: model.Named, Decl: d, Name: d.About().Name}
}

func integer(n int64) *model.Value { return &model.Value{Kind: model.IntValue, Int: big.NewInt(n)} }

// bank is a specification with a diamond, a recursive structure, a union, a reopened module,
// a circle of two modules, and one constant of each kind.
func bank(t *testing.T) *model.Spec {
	t.Helper()
	long, str := &model.Type{Kind: model.Long}, &model.Type{Kind: model.String, Bound: 8}
	red, green := &model.Enumerator{Info: info("RED")}, &model.Enumerator{Info: info("GREEN"), Ordinal: 1}
	color := &model.Enum{Info: info("Color"), Enumerators: []*model.Enumerator{red, green}}
	forward := &model.Forward{Info: info("Tree"), Of: "struct"}
	trees := &model.Typedef{Info: info("Trees"), Type: &model.Type{Kind: model.Sequence, Elem: named(forward)}}
	tree := &model.Struct{Info: info("Tree"), Members: []*model.Member{
		{Node: node("name"), Type: str}, {Node: node("kids"), Type: named(trees)},
		{Node: node("grid"), Type: &model.Type{Kind: model.Array, Elem: long, Dims: []uint64{2, 3}}},
	}}
	choice := &model.Union{Info: info("Choice"), Discriminator: named(color), Cases: []*model.Case{
		{Node: node("n"), Type: long, Labels: []model.Label{{Value: &model.Value{Kind: model.EnumValue, Enumerator: red}, Expr: "RED"}}},
	}}
	broke := &model.Exception{Info: info("Broke"), Members: []*model.Member{{Node: node("balance"), Type: &model.Type{Kind: model.Double}}}}
	op := func(name string) *model.Operation {
		return &model.Operation{Info: info(name), Result: &model.Type{}, Raises: []*model.Exception{broke}, Context: []string{"c*"},
			Params: []*model.Param{{Node: node("x"), Direction: model.InOut, Type: named(tree)}}}
	}
	top := &model.Interface{Info: info("Top"), Decls: model.Decls{op("t")}}
	alias := &model.Typedef{Info: info("TopAlias"), Type: named(top)}
	left := &model.Interface{Info: info("Left"), Bases: []*model.Type{named(alias)}, Decls: model.Decls{op("l")}}
	right := &model.Interface{Info: info("Right"), Bases: []*model.Type{named(top)}, Decls: model.Decls{
		&model.Attribute{Info: info("r"), Readonly: true, Type: long, GetRaises: []*model.Exception{broke}}}}
	bottom := &model.Interface{Info: info("Bottom"), Bases: []*model.Type{named(left), named(right)}, Decls: model.Decls{op("b")}}
	first := &model.Module{Info: info("Bank"), Decls: model.Decls{color, forward, trees, tree, choice, broke, top, alias, left, right, bottom}}
	other := &model.Module{Info: info("Other"), Decls: model.Decls{&model.Typedef{Info: info("C"), Type: named(color)}}}
	lone := &model.Module{Info: info("Lone"), Decls: model.Decls{&model.Native{Info: info("N")}}}
	second := &model.Module{Info: info("Bank"), Part: 1, Decls: model.Decls{
		&model.Typedef{Info: info("Back"), Type: named(other.Decls[0])},
	}}
	consts := &model.Module{Info: info("Consts")}
	for i, v := range []*model.Value{
		integer(-5), {Kind: model.BoolValue, Bool: true}, {Kind: model.FloatValue, Float: big.NewFloat(0.1)},
		{Kind: model.CharValue, Char: 'é'}, {Kind: model.WCharValue, Char: '€'}, {Kind: model.StringValue, Text: "a\"\n"},
		{Kind: model.WStringValue, Text: "€uro"}, {Kind: model.FixedValue, Text: "-1.50"}, {Kind: model.EnumValue, Enumerator: green},
	} {
		typ := &model.Type{Kind: model.Kind(i + 1)}
		if v.Kind == model.EnumValue {
			typ = named(color)
		}
		consts.Decls = append(consts.Decls, &model.Const{Info: info("C" + string(rune('0'+i))), Type: typ, Value: v, Expr: "e"})
	}
	s := &model.Spec{
		Files: []*model.File{{Path: "bank.idl", Main: true, Pragmas: []model.Pragma{{Name: "go_package", Args: []string{"a"}}, {Name: "go_package", Args: []string{"b"}}}}},
		Decls: model.Decls{first, other, lone, second, consts},
	}
	if err := s.Link(); err != nil {
		t.Fatal(err)
	}
	return s
}

func names[D model.Decl](ds []D) string {
	var ns []string
	for _, d := range ds {
		ns = append(ns, d.About().Name)
	}
	return strings.Join(ns, " ")
}

func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	s := bank(t)
	j, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	back, err := model.Read(strings.NewReader(string(j)))
	if err != nil {
		t.Fatal(err)
	}
	j2, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(j), string(j2)); diff != "" {
		t.Errorf("the model changed on its way (-want +got):\n%s", diff)
	}
	// The references are the declarations themselves again.
	tree := back.Lookup("Bank::Tree").(*model.Struct)
	trees := tree.Members[1].Type.Decl.(*model.Typedef)
	if got := trees.Type.Elem.Decl; got != model.Decl(tree) {
		t.Errorf("got %v, want the structure itself", got)
	}
	op := back.Lookup("Bank::Top::t").(*model.Operation)
	if len(op.Raises) != 1 || op.Raises[0] != back.Lookup("Bank::Broke") || op.Params[0].Direction != model.InOut {
		t.Errorf("got %+v", op)
	}
	if f := back.Lookup("Bank::Top").About().File(); f == nil || !f.Main {
		t.Errorf("got file %v", f)
	}
	c := back.Lookup("::Consts::C8").(*model.Const)
	if c.Value.Enumerator != back.Lookup("Bank::GREEN") {
		t.Errorf("got %v", c.Value)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"version":       `{"model":2}`,
		"kind":          `{"model":1,"decls":[{"kind":"nonsense","name":"x"}]}`,
		"unresolved":    `{"model":1,"decls":[{"kind":"typedef","name":"x","type":{"kind":"named","decl":"::y"}}]}`,
		"no type":       `{"model":1,"decls":[{"kind":"typedef","name":"x"}]}`,
		"no value":      `{"model":1,"decls":[{"kind":"const","name":"x","type":{"kind":"long"}}]}`,
		"no label":      `{"model":1,"decls":[{"kind":"union","name":"u","discriminator":{"kind":"long"},"cases":[{"name":"a","labels":[{}],"type":{"kind":"long"}}]}]}`,
		"no element":    `{"model":1,"decls":[{"kind":"typedef","name":"x","type":{"kind":"sequence"}}]}`,
		"twice":         `{"model":1,"decls":[{"kind":"native","name":"x"},{"kind":"native","name":"x"}]}`,
		"itself":        `{"model":1,"decls":[{"kind":"typedef","name":"x","type":{"kind":"named","decl":"::x"}}]}`,
		"base of none":  `{"model":1,"decls":[{"kind":"native","name":"n"},{"kind":"interface","name":"i","bases":[{"kind":"named","decl":"::n"}]}]}`,
		"circle":        `{"model":1,"decls":[{"kind":"interface","name":"i","bases":[{"kind":"named","decl":"::i"}]}]}`,
		"raises a type": `{"model":1,"decls":[{"kind":"native","name":"n"},{"kind":"interface","name":"i","decls":[{"kind":"operation","name":"o","result":{"kind":"void"},"raises":["::n"]}]}]}`,
		"huge float":    `{"model":1,"decls":[{"kind":"const","name":"x","type":{"kind":"double"},"value":{"kind":"float","value":"1e99999999999","prec":53}}]}`,
		"deep":          strings.Repeat(`[`, 1_000_000),
		"truncated":     `{"model":1,"decls":[{"kind":`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := model.Read(strings.NewReader(text)); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func TestInheritance(t *testing.T) {
	t.Parallel()
	b := bank(t).Lookup("Bank::Bottom").(*model.Interface)
	for what, c := range map[string][2]string{
		"ancestors":  {names(b.Ancestors()), "Top Left Right"},
		"parents":    {names(b.Parents()), "Left Right"},
		"members":    {names(b.AllMembers()), "t l r b"},
		"operations": {names(b.AllOperations()), "t l b"},
		"attributes": {names(b.AllAttributes()), "r"},
		"own":        {names(b.Members()), "b"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %q, want %q", what, c[0], c[1])
		}
	}
	top := b.Ancestors()[0]
	if !b.Inherits(top) || top.Inherits(b) || !top.Inherits(top) {
		t.Error("Inherits is wrong")
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	s := bank(t)
	order := s.DependencyOrder()
	for _, pair := range [][2]string{{"Color", "Choice"}, {"Trees", "Tree"}, {"Top", "Left"}, {"Left", "Bottom"}, {"C", "Back"}} {
		at := func(name string) int {
			return slices.IndexFunc(order, func(d model.Decl) bool { return d.About().Name == name })
		}
		if at(pair[0]) < 0 || at(pair[0]) > at(pair[1]) {
			t.Errorf("%s does not stand before %s in %s", pair[0], pair[1], names(order))
		}
	}
	if !model.IsRecursive(s.Lookup("Bank::Tree")) || model.IsRecursive(s.Lookup("Bank::Choice")) {
		t.Error("IsRecursive is wrong")
	}
	got, want := s.ModuleGroups(), [][]string{{"Bank", "Other"}, {"Lone"}, {"Consts"}}
	if !cmp.Equal(got, want) {
		t.Errorf("got groups %v, want %v", got, want)
	}
}

func TestViews(t *testing.T) {
	t.Parallel()
	s := bank(t)
	mods := s.Modules()
	if len(mods) != 4 || mods[0].Name != "Bank" || len(mods[0].Parts) != 2 || len(mods[0].Decls()) != 12 {
		t.Errorf("got %+v", mods)
	}
	red := s.Lookup("Bank::RED").(*model.Enumerator)
	if got, want := strings.Join(red.Path(), "."), "Bank.RED"; got != want || red.Enum().Name != "Color" || red.ScopedName() != "Bank::RED" {
		t.Errorf("got %s in %s, want %s", got, red.Enum().Name, want)
	}
	if m := model.TopModule(s.Lookup("Bank::Top::t")); m == nil || m.Name != "Bank" {
		t.Errorf("got %v", m)
	}
	if args, ok := s.File("bank.idl").Pragma("go_package"); !ok || args[0] != "b" {
		t.Errorf("got %v", args)
	}
	f := s.Lookup("Bank").(*model.Module).Decls[1].(*model.Forward)
	if f.Definition != s.Lookup("Bank::Tree") {
		t.Errorf("got %v", f.Definition)
	}
	var n int
	for range s.All() {
		n++
	}
	if n != 32 {
		t.Errorf("All gives %d declarations", n)
	}
}

func TestUnusedLabel(t *testing.T) {
	t.Parallel()
	cases := func(vs ...*model.Value) (cs []*model.Case) {
		for _, v := range vs {
			cs = append(cs, &model.Case{Labels: []model.Label{{Value: v}}})
		}
		return cs
	}
	yes, no := &model.Value{Kind: model.BoolValue, Bool: true}, &model.Value{Kind: model.BoolValue}
	var octets, chars []*model.Value
	for i := range int64(256) {
		octets = append(octets, integer(i))
		chars = append(chars, &model.Value{Kind: model.CharValue, Char: rune(i)})
	}
	for name, c := range map[string]struct {
		kind   model.Kind
		labels []*model.Value
		want   string
	}{
		"first":        {model.Long, nil, "0"},
		"gap":          {model.Long, []*model.Value{integer(0), integer(1), integer(3), integer(-1)}, "2"},
		"boolean":      {model.Boolean, []*model.Value{yes}, "FALSE"},
		"boolean full": {model.Boolean, []*model.Value{yes, no}, ""},
		"octet full":   {model.Octet, octets, ""},
		"int8 left":    {model.Int8, octets[:128], "-1"},
		"char":         {model.Char, chars[:65], "'A'"},
		"ulonglong":    {model.ULongLong, []*model.Value{{Kind: model.IntValue, Int: new(big.Int).SetUint64(1<<64 - 1)}}, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := &model.Union{Discriminator: &model.Type{Kind: c.kind}, Cases: cases(c.labels...)}
			got := ""
			if v := u.UnusedLabel(); v != nil {
				got = v.String()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	choice := bank(t).Lookup("Bank::Choice").(*model.Union)
	if v := choice.UnusedLabel(); v == nil || v.String() != "::Bank::GREEN" {
		t.Errorf("got %v", v)
	}
}

func TestTypeText(t *testing.T) {
	t.Parallel()
	s := bank(t)
	tree := s.Lookup("Bank::Tree").(*model.Struct)
	for i, want := range []string{"string<8>", "Trees", "long[2][3]"} {
		if got := tree.Members[i].Type.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got, want := s.Lookup("Bank::Trees").(*model.Typedef).Type.Qualified(), "sequence<::Bank::Tree>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := tree.Members[2].Type.Len(); got != 6 {
		t.Errorf("got %d elements", got)
	}
	if r := tree.Members[1].Type.Resolve(); r.Kind != model.Sequence {
		t.Errorf("got %v", r)
	}
}

func TestCommentText(t *testing.T) {
	t.Parallel()
	for want, in := range map[string][]string{
		"One.\n  Two.":        {"// One.", "//   Two."},
		"Stars.\n\nMore.":     {"/**\n * Stars.\n *\n * More.\n */"},
		"Plain\nblock.":       {"/* Plain\n   block. */"},
		"a list:\n* x\n* y z": {"// a list:", "// * x", "// * y z"},
		"":                    {"/**/", "//"},
	} {
		var cs model.Comments
		for _, text := range in {
			cs = append(cs, model.Comment{Text: text})
		}
		if got := cs.Text(); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
