package som_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
)

// TestOlder has somInit and somUninit run at their classes' places among initializers and destructors, as libsom's test of that name does: K and N
// are of somInit's time, B of initializers', M of both, and P inherits. Small letters are somInit's.
func TestOlder(t *testing.T) {
	t.Parallel()
	var tr trace
	raises := ""
	may := func(what string) {
		tr.note(what)
		if what == raises {
			panic(errRaised)
		}
	}
	class := func(name string, parent *som.Class, older, lives bool) *som.Class {
		s := som.Spec{Name: name, Parents: []*som.Class{parent}}
		if lives {
			s.Init = func(som.Ref) error { may(name); return nil }
			s.Fini = func(som.Ref) { tr.note("~" + name) }
			s.Copy = func(_, _ som.Ref) error { tr.note("+" + name); return nil }
		}
		if older {
			small := strings.ToLower(name)
			s.Overrides = []som.Override{
				{Method: "somInit", Impl: func(self som.Self) { parentDo(self, parent, "somInit"); may(small) }},
				{Method: "somUninit", Impl: func(self som.Self) { tr.note("~" + small); parentDo(self, parent, "somUninit") }},
			}
		}
		c, err := som.NewClass(s)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	k := class("K", som.SOMObject, true, false)
	b := class("B", k, false, true)
	m := class("M", b, true, true)
	p := class("P", m, false, true)
	n := class("N", som.SOMObject, true, false)

	u, err := som.NewClass(som.Spec{Name: "U", Overrides: []som.Override{{Method: "somUninit", Impl: func(som.Self) { tr.note("~u") }}}})
	if err != nil {
		t.Fatal(err)
	}

	by := func(what string) func(som.Ref) error { return func(som.Ref) error { may(what); return nil } }
	var kept som.Ref
	for _, c := range []struct {
		what, raises, want string
		do                 func() (som.Ref, error)
	}{
		{"new", "", "k B M m P ~P ~m ~M ~B ~k", p.New},
		{"initializer of B's own", "", "k by ~B ~k", func() (som.Ref, error) { return b.NewBy(b, by("by")) }},
		{"of an ancestor's", "", "k by M m P ~P ~m ~M ~B ~k", func() (som.Ref, error) { return p.NewBy(b, by("by")) }},
		{"in somInit's place", "", "k B by ~m ~M ~B ~k", func() (som.Ref, error) { return m.NewBy(m, by("by")) }},
		{"in the only somInit's place", "", "by ~n", func() (som.Ref, error) { return n.NewBy(n, by("by")) }},
		{"the first raises", "k", "k", p.New},
		{"an initializer raises", "B", "k B ~k", p.New},
		{"that of a class with both", "M", "k B M ~B ~k", p.New},
		{"its somInit", "m", "k B M m ~M ~B ~k", p.New},
		{"the last", "P", "k B M m P ~m ~M ~B ~k", p.New},
		{"one with arguments", "by", "k B by ~B ~k", func() (som.Ref, error) { return m.NewBy(m, by("by")) }},
		{"to be copied", "", "k B M m P", func() (som.Ref, error) {
			r, err := p.New()
			kept = r
			return som.Ref{}, errors.Join(err, errRaised)
		}},
		{"copy", "", "+B +M +P ~P ~M ~B", func() (som.Ref, error) { return kept.Copy() }},
		{"called, and ended", "", "k m ~m ~k ~P ~m ~M ~B ~k", func() (som.Ref, error) {
			for _, method := range []string{"somInit", "somUninit"} {
				f, self := som.MustBind[func(som.Self)](som.SOMObject, method).Of(kept)
				f(self)
			}
			return kept, nil
		}},
		{"somUninit alone", "", "~u", u.New},
		{"of a copy, which nothing begins", "", "~u", func() (som.Ref, error) {
			r, err := u.New()
			if err != nil {
				return r, err
			}
			c, err := r.Copy()
			return c, errors.Join(err, r.Release())
		}},
		{"of a copy that a call begins, as it does where there is a somInit", "", "~u ~u", func() (som.Ref, error) {
			r, err := u.New()
			if err != nil {
				return r, err
			}
			c, err := r.Copy()
			f, self := som.MustBind[func(som.Self)](som.SOMObject, "somInit").Of(c)
			f(self)
			return c, errors.Join(err, r.Release())
		}},
	} {
		tr.lines, raises = nil, c.raises
		func() {
			defer func() {
				if e := recover(); e != nil && c.raises == "" {
					t.Errorf("%s: %v", c.what, e)
				}
			}()
			if r, err := c.do(); err == nil {
				err = r.Release()
				if err != nil {
					t.Errorf("%s: %v", c.what, err)
				}
			}
		}()
		if got := strings.Join(tr.lines, " "); got != c.want {
			t.Errorf("%s: it went %s, and should have gone %s", c.what, got, c.want)
		}
	}
	for _, c := range []*som.Class{k, b, m, p, n, u} {
		if c.Instances() != 0 {
			t.Errorf("%d of %s live", c.Instances(), c.Name())
		}
	}
}

// parentDo makes the parent call of a template of somInit's time.
func parentDo(self som.Self, parent *som.Class, method string) {
	f, self := som.MustBind[func(som.Self)](som.SOMObject, method).In(parent, self.Ref())
	f(self)
}
