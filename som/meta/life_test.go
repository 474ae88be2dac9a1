package meta_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/dog"
	"github.com/opendsom/dsom/som/meta"
)

// TestOtherWays: an initializer with arguments asks the metaclass and what stands in front, too.
func TestOtherWays(t *testing.T) {
	t.Parallel()
	ok := func(som.Ref) error { return nil }
	begin := func(c *som.Class, init func(som.Ref) error, want som.Code) som.Ref {
		t.Helper()
		r, err := c.NewBy(c, init)
		if (err == nil) != (want == "") || err != nil && !errors.Is(err, &som.Error{Code: want}) {
			t.Errorf("%s: got %v", c, err)
		}
		return r
	}
	abstract := speaks(t, "WAb", meta.Abstract)
	begin(abstract, ok, som.CodeAbstract)
	begin(mustClass(t, som.Spec{Name: "WAbSub", Parents: []*som.Class{abstract}}), ok, "")
	none := speaks(t, "WNo", meta.Noninstantiable)
	begin(none, ok, som.CodeAbstract)
	begin(mustClass(t, som.Spec{Name: "WNoSub", Parents: []*som.Class{none}}), ok, som.CodeAbstract)

	c := speaks(t, "WS", meta.SingleInstance)
	r := begin(c, func(som.Ref) error {
		if _, err := c.New(); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
			t.Errorf("an instance that begins is given away: %v", err)
		}
		return nil
	}, "")
	begin(c, ok, som.CodeBusy)
	if same := instance(t, c); same.SOM() != r || r.Refs() != 2 {
		t.Errorf("another instance, or %d references", r.Refs())
	}
	if err := errors.Join(r.Release(), r.Release()); err != nil || c.Instances() != 0 {
		t.Errorf("%v, %d instances", err, c.Instances())
	}
	begin(c, func(som.Ref) error { return errVeto }, som.CodeRaised)
	if r, err := c.New(); err != nil || r.Refs() != 1 {
		t.Errorf("after one that failed: %v", err)
	}
}

// TestEndOfCast: an object that is cast ends as what it is.
func TestEndOfCast(t *testing.T) {
	t.Parallel()
	c := speaks(t, "EC", meta.ExtentManaged)
	r := instance(t, c).SOM()
	if err := errors.Join(r.Cast(dog.Class), r.Release()); err != nil {
		t.Fatal(err)
	}
	e, err := meta.Extent(c)
	if err != nil || len(e) != 0 || meta.Kept(c) != 0 {
		t.Errorf("%d in the extent, of %d that it keeps; %v", len(e), meta.Kept(c), err)
	}
}

// A blocker is against everything.
type blocker struct{ meta.Base }

func (*blocker) SommBeforeMethod(_ context.Context, c *meta.Call) (bool, error) {
	return !c.Ends(), nil
}
func (*blocker) SommAroundMethod(ctx context.Context, c *meta.Call, rest func(context.Context)) {
	if !c.Ends() {
		rest(ctx)
	}
}

// TestEndIsNotVetoed: destructors run, and properties further in see the end.
func TestEndIsNotVetoed(t *testing.T) {
	t.Parallel()
	blocks := som.MustClass[blocker]("Blocker", som.Parents(meta.BeforeAfter))
	m, err := meta.Of(blocks, meta.ExtentManaged)
	if err != nil {
		t.Fatal(err)
	}
	ended := 0
	c := mustClass(t, som.Spec{Name: "Blocked", Metaclass: m, Fini: func(som.Ref) { ended++ }})
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Release(); err != nil || ended != 1 || meta.Kept(c) != 0 {
		t.Errorf("%v: %d destructors ran, %d in the extent", err, ended, meta.Kept(c))
	}
}

// A complainer lets nothing begin, when it has.
type complainer struct{ meta.Base }

func (*complainer) SommAfterMethod(_ context.Context, c *meta.Call) {
	if c.Begins() {
		c.Err = errVeto
	}
}

// TestBeginningFails: what fails behind the initializers undoes them, and properties that saw the beginning see the end.
func TestBeginningFails(t *testing.T) {
	t.Parallel()
	m, err := meta.Of(som.MustClass[complainer]("Complainer", som.Parents(meta.BeforeAfter)), meta.ExtentManaged)
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	begin := func(som.Ref) error { parts++; return nil }
	c := mustClass(t, som.Spec{Name: "Complained", Metaclass: m, Init: begin, Fini: func(som.Ref) { parts-- }})
	_, err = c.New()
	_, byErr := c.NewBy(c, begin)
	if !errors.Is(err, errVeto) || !errors.Is(byErr, errVeto) || parts != 0 || meta.Kept(c) != 0 || c.Instances() != 0 {
		t.Errorf("%v, %v: %d parts, %d in the extent, %d instances", err, byErr, parts, meta.Kept(c), c.Instances())
	}
}
