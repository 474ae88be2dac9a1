package dii_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/stub"
	"github.com/opendsom/dsom/typecode"
)

// TestNotMadeIsOfACall: what a call that cannot be made ends with says that it is of a call: a servant that returns it has been at work.
func TestNotMadeIsOfACall(t *testing.T) {
	t.Parallel()
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	ref, err := o.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	short, err := dyn.Of(typecode.Short, int16(1))
	if err != nil {
		t.Fatal(err)
	}
	s := &dii.Signature{Operation: "op", Params: []dii.Param{{Name: "a", Direction: model.In, Type: typecode.Long}}, Result: typecode.Void}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	never := orb.Go(t.Context(), func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, nil })
	for name, call := range map[string]func() error{
		"too few arguments":           func() error { _, err := dii.Call(t.Context(), ref, s); return err },
		"an argument of no such type": func() error { _, err := dii.Call(t.Context(), ref, s, short); return err },
		"a nil reference":             func() error { return dii.SendCallback(t.Context(), nil, nil, s) },
		"invoked twice": func() error {
			r := dii.NewRequest(ref, "op")
			_ = r.Invoke(t.Context())
			return r.Invoke(t.Context())
		},
		"not sent":         func() error { return dii.NewRequest(ref, "op").GetResponse(t.Context()) },
		"not sent, polled": func() error { _, err := dii.NewRequest(ref, "op").PollResponse(); return err },
		"a nil future": func() error {
			_, err := stub.Poll(t.Context(), nil, func(context.Context) (int, error) { return 0, nil }).Wait(t.Context())
			return err
		},
		"not waited for":          func() error { _, err := never.Wait(over); return err },
		"none of them waited for": func() error { _, _, err := orb.Next(over, never); return err },
		"a bad URL":               func() error { _, err := o.Resolve(t.Context(), "corbaloc:what:ever"); return err },
		"no initial reference":    func() error { _, err := o.InitialReference(t.Context(), "Nobody"); return err },
		"held": func() error {
			e := cdr.NewEncoder(nil, true, o.Env())
			var d cdr.Decoder
			system := orb.PutException(e, exc.New(exc.NoResources, 1, exc.No, ""))
			d.Reset(e.Bytes(), 0, true, o.Env())
			return orb.GetException(&d, system)
		},
	} {
		var sys *exc.SystemException
		if err := call(); !errors.As(err, &sys) || !sys.Called {
			t.Errorf("%s: %#v is not of a call", name, err)
		}
	}
}
