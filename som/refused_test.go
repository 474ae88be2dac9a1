package som_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
	"github.com/opendsom/dsom/som/internal/zoo/dog"
)

// TestRefused holds what the conformance cases cannot say: what Go programs may get wrong. Each is an
// error of a code and with a text that says what to do.
func TestRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, err := dog.New()
	if err != nil {
		t.Fatal(err)
	}
	ended, err := dog.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := ended.Free(); err != nil {
		t.Fatal(err)
	}
	speak, err := animal.Class.Lookup("speak")
	if err != nil {
		t.Fatal(err)
	}
	spec := func(s som.Spec) error { s.Name = "X"; _, err := som.NewClass(s); return err }
	introduce := func(m som.MethodSpec) error { return spec(som.Spec{Introduces: []som.MethodSpec{m}}) }
	invoke := func(args ...any) error { _, err := d.Invoke(ctx, "speak", args...); return err }
	var nilFunc func(som.Self)
	for name, c := range map[string]struct {
		err  error
		code som.Code
		says string
	}{
		"no func":           {introduce(som.MethodSpec{Name: "m", Impl: 1}), som.CodeMethod, "som.Self first"},
		"no implementation": {introduce(som.MethodSpec{Name: "m"}), som.CodeMethod, "som.Self first"},
		"no self":           {introduce(som.MethodSpec{Name: "m", Impl: func(int) {}}), som.CodeMethod, "som.Self first"},
		"nil func":          {introduce(som.MethodSpec{Name: "m", Impl: nilFunc}), som.CodeMethod, "nil func"},
		"dynamic":           {introduce(som.MethodSpec{Name: "m", Kind: som.Dynamic, Impl: answer("")}), som.CodeMethod, "AddMethod"},
		"nil parent":        {spec(som.Spec{Parents: []*som.Class{nil}}), som.CodeUnknown, "parent 0 is nil"},
		"nil migration":     {introduce(som.MethodSpec{Name: "m", Migrated: animal.Class}), som.CodeMethod, "no ancestor"},
		"override type": {spec(som.Spec{Parents: []*som.Class{animal.Class}, Overrides: []som.Override{{Method: "speak", Impl: answer("")}}}),
			som.CodeMethod, "must be func(som.Self, context.Context, int64) (int64, error)"},
		"override nil":   {spec(som.Spec{Parents: []*som.Class{animal.Class}, Overrides: []som.Override{{Method: "speak"}}}), som.CodeMethod, "<nil>"},
		"replace type":   {second(dog.Class.Replace(speak, answer(""))), som.CodeMethod, "must be"},
		"bind type":      {second(som.Bind[tag](dog.Class, "speak")), som.CodeMethod, "was bound as"},
		"bind unknown":   {second(som.Bind[tag](dog.Class, "fly")), som.CodeUnknown, "fly"},
		"named type":     {third(som.ByName[tag]("speak").Of(d.SOM())), som.CodeMethod, "was called as"},
		"too few":        {invoke(), som.CodeMethod, "1 arguments are needed, and there are 0"},
		"too many":       {invoke(1, 2), som.CodeMethod, "there are 2"},
		"wrong type":     {invoke("one"), som.CodeMethod, "is no int64"},
		"nil argument":   {invoke(nil), som.CodeMethod, "nil is no int64"},
		"lossy":          {invoke(1.5), som.CodeMethod, "is no int64"},
		"too large":      {invoke(uint64(1) << 63), som.CodeMethod, "is no int64"},
		"reflected":      {second(d.Invoke(ctx, "somIsA")), som.CodeMethod, "takes 1 arguments"},
		"reflected type": {second(d.Invoke(ctx, "somIsA", "Dog")), som.CodeMethod, "argument 1"},
		"retain ended":   {ended.Retain(), som.CodeFreed, "after its end"},
		"free ended":     {ended.Free(), som.CodeFreed, "after its end"},
		"cast ended":     {ended.Cast(animal.Class), som.CodeFreed, "after its end"},
		"copy ended":     {second(ended.Copy()), som.CodeFreed, "after its end"},
		"assign ended":   {d.Assign(ended.SOM()), som.CodeFreed, "after its end"},
		"call ended":     {second(ended.Speak(ctx, 1)), som.CodeFreed, "after its end"},
		"invoke ended":   {second(ended.Invoke(ctx, "speak", 1)), som.CodeFreed, "after its end"},
		"class call":     {second(dog.Class.Call(ctx, speak, som.SOMObject.SOM(), nil)), som.CodeType, "it is no Dog"},
		"join":           {second(som.Join(dog.Class)), som.CodeMetaclass, "does not descend"},
		"next":           {second(animal.Next{}, som.ErrNoNext), som.CodeAbstract, "no further"},
	} {
		if !errors.Is(c.err, &som.Error{Code: c.code}) || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("%s: got %v, want %s and %q", name, c.err, c.code, c.says)
		}
	}
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

