//go:build cgo && unix

package native_test

import (
	"testing"

	"github.com/opendsom/dsom/som"
)

// TestOlder holds that in a class in Go, with a parent in C, somInit and somUninit run at the class's place, each once.
func TestOlder(t *testing.T) {
	z := need(t)
	older, err := som.NewClass(som.Spec{Name: "OldPuppy", Parents: []*som.Class{z.animal}, Overrides: []som.Override{
		{Method: "somInit", Impl: func(som.Self) { life.add("somInit") }},
		{Method: "somUninit", Impl: func(som.Self) { life.add("somUninit") }},
	}})
	if err != nil {
		t.Fatal(err)
	}
	later, err := som.NewClass(som.Spec{Name: "LaterPuppy", Parents: []*som.Class{older},
		Init: func(som.Ref) error { life.add("init"); return nil }, Fini: func(som.Ref) { life.add("fini") }})
	if err != nil {
		t.Fatal(err)
	}
	life.take()
	o, err := later.New()
	if err != nil {
		t.Fatal(err)
	}
	if got := life.take(); got != "somInit init" {
		t.Errorf("it began by %s", got)
	}
	copied, err := o.Copy()
	if err != nil {
		t.Fatal(err)
	}
	if err := copied.Release(); err != nil {
		t.Error(err)
	}
	if got := life.take(); got != "fini" {
		t.Errorf("a copy ended by %s", got)
	}
	if err := o.Release(); err != nil {
		t.Error(err)
	}
	if got := life.take(); got != "fini somUninit" {
		t.Errorf("it ended by %s", got)
	}
	living(t, later, 0)
}

// TestOlderPanics holds that an object whose somInit in Go panics leaves nothing behind: the next at its address is another.
func TestOlderPanics(t *testing.T) {
	z := need(t)
	wild := true
	older, err := som.NewClass(som.Spec{Name: "WildPuppy", Parents: []*som.Class{z.animal}, Overrides: []som.Override{
		{Method: "somInit", Impl: func(som.Self) {
			if wild {
				panic("wild")
			}
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := older.New(); err == nil {
			t.Fatal("it was made")
		}
		living(t, older, 0)
	}
	wild = false
	o, err := older.New()
	if err != nil {
		t.Fatal(err)
	}
	living(t, older, 1)
	if err := o.Release(); err != nil {
		t.Error(err)
	}
	living(t, older, 0)
}
