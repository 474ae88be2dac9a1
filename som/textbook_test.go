package som_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
)

// The programs that books of SOM have, over this kernel. What they print is what the same programs print in C over the other one
// (emit/c/testdata/textbook), where both can say it.

type textbook struct {
	*testing.T
	strings.Builder
}

func (b *textbook) F(format string, args ...any) { fmt.Fprintf(&b.Builder, format, args...) }

func (b *textbook) class(s som.Spec) *som.Class {
	b.Helper()
	c, err := som.NewClass(s)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func (b *textbook) new(c *som.Class) som.Ref {
	b.Helper()
	o, err := c.New()
	if err != nil {
		b.Fatal(err)
	}
	return o
}

func (b *textbook) free(o som.Ref) {
	b.Helper()
	if err := o.Free(); err != nil {
		b.Fatal(err)
	}
}

// invoke calls a method by packed arguments.
func (b *textbook) invoke(o som.Ref, method string, args ...any) any {
	b.Helper()
	is, err := o.Invoke(b.Context(), method, args...)
	if err != nil {
		b.Fatal(err)
	}
	return is
}

func bound[F any](b *textbook, c *som.Class, method string) som.Token[F] {
	b.Helper()
	t, err := som.Bind[F](c, method)
	if err != nil {
		b.Fatal(err)
	}
	return t
}

// yes is a truth as C prints it.
func yes(is bool) int {
	if is {
		return 1
	}
	return 0
}

// TestTextbook runs the programs and compares what they print.
func TestTextbook(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]struct {
		run  func(b *textbook)
		says func(text string) string // what is said otherwise here
	}{
		"methres": {run: resolution}, "releaseo": {run: releases},
		// What the program in C tries besides is about references to classes, which Go has none of.
		"dynaload": {run: loading, says: func(text string) string {
			return regexp.MustCompile(`(?m)unloaded while there is a pet \d+, |^loaded again .*\n`).ReplaceAllString(text, "")
		}},
		"metacls": {run: metaclasses},
		// An initializer with arguments stands for that of one class of an object; the others' are their default ones.
		"inits": {run: initializers, says: func(text string) string { return strings.Replace(text, "Bottom(it)", "Bottom", 1) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile("../emit/c/testdata/textbook/" + name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			text := string(want)
			if p.says != nil {
				text = p.says(text)
			}
			b := &textbook{T: t}
			p.run(b)
			if b.String() != text {
				t.Errorf("got\n%s\nwant\n%s", b.String(), text)
			}
		})
	}
}

type (
	wheelFunc = func(som.Self) (int32, error)
	sideFunc  = func(som.Self) (string, error)
)

// resolution finds one method in all the ways that there are.
func resolution(b *textbook) {
	wheel := func(n int32) wheelFunc { return func(som.Self) (int32, error) { return n, nil } }
	side := func(s string) sideFunc { return func(som.Self) (string, error) { return s, nil } }
	car := b.class(som.Spec{Name: "Car", Introduces: []som.MethodSpec{{Name: "wheel", Impl: wheel(4)}, {Name: "side", Impl: side("no")}}})
	left := b.class(som.Spec{Name: "LeftCar", Parents: []*som.Class{car}, Overrides: []som.Override{{Method: "wheel", Impl: wheel(1)}, {Method: "side", Impl: side("left")}}})
	right := b.class(som.Spec{Name: "RightCar", Parents: []*som.Class{car}, Overrides: []som.Override{{Method: "wheel", Impl: wheel(2)}, {Method: "side", Impl: side("right")}}})
	both := []*som.Class{left, right}
	mine := b.class(som.Spec{Name: "MyCar", Parents: both})
	var yours *som.Class
	token := bound[wheelFunc](b, car, "Car::wheel")
	yours = b.class(som.Spec{Name: "YourCar", Parents: both, Select: map[string]*som.Class{"side": right}, Overrides: []som.Override{{Method: "wheel", Impl: wheelFunc(func(self som.Self) (int32, error) {
		sum := int32(0)
		for n := range 2 {
			fn, _, err := yours.ParentEntry(token.Method(), n)
			if err != nil {
				return 0, err
			}
			r, err := fn.(wheelFunc)(self)
			if err != nil {
				return 0, err
			}
			sum = 10*sum + r
		}
		return sum, nil
	})}}})
	call := func(fn wheelFunc, self som.Self) int32 {
		n, err := fn(self)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	byName := som.ByName[wheelFunc]("wheel")
	show := func(o som.Ref) {
		offset := call(token.Of(o))
		b.F("%s: short %d, offset %d, ", o.Class(), offset, offset)
		fn, self, err := byName.Of(o)
		b.F("name %d, ", call(fn, self))
		b.F("dispatch %d %d, casted %d, side %s\n", yes(err == nil), b.invoke(o, "wheel"), call(token.In(right, o)), b.invoke(o, "side"))
	}
	m, y := b.new(mine), b.new(yours)
	show(m)
	show(y)
	b.F("cast %d, wheel %d, class %s, ", yes(y.Cast(left) == nil), call(token.Of(y)), y.Class())
	b.F("reset %d, wheel %d\n", yes(y.Uncast() == nil), call(token.Of(y)))
	b.free(m)
	b.free(y)
}

// metaclasses joins those of two parents.
func metaclasses(b *textbook) {
	counts := map[*som.Class]int{}
	names := map[som.Ref]string{}
	newToken := bound[func(som.Self) (som.Ref, error)](b, som.SOMClass, "somNew")
	var mAnimal *som.Class
	mAnimal = b.class(som.Spec{Name: "MAnimal", Parents: []*som.Class{som.SOMClass}, Introduces: []som.MethodSpec{
		{Name: "create", Impl: func(self som.Self, name string) (som.Ref, error) {
			fn, again := newToken.Of(self.Ref())
			o, err := fn(again)
			names[o] = name
			return o, err
		}},
		{Name: "_get_count", Impl: func(self som.Self) (int32, error) {
			c, _ := self.Ref().AsClass()
			return int32(counts[c]), nil
		}},
	}, Overrides: []som.Override{{Method: "somNew", Impl: func(self som.Self) (som.Ref, error) {
		c, _ := self.Ref().AsClass()
		counts[c]++
		fn, _, err := mAnimal.ParentEntry(newToken.Method(), 0)
		if err != nil {
			return som.Ref{}, err
		}
		return fn.(func(som.Self) (som.Ref, error))(self)
	}}}})
	mFlying := b.class(som.Spec{Name: "MFlying", Parents: []*som.Class{som.SOMClass}, Introduces: []som.MethodSpec{{Name: "flies", Impl: func(som.Self) (bool, error) { return true, nil }}}})
	animal := b.class(som.Spec{Name: "Animal", Metaclass: mAnimal})
	fly := b.class(som.Spec{Name: "Fly", Metaclass: mFlying})
	robins := b.class(som.Spec{Name: "Robin", Parents: []*som.Class{animal, fly}})
	meta := robins.Metaclass()
	b.F("Animal is a %s, Fly is a %s, Robin is a %s\n", animal.SOM().Class(), fly.SOM().Class(), meta)
	b.F("it descends from MAnimal %d, MFlying %d, SOMClass %d\n", yes(meta.DescendsFrom(mAnimal)), yes(meta.DescendsFrom(mFlying)), yes(meta.DescendsFrom(som.SOMClass)))
	robin := b.invoke(robins.SOM(), "create", "Robin").(som.Ref)
	other, a := b.new(robins), b.new(fly)
	b.F("%s, a %s, flies %d; robins made %d, animals %d\n", names[robin], robin.Class(), yes(b.invoke(robins.SOM(), "flies").(bool)), b.invoke(robins.SOM(), "_get_count"), b.invoke(animal.SOM(), "_get_count"))
	_, err := fly.Lookup("flies")
	_, classErr := fly.SOM().Class().Lookup("flies")
	b.F("a fly responds to flies %d, its class %d\n", yes(err == nil), yes(classErr == nil))
	b.free(robin)
	b.free(other)
	b.free(a)
}

// loading makes classes whose names are only known when the program runs.
func loading(b *textbook) {
	says := map[string]string{"Cat": "meow", "Dog": "woof"}
	talk := func(s string) sideFunc { return func(som.Self) (string, error) { return s, nil } }
	at := som.Version{Major: 1, Minor: 3}
	m := som.Manager{Load: func(l *som.Loading, name string) error {
		if name == "Pet" {
			_, err := l.NewClass(som.Spec{Name: name, Version: at, Introduces: []som.MethodSpec{{Name: "talk", Impl: talk("...")}}})
			return err
		}
		if says[name] == "" {
			return os.ErrNotExist
		}
		pet, err := l.Find("Pet")
		if err == nil {
			_, err = l.NewClass(som.Spec{Name: name, Version: at, Parents: []*som.Class{pet}, Overrides: []som.Override{{Method: "Pet::talk", Impl: talk(says[name])}}})
		}
		return err
	}}
	there := func(name string) int {
		_, err := m.Registered(name)
		return yes(err == nil)
	}
	for _, name := range []string{"Cat", "Dog", "Cow"} {
		b.F("%s: there %d, ", name, there(name))
		c, err := m.Find(name, som.Version{Major: 1, Minor: 2})
		if err != nil {
			b.F("not found\n")
			continue
		}
		pet := b.new(c)
		_, err = m.Find(name, som.Version{Major: 1, Minor: 4})
		b.F("says %s, version 1.4 will do %d, 2.0 %d\n", b.invoke(pet, "talk"), yes(err == nil), yes(c.CheckVersion(som.Version{Major: 2}) == nil))
		b.free(pet)
		b.F("unloaded %d, there %d\n", yes(m.Unload(c) != nil), there(name))
	}
}

// A longs is the part of an instance that has an array of IDL's long.
type longs []byte

func (l longs) at(n int) int32     { return int32(binary.NativeEndian.Uint32(l[4*n:])) }
func (l longs) set(n int, v int32) { binary.NativeEndian.PutUint32(l[4*n:], uint32(v)) }

// releases has one client use two releases of a class: in the second a method has moved to a new ancestor, others are
// declared in another order, and an instance is larger.
func releases(b *textbook) {
	type (
		pushFunc = func(som.Self, int32) error
		popFunc  = func(som.Self) (int32, error)
	)
	// stack has the methods of a class whose top is in one class's part, and its slots in another's from some place on.
	stack := func(top func() *som.Class, slots func() *som.Class, from int) (push pushFunc, pop, size, peek popFunc) {
		parts := func(self som.Self) (longs, longs) { return self.Ref().Bytes(top()), self.Ref().Bytes(slots())[4*from:] }
		push = func(self som.Self, n int32) error {
			t, s := parts(self)
			s.set(int(t.at(0)), n)
			t.set(0, t.at(0)+1)
			return nil
		}
		pop = func(self som.Self) (int32, error) {
			t, s := parts(self)
			t.set(0, t.at(0)-1)
			return s.at(int(t.at(0))), nil
		}
		size = func(self som.Self) (int32, error) {
			t, _ := parts(self)
			return t.at(0), nil
		}
		peek = func(self som.Self) (int32, error) {
			t, s := parts(self)
			return s.at(int(t.at(0)) - 1), nil
		}
		return push, pop, size, peek
	}
	client := func(c *som.Class) string {
		push, pop, size := bound[pushFunc](b, c, "Stack::push"), bound[popFunc](b, c, "Stack::pop"), bound[popFunc](b, c, "Stack::size")
		s := b.new(c)
		for i := range int32(5) {
			fn, self := push.Of(s)
			if err := fn(self, (i+1)*(i+1)); err != nil {
				b.Fatal(err)
			}
		}
		get := func(t som.Token[popFunc]) int32 {
			fn, self := t.Of(s)
			n, err := fn(self)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
		text := fmt.Sprintf("size %d, pop %d, ", get(size), get(pop))
		text += fmt.Sprintf("size %d\n", get(size))
		b.free(s)
		return text
	}
	const head = 16 // of an object in the other kernel
	reflects := func(c *som.Class, want string) {
		if got := fmt.Sprintf("instance %d, of %s", head+c.Size(), c.Parents()[0]); got != want {
			b.Errorf("got %s, want %s", got, want)
		}
	}

	var first *som.Class
	one := func() *som.Class { return first }
	push, pop, size, _ := stack(one, one, 1)
	first = b.class(som.Spec{Name: "Stack", Version: som.Version{Major: 1}, Data: som.Data{Size: 36, Align: 4}, Introduces: []som.MethodSpec{{Name: "push", Impl: push}, {Name: "pop", Impl: pop}, {Name: "size", Impl: size}}})
	b.WriteString(client(first))
	reflects(first, "instance 52, of SOMObject")

	var container, second *som.Class
	push, pop, size, peek := stack(func() *som.Class { return container }, func() *som.Class { return second }, 0)
	container = b.class(som.Spec{Name: "Container", Data: som.Data{Size: 4, Align: 4}, Introduces: []som.MethodSpec{{Name: "size", Impl: size}}})
	second = b.class(som.Spec{Name: "Stack", Version: som.Version{Major: 1, Minor: 1}, Parents: []*som.Class{container}, Data: som.Data{Size: 256, Align: 4},
		Introduces: []som.MethodSpec{{Name: "push", Impl: push}, {Name: "pop", Impl: pop}, {Name: "size", Migrated: container}, {Name: "peek", Impl: peek}}})
	if got := client(second); got != b.String() {
		b.Errorf("with the second release: got %s, want %s", got, b.String())
	}
	reflects(second, "instance 276, of Container")
}

// initializers begin a diamond: each ancestor once, and end it in reverse.
func initializers(b *textbook) {
	var size int32
	class := func(name string, parents ...*som.Class) *som.Class {
		return b.class(som.Spec{Name: name, Parents: slices.Clone(parents), Fini: func(som.Ref) { b.F("~%s ", name) }, Init: func(som.Ref) error {
			if name == "West" {
				size = 1
			}
			b.F("%s ", name)
			return nil
		}})
	}
	top := class("Top")
	west, east := class("West", top), class("East", top)
	bottom := class("Bottom", west, east)
	made := func(o som.Ref, err error) {
		if err != nil {
			b.Fatal(err)
		}
		b.F("size %d\n", size)
		b.free(o)
		b.F("\n")
	}
	made(bottom.New())
	made(bottom.NewBy(west, func(som.Ref) error {
		size = 42
		b.F("West(%d) ", size)
		return nil
	}))
	legacy := b.class(som.Spec{Name: "Legacy", Overrides: []som.Override{
		{Method: "somInit", Impl: func(som.Self) { b.F("Legacy ") }},
		{Method: "somUninit", Impl: func(som.Self) { b.F("~Legacy ") }},
	}})
	b.free(b.new(legacy))
	b.F("\n")
}
