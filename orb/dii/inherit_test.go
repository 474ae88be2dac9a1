package dii_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
)

func named(name string) model.Info {
	return model.Info{Node: model.Node{Name: name}, ID: "IDL:" + name + ":1.0"}
}

func inherits(bases ...*model.Interface) (list []*model.Type) {
	for _, b := range bases {
		list = append(list, &model.Type{Kind: model.Named, Decl: b, Name: b.Name})
	}
	return list
}

// TestServantOfDiamonds: an interface that is inherited over many ways is looked at once, and named once.
func TestServantOfDiamonds(t *testing.T) {
	t.Parallel()
	last := &model.Interface{Info: named("Bottom"), Decls: model.Decls{&model.Operation{Info: named("ping"), Result: &model.Type{}}}}
	for i := range 64 { // 2^64 ways
		left := &model.Interface{Info: named(fmt.Sprintf("Left%d", i)), Bases: inherits(last)}
		right := &model.Interface{Info: named(fmt.Sprintf("Right%d", i)), Bases: inherits(last)}
		last = &model.Interface{Info: named(fmt.Sprintf("Both%d", i)), Bases: inherits(left, right)}
	}
	s, err := dii.NewServant(last, nil)
	if err != nil {
		t.Fatal(err)
	}
	bases := slices.Clone(s.Interface().Bases)
	slices.Sort(bases)
	if n := len(slices.Compact(bases)); n != 3*64 || n != len(s.Interface().Bases) {
		t.Errorf("%d bases, %d of them different; want %d", len(s.Interface().Bases), n, 3*64)
	}
}

// TestInterfaces: those that the compiler itself carries are not a program's.
func TestInterfaces(t *testing.T) {
	t.Parallel()
	in := func(file, name string) *model.Interface {
		i := &model.Interface{Info: named(name)}
		i.Span.Start.File = file
		return i
	}
	s := &model.Spec{
		Files: []*model.File{{Path: "a.idl", Main: true}, {Path: "orb.idl", Standard: true}},
		Decls: model.Decls{in("orb.idl", "Carried"), in("a.idl", "Mine"), in("", "Made")},
	}
	if err := s.Link(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range dii.Interfaces(s) {
		got = append(got, i.Name)
	}
	if !slices.Equal(got, []string{"Mine", "Made"}) {
		t.Errorf("got %v", got)
	}
}

// TestServantOfBadBase: an operation that is inherited and cannot be served is told as one of the interface's own.
func TestServantOfBadBase(t *testing.T) {
	t.Parallel()
	long := &model.Type{Kind: model.String, Bound: 1 << 40}
	base := &model.Interface{Info: named("Base"), Decls: model.Decls{&model.Operation{Info: named("long"), Result: long}}}
	if _, err := dii.NewServant(&model.Interface{Info: named("Derived"), Bases: inherits(base)}, nil); err == nil {
		t.Error("an inherited operation whose result has no TypeCode is served")
	}
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s := &model.Spec{Decls: model.Decls{&model.ValueBox{Info: named("Box"), Type: long}}}
	if err := s.Link(); err != nil {
		t.Fatal(err)
	}
	if err := dii.KnowValues(o, s); err == nil {
		t.Error("a box that has no TypeCode is known")
	}
}

// TestInterfaceOfSays: who is to choose is told among what, and what the object is.
func TestInterfaceOfSays(t *testing.T) {
	t.Parallel()
	s := spec(t)
	ref, b := start(t, "IDL:Elsewhere/Derived:1.0")
	for _, c := range []struct {
		bases []string
		want  string
	}{
		{[]string{"IDL:M/Base:1.0", "IDL:M/Box:1.0", "IDL:M/Other:1.0"}, "several interfaces of the IDL (M::Box, M::Other)"},
		{nil, "the object, a IDL:Elsewhere/Derived:1.0, supports none of the 3 interfaces in the IDL"},
	} {
		b.iface.Bases = c.bases
		if _, err := dii.InterfaceOf(t.Context(), ref, s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	_, err := dii.InterfaceOf(t.Context(), ref.ORB().NewRef(&ior.IOR{Profiles: ref.IOR().Profiles}), s)
	if want := "the object, whose reference does not tell its type, supports none"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dii.InterfaceOf(ended, ref, s); err == nil || strings.Contains(err.Error(), "supports none") {
		t.Errorf("nobody was asked: %v", err)
	}
	if _, err := dii.Interface(s, "Completely::Different"); err == nil || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("got %v", err)
	}
}

// TestRequestOneway: a oneway has the form of one, is sent once, and carries the properties that it was told to.
func TestRequestOneway(t *testing.T) {
	t.Parallel()
	s := spec(t)
	came := make(chan string, 1)
	ref := dynamic(t, s, func(ctx context.Context, sig *dii.Signature, args []dyn.Any) (dii.Results, error) {
		came <- fmt.Sprint(sig.Operation, orb.Properties(ctx))
		return dii.Results{}, nil
	})
	var oneway []bool
	ctx := orb.WithProperties(t.Context(), map[string]string{"x1": "one", "y": "two"})
	client, err := orb.New(orb.Config{ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		oneway = append(oneway, r.Oneway())
		return next(ctx)
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	ref = client.NewRef(ref.IOR())
	trace := dii.NewRequest(ref, "trace")
	trace.SetContext("x*")
	if err := trace.Invoke(ctx); err != nil {
		t.Fatal(err)
	}
	if got := <-came; got != "tracemap[x1:one]" {
		t.Errorf("got %s", got)
	}
	note := dii.NewRequest(ref, "note")
	note.AddIn("s", dyn.String.Any("text"))
	if err := note.SendOneway(ctx); err != nil {
		t.Fatal(err)
	}
	<-came
	if !slices.Equal(oneway, []bool{false, true}) {
		t.Errorf("sent as oneways: %v", oneway)
	}
	if err := note.SendOneway(ctx); exc.From(err, exc.No) == nil || exc.From(err, exc.No).Minor != exc.MinorRequestSent {
		t.Errorf("sent again: %v", err)
	}
	for range 2 { // what was invoked is not made a oneway by trying to send it so
		if err := trace.SendOneway(ctx); exc.From(err, exc.No) == nil || exc.From(err, exc.No).Minor != exc.MinorRequestSent {
			t.Errorf("sent again: %v", err)
		}
	}
}
