package dsom_test

import (
	"testing"
	"unsafe"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd/dsom"
)

// TestListsAreCopied has a copy of a list, made or assigned, have what is at places of its own: those that the first one has made for a program in C end with that, once, and what the copy had before with the copying.
func TestListsAreCopied(t *testing.T) {
	blocks := map[unsafe.Pointer][]uint64{}
	dsom.ProvideMemory(dsom.ForeignMemory{Allocate: func(n uintptr) unsafe.Pointer {
		block := make([]uint64, n/8+1)
		blocks[unsafe.Pointer(&block[0])] = block
		return unsafe.Pointer(&block[0])
	}, Deallocate: func(p unsafe.Pointer) {
		if p != nil && blocks[p] == nil {
			t.Errorf("the memory at %p ends twice", p)
		}
		delete(blocks, p)
	}})
	list := func(texts ...string) som.Ref {
		t.Helper()
		l, err := dsom.NVListClass.New()
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if err := dsom.AddItem(l, "x", dyn.String.Any(text), dsom.ArgIn); err != nil {
				t.Fatal(err)
			}
		}
		return l
	}
	at := func(l som.Ref) string { // as a program in C reads it
		t.Helper()
		p, text, err := dsom.PlaceOfItem(t.Context(), l, 0)
		if err != nil || p == 0 {
			t.Fatal(p, err)
		}
		return text
	}
	release := func(all ...som.Ref) {
		t.Helper()
		for _, l := range all {
			if err := l.Release(); err != nil {
				t.Error(err)
			}
		}
	}
	first, other := list("one"), list("two", "three")
	at(first)
	at(other)
	second, err := first.Copy()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Assign(first); err != nil {
		t.Fatal(err)
	}
	if len(blocks) != 2 { // the first's place, and the text
		t.Errorf("%d pieces of memory are there when the lists are copied", len(blocks))
	}
	a, b := at(second), at(other)
	release(first)
	if c, d := at(second), at(other); a != "one" || b != "one" || c != "one" || d != "one" {
		t.Errorf("the copies have %q and %q, and without the first %q and %q", a, b, c, d)
	}
	release(second, other)
	if len(blocks) != 0 {
		t.Errorf("%d pieces of memory are left", len(blocks))
	}
}
