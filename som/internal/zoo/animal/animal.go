// Package animal is the class Animal as generated code has it: what stands in this file is what
// the Go emitter makes of
//
//	interface Animal : SOMObject {
//	  long long speak(in long long n);
//	  string name();
//	};
//
// and object.go is the part that is written by hand.
package animal

import (
	"context"
	"reflect"

	"github.com/opendsom/dsom/som"
)

// Class is the class Animal.
var Class = som.MustClass[object]("Animal", som.WithVersion(1, 0), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "speak", Type: reflect.TypeFor[speakFunc](), Packing: som.Packs(applySpeak, dispatchSpeak)},
		{Name: "name", Type: reflect.TypeFor[nameFunc](), Packing: som.Packs(applyName, dispatchName)},
	}
}))

type (
	speakFunc = func(som.Self, context.Context, int64) (int64, error)
	nameFunc  = func(som.Self, context.Context) (string, error)
)

// The methods, bound.
var (
	SpeakToken = som.MustBind[speakFunc](Class, "Animal::speak")
	NameToken  = som.MustBind[nameFunc](Class, "Animal::name")
)

// An Animal is an object of class Animal, here or elsewhere.
type Animal interface {
	Speak(ctx context.Context, n int64) (int64, error)
	Name(ctx context.Context) (string, error)
}

// A Ref refers to an object of class Animal.
type Ref struct{ som.Ref }

var _ Animal = Ref{}

// New makes an Animal.
func New() (Ref, error) {
	r, err := Class.New()
	return Ref{r}, err
}

// Narrow is o as an Animal, if it is one. It is the same reference.
func Narrow(o som.Object) (Ref, bool) {
	r := o.SOM()
	return Ref{r}, r.IsA(Class)
}

// Speak calls speak.
func (r Ref) Speak(ctx context.Context, n int64) (int64, error) {
	fn, self := SpeakToken.Of(r.Ref)
	return fn(self, ctx, n)
}

// Name calls name.
func (r Ref) Name(ctx context.Context) (string, error) {
	fn, self := NameToken.Of(r.Ref)
	return fn(self, ctx)
}

// A Base is what subclasses in Go embed: its methods are Animal's implementations.
type Base struct{ som.Base }

// Self is the object, whose methods are those of its own class.
func (b Base) Self() Ref { return Ref{b.SOM()} }

// Next has the implementations that follow those of the class that embeds b, in the object's order.
func (b Base) Next() Next { return Next{b.Base} }

// Speak is Animal's.
func (b Base) Speak(ctx context.Context, n int64) (int64, error) {
	fn, self := SpeakToken.In(Class, b.SOM())
	return fn(self, ctx, n)
}

// Name is Animal's.
func (b Base) Name(ctx context.Context) (string, error) {
	fn, self := NameToken.In(Class, b.SOM())
	return fn(self, ctx)
}

// Next has methods that answer som.ErrNoNext behind the last implementation.
type Next struct{ b som.Base }

// Speak is the next.
func (n Next) Speak(ctx context.Context, a int64) (r int64, err error) {
	fn, self, ok := SpeakToken.Next(n.b.Class(), n.b.SOM())
	if !ok {
		return r, som.ErrNoNext
	}
	return fn(self, ctx, a)
}

// Name is the next.
func (n Next) Name(ctx context.Context) (r string, err error) {
	fn, self, ok := NameToken.Next(n.b.Class(), n.b.SOM())
	if !ok {
		return r, som.ErrNoNext
	}
	return fn(self, ctx)
}

func applySpeak(fn speakFunc, self som.Self, ctx context.Context, args []any) ([]any, error) {
	if err := som.CheckArgs(args, 1); err != nil {
		return nil, err
	}
	n, err := som.Arg[int64](args, 0)
	if err != nil {
		return nil, err
	}
	r, err := fn(self, ctx, n)
	return []any{r}, err
}

func dispatchSpeak(p som.Packed) speakFunc {
	return func(self som.Self, ctx context.Context, n int64) (int64, error) {
		out, err := p(self, ctx, []any{n})
		return som.Result[int64](out, 0), err
	}
}

func applyName(fn nameFunc, self som.Self, ctx context.Context, args []any) ([]any, error) {
	if err := som.CheckArgs(args, 0); err != nil {
		return nil, err
	}
	r, err := fn(self, ctx)
	return []any{r}, err
}

func dispatchName(p som.Packed) nameFunc {
	return func(self som.Self, ctx context.Context) (string, error) {
		out, err := p(self, ctx, nil)
		return som.Result[string](out, 0), err
	}
}
