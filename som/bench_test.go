package som_test

import (
	"context"
	"os"
	"testing"

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

// TestExactCalls holds that calls allocate nothing.
func TestExactCalls(t *testing.T) {
	all := calls(t)
	for _, name := range []string{"offset", "stub", "stub through a Go interface", "cached name"} {
		if n := testing.AllocsPerRun(10, all[name]); n != 0 {
			t.Errorf("%s: a thousand calls allocate %v times", name, n)
		}
	}
}