// TestFunctionsWithoutErrors holds that a method which cannot answer an error panics with it instead,
// rather than answer something made up.
func TestFunctionsWithoutErrors(t *testing.T) {
	t.Parallel()
	c := mustDefine(t, new(som.Manager), som.Spec{Name: "A", Introduces: []som.MethodSpec{{Name: "m", Impl: func(som.Self) int { return 1 }}}})
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	m := som.MustBind[func(som.Self) int](c, "m")
	if err := r.Free(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, &som.Error{Code: som.CodeFreed}) {
			t.Errorf("got %v", err)
		}
	}()
	fn, self := m.Of(r)
	t.Errorf("got %d", fn(self))
}

// TestWrongReferences holds that a reference which was made of an object of another class calls nothing, and
// that a base of a class of which only the interface is inherited has nothing to call.
func TestWrongReferences(t *testing.T) {
	t.Parallel()
	// Many methods, so that some stand where the table of an Animal has speak.
	s := som.Spec{Name: "Many"}
	for i := range 300 {
		s.Introduces = append(s.Introduces, som.MethodSpec{Name: fmt.Sprintf("m%d", i), Impl: func(som.Self) { t.Error("a method was called by a wrong reference") }})
	}
	many := mustDefine(t, new(som.Manager), s)
	r, err := many.New()
	if err != nil {
		t.Fatal(err)
	}
	for what, f := range map[string]func(){
		"stub":       func() { _, _ = animal.Ref{Ref: r}.Speak(t.Context(), 1) },
		"zero token": func() { fn, self := (som.Token[func(som.Self)]{}).Of(r); fn(self) },
		"nil":        func() { _, _ = animal.Ref{}.Speak(t.Context(), 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: it did not panic", what)
				}
			}()
			f()
		}()
	}
	if _, ok := animal.Narrow(r); ok {
		t.Error("it narrows to an Animal")
	}
	abstract := mustDefine(t, new(som.Manager), som.Spec{Name: "Ab", Parents: []*som.Class{animal.Class}, AbstractParents: []*som.Class{animal.Class}})
	o, err := abstract.New()
	if err != nil {
		t.Fatal(err)
	}
	for what, class := range map[string]*som.Class{"abstract": animal.Class, "another": dog.Class, "without": som.SOMObject} {
		fn, self := animal.SpeakToken.In(class, o)
		if _, err := fn(self, t.Context(), 1); !errors.Is(err, &som.Error{Code: som.CodeAbstract}) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, ok := som.State[int](o, animal.Class); ok {
		t.Error("it has a state of another type")
	}
	if _, err := animal.Class.Call(t.Context(), animal.SpeakToken.Method(), o, []any{1}); !errors.Is(err, &som.Error{Code: som.CodeAbstract}) {
		t.Errorf("Call: got %v", err)
	}
}

// FuzzNames holds that whatever text is a name, definition and lookup answer.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"", "A", "A::b", "::", "A::", "::b", "SOMDerived(A,B)", strings.Repeat("x", 300), "Ä", "a\x00b"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, class, method string) {
		c, err := som.NewClass(som.Spec{Name: class, Introduces: []som.MethodSpec{{Name: method, Impl: answer("x")}}})
		if err != nil {
			if !errors.Is(err, &som.Error{Code: som.CodeName}) {
				t.Fatal(err)
			}
			_, _ = som.SOMObject.Lookup(class)
			_, _ = som.SOMObject.Lookup(method)
			return
		}
		if m, err := c.Lookup(class + "::" + method); err != nil || m.Name() != method {
			t.Errorf("got %v, %v", m, err)
		}
	})
}
