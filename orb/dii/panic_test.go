package dii_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

// A relay is a servant whose operations call something.
type relay struct{ call func(context.Context) error }

func (*relay) Interface() *orb.Interface { return &orb.Interface{ID: "IDL:Relay:1.0"} }
func (s *relay) Implementation() any     { return s }
func (s *relay) Dispatch(r *orb.ServerRequest) bool {
	if r.Decoded() {
		r.Returned(s.call(r.Context()))
	}
	return true
}

// TestPanicInCaller: what an interceptor panics with on the way of a call that is waited for arrives at who makes it, as that of a stub does: to the caller of a servant that makes it it is UNKNOWN. The
// request has been sent then.
func TestPanicInCaller(t *testing.T) {
	t.Parallel()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, ClientInterceptors: []orb.ClientInterceptor{
		func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			if r.Operation() == "panic" {
				panic("told to")
			}
			return next(ctx)
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	root := poa.New(o)
	to, err := root.Activate(&relay{func(context.Context) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func(*dii.Request, context.Context) error{"Invoke": (*dii.Request).Invoke, "SendOneway": (*dii.Request).SendOneway} {
		request := dii.NewRequest(to, "panic")
		request.AddIn("s", dyn.String.Any("x"))
		request.SetReturn(typecode.Void)
		func() {
			defer func() {
				if p := recover(); p != "told to" {
					t.Errorf("%s: the panic arrives as %v", name, p)
				}
			}()
			err := call(request, t.Context())
			t.Errorf("%s: no panic, but %v", name, err)
		}()
		if err := request.Invoke(t.Context()); exc.From(err, exc.No).Minor != exc.MinorRequestSent {
			t.Errorf("%s: made again: %v", name, err)
		}
		between, err := root.Activate(&relay{func(ctx context.Context) error { return call(dii.NewRequest(to, "panic"), ctx) }})
		if err != nil {
			t.Fatal(err)
		}
		if err := dii.NewRequest(between, "relay").Invoke(t.Context()); !errors.Is(err, exc.Unknown) || exc.From(err, exc.No).Minor != exc.MinorPanic {
			t.Errorf("%s in a servant: %v", name, err)
		}
	}
}
