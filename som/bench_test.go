package som_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
)

// plain is what a Go program without the object model has.
type plain struct{ spoken int64 }

func (p *plain) Speak(_ context.Context, n int64) (int64, error) {
	p.spoken++
	return n, nil
}

func (p *plain) Name(context.Context) (string, error) { return "plain", nil }

// calls are ways to make a call, a thousand at a time.
func calls(tb testing.TB) map[string]func() {
	ctx := tb.Context()
	ref, err := animal.New()
	if err != nil {
		tb.Fatal(err)
	}
	var iface, object animal.Animal = &plain{}, ref
	if os.Getenv("HOME") == "\x00" { // so that the compiler does not know what is in iface
		iface, object = object, iface
	}
	speak := som.ByName[func(som.Self, context.Context, int64) (int64, error)]("speak")
	return map[string]func(){
		"go interface": func() {
			for range 1000 {
				_, _ = iface.Speak(ctx, 1)
			}
		},
		"offset": func() { // as the stub does it
			for range 1000 {
				fn, self := animal.SpeakToken.Of(ref.Ref)
				_, _ = fn(self, ctx, 1)
			}
		},
		"stub": func() {
			for range 1000 {
				_, _ = ref.Speak(ctx, 1)
			}
		},
		"stub through a Go interface": func() {
			for range 1000 {
				_, _ = object.Speak(ctx, 1)
			}
		},
		"cached name": func() {
			for range 1000 {
				fn, self, err := speak.Of(ref.Ref)
				if err == nil {
					_, _ = fn(self, ctx, 1)
				}
			}
		},
		"invoke": func() {
			for range 1000 {
				_, _ = ref.Invoke(ctx, "speak", int64(1))
			}
		},
		"new and release": func() {
			for range 1000 {
				if r, err := animal.Class.New(); err == nil {
					_ = r.Release()
				}
			}
		},
	}
}

func BenchmarkCall(b *testing.B) {
	for name, f := range calls(b) {
		b.Run(name, func(b *testing.B) {
			for range b.N/1000 + 1 {
				f()
			}
		})
	}
}

// defining is what it takes to make a class, a thousandth as the other costs are counted, when there
// are few classes and when there are many.
func defining(t *testing.T) (few, many time.Duration) {
	var m som.Manager
	var all []*som.Class
	for i := range 520 {
		s := som.Spec{Name: fmt.Sprintf("C%d", i), Introduces: []som.MethodSpec{{Name: fmt.Sprintf("m%d", i), Impl: answer("x")}, {Name: "n", Impl: answer("x")}}}
		if i > 0 {
			s.Parents = []*som.Class{all[(i-1)/2]}
		}
		start := time.Now()
		c, err := m.NewClass(s)
		d := 1000 * time.Since(start)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case i < 10 && (few == 0 || d < few):
			few = d
		case i >= 500 && (many == 0 || d < many):
			many = d
		}
		all = append(all, c)
	}
	return few, many
}

// TestCallCost holds the ratios that the object model promises, as minima over many short
// windows, which a busy machine leaves alone. DSOM_BENCH makes them gates; otherwise they are
// only told, since a test that fails by chance is no test.
func TestCallCost(t *testing.T) {
	least := map[string]time.Duration{}
	all := calls(t)
	for range 200 {
		for name, f := range all {
			start := time.Now()
			f()
			if d := time.Since(start); least[name] == 0 || d < least[name] {
				least[name] = d
			}
		}
	}
	least["class at 5"], least["class at 500"] = defining(t)
	for name, d := range least {
		t.Logf("%-32s %7.2f ns", name, float64(d.Nanoseconds())/1000)
	}
	for _, g := range []struct {
		what, of string
		times    float64
	}{
		{"offset", "go interface", 2},
		{"stub", "go interface", 2.3}, // 2 and the noise; these are two calls, which the compiler does not make one
		{"stub through a Go interface", "go interface", 2.5},
		{"cached name", "offset", 3},
		{"class at 500", "class at 5", 10},
	} {
		ratio := float64(least[g.what]) / float64(least[g.of])
		t.Logf("%s: %.2f × %s (at most %.1f)", g.what, ratio, g.of, g.times)
		if os.Getenv("DSOM_BENCH") != "" && ratio > g.times {
			t.Errorf("%s costs %.2f times %s, and at most %.1f are allowed", g.what, ratio, g.of, g.times)
		}
	}
}
