package meta_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/meta"
)

// polite has three functions in front of speak: the first, and two that come later.
type polite struct{ meta.Base }

var Polite = som.MustClass[polite]("Polite", som.Parents(meta.Cooperative))

func noting(what string) func(behind som.Packed) som.Packed {
	return func(behind som.Packed) som.Packed {
		return func(self som.Self, ctx context.Context, args []any) ([]any, error) {
			note(ctx, "%s", what)
			return behind(self, ctx, args)
		}
	}
}

func (p *polite) SomClassReady() error {
	if err := p.Next().SomClassReady(); err != nil {
		return err
	}
	return errors.Join(meta.Cooperate(p.Made(), "speak", noting("zero")), meta.CooperateFirst(p.Made(), "speak", noting("first")),
		meta.Cooperate(p.Made(), "speak", noting("one")), meta.Cooperate(p.Made(), "speak", noting("two")))
}

// TestCooperative holds the order of what metaclasses put in front of a method: that which is to be the first, and of the others the last; each class has its own, and a property of other calls
// stands where the metaclasses' order has it.
func TestCooperative(t *testing.T) {
	t.Parallel()
	c := speaks(t, "Co", Polite)
	joined := func(name string, properties ...*som.Class) *som.Class {
		m, err := meta.Of(properties...)
		if err != nil {
			t.Fatal(err)
		}
		return speaks(t, name, m)
	}
	for want, c := range map[string]*som.Class{
		"first two one zero speak":                         c,
		"first two one zero speak ":                        mustClass(t, som.Spec{Name: "CoSub", Parents: []*som.Class{c}}),
		"first two one zero outer<speak speak speak>outer": joined("CoOuter", Polite, Outer),
		"outer<speak first two one zero speak speak>outer": joined("OuterCo", Outer, Polite),
	} {
		ctx, log := logged(t.Context())
		if n, err := instance(t, c).Speak(ctx, 1); err != nil || log.String() != want && log.String()+" " != want {
			t.Errorf("%s: got %s, %d, %v", c, log, n, err)
		}
	}
}

// TestCooperativeRefuses holds what is not put in front of a method, and that nothing of it is.
func TestCooperativeRefuses(t *testing.T) {
	t.Parallel()
	c := speaks(t, "Co", Polite)
	d := speaks(t, "CoFirst", meta.Cooperative)
	nested := func(behind som.Packed) som.Packed {
		if err := meta.Cooperate(d, "speak", noting("never")); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
			t.Errorf("while the first is being put there: %v", err)
		}
		return noting("first")(behind)
	}
	for _, x := range []struct {
		what string
		code som.Code
		err  error
	}{
		{"another first", som.CodeBusy, meta.CooperateFirst(c, "speak", noting("never"))},
		{"a class without the metaclass", som.CodeType, meta.Cooperate(speaks(t, "Un", Outer), "speak", noting("never"))},
		{"first in one", som.CodeType, meta.CooperateFirst(speaks(t, "Un", Outer), "speak", noting("never"))},
		{"no method", som.CodeUnknown, meta.Cooperate(c, "sing", noting("never"))},
		{"what is in front of nothing", som.CodeMethod, meta.CooperateFirst(d, "somDispatch", noting("never"))},
		{"the same again", som.CodeMethod, meta.CooperateFirst(d, "somDispatch", noting("never"))},
		{"a first that asks for more", "", meta.CooperateFirst(d, "speak", nested)},
	} {
		if x.code == "" && x.err != nil || x.code != "" && !errors.Is(x.err, &som.Error{Code: x.code}) {
			t.Errorf("%s: %v", x.what, x.err)
		}
	}
	a := instance(t, c)
	for _, err := range []error{meta.Cooperate(c, "speak", noting("never")), meta.CooperateFirst(c, "name", noting("never")), meta.Cooperate(c, "name", noting("never"))} {
		if !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
			t.Errorf("while there is an instance: %v", err)
		}
	}
	e := speaks(t, "CoLater", meta.Cooperative)
	for range 2 { // what failed has left nothing behind
		b := instance(t, e)
		if err := meta.CooperateFirst(e, "speak", noting("never")); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
			t.Errorf("while there is an instance: %v", err)
		}
		b.Release()
	}
	if err := errors.Join(meta.Cooperate(e, "speak", noting("one")), meta.CooperateFirst(e, "speak", noting("first"))); err != nil {
		t.Error("once it has gone:", err)
	}
	ctx, log := logged(t.Context())
	if _, err := instance(t, e).Speak(ctx, 1); err != nil || log.String() != "first one speak" {
		t.Errorf("got %s, %v", log, err)
	}
	ctx, log = logged(t.Context())
	if _, err := a.Speak(ctx, 1); err != nil || log.String() != "first two one zero speak" {
		t.Errorf("got %s, %v", log, err)
	}
	ctx, log = logged(t.Context())
	if _, err := instance(t, d).Speak(ctx, 1); err != nil || log.String() != "first speak" {
		t.Errorf("got %s, %v", log, err)
	}
}
