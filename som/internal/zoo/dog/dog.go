// Package dog is the class Dog as generated code has it: what stands in this file is what the Go
// emitter makes of
//
//	interface Dog : Animal {
//	  long bark(in string at);
//	  implementation { speak: override; };
//	};
//
// and object.go is the part that is written by hand.
package dog

import (
	"context"
	"reflect"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
)

// Class is the class Dog.
var Class = som.MustClass[object]("Dog", som.WithVersion(1, 0), som.Parents(animal.Class), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "bark", Type: reflect.TypeFor[barkFunc](), Packing: som.Packs(applyBark, dispatchBark)},
	}
}))

type barkFunc = func(som.Self, context.Context, string) (int32, error)

// BarkToken is the method bark, bound.
var BarkToken = som.MustBind[barkFunc](Class, "Dog::bark")

// A Dog is an object of class Dog, here or elsewhere.
type Dog interface {
	animal.Animal
	Bark(ctx context.Context, at string) (int32, error)
}

// A Ref refers to an object of class Dog.
type Ref struct{ animal.Ref }

var _ Dog = Ref{}

// New makes a Dog.
func New() (Ref, error) {
	r, err := Class.New()
	return Ref{animal.Ref{Ref: r}}, err
}

// Narrow is o as a Dog, if it is one. It is the same reference.
func Narrow(o som.Object) (Ref, bool) {
	r := o.SOM()
	return Ref{animal.Ref{Ref: r}}, r.IsA(Class)
}

// Bark calls bark.
func (r Ref) Bark(ctx context.Context, at string) (int32, error) {
	fn, self := BarkToken.Of(r.SOM())
	return fn(self, ctx, at)
}

// A Base is what subclasses in Go embed: its methods are Dog's implementations.
type Base struct{ som.Base }

// Self is the object, whose methods are those of its own class.
func (b Base) Self() Ref { return Ref{animal.Ref{Ref: b.SOM()}} }

// Next has the implementations that follow those of the class that embeds b, in the object's order.
func (b Base) Next() Next { return Next{animal.Base{Base: b.Base}.Next(), b.Base} }

// Speak is Dog's.
func (b Base) Speak(ctx context.Context, n int64) (int64, error) {
	fn, self := animal.SpeakToken.In(Class, b.SOM())
	return fn(self, ctx, n)
}

// Name is Dog's.
func (b Base) Name(ctx context.Context) (string, error) {
	fn, self := animal.NameToken.In(Class, b.SOM())
	return fn(self, ctx)
}

// Bark is Dog's.
func (b Base) Bark(ctx context.Context, at string) (int32, error) {
	fn, self := BarkToken.In(Class, b.SOM())
	return fn(self, ctx, at)
}

// Next has methods that answer som.ErrNoNext behind the last implementation.
type Next struct {
	animal.Next
	b som.Base
}

// Bark is the next.
func (n Next) Bark(ctx context.Context, at string) (r int32, err error) {
	fn, self, ok := BarkToken.Next(n.b.Class(), n.b.SOM())
	if !ok {
		return r, som.ErrNoNext
	}
	return fn(self, ctx, at)
}

func applyBark(fn barkFunc, self som.Self, ctx context.Context, args []any) ([]any, error) {
	if err := som.CheckArgs(args, 1); err != nil {
		return nil, err
	}
	at, err := som.Arg[string](args, 0)
	if err != nil {
		return nil, err
	}
	r, err := fn(self, ctx, at)
	return []any{r}, err
}

func dispatchBark(p som.Packed) barkFunc {
	return func(self som.Self, ctx context.Context, at string) (int32, error) {
		out, err := p(self, ctx, []any{at})
		return som.Result[int32](out, 0), err
	}
}
