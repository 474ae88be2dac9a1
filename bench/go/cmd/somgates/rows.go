package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opendsom/dsom/som"

	"peers/gen/hound"
	"peers/gen/kitten"
)

// text is what crosses where texts do.
const text = "twenty-four octets of it"

// A cat is a class in Go of a class in Go.
type cat struct {
	kitten.Base
	purred int64
}

func (c *cat) Purr(_ context.Context, n int64) (int64, error) {
	c.purred++
	return n, nil
}

var catClass = som.MustClass[cat]("Cat", som.Parents(kitten.Class))

// A plain is what Go has without the object model.
type plain struct{ purred int64 }

// inPlain is one of which the compiler does not know what it is.
var inPlain kitten.Kitten = &plain{}

func (p *plain) Purr(_ context.Context, n int64) (int64, error) {
	p.purred++
	return n, nil
}

// A pup is a class in Go of a class in C.
type pup struct {
	hound.Base
	spoke int64
}

func (p *pup) Speak(_ context.Context, n int64) (int64, error) {
	p.spoke++
	return n, nil
}

func (p *pup) Called(_ context.Context, by string) (string, error) { return by, nil }

var pupClass = som.MustClass[pup]("Pup", som.Parents(hound.Class))

// failed is what a call of a window failed with.
var failed error

func must(err error) {
	if err != nil {
		failed = err
	}
}

// times makes a row's function of a call.
func times(call func() error) func(int) {
	return func(n int) {
		for range n {
			must(call())
		}
	}
}

// goRows are the rows that are Go's, or cross between Go and C.
func goRows() ([]*row, error) {
	if !bindBack() {
		return nil, errors.New("class Hound cannot be bound")
	}
	ctx := context.Background()
	made, err := catClass.New()
	if err != nil {
		return nil, err
	}
	c, _ := kitten.Narrow(made)
	h, err := hound.New()
	if err != nil {
		return nil, err
	}
	p, err := pupClass.New()
	if err != nil {
		return nil, err
	}
	inGo := p.Other()
	purr := som.ByName[func(som.Self, context.Context, int64) (int64, error)]("purr")
	rows := []*row{
		{name: "Go: interface call", per: 4000, run: func(n int) {
			iface := inPlain
			for i := range n {
				_, _ = iface.Purr(ctx, int64(i))
			}
		}},
		{name: "Go: call by offset", per: 4000, run: func(n int) {
			for i := range n {
				fn, self := kitten.PurrToken.Of(c.Ref)
				_, _ = fn(self, ctx, int64(i))
			}
		}},
		{name: "Go: call of a stub", per: 4000, run: func(n int) {
			for i := range n {
				_, _ = c.Purr(ctx, int64(i))
			}
		}},
		{name: "Go: call by name, remembered", per: 4000, run: func(n int) {
			for i := range n {
				if fn, self, err := purr.Of(c.Ref); err == nil {
					_, _ = fn(self, ctx, int64(i))
				}
			}
		}},
		{name: "Go: call by signature", per: 200, run: times(func() error { _, err := c.Invoke(ctx, "purr", int64(1)); return err })},
		{name: "Go: new and release", per: 200, run: times(func() error {
			r, err := catClass.New()
			if err == nil {
				err = r.Release()
			}
			return err
		})},
		{name: "Go to C by hand, an empty function", per: 200, run: func(n int) {
			for i := range n {
				handSpeak(int64(i))
			}
		}},
		{name: "Go to C, numbers", per: 200, run: func(n int) {
			for i := range n {
				_, err := h.Speak(ctx, int64(i))
				must(err)
			}
		}},
		{name: "Go to C by hand, texts", per: 100, run: func(n int) {
			for range n {
				handCalled(text)
			}
		}},
		{name: "Go to C, texts", per: 100, run: times(func() error { _, err := h.Called(ctx, text); return err })},
		{name: "C to Go by hand, an empty function", per: 200, run: handBackSpeak},
		{name: "C to Go by hand, numbers", per: 200, run: handBackMethod},
		{name: "C to Go, numbers", per: 200, run: func(n int) { backSpeak(inGo, n) }},
		{name: "C to Go by hand, texts", per: 100, run: handBackCalled},
		{name: "C to Go, texts", per: 100, run: func(n int) { backCalled(inGo, n) }},
		{name: "Go: new in C and release", per: 100, run: times(func() error {
			r, err := hound.New()
			if err == nil {
				err = r.Release()
			}
			return err
		})},
	}
	for _, r := range rows {
		if r.run(1); failed != nil {
			return nil, fmt.Errorf("%s: %w", r.name, failed)
		}
	}
	return rows, nil
}

// goClassRows are what making classes in Go costs where few and where many live.
func goClassRows() []*row {
	type number = func(som.Self) (int32, error)
	answer := func(som.Self) (int32, error) { return 1, nil }
	var m som.Manager
	var all []*som.Class
	var few, many []float64
	for i := range 900 {
		s := som.Spec{Name: fmt.Sprintf("C%d", i), Introduces: []som.MethodSpec{{Name: fmt.Sprintf("m%d", i), Impl: number(answer)}, {Name: "n", Impl: number(answer)}}}
		if i > 0 {
			s.Parents = []*som.Class{all[(i-1)/2]}
		}
		start := time.Now()
		c, err := m.NewClass(s)
		took := float64(time.Since(start).Nanoseconds())
		if err != nil {
			panic(err)
		}
		switch {
		case i < 10:
			few = append(few, took)
		case i >= 500:
			many = append(many, took)
		}
		all = append(all, c)
	}
	return []*row{sorted("Go: a class made where 5 live", few), sorted("Go: a class made where 500 live", many)}
}
