package orb_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// TestReferenceComponents holds what functions of Config.References add, and to which profiles.
func TestReferenceComponents(t *testing.T) {
	t.Parallel()
	const tag = 0x44530001
	add := func(r *orb.NewReference) error {
		if r.Interface().ID != echoID || r.Persistent() || r.ORB() == nil || len(r.Key()) == 0 {
			t.Errorf("told of %s, %v, %v, %q", r.Interface().ID, r.Persistent(), r.ORB(), r.Key())
		}
		r.AddComponent(ior.Component{Tag: tag, Data: []byte("all")})
		if err := r.AddComponentTo(ior.TagMultipleComponents, ior.Component{Tag: tag, Data: []byte("multiple")}); err != nil {
			t.Error(err)
		}
		if err := r.AddComponentTo(ior.TagInternetIOP, ior.Component{Tag: tag + 1, Data: []byte("iiop")}); err != nil {
			t.Error(err)
		}
		if err := r.AddComponentTo(77, ior.Component{}); !errors.Is(err, exc.BadParam) {
			t.Errorf("a profile that there is not: %v", err)
		}
		return nil
	}
	for _, v := range []cdr.Version{cdr.V10, cdr.V12} {
		o, root := newORB(t, func(c *orb.Config) { c.References, c.MaxVersion = []func(*orb.NewReference) error{add}, v })
		ref, err := EchoClass.Activate(root, &echo{orb: o})
		if err != nil {
			t.Fatal(err)
		}
		i := ref.IOR()
		if len(i.Profiles) != 2 {
			t.Fatalf("%v: got %d profiles", v, len(i.Profiles))
		}
		p, err := i.Profiles[0].IIOP()
		if err != nil {
			t.Fatal(err)
		}
		all, _ := p.Find(tag)
		one, _ := p.Find(tag + 1)
		if want := v == cdr.V12; (string(all) == "all") != want || (string(one) == "iiop") != want {
			t.Errorf("%v: got %q and %q in the IIOP profile", v, all, one)
		}
		list, err := i.Profiles[1].MultiComponent()
		if err != nil || len(list) != 1 || string(list[0].Data) != "multiple" {
			t.Errorf("%v: got %v, %v", v, list, err)
		}
		if err := EchoClass.Unchecked(newClient(t, nil).NewRef(i)).Ping(t.Context()); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
}

// TestReferenceRefused holds that a function of Config.References can keep a reference from being made.
func TestReferenceRefused(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	_, root := newORB(t, func(c *orb.Config) {
		c.References = []func(*orb.NewReference) error{func(*orb.NewReference) error { return refused }}
	})
	if _, err := EchoClass.Activate(root, new(echo)); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

// TestInitializers holds that initializers run before clients are let in, that their error is New's, and the order of
// what is called at the end.
func TestInitializers(t *testing.T) {
	t.Parallel()
	d := new(diary)
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Initializers: []func(*orb.ORB) error{
		func(o *orb.ORB) error {
			d.note("first %v", len(o.Endpoints()))
			o.AtEnd(func() error { d.note("end 1"); return errors.New("one") })
			return nil
		},
		func(o *orb.ORB) error {
			o.AtEnd(func() error { d.note("end 2"); return errors.New("two") })
			return nil
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Shutdown(context.Background()); err == nil || err.Error() != "two\none" {
		t.Errorf("got %v", err)
	}
	if err := o.Shutdown(context.Background()); err != nil {
		t.Errorf("the second time: %v", err)
	}
	o.AtEnd(func() error { d.note("late"); return nil })
	if got := strings.Join(d.take(), ","); got != "first 1,end 2,end 1,late" {
		t.Errorf("got %s", got)
	}
	refused := errors.New("refused")
	if _, err := orb.New(orb.Config{Initializers: []func(*orb.ORB) error{func(*orb.ORB) error { return refused }}}); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}
