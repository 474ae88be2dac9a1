package som_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
)

type number = func(som.Self, context.Context, int32) (int32, error)

// plus makes what introduces a method that adds.
func plus(name string, n int32) som.MethodSpec {
	return som.MethodSpec{Name: name, Impl: func(_ som.Self, _ context.Context, x int32) (int32, error) { return x + n, nil }}
}

// release makes a class as a library has it, of whose methods generated code knows some.
func release(t *testing.T, s som.Spec, known ...som.MethodSpec) *som.Class {
	t.Helper()
	c, err := som.NewClass(s)
	if err == nil && known != nil {
		err = c.Compiled(known, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// tuned is a subclass of a class of which generated code knows id.
type tuned struct {
	som.Base
	n int
}

func (o *tuned) ID(ctx context.Context, x int32) (int32, error)   { o.n++; return x + 1000, nil }
func (o *tuned) Tune(_ context.Context, s string) (string, error) { o.n++; return s + "!", nil }
func (o *tuned) Dump(context.Context) error                       { o.n++; return nil }

// TestNewNames holds that a method which a release of a library adds is not overridden by a Go type that had a method of its name before,
// whatever the types are, wherever the method is added and also where the subclass's own parent is in Go; and that what generated code knows is overridden, wherever
// it has moved and whatever it is called in Go.
func TestNewNames(t *testing.T) {
	t.Parallel()
	id, known := plus("id", 0), som.MethodSpec{Name: "id", GoName: "ID"}
	text := som.MethodSpec{Name: "tune", Impl: func(_ som.Self, _ context.Context, s string) (string, error) { return s, nil }}
	libraries := map[string]func(t *testing.T) *som.Class{
		"as compiled": func(t *testing.T) *som.Class {
			return release(t, som.Spec{Name: "Vee", Introduces: []som.MethodSpec{id}}, known)
		},
		"other types": func(t *testing.T) *som.Class {
			return release(t, som.Spec{Name: "Vee", Introduces: []som.MethodSpec{id, plus("tune", 0), plus("dump", 0)}}, known)
		},
		"the same types": func(t *testing.T) *som.Class {
			return release(t, som.Spec{Name: "Vee", Introduces: []som.MethodSpec{id, text}}, known)
		},
		"of a new parent": func(t *testing.T) *som.Class {
			thing := release(t, som.Spec{Name: "Thing", Introduces: []som.MethodSpec{text}})
			return release(t, som.Spec{Name: "Vee", Parents: []*som.Class{thing}, Introduces: []som.MethodSpec{id}}, known)
		},
		"of a new parent that is called as the runtime's are": func(t *testing.T) *som.Class {
			thing := release(t, som.Spec{Name: "SOMThing", Introduces: []som.MethodSpec{text}})
			return release(t, som.Spec{Name: "Vee", Parents: []*som.Class{thing}, Introduces: []som.MethodSpec{id}}, known)
		},
		"moved up": func(t *testing.T) *som.Class {
			thing := release(t, som.Spec{Name: "Thing", Introduces: []som.MethodSpec{plus("tune", 0), id}})
			return release(t, som.Spec{Name: "Vee", Parents: []*som.Class{thing}, Introduces: []som.MethodSpec{{Name: "id", Migrated: thing}}}, known)
		},
		"through a class in Go": func(t *testing.T) *som.Class {
			vee := release(t, som.Spec{Name: "Vee", Introduces: []som.MethodSpec{id, text}}, known)
			return release(t, som.Spec{Name: "Between", Parents: []*som.Class{vee}})
		},
		"a sister's": func(t *testing.T) *som.Class {
			vee := release(t, som.Spec{Name: "Vee", Introduces: []som.MethodSpec{id}}, known)
			oth := release(t, som.Spec{Name: "Oth", Introduces: []som.MethodSpec{{Name: "id", GoName: "ID", Impl: text.Impl}, text}})
			if err := oth.Compiled(nil, nil); err != nil {
				t.Fatal(err)
			}
			return release(t, som.Spec{Name: "Both", Parents: []*som.Class{vee, oth}})
		},
	}
	for name, library := range libraries {
		for _, said := range []bool{false, true} {
			t.Run(fmt.Sprint(name, said), func(t *testing.T) {
				parent := library(t)
				c, err := som.ClassOf[tuned]("Tuned", som.Parents(parent), som.With(func(s *som.Spec) {
					if said {
						s.Overrides = []som.Override{{Method: "Vee::id"}}
					}
				}))
				if err != nil {
					t.Fatal(err)
				}
				if got := strings.Join(names(c.Introduced()), " "); got != "Tuned::dump Tuned::tune" {
					t.Errorf("introduced: %s", got)
				}
				o, err := c.New()
				if err != nil {
					t.Fatal(err)
				}
				vee := som.MustBind[number](parent, "Vee::id")
				fn, self := vee.Of(o)
				if n, err := fn(self, t.Context(), 1); n != 1001 || err != nil {
					t.Errorf("Vee::id: got %v, %v", n, err)
				}
				if s, err := o.Invoke(t.Context(), "Tuned::tune", "a"); s != "a!" || err != nil {
					t.Errorf("Tuned::tune: got %v, %v", s, err)
				}
				if m, err := parent.Lookup("tune"); err == nil && c.Implements(m) != nil {
					t.Errorf("it overrides %s", m)
				}
			})
		}
	}
}

// TestKnownByName holds that of a class without generated code all that runs is overridden, and that two codes of one class add up.
func TestKnownByName(t *testing.T) {
	t.Parallel()
	tune := som.MethodSpec{Name: "tune", Impl: func(_ som.Self, _ context.Context, s string) (string, error) { return s, nil }}
	id := plus("id", 0)
	id.GoName = "ID"
	vee := release(t, som.Spec{Name: "Vee", Introduces: []som.MethodSpec{id, tune}})
	for _, add := range [][]som.MethodSpec{nil, {id}, {tune}} {
		if add != nil {
			if err := vee.Compiled(add, nil); err != nil {
				t.Fatal(err)
			}
		}
		c, err := som.ClassOf[tuned]("Tuned", som.Parents(vee))
		if err != nil {
			t.Fatal(err)
		}
		want := "Tuned::dump"
		if len(add) > 0 && add[0].Name == "id" {
			want += " Tuned::tune"
		}
		if got := strings.Join(names(c.Introduced()), " "); got != want {
			t.Errorf("after %d: introduced %s, want %s", len(add), got, want)
		}
	}
	if err := vee.Compiled([]som.MethodSpec{{Name: "gone"}}, nil); !errors.Is(err, &som.Error{Code: som.CodeUnknown}) {
		t.Errorf("a method that there is not: %v", err)
	}
}

// shared is a Go type whose method could be either parent's.
type shared struct {
	som.Base
	n int
}

func (o *shared) ID(_ context.Context, x int32) (int32, error) { o.n++; return x + 5, nil }

// TestAmbiguousNames holds that a name which two parents had when the subclass was compiled is refused with both, unless Overrides says which is meant, or both.
func TestAmbiguousNames(t *testing.T) {
	t.Parallel()
	id := plus("id", 0)
	id.GoName = "ID"
	a := release(t, som.Spec{Name: "A", Introduces: []som.MethodSpec{id}})
	b := release(t, som.Spec{Name: "B", Introduces: []som.MethodSpec{id}})
	for _, c := range []struct {
		says, overrides string
		a, b            int32
	}{{overrides: "A::id", a: 6, b: 1}, {overrides: "B::id", a: 1, b: 6}, {overrides: "A::id B::id", a: 6, b: 6}, {says: "A::id and B::id"}} {
		class, err := som.ClassOf[shared]("S", som.Parents(a, b), som.With(func(s *som.Spec) {
			for m := range strings.FieldsSeq(c.overrides) {
				s.Overrides = append(s.Overrides, som.Override{Method: m})
			}
		}))
		if c.says != "" {
			if !errors.Is(err, &som.Error{Code: som.CodeAmbiguous}) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.overrides, err)
			continue
		}
		o, err := class.New()
		if err != nil {
			t.Fatal(err)
		}
		for m, want := range map[string]int32{"A::id": c.a, "B::id": c.b} {
			if got, err := o.Invoke(t.Context(), m, 1); got != want || err != nil {
				t.Errorf("%s overridden: %s is %v, %v", c.overrides, m, got, err)
			}
		}
	}
}

// TestRuntimesNames holds that the methods of the runtime's own classes, which generated code does not name, are overridden all the same.
func TestRuntimesNames(t *testing.T) {
	t.Parallel()
	id := plus("id", 0)
	id.GoName = "ID"
	vee := release(t, som.Spec{Name: "Vee", Introduces: []som.MethodSpec{id}}, id)
	c, err := som.ClassOf[lazy]("Lazy", som.Parents(vee))
	if err != nil {
		t.Fatal(err)
	}
	m, err := som.SOMObject.Lookup("somUninit")
	if err != nil {
		t.Fatal(err)
	}
	if c.Implements(m) == nil || len(c.Introduced()) != 0 {
		t.Errorf("somUninit is not overridden; introduced: %v", names(c.Introduced()))
	}
}

type lazy struct {
	som.Base
	n int
}

func (o *lazy) SomUninit() { o.n++ }

// elsewhere is another kernel, of which images are all that is asked for.
type elsewhere struct{ som.Host }

func (elsewhere) Define(*som.Class) error { return nil }

// TestKnownOfImages holds that of an image without generated code all methods are overridden, also those of an ancestor of which generated code knows fewer.
func TestKnownOfImages(t *testing.T) {
	t.Parallel()
	id := plus("id", 0)
	id.GoName = "ID"
	tune := som.MethodSpec{Name: "tune", Impl: func(_ som.Self, _ context.Context, s string) (string, error) { return s, nil }}
	vee := release(t, som.Spec{Name: "Vee", Mirror: elsewhere{}, Introduces: []som.MethodSpec{id, tune}}, id)
	below := release(t, som.Spec{Name: "Below", Mirror: elsewhere{}, Parents: []*som.Class{vee}})
	for _, c := range []struct {
		parent *som.Class
		want   string
	}{{vee, "Tuned::dump Tuned::tune"}, {below, "Tuned::dump"}} {
		class, err := som.ClassOf[tuned]("Tuned", som.Parents(c.parent))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(names(class.Introduced()), " "); got != c.want {
			t.Errorf("below %s: introduced %s, want %s", c.parent, got, c.want)
		}
	}
}

// TestSaidOverrides holds that Overrides has the last word: a Go method overrides what it names, also what generated code does not know; and what has an
// implementation of its own is not overridden by the Go method of its name.
func TestSaidOverrides(t *testing.T) {
	t.Parallel()
	id, known := plus("id", 0), som.MethodSpec{Name: "id", GoName: "ID"}
	tune := som.MethodSpec{Name: "tune", Impl: func(_ som.Self, _ context.Context, s string) (string, error) { return s, nil }}
	vee := release(t, som.Spec{Name: "Vee", Introduces: []som.MethodSpec{id, tune}}, known)
	for _, c := range []struct {
		override   som.Override
		introduced string
		id, tune   any
	}{
		{som.Override{Method: "Vee::tune"}, "Tuned::dump", int32(1001), "a!"},
		{som.Override{Method: "Vee::id", Impl: func(_ som.Self, _ context.Context, x int32) (int32, error) { return x + 7, nil }}, "Tuned::dump Tuned::tune", int32(8), "a"},
	} {
		class, err := som.ClassOf[tuned]("Tuned", som.Parents(vee), som.With(func(s *som.Spec) { s.Overrides = []som.Override{c.override} }))
		if err != nil {
			t.Errorf("%s: %v", c.override.Method, err)
			continue
		}
		if got := strings.Join(names(class.Introduced()), " "); got != c.introduced {
			t.Errorf("%s: introduced %s, want %s", c.override.Method, got, c.introduced)
		}
		o, err := class.New()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := o.Invoke(t.Context(), "Vee::id", 1); got != c.id || err != nil {
			t.Errorf("%s: id is %v, %v", c.override.Method, got, err)
		}
		if got, err := o.Invoke(t.Context(), "Vee::tune", "a"); got != c.tune || err != nil {
			t.Errorf("%s: tune is %v, %v", c.override.Method, got, err)
		}
	}
}

// TestKnownInDiamonds holds that what generated code knows is as much as there are methods, however many ways lead up to them.
func TestKnownInDiamonds(t *testing.T) {
	t.Parallel()
	id := plus("id", 0)
	top := release(t, som.Spec{Name: "Top", Introduces: []som.MethodSpec{id}}, id)
	for n := range 40 {
		sides := [2]*som.Class{}
		for i := range sides {
			sides[i] = release(t, som.Spec{Name: fmt.Sprintf("Side%d_%d", n, i), Parents: []*som.Class{top}})
			if err := sides[i].Compiled(nil, []*som.Class{top}); err != nil {
				t.Fatal(err)
			}
		}
		top = release(t, som.Spec{Name: fmt.Sprintf("Join%d", n), Parents: sides[:]})
		if err := top.Compiled(nil, sides[:]); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOwners holds what the letters of Owns mean, of results and of parameters.
func TestOwners(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, owns           string
		result, takes, lends bool
	}{
		{"f", "", false, false, false}, {"_get_f", "", true, false, false}, {"_get_f", "c", false, false, false}, {"f", "c", false, false, false},
		{"f", "o", true, false, false}, {"f", "d", true, false, false}, {"f", "cc", false, false, false}, {"f", "co", false, true, true}, {"f", "cd", false, false, true},
	} {
		s := som.MethodSpec{Name: c.name, Owns: c.owns}
		if s.LendsResult() != c.result || s.Takes(0) != c.takes || s.Lends(0) != c.lends {
			t.Errorf("%s %q: the result is the object's: %v, what goes in: %v, what comes out: %v", c.name, c.owns, s.LendsResult(), s.Takes(0), s.Lends(0))
		}
	}
}
