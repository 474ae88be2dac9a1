//go:build cgo && unix

package native_test

import (
	"errors"
	"reflect"
	"sync"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// Methods that cross by frames, as generated code has them; scale.c is the class in C.
type (
	mixFunc   = func(som.Self, ctx, int32, float64, uint8, float32, int64, bool, int16, float64) (float64, error)
	manyFunc  = func(som.Self, ctx, int64, int32, int16, uint8, uint32, uint16, int64, int32) (int64, error)
	realsFunc = func(som.Self, ctx, float32, float64, float32, float64, float32, float64, float32, float64) (float32, error)
	outsFunc  = func(som.Self, ctx, int32, int16, int64) (int32, float64, int16, float32, bool, int64, error)
	passFunc  = func(som.Self, ctx, som.Object, float64) (som.Object, som.Object, error)
)

const result = som.MaxFrame

func framed[F any](name, how string, frames func(fn F, self som.Self, ctx ctx, f *som.Frame) error, cross func(som.FrameCrossing) F) som.MethodSpec {
	return som.MethodSpec{Name: name, Type: reflect.TypeFor[F](), Packing: som.PacksFrames(nil, nil, frames, cross).Passes(how)}
}

var frames = []som.MethodSpec{
	framed("mix", "riiiiiiii", func(fn mixFunc, self som.Self, ctx ctx, f *som.Frame) error {
		w := &f.Words
		v, err := fn(self, ctx, int32(w[0]), som.DoubleOf(w[1]), uint8(w[2]), som.SingleOf(w[3]), int64(w[4]), byte(w[5]) != 0, int16(w[6]), som.DoubleOf(w[7]))
		w[result] = som.DoubleWord(v)
		return err
	}, func(x som.FrameCrossing) mixFunc {
		return func(self som.Self, _ ctx, a int32, b float64, c uint8, d float32, e int64, g bool, h int16, i float64) (float64, error) {
			var f som.Frame
			f.Words = [...]uint64{uint64(a), som.DoubleWord(b), uint64(c), som.SingleWord(d), uint64(e), som.Bool(g), uint64(h), som.DoubleWord(i), 0}
			err := x.Run(self, &f)
			return som.DoubleOf(f.Words[result]), err
		}
	}),
	framed("many", "riiiiiiii", func(fn manyFunc, self som.Self, ctx ctx, f *som.Frame) error {
		w := &f.Words
		v, err := fn(self, ctx, int64(w[0]), int32(w[1]), int16(w[2]), uint8(w[3]), uint32(w[4]), uint16(w[5]), int64(w[6]), int32(w[7]))
		w[result] = uint64(v)
		return err
	}, func(x som.FrameCrossing) manyFunc {
		return func(self som.Self, _ ctx, a int64, b int32, c int16, d uint8, e uint32, g uint16, h int64, i int32) (int64, error) {
			var f som.Frame
			f.Words = [...]uint64{uint64(a), uint64(b), uint64(c), uint64(d), uint64(e), uint64(g), uint64(h), uint64(i), 0}
			err := x.Run(self, &f)
			return int64(f.Words[result]), err
		}
	}),
	framed("reals", "riiiiiiii", func(fn realsFunc, self som.Self, ctx ctx, f *som.Frame) error {
		s, d := func(n int) float32 { return som.SingleOf(f.Words[n]) }, func(n int) float64 { return som.DoubleOf(f.Words[n]) }
		v, err := fn(self, ctx, s(0), d(1), s(2), d(3), s(4), d(5), s(6), d(7))
		f.Words[result] = som.SingleWord(v)
		return err
	}, func(x som.FrameCrossing) realsFunc {
		return func(self som.Self, _ ctx, a float32, b float64, c float32, d float64, e float32, g float64, h float32, i float64) (float32, error) {
			var f som.Frame
			s, r := som.SingleWord, som.DoubleWord
			f.Words = [...]uint64{s(a), r(b), s(c), r(d), s(e), r(g), s(h), r(i), 0}
			err := x.Run(self, &f)
			return som.SingleOf(f.Words[result]), err
		}
	}),
	framed("outs", "rioxoox", func(fn outsFunc, self som.Self, ctx ctx, f *som.Frame) error {
		w := &f.Words
		v, half, both, third, odd, far, err := fn(self, ctx, int32(w[0]), int16(w[2]), int64(w[5]))
		*w = [...]uint64{0, som.DoubleWord(half), uint64(both), som.SingleWord(third), som.Bool(odd), uint64(far), 0, 0, uint64(v)}
		return err
	}, func(x som.FrameCrossing) outsFunc {
		return func(self som.Self, _ ctx, a int32, both int16, far int64) (int32, float64, int16, float32, bool, int64, error) {
			var f som.Frame
			w := &f.Words
			w[0], w[2], w[5] = uint64(a), uint64(both), uint64(far)
			err := x.Run(self, &f)
			return int32(w[result]), som.DoubleOf(w[1]), int16(w[2]), som.SingleOf(w[3]), byte(w[4]) != 0, int64(w[5]), err
		}
	}),
	framed("pass", "riio", func(fn passFunc, self som.Self, ctx ctx, f *som.Frame) error {
		v, same, err := fn(self, ctx, f.Object(0), som.DoubleOf(f.Words[1]))
		f.Set(result, v)
		f.Set(2, same)
		return err
	}, func(x som.FrameCrossing) passFunc {
		return func(self som.Self, _ ctx, a som.Object, b float64) (som.Object, som.Object, error) {
			var f som.Frame
			f.Set(0, a)
			f.Words[1] = som.DoubleWord(b)
			err := x.Run(self, &f)
			return f.Object(result), f.Object(2), err
		}
	}),
}

// balance is a class in Go that answers as the one in C.
type balance struct{ som.Base }

func (*balance) Mix(_ ctx, a int32, b float64, c uint8, d float32, e int64, f bool, g int16, h float64) (float64, error) {
	if a == 13 {
		return 0, errTired
	}
	return float64(a) + 2*b + 3*float64(c) + 4*float64(d) + 5*float64(e) + 6*float64(som.Bool(f)) + 7*float64(g) + 8*h, nil
}

func (*balance) Many(_ ctx, a int64, b int32, c int16, d uint8, e uint32, f uint16, g int64, h int32) (int64, error) {
	return a + 2*int64(b) + 3*int64(c) + 4*int64(d) + 5*int64(e) + 6*int64(f) + 7*g + 8*int64(h), nil
}

func (*balance) Reals(_ ctx, a float32, b float64, c float32, d float64, e float32, f float64, g float32, h float64) (float32, error) {
	return float32(float64(a) + 2*b + 3*float64(c) + 4*d + 5*float64(e) + 6*f + 7*float64(g) + 8*h), nil
}

func (*balance) Outs(_ ctx, a int32, both int16, far int64) (int32, float64, int16, float32, bool, int64, error) {
	return -a, float64(a) / 2, both * -2, float32(a) / 4, a&1 != 0, far - int64(a), nil
}

func (b *balance) Pass(_ ctx, a som.Object, v float64) (som.Object, som.Object, error) {
	if v > 0 {
		return kept(b.SOM()), kept(a), nil
	}
	return kept(b.SOM()), nil, nil
}

var scale = sync.OnceValues(func() (*som.Class, error) { return native.Import("Scale", som.Version{}, frames) })

var balances = sync.OnceValues(func() (*som.Class, error) {
	s, err := scale()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[balance]("Balance", som.Parents(s))
})

// eachScale runs a test with an object of the class in C and with one of that in Go, and a Weigher.
func eachScale(t *testing.T, test func(t *testing.T, o, weigher som.Ref)) {
	need(t)
	for name, class := range map[string]func() (*som.Class, error){"C": scale, "Go": balances} {
		t.Run(name, func(t *testing.T) {
			c, err := class()
			if err != nil {
				t.Fatal(err)
			}
			w, err := native.Find("Weigher")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { living(t, c, 0) })
			test(t, object(t, c), object(t, w))
		})
	}
}

