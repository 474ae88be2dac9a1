//go:build cgo && unix

package native_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

var depot struct {
	class *som.Class
	stock som.Token[speakFunc]
}

// plainDepot inherits all, and fullDepot has a method of its own, which calls its parent's.
type (
	plainDepot struct {
		som.Base
		_ int
	}
	fullDepot struct {
		som.Base
		_ int
	}
)

func (d *fullDepot) Stock(ctx context.Context, n int64) (int64, error) {
	fn, self := depot.stock.In(depot.class, d.SOM())
	r, err := fn(self, ctx, n)
	return r + 100, err
}

// TestFronts holds that what a metaclass in C puts in front of methods runs once a call from Go, whether or not there are
// subclasses in Go, in instances of these as well, and that it can forbid the call; parent calls go behind it.
func TestFronts(t *testing.T) {
	need(t)
	var err error
	if depot.class, err = native.Import("Depot", som.Version{}, []som.MethodSpec{{Name: "stock", Type: reflect.TypeFor[speakFunc]()}}); err != nil {
		t.Fatal(err)
	}
	depot.stock = som.MustBind[speakFunc](depot.class, "Depot::stock")
	first := object(t, depot.class)
	check := func(what string, r som.Ref, want int64) {
		t.Helper()
		before := invoke(t, first, "counted").(int64)
		fn, self := depot.stock.Of(r)
		if got, err := fn(self, t.Context(), 6); got != want || err != nil {
			t.Errorf("%s by offset: %v, %v, want %v", what, got, err, want)
		}
		if got := invoke(t, r, "stock", 6); got != want {
			t.Errorf("%s by name: %v, want %v", what, got, want)
		}
		if n := invoke(t, first, "counted").(int64) - before; n != 2 {
			t.Errorf("%s: what stands in front ran %d times in two calls", what, n)
		}
		var x *native.Exception
		if _, err := fn(self, t.Context(), -1); !errors.As(err, &x) || x.ID != "IDL:Depot/Vetoed:1.0" {
			t.Errorf("%s: a call that is forbidden: %v", what, err)
		}
	}
	check("before there is a subclass", first, 7)
	plain := som.MustClass[plainDepot]("PlainDepot", som.Parents(depot.class))
	check("an object of C beside a subclass", first, 7)
	check("an instance of a subclass", object(t, plain), 7)
	check("an instance with a method in Go", object(t, som.MustClass[fullDepot]("FullDepot", som.Parents(depot.class))), 107)
}
