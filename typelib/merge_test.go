package typelib_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// read returns the specification that the typelib of a text holds.
func read(t testing.TB, text string) *model.Spec { return decode(t, encode(t, source(t, text))) }

// TestMerge makes one specification of two, in either order.
func TestMerge(t *testing.T) {
	t.Parallel()
	dog := decode(t, encode(t, compile(t, idl.Options{}, "testdata/dog.idl")))
	animal := decode(t, encode(t, compile(t, idl.Options{}, "testdata/animal.idl")))
	before := printed(t, dog)
	for name, specs := range map[string][]*model.Spec{"dog first": {dog, animal}, "animal first": {animal, dog}, "again": {dog, animal, dog}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := typelib.Merge(specs...)
			if err != nil {
				t.Fatal(err)
			}
			d, ok := spec.Lookup("Zoo::Dog").(*model.Interface)
			if !ok {
				t.Fatal("no class Dog")
			}
			m := d.FindMethod("speak")
			if m == nil || m.Class.ScopedName() != "Zoo::Animal" || !m.Class.IsMain() {
				t.Errorf("speak: %v", m)
			}
			bite := d.FindMethod("bite").Operation
			if whom, ok := model.As[*model.Interface](bite.Params[0].Type); !ok || whom != spec.Lookup("Zoo::Animal") {
				t.Error("a parameter is of the outline still")
			}
			text := printed(t, spec)
			for _, want := range []string{"interface Animal : SOMObject {", "long speak (in long times);", "interface Dog : Animal {", `#include "animal.idl"`} {
				if strings.Count(text, want) != 1 {
					t.Errorf("%q is there %d times in\n%s", want, strings.Count(text, want), text)
				}
			}
			again := decode(t, encode(t, spec))
			if printed(t, again) != text {
				t.Errorf("its typelib says something else:\n%s\n----\n%s", text, printed(t, again))
			}
		})
	}
	if printed(t, dog) != before {
		t.Error("what was merged has changed")
	}
}

// TestMergeOutlines merges two libraries that use different types of a class that neither has.
func TestMergeOutlines(t *testing.T) {
	t.Parallel()
	const impl = " implementation { majorversion = 1; }; };"
	one := read(t, `#include "animal.idl"`+"\ninterface A : SOMObject { void f(in Zoo::Animal::Herd h, in Zoo::Size s);"+impl)
	two := read(t, `#include "animal.idl"`+"\ninterface B : Zoo::Animal { void g(in Zoo::Diet d);"+impl)
	spec, err := typelib.Merge(two, one)
	if err != nil {
		t.Fatal(err)
	}
	if spec.Lookup("Zoo::Animal::Herd") == nil || spec.Lookup("Zoo::Diet") == nil || spec.Lookup("B") == nil || spec.Lookup("A") == nil {
		t.Error("something is missing")
	}
}

// TestMergeContradiction holds what does not fit together.
func TestMergeContradiction(t *testing.T) {
	t.Parallel()
	const head, tail = "#include <somobj.idl>\n", " implementation { majorversion = 1; }; };"
	a := read(t, head+"interface A : SOMObject { void f(in short x);"+tail)
	for name, c := range map[string]struct{ text, want string }{
		"class": {"interface A : SOMObject { void f(in long x);" + tail, "interface A is described twice, and not alike"},
		"kind":  {"struct A { long l; };\ninterface B : SOMObject { void f(in A a);" + tail, "A is described twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := typelib.Merge(a, read(t, head+c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestOnly leaves one class of a library.
func TestOnly(t *testing.T) {
	t.Parallel()
	b := encode(t, compile(t, idl.Options{}, "testdata/dog.idl"))
	spec, err := typelib.Only(decode(t, b), "Zoo::DogClass")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/only.golden.idl")
	if err != nil {
		t.Fatal(err)
	}
	if got := printed(t, spec); !bytes.Equal([]byte(got), want) {
		t.Errorf("got\n%s", got)
	}
	for _, class := range []string{"Zoo::Animal", "Zoo::Cat", "Zoo::Size", ""} {
		if _, err := typelib.Only(decode(t, b), class); err == nil || !strings.Contains(err.Error(), "there is no class") {
			t.Errorf("%q: got %v", class, err)
		}
	}
}
