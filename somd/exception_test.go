package somd_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// A thrower raises an exception that has an object and a number.
type thrower struct{ som.Base }

const (
	throwerID = "IDL:Toys/Thrower:1.0"
	hitID     = "IDL:Toys/Hit:1.0"
)

var throwerClass = som.MustClass[thrower]("Toys::Thrower", som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{{Name: "hurl", Signature: "v:/void()!" + hitID + "{object;long;", Type: reflect.TypeFor[func(som.Self, context.Context) error](),
		Impl: func(som.Self, context.Context) error { return nil }}}
}))

// A hurler is a thrower of a peer that raises the exception whole, without its number, or an error beside it.
type hurler struct {
	iface orb.Interface
	whole bool
	by    *orb.Ref
}

func (h *hurler) Interface() *orb.Interface { return &h.iface }
func (h *hurler) Implementation() any       { return h }
func (h *hurler) Dispatch(r *orb.ServerRequest) bool {
	if r.Operation() != "hurl" {
		return false
	}
	if r.Decoded() {
		r.Returned(errHit, hit{h.whole, h.by})
	}
	return true
}

var errHit = errors.New("hit")

type hit struct {
	whole bool
	by    *orb.Ref
}

func (hit) ExceptionID() string     { return hitID }
func (hit) Read(*cdr.Decoder) error { return nil }
func (h hit) PutIf(e *cdr.Encoder, err error, head func(*cdr.Encoder, string)) bool {
	head(e, hitID)
	e.Object(h.by, nil)
	if h.whole {
		e.Long(7)
	}
	return true
}

// TestRaisedInPart calls an object whose exception cannot be read to its end: what was read of it, a reference, is taken by nobody, and so left to nobody to give back.
func TestRaisedInPart(t *testing.T) {
	t.Parallel()
	peer, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(throwerClass)
	proxies, err := client.ProxyClass(throwerClass)
	if err != nil {
		t.Fatal(err)
	}
	for _, whole := range []bool{true, false} {
		h := &hurler{iface: orb.Interface{ID: throwerID}, whole: whole}
		ref, err := peer.ORB().Adapter().Activate(h)
		if err != nil {
			t.Fatal(err)
		}
		h.by = ref
		r, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Invoke(t.Context(), "hurl")
		var raised *som.UserException
		switch {
		case whole && errors.As(err, &raised):
			m := reflect.ValueOf(raised.Members)
			by, ok := m.Field(0).Interface().(som.Object)
			if !ok || m.Field(1).Int() != 7 || proxies.Instances() != 2 {
				t.Fatalf("raised is %+v, of %d proxies", raised.Members, proxies.Instances())
			}
			if err := by.SOM().Release(); err != nil {
				t.Error(err)
			}
		case whole || !errors.Is(err, exc.Marshal):
			t.Errorf("raised whole %v: %v", whole, err)
		}
		if n := proxies.Instances(); n != 1 {
			t.Errorf("raised whole %v: %d proxies are there, want the one that was called", whole, n)
		}
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	}
}
