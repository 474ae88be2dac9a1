//go:build cgo && unix

package native_test

import (
	"context"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// BenchmarkToC has calls of methods in C beside one of an empty function by cgo alone. What is packed has no generated code that says otherwise.
func BenchmarkToC(b *testing.B) {
	z := need(b)
	ctx := b.Context()
	class := func(f func() (*som.Class, error)) *som.Class {
		c, err := f()
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	a, s, p := object(b, z.animal), object(b, class(scale)), object(b, class(porter))
	whole, wholes := z.speak.Of(a)
	mix, mixed := scaled[mixFunc](b, "mix", s)
	outs, outed := scaled[outsFunc](b, "outs", s)
	pass, passing := scaled[passFunc](b, "pass", s)
	packed, packing := bound[numbersFunc](b, "numbers", p)
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"cgo, nothing", func() error { native.Thread(); return nil }},
		{"a whole number", func() error { _, err := whole(wholes, ctx, 1); return err }},
		{"eight numbers, half of them fractions", func() error { _, err := mix(mixed, ctx, 1, 0.5, 0, 0, 0, false, 0, 0); return err }},
		{"five results by reference", func() error { _, _, _, _, _, _, err := outs(outed, ctx, 1, 2, 3); return err }},
		{"an object there and back", func() error {
			v, _, err := pass(passing, ctx, a, 0)
			letGo(v)
			return err
		}},
		{"two results by reference, packed", func() error { _, _, _, err := packed(packing, ctx, 5, 7); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.call(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFromC has C call methods in Go, b.N times each for one call of Go's.
func BenchmarkFromC(b *testing.B) {
	z := need(b)
	w, err := balances()
	if err != nil {
		b.Fatal(err)
	}
	weigher, err := native.Find("Weigher")
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, c *som.Class, method string, o som.Ref, args ...any) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			if _, err := object(b, c).Invoke(context.Background(), method, append(append([]any{o}, args...), int64(b.N))...); err != nil {
				b.Fatal(err)
			}
		})
	}
	run("a whole number", z.driver, "speaks", object(b, puppies(b)), int64(-3))
	run("eight numbers, half of them fractions", weigher, "sum", object(b, w))
}
