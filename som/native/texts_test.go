//go:build cgo && unix

package native_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// TestTexts holds that texts of all lengths cross, those that have no room in what tells of the call, too.
func TestTexts(t *testing.T) {
	z := need(t)
	a, p, d := object(t, z.animal), object(t, puppies(t)), object(t, z.driver)
	for _, length := range []int{0, 1, 255, 256, 257, 999, 1000, 1001, 100_000} {
		by := strings.Repeat("x", length)
		for _, o := range []som.Ref{a, p} {
			fn, self := z.called.Of(o)
			if got, err := fn(self, t.Context(), by, 1); got != by || err != nil {
				t.Errorf("%v, %d octets from Go: %d, %v", o, length, len(got), err)
			}
			if got := invoke(t, d, "calls", o, by, 2); got != by {
				t.Errorf("%v, %d octets from C: %v", o, length, got)
			}
		}
	}
	fn, self := z.called.Of(a)
	if got, err := fn(self, t.Context(), "x", -1); got != "" || err != nil {
		t.Errorf("NULL is %q, %v", got, err)
	}
	var x *native.Exception
	if _, err := fn(self, t.Context(), "x", -2); !errors.As(err, &x) || x.ID != "IDL:Animal/Tired:1.0" {
		t.Errorf("got %v", err)
	}
	if _, err := d.Invoke(t.Context(), "calls", p, "tired", 1); !errors.Is(err, errTired) {
		t.Errorf("got %v", err)
	}
}
