package meta_test

import (
	"errors"
	"fmt"
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

// A writer is a function.
type writer func(line string)

func (w writer) Write(p []byte) (int, error) { w(string(p)); return len(p), nil }

// TestTraceCalls holds that what a trace is written to may end it, and wait for others that are traced: they do not wait for it. What
// they have no room for is counted.
func TestTraceCalls(t *testing.T) {
	t.Parallel()
	c := speaks(t, "T", meta.Traced)
	a := instance(t, c)
	lines := 0
	once := writer(func(string) {
		lines++
		if err := meta.Trace(c, nil); err != nil {
			t.Error(err)
		}
	})
	if err := meta.Trace(c, once); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Speak(t.Context(), 1); err != nil || lines != 1 {
		t.Errorf("got %v, %d lines", err, lines)
	}

	const calls = meta.MaxUntold/2 + 3 // a line before and one after
	begun, others := make(chan bool), make(chan bool)
	var last string
	lines = 0
	waits := writer(func(line string) {
		if lines++; lines == 1 {
			close(begun)
			<-others
		}
		last = line
	})
	if err := meta.Trace(c, waits); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(others)
		<-begun
		for range calls {
			if _, err := a.Speak(t.Context(), 2); err != nil {
				t.Error(err)
			}
		}
	}()
	if _, err := a.Speak(t.Context(), 1); err != nil {
		t.Error(err)
	}
	// The first, those for which there was room, and their number; then the first call's other line.
	if want := "a T.Animal::speak: 11\n"; lines != 1+meta.MaxUntold+1+1 || last != want {
		t.Errorf("got %d lines, the last %s", lines, last)
	}
}

// TestTracePanics holds that a writer that panics is the caller's panic, and the last of nothing.
func TestTracePanics(t *testing.T) {
	t.Parallel()
	c := speaks(t, "T", meta.Traced)
	a := instance(t, c)
	var b strings.Builder
	if err := meta.Trace(c, writer(func(string) { panic("full") })); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if r := fmt.Sprint(recover()); !strings.Contains(r, "full") {
				t.Errorf("got %s", r)
			}
		}()
		_, _ = a.Speak(t.Context(), 1)
	}()
	if err := meta.Trace(c, &b); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Speak(t.Context(), 1); err != nil || b.String() != "a T.Animal::speak(1)\na T.Animal::speak: 11\n" {
		t.Errorf("got %v, %s", err, b.String())
	}
}
