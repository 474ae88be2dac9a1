package som_test

import (
	"context"
	"fmt"
	"log"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
	"github.com/opendsom/dsom/som/internal/zoo/dog"
)

// Hound is a Dog in Go: it embeds the parent's base and overrides by declaring the method.
type Hound struct {
	dog.Base
	spoken int
}

func (h *Hound) Speak(ctx context.Context, n int64) (int64, error) {
	h.spoken++
	r, err := h.Base.Speak(ctx, n) // a parent call
	return r + 1000, err
}

func Example() {
	hounds := som.MustClass[Hound]("Hound", som.Parents(dog.Class))
	obj, err := hounds.New()
	if err != nil {
		log.Fatal(err)
	}
	defer obj.Release()

	pet, ok := animal.Narrow(obj) // by the type: calls by offset
	fmt.Println(ok)
	fmt.Println(pet.Speak(context.Background(), 1))

	fmt.Println(obj.Invoke(context.Background(), "bark", "cat")) // by name
	// Output:
	// true
	// 1011 <nil>
	// 1 <nil>
}

func ExampleManager() {
	m := som.Manager{Load: func(l *som.Loading, name string) error {
		animal, err := l.NewClass(som.Spec{Name: "Animal", Version: som.Version{Major: 1, Minor: 2}})
		if err != nil {
			return err
		}
		_, err = l.NewClass(som.Spec{Name: name, Parents: []*som.Class{animal}})
		return err
	}}
	cat, err := m.Find("Cat", som.Version{}) // loads it, and Animal with it
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cat.Order())
	_, err = m.Find("Animal", som.Version{Major: 1, Minor: 3})
	fmt.Println(err)
	// Output:
	// [Cat Animal SOMObject]
	// som: Animal: version 1.3 was asked for, and this is 1.2: the major must be the same, the minor not lower (version)
}

// counting is the state of a metaclass: each class that is made with it has one.
type counting struct {
	som.Base
	made int
}

// Made answers how many instances the class has made, and is a method of the class object.
func (c *counting) Made() (int, error) { return c.made, nil }

var nextNew = som.MustBind[func(som.Self) (som.Ref, error)](som.SOMClass, "somNew")

// SomNew overrides how instances are made.
func (c *counting) SomNew() (som.Ref, error) {
	c.made++
	fn, self, ok := nextNew.Next(c.Class(), c.SOM())
	if !ok {
		return som.Ref{}, som.ErrNoNext
	}
	return fn(self)
}

func ExampleClass_metaclass() {
	counted := som.MustClass[counting]("Counted", som.Parents(som.SOMClass))
	robin, err := som.NewClass(som.Spec{Name: "Robin", Parents: []*som.Class{animal.Class}, Metaclass: counted})
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		if _, err := robin.New(); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(robin.SOM().Invoke(context.Background(), "made"))
	// Output: 3 <nil>
}