func scaled[F any](t testing.TB, name string, r som.Ref) (F, som.Self) {
	t.Helper()
	c, err := scale()
	if err != nil {
		t.Fatal(err)
	}
	return som.MustBind[F](c, name).Of(r)
}

// TestFrames holds that numbers of all sizes, fractions, results by reference and objects come as they went, from Go and from C.
func TestFrames(t *testing.T) {
	eachScale(t, func(t *testing.T, o, weigher som.Ref) {
		if line := invoke(t, weigher, "check", o); line != int32(0) {
			t.Errorf("scale.c:%v is not content", line)
		}
		mix, self := scaled[mixFunc](t, "mix", o)
		if v, err := mix(self, t.Context(), -1, 0.5, 255, -1.25, -4000000000, true, -7, 1e9); v != -1+1+765-5-2e10+6-49+8e9 || err != nil {
			t.Error("mix:", v, err)
		}
		if _, err := mix(self, t.Context(), 13, 0, 0, 0, 0, false, 0, 0); err == nil {
			t.Error("mix does not fail")
		}
		many, self := scaled[manyFunc](t, "many", o)
		if v, err := many(self, t.Context(), 1<<40, -2, -3, 200, 4000000000, 65535, -7, -8); v != 1<<40-4-9+800+20000000000+393210-49-64 || err != nil {
			t.Error("many:", v, err)
		}
		reals, self := scaled[realsFunc](t, "reals", o)
		if v, err := reals(self, t.Context(), 1, 2, 3, 4, 5, 6, 7, 8.5); v != 208 || err != nil {
			t.Error("reals:", v, err)
		}
		outs, self := scaled[outsFunc](t, "outs", o)
		if v, half, both, third, odd, far, err := outs(self, t.Context(), 7, -300, 1<<50); v != -7 || half != 3.5 || both != 600 || third != 1.75 || !odd || far != 1<<50-7 || err != nil {
			t.Error("outs:", v, half, both, third, odd, far, err)
		}
		pass, self := scaled[passFunc](t, "pass", o)
		before := weigher.Refs()
		v, same, err := pass(self, t.Context(), weigher, 1)
		if v != som.Object(o) || same != som.Object(weigher) || err != nil {
			t.Error("pass:", v, same, err)
		}
		letGo(v)
		letGo(same)
		if v, same, err = pass(self, t.Context(), nil, -1); v != som.Object(o) || same != nil || err != nil {
			t.Error("pass of none:", v, same, err)
		}
		letGo(v)
		if after := weigher.Refs(); after != before {
			t.Errorf("%d references of an object that was passed, and then %d", before, after)
		}
		gone := create(t, weigher.Class())
		letGo(gone)
		if c, _ := scale(); o.Class() != c {
			return // in Go an object may be passed after its end
		}
		if _, _, err := pass(self, t.Context(), gone, 1); !errors.Is(err, &som.Error{Code: som.CodeFreed}) {
			t.Errorf("an object after its end: %v", err)
		}
	})
}

// TestUnsigned32 holds which methods are called by their signatures where the ABI passes unsigned numbers of 32 bits with their sign above.
func TestUnsigned32(t *testing.T) {
	type colour uint32
	for _, c := range []struct {
		of   reflect.Type
		want bool
	}{
		{reflect.TypeFor[mixFunc](), false},
		{reflect.TypeFor[outsFunc](), false},
		{reflect.TypeFor[manyFunc](), true},
		{reflect.TypeFor[func(som.Self, ctx) (uint32, error)](), true},
		{reflect.TypeFor[func(som.Self, ctx, colour) error](), true},
	} {
		if got := native.HasUnsigned32(c.of); got != c.want {
			t.Errorf("%v: %v", c.of, got)
		}
	}
}
