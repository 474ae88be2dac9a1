package meta_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
	"github.com/opendsom/dsom/som/meta"
)

// TestTraced holds what a trace looks like, and that it can be turned off.
func TestTraced(t *testing.T) {
	t.Parallel()
	c := speaks(t, "T", meta.Traced)
	var b strings.Builder
	if err := meta.Trace(c, &b); err != nil {
		t.Fatal(err)
	}
	a := instance(t, c)
	if _, err := a.Speak(t.Context(), 1); err != nil {
		t.Error(err)
	}
	want := "a T.SOMObject::somDefaultInit()\na T.SOMObject::somDefaultInit: \na T.Animal::speak(1)\na T.Animal::speak: 11\n"
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	if on, err := c.SOM().Invoke(t.Context(), "_get_sommTraceIsOn"); on != true || err != nil {
		t.Errorf("got %v, %v", on, err)
	}
	if _, err := c.SOM().Invoke(t.Context(), "_set_sommTraceIsOn", false); err != nil {
		t.Error(err)
	}
	_, _ = a.Speak(t.Context(), 1)
	if b.String() != want {
		t.Error("it goes on")
	}
	if err := meta.Trace(animal.Class, &b); !errors.Is(err, &som.Error{Code: som.CodeType}) {
		t.Errorf("got %v", err)
	}
}

// TestTracedByVariable: which classes SOMM_TRACED has traced.
func TestTracedByVariable(t *testing.T) {
	for variable, want := range map[string][2]bool{"": {true, true}, "NamedA, NamedB": {false, true}, "NamedBB Named": {}, " Unnamed": {true, false}} {
		t.Setenv("SOMM_TRACED", variable)
		for i, name := range []string{"Unnamed", "NamedB"} {
			c := speaks(t, name, meta.Traced)
			if on, err := c.SOM().Invoke(t.Context(), "_get_sommTraceIsOn"); on != want[i] || err != nil {
				t.Errorf("SOMM_TRACED=%q: %s is traced: %v, %v", variable, name, on, err)
			}
		}
	}
}
